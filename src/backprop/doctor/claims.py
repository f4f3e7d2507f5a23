"""Lay what someone claims a gradient to be onto the arrays of a network: one array or many, in any layout.

Each number is taken to be as exact as it is written, so that four printed decimals are enough where they say enough.
"""
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from backprop.doctor import handed
from backprop.mlp import Params

ROUNDING = {np.dtype(np.float32): 1e-5}  # of a gradient computed in that type, relative to its largest
ROUNDING_FLOAT64 = 1e-6                                      # room for nudges, which are no more exact than that
NOTHING = 1e-15                                              # what counts as zero beside the largest number claimed
HALF_UNIT = 0.51                                             # of the last digit, and a little for binary fractions
LOOKED_AT = 200                                              # entries, to see with how many digits an array is written
COLUMNS = 2                                                  # of a gradient check: nudged and claimed


class Laid(NamedTuple):
    """Hold one way to lay a claimed array onto one of the network."""

    value: np.ndarray          # in the layout of the book
    turned: bool | None        # was it transposed for that? None: nothing shows it
    form: str                  # of the biases: "vector", "column", "first-row" or "last-row"
    tolerance: np.ndarray      # how far each number may be off
    unit: np.ndarray           # half a unit of the last digit of each


@dataclass(frozen=True, eq=False)
class Part:
    """Hold one array of the network that is claimed."""

    name: str                  # as in W_out
    kind: str                  # W or b
    layer: int
    laid: tuple                # of Laid
    pass_kind: str             # W or b; each or delta where nobody has summed over the examples

    @property
    def count(self):
        """Return how many numbers it holds."""
        return self.laid[0].value.size

    @property
    def tells(self):
        """Say whether it holds anything but zeros, which every mistake leaves as they are."""
        return bool(self.laid[0].value.any())


class Claim(NamedTuple):
    """Hold one reading of all that is claimed."""

    parts: tuple[Part, ...]
    said: tuple[str, ...] = ()
    order: int = 0             # readings with a low one are preferred where both fit


def read(claimed, net, numbers=(), folded=None):
    """Return the Claims that claimed can be; raises ValueError, with the cure, if there is none.

    numbers are those in the names of the network's own dictionary; folded says where its biases stood in W.
    """
    if isinstance(claimed, str):
        claimed = handed.labeled(claimed) or claimed
    if getattr(claimed, "_fields", None) == Params._fields and net.L == 2:
        return _of_params(claimed, net)
    if isinstance(claimed, dict):
        slots, aside, _ = handed.named(claimed, net.L, numbers)
        if not slots:
            raise ValueError(f"claimed names no weights or biases: it has {', '.join(map(str, claimed)) or 'nothing'}; "
                             "name them dW1, db1, ...")
        return [_claim(slots, net, [f"left aside: {', '.join(aside)}"] if aside else [], refuse=True)]
    if handed.is_sequence(claimed):
        return _of_list(list(claimed), net)
    return _of_array(handed.numbers("claimed", claimed), net)


def _of_params(claimed, net):
    names = {"W_h": ("W", 1), "W_out": ("W", 2), "b_h": ("b", 1), "b_out": ("b", 2)}
    given = {names[name]: value for name, value in zip(claimed._fields, claimed) if value is not None}
    if not given:
        raise ValueError(f"claimed holds no array: give at least one of {shapes(net)}")
    return [_claim(given, net, [], refuse=True)]


def _of_list(items, net):
    found = [claim for slots in handed.structures(items) if slots and (claim := _claim(slots, net, []))]
    if not found and len(items) == 1:
        return _of_array(handed.numbers("claimed[0]", items[0]), net)
    if not found:
        came = ", ".join(
            str(np.shape(item)) if not handed.is_sequence(item) else f"a list of {len(item)}" for item in items
        )
        raise ValueError(
            f"claimed is a list of {came}: the gradient of this network has {shapes(net)}, or their transposes; "
            "hand them in in this order, or as a dictionary {'dW1': ..., 'db1': ...}"
        )
    return [claim._replace(order=order) for order, claim in enumerate(found)]


