r"""What a text declares or shows is kept: kinks are tried on both sides, `:=` is `=`, a declared row stays a row."""
import pytest

from proofread import proofread

KINK = r"L = \max(0, z)"
ROW = r"""
b \in \mathbb{R}^{1 \times k}
X \in \mathbb{R}^{n \times d}
Z = X W + b
L = \frac{1}{2} \| Z - Y \|_F^2
G = \frac{\partial L}{\partial Z}
"""
NAMED = r"""
z^{(1)} = W^{(1)} x
a^{(1)} = \sigma(z^{(1)})
z^{(2)} = W^{(2)} a^{(1)}
C = \frac{1}{2} \| z^{(2)} - y \|^2
"""
DELTAS = NAMED + r"""
\delta^{(1)} = \frac{\partial C}{\partial z^{(1)}}
\delta^{(2)} = \frac{\partial C}{\partial z^{(2)}}
"""
OUTER = r"""
z = W x
C = f(z)
u = \frac{\partial C}{\partial z}
"""
LINES = [                                                       # (what is given, line, verdict)
    # right on one side of the kink only
    (KINK, r"\frac{\partial L}{\partial z} = \mathbb{1}(z > 0)", "right"),
    (KINK, r"\frac{\partial L}{\partial z} = 1", "wrong"),
    (KINK, r"\frac{\partial L}{\partial z} = 0", "wrong"),
    (r"L = |z|", r"\frac{\partial L}{\partial z} = \operatorname{sign}(z)", "right"),
    (r"L = |z|", r"\frac{\partial L}{\partial z} = -1", "wrong"),
    # the sign of a definition, in a claim too
    (r"L := u^2", r"\frac{\partial L}{\partial u} := 2 u", "right"),
    (r"L ≔ u^2", r"\frac{\partial L}{\partial u} ≔ u", "wrong"),
    # a derivative by a declared row is a row
    (ROW, r"\frac{\partial L}{\partial b} = \mathbf{1}^T G", "right"),
    (ROW, r"\frac{\partial L}{\partial b} = G^T \mathbf{1}", "sizes"),
    # a delta with a mark above is the text's own, never Kronecker's
    (NAMED, r"\frac{\partial C}{\partial W^{(1)}_{jk}} = \delta^{(1)}_j x_k", "unknown"),
    (DELTAS, r"\frac{\partial C}{\partial W^{(1)}_{jk}} = \delta^{(1)}_j x_k", "right"),
    (DELTAS, r"\delta^{(1)}_j = \sum_k W^{(2)}_{kj} \delta^{(2)}_k \sigma'(z^{(1)}_j)", "right"),
    (DELTAS, r"\delta^{(1)}_j = \sum_k W^{(2)}_{kj} \delta^{(2)}_k", "wrong"),
    # a tensor sign between two columns: an outer product, or Kronecker's where a column is meant
    (OUTER, r"\frac{\partial C}{\partial W} = u \otimes x", "right"),
    (OUTER, r"\frac{\partial C}{\partial W} = x \otimes u", "sizes"),
    (OUTER, r"\frac{\partial C}{\partial W} = (u \odot u) \otimes x", "wrong"),
    (OUTER, r"\operatorname{vec}(u x^T) = x \otimes u", "right"),
    (OUTER, r"\operatorname{vec}(u x^T) = u \otimes x", "wrong"),
    # what is given may be one short line, or nothing: only one word is the name of a preset
    ("u > 0", r"v = u^2" "\n" r"\frac{\partial v}{\partial u} = 2 u", "right"),
    ("", r"v = u^2" "\n" r"\frac{\partial v}{\partial u} = u", "wrong"),
]


@pytest.mark.parametrize(("given", "line", "verdict"), LINES)
def test_lines_on_what_is_declared(given, line, verdict):
    assert proofread(line, given=given).lines[-1].verdict == verdict


def test_every_kinked_text_says_how_many_points_were_tried():
    smooth, kinked = (proofread(r"\frac{\partial L}{\partial z} = z", given=f"L = {law}").lines[0]
                      for law in (r"\frac{1}{2} z^2", r"\frac{1}{2} z \max(z, -z)"))
    assert "3 random points" in smooth.how
    assert "9 random points" in kinked.how
