"""Name the mistake that gives a wrong gradient its digits.

LINES is the backward pass, one formula a line. MISTAKES is a table: each row spoils one of those lines and says on which
numbers that shows. To diagnose is to run the pass with every mistake and every pair of them, in every convention, and
to see which result has the claimed digits.
"""
from dataclasses import dataclass
from functools import cache
from itertools import combinations, product
from textwrap import fill
from typing import Callable, NamedTuple

import numpy as np

from backprop import validate
from backprop.conventions import BOOK, CHOICES, PRESETS, Convention, preset
from backprop.doctor import claims
from backprop.mlp import Params, backward, forward, sigmoid

LINES = {                                                     # the backward pass of mlp.py; s holds what is known so far
    "delta_out": lambda s: s.A_out - s.Y,                     # (n, t)
    "input_out": lambda s: s.A_h,                             # (n, d)  what came into the output layer
    "dW_out": lambda s: s.input_out.T @ s.delta_out,          # (d, t)
    "way_back": lambda s: s.W_out.T,                          # (t, d)  what carries the errors back
    "slope": lambda s: s.A_h * (1 - s.A_h),                   # (n, d)
    "delta_h": lambda s: s.delta_out @ s.way_back * s.slope,  # (n, d)
    "input_h": lambda s: s.X,                                 # (n, m)
    "dW_h": lambda s: s.input_h.T @ s.delta_h,                # (m, d)
    "counted": lambda s: np.ones(len(s.X)),                   # (n,)    the examples that a bias adds up
    "db_out": lambda s: s.counted @ s.delta_out,              # (t,)
    "db_h": lambda s: s.counted @ s.delta_h,                  # (d,)
}


class Mistake(NamedTuple):
    """Hold one row of the table."""

    name: str
    line: str                # the line that it spoils; "all": the finished gradient
    spoil: Callable          # (right value of the line, s, way) -> wrong value
    ways: Callable           # sizes z -> the ways to make it: none where the sizes forbid it
    code: str                # what stands in a program that has it; {} is the way
    apart: str               # the numbers on which it shows
    section: str             # where the book explains it
    why: str


class Verdict(NamedTuple):
    """Hold what is said where no mistake is named."""

    section: str
    why: str


def _one_way(z):
    return (None,)


def _both_ways(number):
    return lambda z: (("times", float(number(z))), ("divided by", 1 / number(z)))


def _closest_example(ones, s, claimed):
    """Return zeros and a single 1, at the example whose errors look most like the claimed biases."""
    deltas = {"b_out": s.delta_out, "b_h": s.delta_h}
    errors = np.hstack([deltas[name] for name, _ in claimed])
    claimed = np.concatenate([numbers for _, numbers in claimed])
    cosine = np.abs(errors @ claimed) / (np.linalg.norm(errors, axis=1) + 1e-300)
    alike = np.flatnonzero(cosine >= (1 - 1e-6) * cosine.max())   # one output: every example points the same way
    return np.eye(len(ones))[alike[np.abs(errors[alike] - claimed).max(axis=1).argmin()]]


_PATHS = "A hidden unit reaches J through every output. The paths add, so none may be left out."
_INPUT = "The activation in ∂J/∂W is the one that W multiplied: that of the layer before it."

