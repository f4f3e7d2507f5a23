"""Judge a line: each link of its chain under every reading that fits, at several points, at every layer it holds
for."""

import itertools
import time
from dataclasses import dataclass, field, replace

import numpy as np

from .dims import attempts
from .liberties import liberty
from .meaning import Context
from .model import SYMMETRIC
from .problems import Ambiguous, Problem, SizesDiffer, Unreadable
from .sizes import Scope
from .statements import GIVEN
from .terms import (
    BigSum,
    Call,
    Derivative,
    Entry,
    Nudge,
    Number,
    Ref,
    Stack,
    Transpose,
    Unnamed,
    children,
    exchanged,
    walk,
)
from .values import KINKED, NAMED, Nudges, Value, aligned

TOLERANCE = 1e-8  # of the largest entry; complex steps are exact to 1e-14
NOTHING = 1e-13  # what is smaller is rounding
READINGS = 48
SECONDS = 1.2  # for all readings of one line
COVARIANCES = ("Sigma", "Lambda", "Omega")  # matrices that are symmetric by what their letters mean


@dataclass(frozen=True)
class Outcome:
    """What became of one link: a verdict, and what is needed to explain it."""

    verdict: str
    says: str = ""
    place: tuple | None = None
    expected: str | None = None
    entry: tuple | None = None
    sides: tuple = ()  # the settled terms
    values: tuple = ()  # pairs of arrays, one for each draw
    link: int = 0
    layers: dict = field(default_factory=dict)
    condition: str = ""
    customary: bool = True
    dims: object = field(default=None, compare=False, repr=False)


