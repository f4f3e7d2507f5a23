"""Sentences for people: what was found, in the reader's own letters. Formulas in them stand between dollar signs."""

import itertools

import numpy as np

from .edits import printed_letter
from .mend import constant_ratio, mend
from .report import Entry, Line
from .statements import GIVEN
from .terms import BigSum, Derivative, Paths, Unnamed, walk

REACHES = (
    "without a bracket the sum, and the sign before it, may end after the first term or reach over the next one, too; "
    "put both terms in a bracket"
)
ONE_STEP = (
    "right for one step, where what comes from the step before is given; through all steps the same weights are used "
    "again, and their derivative has more terms"
)
ORDER = ("wrong", "sizes", "ambiguous", "unknown", "unreadable", "right-only-if", "right")
LOOKS = {
    "sign": "the sign is wrong",
    "transpose": "a transpose is missing or too many",
    "slope": "the slope of the activation is missing, superfluous, or taken at another place",
    "layer": "a quantity of another layer stands here",
    "index": "an index is not the one it should be",
    "sum": "a sum is missing or too many",
    "product": "a factor, or the kind or order of a product, is not what it should be",
    "factor": "a number is missing or too many",
    "other": "",
    "shape": "",
    "bracket": "a bracket is missing",
}


def line(statement, chains, outcomes, judge):
    """Return the report's line for a claim."""
    outcome = min(outcomes, key=lambda o: ORDER.index(o.verdict))
    looks = edit = None
    if outcome.verdict in ("wrong", "sizes"):
        looks, edit = mend(statement, chain_of(outcome, chains), outcome, judge)
    entry = (
        Entry(outcome.entry[0], outcome.entry[2], outcome.entry[1])
        if outcome.entry and outcome.verdict == "wrong"
        else None
    )
    says = sentence(outcome, chains, looks, judge)
    return Line(
        statement.number,
        statement.latex,
        "claim",
        outcome.verdict,
        says,
        looks,
        edit,
        entry=entry,
        place=placed(outcome.place),
        read_as=reading(outcome, judge),
        how=how(outcome, judge),
    )


def placed(place):
    """Return a place in the reader's text; what stands in the given text has none there."""
    return place if place and place[0] < GIVEN and place != (0, 0) else None


def chain_of(outcome, chains):
    """Return the chain to which an outcome belongs."""
    at = outcome.sides[0].span[0] if outcome.sides else outcome.place[0] if outcome.place else chains[0].span[0]
    return next(
        (chain for chain in chains if chain.span[0] <= at <= chain.span[1] and len(chain.sides) > outcome.link + 1),
        chains[0],
    )


def sentence(outcome, chains, looks, judge):
    """Return what is said about a line."""
    if outcome.verdict == "right":
        return ""
    if outcome.verdict == "right-only-if":
        return f"right only if {outcome.condition}"
    if outcome.verdict == "wrong":
        return "; ".join(
            part
            for part in (
                which_link(outcome, chains, judge),
                outcome.says or ratio_words(outcome, judge) or LOOKS.get(looks, ""),
            )
            if part
        )
    if outcome.verdict == "sizes":
        return outcome.says
    return outcome.says + (f"; expected: {outcome.expected}" if outcome.expected else "")


def which_link(outcome, chains, judge):
    """Return which link of a chain of several fails."""
    chain = chain_of(outcome, chains)
    if len(chain.sides) < 3:
        return ""
    left, right = (judge.text(chain.sides[outcome.link + k]) for k in (0, 1))
    return f"the link ${left} = {right}$ fails"


def ratio_words(outcome, judge):
    """Return the ratio of the two sides in words, if it is a number made of sizes, 2 and -1."""
    ratio = constant_ratio(outcome)
    if ratio is None or not ratio:
        return ""
    if np.isclose(ratio, -1):
        return "the sign is wrong"
    found = product_of_sizes(abs(ratio), judge)
    if not found:
        return ""
    sign = "-" if ratio < 0 else ""
    return f"the left side is ${sign}{found}$ times the right side"


