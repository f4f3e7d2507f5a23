r"""The engine on derivations of its own: for each construct right lines and wrong ones, in several notations."""
import pytest

from proofread import proofread

ROWS = r"""
Z = X W + b
A = \varphi(Z)
J = \frac{1}{2} \sum_{r=1}^{n} \sum_{k=1}^{q} (a_k^{[r]} - y_k^{[r]})^2
X \in \mathbb{R}^{n \times p}
"""
DEEP = r"""
s^{(k)} = U^{(k)} g^{(k-1)} + c^{(k)}
g^{(k)} = \tanh(s^{(k)})
E = \frac{1}{2} \| g^{(K)} - t \|^2
e^{(k)} = \frac{\partial E}{\partial s^{(k)}}
"""
SOFTMAX = r"""
p_i = \frac{\exp(u_i)}{\sum_j \exp(u_j)}
E = -\sum_i t_i \log p_i
"""
MEAN = r"""
V = M X + c
P = \sigma(V)
C = -\frac{1}{N} \sum_{n=1}^{N} \sum_k \left[ t_{kn} \log p_{kn} + (1 - t_{kn}) \log(1 - p_{kn}) \right]
X \in \mathbb{R}^{d \times N}
"""
NUMBERS = r"""
h = f(v x)
o = u h
Q = (o - t)^2
"""
LOSS = r"""
R = B S
F = \ell(R)
B \in \mathbb{R}^{a \times b}
S \in \mathbb{R}^{b \times c}
"""
RIGHT, WRONG = {"right", "right-only-if"}, {"wrong", "sizes"}
LINES = [                                                       # (what is given, line, whether it is right)
    # transposes, products, brackets around a slope
    (ROWS, r"\frac{\partial J}{\partial W} = X^T \left( (A - Y) \odot \varphi'(Z) \right)", True),
    (ROWS, r"\frac{\partial J}{\partial W} = X^\top [(A - Y) \odot \varphi'(Z)]", True),
    (ROWS, r"\frac{\partial J}{\partial W} = X \left( (A - Y) \odot \varphi'(Z) \right)", False),
    (ROWS, r"\frac{\partial J}{\partial W} = X^T (A - Y)", False),
    (ROWS, r"\frac{\partial J}{\partial W} = \left( (A - Y) \odot \varphi'(Z) \right)^T X", False),
    # biases: one row for all examples
    (ROWS, r"\frac{\partial J}{\partial b} = \mathbf{1}^T \left( (A - Y) \odot \varphi'(Z) \right)", True),
    (ROWS, r"\frac{\partial J}{\partial b_k} = \sum_{r=1}^{n} (a_k^{[r]} - y_k^{[r]})\, \varphi'(z_k^{[r]})", True),
    (ROWS, r"\frac{\partial J}{\partial b} = (A - Y) \odot \varphi'(Z)", False),
    # entries of a gradient, sums over examples
    (ROWS, r"\frac{\partial J}{\partial w_{ik}}"
           r" = \sum_{r=1}^{n} x_i^{[r]} (a_k^{[r]} - y_k^{[r]}) \varphi'(z_k^{[r]})", True),
    (ROWS, r"\frac{\partial J}{\partial w_{ik}}"
           r" = \sum_{r=1}^{n} x_i^{[r]} (a_k^{[r]} - y_k^{[r]}) \varphi(z_k^{[r]})", False),
    (ROWS, r"\frac{\partial J}{\partial w_{ik}}"
           r" = \sum_{r=1}^{n} x_k^{[r]} (a_i^{[r]} - y_i^{[r]}) \varphi'(z_i^{[r]})", False),
    # layers: any letter, the last one, one more and one less
    (DEEP, r"e^{(k)} = (U^{(k+1)\top} e^{(k+1)}) \odot (1 - g^{(k)} \odot g^{(k)})", True),
    (DEEP, r"e^{(l)} = (U^{(l+1)\top} e^{(l+1)}) \odot \tanh'(s^{(l)})", True),
    (DEEP, r"\frac{\partial E}{\partial U^{(k)}} = e^{(k)} (g^{(k-1)})^T", True),
    (DEEP, r"e^{(K)} = (g^{(K)} - t) \odot (1 - g^{(K)} \odot g^{(K)})", True),
    (DEEP, r"e^{(k)} = (U^{(k)\top} e^{(k+1)}) \odot (1 - g^{(k)} \odot g^{(k)})", False),
    (DEEP, r"\frac{\partial E}{\partial U^{(k)}} = e^{(k)} (g^{(k)})^T", False),
    (DEEP, r"e^{(k)} = U^{(k+1)\top} e^{(k+1)}", False),
    (DEEP, r"\frac{\partial E}{\partial c^{(k)}} = e^{(k)}", True),
    # Kronecker's delta, exclusions, a condition that is not printed
    (SOFTMAX, r"\frac{\partial p_i}{\partial u_j} = p_i (\delta_{ij} - p_j)", True),
    (SOFTMAX, r"\frac{\partial E}{\partial u_j} = p_j - t_j", True),
    (SOFTMAX, r"\frac{\partial E}{\partial u_j} = p_j \sum_i t_i - t_j", True),
    (SOFTMAX, r"\frac{\partial p_i}{\partial u_j} = p_i (\delta_{ij} - p_i)", False),
    (SOFTMAX, r"\frac{\partial E}{\partial u_j} = t_j - p_j", False),
    # the mean, once and twice
    (MEAN, r"\frac{\partial C}{\partial V} = \frac{1}{N} (P - T)", True),
    (MEAN, r"\frac{\partial C}{\partial M} = \frac{1}{N} (P - T) X^T", True),
    (MEAN, r"\frac{\partial C}{\partial M} = \frac{1}{N} \frac{\partial C}{\partial V} X^T", False),
    (MEAN, r"\frac{\partial C}{\partial M} = (P - T) X^T", False),
    # numbers, a function left open
    (NUMBERS, r"\frac{dQ}{dv} = 2 (o - t) u f'(v x) x", True),
    (NUMBERS, r"\frac{\partial Q}{\partial u} = 2 (o - t) h", True),
    (NUMBERS, r"\frac{dQ}{dv} = 2 (o - t) u x", False),
    (NUMBERS, r"\frac{dQ}{dv} = 2 (o - t) u f'(h) x", False),
    (NUMBERS, r"\frac{\partial Q}{\partial u} = (o - t) h", False),
    # a loss left open, chains of derivatives
    (LOSS, r"\frac{\partial F}{\partial B} = \frac{\partial F}{\partial R} S^T", True),
    (LOSS, r"\frac{\partial F}{\partial S_{jk}} = \sum_i B_{ij} \frac{\partial F}{\partial R_{ik}}", True),
    (LOSS, r"\frac{\partial F}{\partial B} = S^T \frac{\partial F}{\partial R}", False),
    (LOSS, r"\frac{\partial F}{\partial S_{jk}} = \sum_i B_{ji} \frac{\partial F}{\partial R_{ik}}", False),
]