MISTAKES = (
    Mistake("bracket-missing", "delta_out", lambda v, s, way: -s.Y * (1 - s.A_out) - (1 - s.Y) * s.A_out, _one_way,
            "delta_out = -Y * (1 - A_out) - (1 - Y) * A_out", "a target below 1", "sec-222-bracket",
            "Without the bracket in J its minus sign governs y ln a only, and (1 - y) ln(1 - a) has the wrong sign."),
    Mistake("output-derivative-kept", "delta_out", lambda v, s, way: v * s.A_out * (1 - s.A_out), _one_way,
            "delta_out = (A_out - Y) * A_out * (1 - A_out)", "two different outputs", "sec-loss",
            "With cross-entropy the σ' of the output cancels and δ = a - y. It stays only with the squared error."),
    Mistake("net-input-used", "input_out", lambda v, s, way: s.Z_h, _one_way,
            "dW_out = Z_h.T @ delta_out", "other numbers", "sec-mdt-slice", _INPUT),
    Mistake("wrong-layer-input", "input_out", lambda v, s, way: getattr(s, way),
            lambda z: ("X",) * (z.m == z.d) + ("A_out",) * (z.t == z.d),
            "dW_out = {}.T @ delta_out", "d unlike m and t: then it does not multiply", "sec-mdt-slice", _INPUT),
    Mistake("stale-weights", "way_back", lambda v, s, way: -s.dW_out.T if way == "per eta" else v, _one_way,
            "W_out -= {} * dW_out before delta_h = delta_out @ W_out.T * ...", "two or more hidden units", "sec-222-step",
            "The errors went back through weights that had already been updated. First all deltas, then the step."),
    Mistake("W-not-transposed", "way_back", lambda v, s, way: v.T, lambda z: (None,) * (z.d == z.t),
            "delta_out @ W_out", "d = t with a W_out that is not symmetric", "sec-222-hidden",
            "The error of output j returns to hidden unit i by the weight that went from i to j: that is W_out.T."),
    Mistake("children-not-summed", "way_back", lambda v, s, way: v * (np.arange(len(v)) == way)[:, None],
            lambda z: range(z.t), "delta_h = np.outer(delta_out[:, {0}], W_out[:, {0}]) * ...", "two or more outputs",
            "sec-222-hidden", _PATHS),
    Mistake("children-not-summed", "way_back", lambda v, s, way: v * np.eye(*v.shape),
            lambda z: (None,) * (z.d <= z.t), "delta_h[j] = delta_out[j] * W_out[j, j] * ...", "two or more outputs",
            "sec-222-hidden", _PATHS),
    Mistake("activation-derivative-missing", "slope", lambda v, s, way: np.ones_like(v), _one_way,
            "delta_h = delta_out @ W_out.T", "other numbers", "sec-two-neurons",
            "A hidden unit passes a change of z on as φ'(z) times that change, so δ of the hidden layer holds φ'(z)."),
    Mistake("derivative-of-activation", "slope", lambda v, s, way: sigmoid(s.A_h) * (1 - sigmoid(s.A_h)), _one_way,
            "sigmoid(A_h) * (1 - sigmoid(A_h))", "other numbers", "sec-activation",
            "σ' is wanted at z. A function that applies σ itself needs z, not a = σ(z)."),
    Mistake("derivative-of-z", "slope", lambda v, s, way: s.Z_h * (1 - s.Z_h), _one_way,
            "Z_h * (1 - Z_h)", "other numbers", "sec-activation",
            "σ'(z) = a(1 - a) is written in the activation a. With z in its place it is no derivative of σ."),
    Mistake("wrong-layer-input", "input_h", lambda v, s, way: getattr(s, way),
            lambda z: ("A_h",) * (z.m == z.d) + ("A_out",) * (z.m == z.t),
            "dW_h = {}.T @ delta_h", "m unlike d and t: then it does not multiply", "sec-mdt-slice", _INPUT),
    Mistake("bias-not-summed", "counted", _closest_example, _one_way,
            "db = delta[{}]", "two or more examples", "sec-n-sum",
            "Every example uses the bias, so its gradient is the sum of their errors: the column sums of δ."),
    Mistake("transposed", "all", None, _one_way, "dW = delta.T @ A", "sizes that differ, so that the shapes tell",
            "sec-222-stack", "Entry (i, j) belongs to the weight from unit i to unit j, so A comes first: A.T @ delta."),
    Mistake("sign", "all", None, lambda z: (("times", -1.0),), "Y - A_out where A_out - Y is meant", "other numbers", "sec-descend",
            "The gradient points uphill: δ = a - y. The minus sign belongs to the step."),
    Mistake("factor-n", "all", None, _both_ways(lambda z: z.n), "the gradient {} n", "another number of examples", "sec-n-mean",
            "Divide by n once, where the examples are summed, if J is their mean. Don't if J is their sum."),
    Mistake("factor-t", "all", None, _both_ways(lambda z: z.t), "the gradient {} t", "another number of outputs", "sec-n-mean",
            "J sums over the outputs. A mean over them has a gradient t times smaller."),
    Mistake("factor-nt", "all", None, _both_ways(lambda z: z.n * z.t), "the gradient {} n t", "another n or t", "sec-n-mean",
            "The mean over all n t entries, the default of some libraries, is neither the sum nor the mean over examples."),
    Mistake("factor-two", "all", None, _both_ways(lambda z: 2), "the gradient {} two", "sizes other than 2", "sec-loss",
            "A 2 comes from a square without its ½. Cross-entropy has none."),
    Mistake("factor", "all", None, lambda z: (), "the gradient times {}", "other numbers", "sec-n-mean",
            "Every entry is off by one number, and it is not n, t, n t or 2. Look for a scale, e.g. a learning rate."),
)
VERDICTS = {
    "correct": Verdict("sec-n-page", "This is the gradient of J."),
    "convention": Verdict("sec-conv-table", "convert() takes the numbers from one convention to another."),
    "unknown": Verdict("sec-doctor-unknown", "No mistake in the table, and no two of them, give these digits."),
}
REDUCTIONS = {"sum": "sum", "mean": "mean over n", "mean_all": "mean over n t entries"}
PAGES = {"sec-222-": "02_mlp_2_2_2", "sec-mdt-": "03_mlp_m_d_t", "sec-n-": "04_n_examples", "sec-conv-": "conventions",
         "sec-doctor-": "gradient_doctor", "sec-": "01_linear_neuron"}


