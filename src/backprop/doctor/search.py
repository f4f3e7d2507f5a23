"""Find the mistakes that give the claimed digits: run the pass with each of them and each pair, and compare.

Array by array: `matches` are the passes whose array is a multiple of the claimed one. Then over all arrays:
`readings` are the smallest sets of mistakes with which, in one convention, every array is explained by those of the
set that reach it.
"""
from functools import cache
from itertools import combinations
from typing import NamedTuple

import numpy as np

from backprop.conventions import CHOICES, Convention
from backprop.doctor.claims import Laid
from backprop.doctor.description import Network
from backprop.doctor.mistakes import (
    EACH,
    FACTOR,
    MISSING,
    MISTAKES,
    NO_SLOPE,
    ON_BIASES,
    ONE_EXAMPLE,
    REPLACING,
    SCALES,
    SLOPE_KEPT,
    STALE,
    TRANSPOSED,
    TWICE,
    Choice,
    Sizes,
)
from backprop.doctor.passes import Passes, reaching

MOST = 2                       # mistakes that are seen through in one array
PROBED = 12                    # rows of a matrix that are compared before the whole of it is
FEW_UNITS = 8                  # a layer up to which a pair of mistakes may drop any row of its weights
ALIKE = 0.1                    # two factors that may be the same number before the digits are compared
ROOM = 3                       # times their tolerance that numbers may be off while their factor is no more than fitted
DIGITS, DIGITS_A_MISTAKE = 3, 4            # that a reading must be agreed with, so that chance cannot make it
DIGITS_A_CONVENTION, DIGITS_ANOTHER_NETWORK = 1, 3
ONE_AT_A_TIME = ("slope", "input", "by_a", "dW", "db")      # lines in which one wrong value takes the place of another
KEPT = 200                     # sets of mistakes that are followed while arrays are added
SAME_RATE = 1e-2               # how well two arrays must agree on a fitted learning rate
ROUNDS = 5                     # of a fit of the learning rate; the first is exact where one layer lies above
ONCE = (0.0, 1.0)              # times that λ W may stand in a gradient whose learning rate is fitted
STRICTER = 3                   # more digits where not every array is explained
SHOWS = 10                     # times its tolerance by which a fitted rate must change an entry
SPARED = 1e-15                 # relative rounding of float64: more agreement than that is not counted


class Case(NamedTuple):
    """Hold what is known before anything is claimed."""

    net: Network
    run: Passes
    choices: list              # the single mistakes that the network allows
    wanted: Convention         # how the claim is meant
    any_convention: bool       # or in any other
    other: bool = False        # is it another network than the one that was assumed?


class Match(NamedTuple):
    """Hold a pass, one of whose arrays is `factor` times a claimed one, from which `penalty` λ W has been taken."""

    made: tuple
    laid: Laid
    factor: float              # NaN where both are zero, so that any will do
    penalty: float
    value: np.ndarray


class Option(NamedTuple):
    """Hold what explains one array in one convention."""

    choices: frozenset
    laid: Laid
    reached: np.ndarray        # the numbers of the reading, to be compared with laid.value


class Reading(NamedTuple):
    """Hold mistakes and a convention that together give the claimed numbers."""

    choices: tuple             # in table order
    convention: Convention
    differs: bool              # from the convention that was asked for
    options: dict              # Part -> Option
    case: Case
    digits: float              # that agree
    needed: float              # so that it is no chance

    @property
    def reassumed(self):
        """Say whether another network was assumed than the one that was said."""
        return self.case.other

    @property
    def rows(self):
        """Return the rows of the table."""
        return sorted({choice.row for choice in self.choices})

    @property
    def mistakes(self):
        """Return how many mistakes it takes; a factor that nothing explains is the last resort."""
        return len({MISTAKES[row].name for row in self.rows}) + (FACTOR in self.rows)

    @property
    def whole(self):
        """Say whether every array has all the mistakes that can reach it."""
        return all(option.choices == visible(option, within(part, self.choices, self.case.net))
                   for part, option in self.options.items() if part.tells)

    @property
    def rank(self):
        """Return a key that puts the simplest reading first."""
        part_of = not self.whole
        free = part_of and self.case.any_convention
        touched = sum(bool(option.choices) for option in self.options.values()) if part_of else 0
        differences = self.differs if self.case.any_convention else unlike(self.convention, self.case)
        cost = self.mistakes + differences * (not free) + self.reassumed + 0.5 * part_of
        plainest = [c.reduction for c in conventions(self.case)].index(self.convention.reduction)
        return (cost, self.mistakes if self.case.any_convention else 0, self.reassumed, touched, self.differs, plainest,
                sum(place(choice) for choice in self.choices), STALE in self.rows, self.rows)