@pytest.mark.parametrize("given, line, truth", LINES, ids=[line for _, line, _ in LINES])
def test_right_agrees_and_wrong_is_refused(given, line, truth):
    assert proofread(line, given=given).lines[0].verdict in (RIGHT if truth else WRONG)


MENDED = [                                                      # (given, wrong line, what it looks like)
    (MEAN, r"\frac{\partial C}{\partial M} = \frac{1}{N} \frac{\partial C}{\partial V} X^T", "factor"),
    (MEAN, r"\frac{\partial C}{\partial V} = \frac{1}{N} (T - P)", "sign"),
    (ROWS, r"\frac{\partial J}{\partial W} = X \left( (A - Y) \odot \varphi'(Z) \right)", "transpose"),
    (ROWS, r"\frac{\partial J}{\partial W} = X^T ((A - Y) \odot \varphi(Z))", "slope"),
    (DEEP, r"e^{(k)} = (U^{(k)\top} e^{(k+1)}) \odot (1 - g^{(k)} \odot g^{(k)})", "layer"),
    (LOSS, r"\frac{\partial F}{\partial S_{jk}} = \sum_i B_{ji} \frac{\partial F}{\partial R_{ik}}", "index"),
    (NUMBERS, r"\frac{\partial Q}{\partial u} = (o - t) h", "factor"),
]