def page(section):
    """Return page and anchor of a section of the book, e.g. "chapters/02_mlp_2_2_2.html#sec-222-stack"."""
    return next(f"chapters/{name}.html#{section}" for prefix, name in PAGES.items() if section.startswith(prefix))


@dataclass(frozen=True)
class Diagnosis:
    """Hold what `diagnose` found; print it to read it."""

    names: tuple[str, ...]             # "correct", "unknown", or one or more mistakes, with "convention:..." where needed
    explanation: str
    evidence: str                      # the pattern, ratio or fitted number that gave it away
    section: str                       # page and anchor in the book
    alternatives: tuple[str, ...]      # other readings of the same numbers; two mistakes at once are joined by " + "

    @property
    def name(self):
        """Return the first of the names."""
        return self.names[0]

    def __str__(self):
        rows = [("", " + ".join(self.names)), ("why", self.explanation), ("evidence", self.evidence),
                ("or", ", ".join(self.alternatives)), ("read", self.section)]
        return "\n".join(fill(text, 76, initial_indent=f"{head + ':':10}" if head else "",
                              subsequent_indent=" " * 10, break_long_words=False, break_on_hyphens=False)
                         for head, text in rows if text)


class Pass:
    """Run LINES with mistakes in them: an attribute is a line, computed once for all passes that agree up to it."""

    def __init__(self, known, choices=(), memory=None):
        self.known, self.choices, self.memory = known, choices, {} if memory is None else memory

    def __getattr__(self, line):
        if line in self.known:
            return self.known[line]
        made = tuple((number, way) for number, way in self.choices if MISTAKES[number].line in UPSTREAM[line])
        if (line, made) not in self.memory:
            value = LINES[line](self)
            for number, way in made:
                if MISTAKES[number].line == line:
                    value = MISTAKES[number].spoil(value, self, way)
            self.memory[line, made] = value
        return self.memory[line, made]

    def gradient(self, names):
        """Return the gradient's arrays of these names as one flat array."""
        return np.concatenate([getattr(self, "d" + name).ravel() for name in names])


def _upstream(line, spoiled):
    """Return the lines on which a line depends, itself included; with spoiled also what its mistakes read."""
    formulas = [LINES[line], *(mistake.spoil for mistake in MISTAKES if spoiled and mistake.line == line)]
    read = {name for formula in formulas for name in formula.__code__.co_names} & set(LINES) - {line}
    return {line}.union(*(_upstream(name, spoiled) for name in read))


