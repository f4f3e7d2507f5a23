r"""Questions from the book's equations: which line is true? One printed equation beside three broken ones.

The changes are those of the mutants; what `proofread` calls wrong, though its sizes fit, is offered as wrong, so every
wrong line is known to be wrong, and an entry of it can be told in numbers.
"""

import random
from typing import NamedTuple

from proofread.layout import lines
from proofread.terms import Number, Ref, walk
from tools.judge.equations import claims
from tools.judge.mutants.formulas import Broken

BREAKS = {  # the kind of a change: what is said to who chose it
    "sign": "A sign is wrong.", "factor": "A number is missing, or is one too many.",
    "slope": "A slope is missing, or has become the function itself.",
    "transpose": "A transpose is missing, or is one too many.", "index": "One index is wrong.",
    "layer": "One quantity is that of another layer.", "letter": "One letter is wrong.", "sum": "The sum is missing.",
    "product": "A factor is missing, or the factors are multiplied in another way.",
}
WRONG = 3               # wrong lines beside a right one


class WrongLine(NamedTuple):
    """A wrong line: its LaTeX, what is wrong with it, and (place, what it says, what is true) of one entry."""

    latex: str
    why: str
    entry: tuple


class Question(NamedTuple):
    """A true line, what it rests on, and three wrong lines."""

    name: str
    section: str
    true: str
    rests_on: list
    false: list


def of_page(path):
    """Yield a question for each equation of a page that is derived and holds for all numbers."""
    for claim in claims(path):
        broken = Broken(claim)
        decimals = any(isinstance(one, Number) and "." in one.text for one in walk(broken.chain))
        if claim.formula.defines or decimals:
            continue
        false = false_lines(broken, random.Random(claim.formula.name))
        if len(false) == WRONG:
            yield Question(claim.formula.name, claim.formula.section, broken.latex, rests_on(broken), false)


def false_lines(broken, rng):
    """Return three broken lines of an equation, each of another kind where there are so many."""
    changes = [change for change in broken.changes() if change.kind in BREAKS]
    rng.shuffle(changes)
    kinds = list(dict.fromkeys(change.kind for change in changes))
    first = [next(change for change in changes if change.kind == kind) for kind in kinds]
    found = {}
    for change in [*first, *changes]:
        if len(found) < WRONG and change.latex not in found:
            outcome = broken.place.outcome(change.latex)
            if outcome.verdict == "wrong" and outcome.entry:
                found[change.latex] = WrongLine(change.latex, BREAKS[change.kind], outcome.entry)
    return list(found.values())


def rests_on(broken):
    """Return the lines that define what stands in an equation and all that this follows from, and the conditions."""
    derivation = broken.judge.derivation
    sides = [side for outcome in broken.judge.chain(broken.chain) for side in outcome.sides]
    names = {one.name for side in sides for one in walk(side) if isinstance(one, Ref)}
    upstream = set().union(*[derivation.upstream(name) for name in names], set())
    numbers = {derivation.definitions[name].number for name in upstream if name in derivation.definitions}
    numbers |= {statement.number for statement, _ in derivation.conditions}
    return [one.latex.strip() for number, one in enumerate(lines(broken.given), 1) if number in numbers]
