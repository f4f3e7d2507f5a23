"""Whatever is pasted gets an answer: soon, and never a traceback."""
import time

import pytest
from habits import CASES
from hypothesis import HealthCheck, given, settings, strategies as st

from proofread import Report, proofread

SECONDS = 2
PIECES = st.sampled_from([
    r"\frac", r"\partial", r"\sum", r"_{i=1}^{n}", r"\left(", r"\right)", "{", "}", "(", ")", "[", "]", "^", "_",
    "=", "+", "-", r"\odot", r"\cdot", "*", "/", "&", r"\\", "\n", " ", ",", ".", "T", r"\top", "'", r"\sigma",
    r"\delta", "W", "x", "a", "J", "d", r"\nabla_W", r"\mathbf{W}", r"\hat{y}", r"\log", r"\exp", "0", "2",
    "10^{9}", r"\in", r"\mathbb{R}^{n \times d}", r"\begin{bmatrix}", r"\end{bmatrix}", r"\begin{cases}", r"\|",
    "|", "∂", "Σ", "ŷ", "·", "≤", "%", "$", "$$", "#", "\x00", "é", "𝐖", r"\text{if }", r"\approx", r"\leftarrow",
    r"\max", r"\prod", r"\int", r"\lim", r"\operatorname{tr}", r"\otimes", ":", r"\langle", "1/0"])
DERIVATIONS = st.sampled_from([case.given + "\n".join(latex for latex, _, _ in case.lines) for case in CASES])
LIMITS = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def answer(text, **options):
    """Return the report, which came in time and can be shown."""
    started = time.perf_counter()
    report = proofread(text, **options)
    seconds = time.perf_counter() - started
    assert isinstance(report, Report)
    assert str(report) is not None and report._repr_html_() and report.to_json()
    assert seconds < SECONDS * max(1, len(report.lines)), f"{seconds:.1f} s for {len(report.lines)} lines"
    return report


@LIMITS
@given(st.lists(PIECES, max_size=60).map(" ".join))
def test_random_latex(text):
    answer(text)


@LIMITS
@given(st.text(max_size=300))
def test_random_text(text):
    answer(text)


@LIMITS
@given(DERIVATIONS, st.integers(0, 2000), st.integers(0, 2000))
def test_cut(text, start, end):
    answer(text[start % len(text):][:end])


@LIMITS
@given(DERIVATIONS, st.data())
def test_shuffled_and_doubled_lines(text, data):
    lines = data.draw(st.lists(st.sampled_from([line for line in text.splitlines() if line.strip()]), max_size=12))
    answer("\n".join(lines))


@LIMITS
@given(DERIVATIONS, st.lists(PIECES, max_size=8), st.integers(0, 5000))
def test_something_put_in_between(text, pieces, where):
    where %= len(text)
    answer(text[:where] + " ".join(pieces) + text[where:])


@LIMITS
@given(DERIVATIONS, st.integers(0, 5000), st.integers(1, 9))
def test_something_left_out(text, where, length):
    where %= len(text)
    answer(text[:where] + text[where + length:])


SUMS = "".join(rf"\sum_{{i_{k}=1}}^{{n}} " for k in range(8))
LONG = {
    "20 kB of brackets": "(" * 20_000,
    "20 kB of closing brackets": "a = " + ")" * 20_000,
    "20 kB of nested brackets": "a = " + "(" * 10_000 + "b" + ")" * 10_000,
    "20 kB of braces": r"a = \frac{" * 2_000,
    "20 kB of fractions": "a = " + r"\frac{1}{" * 2_000 + "b" + "}" * 2_000,
    "20 kB of superscripts": "a = b" + "^{c" * 5_000 + "}" * 5_000,
    "20 kB of primes": "a = b" + "'" * 20_000,
    "20 kB of products": "a = " + "b " * 10_000,
    "20 kB of sums": "a = " + "b + " * 5_000 + "b",
    "20 kB of equals signs": "a " + "= a " * 5_000,
    "20 kB of minus signs": "a = " + "-" * 20_000 + "b",
    "20 kB without a space": "a = " + "b" * 20_000,
    "sums nested eight deep": "a = " + SUMS + "x_{i_0 i_1 i_2 i_3 i_4 i_5 i_6 i_7}\n"
                              + r"\frac{\partial a}{\partial x_{i_0 i_1 i_2}} = " + SUMS + "1",
    "sums over a billion": r"J = \sum_{i=1}^{10^9} x_i" + "\n" + r"\frac{\partial J}{\partial x_i} = 1",
    "a tower of powers": r"J = 9^{9^{9^{9^{9^{9}}}}}" + "\n" + r"\frac{\partial J}{\partial x} = 0",
    "a power of a matrix": r"J = \operatorname{tr}(W^{999999999})" + "\n" + r"\frac{\partial J}{\partial W} = W",
    "a declared giant": r"W \in \mathbb{R}^{1000000 \times 1000000}" + "\nJ = \\sum_{ij} W_{ij}\n"
                        + r"\frac{\partial J}{\partial W} = 1",
    "301 lines": "\n".join(f"a_{{{k}}} = b" for k in range(301)),
    "10,000 lines": "a = b\n" * 10_000,
    "nested matrices": "a = " + r"\begin{bmatrix} " * 500 + "b" + r" \end{bmatrix}" * 500,
    "Kronecker products": r"a = " + r"W \otimes " * 40 + "W\n" + r"\frac{\partial a}{\partial W} = W",
    "a definition of itself": "a = a + b\nb = a\n" + r"\frac{\partial a}{\partial b} = 1",
    "definitions that double": "\n".join(rf"x_{{{k + 1}}} = x_{{{k}}} x_{{{k}}}" for k in range(60))
                               + "\n" + r"\frac{\partial x_{60}}{\partial x_0} = 1",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_what_is_long_or_deep_gets_a_sentence(text):
    started = time.process_time()
    report = proofread(text)
    seconds = time.process_time() - started
    assert str(report) is not None and report._repr_html_()
    assert seconds < SECONDS
    assert not any(line.is_wrong for line in report.lines if line.kind != "claim")


@pytest.mark.parametrize("text", ["", " ", "\n\n", "%", "$$ $$", "prose without a formula"])
def test_nothing_is_no_fault(text):
    assert answer(text).first_wrong is None


@pytest.mark.parametrize("sizes", [{"m": 0}, {"m": -1}, {"m": 10**9}, {"m": 2.5}, {"zz": 3}, {}])
def test_sizes_of_any_kind_get_an_answer(sizes):
    case = CASES[1]
    try:
        answer(case.lines[0][0], given=case.given, sizes=sizes)
    except ValueError as error:
        assert "\n" not in str(error)
