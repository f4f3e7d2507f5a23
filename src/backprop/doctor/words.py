"""Say what was found: the names, why, the evidence, the section to read."""
from dataclasses import dataclass
from html import escape
from textwrap import fill

import numpy as np

from backprop.conventions import PRESETS, Convention
from backprop.doctor import mistakes
from backprop.doctor.mistakes import FACTOR, MISTAKES, STALE, VERDICTS, page

REDUCTIONS = {"sum": "sum", "mean": "mean over n", "mean_all": "mean over n t entries"}
WIDTH = 76                     # of a printed line
HEAD = 10                      # of it, for "evidence:"
WORST = 3                      # entries that are listed where nothing fits
TINY = 1e-300                  # against a division by zero


@dataclass(frozen=True)
class Diagnosis:
    """Hold what `diagnose` found; print it to read it."""

    names: tuple[str, ...]  # "correct", "unknown", or one or more mistakes, with "convention:..." where needed
    explanation: str
    evidence: str                      # the pattern, ratio or fitted number that gave it away
    section: str                       # page and anchor in the book
    alternatives: tuple[str, ...]      # other readings of the same numbers; two mistakes at once are joined by " + "
    read_as: tuple[str, ...] = ()      # what was turned or unpacked before anything was compared
    assumed: str = ""                  # the network in which the numbers are read
    arrays: tuple[tuple[str, str], ...] = ()       # (name, "right", or the mistakes in it, or how many numbers agree)

    @property
    def name(self):
        """Return the first of the names."""
        return self.names[0]

    @property
    def _rows(self):
        return [("why", self.explanation), ("evidence", self.evidence), ("or", ", ".join(self.alternatives)),
                ("as", "; ".join(self.read_as)), ("read", self.section)]

    def __str__(self):
        rows = [("", " + ".join(self.names)), *self._rows]
        return "\n".join(fill(text, WIDTH, initial_indent=f"{head + ':':{HEAD}}" if head else "",
                              subsequent_indent=" " * HEAD, break_long_words=False, break_on_hyphens=False)
                         for head, text in rows if text)

    def _repr_html_(self):
        told = "".join(f"<dt>{head}</dt><dd>{escape(text)}</dd>" for head, text in self._rows[:-1] if text)
        link = escape(self.section.removeprefix("chapters/"))
        return (f'<div class="diagnosis"><p><strong>{escape(" + ".join(self.names))}</strong></p>'
                f'<dl>{told}<dt>read</dt><dd><a href="{link}">{link}</a></dd></dl></div>')


# --- names --------------------------------------------------------------------------------------------------------
def convention_of(reading):
    """Return the Convention in which a reading takes the claim, its biases as they stand."""
    forms = [option.laid.form for option in reading.options.values() if option.laid.form not in ("vector", "last-row")]
    bias = (forms or ["vector" if reading.case.wanted.bias != "first-row" else "first-row"])[0]
    c = reading.convention
    return Convention(c.weights, c.reduction, bias if reading.case.any_convention else c.bias)


def unlike(reading, said):
    """Return what a reading takes otherwise than it was said, e.g. ["mean", "loss=squared"].

    Said is the Description assumed.
    """
    meant = convention_of(reading)
    return [*([] if meant == reading.case.wanted and not reading.differs else [meant.name]),
            *reading.case.net.description.unlike(said)]


def names_of(reading, said):
    """Return the names of a reading: the mistakes, or that it is correct and under what that was not said."""
    names = tuple(dict.fromkeys(MISTAKES[row].name for row in reading.rows))
    if names:
        return names
    other = unlike(reading, said)
    shown = (f"convention:{'+'.join(other)}",) if other else ()
    return ("correct",) * (reading.case.any_convention or reading.reassumed or not shown) + shown


