"""Both sides of every checked equation come out again in the page, and a changed sign makes them differ."""
import json
import sys
from types import ModuleType

import pytest

from tools import ROOT
from tools.extensions.live import receipts
from tools.extensions.live.glue import bounds

CHAPTERS = sorted((ROOT / "chapters").glob("0*.ipynb"))


@pytest.fixture
def computed(monkeypatch):
    """Return the module as the page has it: there its folder is called live_page."""
    monkeypatch.setitem(sys.modules, "live_page", ModuleType("live_page"))
    monkeypatch.setitem(sys.modules, "live_page.bounds", bounds)
    from tools.extensions.live.glue import computed

    return computed


def numbers(sides, name):
    return [float(text) for row in sides[name] for text, _ in row]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_both_sides_agree_until_a_sign_is_changed(path, computed):
    facts = receipts.facts(path)
    assert len(facts) > 5
    for label, one in facts.items():
        printed = json.loads(computed.sides(one["latex"], one["given"], one["latex"]))
        changed = json.loads(computed.sides(one["latex"], one["given"], one["broken"]))
        assert printed["verdict"].startswith("right") and changed["verdict"] == "wrong", label
        assert numbers(printed, "left") == pytest.approx(numbers(printed, "right"), abs=2e-4), label
        assert numbers(changed, "left") != numbers(changed, "right"), label
        assert any(differs for row in changed["right"] for _, differs in row), label


def test_a_side_is_cut_to_what_can_be_shown(computed):
    assert computed.matrix([[[1.0] * 30] * 30] * 2).shape == (computed.ROWS, computed.COLUMNS)
    assert computed.matrix(2.5).shape == (1, 1)
