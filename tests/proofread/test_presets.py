"""What each source prints is right under its preset, in its own letters; and the presets say what `convert` says."""
from typing import NamedTuple

import pytest

from backprop.conventions import PRESETS
from proofread import presets, proofread


def test_the_presets_are_those_of_convert():
    assert presets.NAMES == tuple(PRESETS)
    with pytest.raises(ValueError, match="there is no preset 'ng': it must be one of book, "):
        presets.read("ng")
    with pytest.raises(ValueError, match="there is no preset 'ng': it must be one of book, "):
        presets.published("ng")


@pytest.mark.parametrize("name", presets.NAMES)
def test_a_title_is_the_beginning_of_the_first_line(name):
    assert f"% {presets.title(name)}: " in presets.read(name).splitlines()[0] + " "


@pytest.mark.parametrize("name", presets.NAMES)
def test_what_a_source_prints_is_right_in_its_own_letters(name):
    published = presets.published(name)
    lines = proofread(published, given=name).lines
    claims = [line for line in lines if line.kind == "claim"]
    assert [line for line in claims if line.verdict not in ("right", "right-only-if")] == []
    assert len(claims) >= len(published.splitlines()) - 1, "only Goodfellow's first line defines"


# --- what `convert` knows of a source, put into its letters -----------------------------------------------------------

class Letters(NamedTuple):
    """Hold how a source writes the last layer: scalar, weights, biases, error without its 1/n, what came in, n, t."""

    J: str
    W: str
    b: str | None
    error: str
    came_in: str
    rows: bool = False
    n: str = ""                    # "": the preset is for one example, and what J is divided by cannot be seen
    t: str = ""


LETTERS = {
    "book": Letters("J", r"W^{(\mathrm{out})}", r"b^{(\mathrm{out})}", r"(A^{(\mathrm{out})} - Y)", r"A^{(\mathrm{h})}",
                    True, "n", "t"),
    "raschka-3e": Letters("J", "W^{(out)}", "b^{(out)}", "(A^{(out)} - Y)", "A^{(h)}", True, "n", "t"),
    "nielsen": Letters("C", "w^L", "b^L", r"\left( (a^L - y) \odot \sigma'(z^L) \right)", "a^{L-1}"),
    "ng-dl": Letters("J", "W^{[2]}", "b^{[2]}", "(A^{[2]} - Y)", "A^{[1]}", n="m"),
    "ng-ml": Letters("J", r"\Theta^{(2)}", None, "(a^{(3)} - y)", "a^{(2)}"),
    "d2l": Letters("L", r"\mathbf{W}^{(2)}", None, r"\frac{\partial L}{\partial \mathbf{o}}", r"\mathbf{h}"),
    "cs231n": Letters("L", "W_2", "b_2", "(p - y)", "H", True, "N"),
    "scikit-learn": Letters("J", "W_1", "b_1", "(A_2 - Y)", "A_1", True, "n"),
    "pytorch": Letters("L", "W_2", "b_2", "(A - Y)", "H", True, "n", "t"),
    "keras": Letters("L", "W_2", "b_2", "(A - Y)", "H", True, "n", "t"),
}


def factor(reduction, letters):
    """Return what stands before a gradient for a reduction: nothing, 1/n or 1/(nt)."""
    return {"sum": "", "mean": rf"\frac{{1}}{{{letters.n}}}",
            "mean_all": rf"\frac{{1}}{{{letters.n} {letters.t}}}"}[reduction if letters.n else "sum"]


def weights(layout, letters, before):
    """Return the gradient of the weights as a line, for a layout of W."""
    first, second = (letters.came_in, letters.error) if layout == "in,out" else (letters.error, letters.came_in)
    product = rf"{{{first}}}^\top {second}" if letters.rows else rf"{first} {{{second}}}^\top"
    return rf"\frac{{\partial {letters.J}}}{{\partial {letters.W}}} = {before} {product}"


def biases(kind, letters, before):
    """Return the gradient of the biases as a line: examples are added up, to a row or to a column."""
    column = rf"{letters.error} \mathbf{{1}}" if letters.n else letters.error
    total = column if kind == "column" else rf"\mathbf{{1}}^\top {letters.error}"
    return rf"\frac{{\partial {letters.J}}}{{\partial {letters.b}}} = {before} {total}"


@pytest.mark.parametrize("name", LETTERS)
def test_a_preset_says_what_convert_says(name):
    convention, letters = PRESETS[name], LETTERS[name]
    other = "in,out" if convention.weights == "out,in" else "out,in"
    before = factor(convention.reduction, letters)

    def verdict(line):
        return proofread(line, given=name).lines[0].verdict

    assert verdict(weights(convention.weights, letters, before)) == "right"
    assert verdict(weights(other, letters, before)) == "sizes"
    if letters.b:
        assert verdict(biases(convention.bias, letters, before)) == "right"
    for reduction in {"sum", "mean", "mean_all"} if letters.t else {"sum", "mean"} if letters.n else ():
        assert verdict(weights(convention.weights, letters, factor(reduction, letters))) == (
            "right" if reduction == convention.reduction else "wrong")
