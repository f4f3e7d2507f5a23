"""Read arrays in the forms that people hold them in: named tuples, dictionaries, lists, layers, tensors, printed text.

Whatever comes is data: text is searched for numbers and never evaluated, and its length is bounded.
"""
import re
from decimal import Decimal
from itertools import chain, pairwise

import numpy as np

from backprop import validate

MOST_TEXT = 2_000_000          # characters of pasted text
NUMBER = r"(?<![\w.])[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan|inf)(?![\w.])"
LABEL = r"""['"]?([A-Za-z_][\w.^{}()]{0,79}?)['"]?\s*[:=](?!=)"""
REMARKS = r"(?:dtype|device|grad_fn|requires_grad)\s*=\s*(?:'[^']*'|\"[^\"]*\"|<[^>]*>|[\w.]+)"
WEIGHTS = ("w", "weight", "weights", "theta", "thetas", "kernel", "coef", "coefs")
BIASES = ("b", "bias", "biases", "intercept", "intercepts")
FIRST_PLACE = ("h", "hidden", "ih", "xh", "in", "input")
LAST_PLACE = ("o", "out", "output", "ho", "hy")


def numbers(name, value):
    """Return value as a finite float array of any shape; tensors are detached, printed text is read."""
    if isinstance(value, str):
        value = parse(value, name)
    for take in ("detach", "cpu", "numpy"):                            # a tensor of PyTorch, wherever it lives
        if hasattr(value, take) and not isinstance(value, np.ndarray):
            value = getattr(value, take)()
    array = np.asarray(validate.finite(name, validate.array(name, value)))
    if array.size == 0:
        raise ValueError(f"{name} holds no numbers: its shape is {array.shape}")
    return array


# --- text ---------------------------------------------------------------------------------------------------------
def parse(text, name="claimed"):
    """Return the numbers in text, a matrix as NumPy, MATLAB, Python, LaTeX or a spreadsheet writes it.

    Raises ValueError if there are none, if some are left out, or if the rows have different lengths.
    """
    text = _cleaned(text, name)
    scale = re.search(r"([\d.]+e[-+]?\d+)\s*\*", text, re.IGNORECASE)        # MATLAB prints 1.0e-03 * above a matrix
    text = text.replace(scale.group(), "") if scale else text
    nested = text.count("[") > 1
    rows = re.findall(r"\[([^\[\]]*)\]", text) if nested else re.split(r"[;\n]", text)
    unit = Decimal(scale.group(1)) if scale else 1
    rows = [[_float(x, unit, name) for x in re.findall(NUMBER, row, re.IGNORECASE)] for row in rows]
    rows = [row for row in rows if row]
    if not rows:
        raise ValueError(f"{name} is text without numbers: expected a matrix such as [[0.1, -0.2], [0.3, 0.4]], "
                         f"got {text.strip()[:40]!r}")
    if "[" in text and not nested and ";" not in text and len({*map(len, rows)}) > 1:
        rows = [[*chain.from_iterable(rows)]]                                # a long vector that NumPy wrapped
    if len({*map(len, rows)}) > 1:
        raise ValueError(f"{name} has rows of {min(map(len, rows))} and of {max(map(len, rows))} numbers: "
                         "every row needs the same number of entries")
    matrix = np.array(rows)
    return matrix if nested or len(rows) > 1 else matrix[0]


def _float(written, unit, name):
    """Return a number as it is written, times a unit; raises ValueError for an exponent that no number has."""
    try:
        return float(Decimal(written) * unit)
    except ArithmeticError:
        raise ValueError(f"{name} holds {written[:20]}, which is beyond what a float can hold") from None


def _cleaned(text, name):
    """Return text without prompts, names and remarks; raises ValueError where it is too long or leaves numbers out."""
    if len(text) > MOST_TEXT:
        raise ValueError(
            f"{name} is text of {len(text):,} characters: at most {MOST_TEXT:,} are read, so hand in the array"
        )
    if "..." in text or "…" in text:
        raise ValueError(f"{name} leaves numbers out (...): print the whole matrix, e.g. after "
                         "np.set_printoptions(threshold=1_000_000)")
    text = re.sub(r"(?m)^[ \t]*(?:In|Out) ?\[\d+\]:", "", text)                 # Jupyter's prompt
    text = re.sub(REMARKS, "", text)
    text = re.sub(r"\A[^=\[]*=", "", text)                                   # the name: dW^{(2)} = or dW{2} =
    return text.replace("\N{MINUS SIGN}", "-").replace(r"\\", ";").replace("&", " ")


