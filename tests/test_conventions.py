"""Every convention's gradient against the definition, written in that convention's own layout."""
import numpy as np
import pytest

from backprop import Convention, Params, backward, complex_step, convert, forward
from backprop.conventions import CHOICES, PRESETS, preset
from networks import assert_close, assert_same, frozen, network

CONVENTIONS = {Convention(w, r, b).name: Convention(w, r, b) for w in CHOICES["weights"] for r in CHOICES["reduction"]
               for b in CHOICES["bias"]}


def stored(params, c):
    """Return the parameters, not a gradient, as the convention c stores them: the layout changes and no number does."""
    W = {"h": params.W_h, "out": params.W_out}
    b = {"h": params.b_h, "out": params.b_out}
    if c.bias == "first-row":
        W, b = {k: np.concatenate([b[k][None], W[k]]) for k in W}, {"h": None, "out": None}
    if c.bias == "column":
        b = {k: v.reshape(-1, 1) for k, v in b.items()}
    if c.weights == "out,in":
        W = {k: v.T for k, v in W.items()}
    return Params(W["h"], W["out"], b["h"], b["out"])


def loss(theta, X, Y, c):
    """Return the loss as c defines it, one example and one unit after the other, from parameters as c stores them."""
    def unit(W, b, k, a):
        w = W[k] if c.weights == "out,in" else W[:, k]
        bias, w = (w[0], w[1:]) if c.bias == "first-row" else (np.ravel(b)[k], w)
        return 1 / (1 + np.exp(-(sum(wi * ai for wi, ai in zip(w, a)) + bias)))

    def layer(W, b, a):
        return [unit(W, b, k, a) for k in range(W.shape[0] if c.weights == "out,in" else W.shape[1])]

    losses = [-(y * np.log(a) + (1 - y) * np.log(1 - a)) for x, target in zip(X, Y)
              for a, y in zip(layer(theta.W_out, theta.b_out, layer(theta.W_h, theta.b_h, x)), target)]
    return sum(losses) / {"sum": 1, "mean": len(X), "mean_all": len(losses)}[c.reduction]


@pytest.mark.parametrize("c", CONVENTIONS.values(), ids=CONVENTIONS)
def test_converted_is_the_gradient_by_definition_in_that_convention(c):
    params, X, Y = network(3, 4, 2, 5)
    by_definition = complex_step(lambda theta: loss(theta, X, Y, c), stored(params, c))
    converted = convert(backward(params, forward(params, X), X, Y), "book", c, 5, 2)
    assert_close(converted, by_definition, 1e-12)


@pytest.mark.parametrize("source", CONVENTIONS.values(), ids=CONVENTIONS)
def test_there_and_back_and_by_any_way(source):
    params, X, Y = network(3, 4, 2, 5)
    g = convert(backward(params, forward(params, X), X, Y), "book", source, 5, 2)
    for target in CONVENTIONS.values():
        there = convert(g, source, target, 5, 2)
        assert_close(convert(there, target, source, 5, 2), g, 1e-14)
        assert_close(there, convert(convert(g, source, "book", 5, 2), "book", target, 5, 2), 1e-14)


def test_presets_and_names():
    assert PRESETS["book"] == Convention() and Convention().name == "book" and preset("book") == Convention()
    assert Convention("out,in", "mean", "column").name == "out,in+mean+column"
    assert len(PRESETS) >= 11 and len(CONVENTIONS) == 18
    assert Convention("out,in").divisor(5, 2) == 1 and Convention(reduction="mean_all").divisor(5, 2) == 10


def test_a_gradient_without_biases_keeps_none():
    params, X, Y = network(3, 4, 2, 5, bias=False)
    g = backward(params, forward(params, X), X, Y)
    there = convert(g, "book", Convention("out,in", "mean", "column"), 5, 2)
    assert there.b_h is None and there.b_out is None
    assert_close(there.W_out, g.W_out.T / 5, 1e-15)


def test_arguments_stay_as_they_are_and_float32_stays_float32():
    for dtype in (np.float64, np.float32):
        params, X, Y = network(3, 4, 2, 5, dtype=dtype)
        g = backward(params, forward(params, X), X, Y)
        copies = frozen(g)
        for c in CONVENTIONS.values():
            there = convert(g, "book", c, 5, 2)
            assert all(a is None or a.dtype == dtype and not any(np.shares_memory(a, b) for b in g) for a in there)
        assert_same([g], copies)


G = Params(np.ones((3, 4)), np.ones((4, 2)), np.ones(4), np.ones(2))
BAD = [
    (lambda: Convention("rows"), "weights is 'rows': it must be one of 'in,out', 'out,in'"),
    (lambda: Convention(reduction="average"), "reduction is 'average': it must be one of 'sum', 'mean', 'mean_all'"),
    (lambda: Convention(bias=1), "bias is 1: it must be one of 'vector', 'column', 'first-row'"),
    (lambda: convert(G, "theirs", "book", 5, 2), "convention is 'theirs': it must be a Convention or one of book, "),
    (lambda: convert(G, None, "book", 5, 2), "convention is None"),
    (lambda: convert(G.W_h, "book", "pytorch", 5, 2), "gradient is a ndarray: it must be Params"),
    (lambda: convert(G, "book", "pytorch", 0, 2), "n is 0"), (lambda: convert(G, "book", "pytorch", 5, 2.0), "t is 2.0"),
    (lambda: convert(G, "book", "pytorch", 5, 3), "W_out has 2 outputs in the convention book, but t is 3"),
    (lambda: convert(G, "pytorch", "book", 5, 2), "W_h is"),
    (lambda: convert(G, "nielsen", "book", 5, 2), r"b_h has shape \(4,\): in the bias convention 'column' it is \(units, 1\)"),
    (lambda: convert(G, "bishop", "book", 5, 2), "b_h and b_out must be None"),
    (lambda: convert(G._replace(b_h=None, b_out=None), "book", "bishop", 5, 2), "the gradient has no biases"),
    (lambda: convert(G._replace(W_h=G.W_h * np.nan), "book", "pytorch", 5, 2), "W_h holds nan"),
    (lambda: convert(Params(None, G.W_out), "book", "pytorch", 5, 2), "W_h must be a matrix with two dimensions, not None"),
]


@pytest.mark.parametrize("call, message", BAD, ids=range(len(BAD)))
def test_bad_input_gets_one_sentence(call, message):
    with pytest.raises(ValueError, match=message) as raised:
        call()
    assert "\n" not in str(raised.value)