def unlike(convention, case):
    """Return in how many ways a convention gives other numbers than the one that was asked for."""
    n, t = case.net.n, case.net.t
    return (convention.weights != case.wanted.weights) + (convention.divisor(n, t) != case.wanted.divisor(n, t))


def visible(option, chosen):
    """Return those of the mistakes that an array can show: what has one row and one column shows no transpose."""
    return chosen if option.laid.turned is not None else frozenset(c for c in chosen if c.row != TRANSPOSED)


def place(choice):
    """Return how far a way is from the first of its row: a mistake is made in all layers before it is made in one."""
    return 0 if choice.layers == () or MISTAKES[choice.row].line == "delta_out" else 1 / len(choice.layers)


# --- one array ----------------------------------------------------------------------------------------------------
def candidates(case, level, including=()):
    """Return the sets of at most `level` mistakes; pairs only if they hold one of `including`, if there is any."""
    single = [c for c in case.choices if c.row != STALE]
    found = [(), *((c,) for c in single)] if level else [()]
    if level > 1:
        paired = [c for c in single if not dropped_far_in(case.net, c)]
        found += [
            pair
            for pair in combinations(paired, 2)
            if (not including or {*pair} & {*including}) and go_together(*pair)
        ]
    return found


def dropped_far_in(net, choice):
    """Say whether a mistake drops a row in the midst of many: alone it is tried, in pairs it would be too many."""
    way = choice.way
    return (
        isinstance(way, tuple)
        and way[1] not in (0, len(net.W[choice.layers[0]]) - 1)
        and len(net.W[choice.layers[0]]) > FEW_UNITS
    )


def go_together(one, other):
    """Say whether two mistakes can be made in the same pass without one writing over the other."""
    lines = {MISTAKES[one.row].line, MISTAKES[other.row].line}
    if {one.row, other.row} == {*NO_SLOPE}:                                  # the second is in the first
        return False
    if one.row == other.row or not {*one.layers} & {*other.layers}:
        return one.row != other.row
    if "delta_out" in lines and (
        {one.row, other.row} <= {*REPLACING} or (lines & {"by_a", "slope"} and {one.row, other.row} & {*REPLACING})
    ):
        return False
    return len(lines) > 1 or (MISTAKES[one.row].name != MISTAKES[other.row].name and lines.isdisjoint(ONE_AT_A_TIME))


def matches(case, parts, made_sets):
    """Return {part: [Match]} of claimed arrays; all arrays of a pass are computed before the next pass."""
    rows = {part: probed(case.net, part) for part in parts}
    blocks = {part: [] for part in parts}
    with np.errstate(all="ignore"):                                        # a division by a slope of 0 is dropped below
        for made in made_sets:
            for part in parts:
                if len(reaching(made, part.pass_kind, part.layer)) == len(made):
                    blocks[part] += [
                        block for block in values(case, part, made, rows[part]) if np.isfinite(block[1]).all()
                    ]
        return {part: compared(case, part, rows[part], blocks[part]) for part in parts}


def compared(case, part, rows, blocks):
    """Return the Matches of one claimed array among (mistakes, wrong arrays, one example apart?)."""
    if not blocks:
        return []
    starts = np.cumsum([0] + [len(block) for _, block, _ in blocks])
    probes, found = np.concatenate([block for _, block, _ in blocks]), []
    for laid, multiple, target in targets(case, part):
        for index, factor in fits(probes, cut(target, part, rows), cut(laid.tolerance, part, rows)):
            which = int(np.searchsorted(starts, index, side="right")) - 1
            made, _, apart = blocks[which]
            if apart:
                made = (*made, Choice(ONE_EXAMPLE, tuple(range(1, case.net.L + 1)), int(index - starts[which])))
            value = (
                probes[index].reshape(laid.value.shape) if isinstance(rows, slice) else case.run.dW(part.layer, made)
            )
            if close(target, factor, value, ROOM * laid.tolerance):
                found.append(Match(made, laid, factor, multiple, value))
    return found