class Judge:
    """Judge claims against the definitions of a model; `texts` are what is given and what the reader wrote.

    A `strict` judge takes none of the liberties that notes are allowed (see `liberties`).
    """

    def __init__(self, model, texts=("", ""), strict=False):
        self.texts, self.strict, self.quick, self.wrong = texts, strict, False, {}
        self.meant_apart = set()  # indices that are meant to differ from all others
        self.model, self.derivation = model, model.derivation
        self.names, self.meaning = model.names, model.derivation.meaning
        self.turned_shown = any(
            isinstance(one, Derivative) and one.how == "turned"
            for d, _ in model.settled.values()
            for one in walk(d.term)
        )

    def chain(self, chain, quick=False):
        """Return the outcomes of all links of a chain, those of the first layer that fails if one does."""
        outcomes, deadline = [], time.monotonic() + (SECONDS / 8 if quick else SECONDS)
        self.quick = quick
        for layers in self.instances(chain):
            try:
                found = self.at_layers(chain, layers, deadline)
            except Problem as problem:
                outcomes.append(
                    [Outcome(problem.verdict, problem.says, problem.place, problem.expected, layers=layers)]
                )
                continue
            outcomes.append(found)
            if any(o.verdict in ("wrong", "sizes") for o in found):
                return found
        readable = [found for found in outcomes if any(o.verdict in ("right", "right-only-if") for o in found)]
        return (readable or outcomes)[-1] if outcomes else [Outcome("unreadable", "this holds for no layer")]

    def instances(self, chain):
        """Yield the layers at which a claim is tried: the last ones first, because they lie nearest to the loss."""
        free = sorted(self.names.layers.free(chain))
        if not free:
            yield {}
            return
        for values in itertools.product(range(self.derivation.top, -1, -1), repeat=min(len(free), 2)):
            layers = dict(zip(free, values))
            if self.admissible(chain, layers):
                yield layers

    def admissible(self, chain, layers):
        """Say whether all quantities with a layer exist at these layers."""
        try:
            for side in chain.sides:
                self.meaning.read(side, Context(layers, strict=True))
        except Ambiguous:
            return True
        except Problem as problem:
            return problem.verdict != "unknown" or not self.admissible_anywhere(chain, layers)
        return True

    def admissible_anywhere(self, chain, layers):
        """Say whether the names of a claim are known at some other layer."""
        for value in range(self.derivation.top + 1):
            try:
                for side in chain.sides:
                    self.meaning.read(side, Context(dict.fromkeys(layers, value), strict=True))
                return True
            except Problem:
                continue
        return False

    def at_layers(self, chain, layers, deadline):
        """Judge the links of a chain at one layer; sides that cannot be read are left out."""
        sides, problems = [], []
        for place, side in enumerate(chain.sides):
            try:
                sides.append((place, self.grounded(self.meaning.read(side, Context(layers, strict=True)))))
            except Problem as problem:
                problems.append(
                    Outcome(
                        problem.verdict,
                        problem.says,
                        problem.place,
                        problem.expected,
                        link=max(place - 1, 0),
                        layers=layers,
                    )
                )
        outcomes = []
        for (_, left), (place, right) in itertools.pairwise(sides):
            relation = chain.relations[place - 1]
            outcome = self.link(left, right, relation, deadline)
            outcome = self.without_liberty(outcome, chain.sides[place - 1 : place + 1])
            outcomes.append(replace(outcome, link=place - 1, layers=layers))
        return outcomes + problems

    def without_liberty(self, outcome, raw):
        """Return an outcome that is right, for a strict judge as ambiguous if the print leaves its reading open."""
        if not self.strict or outcome.verdict != "right":
            return outcome
        said = next(filter(None, map(liberty, raw, outcome.sides)), "")
        return replace(outcome, verdict="ambiguous", says=said, place=raw[-1].span) if said else outcome

    def text(self, term):
        """Return the LaTeX of a raw term as the reader wrote it."""
        given, text = self.texts
        start, end = term.span
        return given[start - GIVEN : end - GIVEN] if start >= GIVEN else text[start:end]

    def grounded(self, term):
        """Return a term if all it rests on could be read."""
        for ref in (r for r in walk(term) if isinstance(r, Ref)):
            for name in self.model.upstream(ref.name) if self.derivation.blocked else ():
                if name.letter in self.derivation.blocked:
                    said = self.derivation.blocked[name.letter]
                    raise Unreadable(f"this rests on ${said.latex}$, which cannot be read", ref.span)
        return term

    # --- one link
    def link(self, left, right, relation, deadline):
        """Return the outcome of one link: right under some reading, or what is wrong under the first that fits."""
        if relation not in ("=", "≈", "←"):
            return Outcome("unreadable", f"a line with {relation} is not judged by numbers", left.span)
        wrong, misfit, problem, seen, customary = None, None, None, set(), False
        for choices in attempts(READINGS):
            if time.monotonic() > deadline:
                problem = problem or Unreadable("this line takes too long to try in all its readings", left.span)
                break
            try:
                outcome = self.tried(left, right, relation, choices, seen)
            except SizesDiffer as error:
                misfit = misfit or error
                continue
            except Problem as error:
                problem = problem or error
                continue
            if outcome is None:
                continue
            if outcome.verdict in ("right", "ambiguous"):
                return outcome
            wrong = wrong or outcome
            customary = customary or self.customary
        if misfit is not None and not customary:
            wrong = None
        return self.failed(left, right, relation, wrong, misfit, problem)

    def tried(self, left, right, relation, choices, seen):
        """Return the outcome of one reading, or None if the same has been tried."""
        settled, dims = self.measured(left, right, choices)
        if settled in seen:
            return None
        seen.add(settled)
        return replace(self.compared(settled, dims, relation), customary=self.customary)

    def failed(self, left, right, relation, wrong, misfit, problem):
        """Return the outcome of a link that is true under no reading."""
        loose = self.unconnected((left, right)) if wrong is None or wrong.verdict == "wrong" else None
        if loose is not None:
            says = f"nothing that is printed makes ${self.text(loose.of) or 'this'}$ depend on ${self.text(loose.by)}$"
            return Outcome("unknown", says, loose.span)
        if wrong is not None and wrong.verdict == "wrong" and not self.quick:
            return self.conditional(wrong, relation) or wrong
        if wrong is not None:
            return wrong
        if problem is not None:
            return Outcome(problem.verdict, problem.says, problem.place, problem.expected)
        return Outcome("sizes", misfit.says, misfit.place or left.span, misfit.expected)

    def unconnected(self, sides):
        """Return a derivative by something on which what is differentiated does not depend, or None."""
        for one in (d for side in sides for d in walk(side) if isinstance(d, Derivative) and isinstance(d.by, Ref)):
            above = set().union(*[self.model.upstream(r.name) for r in walk(one.of) if isinstance(r, Ref)], set())
            below = {r.name for r in walk(one.of) if isinstance(r, Ref)}
            if one.by.name not in above and not below & self.model.upstream(one.by.name):
                return one
        return None

    def measured(self, left, right, choices):
        """Return the settled sides under these choices; their shapes and indices must fit."""
        measure, scope = self.model.frozen(choices), Scope({})
        a, shape = measure(left, scope)
        b, other = measure(right, scope)
        if not (isinstance(right, Number) and right.value == 0):
            try:
                measure.dims.unite_shapes(shape, other)
            except SizesDiffer:
                raise SizesDiffer(
                    f"the left side is {measure.say(shape)}, the right side {measure.say(other)}", left.span
                ) from None
        for index, size in scope.indices.items():
            if measure.dims.known(size) is None:
                raise Unreadable(f"I cannot tell what the index {index} runs over", left.span)
        self.customary = measure.customary
        a, b = self.repeated(a, b)
        return (a, b), measure.dims

    @staticmethod
    def repeated(a, b):
        """Sum over an index that stands twice in a chain of derivatives and on one side only."""
        mine, other = free_indices(a), free_indices(b)
        for index in mine ^ other:
            if index in mine and linked(a, index):
                a = BigSum((index,), a, span=a.span)
            elif index in other and linked(b, index):
                b = BigSum((index,), b, span=b.span)
        return a, b

    def compared(self, settled, dims, relation, functions=None, normalized=()):
        """Evaluate both sides at all points and compare them."""
        pairs, empty = [], True
        for point in self.model.points(functions, normalized):
            here = point.child()
            here.dims = dims
            scales = (1e-2, 1e-3) if relation == "≈" else (1.0,)
            values = [self.sides(here, settled, scale) for scale in scales]
            a, b = values[-1][:2]
            pairs.append(values[-1])
            empty = empty and not np.any(a) and not np.any(b)
            if not self.agree(values, relation, settled):
                return Outcome("wrong", sides=settled, values=tuple(pairs), entry=worst(*values[-1]), dims=dims)
        if empty:
            return Outcome(
                "unknown", "both sides are 0 at every point: nothing here can be told apart", settled[0].span
            )
        return self.layout(settled, Outcome("right", sides=settled, values=tuple(pairs), dims=dims))

    def sides(self, point, settled, scale):
        """Return the values of both sides on the same axes, with nudges of this size."""
        nudged = [one for side in settled for one in walk(side) if isinstance(one, Nudge)]
        if nudged:
            point = point.child()
            point.nudges = self.nudges(point, nudged, scale)
        with np.errstate(all="ignore"):
            left, right = (point.eval(side) for side in settled)
        (a, b), axes = aligned(left, right)
        a, b = (np.where(np.abs(side) < NOTHING, 0, side) for side in np.broadcast_arrays(np.real(a), np.real(b)))
        if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
            raise Unreadable("a value is not finite here", settled[0].span)
        return a, b, axes

    def nudges(self, point, nudged, scale):
        """Return the steps of what carries a nudge and follows from nothing else that does; the rest follows from
        them."""
        first_order = any(one.kind == "d" for one in nudged)
        names = sorted({one.of.name for one in nudged}, key=repr)
        rng, steps = np.random.default_rng(point.draw + 99), {}
        for name in names:
            step = rng.normal(size=point.value(name).data.shape)
            if not self.model.upstream(name) & (set(names) - {name}):
                steps[name] = Value(step * scale, point.value(name).axes)
        return Nudges(steps, first_order)

    @staticmethod
    def agree(values, relation, settled):
        """Say whether two sides agree: to rounding, to the printed decimals, or with an error that falls as the
        square."""
        gaps = [np.abs(a - b).max(initial=0) for a, b, _ in values]
        size = max(np.abs(values[-1][0]).max(initial=0), np.abs(values[-1][1]).max(initial=0))
        if relation == "≈":
            digits = [
                len(n.text.split(".")[1])
                for side in settled
                for n in walk(side)
                if isinstance(n, Number) and "." in n.text
            ]
            if digits and not any(isinstance(one, Nudge) for side in settled for one in walk(side)):
                return gaps[-1] <= 0.501 * 10.0 ** -min(digits)
            return gaps[1] <= max(TOLERANCE * size, gaps[0] / 30)
        return gaps[-1] <= TOLERANCE * size

    def layout(self, settled, outcome):
        """Make a line that is true only with rows for columns ambiguous where the text shows the vector as a column."""
        turned = [
            one
            for side in settled
            for one in walk(side)
            if isinstance(one, Derivative) and one.how == "turned" and isinstance(one.by, Ref)
        ]
        shown = {
            t.of.name
            for d in self.derivation.definitions.values()
            for t in walk(d.term)
            if isinstance(t, Transpose) and isinstance(t.of, Ref)
        }
        if turned and not self.turned_shown and any(one.by.name in shown for one in turned):
            return replace(
                outcome,
                verdict="ambiguous",
                says="right if a derivative by a column is a row (numerator layout), "
                "transposed if it is a column (denominator layout)",
                expected="a line that shows which layout is meant",
            )
        return outcome

    # --- lines that rest on a wrong one
    def keep(self, number, outcome):
        """Take in what became of a line."""
        if outcome.verdict == "wrong" and outcome.sides:
            self.wrong[number] = outcome

    def follows(self, number):
        """Return the number of an earlier wrong line from which a wrong line follows, or None."""
        mine = self.wrong.get(number)
        for earlier, other in self.wrong.items() if mine else ():
            if earlier < number:
                left, right = other.sides
                changed = tuple(exchanged(side, left, right) for side in mine.sides)
                if changed != mine.sides and self.holds(replace(mine, sides=changed), mine.dims, "=", None, ()):
                    return earlier
        return None

    # --- conditions
    def conditional(self, wrong, relation):
        """Return the outcome under a condition on what the text leaves open, or None."""
        dims = wrong.dims
        primed = {c.function.letter for side in wrong.sides for c in walk(side)
                  if isinstance(c, Call) and c.primes and isinstance(c.function, Unnamed)}
        letters = sorted({c.function.letter for side in wrong.sides for c in self.calls(side)} - primed)
        for name, letter in itertools.product(sorted(NAMED.keys() - KINKED), letters):
            if self.holds(wrong, dims, relation, {letter: name}, ()):
                return replace(wrong, verdict="right-only-if", condition=f"{letter} is {name}")
        if not self.model.sums():
            for target in self.model.targets():
                if self.holds(wrong, dims, relation, None, (target,)):
                    return replace(
                        wrong, verdict="right-only-if", condition=f"the entries of {target[0].letter} sum to one"
                    )
        for name, how, words in [] if self.strict else self.meant():
            if self.holds(wrong, dims, relation, None, ((name, how),)):
                letter = f"${latex(name.letter)}$"
                if how == SYMMETRIC and name.letter not in COVARIANCES:
                    return replace(wrong, says=f"it would be right if {letter} were symmetric")
                return replace(wrong, verdict="right-only-if", condition=f"{letter} is {words}")
        apart = self.apart(wrong) if relation == "=" and not self.strict else None
        return replace(wrong, verdict="right-only-if", condition=rf"${apart[0]} \neq {apart[1]}$") if apart else None

    def meant(self):
        """Return (leaf, condition, its words) for what often goes without saying: a symmetric matrix, a yes or no."""
        answers = [((1.0, -1.0), "1 or −1"), ((1.0, 0.0), "1 or 0")]
        return [(name, SYMMETRIC, "symmetric") for name in self.model.forms()] + [
            (name, how, words) for name in self.model.answers() for how, words in answers
        ]

    def apart(self, wrong):
        """Return two index letters that are printed if both sides agree, and are not 0, wherever the two differ."""
        found, printed = [], self.meant_apart.union(*map(free_indices, wrong.sides))
        for point in self.model.points():
            here = point.child()
            here.dims = wrong.dims
            found.append(self.sides(here, wrong.sides, 1.0))
        for pair in itertools.combinations(sorted(printed & set(found[0][2])), 2):
            different = [[off_diagonal(side, axes, pair) for side in (a, b)] for a, b, axes in found]
            if all(np.any(a) and np.abs(a - b).max() <= TOLERANCE * np.abs(a).max() for a, b in different):
                return pair
        return None

    def calls(self, term):
        """Yield the calls of functions left open on which a term depends."""
        names = {r.name for r in walk(term) if isinstance(r, Ref)}
        upstream = set().union(*[self.model.upstream(n) for n in names], set())
        terms = [term, *(self.derivation.definitions[n].term for n in upstream if n in self.derivation.definitions)]
        return (
            c
            for t in terms
            for c in walk(t)
            if isinstance(c, Call) and isinstance(c.function, Unnamed) and not c.function.scalar
        )

    def holds(self, wrong, dims, relation, functions, normalized):
        """Say whether two settled sides agree when functions or targets are taken so."""
        try:
            return self.compared(wrong.sides, dims, relation, functions, normalized).verdict == "right"
        except Problem:
            return False


