"""Find the least change that makes a wrong line true, and what the mistake looks like."""

import time

import numpy as np

from .brackets import key
from .edits import Editor, applied, judged
from .templates import slots, symbols
from .terms import BigSum, Call, Entry, Number, Ref, Symbol, walk

SECONDS = 2.4                  # a slow machine must find what a fast one finds
LETTER = "letter"
FIRST = {
    "wrong": ("sign", "factor", "slope", "transpose", "index", "layer", LETTER, "sum", "product"),
    "sizes": ("transpose", "index", "layer", "product", "sum", "slope", LETTER, "factor", "sign"),
}


def mend(statement, chain, outcome, judge):
    """Return (what it looks like, the mended LaTeX or None) of a line with a wrong link."""
    ratio = constant_ratio(outcome)
    deadline = time.monotonic() + SECONDS
    seen = set()
    for edit in candidates(statement, chain, outcome, judge, ratio):
        new = applied(statement.latex, edit, statement.span[0])
        if new in seen or new == statement.latex:
            continue
        if time.monotonic() > deadline:
            break
        seen.add(new)
        if all(v in ("right", "right-only-if") for v in judged(new, statement.span[0], judge)):
            return named(edit, chain, judge, ratio), " ".join(new.split())
    return guessed(outcome, ratio), None


def candidates(statement, chain, outcome, judge, ratio):
    """Yield the changes of the right side of the wrong link, then of its left side, the likeliest kinds first."""
    editor = Editor(statement.latex, statement.span[0], judge)
    editor.line_indices = {
        i
        for side in outcome.sides
        for r in walk(side)
        if isinstance(r, Ref | Entry)
        for i in r.indices
        if isinstance(i, str)
    } or {i.base for s in symbols(chain) for _, _, _, i in slots(s) if i.base in judge.names.indices}
    editor.factors, editor.sums = missing_factors(judge, chain), missing_sums(judge, chain)
    right, left = chain.sides[outcome.link + 1], chain.sides[outcome.link]
    found = [*editor.of(right), *editor.whole(right)]
    order = FIRST.get(outcome.verdict, FIRST["wrong"])
    for edit in sorted(found, key=lambda e: (order.index(e.kind) if e.kind in order else len(order), cost(editor, e))):
        if not (ratio is not None and edit.kind not in ("sign", "factor", "product", "slope", LETTER)):
            yield edit
    left_edits = (e for e in editor.of(left) if e.kind in ("index", "layer") or isinstance(left, Symbol))
    yield from sorted(left_edits, key=lambda e: order.index(e.kind) if e.kind in order else len(order))


def cost(editor, edit):
    """Return how many characters a change touches, apart from those that stay."""
    old = editor.said(edit.start, edit.end)
    return len(old) + len(edit.new) - 2 * sum(1 for a, b in zip(old, edit.new) if a == b)


def missing_factors(judge, chain):
    """Return the factors that a line may lack: slopes of the definitions with a function, derivatives of the loss."""
    found = []
    for _, definer in judge.names.definers:
        for call in (
            c
            for side in definer.sides[1:]
            for c in walk(side)
            if isinstance(c, Call) and isinstance(c.function, Symbol)
        ):
            inner = judge.text(call.arguments[0])
            if len(call.arguments) == 1 and inner:
                letter = judge.text(call.function)
                found.append(("slope", f"{letter}'({inner})"))
    printed = {judge.text(one) for side in chain.sides for one in walk(side)}
    for _, other in judge.names.lines:
        for side in other.sides:
            for one in walk(side):
                if type(one).__name__ == "Derivative" and (said := judge.text(one)) and said not in printed:
                    found.append(("product", said))
    return list(dict.fromkeys(found))[:16]


def missing_sums(judge, chain):
    """Return the (index, end) pairs of sums in the definitions whose index stands in the line without a sum."""
    ends = {}
    for _, definer in judge.names.definers:
        for one in walk(definer):
            if isinstance(one, BigSum) and one.high is not None and len(one.indices) == 1:
                ends[one.indices[0]] = judge.text(one.high) or (one.high.text if isinstance(one.high, Number) else "")
    here = {i.base for s in symbols(chain) for _, _, _, i in slots(s)}
    return [(index, end) for index, end in ends.items() if index in here and end]


def named(edit, chain, judge, ratio):
    """Return the word for a change: a letter that is another layer or the place of a slope, or another factor."""
    if edit.kind != LETTER:
        return "sign" if ratio is not None and np.isclose(ratio, -1) else edit.kind
    inside = any(
        isinstance(c, Call) and c.primes and c.span[0] <= edit.start and edit.end <= c.span[1]
        for side in chain.sides
        for c in walk(side)
    )
    return "slope" if inside or derivative_pair(edit, judge) else "other"


def derivative_pair(edit, judge):
    """Say whether a letter and the one put for it are both derivatives: one of them lacks a slope."""
    derived = {
        key(c.sides[0])[0]
        for _, c in judge.names.definers
        for side in c.sides[1:]
        if type(side).__name__ == "Derivative"
    }
    letters = {word.strip("\\{} ") for word in edit.what.replace("{", " ").replace("}", " ").split() if word != "for"}
    return sum(any(letter in name.split(" ") for letter in letters) for name in derived) >= 2


def constant_ratio(outcome):
    """Return truth divided by the line if that is one number for all entries and draws, else None."""
    ratios = []
    for left, right, *_ in outcome.values:
        big = np.abs(right) > 1e-12
        if left.shape != right.shape or not big.any() or (np.abs(left[~big]) > 1e-12).any():
            return None
        ratios.append((left[big] / right[big]).ravel())
    if not ratios:
        return None
    every = np.concatenate(ratios)
    return float(every[0]) if np.allclose(every, every[0], rtol=1e-7) else None


def guessed(outcome, ratio):
    """Return what a line looks like for which no change was found."""
    if ratio is not None:
        return "sign" if np.isclose(ratio, -1) else "factor"
    if outcome.verdict == "sizes":
        return "shape"
    if all(
        a.shape[-2:] == b.shape[-2:] and a.shape[-1] == a.shape[-2] and np.allclose(a, np.swapaxes(b, -1, -2))
        for a, b, *_ in outcome.values
    ):
        return "transpose" if outcome.values else "other"
    return "other"