def probed(net, part):
    """Return the rows of a matrix with which to begin: those of the strongest inputs."""
    if part.pass_kind != "W" or net.W[part.layer].shape[0] <= 2 * PROBED:
        return slice(None)
    return np.sort(np.argsort(-np.abs(net.A[part.layer - 1]).sum(axis=0), kind="stable")[:PROBED])


def cut(value, part, rows):
    """Return the rows that are compared first, flat."""
    return value[rows].ravel() if part.pass_kind == "W" else value.ravel()


def values(case, part, made, rows=slice(None)):
    """Yield (mistakes, wrong arrays, flat, a row each, whether they are the examples apart) of a pass."""
    run, kind, layer = case.run, part.pass_kind, part.layer
    if kind == "W":
        yield made, run.dW(layer, made, rows).reshape(1, -1), False
    elif kind == "each":
        yield made, run.each(layer, made).reshape(1, -1), False
    elif kind == "delta":
        yield made, run.delta(layer, made).reshape(1, -1), False
    else:
        yield made, run.db(layer, made)[None, :], False
        if len(made) < MOST and not any(MISTAKES[c.row].line == "db" for c in made):
            yield made, run.delta(layer, made), True                       # one example in place of the sum


def targets(case, part):
    """Yield (laid, multiple, what is left of the claim when that multiple of the penalty's gradient is taken away)."""
    for laid in part.laid:
        yield laid, 0.0, laid.value
        if case.net.description.lam and part.pass_kind in ("W", "b"):
            penalized = case.net.W[part.layer] if part.pass_kind == "W" else case.net.b[part.layer]
            for multiple in multiples(case.net, part.layer):
                yield laid, multiple, laid.value - multiple * case.net.description.lam * penalized


def multiples(net, layer):
    """Return how many times λ W may have been added: once or twice, or scaled as a whole gradient may be."""
    inputs = net.W[layer].shape[0]
    scaled = {1, 1 / 2, net.n / inputs}
    scaled |= {size**power for size in (net.n, net.t, net.n * net.t, inputs) for power in (1, -1)}
    return sorted({sign * times * size for sign in (1, -1) for times in (1, 2) for size in scaled})


def fits(probes, target, tolerance):
    """Return (index, factor) of the probes of which a target is a multiple, as far as its digits go."""
    if not len(probes):
        return []
    scaled, aim = probes / tolerance, target / tolerance
    sizes = (scaled**2).sum(axis=1)                                           # (passes,)
    nothing = sizes <= 1
    factors = scaled @ aim / np.where(nothing, 1, sizes)
    gaps = np.linalg.norm(aim - factors[:, None] * scaled, axis=1)
    good = (gaps <= np.sqrt(len(aim))) & (nothing | (factors != 0))
    return [(index, np.nan if nothing[index] else factors[index]) for index in np.flatnonzero(good)]


def close(target, factor, value, tolerance):
    """Say whether every entry of a target is the factor times the value, within its tolerance."""
    return bool((np.abs(target - (0 if np.isnan(factor) else factor) * value) <= tolerance).all())


def updated_too_early(case, part, level, guess=0.0):
    """Return the Matches with a learning rate that is fitted, from a guess on.

    The weights were updated before the errors went back through them.
    """
    found = []
    for row in (c for c in case.choices if c.row == STALE and reaching((c,), part.pass_kind, part.layer)):
        for other in candidates(case, level - 1):
            made = tuple(sorted((*other, row), key=lambda c: c.row))
            if len(reaching(made, part.pass_kind, part.layer)) == len(made) and all(go_together(row, c) for c in other):
                found += fitted(case, part, made, guess)
        if guess and level == MOST:
            found += matches(case, [part], [at_rate((row,), guess)])[part]   # one example in place of the sum
    return found


