"""The one place where input is judged and error messages are written.

Every function returns its arguments ready for arithmetic (float32 and float64 as they came, integers and booleans as
float64) or raises ValueError in one sentence that names the argument, what was expected, what came, and the likely cure.
Nothing here changes an argument.
"""
import math
import operator

import numpy as np


def array(name, value):
    """Return value as a float array of any shape.

    Raises ValueError for text, objects, ragged lists and complex numbers; NaN and infinity pass.
    """
    try:
        a = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} has rows of different lengths: every row needs the same number of entries") from None
    if a.dtype.kind == "c":
        raise ValueError(f"{name} is complex: it must be real (for a complex step use backprop.naive_loss)")
    if a.dtype.kind not in "fiub":
        raise ValueError(f"{name} holds {a.dtype} values: it must hold numbers, e.g. a float array")
    return a if a.dtype in (np.float32, np.float64) else a.astype(np.float64)


def finite(name, value):
    """Return value as a float array; raises ValueError as `array` does, and for NaN or infinity."""
    a = array(name, value)
    if a.size and not (math.isfinite(a.min()) and math.isfinite(a.max())):
        where = tuple(int(k) for k in np.argwhere(~np.isfinite(a))[0])
        raise ValueError(f"{name} holds {a[where]} at {where}: every entry must be a finite number")
    return a


def _matrix(name, value, what):
    a = finite(name, value)
    if a.ndim == 1 and name in "XY":
        raise ValueError(f"{name} is 1-D with shape {a.shape}: it needs two dimensions, {what}; "
                         f"one example is {name}[None, :]")
    if a.ndim != 2:
        raise ValueError(f"{name} has shape {a.shape}: it needs two dimensions, {what}")
    if 0 in a.shape:
        raise ValueError(f"{name} has shape {a.shape}: it needs at least one row and one column")
    return a


def network(params, name="params"):
    """Return params, a named tuple (W_h, W_out, b_h, b_out), with arrays that fit each other."""
    if not hasattr(params, "_replace") or getattr(params, "_fields", None) != ("W_h", "W_out", "b_h", "b_out"):
        raise ValueError(f"{name} is a {type(params).__name__}: it must be Params(W_h, W_out) or "
                         "Params(W_h, W_out, b_h, b_out)")
    W_h = _matrix("W_h", params.W_h, "(inputs m, hidden units d)")
    W_out = _matrix("W_out", params.W_out, "(hidden units d, outputs t)")
    if W_h.shape[1] != W_out.shape[0]:
        raise ValueError(f"W_h is {W_h.shape} but W_out is {W_out.shape}: W_out needs {W_h.shape[1]} rows, "
                         "one for each hidden unit")
    if (params.b_h is None) != (params.b_out is None):
        given, missing = ("b_h", "b_out") if params.b_out is None else ("b_out", "b_h")
        raise ValueError(f"{given} is given but {missing} is None: give both biases or neither")
    if params.b_h is None:
        return params._replace(W_h=W_h, W_out=W_out)
    return params._replace(W_h=W_h, W_out=W_out,
                           b_h=_bias("b_h", params.b_h, "W_h", W_h), b_out=_bias("b_out", params.b_out, "W_out", W_out))


def _bias(name, value, weights, W):
    b = finite(name, value)
    if b.shape != W.shape[1:]:
        raise ValueError(f"{name} is {b.shape} but {weights} is {W.shape}: {name} needs shape ({W.shape[1]},), "
                         f"one bias for each column of {weights}")
    return b


def inputs(params, X):
    """Return X as (n, m) for params that `network` has passed."""
    X = _matrix("X", X, "(examples n, inputs m)")
    if X.shape[1] != params.W_h.shape[0]:
        raise ValueError(f"X is {X.shape} but W_h is {params.W_h.shape}: X needs {params.W_h.shape[0]} columns")
    return X


def targets(Y, n, t):
    """Return Y as (n, t) with entries in [0, 1]."""
    Y = _matrix("Y", Y, "(examples n, outputs t)")
    if len(Y) != n:
        raise ValueError(f"Y has {len(Y)} rows but there are {n} examples: Y needs one row for each example")
    if Y.shape[1] != t:
        raise ValueError(f"Y is {Y.shape} but the network has {t} outputs: Y needs {t} columns")
    if Y.min() < 0 or Y.max() > 1:
        worst = Y.min() if Y.min() < 0 else Y.max()
        raise ValueError(f"Y holds {worst:g}: targets must lie in [0, 1]")
    return Y


def trace(trace, n, d, t):
    """Return trace, a named tuple (Z_h, A_h, Z_out, A_out), if its shapes are those of n examples."""
    if getattr(trace, "_fields", None) != ("Z_h", "A_h", "Z_out", "A_out"):
        raise ValueError(f"trace is a {type(trace).__name__}: it must be what forward(params, X) returned")
    for name, columns in zip(trace._fields, (d, d, t, t)):
        shape = np.shape(getattr(trace, name))
        if shape != (n, columns):
            raise ValueError(f"trace.{name} is {shape} but these params and examples give ({n}, {columns}): "
                             "use the trace of forward(params, X) with the same params and X")
    return trace


def same_shapes(gradient, params):
    """Return gradient, checked as a network of its own, if it has the shapes of params."""
    gradient = network(gradient, "gradient")
    for name, g, p in zip(params._fields, gradient, params):
        if (g is None) != (p is None):
            raise ValueError(f"params and gradient disagree on {name}: give both with biases or both without")
        if p is not None and g.shape != p.shape:
            raise ValueError(f"the gradient's {name} is {g.shape} but the parameters' is {p.shape}: "
                             "a gradient has the shapes of its parameters")
    return gradient


def row_count(X, Y):
    """Return n, the number of rows that X and Y share, without reading them."""
    counts = []
    for name, rows in (("X", X), ("Y", Y)):
        if not hasattr(rows, "__getitem__") or not hasattr(rows, "__len__"):
            raise ValueError(f"{name} is a {type(rows).__name__}: it must be an array or slice by rows like one")
        shape = getattr(rows, "shape", None)
        if shape is not None and len(shape) != 2:
            _matrix(name, rows, "one row for each example")
        counts.append(len(rows))
    if counts[0] != counts[1]:
        raise ValueError(f"Y has {counts[1]} rows but there are {counts[0]} examples: Y needs one row for each example")
    if counts[0] == 0:
        raise ValueError("X has no rows: at least one example is needed")
    return counts[0]


def whole_number(name, value, low=1, high=None):
    """Return value as an int in [low, high]; raises ValueError for anything else, 2.0 included."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, (bool, np.bool_)) or number < low or (high is not None and number > high):
        allowed = f"at least {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name} is {value!r}: it must be a whole number {allowed}")
    return number


def real_number(name, value, zero_allowed=False):
    """Return value as a float above zero (or at zero where allowed); raises ValueError for anything else."""
    try:
        number = math.nan if isinstance(value, (str, bytes, bool, np.bool_)) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or number < 0 or (number == 0 and not zero_allowed):
        raise ValueError(f"{name} is {value!r}: it must be a number {'of at least 0' if zero_allowed else 'above 0'}")
    return number


def generator(rng):
    """Return rng if it is a numpy Generator."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng is a {type(rng).__name__}: it must be a NumPy generator, "
                         "e.g. numpy.random.default_rng(1)")
    return rng