def _of_array(array, net):
    """Return the Claims of one array without a name: any array of the network that its shape allows."""
    found = [claim_of([part]) for where in slots_of(net) if (part := _part(where, array, net))]
    found += [claim_of(parts) for where in slots_of(net) if where[0] == "W" and (parts := _folded(where, array, net))]
    found += [] if found else _unrolled(array, net)
    found += [] if found else _columns(array, net)
    found += (
        []
        if found
        else [claim_of(parts, said) for where in slots_of(net) for parts, said in _shape_tells(where, array, net)]
    )
    if not found:
        raise ValueError(
            f"claimed is {array.shape}: the gradient of this network has {shapes(net)}, or their transposes"
            + _cure(array, net)
        )
    return found


def slots_of(net):
    """Return (kind, layer) of every array of the network, weights first."""
    return [("W", layer) for layer in range(1, net.L + 1)] + [
        ("b", layer) for layer in range(1, net.L + 1) if net.b[layer] is not None
    ]


def name_of(where, net):
    """Return the book's name of an array."""
    return f"{where[0]}_{net.label(where[1])}"


def shape_of(where, net):
    """Return the shape of an array of the network."""
    return (net.W if where[0] == "W" else net.b)[where[1]].shape


def shapes(net):
    """Return names and shapes of the network's arrays as text."""
    return ", ".join(f"{name_of(where, net)} {shape_of(where, net)}" for where in slots_of(net))


def _cure(array, net):
    """Return what to do about a shape that fits nothing, as far as it can be told."""
    return f"; it has one row for each of the {net.n} examples, so it is no gradient yet: sum over the examples" if (
        array.ndim > 1 and len(array) == net.n > 1) else ""


# --- one claim of several arrays ----------------------------------------------------------------------------------
def _claim(slots, net, said, refuse=False):
    """Return the Claim of {(kind, layer): value}; where one does not fit None, or ValueError if it is to refuse."""
    parts, more = [], []
    for where, value in slots.items():
        known = where in slots_of(net)
        label = f"claimed.{name_of(where, net)}" if where[1] <= net.L else f"claimed: {where[0]} of layer {where[1]}"
        array = handed.numbers(label, value)
        laid = _folded(where, array, net) if known and where[0] == "W" and ("b", where[1]) not in slots else None
        part = known and _part(where, array, net)
        told = [] if part or laid or not known else _shape_tells(where, array, net)
        if not part and not laid and not told:
            if refuse:
                _refuse(where, array, net, label)
            return None
        parts += laid or ([part] if part else told[0][0])
        more += told[0][1] if told else []
    return claim_of(parts, (*said, *more))


def _refuse(where, array, net, label):
    if where[1] > net.L:
        raise ValueError(f"{label} is given but this network has {net.L} layers of weights: it has {shapes(net)}")
    if where not in slots_of(net):
        raise ValueError(f"{label} is given but this network has no biases: it has {shapes(net)}")
    raise ValueError(
        f"{label} is {array.shape}: it needs the shape {shape_of(where, net)} or its transpose{_cure(array, net)}"
    )


def claim_of(parts, said=()):
    """Return the Claim of several arrays, each number as exact as it is written."""
    return Claim(_as_exact_as_the_others(parts), tuple(said))


def _as_exact_as_the_others(parts):
    """Return parts, those without digits of their own (zeros, whole numbers) as exact as the others."""
    digits = [_digits(part.laid[0].value) for part in parts]
    largest = max(np.abs(part.laid[0].value).max() for part in parts)
    return tuple(Part(part.name, part.kind, part.layer, tuple(
        _measured(laid, *(own if own[0] > 0 else max(digits)), largest) for laid in part.laid), part.pass_kind)
        for part, own in zip(parts, digits))


