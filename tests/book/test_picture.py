"""The pictures of the title page and the README are what the code draws today."""
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from tools.make import picture


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    for name in ("chapters", "_static"):
        (folder / name).mkdir()
    with plt.rc_context():
        picture.write(folder)
    return folder


@pytest.mark.parametrize("name", ["chapters/picture.html", "_static/picture.svg", "_static/picture-dark.svg"])
def test_the_stored_picture_is_what_the_code_draws(drawn, name):
    stored, today = ((folder / name).read_text("utf-8") for folder in (Path(__file__).parents[2], drawn))
    assert stored == today, f"{name} is old: run python -m tools.make.picture"


def test_the_picture_has_no_ground_and_every_color_has_a_dark_one():
    light, dark = picture.still()
    assert "#ffffff" not in light and light != dark
    assert not [color for color in picture.DARK if color not in light or color in dark]
