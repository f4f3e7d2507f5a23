"""Derivatives from their definition, the loss as printed, and the comparison that a checked equation needs.

Nothing of the network is imported but the container Params: a mistake in mlp.py can never sit on both sides of a check.
"""
import re
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from backprop.mlp import Params


def naive_loss(params: Params, X: np.ndarray, Y: np.ndarray) -> float | complex:
    """Return J exactly as the book defines it: -sum over r and j of [ y ln a + (1 - y) ln(1 - a) ].

    X is (n, m), Y is (n, t). Takes complex parameters, as the complex step needs; not for outputs that round to 0 or 1.

    >>> params = Params(W_h=np.array([[0.6], [-0.2]]), W_out=np.array([[0.8]]))
    >>> f"{naive_loss(params, np.array([[2.0, -1.0]]), np.array([[1.0]])):.4f}"
    '0.4229'
    """
    b_h, b_out = (0, 0) if params.b_h is None else (params.b_h, params.b_out)
    A_h = 1 / (1 + np.exp(-(X @ params.W_h + b_h)))
    A_out = 1 / (1 + np.exp(-(A_h @ params.W_out + b_out)))
    return -np.sum(Y * np.log(A_out) + (1 - Y) * np.log(1 - A_out))


def complex_step(f: Callable, params: Params | ArrayLike) -> Params | np.ndarray:
    """Return the derivative of f at params: Im f(x + ih) / h with h = 1e-20, one entry x at a time.

    params is a Params, an array or a number, and the answer has its form. Nothing is subtracted, so nothing cancels and
    about 15 digits are right; f must be analytic (no abs, no max). Where f returns an array, its axes come last.
    Source: Squire and Trapp, Using complex variables to estimate derivatives of real functions (1998).

    >>> f"{complex_step(np.exp, 1.0):.12f}"
    '2.718281828459'
    """
    return _by_entry(lambda nudged: np.imag(f(nudged(1e-20j))) / 1e-20, params)


def central_difference(f: Callable, params: Params | ArrayLike, h: float = 1e-5) -> Params | np.ndarray:
    """Return (f(x + h) - f(x - h)) / 2h for one entry x of params at a time, in the form of params.

    params is a Params, an array or a number. The error is of order h² plus rounding of order 1e-16/h. Raises ValueError
    for h = 0.

    >>> f"{central_difference(np.exp, 1.0):.6f}"
    '2.718282'
    """
    if h == 0:
        raise ValueError("h is 0: a nudge must be a number other than 0")
    return _by_entry(lambda nudged: (f(nudged(h)) - f(nudged(-h))) / (2 * h), params)


def _by_entry(derivative, params):
    """Apply derivative to each entry of params; it receives a function that takes a nudge and returns nudged params."""
    if isinstance(params, Params):
        def of(name, array):
            return _by_entry(lambda nudged: derivative(lambda by: params._replace(**{name: nudged(by)})), array)
        return Params(*(None if array is None else of(name, array) for name, array in zip(params._fields, params)))
    array = np.asarray(params, dtype=float)

    def nudged_at(index, by):
        copy = array.astype(np.result_type(array, type(by)))
        copy[index] += by
        return copy[()]

    values = [derivative(partial(nudged_at, index)) for index in np.ndindex(array.shape)]
    return np.array(values).reshape(array.shape + np.shape(values[0]))[()]