def fitted(case, part, made, guess):
    """Yield the Matches of a pass with one learning rate left open, if some rate above 0 gives the claimed array."""
    rows = probed(case.net, part)
    for laid, multiple, target in targets(case, part):
        aim, tolerance = cut(target, part, rows), cut(laid.tolerance, part, rows)
        for eta, factor in rates(case, part, made, rows, aim, tolerance, guess) if multiple in ONCE else ():
            if eta > 0 and close(aim, factor, run_at(case, part, made, eta, rows), tolerance):
                start, value = (run_at(case, part, made, rate).reshape(laid.value.shape) for rate in (0.0, eta))
                shows = np.abs(factor * (value - start) / laid.tolerance).max() >= SHOWS
                if shows and close(target, factor, value, laid.tolerance):
                    yield Match(at_rate(made, eta), laid, factor, multiple, value)


def at_rate(made, eta):
    """Return mistakes with this learning rate."""
    return tuple(c._replace(way=eta) if c.row == STALE else c for c in made)


def run_at(case, part, made, eta, rows=slice(None)):
    """Return an array of the pass at a learning rate, flat."""
    return next(values(case, part, at_rate(made, eta), rows))[1].ravel()


def rates(case, part, made, rows, aim, tolerance, guess):
    """Yield (learning rate, factor) with which a pass is nearest to a claim; if any factor would do, for each."""
    eta, factor = guess, 0.0
    for _ in range(ROUNDS):
        start = run_at(case, part, made, eta, rows)
        rate = run_at(case, part, made, eta + 1.0, rows) - start
        factor, change = least_squares(aim, tolerance, start, rate)
        if not factor or not np.isfinite(factor + change):
            break
        eta += change / factor
        if abs(change / factor) <= SPARED + SAME_RATE**2 * abs(eta) or case.net.L == 2:
            break
    if factor:
        yield eta, factor
    elif (rate**2).sum() > 0:
        net = case.net
        for divisor in {convention.divisor(net.n, net.t) for convention in (case.wanted, *conventions(case))}:
            yield eta + (divisor * aim - start) @ rate / (rate @ rate), 1 / divisor


def least_squares(aim, tolerance, start, rate):
    """Return (factor, change): the aim is nearest to factor · start + change · rate; 0 and 0 where they point alike."""
    a, b, aim = start / tolerance, rate / tolerance, aim / tolerance
    aa, ab, bb = a @ a, a @ b, b @ b
    determinant = aa * bb - ab * ab
    if not determinant > SAME_RATE**4 * aa * bb:
        return 0.0, 0.0
    return (aim @ a * bb - aim @ b * ab) / determinant, (aim @ b * aa - aim @ a * ab) / determinant


# --- one array in one convention ----------------------------------------------------------------------------------
@cache
def scales(sizes, ways, most):
    """Return (factor, choices) for the products of at most so many mistakes that scale an array.

    Ways are (row, way).
    """
    single = [(Choice(row, (), way), MISTAKES[row].spoil(sizes, way)) for row, way in ways]
    found = [(1.0, ())] + [(factor, (c,)) for c, factor in single] * (most > 0)
    if most > 1:
        found += [(f * g, (c, d)) for (c, f), (d, g) in combinations(single, 2)
                  if MISTAKES[c.row].name != MISTAKES[d.row].name and not {c.row, d.row} <= {*SCALES[1:], FACTOR}]
    return found


def options(case, part, found, convention, extra=()):
    """Return {mistakes: Option} of one array in one convention."""
    net, explained = case.net, {}
    divisor = convention.divisor(net.n, net.t)
    sizes = Sizes(net.n, net.t, net.W[part.layer].shape[0])
    ways = tuple((row, way) for row in SCALES for _, way in MISTAKES[row].ways(net)) + tuple(
        (c.row, c.way) for c in extra
    )
    for match, factor, scaled in scaled_alike(found, scales(sizes, ways, MOST), divisor):
        base = (*match.made, *finished(match, part, convention))
        penalty = penalty_mistake(case, part, match.penalty, factor, divisor)
        if penalty is not None and len(base) + len(scaled) <= MOST:
            reached = with_penalty(case, part, match, factor / divisor * match.value)
            if (np.abs(match.laid.value - reached) <= match.laid.tolerance).all():
                chosen = frozenset((*base, *scaled, *penalty))
                explained.setdefault(chosen, Option(chosen, match.laid, reached))
    return explained