# --- one line of code ---------------------------------------------------------------------------------------------
def code(choice, net, divisor=1):
    """Return what stands in a program that has a mistake, in the names of the book."""
    mistake = choice.mistake
    layer = choice.layers[-1] if choice.layers else net.L
    fields = {
        "l": net.label(layer),
        "k": net.label(layer - 1) if layer > 1 else "X",
        "j": net.label(layer + 1) if layer < net.L else "",
        "phi": net.phi(layer),
        "way": way_of(choice, net, divisor),
    }
    text = mistake.code.format(**fields).replace("Z_X", "X").replace("A_X", "X")
    if mistake.line == "scale" and choice.row != FACTOR:
        sizes = [mistakes.Sizes(net.n, net.t, net.W[k].shape[0]) for k in range(1, net.L + 1)]
        ratios = dict.fromkeys(f"{mistake.spoil(z, choice.way):.6g}" for z in sizes)
        text += f" (ratio {' and '.join(ratios)})"
    alone = len(choice.layers) < net.L - 1 and net.L > 2 and mistake.line in ("slope", "input", "way_back")
    return text + (f", in layer {net.label(layer)} only" if alone else "")


def way_of(choice, net, divisor):
    """Return the way in which a mistake was made, as text."""
    way = choice.way
    if choice.row == STALE:
        return f"{way * divisor:.6g}" if way is not None else "eta"
    if choice.mistake.name == "wrong-layer-input":
        k = choice.layers[-1] if way == "of the layer itself" else way
        return f"A_{net.label(k)}" if k else "X"
    if choice.mistake.name == "bias-row-kept":
        return f"{way[0]} row, and row {way[1]} of W"
    return f"{way:.6g}" if isinstance(way, float) else str(way)


def example(row, net):
    """Return the line of code of a row in the first way that a network allows, or with its fields named."""
    ways = MISTAKES[row].ways(net)
    if not ways:
        return MISTAKES[row].code.format(way="…", l="l", k="k", j="j", phi="φ")
    return code(mistakes.Choice(row, *ways[0]), net)


# --- a diagnosis --------------------------------------------------------------------------------------------------
def diagnosis(found, said, read_as):
    """Return the Diagnosis of what the search found; said is the Description that was assumed."""
    best = found.readings[0]
    names = names_of(best, said)
    verdicts = [MISTAKES[row] for row in best.rows] or [VERDICTS["correct"]] * ("correct" in names)
    verdicts += [VERDICTS["convention"]] * (convention_of(best) != best.case.wanted or best.differs)
    verdicts += [VERDICTS["network"]] * best.reassumed
    others = alternatives(found.readings, said)
    others.pop(" + ".join(names), None)
    told = [evidence(best, said)] + [separated(best, other, said) for other in others.values()]
    if found.left:
        names, told = told_apart(found, names, told, best)
        verdicts = [v for v in verdicts if v.why != VERDICTS["correct"].why] + [VERDICTS["unknown"]]
    why = [verdict.why for verdict in verdicts]
    arrays = [(part.name, mistakes_in(option)) for part, option in best.options.items()]
    arrays += [(part.name, agreeing(best.case, best.convention, part)) for part in found.left]
    return Diagnosis(names, " ".join(dict.fromkeys(why)), "; ".join(told),
                     page(verdicts[0 if best.rows else -1].section), tuple(others) if not found.left else (), read_as,
                     network_of(best.case.net), in_order(arrays, best.case.net))


def network_of(net):
    """Return what a network is, in words."""
    return f"{net.sizes} with {net.description.words}, n = {net.n}"


def mistakes_in(option):
    """Return the names of the mistakes that one array shows, or that it is right."""
    return " + ".join(dict.fromkeys(MISTAKES[row].name for row in sorted(c.row for c in option.choices))) or "right"


def agreeing(case, convention, part):
    """Return how many numbers of one array agree with the right ones."""
    return f"{int(close_ones(case, convention, part)[2].sum())} of {part.count} numbers agree"


def in_order(arrays, net):
    """Return (name, verdict) of arrays in the order of the layers, each layer's weights before its biases."""
    place = {f"{kind}_{net.label(layer)}": (layer, kind) for layer in range(1, net.L + 1) for kind in "Wb"}
    return tuple(sorted(arrays, key=lambda pair: place[pair[0]]))


