"""Derivatives from the definition, and the comparison that every checked equation goes through."""
import math
import warnings

import numpy as np
import pytest

import networks as nets
from backprop import Params, backward, central_difference, check, complex_step, forward, naive_loss, verdict
from networks import assert_close

TOLD = dict(method="complex step", sizes="3-4-2, n = 5")


@pytest.fixture
def sides():
    params, X, Y = nets.network(3, 4, 2, 5)
    return complex_step(lambda p: naive_loss(p, X, Y), params), backward(params, forward(params, X), X, Y)


# Derivatives

@pytest.mark.parametrize("sizes", nets.SIZES, ids=str)
@pytest.mark.parametrize("bias", [True, False])
def test_naive_loss_is_the_printed_definition(sizes, bias):
    params, X, Y = nets.network(*sizes, bias)
    assert_close(naive_loss(params, X, Y), nets.loss_by_loops(params, X, Y).real, 1e-13)
    nudged = params._replace(W_h=params.W_h + 0.1j)
    assert_close(naive_loss(nudged, X, Y), nets.loss_by_loops(nudged, X, Y), 1e-13)


def test_the_derivative_of_a_number():
    for derivative, rtol in ((complex_step, 1e-15), (central_difference, 1e-9)):
        answer = derivative(np.exp, 1.5)
        assert np.ndim(answer) == 0 and abs(answer / math.exp(1.5) - 1) < rtol
        assert derivative(lambda x: 3 * x, 2) == pytest.approx(3, rel=1e-9)


def test_the_derivative_by_an_array_has_the_form_of_the_array():
    x = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    for derivative, rtol in ((complex_step, 1e-15), (central_difference, 1e-9)):
        assert_close(derivative(lambda a: (a ** 3).sum(), x), 3 * x ** 2, rtol)
        assert_close(derivative(lambda a: a[0] * a[1], [2.0, 5.0]), np.array([5.0, 2.0]), rtol)


def test_the_axes_of_an_array_valued_function_come_last():
    A, x = np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0, 3.0])
    for derivative in (complex_step, central_difference):
        J = derivative(lambda v: A @ v, x)
        assert J.shape == (3, 2) and np.allclose(J, A.T, rtol=0, atol=1e-9)
        T = derivative(lambda W: x @ W, np.ones((3, 4)))
        assert T.shape == (3, 4, 4) and np.allclose(T, x[:, None, None] * np.eye(4), rtol=0, atol=1e-9)
        assert derivative(lambda v: np.array([v, v * v]), 3.0) == pytest.approx([1, 6])


@pytest.mark.parametrize("bias", [True, False])
def test_the_derivative_by_params_is_a_params(bias):
    params, X, Y = nets.network(3, 4, 2, 5, bias)
    exact = nets.gradient_by_loops(params, X, Y)
    by_step = complex_step(lambda p: naive_loss(p, X, Y), params)
    by_difference = central_difference(lambda p: naive_loss(p, X, Y), params)
    assert isinstance(by_step, Params) and isinstance(by_difference, Params)
    assert_close(by_step, exact, 1e-12)
    assert_close(by_difference, exact, 1e-8)
    by_outputs = complex_step(lambda p: p.W_h @ p.W_out, params)
    assert by_outputs.W_h.shape == (3, 4, 3, 2) and (not bias or not by_outputs.b_h.any())


def test_the_error_of_a_central_difference_falls_with_the_square_of_h():
    errors = [abs(central_difference(np.exp, 1.0, h) - math.e) for h in (1e-1, 1e-2, 1e-3)]
    assert [errors[0] / errors[1], errors[1] / errors[2]] == pytest.approx([100, 100], rel=0.01)


def test_nothing_that_is_differentiated_is_changed():
    params, X, Y = nets.network(3, 4, 2, 5)
    copies = nets.frozen(params, X, Y)
    for derivative in (complex_step, central_difference):
        derivative(lambda p: naive_loss(p, X, Y), params)
        derivative(lambda a: (a ** 2).sum(), X)
    nets.assert_same([params, X, Y], copies)
    whole = np.array([1, 2])
    assert complex_step(lambda a: (a ** 2).sum(), whole).tolist() == [2, 4] and whole.dtype.kind == "i"


# check

