"""The one place where input is judged and error messages are written.

Every function returns its arguments ready for arithmetic (float32 and float64 as they came, integers and booleans as
float64) or raises ValueError in one sentence that names the argument, what was expected, what came, and the cure.
Nothing here changes an argument.
"""
import math
import numbers
import operator

import numpy as np

FLOATS = (np.dtype(np.float64), np.dtype(np.float32))           # what arithmetic is done in


def array(name, value):
    """Return value as a float array of any shape.

    Raises ValueError for text, objects, ragged lists and complex numbers; NaN and infinity pass.
    """
    try:
        a = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} has rows of different lengths: every row needs the same number of entries") from None
    if a.dtype in FLOATS:
        return a
    if a.dtype.kind == "c":
        raise ValueError(f"{name} is complex: it must be real (for a complex step use backprop.naive_loss)")
    if a.dtype.kind not in "fiub":
        raise ValueError(f"{name} holds {a.dtype} values: it must hold numbers, e.g. a float array")
    return a.astype(np.float32 if a.dtype.str[1:] == "f4" else np.float64, copy=False)


def finite(name, a, first_row=0):
    """Return the float array a; raises ValueError for NaN or infinity, its row counted from first_row."""
    if not _all_finite(a):
        raise ValueError(f"{name} holds {_first(a, ~np.isfinite(a), first_row)}: every entry must be a finite number")
    return a


def _all_finite(a):
    flat = a.ravel("K")                                             # NaN is both the largest and the smallest
    return flat.size == 0 or (math.isfinite(flat.item(flat.argmax())) and math.isfinite(flat.item(flat.argmin())))


def finite_by(product, name, a, first_row):
    """Judge a as finite does, but read it only where a product with it asks for that: NaN and infinity show in it.

    To be called where overflow is ignored, since the products and the test may overflow.
    """
    flat = product.ravel("K")
    if not math.isfinite(flat.dot(flat)):
        finite(name, a, first_row)


def _first(a, bad, first_row):
    k = tuple(int(i) for i in np.argwhere(bad)[0])
    return f"{float(a[k])!r} at {(k[0] + first_row, *k[1:])}" if k else repr(float(a))


def _matrix(name, value, what, first_row=0):
    return finite(name, _any_matrix(name, value, what), first_row)


def _any_matrix(name, value, what):
    a = array(name, value)
    if a.ndim != 2 or 0 in a.shape:
        _two_dimensions(name, a.shape, what)
    return a


def _two_dimensions(name, shape, what):
    if len(shape) == 1 and name in "XY":
        raise ValueError(f"{name} is 1-D with shape {shape}: it needs two dimensions, {what}; "
                         f"one example is {name}[None, :]")
    if len(shape) != 2:
        raise ValueError(f"{name} has shape {shape}: it needs two dimensions, {what}")
    if 0 in shape:
        raise ValueError(f"{name} has shape {shape}: it needs at least one row and one column")


def network(params, name="params"):
    """Return params, a named tuple (W_h, W_out, b_h, b_out), with arrays that fit each other."""
    if not isinstance(params, tuple) or getattr(params, "_fields", None) != ("W_h", "W_out", "b_h", "b_out"):
        raise ValueError(f"{name} is of type {type(params).__name__}: it must be Params(W_h, W_out) or "
                         "Params(W_h, W_out, b_h, b_out)")
    of = "" if name == "params" else name + "."
    W_h = _matrix(of + "W_h", params.W_h, "(inputs m, hidden units d)")
    W_out = _matrix(of + "W_out", params.W_out, "(hidden units d, outputs t)")
    if W_h.shape[1] != W_out.shape[0]:
        raise ValueError(f"{of}W_h is {W_h.shape} but {of}W_out is {W_out.shape}: "
                         f"{of}W_out needs {W_h.shape[1]} rows, one for each hidden unit")
    if (params.b_h is None) != (params.b_out is None):
        given, missing = ("b_h", "b_out") if params.b_out is None else ("b_out", "b_h")
        raise ValueError(f"{of}{given} is given but {of}{missing} is None: give both biases or neither")
    if params.b_h is None:
        return type(params)(W_h, W_out, None, None)
    return type(params)(W_h, W_out, _bias(of, "b_h", params.b_h, "W_h", W_h),
                        _bias(of, "b_out", params.b_out, "W_out", W_out))


def _bias(of, name, value, weights, W):
    b = array(of + name, value)
    if b.shape != W.shape[1:]:
        raise ValueError(f"{of}{name} is {b.shape} but {of}{weights} is {W.shape}: "
                         f"{of}{name} needs shape ({W.shape[1]},), "
                         f"one bias for each column of {of}{weights}")
    return finite(of + name, b)


def inputs(params, X):
    """Return X as (n, m) for params that `network` has passed."""
    return finite("X", unread_inputs(params, X))


def unread_inputs(params, X):
    """Return X as inputs does, without judging its entries: a product with it will show them."""
    X = _any_matrix("X", X, "(examples n, inputs m)")
    _input_shape(X.shape, params.W_h.shape)
    return X