def scaled_alike(found, scaled, divisor):
    """Yield (match, factor, mistakes) where a product of mistakes that scale an array may be a match's factor."""
    factors = np.array([factor for factor, _ in scaled])
    wanted = np.array([match.factor * divisor for match in found])
    alike = np.abs(wanted[:, None] - factors) <= ALIKE * np.abs(wanted[:, None])             # (matches, factors)
    for row in np.flatnonzero(np.isnan(wanted)):                           # zeros: any factor will do, so take 1, or
        alike[row, : None if found[row].penalty else 1] = True             # all, where the penalty's part has one
    for row, column in np.argwhere(alike):
        yield found[row], *scaled[column]


def finished(match, part, convention):
    """Return the mistakes in a finished array that its shape or its layout shows."""
    seen = [Choice(EACH, (), None)] if part.pass_kind == "each" else []
    seen += [Choice(ONE_EXAMPLE, (), None)] if part.pass_kind == "delta" else []
    turned = match.laid.turned is not None and match.laid.turned != (convention.weights == "out,in")
    return seen + [Choice(TRANSPOSED, (), None)] * turned


def with_penalty(case, part, match, reached):
    """Return the numbers of a reading with the penalty's part put back."""
    if not match.penalty:
        return reached
    return (
        reached
        + match.penalty * case.net.description.lam * (case.net.W if part.pass_kind == "W" else case.net.b)[part.layer]
    )


def penalty_mistake(case, part, multiple, factor, divisor):
    """Return the mistake in a penalty that was added so many times, () if there is none.

    None if nothing explains it.
    """
    if not case.net.description.lam or part.pass_kind not in ("W", "b"):
        return ()
    layers = tuple(range(1, case.net.L + 1))
    mistakes = {1: ON_BIASES} if part.pass_kind == "b" else {0: MISSING, 2: TWICE}
    right = 0 if part.pass_kind == "b" else 1
    times = times_added(multiple, factor, divisor)
    if times in mistakes:
        return (Choice(mistakes[times], layers, None),)
    return () if times == right else None


def times_added(multiple, factor, divisor):
    """Return how many times, up to 2, λ W stands in a gradient; None if no scale of the gradient gives its multiple."""
    once = (1.0, factor, np.sign(factor), 1 / divisor, factor / divisor, np.sign(factor) / divisor)
    for times in (1, 2):
        if any(np.isclose(multiple, times * size) for size in once):
            return times
    return None if multiple else 0


# --- all arrays ---------------------------------------------------------------------------------------------------
def within(part, chosen, net):
    """Return those of the chosen mistakes that can reach an array."""
    return frozenset(c for c in chosen if reaches_finished(c, part, net))


def reaches_finished(choice, part, net):
    """Say whether a mistake, one in the finished gradient included, can change an array."""
    line = MISTAKES[choice.row].line
    if line == "scale":
        return True
    if line in ("layout", "each") or choice.row in (MISSING, TWICE):
        return part.kind == "W"
    if choice.row == ON_BIASES or choice.row == ONE_EXAMPLE:
        return part.kind == "b"
    return bool(reaching((choice,), part.pass_kind, part.layer))


def readings(case, found, extra=()):
    """Return the readings of {part: matches}, simplest first, and the parts that no convention explains."""
    everything, left = [], None
    for convention in conventions(case):
        fitted_here = extra if convention.reduction == case.wanted.reduction else ()
        by_part = {part: options(case, part, those, convention, fitted_here) for part, those in found.items()}
        differs = convention != case.wanted
        if differs and not case.any_convention:
            by_part = {
                part: {chosen: o for chosen, o in those.items() if not chosen} for part, those in by_part.items()
            }
        unexplained = tuple(part for part, those in by_part.items() if not those)
        if left is None or len(unexplained) < len(left):
            everything, left = [], unexplained
        if unexplained == left and len(unexplained) < len(by_part):
            explained = {part: those for part, those in by_part.items() if those}
            everything += [(made, explained) for chosen in unions(explained)
                           for made in read(case, explained, chosen, convention, differs)]
    everything = sorted(everything, key=lambda pair: pair[0].rank)
    return [*(made for made, _ in everything), *(unseen(*everything[0]) if everything else ())], left


def unseen(reading, by_part):
    """Yield a reading with a mistake more for each mistake that would not show beside those of this one."""
    net, made = reading.case.net, {*reading.choices}
    for more in sorted(
        {c for those in by_part.values() for chosen in those for c in chosen} - made, key=lambda c: (c.row, repr(c))
    ):
        chosen = {part: within(part, made | {more}, net) for part in by_part}
        if all(chosen[part] in by_part[part] for part in by_part) and any(more in those for those in chosen.values()):
            picked = {part: by_part[part][chosen[part]] for part in by_part}
            yield reading._replace(choices=tuple(sorted((*made, more), key=lambda c: (c.row, repr(c)))), options=picked)


