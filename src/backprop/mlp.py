"""The m-d-t network and its gradient, and nothing else.

    book        code      shape   meaning
    X = A^(in)  X         (n, m)  inputs, one example a row
    W^(h)       W_h       (m, d)  weight from input i to hidden unit j
    b^(h)       b_h       (d,)    biases of the hidden units, optional
    Z^(h)       Z_h       (n, d)  net inputs of the hidden units
    A^(h)       A_h       (n, d)  activations of the hidden units
    W^(out)     W_out     (d, t)  weight from hidden unit i to output j
    b^(out)     b_out     (t,)    biases of the outputs, optional
    Z^(out)     Z_out     (n, t)  net inputs of the outputs
    A^(out)     A_out     (n, t)  outputs
    Y           Y         (n, t)  targets in [0, 1]
    J           loss      float   cross-entropy, summed over examples and outputs
    delta       delta_*   as Z_*  the derivative of J by Z
    dJ/dW       dW_*      as W_*  gradient; likewise db_*

A label in brackets names the equation of the book that a line computes.
"""
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from backprop import validate


class Params(NamedTuple):
    """Hold the parameters of a network, or a gradient: same names, same shapes."""

    W_h: np.ndarray                   # (m, d)
    W_out: np.ndarray                 # (d, t)
    b_h: np.ndarray | None = None     # (d,)
    b_out: np.ndarray | None = None   # (t,)


class Trace(NamedTuple):
    """Hold what the forward pass leaves for the backward pass."""

    Z_h: np.ndarray                   # (n, d)
    A_h: np.ndarray                   # (n, d)
    Z_out: np.ndarray                 # (n, t)
    A_out: np.ndarray                 # (n, t)


def init_params(m: int, d: int, t: int, rng: np.random.Generator, bias: bool = True) -> Params:
    """Draw weights of variance 1/fan-in and biases of zero for an m-d-t network.

    rng is a numpy Generator. Returns float64 Params, without biases if bias is False. Raises ValueError for a size
    below 1 or another kind of rng. Source: LeCun et al., Efficient BackProp (1998), section 4.6.

    >>> init_params(3, 4, 2, np.random.default_rng(0)).W_h.shape
    (3, 4)
    """
    m, d, t = (validate.whole_number(name, size) for name, size in (("m", m), ("d", d), ("t", t)))
    rng = validate.generator(rng)
    W_h = rng.normal(size=(m, d)) / np.sqrt(m)          # (m, d)
    W_out = rng.normal(size=(d, t)) / np.sqrt(d)        # (d, t)
    return Params(W_h, W_out, np.zeros(d), np.zeros(t)) if validate.flag("bias", bias) else Params(W_h, W_out)


def sigmoid(Z: ArrayLike) -> np.ndarray:
    """Return 1 / (1 + exp(-Z)) for an array of any shape, without overflow, exactly 0 and 1 in the limits.

    Raises ValueError if Z is complex or holds no numbers.

    >>> sigmoid([0, 1000]).tolist()
    [0.5, 1.0]
    """
    Z = validate.array("Z", Z)
    e = np.exp(-np.abs(Z))                              # in (0, 1]
    return np.where(Z >= 0, 1, e) / (1 + e)             # [def-sigmoid]


def forward(params: Params, X: ArrayLike) -> Trace:
    """Send the examples X (n, m) through the network and return the Trace.

    Raises ValueError, before any arithmetic, if params or X are malformed or do not fit.

    >>> params = Params(W_h=np.array([[0.6], [-0.2]]), W_out=np.array([[0.8]]))
    >>> forward(params, [[2.0, -1.0]]).Z_h.round(4).tolist()
    [[1.4]]
    """
    params = validate.network(params)
    X = validate.inputs(params, X)
    Z_h = _net_input(X, params.W_h, params.b_h)         # (n, d)  [def-z-h]
    A_h = sigmoid(Z_h)                                  # (n, d)  [def-a-h]
    Z_out = _net_input(A_h, params.W_out, params.b_out)  # (n, t)  [def-z-out]
    A_out = sigmoid(Z_out)                              # (n, t)  [def-a-out]
    return Trace(Z_h, A_h, Z_out, A_out)


def _net_input(A, W, b):
    return A @ W if b is None else A @ W + b


def loss(trace: Trace, Y: ArrayLike, mean: bool = False) -> float:
    """Return the cross-entropy J, summed over examples and outputs; mean divides by n only.

    Y is (n, t) with entries in [0, 1]. Computed from Z_out, so finite when an output rounds to 0 or 1. Raises
    ValueError if trace is not one of forward's or Y does not fit it.

    >>> params = Params(W_h=np.array([[0.6], [-0.2]]), W_out=np.array([[0.8]]))
    >>> f"{loss(forward(params, [[2.0, -1.0]]), [[1.0]]):.4f}"
    '0.4229'
    """
    Z = validate.net_output(trace)                      # (n, t)
    Y = validate.targets(Y, *Z.shape)
    L = np.maximum(Z, 0) - Y * Z + np.log1p(np.exp(-np.abs(Z)))  # (n, t)  [eq-loss-stable]
    return float(L.sum()) / (len(Y) if validate.flag("mean", mean) else 1)     # [def-j]


def backward(params: Params, trace: Trace, X: ArrayLike, Y: ArrayLike, mean: bool = False) -> Params:
    """Return the gradient of J as Params: the derivative of the loss by every weight and bias.

    trace is forward(params, X), Y is (n, t). With mean, J/n is differentiated: the one division by n stands where the
    examples are summed. Raises ValueError, before any arithmetic, if the arguments do not fit.

    >>> params = Params(W_h=np.array([[0.6], [-0.2]]), W_out=np.array([[0.8]]))
    >>> X, Y = [[2.0, -1.0]], [[1.0]]
    >>> backward(params, forward(params, X), X, Y).W_out.round(4).tolist()
    [[-0.2766]]
    """
    params = validate.network(params)
    X = validate.inputs(params, X)
    Y = validate.targets(Y, len(X), params.W_out.shape[1])
    trace = validate.trace(trace, len(X), *params.W_out.shape)
    count = len(X) if validate.flag("mean", mean) else 1
    delta_out = trace.A_out - Y                         # (n, t)  [eq-delta-out]
    dW_out = trace.A_h.T @ delta_out / count            # (d, t)  [eq-dw-out]
    db_out = delta_out.sum(axis=0) / count              # (t,)    [eq-db-out]
    delta_h = delta_out @ params.W_out.T * trace.A_h * (1 - trace.A_h)  # (n, d)  [eq-delta-h]
    dW_h = X.T @ delta_h / count                        # (m, d)  [eq-dw-h]
    db_h = delta_h.sum(axis=0) / count                  # (d,)    [eq-db-h]
    return Params(dW_h, dW_out) if params.b_h is None else Params(dW_h, dW_out, db_h, db_out)
