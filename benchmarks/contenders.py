"""Who computes the loss and its gradient, each in its own words, all from the same numbers.

A contender is a function of (params, X, Y) that prepares what it needs and returns (run, read): run() does the work
that is timed, read(run()) gives (J, [dW_h, dW_out, db_h, db_out]) as NumPy arrays, to be compared. The limits compute
nothing of use: they are what no program built on the same matrix product can beat by much.
"""
import inspect
from time import perf_counter

import numpy as np

import backprop

CHUNK = inspect.signature(backprop.value_and_gradient).parameters["chunk"].default     # rows in a piece, unless told


def pieces(params, X, Y):
    """Take the module's value_and_gradient."""
    return lambda: backprop.value_and_gradient(params, X, Y), lambda result: result


def textbook(params, X, Y):
    """Take the book's forward, loss and backward, which keep whole arrays of n rows."""
    def run():
        trace = backprop.forward(params, X)
        return backprop.loss(trace, Y), backprop.backward(params, trace, X, Y)
    return run, lambda result: result


def product(A, B):
    """Return the faster way to multiply arrays of these shapes: A B, or (Bᵀ Aᵀ)ᵀ, which stores them by columns."""
    ways = (lambda A, B: A @ B, lambda A, B: (B.T @ A.T).T)
    A, B = A[:1024], B[:, :1024]                        # enough to tell

    def fastest(way):
        times = []
        for _ in range(7):
            start = perf_counter()
            way(A, B)
            times.append(perf_counter() - start)
        return min(times)
    return min(ways, key=fastest) if A.size * B.shape[1] > 10**5 else ways[0]


def products(params, X, Y, rows):
    """Multiply matrices of the five shapes, each in its faster layout, with one exp per activation, rows at a time."""
    W_h, W_out = params[:2]
    A, delta = X[:rows] @ W_h, Y[:rows]
    to_h, to_out, back = product(X[:rows], W_h), product(A, W_out), product(delta, W_out.T)
    by_W_out, by_W_h = product(A.T, delta), product(X[:rows].T, A)

    def run():
        for start in range(0, len(X), rows):
            A_in, delta_out = X[start:start + rows], Y[start:start + rows]
            A_h = to_h(A_in, W_h)
            np.exp(A_h, out=A_h)
            A_out = to_out(A_h, W_out)
            np.exp(A_out, out=A_out)
            by_W_out(A_h.T, delta_out)
            by_W_h(A_in.T, back(delta_out, W_out.T))
    return run, None


def limit(params, X, Y):
    """Do the bare products on whole arrays."""
    return products(params, X, Y, len(X))


def limit_in_pieces(params, X, Y):
    """Do the bare products CHUNK rows at a time, without adding up what they give."""
    return products(params, X, Y, CHUNK)


def pytorch_products(params, X, Y):
    """Do the bare products with PyTorch's matrix product, to tell it from the rest of PyTorch."""
    import torch
    W_h, W_out, A_in, delta = (torch.tensor(a) for a in (*params[:2], X, Y))

    def run():
        A_h = torch.exp_(A_in @ W_h)
        torch.exp_(A_h @ W_out)
        A_h.T @ delta
        A_in.T @ (delta @ W_out.T)
    return run, None


