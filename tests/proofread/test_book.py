"""The book's own labeled equations, read as pages of formulas: every one is right as it is printed."""
import pytest

from proofread.pages import check_page, read_settings
from tools import ROOT
from tools.judge.equations import SETTINGS, equations, judged

PAGES = [page for page in sorted((ROOT / "chapters").iterdir())
         if page.suffix in (".md", ".ipynb") and equations(page)]
FEWEST = 134            # labeled equations: a page that loses some unseen is found here


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_every_labeled_equation_is_right(page):
    assert [wrong for _, wrong in judged(page) if wrong] == []


def test_no_equation_is_lost():
    assert sum(len(equations(page)) for page in PAGES) >= FEWEST


def broken(page, name, old, new):
    """Return the line of one equation of a page with a piece of it replaced."""
    path = next(path for path in PAGES if path.stem.startswith(page))
    formulas = equations(path)
    at = next(k for k, formula in enumerate(formulas) if formula.name == name)
    assert old in formulas[at].latex
    formulas[at] = formulas[at]._replace(latex=formulas[at].latex.replace(old, new, 1))
    return check_page(formulas[:at + 1], read_settings(SETTINGS.read_text("utf-8"), path.stem))[at]


@pytest.mark.parametrize("page, name, old, new", [
    ("04", "eq-dw-out", r"^{(\mathrm{h})\top}", r"^{(\mathrm{h})}"), ("04", "eq-delta-out", "- Y", "+ Y"),
    ("04", "eq-dw-out-entry", r"a_i^{(\mathrm{h})[r]}", r"a_j^{(\mathrm{h})[r]}"),
    ("04", "eq-dw-out", r"A^{(\mathrm{h})\top}\,\delta^{(\mathrm{out})}",
     r"\delta^{(\mathrm{out})}\,A^{(\mathrm{h})\top}"),
    ("02", "eq-222-dw-out", r"A^{(\mathrm{h})\top}\,\delta^{(\mathrm{out})}",
     r"\delta^{(\mathrm{out})}\,A^{(\mathrm{h})\top}"),
    ("04", "eq-mean-dz", r"\frac{1}{n}", " "), ("05", "eq-deep-delta-last", "- Y", "+ Y"),
    ("05", "eq-deep-quarter", r"\tfrac{1}{4}", r"\tfrac{1}{2}"), ("06", "eq-tape-total", "= 1", "= 2"),
])
def test_a_broken_equation_is_wrong(page, name, old, new):
    assert broken(page, name, old, new).verdict in ("wrong", "sizes")


@pytest.mark.parametrize("page, name, old, new", [
    ("06", "eq-tape-phi", r"\odot", " "), ("03", "eq-mdt-dj-da", r"\sum_{k=1}^{t}", " "),
])
def test_a_liberty_of_notes_is_none_in_print(page, name, old, new):
    assert broken(page, name, old, new).verdict == "ambiguous"


@pytest.mark.parametrize("name, old, new", [
    ("def-z-h", "A^", "-A^"), ("def-z-h", r" + b^", r" - b^"), ("def-a-out", r"= \sigma", r"= \tanh"),
    ("def-mdt-j", r"\left[", " "),
])
def test_a_broken_definition_is_found_where_no_equation_needs_it(tmp_path, name, old, new):
    path = next(path for path in PAGES if path.stem.startswith("03"))
    latex = next(formula.latex for formula in equations(path) if formula.name == name)
    broken_latex = latex.replace(old, new, 1).replace(r"\right]", " " if old == r"\left[" else r"\right]")
    assert broken_latex != latex
    page = tmp_path / f"{path.stem}.md"
    texts = [(one, broken_latex if one.name == name else one.latex) for one in equations(path)]
    page.write_text("\n\n".join(f"({one.section})=\n\n$${text}$$ ({one.name})" for one, text in texts), "utf-8")
    assert name in {formula.name for formula, wrong in judged(page) if wrong}
