"""Read what a person pastes: arrays with names, and perhaps the network and the examples among them.

Text is data. It is cut at its names and brackets and searched for numbers, and nothing in it is evaluated. What would
have to be computed, a product or a call, is refused: a number picked out of it would not be the one that is meant.
"""
import re
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from backprop.doctor import diagnose, handed
from backprop.doctor.words import Diagnosis

LONGEST_WORD = 80              # characters of a name or a number
MOST_FILLED = 10_000           # numbers of an array written as zeros(…) or ones(…)
MOST_ARRAYS = 40               # without names
DEEPEST = 2                    # brackets around a number of a matrix
NAME = r"[^\W\d][\w.]{0,79}(?:\^?\{\(?\w{1,9}\)?\}|\^\(?\w{1,9}\)?|\[['\"]?[\w.]{1,79}['\"]?\])?"
TOKEN = re.compile(rf"""(?<![\w.])(?P<quote>['"]?)(?P<name>{NAME})(?P=quote)\s*[:=](?!=)"""
                   rf"""|\(\s*['"](?P<first>{NAME})['"]\s*,|[\[\](){{}}]""")
OPENING, CLOSING = "([{", ")]}"
SHELL = re.compile(rf"(?m)^[ \t]*(?:>>>[ \t]*)?(?:print\()?({NAME})\)?[ \t]*\n(?=\s*(?:array|tensor|matrix|\[))")
WRAPPER = r"(?<![\w.])(?:[A-Za-z]{1,9}\.)?(?:array|asarray|tensor|matrix|Tensor|Array|Parameter|float\d\d)(?![\w.])"
ANOTHER = re.compile(rf"[\s,;]*(?:{WRAPPER}\s*)?[\[(]")                       # array, next to one that has ended
FILLED = re.compile(r"\s*(?:[a-z]{1,9}\.)?(zeros|ones)\(\s*\(?\s*(\d{1,9})\s*,?\s*(\d{1,9})?\s*,?\s*\)?\s*\)")
REPLACED = (  # remarks of the programs that print arrays, LaTeX, and comments
    (r"Parameter containing:|>>>(?=\s*\()|\\left|\\right", " "),
    (r"<tf\.[^<>=]{1,99}=\([\d, ]{0,99}\), dtype=\w{1,20}, numpy=", " "),
    (r"(?m)^[ \t]*(?:In|Out) ?\[\d+\]:", " "),
    (handed.REMARKS, " "),
    (r"\\begin\{\w+\}", "["),
    (r"\\end\{\w+\}", "]"),
    (r"#[^\n]*", " "),
    ("\N{MINUS SIGN}", "-"),
)
SCALE = r"[\d.]{1,20}e[-+]?\d{1,4}\s*\*"                                     # MATLAB's, above a matrix
INPUTS = ("x", "inputs", "input", "x_train", "features")
TARGETS = ("y", "targets", "target", "labels", "y_train")
GRADIENT = ("grad", "grads", "gradient", "gradients", "nabla", "claimed")
CURE = "name the arrays of your gradient dW1, db1, ... and those of the network W1, b1, ..."


class Pasted(NamedTuple):
    """Hold what a text holds; params, X and Y are None where it names none."""

    claimed: Any               # {name: array}, a list of arrays, or one array
    params: dict | None
    X: np.ndarray | None
    Y: np.ndarray | None
    said: tuple[str, ...]      # what was left aside


class Entry(NamedTuple):
    """Hold a name, what it stands in, and the text behind it."""

    inside: str                # the name of the dictionary around it, or ""
    name: str
    text: str

    @property
    def is_gradient(self):
        """Say whether the name, or that of the dictionary, calls it a gradient."""
        words = re.findall(r"[a-z]+", f"{self.inside} {self.name}".lower())
        return any(word in GRADIENT or (word[0] == "d" and handed.slot(word[1:])) for word in words)


def judge(text: str, network: tuple, **said: Any) -> Diagnosis:
    """Return the Diagnosis of the gradient in a text.

    network is (params, X, Y), for a text that names none of its own; said is handed on to diagnose. Raises ValueError
    as read and diagnose do.

    >>> network = [[[0.6], [-0.2]], [[0.8]]], [[2.0, -1.0], [0.5, 1]], [[1.0], [0]]
    >>> judge("dW_h = [[-0.31037], [0.75866]], dW_out = [[0.04018]]", network).names
    ('activation-derivative-missing',)
    """
    pasted = read(text)
    if pasted.params is not None:
        network = pasted.params, pasted.X, pasted.Y
    found = diagnose(*network, pasted.claimed, **said)
    return replace(found, read_as=(*pasted.said, *found.read_as))


