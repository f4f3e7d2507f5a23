r"""From a line to what it states: declarations, equations, conditions; trailing ranges of indices are layout."""

from typing import NamedTuple

from .grammar import parse_tokens, sub
from .problems import Problem, Unreadable
from .terms import Symbol
from .tokens import Token, tokens

GIVEN = 1_000_000  # where the text that is given stands, behind all that is judged
ORDER = {"<", ">", "≤", "≥", "≠", "∼", "∝"}


class Declaration(NamedTuple):
    r"""Names and the sizes they are declared with: W, V \in \mathbb{R}^{a \times b}."""

    names: tuple
    sizes: tuple


class Statement(NamedTuple):
    """One line: where it stands and what it says; `problem` if it could not be read."""

    number: int
    latex: str
    span: tuple
    given: bool
    declared: tuple = ()
    chains: tuple = ()
    problem: Problem | None = None


def statement(number, stretch, given=False):
    """Read one line."""
    declared, chains, problem = [], [], None
    try:
        for piece in parts(glued(tokens(stretch.latex, stretch.start))):
            (declared if isinstance(piece, Declaration) else chains).append(piece)
    except Problem as error:
        problem = error
    return Statement(
        number, stretch.latex, (stretch.start, stretch.end), given, tuple(declared), tuple(chains), problem
    )


def glued(found):
    """Return tokens in which a number right behind a letter is an index below it: Z1 is Z_1."""
    out = []
    for token in found:
        if token.type in ("FRACTION", "MATRIX", "BRACES", "ROOT", "CASES"):
            nested = token.type == "FRACTION"
            inner = tuple(tuple(glued(one)) for one in token.inner) if nested else tuple(glued(token.inner))
            token = token._replace(inner=inner)
        close = out and out[-1].type == "LETTER" and not token.gap and out[-1].span[1] == token.span[0]
        if token.type == "NUMBER" and close and token.value.isdigit() and out[-1].value != "1":
            token = Token("SCRIPT", "_", (token,), span=token.span)
        out.append(token)
    return out


def parts(found):
    """Return the declarations and chains that a list of tokens holds."""
    at = next((i for i in top_level(found) if found[i].value == "∈" and found[i].type == "REL"), None)
    if at is not None:
        start = names_before(found, at)
        end = at + 2 + sum(1 for _ in scripts_after(found, at + 2))
        if start < at and is_space(found[at + 1 : at + 3]):
            before, after = trimmed(found[:start]), trimmed(found[end:])
            return [
                *(parts(before) if before else []),
                declaration(found[start:at], found[at + 1 : end]),
                *(parts(after) if after else []),
            ]
    return equations(found)


def is_space(found):
    """Say whether tokens begin like a space of numbers: a double-struck letter, or R with something above it."""
    if not found:
        return False
    power = len(found) > 1 and found[1].type == "SCRIPT" and found[1].value == "^"
    return found[0].style == "bb" or (found[0].value == "R" and power)


def top_level(found):
    """Yield the places of tokens outside all brackets."""
    depth = 0
    for i, token in enumerate(found):
        depth += token.type in ("ROUND_OPEN", "SQUARE_OPEN", "ANGLE_OPEN")
        if depth == 0:
            yield i
        depth = max(depth - (token.type in ("ROUND_CLOSE", "SQUARE_CLOSE", "ANGLE_CLOSE")), 0)


def names_before(found, at):
    """Return where the list of names before a sign begins."""
    start, i = at, at
    while i > 0:
        j = i - 1
        while j > 0 and found[j].type in ("SCRIPT", "PRIME"):
            j -= 1
        if found[j].type != "LETTER":
            break
        start = i = j
        if i == 0 or found[i - 1].type != "COMMA":
            break
        i -= 1
    return start


def scripts_after(found, i):
    """Yield the scripts from place i on."""
    while i < len(found) and found[i].type == "SCRIPT":
        yield found[i]
        i += 1


def trimmed(found):
    """Return tokens without commas and points at both ends."""
    while found and found[-1].type in ("COMMA", "POINT"):
        found = found[:-1]
    while found and found[0].type in ("COMMA", "POINT"):
        found = found[1:]
    return found


def declaration(names, space):
    """Return the declaration of names in a space of numbers."""
    letters = [sub(piece) for piece in pieces(names, {"COMMA"})]
    if not all(isinstance(letter, Symbol) for letter in letters):
        raise Unreadable("only names are declared", names[0].span, r"W \in \mathbb{R}^{t \times d}")
    above = next((t.inner for t in space[1:] if t.value == "^"), ())
    if len(above) == 3 and above[1].value == "x":
        above = (above[0], above[1]._replace(type="OP"), above[2])
    dims = [piece for piece in pieces(list(above), {"OP"}) if piece]
    if len(dims) > 2:
        raise Unreadable("arrays have at most two axes here", space[0].span, r"\mathbb{R}^{t \times d}")
    return Declaration(tuple(letters), tuple(sub(dim) for dim in dims))


def pieces(found, types):
    """Cut tokens at signs of some types outside brackets."""
    out, last = [], 0
    for i in top_level(found):
        if found[i].type in types:
            out.append(found[last:i])
            last = i + 1
    return [piece for piece in [*out, found[last:]] if piece]


def equations(found):
    """Return the chains in a list of tokens: cut at commas where each part has a relation of its own, ranges left
    out."""
    found = [t for t in found if t.type not in ("AMP", "ROW")]
    cut = [piece for whole in pieces(found, {"COMMA", "FORALL"}) for piece in implied(whole)]
    kept, i = [], 0
    while i < len(cut):
        if kept and (is_range(cut[i:]) or not related(cut[i])):
            if not is_range(cut[i:]) and not range_tail(cut[i]):
                return [parse_tokens(tuple(found))]
            i += 1
            continue
        kept.append(cut[i])
        i += 1
    if len(kept) > 1 and not all(related(piece) for piece in kept):
        return [parse_tokens(tuple(found))]
    return [parse_tokens(tuple(piece)) for piece in kept] if kept else []


def implied(found):
    """Cut tokens at arrows from one equation to the next."""
    out, last = [], 0
    for i in top_level(found):
        if found[i].value in ("⇒", "→") and found[i].type == "REL":
            out.append(found[last:i])
            last = i + 1
    return [piece for piece in [*out, found[last:]] if piece]


def related(found):
    """Say whether tokens hold a relation outside brackets."""
    return any(found[i].type == "REL" for i in top_level(found))


def is_range(cut):
    """Say whether pieces begin like i = 1, …, n."""
    first = cut[0]
    head = first[-3:] if len(first) > 3 and any(t.type == "COLON" for t in first) else first
    starts = len(head) == 3 and head[0].type == "LETTER" and head[1].value == "=" and head[2].type == "NUMBER"
    return starts and len(cut) > 1 and cut[1][0].type == "DOTS"


def range_tail(piece):
    """Say whether a piece is the rest of a range: dots or its last value."""
    return all(t.type in ("DOTS", "LETTER", "NUMBER", "SCRIPT", "COLON", "SIGN") for t in piece)
