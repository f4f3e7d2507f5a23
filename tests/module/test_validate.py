"""Bad input: one sentence that names the argument, what was expected, what came and the cure, before any arithmetic."""
import math
import re
import traceback

import numpy as np
import pytest

import networks as nets
from backprop import (
    Params,
    Trace,
    backward,
    forward,
    init_params,
    loss,
    predict,
    sigmoid,
    step,
    train,
    value_and_gradient,
)

PARAMS, X, Y = nets.network(3, 4, 2, 5)
TRACE = forward(PARAMS, X)
GRADIENT = backward(PARAMS, TRACE, X, Y)
RNG = np.random.default_rng(0)
GOOD = {
    forward: dict(params=PARAMS, X=X),
    predict: dict(params=PARAMS, X=X),
    loss: dict(trace=TRACE, Y=Y),
    backward: dict(params=PARAMS, trace=TRACE, X=X, Y=Y),
    value_and_gradient: dict(params=PARAMS, X=X, Y=Y, chunk=2),
    step: dict(params=PARAMS, gradient=GRADIENT, eta=0.1),
    train: dict(params=PARAMS, X=X, Y=Y, eta=0.1, epochs=2, batch=2, rng=RNG, lam=0.01),
    init_params: dict(m=3, d=4, t=2, rng=RNG),
    sigmoid: dict(Z=X),
}
TAKES = {argument: [f for f, arguments in GOOD.items() if argument in arguments]
         for argument in {name for arguments in GOOD.values() for name in arguments}}
COMPUTED = {"Z_h", "A_h", "Z_out", "A_out", "L", "delta_out", "delta_h", "dW_out", "dW_h", "db_out", "db_h", "e"}


def put(a, where, value):
    a = np.array(a, dtype=complex if isinstance(value, complex) else float)
    a[where] = value
    return a


def objects(a):
    return np.array([[object() for _ in row] for row in a])


def bad_matrices(name, a):
    """The ways in which any matrix can be bad: (what is wrong, the matrix, what the sentence must say)."""
    return [
        ("NaN", put(a, (1, 1), math.nan), f"{name} holds nan at (1, 1): every entry must be a finite number"),
        ("infinity", put(a, (0, 1), math.inf), f"{name} holds inf at (0, 1): every entry must be a finite number"),
        ("minus infinity", put(a, (0, 0), -math.inf), f"{name} holds -inf at (0, 0): "),
        ("infinity and minus infinity", put(put(a, (1, 0), math.inf), (1, 1), -math.inf),
         f"{name} holds inf at (1, 0): "),
        ("complex", a + 0j, f"{name} is complex: it must be real"),
        ("objects", objects(a), f"{name} holds object values: it must hold numbers"),
        ("None inside", [[None] * a.shape[1]] * len(a), f"{name} holds object values: it must hold numbers"),
        ("text", a.astype(str), f"{name} holds <U32 values: it must hold numbers"),
        ("bytes", a.astype("S8"), f"{name} holds |S8 values: it must hold numbers"),
        ("dates", np.zeros(a.shape, "M8[D]"), f"{name} holds datetime64[D] values: it must hold numbers"),
        ("ragged", [[0.5] * a.shape[1], [0.5] * (a.shape[1] + 1)] + [[0.5]] * (len(a) - 2),
         f"{name} has rows of different lengths"),
        ("3-D", a[None], f"{name} has shape {a[None].shape}: it needs two dimensions"),
        ("no columns", a[:, :0], f"{name} has shape {(len(a), 0)}: it needs at least one row and one column"),
    ]


def bad_examples(name, a):
    said = f"{name} is 1-D with shape ({a.shape[1]},): it needs two dimensions"
    return [*bad_matrices(name, a), ("1-D", a[0], said), ("1-D list", a[0].tolist(), said),
            ("1-D, one example", a[0], f"one example is {name}[None, :]"),
            ("no rows", a[:0], ("has shape (0, ", "has no rows", "rows but there are")),
            ("one number", 0.5, (f"{name} has shape (): it needs two dimensions",
                                 f"{name} is of type float: it must be an array")),
            ("nothing", None, (f"{name} holds object values", f"{name} is of type NoneType: it must be an array")),
            ("a dict", {0: [1]}, (f"{name} holds object values", f"{name} is of type dict: it must be an array")),
            ("a word", "digits", (f"{name} holds <U6 values", f"{name} is of type str: it must be an array"))]