def latex(letter):
    """Return a letter as LaTeX."""
    return f"\\{letter}" if len(letter) > 1 else letter


def off_diagonal(array, axes, pair):
    """Return the entries at which two of the named axes differ; none if they are not equally long."""
    array = np.moveaxis(array, [axes.index(name) for name in pair], [0, 1])
    return array[~np.eye(*array.shape[:2], dtype=bool)] if array.shape[0] == array.shape[1] else np.zeros(1)


def free_indices(term):
    """Return the index letters of a term that no sum binds."""
    if isinstance(term, Ref | Entry):
        inner = free_indices(term.of) if isinstance(term, Entry) else set()
        return inner | {i for i in term.indices if isinstance(i, str)}
    found = set().union(*[free_indices(child) for child in children(term)], set())
    if isinstance(term, BigSum):
        return found - set(term.indices)
    return found - {term.index} if isinstance(term, Stack) else found


def linked(term, index):
    """Say whether an index stands below one derivative and above the next in a product."""
    derivatives = [one for one in walk(term) if isinstance(one, Derivative)]
    below = [one for one in derivatives if isinstance(one.by, Ref) and index in one.by.indices]
    above = [one for one in derivatives if index in free_indices(one.of)]
    return any(one is not other for one in below for other in above)


def worst(a, b, axes):
    """Return the place and the values of the entry in which two sides differ most, in units of its own size."""
    gap = np.abs(a - b)
    at = np.unravel_index(np.argmax(gap), gap.shape)
    places = [f"{axis} = {i + 1}" for axis, i in zip(axes, at) if not axis.startswith("#")]
    rows, columns = a.shape[-2:]
    if rows > 1 or columns > 1:
        inner = [str(i + 1) for i, size in zip(at[-2:], (rows, columns)) if size > 1]
        places.append("(" + ", ".join(inner) + ")")
    return ", ".join(places), float(a[at]), float(b[at])
