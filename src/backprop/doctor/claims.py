"""Read what someone claims a gradient to be: text, one array or several, in any layout, with as many digits as they gave."""
import re
from decimal import Decimal
from itertools import product
from typing import NamedTuple

import numpy as np

from backprop import validate
from backprop.mlp import Params

NUMBER = r"(?<![\w.])[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan|inf)(?![\w.])"


class View(NamedTuple):
    """Hold one way to lay the claimed arrays onto those of the network."""

    parts: dict                # name -> array in the layout of this course
    turned: bool | None        # were the weights transposed for it? None: nothing shows it
    bias: str                  # "vector", "column" or "first-row", as in a Convention
    tolerance: np.ndarray      # how far each number may be off, all arrays flat
    flat: np.ndarray           # the claimed numbers


def parse(text):
    """Return the numbers in text, a matrix as NumPy, MATLAB, Python, LaTeX or a spreadsheet writes it.

    Raises ValueError if there are none, if some are left out, or if the rows have different lengths.
    """
    if "..." in text or "…" in text:
        raise ValueError("claimed leaves numbers out (...): print the whole matrix, e.g. after "
                         "np.set_printoptions(threshold=1_000_000)")
    text = re.sub(r"(?m)^\s*(?:In|Out) ?\[\d+\]:", "", text)                 # Jupyter's prompt
    text = re.sub(r"\A[^=\[]*=", "", text)                                   # the name: dW^{(2)} = or dW{2} =
    text = text.replace("\N{MINUS SIGN}", "-").replace(r"\\", ";").replace("&", " ")
    scale = re.search(r"([\d.]+e[-+]?\d+)\s*\*", text, re.IGNORECASE)        # MATLAB prints 1.0e-03 * above a matrix
    text = text.replace(scale.group(), "") if scale else text
    nested = text.count("[") > 1
    rows = re.findall(r"\[([^\[\]]*)\]", text) if nested else re.split(r"[;\n]", text)
    unit = Decimal(scale.group(1)) if scale else 1
    rows = [[float(Decimal(x) * unit) for x in re.findall(NUMBER, row, re.IGNORECASE)] for row in rows]
    rows = [row for row in rows if row]
    if not rows:
        raise ValueError("claimed is text without numbers: expected a matrix such as [[0.1, -0.2], [0.3, 0.4]], "
                         f"got {text.strip()[:40]!r}")
    if "[" in text and not nested and ";" not in text and len({*map(len, rows)}) > 1:
        rows = [sum(rows, [])]                                               # a long vector that NumPy wrapped
    if len({*map(len, rows)}) > 1:
        raise ValueError(f"claimed has rows of {min(map(len, rows))} and of {max(map(len, rows))} numbers: "
                         "every row needs the same number of entries")
    matrix = np.array(rows)
    return matrix if nested or len(rows) > 1 else matrix[0]


def views(claimed, params):
    """Return the Views of claimed, a Params, one of its arrays or text: (of all at once, {name: of one array alone}).

    An array without a name gets every name that its shape allows, and both it and its transpose are views where the
    shape does not tell. Arrays laid out differently from each other have no view at once. Raises ValueError for what
    cannot be a gradient of params.
    """
    if not isinstance(claimed, Params):
        array = _numbers("claimed", claimed)
        found = [view for name, a in zip(params._fields, params) if a is not None for view in _all({name: array}, params)]
        if not found:
            raise ValueError(f"claimed is {array.shape}: the gradient of this network has {_shapes(params)}, "
                             "or their transposes")
        return found, {}
    given = {name: _numbers(f"claimed.{name}", a) for name, a in zip(params._fields, claimed) if a is not None}
    if not given:
        raise ValueError(f"claimed holds no array: give at least one of {_shapes(params)}")
    alone = {}
    for name, array in given.items():
        if getattr(params, name) is None:
            raise ValueError(f"claimed.{name} is given but this network has no biases: it has {_shapes(params)}")
        alone[name] = _all({name: array}, params)
        if not alone[name]:
            raise ValueError(f"claimed.{name} is {array.shape}: it needs the shape {getattr(params, name).shape} "
                             "or its transpose")
    return _all(given, params), alone


def _numbers(name, value):
    array = validate.finite(name, validate.array(name, parse(value) if isinstance(value, str) else value))
    if array.size == 0:
        raise ValueError(f"{name} holds no numbers: its shape is {array.shape}")
    return array


def _shapes(params):
    return ", ".join(f"{name} {a.shape}" for name, a in zip(params._fields, params) if a is not None)


def _all(given, params):
    """Return the views of several arrays that are laid out alike: as they are, and transposed."""
    found = []
    for turned in (False, True):
        laid = [_lay(name, array, params, turned) for name, array in given.items()]
        if None in laid:
            continue
        parts = {name: array for part, _ in laid for name, array in part.items()}
        if found and all(np.array_equal(array, found[0].parts.get(name)) for name, array in parts.items()):
            continue
        tolerance = np.concatenate(_tolerances(list(parts.values())))
        flat = np.concatenate([np.ravel(array) for array in parts.values()]).astype(float)
        shows = any(name.startswith("W") and min(array.shape) for name, array in parts.items())
        form = next((form for _, form in laid if form != "vector"), "vector")
        found.append(View(parts, turned if shows else None, form, tolerance, flat))
    if len(found) == 1 and all(np.ndim(a) < 2 or np.array_equal(a, a.T) for a in given.values()):
        found = [found[0]._replace(turned=None)]
    return found


def _lay(name, array, params, turned):
    """Return ({name: array in the layout of params}, form of the biases), or None where the shape does not allow it."""
    shape = getattr(params, name).shape
    if name.startswith("b"):
        fits = array.shape in (shape, (1, *shape), (*shape, 1)) or array.size == shape[0] == 1
        form = "column" if array.shape == (*shape, 1) and shape != (1,) else "vector"
        return ({name: array.reshape(shape)}, form) if fits else None
    if array.ndim < 2 and not turned and 1 in shape and array.size == max(shape):
        return {name: array.reshape(shape)}, "vector"                        # one row or column, written flat
    array = array.T if turned else array
    if array.shape == shape:
        return {name: array}, "vector"
    if params.b_h is not None and array.shape == (shape[0] + 1, shape[1]):
        return {name: array[1:], name.replace("W", "b"): array[0]}, "first-row"
    return None


def _tolerances(arrays):
    """Return for each array, flat, half a unit of the last digit of each entry, or what rounding leaves if that is more.

    The last digit is that of a print: all entries have the same number of decimals, or of significant digits. An array
    of whole numbers, such as zeros, is as exact as the arrays claimed with it, and zeros alone are exact.
    """
    digits, largest = [_digits(array) for array in arrays], max(np.abs(array).max() for array in arrays)
    return [_tolerance(array.ravel(), *(own if own[0] > 0 else max(digits)), largest) for array, own in zip(arrays, digits)]


def _digits(array):
    """Return the most decimals and the most significant digits that an entry has."""
    written = [Decimal(str(x)).normalize().as_tuple() for x in array.ravel() if x]
    return max((-x.exponent for x in written), default=0), max((len(x.digits) for x in written), default=0)


def _tolerance(array, decimals, significant, largest):
    exponent = np.floor(np.log10(np.maximum(np.abs(array), 1e-300))).astype(int)
    half_unit = 0.51 * np.maximum(10.0 ** -decimals, 10.0 ** (exponent + 1 - significant)) * (significant > 0)
    rounding = 1e-5 if array.dtype == np.float32 else 1e-6
    return np.maximum(np.maximum(half_unit, rounding * np.abs(array).max()), 1e-15 * largest + 1e-30)
