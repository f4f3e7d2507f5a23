"""The network and its gradient: against plain loops, the complex step, exact arithmetic, and its own promises."""
import ast
import inspect
import io
import math
import re
import sys
import tokenize
import warnings
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, strategies as st

import networks as nets
from backprop import Params, Trace, backward, complex_step, forward, init_params, loss, naive_loss, sigmoid
from networks import assert_close, assert_same

mlp = sys.modules["backprop.mlp"]
everywhere = pytest.mark.parametrize("sizes", nets.SIZES, ids="m{0[0]}-d{0[1]}-t{0[2]}-n{0[3]}".format)
with_and_without = pytest.mark.parametrize("bias", [True, False], ids=["biases", "no biases"])


# Every formula

@everywhere
@with_and_without
def test_forward_is_the_definition(sizes, bias):
    params, X, _ = nets.network(*sizes, bias)
    trace = forward(params, X)
    assert isinstance(trace, Trace)
    assert_close(trace, tuple(np.real(a) for a in nets.forward_by_loops(params, X)), 1e-14)


@everywhere
@with_and_without
def test_loss_is_the_definition(sizes, bias):
    params, X, Y = nets.network(*sizes, bias)
    J = loss(forward(params, X), Y)
    assert type(J) is float
    assert_close(J, nets.loss_by_loops(params, X, Y).real, 1e-13)
    assert_close(J, naive_loss(params, X, Y), 1e-13)
    assert_close(loss(forward(params, X), Y, mean=True), J / len(X), 1e-15)


@everywhere
@with_and_without
@pytest.mark.parametrize("mean", [False, True], ids=["sum", "mean"])
def test_the_gradient_is_the_derivative_of_the_loss(sizes, bias, mean):
    params, X, Y = nets.network(*sizes, bias)
    divisor = len(X) if mean else 1
    gradient = backward(params, forward(params, X), X, Y, mean)
    assert isinstance(gradient, Params)
    assert_close(gradient, complex_step(lambda p: naive_loss(p, X, Y) / divisor, params), 1e-12)
    by_loops = nets.gradient_by_loops(params, X, Y)
    assert_close(gradient, Params(*(None if g is None else g / divisor for g in by_loops)), 1e-12)


def test_a_network_without_biases_has_a_gradient_without_biases():
    params, X, Y = nets.network(3, 4, 2, 5, bias=False)
    gradient = backward(params, forward(params, X), X, Y)
    assert gradient.b_h is None and gradient.b_out is None
    zero = params._replace(b_h=np.zeros(4), b_out=np.zeros(2))
    assert_same(forward(zero, X), forward(params, X))


def test_the_running_example():
    """The numbers that notation.md prints, to the four decimals that it prints."""
    params, X, Y = nets.RUNNING, nets.RUNNING_X, nets.RUNNING_Y
    trace = forward(params, X)
    gradient = backward(params, trace, X, Y)

    def printed(a, numbers):
        assert np.array_equal(np.round(a, 4), numbers)
    printed(trace.Z_h, [[1.4, -1.3]])
    printed(loss(trace, Y), 1.0209)
    printed(trace.A_out - Y, [[-0.3595, 0.4375]])
    printed(gradient.W_out, [[-0.2884, 0.3510], [-0.0770, 0.0937]])
    printed(gradient.W_h, [[-0.1607, 0.1394], [0.0804, -0.0697]])


# Properties

@given(nets.networks(), nets.networks(), st.booleans())
def test_the_gradient_of_a_sum_is_the_sum_of_the_gradients(one, other, bias):
    params, X, Y = one
    m, t = X.shape[1], Y.shape[1]
    X2, Y2 = np.resize(other[1], (len(other[1]), m)), np.resize(other[2], (len(other[2]), t))
    parts = [backward(params, forward(params, A), A, B) for A, B in ((X, Y), (X2, Y2))]
    both = np.vstack([X, X2]), np.vstack([Y, Y2])
    together = backward(params, forward(params, both[0]), *both)
    for whole, a, b in zip(together, *parts):
        assert whole is None or np.abs(whole - (a + b)).max() <= 1e-13 * max(np.abs(a).max(), np.abs(b).max())
    J = loss(forward(params, X), Y) + loss(forward(params, X2), Y2)
    assert_close(loss(forward(params, both[0]), both[1]), J, 1e-13)