READS = {line: _upstream(line, False) for line in LINES}
UPSTREAM = {line: _upstream(line, True) for line in LINES}
ROW = {mistake.name: row for row, mistake in enumerate(MISTAKES)}
STALE, TRANSPOSED, SIGN, FACTOR = (ROW[name] for name in ("stale-weights", "transposed", "sign", "factor"))


class Sizes(NamedTuple):
    """Hold the sizes of a network and the number of its examples."""

    m: int
    d: int
    t: int
    n: int


class Case(NamedTuple):
    """Hold what is known before anything is claimed."""

    known: dict                # the forward pass, X, Y and the weights that carry errors back
    memory: dict               # lines already computed
    z: Sizes
    wanted: Convention         # how the claim is meant
    or_any: bool               # or in any other convention


def _case(params, X, Y, convention=None):
    """Return the Case, in float64, after the module itself has judged the arguments."""
    backward(params, forward(params, X), X, Y)
    params = Params(*(None if a is None else np.asarray(a, float) for a in params))
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    known = forward(params, X)._asdict() | {"X": X, "Y": Y, "W_out": params.W_out}
    return Case(known, {}, Sizes(*params.W_h.shape, *Y.shape[::-1]),
                BOOK if convention is None else preset(convention), convention is None)


def wrong_gradient(params, X, Y, name, eta=0.5):
    """Return the gradient, Params, with the mistake of this name, made in the first way that the sizes allow.

    eta is the learning rate of stale weights. Raises ValueError for a name that is not in the table, for sizes that
    forbid the mistake, and as forward and backward do.
    """
    known, _, z, _, _ = _case(params, X, Y)
    ways = {row.name: (number, row.ways(z)[0]) for number, row in reversed([*enumerate(MISTAKES)]) if row.ways(z)}
    eta = validate.finite("eta", validate.array("eta", eta))
    if not isinstance(name, str) or name not in ways:
        raise ValueError(f"name is {name!r}: with sizes {z.m}-{z.d}-{z.t} it must be one of {', '.join(reversed(ways))}")
    (row, way), line = ways[name], MISTAKES[ROW[name]].line
    if row == STALE:
        known["way_back"] = (known["W_out"] - eta * Pass(known).dW_out).T
    if line == "counted":
        known["counted"] = np.eye(z.n)[0]
    run = Pass(known, ((row, way),) if line in LINES and row != STALE and line != "counted" else ())
    g = Params(*(None if a is None else getattr(run, "d" + field) for field, a in zip(Params._fields, params)))
    if row == TRANSPOSED:
        return g._replace(W_h=g.W_h.T, W_out=g.W_out.T)
    return Params(*(None if a is None else a * way[1] for a in g)) if line == "all" else g


def diagnose(params, X, Y, claimed, convention=None):
    """Return the Diagnosis of a claimed gradient of the loss of params on the examples X (n, m), Y (n, t).

    claimed is a Params (arrays may be None), one of its arrays, also transposed, or the text of a printed matrix.
    convention, a Convention or the name of a preset, says how claimed is meant; None tries all. Raises ValueError for
    a shape that fits neither the network nor its transpose, text without numbers, NaN, and as forward and backward do.
    """
    case = _case(params, X, Y, convention)
    together, alone = claims.views(claimed, validate.network(params))
    found = {"": _readings(case, together)}
    if not found[""] and len(alone) > 1:
        found = _array_by_array(case, alone)
    return _diagnosis(case, found) if all(found.values()) else _unknown(case, together or sum(alone.values(), []))


class Reading(NamedTuple):
    """Hold mistakes and a convention that together give the claimed numbers."""

    choices: tuple             # (row of MISTAKES, way)
    names: tuple               # as in a Diagnosis
    convention: Convention
    differs: int               # in how many ways from the convention that was asked for
    view: claims.View
    run: Pass
    eta: float                 # fitted, if stale weights are among the choices

    @property
    def rows(self):
        """Return the rows of the table."""
        return sorted(row for row, _ in self.choices)

    @property
    def rank(self):
        """Return a key that puts the simplest reading first; a mere factor is the last resort."""
        return (len(self.rows) + self.differs + (FACTOR in self.rows), self.names[0] != "correct", self.differs, STALE in self.rows, self.rows)


