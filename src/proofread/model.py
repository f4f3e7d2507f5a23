"""A derivation with its sizes: the shape of each quantity, found from all definitions together, and draws of what is
given."""

from copy import copy
from dataclasses import replace
from itertools import islice

import numpy as np

from .brackets import key
from .derivation import Derivation, differentiates_term, refs
from .dims import FALLING, ONE, Choices, Dims, attempts
from .problems import NoEntries, Problem, Singular, SizesDiffer, Unreadable
from .sizes import NUMBER, Measure, Scope
from .templates import slots, symbols
from .terms import (
    BigSum,
    Call,
    Compared,
    Derivative,
    Fraction,
    Gradient,
    Group,
    Matrix,
    Norm,
    Number,
    Pair,
    Power,
    Product,
    Ref,
    Row,
    Size,
    Sum,
    Symbol,
    Transpose,
    Unnamed,
    is_capital,
    walk,
)
from .values import Point, Value

SEARCHES, OTHERS = 400, 24
DRAWS, KINKED_DRAWS = 3, 9  # where a function has a kink, points on both sides of it are wanted
KINKS = {"relu", "abs", "sign", "max", "min"}
MOST_DRAWS = 1000
SYMMETRIC = "symmetric"



class Model:
    """The shapes of all quantities of a derivation, and points at which its formulas are evaluated."""

    def __init__(self, derivation: Derivation, sizes=None):
        self.derivation, self.sizes = derivation, dict(sizes or {})
        self.names, self.definitions = derivation.names, derivation.definitions
        self.columns = self.find_columns()
        self.arrays = self.find_arrays()
        self.scalars = self.find_scalars()
        self.upstreams, self.points_kept = {}, {}
        self.problem = None
        self.search()

    # --- what the text shows
    def weights(self):
        """Return the letters by which something is differentiated."""
        found = set()
        for _, chain in self.names.lines:
            for one in walk(chain):
                by = one.by if isinstance(one, Derivative | Gradient) else None
                found |= {self.canon(s) for s in walk(by) if isinstance(s, Symbol)} if by is not None else set()
                if isinstance(one, Symbol) and one.letter.startswith("d "):
                    found.add(self.names.canon.get((one.letter[2:], one.style), (one.letter[2:], one.style)))
        return found

    def canon(self, symbol):
        """Return the letter and style that a letter stands for."""
        return self.names.canon.get(key(symbol), key(symbol))

    def find_columns(self):
        """Say whether weights stand before what they multiply, so that examples are columns: the first product
        tells."""
        weights = self.weights()
        defined = {(n.letter, n.style, n.marks[:1] and n.marks[0][1] != "") for n in self.definitions}

        def is_leaf(factor):
            name = (factor.of if isinstance(factor, Transpose) else factor).name
            return (name.letter, name.style, name.marks[:1] and name.marks[0][1] != "") not in defined

        def is_weight(factor):
            inner = factor.of if isinstance(factor, Transpose) else factor
            return is_leaf(factor) and (inner.name.letter, inner.name.style) in weights

        def is_input(factor):
            inner = factor.of if isinstance(factor, Transpose) else factor
            return inner.name.letter.split(" ")[-1].lower() not in ("x", "a", "h")

        for test in (is_weight, is_leaf, is_input):
            for row in self.pairs():
                first, last = map(test, row.factors)
                if first != last and (first or not isinstance(row.factors[0], Transpose)):
                    return first
        entries = self.entries()
        return self.units_first() if entries is None else entries

    def entries(self):
        """Say whether the index that stays is the first one of a weight, as in w_{jk} a_k: columns; None if no weight
        tells."""
        for definition in self.definitions.values():
            for ref in refs(definition.term):
                if ref.slots == ("_", "_") and len(definition.indices) and not differentiates_term(definition.term):
                    if (definition.indices[0] == ref.indices[0]) != (definition.indices[0] == ref.indices[1]):
                        return definition.indices[0] == ref.indices[0]
        return None

    def pairs(self):
        """Yield the products of two quantities in the definitions."""
        for definition in self.definitions.values():
            for row in walk(definition.term):
                if (
                    isinstance(row, Row)
                    and len(row.factors) == 2
                    and row.ops[0] in ("", "cdot")
                    and not differentiates_term(row)
                    and all(
                        (isinstance(f, Ref) and not f.indices) or (isinstance(f, Transpose) and isinstance(f.of, Ref))
                        for f in row.factors
                    )
                ):
                    yield row

    def units_first(self):
        """Say whether the first declared axis is that of the units: a sum over an index below a letter runs over it."""
        for definition in self.definitions.values():
            for one in walk(definition.term):
                if isinstance(one, BigSum) and isinstance(one.high, Size):
                    for ref in refs(one.body):
                        sizes = self.derivation.declared.get(ref.name, ())
                        if (
                            len(sizes) == 2
                            and ("_", one.indices[0]) in zip(ref.slots, ref.indices)
                            and one.high in sizes
                        ):
                            return one.high == sizes[0]
        return True

    def find_arrays(self):
        """Say whether light small letters may be vectors: something in the text is only written of arrays."""
        for _statement, chain in self.names.lines:
            for one in walk(chain):
                if isinstance(one, Norm | Pair | Matrix) or (isinstance(one, Row) and set(one.ops) & {"odot", "kron"}):
                    return True
                if isinstance(one, Call) and one.function == "softmax":
                    return True
                if isinstance(one, Symbol | Group) and any(
                    i.base == "T" for m in one.marks if m.kind == "^" for i in m.items or ()
                ):
                    return True
        capital = any(n.letter.split(" ")[-1][:1].isupper() for n in self.derivation.meaning.leaves)
        return capital or any(s.declared for s in self.derivation.statements)

    def find_scalars(self):
        """Return the quantities that are differentiated and that nothing else uses: each is a number."""
        keys = {self.names.canon.get(k, k) for k in self.names.numerators}
        ends = set(self.derivation.ends())
        return {
            name
            for name in self.definitions
            if (name.letter, name.style) in keys - self.names.entries_differentiated
            and not is_softmax(self.definitions[name].term)
            and name.layer is None
            and (
                name in ends
                or (isinstance(self.definitions[name].term, Call)
                and isinstance(self.definitions[name].term.function, Unnamed)
                and self.definitions[name].term.function.scalar)
            )
        }

    # --- shapes
    def search(self):
        """Find shapes that fit all definitions; first as is customary, then with sizes that may be 1, then with any
        loss."""
        for self.loose in range(4):
            self.untried = attempts(SEARCHES)
            for choices in self.untried:
                try:
                    self.measure_all(choices)
                except (SizesDiffer, NoEntries) as problem:
                    self.problem = self.problem or problem
                    continue
                except Problem as problem:
                    self.problem = problem
                    return
                self.problem = None
                return

    def others(self):
        """Return models with other shapes of what is given that fit all definitions, too: an array for a number, a row
        for a column; those first in which the fewest are other."""
        mine, found = self.given_shapes(), {}
        for choices in islice(self.untried, OTHERS):
            other = copy(self)
            other.points_kept, other.upstreams = {}, {}
            try:
                other.measure_all(choices)
            except Problem:
                continue
            shapes = other.given_shapes()
            if all(shapes.get(name) in (shape, shape[::-1]) or shape == (1, 1) for name, shape in mine.items()):
                changed = sum(shapes[name] != shape for name, shape in mine.items())
                found.setdefault(tuple(shapes.items()), (changed, len(found), other))
        return [other for changed, _, other in sorted(found.values(), key=lambda one: one[:2]) if changed]

    def given_shapes(self):
        """Return for each leaf whether it has one row or more, one column or more."""
        return {
            name: tuple(1 if self.dims.is_one(size) else 2 for size in self.shapes[name][1])
            for name in self.derivation.meaning.leaves
            if name in self.shapes
        }

    def measure_all(self, choices):
        """Measure every definition with these choices."""
        self.shapes, self.settled, self.kinds, self.doing, self.typed = {}, {}, {}, set(), {}
        measure = Measure(Dims(), choices, self.quantity, self.columns)
        measure.rows = self.rows()
        measure.dims.apart = self.loose < 2
        for label, value in {**self.fixed_sizes(), **self.sizes}.items():
            measure.dims.unite(measure.dims.label(label, wide=False), measure.dims.new(value=value))
        for name in self.definitions:
            self.quantity(name, measure)
        for name in self.derivation.meaning.leaves:
            self.quantity(name, measure)
        alone = {value for label, value in self.fixed_sizes().items() if label not in self.used_labels()}
        used = [size for axes, shape in self.shapes.values() for size in (*shape, *axes)]
        open_sizes = measure.dims.copy()
        self.dims = measure.dims.settle(alone, used)
        if self.is_singular():
            open_sizes.pool = FALLING  # X.T X has an inverse where X has more rows than columns
            self.dims = open_sizes.settle(alone, used)

    def is_singular(self):
        """Say whether a matrix that a definition inverts has no inverse with these sizes."""
        terms = (one for definition, _ in self.settled.values() for one in walk(definition.term))
        if not any(isinstance(one, Power) and one.matrix for one in terms):
            return False
        try:
            self.point(0, None, ())
        except Singular:
            return True
        except Problem:
            return False
        finally:
            self.upstreams = {}
        return False

    def used_labels(self):
        """Return the letters of sizes that a definition or a declaration uses."""
        terms = [d.term for d in self.definitions.values()] + [
            s for sizes in self.derivation.declared.values() for s in sizes
        ]
        return {s.label for term in terms for s in walk(term) if isinstance(s, Size)}

    def fixed_sizes(self):
        """Return the sizes that a condition sets: n = 1."""
        found = {}
        for _, chain in self.derivation.conditions:
            if (
                len(chain.sides) == 2
                and chain.relations == ("=",)
                and isinstance(chain.sides[0], Size)
                and isinstance(chain.sides[1], Number)
            ):
                found[chain.sides[0].label] = int(chain.sides[1].value)
        return found

    def quantity(self, name, measure):
        """Return the sizes of the indices of a quantity, and its shape."""
        if name in self.shapes:
            return self.shapes[name]
        if name in self.doing:
            raise Unreadable(f"the definition of {name.letter} needs itself")
        if name in self.definitions:
            self.doing.add(name)
            self.shapes[name] = self.defined(name, measure)
        else:
            self.shapes[name] = self.leaf(name, measure)
        if name in self.derivation.declared:
            self.declare(name, measure)
        return self.shapes[name]

    def defined(self, name, measure):
        """Measure a definition."""
        definition = self.definitions[name]
        scope = Scope(self.typed if self.derivation.meaning.typed else {})
        term, shape = measure(definition.term, scope)
        own = self.own_axes(name)
        for index in definition.indices:
            if index not in scope.indices:
                scope.indices[index] = measure.dims.new()
        nodes = [scope.indices[index] for index in definition.indices]
        axes, rest = tuple(nodes[:own]), nodes[own:]
        where = tuple(f"own{i}" for i in range(own))
        if rest:
            measure.dims.unite_shapes(shape, NUMBER, definition.span)
            order = self.orientation(name, rest, definition.slots[own:], measure)
            where, shape = where + order, tuple(dict(zip(order, rest)).get(axis, ONE) for axis in (0, 1))
        elif own and name.style != "bold" and self.loose == 0:
            measure.dims.unite_shapes(shape, NUMBER, definition.span)
        elif name in self.scalars and self.loose < 3:
            measure.dims.unite_shapes(shape, NUMBER, definition.span)
        elif self.one_index(name):
            self.orient(name, shape, measure)
        self.settled[name] = replace(definition, term=term), where
        return axes, shape

    def own_axes(self, name):
        """Return how many indices a quantity never stands without."""
        if self.derivation.declared.get(name):
            return 0
        return self.names.least.get((name.letter, name.style), 0)

    def one_index(self, name):
        """Say whether a small letter stands with one index somewhere and without one elsewhere: it is a vector."""
        k = (name.letter, name.style)
        return (
            name.letter.split(" ")[-1][:1].islower()
            and self.names.most.get(k, 0) == 1
            and self.names.least.get(k, 0) == 0
        )

    def orientation(self, name, rest, slots, measure):
        """Return which axes the indices of a left side name."""
        if len(rest) == 2:
            same = slots[0] == slots[1]
            return (0, 1) if same or self.columns else (1, 0)
        return (self.kind(name, (0, 1) if self.columns else (1, 0), measure),)

    def kind(self, name, options, measure):
        """Return the choice for all layers of a letter."""
        family = name.letter, name.style, name.marks
        if family not in self.kinds:
            self.kinds[family] = options[measure.choices.choose(len(options))]
        return self.kinds[family]

    def orient(self, name, shape, measure):
        """Make a defined vector a column or a row."""
        settled = all(measure.dims.find(s) in measure.dims.wide or measure.dims.known(s) for s in shape)
        if not settled and not any(map(measure.dims.is_one, shape)):
            order = (0, 1) if not self.of_matrix(name) else (1, 0) if self.columns else (0, 1)
            axis = self.kind(name, order, measure)
            measure.dims.unite(shape[1 - axis], ONE, self.definitions[name].span)

    def of_matrix(self, name):
        """Say whether a name is another word for a matrix."""
        term = self.definitions[name].term
        return isinstance(term, Ref) and term.name.letter[:1].isupper()

    def leaf(self, name, measure):
        """Return the shape of what is given: a number, a column, a row, a matrix."""
        own, dims = self.own_axes(name), measure.dims
        axes = tuple(self.index_node(name, i, dims) for i in range(own))
        if name in self.derivation.declared:
            return axes, (dims.new(), dims.new())
        wide = self.loose < 2
        kind = self.kind(name, self.kinds_of(name, own), measure)
        shape = {
            "number": NUMBER,
            "column": (dims.new(wide), ONE),
            "row": (ONE, dims.new(wide)),
            "matrix": (dims.new(wide), dims.new(wide)),
            "any": (dims.new(), dims.new()),
        }[kind]
        return axes, shape

    def index_node(self, name, place, dims):
        """Return the size of an index that belongs to a name."""
        if self.derivation.meaning.typed:
            letters = [mark[2] for mark in name.marks if mark[2].isalpha() and mark[2] in self.names.indices]
            if place < len(letters):
                return self.typed.setdefault(letters[place], dims.new())
        return dims.new()

    def kinds_of(self, name, own):
        """Return what a letter that is given may be, the likeliest first."""
        k, base = (name.letter, name.style), name.letter.split(" ")[-1]
        most = self.names.most.get(k, 0) - own
        capital = is_capital(base)
        last = ("any",) if self.loose > 1 else ()
        if most >= 2 or (capital and not most and not own) or self.declared_matrix(name):
            return ("matrix", *last)
        vectors = ("column", "row") if self.columns != self.counts_examples(k) else ("row", "column")
        if most == 1:
            return ("any",) if capital else vectors
        if own and k in self.names.in_products:
            return "column", "row", "number"
        if own:
            return (*vectors, "number") if name.style == "bold" else ("number", *vectors)
        if name.style == "bold":
            return (*vectors, *last)
        bold = any(n.style == "bold" for n in self.derivation.meaning.leaves)
        if name in self.divisors():
            return ("number",)
        if not self.arrays or bold:
            return ("number", *vectors) if bold else ("number",)
        if (name.letter, name.style, name.marks) in self.biases():
            return (vectors[0], "number", *last)
        weights = ("matrix",) if name.layer is not None and self.multiplies(name) else ()
        return (*weights, *vectors, *(("number",) if self.loose else ()), *last)

    def counts_examples(self, letter):
        """Say whether the only index of a letter stands in a bracket above it, as in y^{(i)}: it counts examples."""
        found = {
            (kind, bracket)
            for _, chain in self.names.lines
            for s in symbols(chain)
            if self.canon(s) == letter
            for kind, bracket, place, item in slots(s)
            if self.names.is_index(s, kind, bracket, place, item)
        }
        return found in ({("^", "(")}, {("^", "[")})

    def multiplies(self, name):
        """Say whether a letter that no layer defines stands in a product of two: w^l in w^l a^{l-1} is weights."""
        family = name.letter, name.style
        if any((n.letter, n.style) == family for n in self.definitions):
            return False
        factors = (f.of if isinstance(f, Transpose) else f for row in self.pairs() for f in row.factors)
        return any((one.name.letter, one.name.style) == family for one in factors)

    def declared_matrix(self, name):
        """Say whether the same letter is declared as a matrix at another layer."""
        return any(
            (n.letter, n.style, n.marks) == (name.letter, name.style, name.marks) and len(sizes) == 2
            for n, sizes in self.derivation.declared.items()
        )

    def biases(self):
        """Return the letters that are added to a product and by which something is differentiated."""
        if not hasattr(self, "_biases"):
            weights = self.weights()
            self._biases = {
                (r.name.letter, r.name.style, r.name.marks)
                for d in self.definitions.values()
                for one in walk(d.term)
                if isinstance(one, Sum) and any(isinstance(t, Row) for _, t in one.terms)
                for _, r in one.terms
                if isinstance(r, Ref) and (r.name.letter, r.name.style) in weights
            }
        return self._biases

    def divisors(self):
        """Return the letters that only divide: m in 1/m is a number."""
        if not hasattr(self, "_divisors"):
            terms = [one for d in self.definitions.values() for one in walk(d.term)]
            below = [r.name for one in terms if isinstance(one, Fraction) for r in refs(one.bottom)]
            every = [one.name for one in terms if isinstance(one, Ref)]
            alone = {
                factor.name
                for one in terms
                if isinstance(one, Fraction)
                for factor in (one.bottom.factors if isinstance(one.bottom, Row) else [one.bottom])
                if isinstance(factor, Ref) and not factor.indices
            }
            self._divisors = {name for name in alone if below.count(name) == every.count(name)}
        return self._divisors

    def declare(self, name, measure):
        """Unite a shape with the declared one: one size is a column, or a row if that is how it is used."""
        _axes, shape = self.shapes[name]
        dims, sizes = measure.dims, [self.declared_size(s, measure.dims) for s in self.derivation.declared[name]]
        if len(sizes) == 2:
            dims.unite_shapes(shape, sizes)
        elif len(sizes) == 1:
            axis = self.kind(name, (0, 1), measure)
            dims.unite(shape[axis], sizes[0])
            dims.unite(shape[1 - axis], ONE)
        else:
            dims.unite_shapes(shape, NUMBER)

    @staticmethod
    def declared_size(size, dims):
        """Return the size that a declaration names."""
        if isinstance(size, Number):
            return dims.new(value=int(size.value))
        if isinstance(size, Size):
            return dims.label(size.label)
        return dims.new(wide=True)

    def shape_of(self, name):
        """Return the sizes of the indices of a quantity, and its shape."""
        return self.shapes[name]

    def upstream(self, name):
        """Return all quantities that a quantity follows from, itself included."""
        if name not in self.upstreams:
            self.upstreams[name] = self.derivation.upstream(name)
        return self.upstreams[name]

    def frozen(self, choices=None):
        """Return a measure for claims: names and sizes are what they are."""
        measure = Measure(self.dims.copy(), choices or Choices(), self.seen, self.columns)
        measure.rows = self.rows()
        return measure

    def rows(self):
        """Return the quantities that are declared as rows, 1 × n."""
        one = Number(1.0)
        matrices = {name: sizes for name, sizes in self.derivation.declared.items() if len(sizes) == 2}
        return {name for name, (above, across) in matrices.items() if above == one and across != one}

    def seen(self, name, _measure):
        """Return the shape of a quantity that is known."""
        if name not in self.shapes:
            raise Unreadable(f"the shape of {name.letter} is not known")
        return self.shapes[name]

    # --- draws
    def points(self, functions=None, normalized=()):
        """Return the draws at which formulas are evaluated; each satisfies the conditions."""
        memo = tuple(sorted((functions or {}).items())), tuple(normalized)
        if memo not in self.points_kept:
            self.points_kept[memo] = [self.point(draw, functions, normalized) for draw in range(self.draws())]
        return self.points_kept[memo]

    def draws(self):
        """Return how many points are tried: more where a definition has a kink."""
        terms = (one for d in self.definitions.values() for one in walk(d.term))
        kinked = any((isinstance(one, Call) and one.function in KINKS) or isinstance(one, Compared) for one in terms)
        return KINKED_DRAWS if kinked else DRAWS

    def point(self, draw, functions, normalized):
        """Draw what is given until all conditions hold and everything is finite."""
        tests = self.tests()
        for attempt in range(MOST_DRAWS if tests else 20):
            rng = np.random.default_rng([draw, attempt])
            leaves = {name: self.drawn(name, rng) for name in self.derivation.meaning.leaves if name in self.shapes}
            point = Point(self, self.dims, leaves, draw, functions)
            self.normalize(point, normalized)
            with np.errstate(all="ignore"):
                if all(self.holds(point, test) for test in tests) and self.finite(point):
                    return point
        raise Unreadable("no numbers satisfy all the conditions", None, "conditions that can hold together")

    def drawn(self, name, rng):
        """Draw one leaf: between 0 and 1 where a logarithm is taken of it, else on both sides of 0."""
        sizes, shape = self.shapes[name]
        full = [self.dims.known(s) for s in (*sizes, *shape)]
        values = rng.uniform(0.15, 0.85, full) if name in self.positive() else rng.normal(size=full)
        return Value(values, tuple(f"own{i}" for i in range(len(sizes))))

    def positive(self):
        """Return the leaves of which a logarithm or a root is taken, those that are to sum to one, and lone rates."""
        if not hasattr(self, "_positive"):
            found = {
                r.name
                for d in self.definitions.values()
                for c in walk(d.term)
                if isinstance(c, Call) and c.function in ("log", "sqrt")
                for r in refs(c)
            }
            found |= {
                r.name
                for d in self.definitions.values()
                for row in walk(d.term)
                if isinstance(row, Row) and any(isinstance(f, Call) and f.function == "log" for f in row.factors)
                for r in refs(row)
            }
            found |= {r.name for _, chain in self.derivation.conditions for r in refs(chain) if "=" in chain.relations}
            self._positive = found
        return self._positive

    def tests(self):
        """Return the settled inequalities among the conditions."""
        found = []
        for _, chain in self.derivation.conditions:
            if set(chain.relations) & {"<", ">", "≤", "≥", "≠"}:
                try:
                    measure = self.frozen()
                    scope = Scope({})
                    sides = [measure(side, scope)[0] for side in chain.sides]
                    found.append((sides, chain.relations))
                except Problem:
                    continue
        return found

    @staticmethod
    def holds(point, test):
        """Say whether an inequality holds at a point for all entries."""
        from .values import COMPARE, aligned

        sides, relations = test
        for a, b, relation in zip(sides, sides[1:], relations):
            (x, y), _ = aligned(point.eval(a), point.eval(b))
            if not np.all(COMPARE[relation](np.real(x), np.real(y))):
                return False
        return True

    def finite(self, point):
        """Say whether all defined quantities are finite."""
        return all(
            np.all(np.isfinite(point.value(name).data))
            for name in self.settled
            if not differentiates_term(self.settled[name][0].term)
        )

    def normalize(self, point, extra):
        """Let sums be what the conditions say: divide a leaf by its sum."""
        targets = [(ref.name, self.frozen()(ref, Scope({}))[0].axes[-1], total) for ref, total in self.sums()]
        targets += [(name, axis, 1.0) for name, axis in (*self.declared_symmetric(), *extra)]
        for name, axis, total in targets:
            value = point.values[name]
            data = condition_on(value.data, axis, total, point.draw)
            point.values[name] = point.leaves[name] = Value(data, value.axes)

    def declared_symmetric(self):
        """Return (leaf, condition) of each matrix that a line says is its own transpose."""
        sides = [chain.sides[:2] for _, chain in self.derivation.conditions if "=" in chain.relations]
        sides += [pair[::-1] for pair in sides]
        return [(a.name, SYMMETRIC) for a, b in sides if isinstance(a, Ref) and b == Transpose(a, span=b.span)]

    def forms(self):
        """Return the leaves M that stand, or whose inverse stands, in a quadratic form x.T M x: often symmetric."""
        found = set()
        for one in (one for definition, _ in self.settled.values() for one in walk(definition.term)):
            for left, middle, right in zip(*(factors(one)[k:] for k in range(3))):
                inner = middle.of if isinstance(middle, Power) else middle
                if isinstance(left, Transpose) and left.of == right and isinstance(inner, Ref):
                    found.add(inner.name)
        return sorted(found & set(self.derivation.meaning.leaves), key=repr)

    def answers(self):
        """Return the leaves y and t: a yes or no may be meant, as 1 and 0 or as 1 and -1."""
        return [name for name in self.derivation.meaning.leaves if name.letter.lower() in ("y", "t")]

    def targets(self):
        """Return (leaf, axis) of each vector that stands beside a logarithm: it may be meant to sum to one."""
        found = []
        for name in self.derivation.meaning.leaves:
            if name in self.positive() and name in self.shapes:
                sizes, shape = self.shapes[name]
                rows, columns = map(self.dims.known, shape)
                axis = "own0" if sizes else 0 if columns == 1 or (rows != 1 and self.columns) else 1
                if (self.dims.known(sizes[0]) if sizes else (rows, columns)[axis]) > 1:
                    found.append((name, axis))
        return found

    def sums(self):
        """Return the indexed leaves whose sum a condition gives, and what it is."""
        found = []
        for _, chain in self.derivation.conditions:
            left, right = chain.sides[0], chain.sides[-1]
            if (
                chain.relations == ("=",)
                and isinstance(left, BigSum)
                and isinstance(right, Number)
                and isinstance(left.body, Ref)
            ):
                if (
                    left.body.name in self.derivation.meaning.leaves
                    and left.indices
                    and left.body.indices
                    and left.body.indices[-1] == left.indices[0]
                ):
                    found.append((left.body, right.value))
        return found


def condition_on(data, how, total, draw):
    """Return numbers as a condition wants them: symmetric, of two values only, or with this sum along an axis."""
    if how == SYMMETRIC:
        return data @ np.swapaxes(data, -2, -1) + np.eye(data.shape[-1])
    if isinstance(how, tuple):
        return np.where((np.arange(data.size).reshape(data.shape) + draw) % 2, *how)
    at = int(how[3:]) if isinstance(how, str) else how - 2
    return np.abs(data) / np.abs(data).sum(at, keepdims=True) * total


def factors(term):
    """Return the factors of a settled product, from left to right."""
    return [*factors(term.left), *factors(term.right)] if isinstance(term, Product) else [term]


def is_softmax(term):
    """Say whether a term is a softmax, which is never one number."""
    return isinstance(term, Call) and term.function == "softmax"