def _digits(array):
    """Return the most decimals and the most significant digits that an entry has.

    Of a large array some are looked at.
    """
    flat = array.ravel()
    flat = flat[:: -(-flat.size // LOOKED_AT)] if flat.size > LOOKED_AT else flat
    written = [Decimal(str(x)).normalize().as_tuple() for x in flat if x]
    return max((-x.exponent for x in written), default=0), max((len(x.digits) for x in written), default=0)


def _measured(laid, decimals, significant, largest):
    """Return laid with half a unit of the last digit of each entry, or what rounding leaves if that is more."""
    size = np.abs(laid.value)
    exponent = np.floor(np.log10(np.maximum(size, 1e-300))).astype(int)
    unit = HALF_UNIT * np.maximum(10.0 ** -decimals, 10.0 ** (exponent + 1 - significant)) * (significant > 0)
    rounding = ROUNDING.get(laid.value.dtype, ROUNDING_FLOAT64) * size.max()
    tolerance = np.maximum(np.maximum(unit, rounding), NOTHING * largest + 1e-30)
    return laid._replace(value=laid.value.astype(float), tolerance=tolerance, unit=unit)


# --- one array ----------------------------------------------------------------------------------------------------
def _part(where, array, net):
    """Return the Part of an array in the place of one of the network's, or None if its shape forbids it."""
    laid = _biases(array, shape_of(where, net)) if where[0] == "b" else _weights(array, shape_of(where, net))
    return _made(where, laid, net) if laid else None


def _made(where, laid, net, pass_kind=None):
    value = [v for v, _, _ in laid]
    parts = [Part(name_of(where, net), *where, tuple(Laid(v, turned, form, None, None) for v, turned, form in laid),
                  pass_kind or where[0])]
    return parts[0] if value else None


def _weights(array, shape):
    """Return [(array in the layout of shape, turned, form)] for weights: as they are, transposed, or unrolled."""
    if array.size == shape[0] * shape[1] == 1:
        return [(array.reshape(shape), None, "vector")]
    if array.ndim == 1 and array.size == shape[0] * shape[1]:
        if 1 in shape:                                                     # one row or column, written flat
            return [(array.reshape(shape), None, "vector")]
        return [(array.reshape(shape), False, "vector"), (array.reshape(shape[::-1]).T, True, "vector")]
    found = [(array, False, "vector")] if array.shape == shape else []
    if array.T.shape == shape and not (found and np.array_equal(array, array.T)):
        found.append((array.T, True, "vector"))
    return [(found[0][0], None, "vector")] if found and np.array_equal(array, array.T) else found


def _biases(array, shape):
    fits = array.shape in (shape, (1, *shape), (*shape, 1)) or array.size == shape[0] == 1
    form = "column" if array.shape == (*shape, 1) and shape != (1,) else "vector"
    return [(array.reshape(shape), None, form)] if fits else []


def _folded(where, array, net):
    """Return the Parts of a W that holds its biases as first or last row or column, or None."""
    shape = shape_of(where, net)
    if net.b[where[1]] is None or array.ndim != 2 or shape in (array.shape, array.T.shape):
        return None
    found = []
    for turned in (False, True):
        laid = array.T if turned else array
        if laid.shape == (shape[0] + 1, shape[1]):
            found += [(laid[1:], laid[0], turned, "first-row"), (laid[:-1], laid[-1], turned, "last-row")]
    if not found:
        return None
    W = [(W, turned, form) for W, _, turned, form in found]
    b = [(b, None, form) for _, b, _, form in found]
    return [_made(where, W, net), _made(("b", where[1]), b, net)]


def _shape_tells(where, array, net):
    """Return [(parts, said)] for shapes that are themselves the mistake: too little or too much was summed."""
    shape, n, name = shape_of(where, net), net.n, name_of(where, net)
    if where[0] == "b" and array.size == 1:
        full = np.full(shape, array.item())
        return [((_made(where, [(full, None, "vector")], net),), [f"one number for all of {name}"])]
    if where[0] == "b":
        rows = next((rows for rows in (array, array.T) if rows.shape == (n, *shape)), None)
        kind, said = "delta", f"d{name} read as one row for each example, not summed"
    else:
        rows, kind, said = _each(array, n, shape), "each", f"d{name} read as one for each example, not summed"
    turned = None if where[0] == "b" else False
    return [] if rows is None else [((_made(where, [(rows, turned, "vector")], net, kind),), [said])]


def _each(array, n, shape):
    """Return the gradients of the weights for each example, (n, *shape), or None if an array has another shape."""
    if array.shape == (n, *shape[::-1]) and shape[0] != shape[1]:
        return array.transpose(0, 2, 1)
    fits = array.shape in ((n, *shape), (n, max(shape))) and array.size == n * shape[0] * shape[1]
    return array.reshape(n, *shape) if fits else None


# --- vectors and columns ------------------------------------------------------------------------------------------
def _unrolled(array, net):
    """Return the Claims of a vector that holds all arrays of the network one after the other."""
    flat = array.ravel()
    if array.size != max(array.shape, default=0):
        return []
    with_biases = [("b", layer) in slots_of(net) for layer in range(1, net.L + 1)]
    found = []
    for order, (words, layout) in enumerate(_orders(net, all(with_biases))):
        if sum(size for _, size in layout) == flat.size:
            for turned in (False, True):
                found.append(_cut(flat, layout, turned, words, net)._replace(order=2 * order + turned))
    return found


def _orders(net, biases):
    """Yield (words, [(what stands there, how many numbers)]) for the orders in which a network is unrolled."""
    layers = range(1, net.L + 1)
    W = [(("W", layer), net.W[layer].size) for layer in layers]
    yield "all W, one layer after the other", W
    if biases:
        b = [(("b", layer), net.b[layer].size) for layer in layers]
        yield "W and b, layer by layer", [piece for pair in zip(W, b) for piece in pair]
        yield "all W, then all b", W + b
        for form in ("first-row", "last-row"):
            yield f"W with b as its {form.replace('-', ' ')}", [
                ((form, layer), net.W[layer].size + net.b[layer].size) for layer in layers]


def _cut(flat, layout, turned, words, net):
    """Return the Claim of a vector cut into arrays, matrices row by row, or if turned column by column."""
    parts, start = [], 0
    for (kind, layer), size in layout:
        piece, start = flat[start:start + size], start + size
        if kind == "b":
            parts.append(_made(("b", layer), [(piece, None, "vector")], net))
            continue
        units = net.W[layer].shape[1]
        matrix = piece.reshape(units, -1).T if turned else piece.reshape(-1, units)
        if kind == "W":
            parts.append(_made(("W", layer), [(matrix, None, "vector")], net))
        else:
            rows = (slice(1, None), 0) if kind == "first-row" else (slice(None, -1), -1)
            parts.append(_made(("W", layer), [(matrix[rows[0]], None, kind)], net))
            parts.append(_made(("b", layer), [(matrix[rows[1]], None, kind)], net))
    how = "rows of (out, in), or columns of (in, out)" if turned else "rows of (in, out), or columns of (out, in)"
    return claim_of(parts, (f"a vector, cut into {words}, as {how}",))


def _columns(array, net):
    """Return the Claims of the two columns of a gradient check: each of them, the other one being left aside."""
    if array.ndim != 2 or COLUMNS not in array.shape:
        return []
    columns = array.T if array.shape[1] == COLUMNS else array
    found = []
    for index, column in enumerate(columns):
        for claim in _of_column(column, net):
            found.append(claim._replace(said=(f"column {index + 1} of two", *claim.said), order=claim.order))
    return found


def _of_column(column, net):
    whole = _unrolled(column, net)
    return whole or [claim_of([part]) for where in slots_of(net) if (part := _part(where, column, net))]