def _readings(case, views):
    """Return the readings of all views, the simplest first: mistakes alone and in pairs, in every convention."""
    found = []
    for view in views:
        for choices in _spoiled(case.z, view.parts):
            run = Pass(case.known, choices, case.memory)
            fit = _Fit(view, run.gradient(view.parts), _per_eta(case, run, view.parts) if STALE in dict(choices) else None)
            if fit.close:
                found += _finished(case, view, run, fit)
    return sorted(found, key=lambda reading: reading.rank)


def _per_eta(case, run, names):
    """Return what a unit of eta adds to the gradient of a run with stale weights."""
    ways = tuple((row, "per eta" if row == STALE else way) for row, way in run.choices)
    added = Pass(case.known | {"counted": run.counted}, ways)
    return np.concatenate([getattr(added, "d" + name).ravel() * ("way_back" in READS["d" + name]) for name in names])


def _spoiled(z, parts):
    """Yield no mistake, each one and each pair, of those in the lines that these arrays depend on."""
    lines = set().union(*(READS["d" + name] for name in parts))
    biases = tuple((name, tuple(parts[name])) for name in ("b_out", "b_h") if name in parts)
    single = [(row, biases if mistake.line == "counted" else way)
              for row, mistake in enumerate(MISTAKES) if mistake.line in lines for way in mistake.ways(z)]
    yield ()
    yield from ((choice,) for choice in single)
    yield from (pair for pair in combinations(single, 2) if _go_together(*(MISTAKES[row] for row, _ in pair)))


def _go_together(one, other):
    return one.line != other.line or one.name != other.name and one.line not in ("slope", "input_out", "input_h")


class _Fit:
    """Compare a claim with factor * (gradient + eta * per_eta), every entry in units of its tolerance."""

    def __init__(self, view, gradient, per_eta):
        self.target, self.gradient = view.flat / view.tolerance, gradient / view.tolerance
        self.per_eta = None if per_eta is None else per_eta / view.tolerance
        target, gradient = self.target, self.gradient
        if per_eta is not None and np.abs(self.per_eta).max() > 1e-6:
            unit = self.per_eta / np.linalg.norm(self.per_eta)   # what eta can reach says nothing about the factor
            target, gradient = target - target @ unit * unit, gradient - gradient @ unit * unit
        elif per_eta is not None:                                # no eta can be seen
            gradient = 0 * gradient
        size = gradient @ gradient
        self.factor = target @ gradient / size if size > 1 else float(per_eta is None)
        self.close = self.factor != 0 and np.linalg.norm(target - self.factor * gradient) <= np.sqrt(len(target))

    def reach(self, factor):
        """Return (eta, the numbers reached with it and this factor) if every entry agrees, else None."""
        eta, reached = 0.0, factor * self.gradient
        if self.per_eta is not None:
            eta = (self.target / factor - self.gradient) @ self.per_eta / (self.per_eta @ self.per_eta)
            reached = factor * (self.gradient + eta * self.per_eta)
            if np.abs(factor * eta * self.per_eta).max() < 10:            # an eta that nobody could see
                return None
        return (eta, reached) if np.abs(self.target - reached).max() <= 1 else None