BAD = [("X", *case) for case in bad_examples("X", X)]
BAD += [("Y", *case) for case in bad_examples("Y", Y)]
BAD += [("X", "too few columns", X[:, :2], "X is (5, 2) but W_h is (3, 4): X needs 3 columns"),
        ("X", "columns for rows", X.T,
         ("X is (3, 5) but W_h is (3, 4): X needs 3 columns", "Y has 5 rows but there are 3 examples")),
        ("Y", "too few rows", Y[:4], "Y has 4 rows but there are 5 examples: Y needs one row for each example"),
        ("Y", "too many rows", np.vstack([Y, Y]), "Y has 10 rows but there are 5 examples"),
        ("Y", "too many columns", np.hstack([Y, Y]), "Y is (5, 4) but the network has 2 outputs: Y needs 2 columns"),
        ("Y", "one column", Y[:, :1], "Y is (5, 1) but the network has 2 outputs: Y needs 2 columns"),
        ("Y", "above 1", put(Y, (3, 1), 7), "Y holds 7.0 at (3, 1): targets must lie in [0, 1]"),
        ("Y", "a hair above 1", put(Y, (2, 0), 1 + 2e-16),
         "Y holds 1.0000000000000002 at (2, 0): targets must lie in [0, 1]"),
            ("Y", "above 1 after a 0", put(put(Y, (0, 0), 0), (3, 1), 7), "Y holds 7.0 at (3, 1): targets must"),
        ("Y", "below 0 after a 1", put(put(Y, (0, 0), 1), (4, 0), -0.5), "Y holds -0.5 at (4, 0): targets must"),
        ("Y", "below 0", put(Y, (4, 0), -0.5), "Y holds -0.5 at (4, 0): targets must lie in [0, 1]")]
for weights in ("W_h", "W_out"):
    BAD += [("params", f"{weights}: {what}", PARAMS._replace(**{weights: value}), said)
            for what, value, said in bad_matrices(weights, getattr(PARAMS, weights))]
    BAD += [("gradient", f"{weights}: {what}", GRADIENT._replace(**{weights: value}), f"gradient.{said}")
            for what, value, said in bad_matrices(weights, getattr(GRADIENT, weights))]
for biases, one_is in (("b_h", "b_h is (3,) but W_h is (3, 4): b_h needs shape (4,)"),
                       ("b_out", "b_out is (1,) but W_out is (4, 2): b_out needs shape (2,)")):
    b = getattr(PARAMS, biases)
    other = {"b_h": "b_out", "b_out": "b_h"}[biases]
    BAD += [("params", f"{biases}: {what}", PARAMS._replace(**{biases: value}), said) for what, value, said in (
        ("short", b[:-1], one_is),
        ("a row", b[None], f"{biases} is (1, {len(b)}) but"),
        ("a column", b[:, None], f"{biases} is ({len(b)}, 1) but"),
        ("a number", 0.0, f"{biases} is () but"),
        ("NaN", put(b, 1, math.nan), f"{biases} holds nan at (1,): every entry must be a finite number"),
        ("NaN, a number", math.nan, f"{biases} is () but"),
        ("complex", b + 0j, f"{biases} is complex: it must be real"),
        ("text", ["a"] * len(b), f"{biases} holds <U1 values: it must hold numbers"),
        ("missing", None, f"{other} is given but {biases} is None: give both biases or neither"))]
BAD += [("params", what, value, said) for what, value, said in (
    ("a tuple", tuple(PARAMS), "params is of type tuple: it must be Params("),
    ("a dict", PARAMS._asdict(), "params is of type dict: it must be Params("),
    ("an array", X, "params is of type ndarray: it must be Params("),
    ("nothing", None, "params is of type NoneType: it must be Params("),
    ("a trace", TRACE, "params is of type Trace: it must be Params("),
    ("the class", Params, "params is of type type: it must be Params("),
    ("layers that do not meet", PARAMS._replace(W_out=PARAMS.W_out.T),
     "W_h is (3, 4) but W_out is (2, 4): W_out needs 4 rows"),
    ("W_h missing", PARAMS._replace(W_h=None), "W_h holds object values: it must hold numbers"),
    ("no hidden units", Params(np.zeros((3, 0)), np.zeros((0, 2))),
     "W_h has shape (3, 0): it needs at least one row and one column"))]