def conventions(case):
    """Yield the conventions that give other numbers here, the wanted one first."""
    net, wanted = case.net, case.wanted
    for weights in sorted(CHOICES["weights"], key=lambda w: w != wanted.weights):
        divisors = set()
        for reduction in sorted(CHOICES["reduction"], key=lambda r: r != wanted.reduction):
            convention = Convention(weights, reduction, wanted.bias)
            if convention.divisor(net.n, net.t) not in divisors:
                divisors.add(convention.divisor(net.n, net.t))
                yield convention


def unions(by_part):
    """Return the smallest sets of mistakes that hold an explanation of every array."""
    sets = {frozenset()}
    for those in sorted(by_part.values(), key=len):
        least = [chosen for chosen in those if not any(other < chosen for other in those)]
        sets = {one | chosen for one in sets for chosen in least if one_rate(one | chosen)}
        sets = {*sorted(sets, key=lambda chosen: (price(chosen), sorted(map(repr, chosen))))[:KEPT]}
    return [chosen for chosen in sets if not any(other < chosen for other in sets)]


def one_rate(chosen):
    """Say whether a set holds no two learning rates."""
    return len({c.way for c in chosen if c.row == STALE}) <= 1


def price(chosen):
    """Return the number of different mistakes in a set, and that of the ways they are made."""
    return len({MISTAKES[c.row].name for c in chosen}), len(chosen)


def read(case, by_part, chosen, convention, differs):
    """Yield the Reading with these mistakes, if every array is explained by some of them."""
    picked = {}
    for part, those in by_part.items():
        inside = [option for option in those.values() if option.choices <= chosen]
        if not inside:
            return
        picked[part] = max(inside, key=lambda option: len(option.choices))
    made = tuple(sorted(chosen, key=lambda c: (c.row, repr(c))))
    digits, needed = evidence(case, picked, made, differs)
    yield Reading(made, convention, differs, picked, case, digits, needed)


def evidence(case, picked, made, differs):
    """Return (digits that agree, digits that are needed); a mistake counts those of the arrays that it is seen in."""
    mistakes = len({MISTAKES[c.row].name for c in made})
    digits = {part: agreement(option) for part, option in picked.items()}
    every = sum(d.sum() for d in digits.values())
    own = [own_digits(choice, picked, digits) + DIGITS_A_MISTAKE * (mistakes - 1) for choice in made]
    return min([every, *own]), needed(mistakes, case, differs)


def own_digits(choice, picked, digits):
    """Return how many digits agree in the arrays that a mistake is seen in.

    A number that was fitted costs those of one entry.
    """
    seen = [digits[part] for part, option in picked.items() if choice in option.choices]
    fitted = choice.row in (STALE, FACTOR)
    return sum(d.sum() for d in seen) - fitted * max((d.max() for d in seen), default=0)


def agreement(option):
    """Return for each claimed number how many of its digits agree with the reading's."""
    laid = option.laid
    gap = np.maximum(np.abs(laid.value - option.reached), np.maximum(laid.unit, SPARED * np.abs(laid.value).max()))
    return np.log10(np.maximum(np.abs(laid.value) / (gap + 1e-300), 1))


# --- the whole search ---------------------------------------------------------------------------------------------
class Found(NamedTuple):
    """Hold what the search gave for one claim."""

    readings: list             # with enough digits, the simplest first
    weak: list                 # with too few
    left: tuple                # the parts that nothing explains


def explain(case, parts):
    """Return what the search gives for the arrays of a claim.

    Single mistakes first, pairs where these do not explain it.
    """
    telling = sorted((part for part in parts if part.tells), key=lambda part: -part.layer)
    found = matches(case, parts, candidates(case, 1 if telling else 0))
    guess = fit_all(case, found, telling, 1, 0.0)
    first = judged(case, found)
    enough = bool(first.readings) and not first.left and first.readings[0].mistakes <= 1
    if not telling or (enough and not first.readings[0].choices) or written(parts) < needed(MOST, case):
        return first
    pairs = candidates(case, MOST, first.readings[0].choices if enough else ())
    for part, more in matches(case, telling, [pair for pair in pairs if len(pair) == MOST]).items():
        found[part] += more
    if not enough:
        fit_all(case, found, telling, MOST, guess)
    second = judged(case, found)
    return second if second.readings and not second.left else last_resort(case, found, second)