def _finished(case, view, run, fit):
    """Yield the readings of a run with what may have happened to the finished gradient: transposed, sign, factors."""
    wanted, room, found = case.wanted, 2 - len(run.choices), False
    matrices = any(name.startswith("W") for name in view.parts)
    weights = CHOICES["weights"] if view.turned is not None else (wanted.weights,)
    for w, reduction in product(weights, CHOICES["reduction"]):
        convention = Convention(w, reduction, wanted.bias)
        differs = (w != wanted.weights) + (reduction != wanted.reduction)
        layouts = ((), ((TRANSPOSED, None),)) if matrices else ((),)
        if view.turned is not None:
            layouts = layouts[view.turned != (w == "out,in")],
        for turned in layouts:
            for factor, scaled in _scales(case.z, room - len(turned)):
                choices, factor = run.choices + turned + scaled, factor / convention.divisor(case.z.n, case.z.t)
                if differs and choices and not case.or_any or abs(fit.factor - factor) > 0.05 * abs(factor):
                    continue
                for reading in _reading(case, view, run, fit, factor, choices, convention, differs):
                    found = True
                    yield reading
    if not found and room and view.turned in (None, wanted.weights == "out,in"):
        way = "times", fit.factor * wanted.divisor(case.z.n, case.z.t)
        yield from _reading(case, view, run, fit, fit.factor, (*run.choices, (FACTOR, way)), wanted, 0)


@cache
def _scales(z, most):
    """Return (factor, choices) for the products of at most so many mistakes that scale the whole gradient."""
    single = [(row, way) for row in range(SIGN, FACTOR) for way in MISTAKES[row].ways(z)]
    chosen = [pick for count in range(most + 1) for pick in combinations(single, count) if len(dict(pick)) == count]
    return [(float(np.prod([way[1] for _, way in pick])), pick) for pick in chosen]


def _reading(case, view, run, fit, factor, choices, convention, differs):
    """Yield the Reading if every entry agrees and the digits that agree outnumber those spent on choosing it."""
    reached, rows = fit.reach(factor), dict(choices)
    if reached is None or reached[0] < 0 and SIGN not in rows:
        return
    eta, reached = reached
    right = Pass(case.known, (), case.memory).gradient(view.parts) / view.tolerance
    changed = np.abs(reached - factor * right) > 1               # where the spoiled lines show
    exact = not choices and not differs and np.array_equal(fit.target, right)
    if exact or (_digits(fit.target, FACTOR in rows) >= 2 + 3 * (len(choices) + differs) and (
            not changed.any() or _digits(fit.target[changed], STALE in rows) >= 2 + 3 * len(run.choices))):
        names = tuple(dict.fromkeys(MISTAKES[row].name for row in sorted(rows)))
        meant = Convention(convention.weights, convention.reduction, view.bias if case.or_any else case.wanted.bias)
        shown = (f"convention:{meant.name}",) if differs or not names and meant != case.wanted else ()
        names = (names or ("correct",) * (case.or_any or not shown)) + shown
        yield Reading(choices, names, meant, differs, view, run, eta)


def _digits(numbers, fitted):
    """Return how many decimal digits numbers in units of their tolerance carry, less those that a fit uses up."""
    digits = np.log10(np.maximum(np.abs(numbers), 1))
    return digits.sum() - fitted * digits.max()


def _array_by_array(case, views):
    """Return {name: readings} of one array at a time, all in the convention that leaves the fewest mistakes."""
    alone = {name: _readings(case, found) for name, found in views.items()}
    best = None
    for w, reduction in product(CHOICES["weights"], CHOICES["reduction"]):
        here = {name: [r for r in found if r.convention.reduction == reduction
                       and (r.convention.weights == w or r.view.turned is None)] for name, found in alone.items()}
        if all(here.values()):
            first = [found[0] for found in here.values()]
            cost = len({row for r in first for row in r.rows}) + max(r.differs for r in first)
            if best is None or cost < best[0]:
                best = cost, here
    return best[1] if best else {"": []}


