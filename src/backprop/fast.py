"""The gradient of mlp.py in pieces: the same numbers in bounded memory."""
from backprop import validate
from backprop.mlp import Params, backward, forward, loss


def value_and_gradient(params, X, Y, mean=False, chunk=256):
    """Return J and its gradient, taking chunk rows of X (n, m) and Y (n, t) at a time.

    X and Y may be anything that slices by rows, a numpy.memmap included; each piece is validated as it is read. Needs
    O(chunk) memory beyond its arguments. mean divides by n only. Raises ValueError as forward, loss and backward do,
    and for a chunk below 1.
    """
    params = validate.network(params)
    n, chunk = validate.row_count(params, X, Y), validate.whole_number("chunk", chunk)
    J, total = 0.0, None
    for start in range(0, n, chunk):
        X_piece = validate.inputs(params, X[start:start + chunk], start)
        Y_piece = validate.targets(Y[start:start + chunk], len(X_piece), params.W_out.shape[1], start)
        trace = forward(params, X_piece)
        J += loss(trace, Y_piece)
        piece = backward(params, trace, X_piece, Y_piece)
        total = piece if total is None else _combine(lambda a, b: a + b, total, piece)      # [eq-gradient-sum]
    return (J / n, _combine(lambda a, b: a / b, total, Params(n, n, n, n))) if mean else (J, total)


def _combine(operation, one, other):
    return Params(*(None if a is None else operation(a, b) for a, b in zip(one, other)))
