"""What each source prints is right under its preset, in its own letters; and the presets say what `convert` says."""
from typing import NamedTuple

import pytest

from backprop.conventions import PRESETS
from proofread import presets, proofread

PUBLISHED = {
    "book": r"""
        \delta^{(\mathrm{out})} = A^{(\mathrm{out})} - Y
        \frac{\partial J}{\partial W^{(\mathrm{out})}} = A^{(\mathrm{h})\top} \, \delta^{(\mathrm{out})}
        \frac{\partial J}{\partial b^{(\mathrm{out})}} = \mathbf{1}^{\top} \delta^{(\mathrm{out})}
        \delta^{(\mathrm{h})} = \delta^{(\mathrm{out})} \, W^{(\mathrm{out})\top} \odot A^{(\mathrm{h})} \odot (1 - A^{(\mathrm{h})})
        \frac{\partial J}{\partial W^{(\mathrm{h})}} = X^{\top} \, \delta^{(\mathrm{h})}""",
    "raschka-3e": r"""
        \delta^{(out)} = A^{(out)} - Y
        \delta^{(h)} = \delta^{(out)} (W^{(out)})^T \odot (A^{(h)} \odot (1 - A^{(h)}))
        \Delta^{(h)} = (A^{(in)})^T \delta^{(h)}
        \Delta^{(out)} = (A^{(h)})^T \delta^{(out)}""",
    "nielsen": r"""
        \delta^L_j = \frac{\partial C}{\partial a^L_j} \sigma'(z^L_j)
        \delta^L = \nabla_a C \odot \sigma'(z^L)
        \delta^L = (a^L - y) \odot \sigma'(z^L)
        \delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)
        \frac{\partial C}{\partial b^l_j} = \delta^l_j
        \frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j""",
    "ng-dl": r"""
        dZ^{[2]} = A^{[2]} - Y
        dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}
        db^{[2]} = \frac{1}{m} \sum_{i=1}^{m} dZ^{[2](i)}
        dZ^{[1]} = W^{[2]T} dZ^{[2]} * g^{[1]\prime}(Z^{[1]})
        dW^{[1]} = \frac{1}{m} dZ^{[1]} X^T
        db^{[1]} = \frac{1}{m} \sum_{i=1}^{m} dZ^{[1](i)}""",
    "ng-ml": r"""
        \delta^{(3)} = a^{(3)} - y
        \delta^{(2)} = (\Theta^{(2)})^T \delta^{(3)} .* g'(z^{(2)})
        g'(z^{(2)}) = a^{(2)} .* (1 - a^{(2)})
        \frac{\partial}{\partial \Theta^{(2)}_{ij}} J(\Theta) = a^{(2)}_j \delta^{(3)}_i
        \frac{\partial}{\partial \Theta^{(1)}} J(\Theta) = \delta^{(2)} (a^{(1)})^T""",
    "bishop": r"""
        \frac{\partial E_n}{\partial w_{ji}} = \delta_j z_i
        \delta_k = y_k - t_k
        \delta_j = \sum_k \frac{\partial E_n}{\partial a_k} \frac{\partial a_k}{\partial a_j}
        \delta_j = h'(a_j) \sum_k w_{kj} \delta_k""",
    "goodfellow": r"""
        \boldsymbol{g} \leftarrow \nabla_{\boldsymbol{h}^{(k)}} J
        \boldsymbol{g} \leftarrow \nabla_{\boldsymbol{a}^{(k)}} J = \boldsymbol{g} \odot f'(\boldsymbol{a}^{(k)})
        \nabla_{\boldsymbol{b}^{(k)}} J = \boldsymbol{g}
        \nabla_{\boldsymbol{W}^{(k)}} J = \boldsymbol{g} \boldsymbol{h}^{(k-1)\top} + \lambda \nabla_{\boldsymbol{W}^{(k)}} \Omega(\theta)
        \nabla_{\boldsymbol{h}^{(k-1)}} J = \boldsymbol{W}^{(k)\top} \boldsymbol{g}""",
    "d2l": r"""
        \frac{\partial J}{\partial L} = 1
        \frac{\partial J}{\partial \mathbf{o}} = \frac{\partial L}{\partial \mathbf{o}}
        \frac{\partial s}{\partial \mathbf{W}^{(1)}} = \lambda \mathbf{W}^{(1)}
        \frac{\partial J}{\partial \mathbf{W}^{(2)}} = \frac{\partial J}{\partial \mathbf{o}} \mathbf{h}^\top + \lambda \mathbf{W}^{(2)}
        \frac{\partial J}{\partial \mathbf{h}} = {\mathbf{W}^{(2)}}^\top \frac{\partial J}{\partial \mathbf{o}}
        \frac{\partial J}{\partial \mathbf{z}} = \frac{\partial J}{\partial \mathbf{h}} \odot \phi'\left(\mathbf{z}\right)
        \frac{\partial J}{\partial \mathbf{W}^{(1)}} = \frac{\partial J}{\partial \mathbf{z}} \mathbf{x}^\top + \lambda \mathbf{W}^{(1)}""",
    "cs231n": r"""
        df = \frac{1}{N} (p - y)
        \frac{\partial L}{\partial W_2} = H^T df
        \frac{\partial L}{\partial b_2} = \sum_{i=1}^{N} df_i
        dH = df \, W_2^T
        dU = dH \odot \mathbb{1}(H > 0)
        \frac{\partial L}{\partial W_1} = X^T dU""",
    "scikit-learn": r"""
        \delta_1 = A_2 - Y
        \frac{\partial J}{\partial W_1} = \frac{1}{n} A_1^T \delta_1
        \frac{\partial J}{\partial b_1} = \frac{1}{n} \mathbf{1}^T \delta_1
        \delta_0 = \delta_1 W_1^T \odot A_1 \odot (1 - A_1)
        \frac{\partial J}{\partial W_0} = \frac{1}{n} A_0^T \delta_0""",
    "pytorch": r"\frac{\partial L}{\partial W_2} = \frac{1}{n t} (A - Y)^T H",
    "keras": r"\frac{\partial L}{\partial W_2} = \frac{1}{n t} H^T (A - Y)",
}


def test_the_presets_are_those_of_convert():
    assert presets.NAMES == tuple(PRESETS) == tuple(PUBLISHED)
    with pytest.raises(ValueError, match="there is no preset 'ng': it must be one of book, "):
        presets.read("ng")


@pytest.mark.parametrize("name", presets.NAMES)
def test_what_a_source_prints_is_right_in_its_own_letters(name):
    lines = proofread(PUBLISHED[name], given=name).lines
    claims = [line for line in lines if line.kind == "claim"]
    assert [line for line in claims if line.verdict not in ("right", "right-only-if")] == []
    assert len(claims) >= len(PUBLISHED[name].strip().splitlines()) - 1, "only Goodfellow's first line defines"


# --- what `convert` knows of a source, put into its letters -------------------------------------------------------------

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
    "book": Letters("J", r"W^{(\mathrm{out})}", r"b^{(\mathrm{out})}", r"(A^{(\mathrm{out})} - Y)", r"A^{(\mathrm{h})}", True, "n", "t"),
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