def pytorch(params, X, Y):
    """Write PyTorch as the textbook form is written: eager tensors, then backward()."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits
    W_h, W_out, b_h, b_out = arrays = [torch.tensor(p, requires_grad=True) for p in params]
    A_in, targets = torch.tensor(X), torch.tensor(Y)

    def run():
        for p in arrays:
            p.grad = None
        A_h = torch.sigmoid(A_in @ W_h + b_h)
        J = binary_cross_entropy_with_logits(A_h @ W_out + b_out, targets, reduction="sum")
        J.backward()
        return J.item(), [p.grad for p in arrays]
    return run, lambda result: (result[0], [g.numpy() for g in result[1]])


def pytorch_modules(params, X, Y):
    """Write PyTorch with torch.nn modules, as its tutorials do."""
    import torch
    from torch import nn
    hidden, out = nn.Linear(*params.W_h.shape), nn.Linear(*params.W_out.shape)
    network = nn.Sequential(hidden, nn.Sigmoid(), out).to(torch.tensor(X[:1]).dtype)
    with torch.no_grad():
        for layer, W, b in ((hidden, params.W_h, params.b_h), (out, params.W_out, params.b_out)):
            layer.weight.copy_(torch.tensor(W.T.copy()))
            layer.bias.copy_(torch.tensor(b))
    A_in, targets, criterion = torch.tensor(X), torch.tensor(Y), nn.BCEWithLogitsLoss(reduction="sum")

    def run():
        network.zero_grad()
        J = criterion(network(A_in), targets)
        J.backward()
        return J.item()
    return run, lambda J: (J, [hidden.weight.grad.numpy().T, out.weight.grad.numpy().T,
                               hidden.bias.grad.numpy(), out.bias.grad.numpy()])


def jax_jit(params, X, Y):
    """Compile with JAX; the first call, which compiles, is not timed."""
    import jax
    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    def loss(p, X, Y):
        Z = jax.nn.sigmoid(X @ p[0] + p[2]) @ p[1] + p[3]
        return (jnp.maximum(Z, 0) - Y * Z + jnp.log1p(jnp.exp(-jnp.abs(Z)))).sum()
    f = jax.jit(jax.value_and_grad(loss))
    arguments = [jnp.asarray(p) for p in params], jnp.asarray(X), jnp.asarray(Y)
    return (lambda: jax.block_until_ready(f(*arguments)),
            lambda result: (float(result[0]), [np.asarray(g) for g in result[1]]))


def autograd(params, X, Y):
    """Differentiate a NumPy loss with autograd."""
    import autograd.numpy as anp
    from autograd import value_and_grad

    def loss(p):
        Z = anp.dot(1 / (1 + anp.exp(-(anp.dot(X, p[0]) + p[2]))), p[1]) + p[3]
        return anp.sum(anp.maximum(Z, 0) - Y * Z + anp.log1p(anp.exp(-anp.abs(Z))))
    f = value_and_grad(loss)
    return lambda: f(list(params)), lambda result: result


def scikit_learn(params, X, Y):
    """Call what MLPClassifier calls at each step (a private method; none is public); it gives the mean over n."""
    import inspect

    from sklearn.neural_network import MLPClassifier
    network = MLPClassifier((params.W_h.shape[1],), activation="logistic", solver="sgd", alpha=0)
    network.partial_fit(X[:1], Y[:1].astype(int), classes=np.arange(Y.shape[1]))
    network.coefs_, network.intercepts_ = list(params[:2]), list(params[2:])
    takes_weights = "sample_weight" in inspect.signature(network._backprop).parameters

    def run():
        lists = [X, None, None], [None, None], [None, None], [None, None]
        return network._backprop(X, Y, *([None] if takes_weights else []), *lists)
    n = len(X)
    return run, lambda result: (result[0] * n, [g * n for g in (*result[1], *result[2])])


CONTENDERS = {                                          # name: (function, the package that must be there)
    "limit": (limit, "numpy"),
    "limit in pieces": (limit_in_pieces, "numpy"),
    "this module": (pieces, "numpy"),
    "textbook form": (textbook, "numpy"),
    "PyTorch products": (pytorch_products, "torch"),
    "PyTorch": (pytorch, "torch"),
    "PyTorch modules": (pytorch_modules, "torch"),
    "JAX, compiled": (jax_jit, "jax"),
    "autograd": (autograd, "autograd"),
    "scikit-learn": (scikit_learn, "sklearn"),
}


def installed(package):
    """Say whether a package is there, without loading it."""
    from importlib.util import find_spec
    return find_spec(package) is not None


def numbers(m, d, t, n, dtype):
    """Return (params, X, Y): inputs in [0, 1], one class per example."""
    rng = np.random.default_rng(1)
    params = backprop.Params(*(p.astype(dtype) for p in backprop.init_params(m, d, t, rng)))
    X, Y = np.empty((n, m), dtype), np.zeros((n, t), dtype)
    for start in range(0, n, 5000):                     # no float64 copy of it all
        X[start:start + 5000] = rng.uniform(size=X[start:start + 5000].shape)
    Y[np.arange(n), rng.integers(t, size=n)] = 1
    return params, X, Y


def disagreement(answer, reference):
    """Return the largest |difference| over the largest |entry|, of J or any array of the gradient."""
    (J, gradient), (J_0, gradient_0) = answer, reference
    pairs = [(J, J_0), *zip(gradient, gradient_0, strict=True)]
    return max(float(np.abs(np.asarray(a, float) - b).max() / np.abs(b).max()) for a, b in pairs)
