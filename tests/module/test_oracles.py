"""Other people's programs as oracles: scikit-learn, autograd and SymPy must find the same numbers.

They run in `make test-all` (pip install -e ".[oracles]"). Where one is missing, its tests are skipped with a warning;
under continuous integration (the variable CI is set) that is a failure.
"""
import importlib
import os
import warnings

import numpy as np
import pytest

import networks as nets
from backprop import Params, backward, forward, loss, naive_loss, sigmoid, train, value_and_gradient
from backprop.data import load_digits
from networks import assert_close

pytestmark = pytest.mark.slow
unequal = pytest.mark.parametrize("sizes", nets.SIZES, ids=str)


def oracle(module):
    try:
        return importlib.import_module(module)
    except ImportError:
        name = module.split(".")[0].replace("sklearn", "scikit-learn")
        text = f"{name.upper()} IS NOT INSTALLED: ITS ORACLE WAS NOT ASKED (pip install -e '.[oracles]')"
        if os.environ.get("CI"):
            pytest.fail(text)
        warnings.warn(text, stacklevel=2)
        pytest.skip(text)


# scikit-learn

def as_classifier(params, X, Y, **settings):
    """An MLPClassifier of scikit-learn with our weights, plain gradient descent, sigmoid and cross-entropy."""
    network = oracle("sklearn.neural_network").MLPClassifier(
        hidden_layer_sizes=(params.W_h.shape[1],), activation="logistic", solver="sgd", momentum=0,
        nesterovs_momentum=False,
        learning_rate="constant", shuffle=False, random_state=0, tol=0, n_iter_no_change=10**9, **settings)
    network.partial_fit(X, Y, classes=np.arange(Y.shape[1]))
    network.coefs_ = [params.W_h.copy(), params.W_out.copy()]
    network.intercepts_ = [params.b_h.copy(), params.b_out.copy()]
    assert network.out_activation_ == "logistic"
    network._optimizer.params = network.coefs_ + network.intercepts_
    return network


def problem(m, d, t, n):
    """Several labels for an example, none of them always or never: what makes scikit-learn use sigmoid outputs."""
    params, X, _ = nets.network(m, d, t, n)
    return params, X, (np.arange(n)[:, None] % (np.arange(t) + 2) == 0).astype(int)


def of(network):
    return Params(*network.coefs_, *network.intercepts_)


def test_sklearn_finds_the_same_outputs_loss_and_gradient():
    for sizes in ((3, 4, 2, 5), (5, 7, 3, 11)):
        params, X, Y = problem(*sizes)
        network = as_classifier(params, X, Y, alpha=0, learning_rate_init=1.0, batch_size=len(X))
        assert_close(network.predict_proba(X), forward(params, X).A_out, 1e-14)
        network.partial_fit(X, Y)                                  # one step at rate 1: the gradient is the difference
        J, gradient = value_and_gradient(params, X, Y, mean=True)
        assert network.loss_ == pytest.approx(J, rel=1e-12)
        assert_close(Params(*(a - b for a, b in zip(params, of(network)))), tuple(gradient), 1e-12)


def test_sklearn_descends_to_the_same_weights_with_a_penalty():
    """Its penalty is alpha/(2n) times the squared weights, n being the size of the batch: alpha = lam n."""
    params, X, Y = problem(3, 4, 2, 12)
    lam, eta, epochs, batch = 0.03, 0.5, 20, 4
    network = as_classifier(params, X, Y, alpha=lam * batch, learning_rate_init=eta, batch_size=batch)
    for _ in range(epochs):
        network.partial_fit(X, Y)
    trained, _ = train(params, X, Y, eta, epochs, batch, lam=lam)
    assert_close(of(network), tuple(trained), 1e-11)


