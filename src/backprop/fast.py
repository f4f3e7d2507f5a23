"""The gradient of mlp.py in pieces: the same numbers in bounded memory, near the speed of the bare matrix products.

A gradient is a sum over examples, so the pieces add up. A piece stays in the processor's cache from the forward to the
backward pass, and an array that is not needed again is overwritten. X is not read once more to be judged: NaN and
infinity in it show in dW_h.
"""
import numpy as np

from backprop import validate
from backprop.mlp import Params


@np.errstate(over="ignore", invalid="ignore")  # over: 1 / (1 + exp(-z)) is 0 in the limit; invalid: see finite_by
def value_and_gradient(params, X, Y, mean=False, chunk=1024):
    """Return J and its gradient, taking chunk rows of X (n, m) and Y (n, t) at a time.

    X and Y may be anything that slices by rows, a numpy.memmap included; each piece is validated as it is read. Needs
    O(chunk) memory beyond its arguments. mean divides by n only. Raises ValueError for arguments that forward, loss and
    backward refuse, and for a chunk below 1; what overflows comes out as inf or nan.
    """
    params = validate.network(params)
    n, chunk = validate.row_count(params, X, Y), validate.whole_number("chunk", chunk)
    mean = validate.flag("mean", mean)
    J, total = 0.0, None
    for start in range(0, n, chunk):
        X_piece = validate.unread_inputs(params, X[start:start + chunk])
        Y_piece = validate.targets(Y[start:start + chunk], len(X_piece), params.W_out.shape[1], start)
        value, piece = _piece(*params, X_piece, Y_piece)
        validate.finite_by(piece[0], "X", X_piece, start)
        J += value
        total = [np.add(a, b, out=a) for a, b in zip(total, piece)] if total else piece  # [eq-gradient-sum]
        del piece                                       # its memory serves the next one
    if mean:
        J, total = J / n, [array / n for array in total]
    return J, Params(*total)


def _piece(W_h, W_out, b_h, b_out, X, Y):
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