@given(nets.networks(), st.randoms(use_true_random=False))
def test_permuting_examples_permutes_rows_and_nothing_else(drawn, random):
    params, X, Y = drawn
    order = list(range(len(X)))
    random.shuffle(order)
    trace, shuffled = forward(params, X), forward(params, X[order])
    assert_close(shuffled, tuple(a[order] for a in trace), 1e-14)
    gradient = backward(params, trace, X, Y)
    for a, b in zip(backward(params, shuffled, X[order], Y[order]), gradient):
        assert a is None or np.abs(a - b).max() <= 1e-13 * len(X)
    assert_close(loss(shuffled, Y[order]), loss(trace, Y), 1e-13)


@given(nets.networks())
def test_one_example_is_no_special_case(drawn):
    params, X, _Y = drawn
    rows = [forward(params, X[r:r + 1]) for r in range(len(X))]
    assert_close(tuple(map(np.vstack, zip(*rows))), tuple(forward(params, X)), 1e-14)


@given(nets.networks())
def test_swapping_hidden_units_swaps_their_weights_and_nothing_else(drawn):
    params, X, Y = drawn
    back = slice(None, None, -1)
    swapped = Params(params.W_h[:, back], params.W_out[back],
                     *(() if params.b_h is None else (params.b_h[back], params.b_out)))
    g, h = (backward(p, forward(p, X), X, Y) for p in (params, swapped))
    assert_close(forward(swapped, X).A_out, forward(params, X).A_out, 1e-14)
    assert np.allclose(h.W_h[:, back], g.W_h, rtol=0, atol=1e-12) and np.allclose(h.W_out[back], g.W_out, rtol=0,
                                                                                  atol=1e-12)


@given(nets.networks())
def test_arguments_are_never_modified(drawn):
    params, X, Y = drawn
    trace = forward(params, X)
    copies = nets.frozen(params, X, Y, trace)
    assert_same(forward(params, X), trace)
    loss(trace, Y), loss(trace, Y, mean=True)
    backward(params, trace, X, Y), backward(params, trace, X, Y, mean=True)
    assert_same([params, X, Y, trace], copies)


def test_memory_order_makes_no_difference():
    params, X, Y = nets.network(3, 4, 2, 5)
    turned = Params(*map(np.asfortranarray, params)), np.asfortranarray(X), np.asfortranarray(Y)
    strided = Params(*(np.repeat(a, 2, axis=0)[::2] for a in params)), np.repeat(X, 2, axis=0)[::2], Y
    plain = backward(params, forward(params, X), X, Y)
    for p, A, B in (turned, strided):
        assert_close(backward(p, forward(p, A), A, B), plain, 1e-14)


# Kinds of numbers

@with_and_without
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float32_and_float64_stay_what_they_are(dtype, bias):
    params, X, Y = nets.network(3, 4, 2, 5, bias, dtype=dtype)
    trace = forward(params, X)
    results = [*trace, sigmoid(X), sigmoid(X[0, 0]), *backward(params, trace, X, Y),
               *backward(params, trace, X, Y, mean=True)]
    assert {a.dtype for a in results if a is not None} == {np.dtype(dtype)}
    assert type(loss(trace, Y)) is float


def test_float32_in_the_other_byte_order_is_float32_too():
    params, X, _Y = nets.network(3, 4, 2, 5, dtype=np.float32)
    assert_same(forward(params, X.astype(">f4")), forward(params, X))
    assert forward(params, X.astype(">f4")).A_out.dtype == np.float32