def read(text: str) -> Pasted:
    """Return the gradient that a text names, and the network and the examples if they stand there too.

    Arrays are written as NumPy, PyTorch, MATLAB, LaTeX, Python or JSON write them, behind a name or in a dictionary. A
    gradient is called dW1, grad_W1, W1.grad, or stands in a dictionary of such a name; so may the names be if there is
    no network beside it. Raises ValueError, with the cure, for what is no array of numbers or may be either.

    >>> read("W1 = [[1, 2]], X = [[3]], Y = [[0, 1]], dW1 = [[.5, -.5]]").claimed
    {'dW1': array([[ 0.5, -0.5]])}
    """
    text = _plain(text)
    arrays, X, Y, rest = _named(text)
    if not arrays:
        return Pasted(_nameless(text, rest), None, None, None, ())
    claimed, params = _sorted(arrays, X, Y)
    said = (f"left aside: {_names(rest[:5])}",) if rest else ()
    read_X, read_Y = (None if entry is None else _array(entry.name, entry.text) for entry in (X, Y))
    return Pasted(_one_or_all(_group(claimed), params), _group(params) if params else None, read_X, read_Y, said)


def network(text: str) -> tuple[dict, np.ndarray, np.ndarray]:
    """Return (params, X, Y) of a text that names no gradient; raises ValueError if one of them is missing.

    >>> network("p = Params(W_h=np.array([[1, 2]]), W_out=np.ones((2, 1))); X = [[3]]; Y = [[1]]")[0]["W_out"].shape
    (2, 1)
    """
    arrays, X, Y, _ = _named(_plain(text))
    if not (arrays and X and Y):
        raise ValueError("the text must name the weights of a network, its examples X and their targets Y")
    return _group(arrays), _array(X.name, X.text), _array(Y.name, Y.text)


# --- names --------------------------------------------------------------------------------------------------------
def _plain(text):
    """Return text without remarks, each array that a shell printed behind its name."""
    if len(text) > handed.MOST_TEXT:
        raise ValueError(f"the text has {len(text):,} characters: at most {handed.MOST_TEXT:,} are read")
    long = re.search(rf"[\w.]{{{LONGEST_WORD + 1}}}", text)
    if long:
        raise ValueError(f"the text holds a word or number of more than {LONGEST_WORD} characters, {long[0][:20]!r}: "
                         "paste arrays of numbers")
    for pattern, by in REPLACED:
        text = re.sub(pattern, by, text)
    return SHELL.sub(r"\1 =\n", text)


def _entries(text):
    """Yield the Entries of a text; what a bracket holds belongs to the name in front of it."""
    around, inside, name, start, owner, level = [""], "", "", 0, "", 0
    for token in TOKEN.finditer(text):
        found = token["name"] or token["first"]
        if found:
            yield Entry(inside, name, text[start:token.start()])
            inside, name, start = around[-1], found, token.end()
            around += [inside] if token["first"] else []
            owner, level = found, len(around)
        elif token[0] in OPENING:
            around.append(owner or around[-1])
        elif len(around) > 1:
            around.pop()
            owner = owner if len(around) > level else ""
    yield Entry(inside, name, text[start:])


def _named(text):
    """Return the Entries of weights and biases, that of X, that of Y (or None), and all others with a name."""
    found = [entry for entry in _entries(text) if not _opens(entry.text)]
    arrays = [entry for entry in found if handed.slot(entry.name) and not re.fullmatch(r"\s*None\W*", entry.text)]
    X, Y = _only(found, INPUTS), _only(found, TARGETS)
    rest = [entry for entry in found if entry.name and entry not in (X, Y) and not handed.slot(entry.name)]
    return arrays, X, Y, rest


def _opens(text):
    """Say whether a text is no more than the beginning of a dictionary or a call."""
    return bool(re.fullmatch(r"(?:[\w.]*[\s\[({]*[\[({])?", text.strip()))


def _only(entries, names):
    """Return the one Entry with one of the names, or None; raises ValueError if there are more."""
    found = [entry for entry in entries if entry.name.lower() in names]
    if len(found) > 1:
        raise ValueError(f"{found[0].name} stands there twice: leave the one that is meant")
    return found[0] if found else None


def _sorted(arrays, X, Y):
    """Return (Entries of the gradient, Entries of the network); raises ValueError where it may be either."""
    claimed = [entry for entry in arrays if entry.is_gradient]
    others = [entry for entry in arrays if not entry.is_gradient]
    examples = [name for name, entry in (("X", X), ("Y", Y)) if entry]
    if not claimed and (examples or len({entry.inside for entry in others}) > 1):
        raise ValueError(f"which of {_names(others)} is the gradient, and which the network? {CURE}")
    if not claimed:
        return others, []
    if others and len(examples) < len("XY"):
        missing = " and ".join(name for name in "XY" if name not in examples)
        raise ValueError(f"the weights {_names(others)} came without {missing}: "
                         "paste the examples X and the targets Y, too, or leave the weights out")
    if examples and not others:
        raise ValueError(f"{' and '.join(examples)} came without the weights of the network: paste W1, b1, ..., too, "
                         f"or leave {' and '.join(examples)} out")
    return claimed, others


