"""m, d, t, n have one color each, in the figures, on the pages and in the playground: ink.py says which."""
import re
from pathlib import Path

import matplotlib.pyplot as plt

from backprop.figures.ink import INK, SIZE_COLORS, SIZE_INKS

ROOT = Path(__file__).resolve().parents[2]
PLAYGROUND = (ROOT / "src/backprop/figures/playground/playground.css").read_text("utf-8")


def lower(colors):
    return {letter: color.lower() for letter, color in colors.items()}


def test_the_pages_have_the_inks_of_the_figures():
    light = (ROOT / "_static/custom.css").read_text("utf-8").split("}")[0]
    assert dict(re.findall(r"--size-([mdtn]): (#\w+);", light)) == lower(SIZE_INKS)


def test_the_playground_has_the_colors_and_inks_of_the_figures():
    assert dict(re.findall(r"--([mdtn]): light-dark\((#\w+),", PLAYGROUND)) == lower(SIZE_COLORS)
    inks = re.findall(r"--([mdtn])-ink: var\(--size-\1, light-dark\((#\w+),", PLAYGROUND)  # the page's, or else these
    assert dict(inks) == lower(SIZE_INKS)


def test_lines_are_drawn_in_the_colors_of_the_sizes():
    with plt.style.context("backprop.book"):
        cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    assert [f"#{color.strip('#')}".lower() for color in cycle] == [INK.lower(), *lower(SIZE_COLORS).values()]