@unequal
def test_sklearn_computes_the_same_log_loss(sizes):
    metrics = oracle("sklearn.metrics")
    params, X, Y = nets.network(*sizes)
    Y, A = np.round(Y), forward(params, X).A_out
    J = sum(metrics.log_loss(y, a, labels=[0, 1], normalize=False) for y, a in zip(Y.T, A.T))
    assert loss(forward(params, X), Y) == pytest.approx(J, rel=1e-12)


def test_scipy_computes_the_same_sigmoid():
    expit = oracle("scipy.special").expit
    Z = np.concatenate([np.linspace(-700, 800, 4001), np.linspace(-5, 5, 1001)])
    assert np.allclose(sigmoid(Z), expit(Z), rtol=2e-15, atol=0)


def test_the_digits_are_those_of_sklearn_entry_by_entry():
    theirs = oracle("sklearn.datasets").load_digits()
    X, labels = load_digits()
    assert np.array_equal(X * 16, theirs.data) and np.array_equal(labels, theirs.target)
    assert np.array_equal(X.reshape(-1, 8, 8) * 16, theirs.images)


# autograd

@unequal
@pytest.mark.parametrize("bias", [True, False])
def test_autograd_differentiates_to_the_same_gradient(sizes, bias):
    autograd, anp = oracle("autograd"), oracle("autograd.numpy")
    params, X, Y = nets.network(*sizes, bias)

    def J(arrays):
        W_h, W_out, b_h, b_out = arrays if bias else (*arrays, 0, 0)
        A_h = 1 / (1 + anp.exp(-(anp.dot(X, W_h) + b_h)))
        A_out = 1 / (1 + anp.exp(-(anp.dot(A_h, W_out) + b_out)))
        return -anp.sum(Y * anp.log(A_out) + (1 - Y) * anp.log(1 - A_out))
    arrays = tuple(p for p in params if p is not None)
    assert_close(J(arrays), loss(forward(params, X), Y), 1e-13)
    assert_close(tuple(autograd.grad(J)(arrays)), tuple(backward(params, forward(params, X), X, Y)[:len(arrays)]),
                 1e-12)


# SymPy

@pytest.mark.parametrize("m, d, t, n", [(1, 1, 1, 1), (2, 2, 2, 2), (1, 3, 2, 2)])
def test_sympy_differentiates_the_printed_loss_to_the_same_thirty_digits(m, d, t, n):
    sp = oracle("sympy")
    rng = np.random.default_rng(0)

    arrays, symbols, values = [], [], {}
    for name, shape in (("w", (m, d)), ("v", (d, t)), ("b", (d,)), ("c", (t,))):
        numbers = rng.integers(-12, 13, shape)
        names = np.array([sp.Symbol(f"{name}{index}") for index in np.ndindex(shape)]).reshape(shape)
        values |= {s: sp.Rational(int(k), 8) for s, k in zip(names.ravel(), numbers.ravel())}
        arrays.append(numbers / 8)
        symbols.append(names)
    X, Y = rng.integers(-8, 9, (n, m)), rng.integers(0, 5, (n, t))
    W, V, b, c = symbols
    J = 0
    for r in range(n):
        a = [1 / (1 + sp.exp(-(sum(int(X[r, i]) * W[i, j] for i in range(m)) + b[j]))) for j in range(d)]
        for j in range(t):
            out = 1 / (1 + sp.exp(-(sum(a[i] * V[i, j] for i in range(d)) + c[j])))
            y = sp.Rational(int(Y[r, j]), 4)
            J -= y * sp.log(out) + (1 - y) * sp.log(1 - out)
    params, Y = Params(*arrays), Y / 4
    trace = forward(params, X)
    assert loss(trace, Y) == pytest.approx(float(J.evalf(30, subs=values)), rel=1e-14)
    for names, ours in zip(symbols, backward(params, trace, X, Y)):
        exact = [float(sp.diff(J, s).evalf(30, subs=values)) for s in names.ravel()]
        assert_close(ours.ravel(), exact, 1e-13)
    assert_close(naive_loss(params, X, Y), loss(trace, Y), 1e-13)