def labeled(text, name="claimed"):
    """Return {label: array} of printed text with two or more names of weights or biases in it, else None."""
    plain = re.sub(REMARKS, "", text[:MOST_TEXT])
    found = [match for match in re.finditer(LABEL, plain) if slot(match[1])]
    if len(found) < 2:
        return None
    every = list(re.finditer(LABEL, plain))
    ends = {match.start(): after.start() for match, after in pairwise(every)}
    return {
        match[1]: parse(plain[match.end() : ends.get(match.start(), len(plain))], f"{name}[{match[1]!r}]")
        for match in found
    }


# --- names --------------------------------------------------------------------------------------------------------
def slot(key):
    """Return (W or b, number, "first" or "last") of a name such as dW1, Theta2_grad or fc1.weight, else None."""
    kind, number, place = None, None, None
    for token in re.findall(r"[a-z]+|\d+", str(key).lower()):
        bare = token.removeprefix("d") if token not in WEIGHTS + BIASES else token
        if token.isdigit():
            number = int(token)
        elif bare in WEIGHTS or bare in BIASES:
            kind = "W" if bare in WEIGHTS else "b"
        elif bare[:1] in ("w", "b") and bare[1:] in FIRST_PLACE + LAST_PLACE:
            kind, place = ("W" if bare[0] == "w" else "b"), ("last" if bare[1:] in LAST_PLACE else "first")
        elif token in FIRST_PLACE + LAST_PLACE:
            place = "last" if token in LAST_PLACE else place or "first"
    return kind and (kind, number, place)


def named(mapping, depth=None, known=()):
    """Return ({(kind, layer): value}, the keys left aside) of a dictionary.

    depth is the number of layers where it is known, known are the numbers that the network's own names have.
    """
    slots = {key: slot(key) for key in mapping if mapping[key] is not None}
    used = {key: where for key, where in slots.items() if where}
    counted = sorted({number for _, number, place in used.values() if number is not None and place is None})
    if {*counted} <= {*known}:
        counted = sorted(known)
    elif depth and len(counted) != depth:
        counted = list(range((counted[0] == 0 and 0) or 1, depth + 1)) if counted and counted[-1] <= depth else counted
    last = depth or len(counted) or len({place for _, _, place in used.values()})
    layers = {key: last if place == "last" else 1 if place == "first" or number is None else counted.index(number) + 1
              for key, (_, number, place) in used.items()}
    return (
        {(used[key][0], layers[key]): mapping[key] for key in used},
        [str(key) for key in mapping if key not in used],
        tuple(counted),
    )


# --- structures ---------------------------------------------------------------------------------------------------
def is_sequence(value):
    """Say whether value is a list of arrays, and not one array written as a list."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        return True
    if not isinstance(value, (list, tuple)) or not value:
        return False
    return any(item is None or isinstance(item, (dict, np.ndarray)) or hasattr(item, "detach") or is_sequence(item)
               for item in value) or _depth(value) > 2


def _depth(value):
    return 1 + max(map(_depth, value), default=0) if isinstance(value, (list, tuple)) else 0


def structures(items):
    """Yield {(kind, layer).

    Value} for each way to read a list: weights alone, with biases between or behind, layers.
    """
    items = list(items)
    if all(isinstance(item, dict) for item in items):
        yield {(where[0], layer): value for layer, item in enumerate(items, 1)
               for key, value in item.items() if (where := slot(key))}
        return
    if all(is_sequence(item) for item in items):
        if all(len(item) <= 2 for item in items):
            yield _slots([item[0] for item in items], [item[1] if len(item) > 1 else None for item in items])
        if len(items) == 2:
            yield _slots(*items)
        return
    half = len(items) // 2
    yield _slots(items, ())
    if len(items) % 2 == 0:
        yield _slots(items[::2], items[1::2])
        yield _slots(items[:half], items[half:])


def _slots(weights, biases):
    slots = {("W", layer): W for layer, W in enumerate(weights, 1)} | {
        ("b", layer): b for layer, b in enumerate(biases, 1)
    }
    return {where: value for where, value in slots.items() if value is not None}
