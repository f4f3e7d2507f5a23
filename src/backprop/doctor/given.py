"""Read a network and its examples in any of the layouts that people hold them in, and say what was turned.

A layout is found from the shapes alone. Where more than one fits, the readings come in the order of least turning.
"""
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np

from backprop.doctor import handed
from backprop.mlp import Params, backward, forward

FOLDED = {"first": "first-row", "last": "last-row"}
MOST_READINGS = 6


class Given(NamedTuple):
    """Hold one reading of params, X and Y, in the layout of the book."""

    W: tuple                   # W[l - 1] is (units before, units)
    b: tuple                   # (units,) or None
    X: np.ndarray              # (n, m)
    Y: np.ndarray              # (n, t)
    weights: str               # "in,out" or "out,in": how they came
    folded: str | None         # "first" or "last" row of W, where the biases stood in it
    numbers: tuple             # that the names of a dictionary had
    said: tuple[str, ...]      # what was turned or unpacked


def read(params, X, Y):
    """Return the Givens that the shapes allow, the one with the least turning first.

    Raises ValueError if there is none.
    """
    if isinstance(params, str):
        params = handed.labeled(params, "params") or params
    X, Y = handed.numbers("X", X), handed.numbers("Y", Y)
    found = []
    for slots, numbers, aside in _structures(params):
        arrays = {where: handed.numbers(_name(params, where), value) for where, value in slots.items()}
        found += list(_layouts(arrays, X, Y, numbers, aside))
    if not found:
        _refuse(params, X, Y)
    return sorted(found, key=lambda given: len(given.said))[:MOST_READINGS]


def _structures(params):
    """Yield ({(kind, layer): value}, numbers in the names, what was left aside)."""
    if getattr(params, "_fields", None) == Params._fields:
        slots = {("W", 1): params.W_h, ("W", 2): params.W_out, ("b", 1): params.b_h, ("b", 2): params.b_out}
        yield {where: value for where, value in slots.items() if value is not None}, (), []
    elif isinstance(params, dict):
        slots, aside, numbers = handed.named(params)
        yield slots, numbers, aside
    elif handed.is_sequence(params):
        yield from ((slots, (), []) for slots in handed.structures(params))
    elif isinstance(params, np.ndarray) or hasattr(params, "detach"):
        yield {("W", 1): params}, (), []


def _name(params, where):
    if getattr(params, "_fields", None) == Params._fields:
        return {("W", 1): "W_h", ("W", 2): "W_out", ("b", 1): "b_h", ("b", 2): "b_out"}[where]
    return f"params: {where[0]} of layer {where[1]}"


def _layouts(arrays, X, Y, numbers, aside):
    L = max((layer for kind, layer in arrays if kind == "W"), default=0)
    if not L or any(("W", layer) not in arrays for layer in range(1, L + 1)):
        return
    has_bias = any(kind == "b" for kind, _ in arrays)
    for turned, folded in product((False, True), (None, "first", "last")):
        if folded and has_bias:
            continue
        network = _network(arrays, L, turned, folded)
        if network:
            W, b, said = network
            for X_read, said_X in _inputs(X, len(W[0]), folded):
                for Y_read, said_Y in _targets(Y, len(X_read), W[-1].shape[1], "columns" in " ".join(said_X)):
                    left = [f"left aside: {', '.join(aside)}"] if aside else []
                    yield Given(W, b, X_read, Y_read, "out,in" if turned else "in,out", folded, numbers,
                                (*said, *said_X, *said_Y, *left))


def _network(arrays, L, turned, folded):
    """Return (W, b, said) in the layout of the book if the sizes of the layers follow one another, else None."""
    W = [np.atleast_2d(arrays["W", layer]) for layer in range(1, L + 1)]
    if any(w.ndim != 2 for w in W):
        return None
    W = [np.asarray(w.T if turned else w, float) for w in W]
    b = [arrays.get(("b", layer)) for layer in range(1, L + 1)]
    said = ["params read as (out, in): transposed"] if turned else []
    if folded:
        if any(len(w) < 2 for w in W):
            return None
        b = [w[0] if folded == "first" else w[-1] for w in W]
        W = [w[1:] if folded == "first" else w[:-1] for w in W]
        said.append(f"biases taken from the {folded} {'column' if turned else 'row'} of each W")
    if any(one.shape[1] != len(after) for one, after in pairwise(W)):
        return None
    if any(v is not None and v.size != w.shape[1] for v, w in zip(b, W)):
        return None
    return tuple(W), tuple(None if v is None else np.asarray(v, float).ravel() for v in b), said