def fit_all(case, found, parts, level, guess):
    """Add the matches with a fitted learning rate, from the output down; return the last rate, a guess for the next."""
    for part in parts:
        more = updated_too_early(case, part, level, guess)
        found[part] += more
        guess = next((c.way for match in more for c in match.made if c.row == STALE), guess)
    return guess


def written(parts):
    """Return how many digits a claim has: no more than these can agree."""
    return sum(float(agreement(Option(frozenset(), part.laid[0], part.laid[0].value)).sum()) for part in parts)


def needed(mistakes, case, differs=False):
    """Return how many digits must agree with a reading, so that chance cannot make it."""
    return DIGITS + DIGITS_A_MISTAKE * mistakes + DIGITS_A_CONVENTION * differs + DIGITS_ANOTHER_NETWORK * case.other


def glance(case, parts, most):
    """Return what at most `most` mistakes (none or one) explain, if they explain every array.

    Given up at the first they do not.
    """
    if written(parts) < needed(most, case):
        return Found([], [], tuple(parts))
    found, made_sets = {}, candidates(case, most)
    for part in sorted(parts, key=lambda part: (-part.layer, part.count)):
        found |= matches(case, [part], made_sets)
        found[part] += updated_too_early(case, part, 1) if most and not found[part] else []
        if not found[part]:
            return Found([], [], (part,))
    return judged(case, found)


def judged(case, found, extra=()):
    """Return readings of matches, those with too few digits apart."""
    every, left = readings(case, at_one_rate(case, found), extra)
    strong = [
        r
        for r in every
        if (r.digits >= r.needed + STRICTER * bool(left) or exact(r)) and r.mistakes <= MOST + (not left)
    ]
    return Found(strong, [r for r in every if r not in strong], left)


def slope_kept(reading):
    """Say whether a reading has the slope of the output where a cross-entropy has none: a squared error has it."""
    return any(c.row == SLOPE_KEPT for c in reading.choices)


def split(reading):
    """Say whether it has that slope in some arrays only: then the loss may well be a squared error."""
    return slope_kept(reading) and not reading.whole


def exact(reading):
    """Say whether a reading is the right gradient of the described network to every digit that was written."""
    return not reading.case.other and not reading.choices and not reading.differs and all(
        np.array_equal(option.laid.value, option.reached) for option in reading.options.values())


def at_one_rate(case, found):
    """Return matches whose fitted learning rates are one number where that gives each of their arrays."""
    known, joined = [], {}
    for part in sorted(found, key=lambda part: -part.count):
        joined[part] = [at_known_rate(case, part, match, known) for match in found[part]]
    return {part: joined[part] for part in found}


def at_known_rate(case, part, match, known):
    """Return a match at a learning rate that is known from another array, if it gives this one, too."""
    own = next((c.way for c in match.made if c.row == STALE), None)
    if own is None:
        return match
    for rate in known:
        if abs(rate - own) <= SAME_RATE * rate:
            value = run_at(case, part, match.made, rate).reshape(match.laid.value.shape)
            reached = with_penalty(case, part, match, match.factor * value)
            if close(match.laid.value, 1.0, reached, SHOWS * match.laid.tolerance):
                return match._replace(made=at_rate(match.made, rate))
    known.append(own)
    return match


def last_resort(case, found, before):
    """Return what a bare factor explains in the largest array, and in others with it, if that explains more."""
    largest = max(found, key=lambda part: part.count)
    divisor = case.wanted.divisor(case.net.n, case.net.t)
    factors = {round(m.factor * divisor, 12): m for m in found[largest] if len(m.made) < MOST and np.isfinite(m.factor)}
    extra = [
        Choice(FACTOR, (), float(factor)) for factor in sorted(factors, key=lambda f: len(factors[f].made))[:PROBED]
    ]
    after = judged(case, found, extra) if extra else before
    return after if after.readings and (not before.readings or len(after.left) < len(before.left)) else before