@pytest.mark.parametrize("kind", [int, bool, np.uint8, np.float16, list])
def test_whole_numbers_and_lists_become_float64(kind):
    params, X, Y = nets.network(3, 4, 2, 5)
    whole = Params(*(np.sign(a).astype(int) for a in params)), (X > 0).astype(int), (Y > 0.5).astype(int)
    floats = Params(*(a.astype(float) for a in whole[0])), whole[1].astype(float), whole[2].astype(float)
    X, Y = (a.tolist() if kind is list else a.astype(kind) for a in whole[1:])
    trace = forward(whole[0], X)
    assert {a.dtype for a in trace} == {np.dtype(float)}
    assert_same(trace, forward(floats[0], floats[1]))
    assert_same(backward(whole[0], trace, X, Y), backward(floats[0], trace, *floats[1:]))
    assert loss(trace, Y) == loss(trace, floats[2])


def test_a_trace_of_lists_is_as_good_as_one_of_arrays():
    params, X, Y = nets.network(3, 4, 2, 5)
    trace = forward(params, X)
    lists = Trace(*(a.tolist() for a in trace))
    assert loss(lists, Y) == loss(trace, Y)
    assert_same(backward(params, lists, X, Y), backward(params, trace, X, Y))


# Far from zero

@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sign", [1, -1])
def test_saturation_is_finite_and_silent(dtype, sign):
    one = np.ones((1, 1), dtype)
    params, X = Params(one, sign * 2000 * one, 0 * one[0], sign * -1000 * one[0]), np.array([[1000], [-1000]], dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trace = forward(params, X)
        assert trace.Z_out.ravel().tolist() == [sign * 1000, sign * -1000]
        assert trace.A_h.ravel().tolist() == [1, 0] and trace.A_out.ravel().tolist() == [sign > 0, sign < 0]
        for Y in ([[0], [0]], [[1], [1]], [[0.5], [0.5]], trace.A_out):
            gradient = backward(params, trace, X, np.array(Y, dtype))
            assert loss(trace, Y) == sum(max(z, 0) - y * z for z, y in zip(trace.Z_out.ravel(), np.ravel(Y)))
            assert all(np.isfinite(a).all() for a in gradient)
        assert loss(trace, trace.A_out) == 0 and not any(a.any() for a in gradient)


def test_the_sigmoid_has_its_limits_and_its_digits():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sigmoid([1000, math.inf, 40.0]).tolist() == [1, 1, 1]
        assert sigmoid([-1000, -math.inf]).tolist() == [0, 0]
        assert sigmoid(0) == 0.5 and np.isnan(sigmoid(math.nan))
    with localcontext() as context:
        context.prec = 50
        for z in (-700, -30.5, -1.25, -1e-9, 0.3, 2, 17.75, 36):
            true = 1 / (1 + (-Decimal(z)).exp())
            assert abs(Decimal(float(sigmoid(z))) / true - 1) < Decimal("4.5e-16"), z


def test_the_sigmoid_keeps_the_shape():
    for shape in ((), (3,), (2, 3), (2, 1, 4), (0, 2)):
        assert sigmoid(np.zeros(shape)).shape == shape


def test_the_loss_keeps_its_digits():
    """softplus(z) - y z taken literally gives 1.07e-13 or 0 at z = 30, y = 1; the true value is 9.36e-14."""
    with localcontext() as context:
        context.prec = 50
        for z, y in ((30, 1), (-30, 0), (36.5, 1), (-700, 0), (5, 1), (-5, 0), (30, 0), (0.1, 0.3), (-2, 0.75),
                     (700, 0.25)):
            Z, one = Decimal(z), Decimal(1)
            true = (one + Z.exp()).ln() - Decimal(y) * Z if z > -100 else Z.exp()
            trace = Trace(*(np.array([[z]], float),) * 4)
            assert abs(Decimal(loss(trace, [[y]])) / true - 1) < Decimal("1e-15"), (z, y)
    assert loss(Trace(*(np.array([[30.0]]),) * 4), [[1]]) == math.log1p(math.exp(-30))


# init_params

def test_init_params():
    params = init_params(3, 4, 2, np.random.default_rng(5))
    assert [a.shape for a in params] == [(3, 4), (4, 2), (4,), (2,)] and {a.dtype for a in params} == {np.dtype(float)}
    assert not params.b_h.any() and not params.b_out.any()
    assert_same(init_params(3, 4, 2, np.random.default_rng(5)), params)
    bare = init_params(3, 4, 2, np.random.default_rng(5), bias=False)
    assert bare.b_h is None and bare.b_out is None
    assert_same(bare[:2], params[:2])
    wide = init_params(400, 100, 300, np.random.default_rng(0))
    assert abs(wide.W_h.std() * math.sqrt(400) - 1) < 0.02 and abs(wide.W_out.std() * math.sqrt(100) - 1) < 0.02
    assert abs(wide.W_h.mean()) < 0.001 and init_params(np.int64(3), 1, 1, np.random.default_rng(0)).W_h.shape == (3, 1)


# Read whole in ten minutes

def code_lines(source):
    """Return the numbers of the lines that hold code: no blank line, no comment, no docstring."""
    skip = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in skip:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return lines


def functions(source):
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]