def _inputs(X, m, folded):
    """Yield (X as (n, m), what was done to it)."""
    X = np.asarray(X, float)
    if X.ndim < 2:
        if X.size == m:
            yield X.reshape(1, m), ["X read as one example"]
        elif m == 1:
            yield X.reshape(-1, 1), ["X read as one input for each example"]
        return
    if X.ndim > 2:
        return
    for rows, said in ((X, []), (X.T, ["X: the examples are columns, transposed"])):
        if rows.shape[1] == m:
            yield rows, said
        elif folded and rows.shape[1] == m + 1:
            where = 0 if folded == "first" else -1
            if (rows[:, where] == 1).all():
                yield np.delete(rows, where, axis=1), [*said, f"X: its {folded} column of ones left out"]


def _targets(Y, n, t, columns):
    """Yield (Y as (n, t), what was done to it); columns says how the examples stood in X."""
    Y = np.asarray(Y, float)
    rows = (Y, [])
    turned = (Y.T, ["Y: the examples are columns, transposed"])
    for read, said in ((turned, rows) if columns else (rows, turned)):
        if Y.ndim == 2 and read.shape == (n, t):
            yield read, said
            return
    flat = Y.ravel()
    if Y.ndim > 2 or max(Y.shape, default=1) != Y.size:
        return
    if flat.size == n * t and 1 in (n, t):
        yield (
            flat.reshape(n, t),
            [] if Y.ndim == 2 else ["Y read as one " + ("output for each example" if t == 1 else "example")],
        )
    elif flat.size == n and t > 1 and (flat == np.round(flat)).all() and flat.min() >= 0 and flat.max() <= t:
        first = int(flat.max() == t)
        if flat.min() >= first:
            yield np.eye(t)[flat.astype(int) - first], [f"Y read as class labels {first} to {t - 1 + first}"]


def _refuse(params, X, Y):
    """Raise ValueError: what was expected, what came, and the cure for this case."""
    book = getattr(params, "_fields", None) == Params._fields
    if not (book or isinstance(params, (dict, np.ndarray)) or handed.is_sequence(params) or hasattr(params, "detach")):
        raise ValueError(f"params is of type {type(params).__name__}: it must be Params(W_h, W_out, b_h, b_out), "
                         "a dictionary such as {'W1': ..., 'b1': ...}, or a list of arrays or of layers")
    if book and params.W_h is not None and params.W_out is not None:
        backward(params, forward(params, X), X, np.clip(Y, 0, 1))          # says what is wrong in the book's layout
    structures = [slots for slots, _, _ in _structures(params)]
    first = sorted(structures[0].items()) if structures else []
    shapes = ", ".join(f"{kind} of layer {layer} {np.shape(value)}" for (kind, layer), value in first)
    if not any(kind == "W" for (kind, _), _ in first):
        raise ValueError("params holds no weights: name them W1, W2, ... or hand in a list of matrices")
    if not any(map(_follow, structures)):
        raise ValueError(f"the shapes of params do not follow one another: {shapes}; each W needs as many rows as the "
                         "W before it has columns, or all of them turned as (out, in)")
    raise ValueError(f"X is {X.shape} and Y is {Y.shape}, which do not fit {shapes}: X needs a row or column for each "
                     "example with one entry for each input, and Y as many with one entry for each output")


def _follow(slots):
    """Say whether the sizes of the layers follow one another in any layout."""
    L = max(layer for _, layer in slots)
    if any(("W", layer) not in slots for layer in range(1, L + 1)):
        return False
    arrays = {where: handed.numbers("params", value) for where, value in slots.items()}
    return any(_network(arrays, L, turned, folded)
               for turned, folded in product((False, True), (None, "first", "last")))
