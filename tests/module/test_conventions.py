"""Every convention's gradient against the definition, written in that convention's own layout."""
import numpy as np
import pytest
from test_oracles import as_classifier, oracle, problem

from backprop import Convention, Params, backward, central_difference, complex_step, convert, forward
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
            assert all(a is None or (a.dtype == dtype and not any(np.shares_memory(a, b) for b in g)) for a in there)
        assert_same([g], copies)


G = Params(np.ones((3, 4)), np.ones((4, 2)), np.ones(4), np.ones(2))
BAD = [
    (lambda: Convention("rows"), "weights is 'rows': it must be one of 'in,out', 'out,in'"),
    (lambda: Convention(reduction="average"), "reduction is 'average': it must be one of 'sum', 'mean', 'mean_all'"),
    (lambda: Convention(bias=1), "bias is 1: it must be one of 'vector', 'column', 'first-row'"),
    (lambda: convert(G, "theirs", "book", 5, 2), "convention is 'theirs': it must be a Convention or one of book, "),
    (lambda: convert(G, None, "book", 5, 2), "convention is None"),
    (lambda: convert(G.W_h, "book", "pytorch", 5, 2), "gradient is of type ndarray: it must be Params"),
    (lambda: convert(G, "book", "pytorch", 0, 2), "n is 0"),
    (lambda: convert(G, "book", "pytorch", 5, 2.0), "t is 2.0"),
    (lambda: convert(G, "book", "pytorch", 5, 3), "W_out has 2 outputs in the convention book, but t is 3"),
    (lambda: convert(G, "pytorch", "book", 5, 2), "W_h is"),
    (lambda: convert(G, "nielsen", "book", 5, 2),
     r"b_h has shape \(4,\): in the bias convention 'column' it is \(units, 1\)"),
    (lambda: convert(G, "bishop", "book", 5, 2), "b_h and b_out must be None"),
    (lambda: convert(G._replace(b_h=None, b_out=None), "book", "bishop", 5, 2), "the gradient has no biases"),
    (lambda: convert(G._replace(W_h=G.W_h * np.nan), "book", "pytorch", 5, 2), "W_h holds nan"),
    (lambda: convert(Params(None, G.W_out), "book", "pytorch", 5, 2),
     "W_h must be a matrix with two dimensions, not None"),
]


@pytest.mark.parametrize("call, message", BAD, ids=range(len(BAD)))
def test_bad_input_gets_one_sentence(call, message):
    with pytest.raises(ValueError, match=message) as raised:
        call()
    assert "\n" not in str(raised.value)


# the libraries themselves