def product_of_sizes(ratio, judge):
    """Return a number as a product of powers of the sizes and 2, in LaTeX, or an empty string."""
    sizes = {label: judge.model.dims.known(node) for label, node in judge.model.dims.labels.items()}
    bases = [(label, size) for label, size in sizes.items() if size and size > 1 and len(label) == 1] + [("2", 2)]
    for powers in sorted(
        itertools.product((0, 1, -1, 2, -2), repeat=min(len(bases), 4)), key=lambda p: sum(map(abs, p))
    ):
        if any(powers) and np.isclose(ratio, np.prod([float(size) ** p for (_, size), p in zip(bases, powers)])):
            top = " ".join(label + (f"^{p}" if p > 1 else "") for (label, _), p in zip(bases, powers) if p > 0)
            bottom = " ".join(label + (f"^{-p}" if p < -1 else "") for (label, _), p in zip(bases, powers) if p < 0)
            return rf"\frac{{{top or 1}}}{{{bottom}}}" if bottom else top
    return ""


def reading(outcome, judge):
    """Return how a line was read where there was a choice, or None."""
    if outcome.verdict not in ("right", "right-only-if"):
        return None
    terms = [one for side in outcome.sides for one in walk(side)]
    said = []
    if any(isinstance(one, Paths) for one in terms):
        said.append("derivatives in a row are summed over what stands between them")
    if any(isinstance(one, Derivative) and one.how == "turned" for one in terms):
        said.append("the derivative by a column is a row (numerator layout)")
    if any(isinstance(one, Derivative) and one.how == "diagonal" for one in terms):
        said.append("the derivative of one array by another is taken entry by entry")
    if not outcome.customary:
        said.append("products from left to right, or ⊙ before the matrix product")
    if any(isinstance(one, BigSum) and one.reaches for one in terms):
        said.append("a sum without a bracket reaches over the next term")
    if outcome.layers:
        said.append("for every layer")
    return "; ".join(said) or None


def how(outcome, judge):
    """Return how the truth was found, and on which sizes."""
    if outcome.verdict not in ("right", "right-only-if", "wrong") or not outcome.sides:
        return None
    sizes = ", ".join(
        f"{label} = {judge.model.dims.known(node)}"
        for label, node in judge.model.dims.labels.items()
        if len(label) == 1 and judge.model.dims.known(node)
    )
    return f"complex step, {judge.model.draws()} random points" + (f", {sizes}" if sizes else "")


# --- what holds for a whole text --------------------------------------------------------------------------------------
def notes(derivation, model):
    """Return the sentences on what was assumed for all lines."""
    found = []
    shapes = [
        f"${printed_name(name)}$ {shape_words(model, name)}"
        for name in derivation.meaning.leaves
        if name in model.shapes and name.layer in (None, derivation.top)
    ]
    if shapes:
        found.append("tried with " + ", ".join(shapes[:12]))
    letters = sorted(
        {
            one.letter
            for d in derivation.definitions.values()
            for one in walk(d.term)
            if isinstance(one, Unnamed) and not one.scalar
        }
    )
    if letters:
        said = " and ".join(f"${printed_letter(letter, '')}$" for letter in letters)
        found.append(f"{said} was tried as three smooth functions")
    if any(isinstance(one, BigSum) and one.reaches for d in derivation.definitions.values() for one in walk(d.term)):
        found.append("a sum whose index stands in the next term, too, was read as reaching over it, with its sign")
    return tuple(found)


def shape_words(model, name):
    """Return the shape of a quantity in numbers."""
    axes, shape = model.shapes[name]
    sizes = [model.dims.known(s) for s in shape]
    own = [model.dims.known(s) for s in axes]
    if own:
        return f"with {' and '.join(map(str, own))} values of its {'index' if len(own) == 1 else 'indices'}"
    return "a number" if sizes == [1, 1] else f"{sizes[0]} × {sizes[1]}"


def printed_name(name):
    """Return a quantity as LaTeX, without its indices."""
    said = printed_letter(name.letter, name.style)
    for kind in "_^":
        marks = [
            text if not bracket else f"({text})" if bracket == "(" else f"[{text}]"
            for k, bracket, text in name.marks
            if k == kind
        ]
        said += f"{kind}{{{','.join(marks)}}}" if marks else ""
    said += "".join(f"[{text}]" for k, _, text in name.marks if k == "[")
    return said + (f"^{{({name.layer})}}" if name.layer is not None and "^" not in said else "")


def left_out(letters):
    """Say that an index is meant to be none of those that the sum beside it runs over."""
    return f"right if {' and '.join(f'${letter}$' for letter in sorted(letters))} is none of the values summed over"