def told_apart(found, names, told, best):
    """Return names and evidence where some arrays are explained and others are not."""
    known = tuple(name for name in names if name != "correct" and not name.startswith("convention:"))
    listed = [worst(best.case, best.convention, part) for part in found.left]
    every = [*best.options, *found.left]
    agree = sum(part.count for part in best.options) if not known else None
    head = counted(best, found.left, every) if agree is not None else told[0]
    return (*known, "unknown"), [f"assumed: {best.case.net.description.words}", head, ", ".join(filter(None, listed))]


def counted(best, left, every):
    """Return how many of all numbers agree."""
    agree = sum(part.count for part in best.options) + sum(
        int(close_ones(best.case, best.convention, part)[2].sum()) for part in left
    )
    right = ", ".join(part.name for part in best.options)
    verb = "is" if len(best.options) == 1 else "are"
    return f"{right} {verb} right; {agree} of {sum(p.count for p in every)} numbers agree"


def alternatives(readings, said):
    """Return {names: reading} of the readings as simple as the first, or with a mistake more that does not show."""
    best, others = readings[0], {}
    for other in readings[1:]:
        hidden = ({*best.rows} < {*other.rows} and len(other.rows) == len(best.rows) + 1 and other.whole >= best.whole
                  and (other.convention, other.case.net.description) == (best.convention, best.case.net.description))
        same = (other.rank[0], other.reassumed) == (best.rank[0], best.reassumed)
        elsewhere = other.reassumed != best.reassumed and other.mistakes <= best.mistakes
        if same or hidden or elsewhere:
            others.setdefault(" + ".join(label(other, best, said)), other)
    return others


def label(other, best, said):
    """Return the names of another reading, and the network where it assumes another one than the first."""
    names = names_of(other, said)
    there, here = other.case.net.description, best.case.net.description
    network = [*there.unlike(said)] if other.choices and there != here else []
    return (*names, f"convention:{'+'.join(network)}") if network else names


def evidence(reading, said):
    """Return what gave a reading away: the lines of code that have these numbers, the ratio, the fitted number."""
    groups = {}
    for part, option in reading.options.items():
        groups.setdefault(() if reading.whole else tuple(sorted(option.choices, key=lambda c: c.row)), []).append(part)
    net, divisor = reading.case.net, reading.convention.divisor(reading.case.net.n, reading.case.net.t)
    told = []
    for chosen, parts in groups.items():
        lines = [code(choice, net, divisor) for choice in (reading.choices if reading.whole else chosen)]
        told.append(agreement(parts) + (f" with {' and '.join(dict.fromkeys(lines))}" if lines else ""))
    if convention_of(reading) != reading.case.wanted or reading.differs:
        told[-1] += (" and " if reading.choices else " with ") + layout(reading)
    return "; ".join(told) + (
        f", as the gradient of a network with {net.description.words}" if reading.reassumed else ""
    )


def agreement(parts):
    """Return how many numbers of which arrays agree."""
    count = sum(part.count for part in parts)
    head = f"all {count} numbers of" if count > 1 else "the one number of"
    return f"{head} {', '.join(part.name for part in parts)} agree" + "s" * (count == 1)


def layout(reading):
    """Return a convention in words, with the presets that share it."""
    c = convention_of(reading)
    like = [name for name, p in PRESETS.items() if (p.weights, p.reduction) == (c.weights, c.reduction)]
    return (f"W stored as ({c.weights.replace(',', ', ')}) and J the {REDUCTIONS[c.reduction]}"
            + f" (as in {', '.join(like)})" * bool(like))