BAD += [("gradient", what, value, said) for what, value, said in (
    ("without biases", GRADIENT._replace(b_h=None, b_out=None), "params and gradient disagree on b_h"),
    ("one bias", GRADIENT._replace(b_h=None), "gradient.b_out is given but gradient.b_h is None"),
    ("of another network", nets.network(3, 5, 2, 1)[0], "the gradient's W_h is (3, 5) but the parameters' is (3, 4)"),
    ("an array", GRADIENT.W_h, "gradient is of type ndarray: it must be Params("))]
BAD += [("trace", what, value, said) for what, value, said in (
    ("outputs only", TRACE.A_out, "trace is of type ndarray: it must be what forward(params, X) returned"),
    ("a tuple", tuple(TRACE), "trace is of type tuple: it must be what forward(params, X) returned"),
    ("nothing", None, "trace is of type NoneType"),
    ("params", PARAMS, "trace is of type Params"),
    ("NaN", TRACE._replace(Z_out=put(TRACE.Z_out, (2, 1), math.nan)),
     "trace.Z_out holds nan at (2, 1): every entry must be a finite number"),
    ("complex", TRACE._replace(Z_out=TRACE.Z_out + 0j), "trace.Z_out is complex"),
    ("of one example less", Trace(*(a[:4] for a in TRACE)),
     ("trace.Z_h is (4, 4) but these params and examples give (5, 4): use the trace",
                                                            "Y has 5 rows but there are 4 examples")),
    ("1-D", TRACE._replace(Z_out=TRACE.Z_out[0]), "trace.Z_out has shape (2,): it needs two dimensions"))]

NOT_WHOLE = [2.0, 1.5, "2", None, True, np.True_, math.nan, math.inf, 2j, [2], np.array([2]), np.zeros((2, 1)),
             np.zeros((9, 9))]
NOT_REAL = [math.nan, math.inf, -math.inf, -0.1, 1j, np.complex128(0.5 + 1j), "0.1", None, True, np.True_, [0.1],
            np.array([0.1]),
            np.ones((2, 1)), np.ones((99, 99)), 10**400, -10**400]
for name, allowed, values in (("chunk", "at least 1", [0, -1, *NOT_WHOLE]), ("epochs", "at least 0", [-1, *NOT_WHOLE]),
                              ("m", "at least 1", [0, -3, *NOT_WHOLE]), ("d", "at least 1", [0, *NOT_WHOLE]),
                              ("t", "at least 1", [0, *NOT_WHOLE]),
                              ("batch", "from 1 to 5", [0, -1, 6, *[v for v in NOT_WHOLE if v is not None]])):
    BAD += [(name, f"{value!r:.20}", value, [f"{name} is ", f": it must be a whole number {allowed}"])
            for value in values]
for name, allowed, values in (("eta", "above 0", [0, 0.0, *NOT_REAL]), ("lam", "of at least 0", NOT_REAL)):
    BAD += [(name, f"{value!r:.20}", value, [f"{name} is ", f": it must be a finite number {allowed}"])
            for value in values]
BAD += [("rng", f"{value!r:.20}", value,
         f"rng is of type {type(value).__name__}: it must be a NumPy generator, e.g. numpy.random.default_rng(1)")
        for value in (1, "seed", np.random.RandomState(1), np.random)]
BAD += [("Z", "complex", X + 0j, "Z is complex: it must be real"),
        ("Z", "text", ["1"], "Z holds <U1 values: it must hold numbers"),
        ("Z", "ragged", [[1], [1, 2]], "Z has rows of different lengths"),
        ("Z", "nothing", None, "Z holds object values")]


def one_sentence(text):
    """No line break, no second sentence, no full stop at the end, no traceback of NumPy's inside."""
    return (len(text.splitlines()) == 1 and len(text) < 220
            and not re.search(r"[.!?]\s+[A-Z]|\.$|\s\s|ufunc|broadcast", text))