def _names(entries):
    return ", ".join(dict.fromkeys(entry.name for entry in entries))


def _group(entries):
    """Return {name: array}; raises ValueError if two names mean the same array."""
    slots = {}
    for entry in entries:
        other = slots.setdefault(handed.slot(entry.name), entry)
        if other is not entry:
            raise ValueError(f"{_names([other, entry])} stands there twice: leave the one that is meant")
    return {entry.name: _array(entry.name, entry.text) for entry in entries}


def _one_or_all(claimed, params):
    """Return the dictionary, or its one array where a number alone does not say which layer is meant."""
    (name, array), *more = claimed.items()
    return claimed if more or params or handed.slot(name)[2] else array


def _nameless(text, rest):
    """Return the array, or the list of arrays, of a text that names no weights and no biases."""
    if not re.search(handed.NUMBER, text, re.IGNORECASE):
        raise ValueError(f"{'there are no numbers in this text' if text.strip() else 'nothing is here yet'}: {CURE}")
    named = [entry for entry in rest if re.search(handed.NUMBER, entry.text, re.IGNORECASE)]
    if len(named) > 1:
        raise ValueError(f"no weights and no biases are named here: it has {_names(named[:5])}; {CURE}")
    name, inside = (named[0].name, named[0].text) if named else ("the text", text)
    pieces = list(_side_by_side(name, inside))
    return pieces[0] if len(pieces) == 1 else pieces


def _side_by_side(name, text):
    """Yield the arrays of a text, one after the other or in the bracket of a list."""
    for _ in range(MOST_ARRAYS):
        body, rest = _cut(name, text)
        pieces = [piece for piece in re.split(WRAPPER, body)[1:] if "[" in piece]
        if len(pieces) > 1:
            _only_numbers(name, body)
            yield from (_array(f"array {k}", piece[piece.index("["):]) for k, piece in enumerate(pieces, 1))
        else:
            yield _array(name, text, alone=False)
        if not ANOTHER.match(rest):
            return
        text = rest
    raise ValueError(f"{name} holds more than {MOST_ARRAYS} arrays without names: paste those of one gradient")


# --- numbers ------------------------------------------------------------------------------------------------------
def _array(name, text, alone=True):
    """Return the array of numbers in a text; raises ValueError if anything in it would have to be computed."""
    body, rest = _cut(name, text)
    filled = FILLED.fullmatch(body)
    if alone and ANOTHER.match(rest):
        raise ValueError(f"{name} is followed by an array without a name: give each array its own name")
    if re.match(r"[-*/@^+%]|\.\w", rest):
        raise ValueError(f"{name} is computed from an array ({rest[:9].strip()!r}), and nothing that is pasted is run: "
                         "paste the numbers that came out")
    if filled:
        return _filled(name, *filled.groups())
    _only_numbers(name, body)
    if "[" not in body:
        body = body.translate(str.maketrans("({)}", "[[]]"))
    if _depth(body) > DEEPEST + (body.count("(") > 0):
        raise ValueError(f"{name} has more brackets around a number than a matrix has: give each array its own name")
    return handed.parse(body, name)


def _cut(name, text):
    """Return the first bracket of a text with what it holds, and what follows; all of the text if it has no bracket."""
    opening, number = re.search(r"[\[({]", text), re.search(handed.NUMBER, text, re.IGNORECASE)
    if not opening or (number and number.start() < opening.start()):
        return text, ""
    depth = 0
    for bracket in re.finditer(r"[\[\](){}]", text):
        depth += 1 if bracket[0] in OPENING else -1
        if depth == 0:
            return text[:bracket.end()], text[bracket.end():].lstrip(" \t")
    raise ValueError(f"{name} breaks off: a bracket is opened and not closed")


def _only_numbers(name, body):
    """Raise ValueError if a text holds anything but numbers, brackets and what stands between numbers."""
    left = re.sub(WRAPPER, " ", re.sub(handed.NUMBER, " ", re.sub(SCALE, " ", body, flags=re.I), flags=re.I))
    strange = re.search(r"[^\s\[\](){},;&|\\]+", left)
    if strange and "..." not in body and "…" not in body:
        raise ValueError(f"{name} holds {strange[0][:30]!r}, and nothing that is pasted is run: paste numbers, such as "
                         "[[0.1, -0.2], [0.3, 0.4]]")


def _depth(body):
    depths = np.cumsum([(letter in OPENING) - (letter in CLOSING) for letter in body if letter in OPENING + CLOSING])
    return int(max(depths, default=0))


def _filled(name, what, rows, columns):
    """Return the array that zeros(…) or ones(…) stands for."""
    shape = tuple(int(size) for size in (rows, columns) if size is not None)
    if np.prod(shape, dtype=float) > MOST_FILLED:
        raise ValueError(f"{name} has the shape {shape}: at most {MOST_FILLED:,} numbers are filled in")
    return np.zeros(shape) if what == "zeros" else np.ones(shape)