@pytest.mark.parametrize("given, line, looks", MENDED, ids=[line for _, line, _ in MENDED])
def test_a_wrong_line_is_named_and_mended(given, line, looks):
    found = proofread(line, given=given).lines[0]
    assert found.verdict in WRONG and found.looks_like == looks
    assert proofread(found.edit, given=given).lines[0].verdict in RIGHT


def test_lines_and_claims_correspond():
    report = proofread(MEAN.strip() + "\n" + r"\frac{\partial C}{\partial V} = \frac{1}{N} (P - T)")
    assert [line.kind for line in report.lines] == ["definition", "definition", "definition", "declaration", "claim"]
    assert report.first_wrong is None


def test_what_rests_on_an_unreadable_line_is_not_judged():
    text = "a = w x\n" + r"L = \unknowncommand a" + "\n" + r"\frac{\partial L}{\partial w} = x"
    lines = proofread(text).lines
    assert lines[1].verdict == "unreadable" and lines[2].verdict in ("unreadable", "unknown")


def test_a_later_line_follows_from_the_wrong_one():
    text = r"\frac{\partial C}{\partial V} = P - T" + "\n" + r"\frac{\partial C}{\partial V} X^T = (P - T) X^T"
    lines = proofread(text, given=MEAN).lines
    assert [line.verdict for line in lines] == ["wrong", "wrong"]
    assert lines[1].follows_from == 1


def test_a_differential_is_the_derivative_of_the_loss_unless_a_line_says_otherwise():
    first, second = proofread("dV = P - T\n" + r"dM = \frac{1}{N} dV X^T", given=MEAN).lines
    assert first.verdict == "right-only-if" and second.verdict == "right"


@pytest.mark.parametrize(
    "text", ["", "=", "{" * 9000, r"\sum_i " * 9, "a = " + "(" * 40 + "b" + ")" * 40, "x^{x^{x^{x}}} = 1", "\\"])
def test_nothing_ends_in_a_traceback(text):
    assert all(line.verdict in (None, "unreadable", "unknown", "ambiguous") for line in proofread(text).lines)


@pytest.mark.parametrize("line, verdict", [
    (r"\frac{\partial s_i}{\partial x_j} = -s_i s_j", "right-only-if"),
    (r"\frac{\partial s_i}{\partial x_j} = s_i (I_{ij} - s_j)", "right"),
    (r"\frac{\partial s_i}{\partial x_j} = s_i s_j", "wrong"),
    (r"\frac{\partial s_i}{\partial x_j} = -s_i", "wrong"),
    (r"\frac{\partial s_i}{\partial x_i} = s_i (1 - s_i)", "right"),
])
def test_a_line_for_two_different_indices_is_right_if_they_differ(line, verdict):
    report = proofread(line, given=r"s_i = \frac{e^{x_i}}{\sum_k e^{x_k}}")
    assert report.lines[0].verdict == verdict
    assert (r"i \neq j" in str(report)) == (verdict == "right-only-if")


def test_a_softmax_has_a_jacobian():
    report = proofread(r"\frac{\partial s}{\partial x} = \mathrm{diag}(s) - s s^T", given=r"s = \mathrm{softmax}(x)")
    assert report.lines[0].verdict == "right"