def separated(best, other, said):
    """Return the numbers that would tell two readings apart."""
    name = " + ".join(label(other, best, said))
    if {MISTAKES[row].name for row in (*best.rows, *other.rows)} >= {"bracket-missing", "lost-minus-one"}:
        row = MISTAKES[other.rows[0]]
        return f"{name} has the same digits: {row.why} (read {page(row.section)})"
    if other.reassumed != best.reassumed:
        return f"the same numbers as {name}: only the loss and the activations decide, so say which are yours"
    if best.convention != other.convention:
        return f"the same numbers as {name}: only what J and W stand for decides"
    more = [MISTAKES[row] for row in other.rows if row not in best.rows]
    if len(other.rows) > len(best.rows):
        return f"{more[0].name} would not show here: to see it, take {more[0].apart}"
    return f"{name} gives the same numbers: to tell them apart, take " + " or ".join(
        dict.fromkeys(MISTAKES[row].apart for row in sorted({*best.rows} ^ {*other.rows})))


# --- nothing fits -------------------------------------------------------------------------------------------------
def unknown(case, claims, weak, read_as):
    """Return the Diagnosis of a claim that nothing explains: how it differs from the right gradient nearest to it."""
    conventions = [Convention(case.wanted.weights, r) for r in REDUCTIONS] if case.any_convention else [case.wanted]
    every = [
        (compared(case, convention, claim.parts), convention, claim) for claim in claims for convention in conventions
    ]
    _, convention, claim = min(every, key=lambda found: found[0])
    count = sum(part.count for part in claim.parts)
    agree = sum(int(close_ones(case, convention, part)[2].sum()) for part in claim.parts)
    listed = [text for part in claim.parts if (text := worst(case, convention, part))]
    why, head = VERDICTS["unknown"].why, f"assumed: {case.net.description.words}; {agree} of {count} numbers agree"
    told = ", ".join([head, *listed]) if not listed else f"{head}; {', '.join(listed)}"
    if not any(b is not None for b in case.net.b):
        told += "; no biases were handed in: with biases the network has another gradient"
    if agree == count:
        why, told = "These numbers have too few digits to tell.", f"{head} as far as they are written"
    if weak:
        names = " + ".join(names_of(weak[0], case.net.description))
        why = "These numbers have too few digits to tell."
        told += (
            f"; {names} would give them, but {weak[0].digits:.0f} digits agree and {weak[0].needed:.0f} are needed: "
            "hand in more decimals or more arrays"
            + ("" if not case.any_convention else ", or say which convention is meant")
        )
    arrays = [(part.name, agreeing(case, convention, part)) for part in claim.parts]
    return Diagnosis(("unknown",), why, told, page(VERDICTS["unknown"].section), (), read_as,
                     network_of(case.net), in_order(arrays, case.net))


def close_ones(case, convention, part):
    """Return (right, gap, which entries agree) of one array, laid as it is nearest to the right one."""
    right = case.run.dW(part.layer, ()) if part.kind == "W" else case.run.db(part.layer, ())
    if part.pass_kind in ("each", "delta"):
        right = (case.run.each if part.kind == "W" else case.run.delta)(part.layer, ())
    right = right / convention.divisor(case.net.n, case.net.t)
    if part.kind == "W" and part.pass_kind == "W":
        right = right + case.net.description.lam * case.net.W[part.layer]
    laid = min(part.laid, key=lambda laid: np.median(np.abs(laid.value - right)))
    gap = np.abs(laid.value - right)
    return right, gap, gap <= laid.tolerance


def compared(case, convention, parts):
    """Return how far arrays are from the right ones: the median, in units of the largest entry."""
    found = [close_ones(case, convention, part) for part in parts]
    gaps = np.concatenate([gap.ravel() for _, gap, _ in found])
    return float(np.median(gaps) / (max(np.abs(right).max() for right, _, _ in found) + TINY))


def worst(case, convention, part):
    """Return the entries of one array that are farthest off, as text."""
    right, gap, agree = close_ones(case, convention, part)
    laid = min(part.laid, key=lambda laid: np.abs(np.abs(laid.value - right) - gap).max())
    order = [np.unravel_index(k, gap.shape) for k in np.argsort(-gap, axis=None, kind="stable")[:WORST]]
    return ", ".join(
        f"{part.name}[{', '.join(map(str, map(int, at)))}] is {laid.value[at]:.6g} and should be {right[at]:.6g}"
        for at in order
        if not agree[at]
    )
