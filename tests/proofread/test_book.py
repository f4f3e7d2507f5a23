"""The book's own labeled equations, read as a page of formulas: every one is right as it is printed."""
import json
import re
from pathlib import Path

import pytest

from proofread.pages import Formula, check_page, read_settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "chapters").glob("0*_*.ipynb"))
PIECE = re.compile(r"^\((sec-[a-z0-9-]+)\)=|\$\$(.*?)\$\$(?:[ \t]*\(([\w-]+)\))?", re.S | re.M)
SETTINGS = (ROOT / "tools/judge/settings.txt").read_text("utf-8")


def labeled(page):
    """Return the labeled equations of a notebook, each with its section."""
    cells = json.loads(page.read_text("utf-8"))["cells"]
    text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    found, section = [], ""
    for piece in PIECE.finditer(text):
        section = piece[1] or section
        if piece[3]:
            found.append(Formula(piece[2], piece[3], section, piece[3].startswith("def-")))
    return found


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_every_labeled_equation_is_right(page):
    formulas = labeled(page)
    lines = check_page(formulas, read_settings(SETTINGS, page.stem))
    wrong = [(formula.name, line.verdict, line.says) for formula, line in zip(formulas, lines)
             if line.verdict != "right" and not (formula.defines and line.verdict is None)]
    assert formulas and wrong == []


@pytest.mark.parametrize("name, old, new", [
    ("eq-dw-out", r"^{(\mathrm{h})\top}", r"^{(\mathrm{h})}"), ("eq-delta-out", "- Y", "+ Y"),
    ("eq-dw-out-entry", r"a_i^{(\mathrm{h})[r]}", r"a_j^{(\mathrm{h})[r]}"), ("eq-mean-dz", r"\frac{1}{n}", " "),
])
def test_a_broken_equation_is_wrong(name, old, new):
    page = next(page for page in PAGES if page.stem.startswith("04"))
    formulas = [f._replace(latex=f.latex.replace(old, new)) if f.name == name else f for f in labeled(page)]
    at = next(k for k, formula in enumerate(formulas) if formula.name == name)
    lines = check_page(formulas[:at + 1], read_settings(SETTINGS, page.stem))
    assert lines[at].verdict in ("wrong", "sizes")