def test_what_agrees_prints_one_line(sides, capsys):
    assert check("eq-dw-out", *sides, **TOLD) is None
    assert capsys.readouterr().out == "✓ eq-dw-out  by complex step, sizes 3-4-2, n = 5, agrees within 1e-12\n"
    for rtol, said in ((1e-8, "1e-08"), (2.5e-12, "2.5e-12"), (0.001, "0.001")):
        check("eq-j-2", 2.0, 2, method="limit", sizes="1-1-1, n = 1", rtol=rtol)
        assert capsys.readouterr().out == f"✓ eq-j-2  by limit, sizes 1-1-1, n = 1, agrees within {said}\n"


def test_numbers_arrays_params_and_lists_are_compared(sides):
    for one in (1, 1.5, True, np.float32(0.5), [1, 2], np.arange(6).reshape(2, 3), np.uint8([0, 255]), 1 + 2j, sides[0],
                Params(*sides[0][:2])):
        check("eq-a", one, one, **TOLD)


@pytest.mark.parametrize("name, index", [("W_h", (2, 1)), ("W_out", (3, 0)), ("b_h", (2,)), ("b_out", (1,))])
@pytest.mark.parametrize("wrong", [1e-9, -3.0, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("side", [0, 1, "both"])
def test_one_wrong_entry_is_found_and_named(sides, name, index, wrong, side, capsys):
    pair = list(sides)
    for k in (0, 1) if side == "both" else (side,):
        a = getattr(pair[k], name).copy()
        a[index] += wrong * (-1) ** k if side == "both" and math.isfinite(wrong) else wrong
        pair[k] = pair[k]._replace(**{name: a})
    with warnings.catch_warnings(), pytest.raises(AssertionError) as caught:
        warnings.simplefilter("error")
        check("eq-dw-out", *pair, **TOLD)
    text = str(caught.value)
    assert text.startswith(f"✗ eq-dw-out: {name}{list(index)} is ") and len(text.splitlines()) == 1
    assert "by definition" in text and "by the formula" in text
    assert capsys.readouterr().out == ""


def test_the_worst_of_several_wrong_entries_is_named():
    a = np.zeros((3, 4))
    b = a.copy()
    b[0, 1], b[2, 3], b[1, 1] = 1e-3, -5, 4
    with pytest.raises(AssertionError, match=r"^✗ eq-a: entry\[2, 3\] is 0 by definition but -5 by the formula$"):
        check("eq-a", a, b, **TOLD)
    with pytest.raises(AssertionError, match=r"^✗ eq-a: the value is 1\+2j by definition but 1\+3j by the formula$"):
        check("eq-a", 1 + 2j, 1 + 3j, **TOLD)
    with pytest.raises(AssertionError, match=r"^✗ eq-a: the value is 1 by definition but 2 by the formula$"):
        check("eq-a", 1, 2, **TOLD)


def test_the_tolerance_is_relative_to_the_largest_entry_of_the_formula():
    formula = np.array([1e6, 1.0])
    check("eq-a", formula + [0, 9e-7], formula, **TOLD)
    with pytest.raises(AssertionError):
        check("eq-a", formula + [0, 1.1e-6], formula, **TOLD)
    with pytest.raises(AssertionError):
        check("eq-a", 1e-300, 0.0, **TOLD)
    check("eq-a", Params(formula[None], np.ones((2, 1)) * (1 + 1e-7)), Params(formula[None], np.ones((2, 1))), **TOLD)


@pytest.mark.parametrize("one, other", [
    (1.0, [1.0]), ([1.0], [[1.0]]), (np.ones(3), np.ones((1, 3))), (np.ones((3, 1)), np.ones((1, 3))),
    (np.ones((2, 3)), np.ones(3)),
    (np.ones((2, 3)), 1.0), (np.zeros((0, 3)), np.zeros((0, 3))), ([], 1.0), (None, None),
    (Params(1, 1), Params(1, 1, 1, 1)),
    (Params(np.ones((2, 3)), np.ones((3, 1))), Params(np.ones((3, 2)), np.ones((3, 1)))),
    (Params(1.0, 1.0), [1.0, 1.0])], ids=str)
def test_nothing_is_broadcast_and_nothing_is_compared_with_nothing(one, other):
    for pair in ((one, other), (other, one)):
        with pytest.raises(AssertionError, match=r"^✗ eq-a: the definition has "):
            check("eq-a", *pair, **TOLD)


@pytest.mark.parametrize("label", ["", "dw-out", "eq", "eq-", "eq_dw", "eq-dW", "EQ-a", "eq-a ", "eq-a\n", " eq-a",
                                   "eq--a", "eq-a-", "def-z-h",
                                   "eq-ü", "eq-a.b", None, 5, b"eq-a"])
def test_a_malformed_label_is_refused(label, capsys):
    with pytest.raises(ValueError, match=r"^label is .*: it must be eq- and then a-z, 0-9 or -, e\.g\. 'eq-dw-out'$"):
        check(label, 1.0, 1.0, **TOLD)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("rtol", [math.inf, math.nan, 1, -1e-12])
def test_a_tolerance_that_tolerates_everything_is_refused(rtol):
    with pytest.raises(ValueError, match=r"^rtol is .*: it must be at least 0 and below 1$"):
        check("eq-a", 1.0, 1.5, **TOLD, rtol=rtol)


def test_the_check_catches_the_usual_mistakes(sides):
    """At unequal sizes, each of these is refused for its shape or for its numbers."""
    params, X, Y = nets.network(3, 4, 2, 5)
    trace = forward(params, X)
    delta_out, right = trace.A_out - Y, sides[0].W_out
    for wrong in (delta_out.T @ trace.A_h, trace.A_h.T @ -delta_out, trace.A_h.T @ delta_out / 5,
                  trace.A_h[:1].T @ delta_out[:1],
                  trace.Z_h.T @ delta_out, trace.A_h.T @ (delta_out * trace.A_out * (1 - trace.A_out)),
                  right * (1 + 1e-11)):
        with pytest.raises(AssertionError):
            check("eq-dw-out", right, wrong, **TOLD)


# verdict

@pytest.mark.parametrize("yours, said", [
    (..., "· your turn: "), (1.0, "✓ right"), (1 + 1e-9, "✓ right"),
    (2, "✗ not yet: the value is 2.000000 in yours, a nudge gives 1.000000"),
    ([1.0], "✗ not yet: yours has shape (1,), a nudge gives shape ()"), (None, "✗ not yet: yours has nothing"),
    (math.nan, "✗ not yet: the value is nan"), (math.inf, "✗ not yet: the value is inf"),
    ("one", "✗ not yet: yours is a str that holds"),
    ([...], "✗ not yet: yours is a list that holds"), ([1, [2, 3]], "✗ not yet: yours is a list"),
    (np.array([]), "✗ not yet: yours has shape (0,)")])
def test_a_verdict_is_one_line_and_never_an_error(yours, said, capsys):
    verdict(yours, 1.0)
    out = capsys.readouterr().out
    assert out.startswith(said) and out.count("\n") == 1


def test_a_verdict_names_the_entry(sides, capsys):
    verdict(sides[1], sides[0])
    assert capsys.readouterr().out.startswith("✓ right")
    verdict(sides[1]._replace(W_h=sides[1].W_h * [1, 1, 2, 1]), sides[0])
    assert capsys.readouterr().out.startswith("✗ not yet: W_h[")


def test_a_verdict_shows_digits_that_differ(capsys):
    verdict([1.01e-5, 2e-5], [1e-5, 2e-5])
    assert capsys.readouterr().out == "✗ not yet: entry[0] is 1.01e-05 in yours, a nudge gives 1e-05\n"
    for yours, truth in ((10**400, 1), ([], [])):
        verdict(yours, truth)
        assert capsys.readouterr().out.startswith("✗ not yet: ")


def test_no_nudge_is_no_derivative():
    with pytest.raises(ValueError, match=r"^h is 0"):
        central_difference(lambda x: x, 1.0, 0)


def test_a_step_that_is_a_whole_number_does_not_round_the_parameters():
    assert central_difference(np.square, 1.5, h=1) == 3.0


def test_what_is_equal_to_the_last_bit_passes_without_tolerance(capsys):
    check("eq-a", [0.5, 0.0], [0.5, 0.0], **TOLD, rtol=0)
    verdict(0.0, 0.0)
    verdict([0.5, 0.0], [0.5, 0.0], rtol=0)
    assert capsys.readouterr().out.count("✓") == 3


def test_the_largest_entry_may_be_negative(capsys):
    truth = np.array([-1e6, -1.0])
    check("eq-a", truth + [0, 5e-7], truth, **TOLD)
    verdict(truth + [0, 0.5], truth)
    assert capsys.readouterr().out.count("✓") == 2
