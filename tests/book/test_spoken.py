"""What is heard of a formula: plain words, nothing of it left out."""

from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

from tools.extensions import maths

ROOT = Path(__file__).resolve().parents[2]


def heard(latex, display=False):
    return ElementTree.fromstring(maths.to_mathml(latex, display)).get("alttext")


@pytest.mark.parametrize("latex, words", [
    (r"\frac{\partial J}{\partial W^{(\mathrm{out})}} = (A^{(\mathrm{h})})^{\top} \delta^{(\mathrm{out})}",
     "partial J by partial W out equals open paren A h close paren transpose delta out"),
    (r"A^{(\mathrm{h})\top} \delta^{(\mathrm{out})}", "A h transpose delta out"),
    (r"\partial J / \partial w_{1,1}", "partial J over partial w sub 1, 1"),
    (r"w_{i,j}^{(\mathrm{out})}", "w sub i, j, out"),
    (r"\frac{1}{n}", "1 over n"),
    (r"\frac{a+b}{n}", "fraction a plus b over n end fraction"),
    (r"\sigma'(z)", "sigma prime open paren z close paren"),
    (r"x^2", "x squared"),
    (r"\mathrm{e}^{-z}", "e to the power minus z"),
    (r"a \approx b", "a is about b"),
    (r"A \odot B", "A times entry by entry B"),
    (r"\Delta W", "Delta W"),
    (r"\langle U, V \rangle", "inner product of U, V end product"),
    (r"\sqrt{x + 1}", "square root of x plus 1 end root"),
    (r"\sum_{i=1}^{m} x_i", "sum over i equals 1 to m of x sub i"),
    (r"\hat{y}", "y hat"),
    (r"y_j^{[r]}", "y sub j, example r"),
    (r"a_j^{(\mathrm{h})[r]}", "a sub j, h example r"),
    (r"-0.25", "minus 0.25"),
    (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", "open bracket 1, 2; 3, 4 close bracket"),
    (r"\begin{aligned} a &= b \\ &= c \end{aligned}", "a equals b; equals c"),
    (r"A \star B", "A ⋆ B"),  # no word: the sign stays
])
@pytest.mark.parametrize("display", [False, True])
def test_a_formula_is_spoken_plainly(latex, words, display):
    assert heard(latex, display) == words


def formulas():
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                yield from (piece.strip() for piece in cell.source.split("$$")[1::2])


def test_no_displayed_formula_of_the_book_is_silent_and_no_letter_or_digit_is_lost():
    seen = 0
    for latex in formulas():
        element = ElementTree.fromstring(maths.to_mathml(maths.display_latex(latex), display=True))
        words = element.get("alttext")
        said = words.replace("squared", "2").replace("cubed", "3")
        leaves = "".join(part.text or "" for part in element.iter() if part.tag in ("mi", "mn"))
        missing = [sign for sign in leaves if sign.isascii() and sign.isalnum() and said.count(sign) < leaves.count(sign)]
        assert words and not missing, (latex, words)
        assert not set(words) & set("{}\\^_"), words
        seen += 1
    assert seen > 100
