"""The gradient of mlp.py in pieces: the same numbers in bounded memory, near the speed of the bare matrix products.

A gradient is a sum over examples, so the pieces add up, and may be computed at the same time. A piece stays in the
processor's cache from the forward to the backward pass, and an array that is not needed again is overwritten. X is not
read once more to be judged: NaN and infinity in it show in dW_h.
"""
import numpy as np
from numpy.typing import ArrayLike

from backprop import pieces, validate
from backprop.mlp import Params


def value_and_gradient(params: Params, X: ArrayLike, Y: ArrayLike, mean: bool = False, chunk: int = pieces.CHUNK,
                       threads: int = 1) -> tuple[float, Params]:
    """Return J and its gradient, taking at most chunk rows of X (n, m) and Y (n, t) at a time.

    threads pieces are computed at once and added in order, so the answer is the same to the last bit for every number
    of threads. X and Y may be anything that slices by rows, a numpy.memmap included; each piece is validated as it is
    read. Needs O(chunk threads) memory beyond its arguments. mean divides by n only. Raises ValueError for arguments
    that forward, loss and backward refuse, and for chunk or threads below 1; what overflows comes out as inf or nan.

    >>> params = Params(W_h=np.array([[0.6], [-0.2]]), W_out=np.array([[0.8]]))
    >>> J, gradient = value_and_gradient(params, np.array([[2.0, -1.0]]), np.array([[1.0]]))
    >>> f"{J:.4f}", gradient.W_h.shape
    ('0.4229', (2, 1))
    """
    params = validate.network(params)
    n, chunk = validate.row_count(params, X, Y), validate.whole_number("chunk", chunk)
    mean, threads = validate.flag("mean", mean), validate.whole_number("threads", threads)
    J, total = pieces.added(piece, params, pieces.read(params, X, Y, n, chunk), threads)
    if mean:
        J, total = J / n, [array / n for array in total]
    return J, Params(*total)


def piece(W_h, W_out, b_h, b_out, X, Y):
    """Return J and its gradient by W_h, W_out, b_h, b_out for one piece: mlp.py, line by line, in place."""
    A_h = _sigmoid(_net_input(X, W_h, b_h))             # (n, d)  [def-z-h] [def-a-h]
    Z_out = _net_input(A_h, W_out, b_out)               # (n, t)  [def-z-out]
    L = np.maximum(Z_out, 0) - Y * Z_out + np.log1p(np.exp(-np.abs(Z_out)))  # (n, t)  [eq-loss-stable]
    delta_out = _sigmoid(Z_out) - Y                     # (n, t)  [eq-delta-out]
    dW_out = _product(A_h.T, delta_out)                 # (d, t)  [eq-dw-out]
    delta_h = _product(delta_out, W_out.T)              # (n, d)  [eq-delta-h], with the two lines below
    delta_h *= A_h
    delta_h *= np.subtract(1, A_h, out=A_h)
    biases = () if b_h is None else (delta_h.sum(axis=0), delta_out.sum(axis=0))  # (d,) (t,)  [eq-db-h] [eq-db-out]
    dW_h = _product(X.T, delta_h)                       # (m, d)  [eq-dw-h]
    return float(L.sum()), (dW_h, dW_out, *biases)


def _product(A, B):
    """Return A B, float64 as (Bᵀ Aᵀ)ᵀ, which stores it by columns: measured faster, but slower for float32."""
    return (B.T @ A.T).T if A.dtype == np.float64 else A @ B


def _net_input(A, W, b):
    """Return A W + b, added in place where b is of the product's type."""
    Z = _product(A, W)
    return Z if b is None else np.add(Z, b, out=Z if Z.dtype == b.dtype else None)


def _sigmoid(Z):
    """Turn Z into 1 / (1 + exp(-Z)), in place."""
    np.exp(np.negative(Z, out=Z), out=Z)
    Z += 1
    return np.reciprocal(Z, out=Z)