def _input_shape(shape, weights):
    if shape[1] != weights[0]:
        raise ValueError(f"X is {shape} but W_h is {weights}: X needs {weights[0]} columns")


def targets(Y, n, t, first_row=0):
    """Return Y as (n, t) with entries in [0, 1]; first_row is where a piece of Y begins."""
    Y = array("Y", Y)
    inside = Y.shape == (n, t) and Y.item(Y.argmin()) >= 0 and Y.item(Y.argmax()) <= 1    # not with NaN or infinity
    if not inside:
        Y = _matrix("Y", Y, "(examples n, outputs t)", first_row)
        _target_shape(Y.shape, n, t)
        raise ValueError(f"Y holds {_first(Y, (Y < 0) | (Y > 1), first_row)}: targets must lie in [0, 1], "
                         "a class being a row of zeros with a single 1")
    return Y


def _target_shape(shape, n, t):
    if shape[0] != n:
        raise ValueError(f"Y has {shape[0]} rows but there are {n} examples: Y needs one row for each example")
    if shape[1] != t:
        raise ValueError(f"Y is {shape} but the network has {t} outputs: Y needs {t} columns")


def net_output(trace):
    """Return Z_out (n, t) of a trace, all that the loss reads of it."""
    return _matrix("trace.Z_out", _traced(trace).Z_out, "(examples n, outputs t)")


def trace(trace, n, d, t):
    """Return trace, a named tuple (Z_h, A_h, Z_out, A_out), if its shapes are those of n examples."""
    arrays = {}
    for name, columns in zip(_traced(trace)._fields, (d, d, t, t)):
        arrays[name] = a = _matrix(f"trace.{name}", getattr(trace, name), f"({n}, {columns})")
        if a.shape != (n, columns):
            raise ValueError(f"trace.{name} is {a.shape} but these params and examples give ({n}, {columns}): "
                             "use the trace of forward(params, X) with the same params and X")
    return trace._replace(**arrays)


def _traced(trace):
    if not isinstance(trace, tuple) or getattr(trace, "_fields", None) != ("Z_h", "A_h", "Z_out", "A_out"):
        raise ValueError(f"trace is of type {type(trace).__name__}: it must be what forward(params, X) returned")
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


def row_count(params, X, Y):
    """Return n, the number of rows that X and Y share, judged by all that shows without reading them."""
    m, t = params.W_h.shape[0], params.W_out.shape[1]
    X_shape, Y_shape = _shape("X", X, m), _shape("Y", Y, t)
    n = X_shape[0] if X_shape else 0
    if n == 0 or X_shape != (n, m) or Y_shape != (n, t):
        _two_dimensions("X", X_shape, "(examples n, inputs m)")
        _two_dimensions("Y", Y_shape, "(examples n, outputs t)")
        _input_shape(X_shape, params.W_h.shape)
        _target_shape(Y_shape, n, t)
    return n


def _shape(name, rows, columns):
    """The shape of anything that slices by rows; where only its length shows, the columns are taken on trust."""
    if hasattr(rows, "shape"):
        return tuple(rows.shape)
    if isinstance(rows, (list, tuple)):
        return (len(rows), *array(name, rows[:1]).shape[1:])
    if isinstance(rows, (dict, str, bytes)) or not (hasattr(rows, "__getitem__") and hasattr(rows, "__len__")):
        raise ValueError(f"{name} is of type {type(rows).__name__}: it must be an array or slice by rows like one")
    return (len(rows), columns)


def whole_number(name, value, low=1, high=None):
    """Return value as an int in [low, high]; raises ValueError for anything else, 2.0 included."""
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, (bool, np.bool_)) or number < low or (high is not None and number > high):
        allowed = f"at least {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name} is {_shown(value)}: it must be a whole number {allowed}")
    return number


def real_number(name, value, zero_allowed=False):
    """Return value as a float above zero (or at zero where allowed); raises ValueError for anything else."""
    try:
        number = float(value) if isinstance(value, numbers.Real) and not isinstance(value, bool) else math.nan
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or number < 0 or (number == 0 and not zero_allowed):
        allowed = "of at least 0" if zero_allowed else "above 0"
        raise ValueError(f"{name} is {_shown(value)}: it must be a finite number {allowed}")
    return number


def _shown(value):
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else text[:37] + "..."


def flag(name, value):
    """Return value as a bool; raises ValueError for anything that is not True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} is {_shown(value)}: it must be True or False")
    return bool(value)


def still_finite(params, epoch):
    """Return params; raises ValueError if training has made one of them infinite."""
    for name, p in zip(params._fields, params):
        if p is not None and not _all_finite(p):
            raise ValueError(f"training diverged in epoch {epoch}: {name} is no longer finite; "
                             "take a smaller eta or lam")
    return params


def generator(rng):
    """Return rng if it is a numpy Generator."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng is of type {type(rng).__name__}: it must be a NumPy generator, "
                         "e.g. numpy.random.default_rng(1)")
    return rng