def _diagnosis(case, found):
    """Return the Diagnosis of {name: readings}; the name "" stands for all arrays at once."""
    first = {name: readings[0] for name, readings in found.items()}
    rows = sorted({row for reading in first.values() for row in reading.rows})
    known_as = [name for reading in first.values() for name in reading.names]
    layout = max((name for name in known_as if name.startswith("convention:")), key=len, default=None)
    names = tuple(dict.fromkeys(MISTAKES[row].name for row in rows)) or ("correct",) * ("correct" in known_as)
    names += (layout,) if layout else ()
    verdicts = [MISTAKES[row] for row in rows] or [VERDICTS["correct"]] * ("correct" in names)
    verdicts += [VERDICTS["convention"]] * bool(layout)
    others = {}
    for best, *more in found.values():
        for other in more:
            hidden = set(best.rows) < set(other.rows) and other.convention == best.convention
            if other.rank[0] == best.rank[0] or hidden and len(other.rows) == len(best.rows) + 1:
                others.setdefault(" + ".join(other.names), (best, other))
    others.pop(" + ".join(names), None)
    evidence = [_evidence(case, reading, name) for name, reading in first.items()]
    evidence += [_separated(best, other, name) for name, (best, other) in others.items()]
    return Diagnosis(names, " ".join(dict.fromkeys(verdict.why for verdict in verdicts)), "; ".join(evidence),
                     page(verdicts[0 if rows else -1].section), tuple(others))


def _evidence(case, reading, where):
    """Return what gave a reading away: the line of code that has these numbers, the ratio, the fitted number."""
    code = []
    for row, way in sorted(reading.choices, key=lambda choice: choice[0]):
        if row == STALE:
            way = f"{reading.eta * reading.convention.divisor(case.z.n, case.z.t):.6g}"
        elif MISTAKES[row].line == "counted":
            way = int(reading.run.counted.argmax())
        elif row == FACTOR:
            way = f"{way[1]:.6g}"
        ratio = f" (ratio {way[1]:.6g})" if row in range(SIGN, FACTOR) else ""
        code.append(MISTAKES[row].code.format(way[0] if isinstance(way, tuple) else way) + ratio)
    if reading.names[-1].startswith("convention:"):
        c = reading.convention
        like = [name for name, p in PRESETS.items() if (p.weights, p.reduction) == (c.weights, c.reduction)]
        code.append(f"W stored as ({c.weights.replace(',', ', ')}) and J the {REDUCTIONS[c.reduction]}"
                    + f" (as in {', '.join(like)})" * bool(like))
    count = len(reading.view.flat)
    agree = f"all {count} numbers of" if count > 1 else "the one number of"
    agree += f" {where or ', '.join(reading.view.parts)} agree" + "s" * (count == 1)
    return f"{agree} with {' and '.join(code)}" if code else agree


def _separated(best, other, name):
    """Return the numbers that would tell two readings apart."""
    if best.convention != other.convention:
        return f"the same numbers as {name}: only what J and W stand for decides"
    more = [MISTAKES[row] for row in other.rows if row not in best.rows]
    if len(other.rows) > len(best.rows):
        return f"{more[0].name} would not show here: to see it, take {more[0].apart}"
    return f"{name} gives the same numbers: to tell them apart, take " + " or ".join(
        dict.fromkeys(MISTAKES[row].apart for row in set(best.rows) ^ set(other.rows)))


def _unknown(case, views):
    """Return the Diagnosis of a claim that nothing explains: how it differs from the right gradient nearest to it."""
    def compare(view, reduction):
        right = Pass(case.known).gradient(view.parts) / Convention(reduction=reduction).divisor(case.z.n, case.z.t)
        gap = np.abs(view.flat - right)
        return np.median(gap) / (np.abs(right).max() + 1e-300), view, right, gap

    reductions = CHOICES["reduction"] if case.or_any else (case.wanted.reduction,)
    _, view, right, gap = min((compare(*pair) for pair in product(views, reductions)), key=lambda found: found[0])
    entries = [(name, index) for name, a in view.parts.items() for index in np.ndindex(a.shape)]
    worst = [f"{entries[k][0]}{list(entries[k][1])} is {view.flat[k]:.6g} and should be {right[k]:.6g}"
             for k in np.argsort(-gap, kind="stable")[:3] if gap[k] > view.tolerance[k]]
    why, evidence = VERDICTS["unknown"].why, f"{(gap <= view.tolerance).sum()} of {len(gap)} numbers agree; " + ", ".join(worst)
    if not worst:
        why, evidence = "These numbers have too few digits to tell.", f"{len(gap)} of {len(gap)} numbers agree as far as they are written"
    return Diagnosis(("unknown",), why, evidence, page(VERDICTS["unknown"].section), ())