@pytest.mark.slow
def test_scikit_learn_itself():
    params, X, Y = problem(3, 4, 2, 5)
    network = as_classifier(params, X, Y, alpha=0, learning_rate_init=1.0, batch_size=len(X))
    network.partial_fit(X, Y)                                  # one step at rate 1: the gradient is the difference
    theirs = Params(*(a - b for a, b in zip(params, (*network.coefs_, *network.intercepts_))))
    assert_close(convert(theirs, "scikit-learn", "book", 5, 2), backward(params, forward(params, X), X, Y), 1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("t", [1, 2, 5])
def test_scikit_learns_regressor_divides_its_loss_by_t_and_not_its_gradient(t):
    """As the section "mistakes in print" says. When a version changes this, change the section."""
    regressor = oracle("sklearn.neural_network").MLPRegressor(
        hidden_layer_sizes=(4,), activation="logistic", solver="sgd", alpha=0, momentum=0, nesterovs_momentum=False,
        learning_rate_init=1e-6, batch_size=5, shuffle=False, random_state=0)
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(5, 3)), rng.normal(size=(5, t))
    regressor.partial_fit(X, Y if t > 1 else Y[:, 0])          # builds the network
    W_h, W_out = (W.copy() for W in regressor.coefs_)
    b_h, b_out = (b.copy() for b in regressor.intercepts_)

    def printed(W):
        return 0.5 * np.mean((Y - (1 / (1 + np.exp(-(X @ W_h + b_h))) @ W + b_out)) ** 2)

    regressor.partial_fit(X, Y if t > 1 else Y[:, 0])          # reports the loss, then takes one step
    assert regressor.loss_ == pytest.approx(printed(W_out), rel=1e-12)
    gradient = (W_out - regressor.coefs_[1]) / 1e-6
    assert_close(gradient / central_difference(printed, W_out), np.full((4, t), float(t)), 1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("c", CONVENTIONS.values(), ids=CONVENTIONS)
def test_autograd_differentiates_the_loss_of_each_convention(c):
    grad, anp = oracle("autograd").grad, oracle("autograd.numpy")
    params, X, Y = network(3, 4, 2, 5)

    def theirs(arrays):
        W_h, W_out, b_h, b_out = (*arrays, None, None)[:4]
        if c.weights == "out,in":
            W_h, W_out = W_h.T, W_out.T
        if c.bias == "first-row":
            W_h, b_h, W_out, b_out = W_h[1:], W_h[0], W_out[1:], W_out[0]
        A_h = 1 / (1 + anp.exp(-(X @ W_h + anp.ravel(b_h))))
        A = 1 / (1 + anp.exp(-(A_h @ W_out + anp.ravel(b_out))))
        L = -(Y * anp.log(A) + (1 - Y) * anp.log(1 - A))
        return {"sum": anp.sum(L), "mean": anp.sum(L) / len(X), "mean_all": anp.mean(L)}[c.reduction]

    gradient = Params(*grad(theirs)(tuple(a for a in stored(params, c) if a is not None)))
    assert_close(convert(gradient, c, "book", 5, 2), backward(params, forward(params, X), X, Y), 1e-12)


@pytest.mark.slow
def test_pytorch_itself_where_it_is_installed():
    torch = pytest.importorskip("torch")                       # gigabytes: never asked for by this project
    params, X, Y = network(3, 4, 2, 5)
    layers = torch.nn.Linear(3, 4).double(), torch.nn.Linear(4, 2).double()
    with torch.no_grad():
        for layer, W, b in zip(layers, params[:2], params[2:]):
            layer.weight.copy_(torch.tensor(W.T))
            layer.bias.copy_(torch.tensor(b))
    out = layers[1](torch.sigmoid(layers[0](torch.tensor(X))))
    torch.nn.BCEWithLogitsLoss()(out, torch.tensor(Y)).backward()
    theirs = Params(*(layer.weight.grad.numpy() for layer in layers), *(layer.bias.grad.numpy() for layer in layers))
    assert_close(convert(theirs, "pytorch", "book", 5, 2), backward(params, forward(params, X), X, Y), 1e-12)


def first_row(W_h, W_out, b_h=None, b_out=None):
    """Read a gradient whose biases stand in the first rows of W."""
    return convert(Params(np.array(W_h, float), np.array(W_out, float), b_h, b_out),
                   Convention(bias="first-row"), "book", n=1, t=1)


def test_the_smallest_network_with_its_biases_in_the_first_row():
    book = first_row([[1], [2]], [[3], [4]])
    assert [a.tolist() for a in book] == [[[2]], [[4]], [1], [3]]


@pytest.mark.parametrize("arrays, message", [
    (([[1]], [[3], [4]]), "W needs a row for the biases"), (([[1], [2]], [[3]]), "W needs a row for the biases"),
    (([[1], [2]], [[3], [4]], np.ones(1)), "b_h and b_out must be None"),
    (([[1], [2]], [[3], [4]], None, np.ones(1)), "b_h and b_out must be None"),
    (([1, 2, 3], [[3], [4]]), r"W_h must be a matrix with two dimensions, not \(3,\)"),
    ((np.nan, [[3], [4]]), "W_h holds nan: "),
])
def test_a_first_row_that_is_none_is_refused(arrays, message):
    with pytest.raises(ValueError, match=message):
        first_row(*arrays)


def test_columns_of_biases_may_be_missing():
    bare = Params(np.ones((2, 3)), np.ones((3, 1)))
    for source, target in ((Convention(bias="column"), "book"), ("book", Convention(bias="column"))):
        assert convert(bare, source, target, n=1, t=1).b_h is None