def test_the_network_is_at_most_100_lines_of_code_and_no_function_above_15():
    source = inspect.getsource(mlp)
    lines = code_lines(source)
    assert len(lines) <= 100
    for node in functions(source):
        assert len(lines & set(range(node.lineno, node.end_lineno + 1))) <= 15, node.name


@pytest.mark.parametrize("name, most", [("fast", 41), ("train", 60)])
def test_the_files_around_it_are_short_too(name, most):
    assert len(code_lines(inspect.getsource(sys.modules[f"backprop.{name}"]))) <= most


@pytest.mark.parametrize("name", ["mlp", "train", "fast", "validate", "check"])
def test_every_public_function_has_a_docstring_that_begins_with_a_sentence(name):
    for node in functions(inspect.getsource(sys.modules[f"backprop.{name}"])):
        if not node.name.startswith("_") and node.col_offset == 0:
            first = (ast.get_docstring(node) or "").split("\n\n")[0]
            assert re.fullmatch(r"[A-Z].*\.", first, re.S), node.name


def test_every_shape_that_a_comment_promises_is_the_shape_of_that_line():
    m, d, t, n = 3, 4, 2, 5
    params, X, Y = nets.network(m, d, t, n)
    seen = {}

    def watch(frame, event, _):
        if frame.f_code.co_filename != mlp.__file__:
            return None
        if event == "return":
            arrays = {name: value for name, value in frame.f_locals.items() if name not in ("params", "trace")}
            seen.update({(frame.f_code.co_name, name): np.shape(value) for name, value in arrays.items()})
        return watch
    before = sys.gettrace()
    sys.settrace(watch)
    try:
        trace = forward(init_params(m, d, t, np.random.default_rng(0)), X)
        loss(trace, Y)
        backward(params, trace, X, Y)
    finally:
        sys.settrace(before)
    lines, compared = inspect.getsource(mlp).splitlines(), set()
    for node in functions("\n".join(lines)):
        for line in lines[node.lineno - 1:node.end_lineno]:
            if promised := re.search(r"^ +(\w+) = .*# (\([nmdt, ]+\))", line):
                shape = eval(promised[2], {}, {"m": m, "d": d, "t": t, "n": n})
                assert seen[node.name, promised[1]] == shape, line
                compared.add(promised[1])
    assert compared >= {"Z_h", "A_h", "Z_out", "A_out", "L", "delta_out", "dW_out", "db_out", "delta_h", "dW_h", "db_h"}


def test_the_symbol_table_names_every_array():
    table = mlp.__doc__
    for name in (*Params._fields, *Trace._fields, "X", "Y"):
        assert re.search(rf"^ +\S.* {name} +\([nmdt, ]+\)", table, re.M), name


@pytest.mark.parametrize("mean", [256, "sum", "no", None, np.array([True, False])], ids=repr)
def test_mean_is_true_or_false(mean):
    params, X, Y = nets.network(3, 4, 2, 5)
    trace = forward(params, X)
    for call in (lambda: loss(trace, Y, mean), lambda: backward(params, trace, X, Y, mean)):
        with pytest.raises(ValueError, match=r"^mean is .*: it must be True or False$"):
            call()
    with pytest.raises(ValueError, match=r"^bias is "):
        init_params(3, 4, 2, np.random.default_rng(1), bias=mean)