def refuse(f, arguments, said):
    """Call f, which must raise ValueError with one sentence, before any arithmetic, its arguments unchanged.

    said is in the sentence; of a tuple one, of a list each.
    """
    before, state = {name: repr(value) for name, value in arguments.items()}, RNG.bit_generator.state
    with np.errstate(all="raise"), pytest.raises(ValueError) as caught:
        f(**arguments)
    text = str(caught.value)
    assert one_sentence(text), text
    if isinstance(said, tuple):                             # one of several sentences
        assert any(part in text for part in said), text
    else:
        assert all(part in text for part in np.atleast_1d(said)), text
    assert {name: repr(value) for name, value in arguments.items()} == before and RNG.bit_generator.state == state
    frames = [frame for frame, _ in traceback.walk_tb(caught.tb) if "backprop" in frame.f_globals["__name__"]]
    assert frames[-1].f_globals["__name__"] == "backprop.validate"
    assert not {name for frame in frames[:-1] for name in frame.f_locals} & COMPUTED


CASES = [pytest.param(f, argument, value, said, id=f"{f.__name__}, {argument}: {what}")
         for argument, what, value, said in BAD for f in TAKES[argument]]


@pytest.mark.parametrize("f, argument, value, said", CASES)
def test_bad_input_is_refused_in_one_sentence_before_any_arithmetic(f, argument, value, said):
    refuse(f, {**GOOD[f], argument: value}, said)


@pytest.mark.parametrize("f", GOOD, ids=lambda f: f.__name__)
def test_the_good_arguments_are_good(f):
    f(**GOOD[f])


@pytest.mark.parametrize("name", Trace._fields)
def test_each_part_of_a_trace_is_judged(name):
    a = getattr(TRACE, name)
    for value, said in ((put(a, (3, 1), math.nan), "holds nan at (3, 1)"),
                        (a.astype(str), "holds <U32 values: it must hold numbers"),
                        (a[:, :1], f"is (5, 1) but these params and examples give {a.shape}: "
                                   "use the trace of forward(params, X)"),
                        (a + 0j, "is complex"), (a.ravel(), f"has shape ({a.size},): it needs two dimensions")):
        refuse(backward, {**GOOD[backward], "trace": TRACE._replace(**{name: value})}, f"trace.{name} {said}")


def test_a_sparse_matrix_is_refused():
    class Sparse:
        shape, dtype = (5, 3), float

        def __len__(self):
            raise TypeError("the length of a sparse matrix is ambiguous")

        def __getitem__(self, rows):
            return self
    for f in (forward, value_and_gradient):
        refuse(f, {**GOOD[f], "X": Sparse()}, "X holds object values: it must hold numbers")


def test_params_and_examples_are_judged_in_the_order_of_the_arguments():
    with pytest.raises(ValueError, match=r"^W_h holds nan"):
        forward(PARAMS._replace(W_h=PARAMS.W_h * math.nan), X[0])


def test_the_sentence_of_the_design():
    with pytest.raises(ValueError) as caught:
        forward(nets.network(4, 7, 2, 1)[0], X)
    assert str(caught.value) == "X is (5, 3) but W_h is (4, 7): X needs 4 columns"


def test_layers_that_do_not_meet_are_told_what_is_needed():
    with pytest.raises(ValueError, match=r"^W_h is \(3, 4\) but W_out is \(5, 2\): W_out needs 4 rows"):
        forward(PARAMS._replace(W_out=np.ones((5, 2))), X)


@pytest.mark.parametrize("b, message", [(["a"] * 4, r"^gradient\.b_h holds <U1 values: "),
                                        ([math.nan] * 4, r"^gradient\.b_h holds nan at "),
                                        ([0.5] * 3, r"^gradient\.b_h is \(3,\) but gradient\.W_h is \(3, 4\)")])
def test_what_is_wrong_with_a_gradient_is_said_of_the_gradient(b, message):
    params = Params(np.ones((3, 4)), np.ones((4, 2)), np.ones(4), np.ones(2))
    with pytest.raises(ValueError, match=message):
        step(params, params._replace(b_h=b), 0.1)