def check(label: str, by_definition: Params | ArrayLike, by_formula: Params | ArrayLike, *, method: str, sizes: str,
          rtol: float = 1e-12) -> None:
    """Compare the two sides of the equation called label and print one line, or raise AssertionError.

    by_definition and by_formula are numbers, arrays or Params of the same shapes. They agree if
    max |difference| <= rtol * max |by_formula|. method and sizes say how and on what, e.g. "complex step" and
    "3-4-2, n = 5". The printed line is the same on every machine. Raises ValueError for a malformed label.

    >>> check("eq-square", complex_step(np.square, 3.0), 6.0, method="complex step", sizes="1")
    ✓ eq-square  by complex step, sizes 1, agrees within 1e-12
    """
    if not (isinstance(label, str) and re.fullmatch(r"eq(-[a-z0-9]+)+", label)):
        raise ValueError(f"label is {label!r}: it must be eq- and then a-z, 0-9 or -, e.g. 'eq-dw-out'")
    if not 0 <= rtol < 1:
        raise ValueError(f"rtol is {rtol!r}: it must be at least 0 and below 1")
    defined, formula = _parts(by_definition), _parts(by_formula)
    if not (defined and all(a.size for _, a in defined)):
        raise AssertionError(f"✗ {label}: the definition has {_shapes(defined)}, so there is nothing to compare")
    if [(name, a.shape) for name, a in defined] != [(name, a.shape) for name, a in formula]:
        raise AssertionError(f"✗ {label}: the definition has {_shapes(defined)} but the formula has {_shapes(formula)}")
    gap, entry, a, b = _worst(defined, formula)
    if gap == np.inf or gap > rtol * max(np.abs(b).max() for _, b in formula):
        raise AssertionError(f"✗ {label}: {entry} is {a:.15g} by definition but {b:.15g} by the formula")
    print(f"✓ {label}  by {method}, sizes {sizes}, agrees within {rtol:g}")


def verdict(yours: object, by_definition: Params | ArrayLike, rtol: float = 1e-6, source: str = "a nudge") -> None:
    """Print whether your answer to an exercise agrees with the truth, and where it is farthest off if not.

    source names where the truth comes from: "a nudge", "counting" and the like. Both are numbers, arrays or Params; an
    answer still to be written is `...`. Never raises: it is there to be tried.

    >>> verdict(6, complex_step(np.square, 3.0))
    ✓ right: yours agrees with what a nudge gives
    """
    print(_verdict(yours, by_definition, rtol, source))


def _verdict(yours, by_definition, rtol, source):
    if yours is ...:
        return "· your turn: put your answer in place of the ... and run the cells again"
    try:
        mine = _parts(yours)
    except (TypeError, ValueError, OverflowError):
        return f"✗ not yet: yours is a {type(yours).__name__} that holds something other than numbers"
    defined = _parts(by_definition)
    if [a.shape for _, a in mine] != [a.shape for _, a in defined]:
        return f"✗ not yet: yours has {_shapes(mine)}, {source} gives {_shapes(defined)}"
    if not all(a.size for _, a in mine):
        return "✗ not yet: there are no numbers in it"
    for part, truth in zip(mine, defined):
        gap, entry, a, b = _worst([part], [truth])
        if gap == np.inf or gap > rtol * np.abs(truth[1]).max():
            digits = "6f" if f"{a:.6f}" != f"{b:.6f}" else "12g"
            return f"✗ not yet: {entry} is {a:.{digits}} in yours, {source} gives {b:.{digits}}"
    return f"✓ right: yours agrees with what {source} gives"


def _worst(left, right):
    """Return (gap, entry, a, b) where two lists of parts differ most; NaN and infinity differ from everything."""
    candidates = []
    for (name, a), (_, b) in zip(left, right):
        with np.errstate(invalid="ignore"):             # inf - inf
            gap = np.nan_to_num(np.abs(a - b), nan=np.inf, posinf=np.inf)
        where = np.unravel_index(np.argmax(gap), gap.shape)
        entry = f"{name or 'entry'}[{', '.join(map(str, where))}]" if where else name or "the value"
        candidates.append((gap[where], entry, a[where], b[where]))
    return max(candidates, key=lambda candidate: candidate[0])


def _parts(value):
    named = zip(value._fields, value) if isinstance(value, Params) else [("", value)]
    arrays = [(name, np.asarray(a)) for name, a in named if a is not None]
    return [(name, a.astype(complex if a.dtype.kind == "c" else float)) for name, a in arrays]


def _shapes(parts):
    return " and ".join(f"{name or 'shape'} {a.shape}" for name, a in parts) or "nothing"
