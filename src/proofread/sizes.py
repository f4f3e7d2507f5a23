"""The shape of every term. Each product, sum and index is settled on the way: what comes out says what is meant.

A shape is a pair of sizes (rows, columns); a number is 1 x 1. Where more than one meaning fits, the choice is left to
`Choices`, which tries the customary one first.
"""

from dataclasses import replace

from .dims import ONE
from .problems import NoEntries, SizesDiffer, Unreadable
from .terms import (
    At,
    Call,
    Function,
    Identity,
    Index,
    Number,
    Paths,
    Product,
    Ref,
    Row,
    Size,
    Sum,
    Transpose,
    Unnamed,
    is_capital,
    walk,
)

NUMBER = (ONE, ONE)
COUNTS = ("N", "M", "T", "Z")  # capital letters that are rather numbers
ENTRYWISE = {
    "log",
    "exp",
    "tanh",
    "sinh",
    "cosh",
    "sin",
    "cos",
    "sqrt",
    "sigmoid",
    "relu",
    "softplus",
    "sign",
    "arctan",
    "abs",
    "sech",
}


def only_matrix(term):
    """Say whether two factors side by side can only be multiplied as matrices: two names, or a product and a factor."""
    names = isinstance(term.left, Ref | Transpose) and isinstance(term.right, Ref | Transpose)
    return names or has_product(term.left)


def beside_logarithm(term):
    """Say whether a factor stands before a logarithm: y log a is taken entry by entry."""
    return isinstance(term.right, Call) and term.right.function == "log" and not isinstance(term.left, Transpose)


def printed(term):
    """Return the whole number that is printed, or None."""
    if isinstance(term, Sum) and len(term.terms) == 1 and isinstance(term.terms[0][1], Number):
        sign, term = term.terms[0]
        return sign * term.value
    return term.value if isinstance(term, Number) and term.value == int(term.value) else None


def has_bars(term):
    """Say whether a term is |A|, of a matrix by its look."""
    return isinstance(term, Call) and term.function == "abs" and is_matrix(term.arguments[0])


def is_matrix(term):
    """Say whether a term looks like a matrix: a capital that is no usual count, or what holds one or a transpose."""
    if isinstance(term, Ref):
        return is_capital(term.name.letter) and term.name.letter not in COUNTS
    inside = [one for one in walk(term) if one is not term]
    return any(isinstance(one, Transpose) or (isinstance(one, Ref) and is_matrix(one)) for one in inside)


def is_identity(term):
    """Say whether a factor is an identity matrix or ones, transposed or not."""
    return isinstance(term.of if isinstance(term, Transpose) else term, Identity)


def has_product(term):
    """Say whether a factor is itself a product of arrays: what stands beside it without a sign is multiplied as a
    matrix."""
    return (
        isinstance(term, Row)
        and len(term.factors) > 1
        and term.ops[0] == ""
        and all(isinstance(f, Ref | Transpose) for f in term.factors[:2])
    )


class Scope:
    """What is bound where a term stands: the size of each index, the shape of each argument."""

    def __init__(self, indices=None, arguments=None):
        self.indices, self.arguments = indices if indices is not None else {}, arguments or {}

    def inside(self, bound):
        """Return the scope inside a sum: indices met there are seen outside, except those that the sum binds."""
        return Scope(Layered(self.indices, bound), self.arguments)


class Layered(dict):
    """A dict in which names of its own hide those of the one around it; new names go to that one."""

    def __init__(self, around, own):
        super().__init__(own)
        self.around = around

    def __contains__(self, name):
        return super().__contains__(name) or name in self.around

    def __getitem__(self, name):
        return super().__getitem__(name) if super().__contains__(name) else self.around[name]

    def __setitem__(self, name, value):
        self.around[name] = value


class Measure:
    """Measure terms against the shapes of the quantities in them; `quantity(name)` returns (index sizes, shape)."""

    def __init__(self, dims, choices, quantity, columns=True, matrix_powers=True):
        self.dims, self.choices, self.quantity, self.columns = dims, choices, quantity, columns
        self.rows = ()  # quantities declared as rows: a derivative by one is a row
        self.customary = True  # whether all products so far were taken in the customary order

    def __call__(self, term, scope):
        """Return the settled term and its shape."""
        return getattr(self, "of_" + type(term).__name__.lower())(term, scope)

    # --- choosing
    def fits(self, options, where=None, says=None):
        """Take one of the options that fit, those first that make the fewest sizes 1; an option unites and returns."""
        found, problem = [], None
        for order, option in enumerate(options):
            before = self.dims
            self.dims = before.copy()
            try:
                result = option()
                found.append((self.dims.forced - before.forced, order, result, self.dims))
            except SizesDiffer as error:
                problem = problem or error
            self.dims = before
        if not found:
            raise SizesDiffer(says or problem.says, where or problem.place)
        found.sort(key=lambda one: one[:2])
        _, _, result, self.dims = found[self.choices.choose(len(found))]
        return result

    def is_number(self, shape):
        """Say whether a shape is known to be that of a number."""
        return self.dims.is_one(shape[0]) and self.dims.is_one(shape[1])

    def is_open(self, shape):
        """Say whether a size of a shape is not known yet."""
        return any(self.dims.known(size) is None for size in shape)

    def say(self, shape):
        """Return a shape in words."""
        names = {self.dims.find(node): label for label, node in self.dims.labels.items()}
        return " × ".join(
            str(names.get(self.dims.find(s), self.dims.known(s) or "?")) if not self.dims.is_one(s) else "1"
            for s in shape
        )

    # --- quantities
    def of_number(self, term, _scope):
        return term, NUMBER

    def of_size(self, term, _scope):
        self.dims.label(term.label)
        return term, NUMBER

    def of_index(self, term, scope):
        if isinstance(term.name, str) and term.name not in scope.indices:
            scope.indices[term.name] = self.dims.new()
        return (replace(term, size=scope.indices[term.name]) if isinstance(term.name, str) else term), NUMBER

    def of_local(self, term, scope):
        return term, scope.arguments[term.name]

    def of_nudge(self, term, scope):
        of, shape = self(term.of, scope)
        return replace(term, of=of), shape

    def of_ref(self, term, scope):
        """Measure a quantity, or the part of it that its indices name."""
        axes, shape = self.quantity(term.name, self)
        own = len(axes)
        if len(term.indices) < own:
            raise SizesDiffer("an index is missing here", term.span)
        for index, size in zip(term.indices, axes):
            self.bind(index, size, scope, term.span)
        rest = term.indices[own:]
        slots = term.slots[own:] or ("_",) * len(rest)
        where, shape = self.pick(rest, slots, shape, scope, term.span)
        return replace(term, axes=tuple(f"own{i}" for i in range(own)) + where), shape

    def bind(self, index, size, scope, span):
        """Unite the range of an index with the size of what it runs over."""
        if isinstance(index, int):
            known = self.dims.known(size)
            if known is not None and index > known:
                raise SizesDiffer(f"index {index} is beyond {known}", span)
        elif index in scope.indices:
            self.dims.unite(scope.indices[index], size, span)
        else:
            scope.indices[index] = size

    def pick(self, indices, slots, shape, scope, span):
        """Return which axes the indices name, and the shape of what is left."""
        if not indices:
            return (), shape
        if len(indices) > 2:
            raise SizesDiffer("there are more than two indices here", span)
        if (
            self.is_number(shape)
            and not all(isinstance(i, int) for i in indices)
            and not any(map(self.dims.is_one, self.dims.labels.values()))
        ):
            raise NoEntries("this was read as a number, and a number has no entries", span, "its size, declared")
        if len(indices) == 2:
            unit = (0, 1) if self.columns else (1, 0)
            orders = [(0, 1)] if slots[0] == slots[1] else [unit, unit[::-1]]
            order = self.fits([lambda o=o: self.tried(indices, o, shape, scope, span) for o in orders], span)
        else:
            order = self.fits(
                [lambda a=a: self.tried(indices, (a,), shape, scope, span) for a in self.axes(slots[0], shape)], span
            )
        for index, axis in zip(indices, order):
            self.bind(index, shape[axis], scope, span)
        if len(order) == 2:
            return order, NUMBER
        return order, (ONE, shape[1]) if order[0] == 0 else (shape[0], ONE)

    def axes(self, slot, shape):
        """Return the axes that one index may name, the likeliest first."""
        if self.dims.is_one(shape[1]):
            return (0,)
        if self.dims.is_one(shape[0]):
            return (1,)
        example = 1 if self.columns else 0
        return (example, 1 - example) if slot[0] == "^" else (1 - example, example)

    def tried(self, indices, order, shape, scope, span):
        """Return the axes of some indices if what they are bound to has that size."""
        for index, axis in zip(indices, order):
            if isinstance(index, int) or index in scope.indices:
                self.bind(index, shape[axis], scope, span)
        return order

    def of_entry(self, term, scope):
        """Measure an entry of a bracket."""
        of, shape = self(term.of, scope)
        where, left = self.pick(term.indices, ("_",) * len(term.indices), shape, scope, term.span)
        return replace(term, of=of, axes=where), left

    def of_transpose(self, term, scope):
        of, shape = self(term.of, scope)
        return replace(term, of=of), shape[::-1]

    def of_identity(self, term, _scope):
        """Measure an identity matrix or ones: of a printed size, or of any that fits."""
        if term.label and term.label.isdigit():
            size = self.dims.new(value=int(term.label))
        else:
            label = term.label if term.label in self.dims.labels else term.label[: len(term.label) // 2]
            size = self.dims.labels[label] if label in self.dims.labels else self.dims.new()
        shape = (size, ONE) if term.ones else (size, size)
        return replace(term, shape=shape), shape

    # --- sums and products
    def of_sum(self, term, scope):
        """Measure a sum: equal shapes, a number beside an array, a bias beside each row or column."""
        terms, shape, before = [], None, None
        for sign, one in term.terms:
            settled, mine = self(one, scope)
            shape = mine if shape is None else self.added(shape, mine, before, one, term.span)
            terms.append((sign, settled))
            before = one
        return replace(term, terms=tuple(terms)), shape

    def added(self, a, b, left, right, span):
        """Return the shape of the sum of two terms."""
        if self.is_number(a) or self.is_number(b):
            return self.beside(a, b, left, right, span)
        options = [lambda: self.same(a, b, span)]
        if self.may_be_bias(right) or self.may_be_bias(left):
            bias, other = (b, a) if self.may_be_bias(right) else (a, b)
            column = lambda: self.along(other, bias, 0, span)
            row = lambda: self.along(other, bias, 1, span)
            options += [column, row] if self.columns else [row, column]
        return self.fits(options, span, f"{self.say(a)} plus {self.say(b)}")

    def beside(self, a, b, left, right, span):
        """Return the shape of a number plus an array: of a printed number, or of a bias."""
        if self.is_number(a) and self.is_number(b):
            return a
        number, other = (left, b) if self.is_number(a) else (right, a)
        if isinstance(right if self.is_number(a) else left, Ref) and not isinstance(number, Number | Size):
            return self.fits([lambda: self.same(a, b, span)], span, f"{self.say(a)} plus {self.say(b)}")
        plain = (
            number is None
            or isinstance(number, Number | Size)
            or self.may_be_bias(number)
            or not any(isinstance(one, Ref) for one in walk(number))
        )
        options = [lambda: other] if plain or not self.is_open(other) else []
        return (
            self.fits([*options, lambda: self.same(a, b, span)], span, f"{self.say(a)} plus {self.say(b)}")
            if self.is_open(other) or (options and plain)
            else self.refuse(f"{self.say(a)} plus {self.say(b)}", span)
        )

    def refuse(self, says, span):
        raise SizesDiffer(says, span)

    @staticmethod
    def may_be_bias(term):
        """Say whether a term is a quantity alone, as a bias is."""
        return isinstance(term, Ref)

    def same(self, a, b, span):
        self.dims.unite_shapes(a, b, span)
        return a

    def along(self, other, bias, axis, span):
        """Add a column (axis 0) or a row (axis 1) to each column or row."""
        self.dims.unite(bias[axis], other[axis], span)
        self.dims.unite(bias[1 - axis], ONE, span)
        return other

    def of_product(self, term, scope):
        """Measure two factors."""
        left, a = self(term.left, scope)
        right, b = self(term.right, scope)
        op, shape = self.multiplied(term.op, a, b, term)
        return replace(term, op=op, left=left, right=right), shape

    def multiplied(self, op, a, b, term):
        """Return what a product means here and the shape of the result."""
        span = term.span
        if op != "kron" and (self.is_number(a) or self.is_number(b)):
            return "scale", b if self.is_number(a) else a
        matrix = lambda: ("matrix", self.matrix(a, b, span))
        entry = lambda: ("entry", self.same(a, b, span))
        inner = lambda: ("inner", self.inner(a, b, span))
        options = {
            "": [entry] if beside_logarithm(term) else [matrix] if only_matrix(term) else [matrix, entry],
            "cdot": [matrix, inner, entry],
            "times": [matrix, entry],
            "odot": [entry],
            "star": [entry, matrix],
            "inner": [inner],
            "kron": self.tensor(a, b, span),
        }[op]
        if (self.is_open(a) or self.is_open(b)) and not any(map(is_identity, (term.left, term.right))):
            options = options + [lambda: self.scaled(a, b, span), lambda: self.scaled(b, a, span)]
        says = f"{self.say(a)} {'⊙' if op == 'odot' else 'times'} {self.say(b)}"
        return self.fits(options, span, says)

    def scaled(self, number, other, span):
        self.dims.unite_shapes(number, NUMBER, span)
        return "scale", other

    def matrix(self, a, b, span):
        self.dims.unite(a[1], b[0], span)
        return a[0], b[1]

    def inner(self, a, b, span):
        self.same(a, b, span)
        if not any(map(self.dims.is_one, a)):
            raise SizesDiffer("an inner product is one of vectors", span)
        return NUMBER

    def tensor(self, a, b, span):
        """Return the readings of a tensor sign: Kronecker's product, between two columns also the outer one."""
        kron = lambda: ("kron", self.kron(a, b, span))
        outer = lambda: ("outer", (a[0], b[0]))
        if not self.dims.is_one(a[1]) or not self.dims.is_one(b[1]):
            return [kron]
        return [outer] if self.is_open(a) or self.is_open(b) else [kron, outer]

    def kron(self, a, b, span):
        return tuple(self.times(x, y, span) for x, y in zip(a, b))

    def times(self, x, y, span):
        """Return the product of two sizes."""
        if self.dims.is_one(x) or self.dims.is_one(y):
            return y if self.dims.is_one(x) else x
        known = self.dims.known(x), self.dims.known(y)
        if None in known:
            raise Unreadable("the sizes here must be known first", span, "declarations")
        return self.dims.new(value=known[0] * known[1])

    def of_fraction(self, term, scope):
        """Measure a fraction: by a number, or entry by entry."""
        top, a = self(term.top, scope)
        bottom, b = self(term.bottom, scope)
        settled = replace(term, top=top, bottom=bottom)
        if self.is_number(b):
            return settled, a
        if self.is_number(a):
            return settled, b
        options = [lambda: self.same(a, b, term.span)]
        if self.is_open(b):
            options.append(lambda: self.scaled(b, a, term.span)[1])
        return settled, self.fits(options, term.span, f"{self.say(a)} divided by {self.say(b)}")

    def of_power(self, term, scope):
        """Measure a power: entry by entry, a matrix times itself, the square of a length."""
        of, shape = self(term.of, scope)
        exponent, mine = self(term.exponent, scope)
        if not self.is_number(mine):
            raise SizesDiffer("an exponent is a number", term.span)
        settled = replace(term, of=of, exponent=exponent)
        if self.is_number(shape):
            return settled, shape
        if (printed(exponent) or 0) < 0:
            return self.inverse(settled, shape)
        square = isinstance(exponent, Number) and exponent.value in (2, 3)
        options = [lambda: (settled, shape)]
        if square and not self.is_open(shape) and self.dims.known(shape[0]) == self.dims.known(shape[1]):
            options.insert(0, lambda: (replace(settled, matrix=True), shape))
        if square and exponent.value == 2 and any(map(self.dims.is_one, shape)):
            options.append(lambda: (Product("inner", of, of, span=term.span), NUMBER))
        result = self.fits(options, term.span)
        self.customary = self.customary and not isinstance(result[0], Product)
        return result

    def inverse(self, term, shape):
        """Measure a power such as -1: the inverse of what is a matrix by its letter, else one over each entry first."""
        options = [lambda: (replace(term, matrix=True), self.square(shape, term.span)), lambda: (term, shape)]
        return self.fits(options if is_matrix(term.of) else options[::-1], term.span)

    def square(self, shape, span):
        """Make a shape that of a square matrix."""
        self.dims.unite(*shape, span)
        return shape

    def of_pair(self, term, scope):
        left, a = self(term.left, scope)
        right, b = self(term.right, scope)
        try:
            self.dims.unite_shapes(a, b, term.span)
        except SizesDiffer:
            raise SizesDiffer(f"{self.say(a)} beside {self.say(b)}", term.span) from None
        return replace(term, left=left, right=right), NUMBER

    def of_norm(self, term, scope):
        of, _ = self(term.of, scope)
        return replace(term, of=of), NUMBER

    # --- sums over indices
    def of_bigsum(self, term, scope):
        """Measure a sum over indices; without an index it adds all entries."""
        if not term.indices:
            body, _ = self(term.body, scope)
            return replace(term, body=body), NUMBER
        bound = {index: self.dims.new() for index in term.indices}
        if term.high is not None and len(term.indices) == 1:
            self.limit(bound[term.indices[0]], term)
        body, shape = self(term.body, scope.inside(bound))
        for one, other in term.excluded:
            if other in scope.indices:
                self.dims.unite(bound[one], scope.indices[other], term.span)
            elif not other.isdigit():
                scope.indices[other] = bound[one]
        settled = replace(term, body=body)
        return settled, shape

    def limit(self, size, term):
        """Unite the range of an index with the limits that are printed."""
        low = term.low.value if isinstance(term.low, Number) else None
        high = term.high
        shift = 0
        if isinstance(high, Sum) and len(high.terms) == 2 and isinstance(high.terms[1][1], Number):
            shift, high = int(high.terms[1][0] * high.terms[1][1].value), high.terms[0][1]
        if low is None or not isinstance(high, Number | Size):
            raise Unreadable("the limits of this sum cannot be read", term.span, r"\sum_{i=1}^{n}")
        extra = int(shift + 1 - low)
        if isinstance(high, Number):
            self.dims.unite(size, self.dims.new(value=int(high.value + extra)), term.span)
        elif extra == 0:
            self.dims.unite(size, self.dims.label(high.label, wide=False), term.span)

    def of_stack(self, term, scope):
        """Measure columns or entries in a row, one for each value of an index."""
        size = (
            self.dims.new(value=int(term.high.value))
            if isinstance(term.high, Number)
            else self.dims.label(term.high.label)
        )
        body, shape = self(term.body, scope.inside({term.index: size}))
        return replace(term, body=body), (shape[0], self.times(size, shape[1], term.span))

    def of_compared(self, term, scope):
        """Measure a comparison: of indices, of numbers, entry by entry."""
        left, a = self(term.left, scope)
        right, b = self(term.right, scope)
        if (
            isinstance(term.left, Index)
            and isinstance(term.right, Index)
            and isinstance(term.left.name, str)
            and isinstance(term.right.name, str)
        ):
            self.dims.unite(scope.indices[term.left.name], scope.indices[term.right.name], term.span)
        shape = a if self.is_number(b) else b if self.is_number(a) else self.same(a, b, term.span)
        return replace(term, left=left, right=right), shape

    def of_cases(self, term, scope):
        """Measure values with conditions: all values have one shape."""
        rows, shape = [], None
        for value, condition in term.rows:
            settled, mine = self(value, scope)
            shape = (
                mine
                if shape is None or self.is_number(shape)
                else shape
                if self.is_number(mine)
                else self.same(shape, mine, term.span)
            )
            if condition is not None:
                condition, other = self(condition, scope)
                shape = other if self.is_number(shape) else shape
            rows.append((settled, condition))
        return replace(term, rows=tuple(rows)), shape

    def of_matrix(self, term, scope):
        """Measure a printed matrix: blocks side by side and above each other."""
        rows, heights, widths = [], [], None
        for row in term.rows:
            cells = [self(cell, scope) for cell in row]
            for _, shape in cells[1:]:
                self.dims.unite(shape[0], cells[0][1][0], term.span)
            mine = [shape[1] for _, shape in cells]
            if widths is not None and len(mine) != len(widths):
                raise SizesDiffer("the rows of this matrix have different lengths", term.span)
            for a, b in zip(widths or mine, mine):
                self.dims.unite(a, b, term.span)
            widths = mine
            heights.append(cells[0][1][0])
            rows.append(tuple(cell for cell, _ in cells))
        return replace(term, rows=tuple(rows)), (self.total(heights, term.span), self.total(widths, term.span))

    def total(self, sizes, span):
        """Return the sum of some sizes."""
        if len(sizes) == 1:
            return sizes[0]
        known = [self.dims.known(size) for size in sizes]
        if None in known:
            raise Unreadable("the sizes of these blocks must be known first", span, "declarations")
        return self.dims.new(value=sum(known))

    def of_limit(self, term, scope):
        nudge, shape = self(term.nudge, scope)
        if not self.is_number(shape):
            raise Unreadable("a limit is taken of a number", term.span)
        body, mine = self(term.body, scope)
        return replace(term, nudge=nudge, body=body), mine

    # --- functions
    def of_call(self, term, scope):
        """Measure a function of its arguments."""
        whole = isinstance(term.function, Unnamed) and term.function.scalar
        measured = [self.whole(one) if whole and isinstance(one, Ref) else self(one, scope) for one in term.arguments]
        arguments, shapes = tuple(one for one, _ in measured), [shape for _, shape in measured]
        settled = replace(term, arguments=arguments)
        if isinstance(term.function, Function):
            return self.own(settled, shapes, scope)
        if isinstance(term.function, Unnamed):
            return settled, NUMBER if term.function.scalar else shapes[0]
        if term.function == "log" and has_bars(term.arguments[0]):
            return self.logarithm(settled, shapes[0])
        if term.function in ENTRYWISE:
            if len(shapes) != 1:
                raise Unreadable(f"{term.function} takes one argument", term.span)
            return settled, shapes[0]
        return settled, self.known(term.function, shapes, term)

    def logarithm(self, term, shape):
        r"""Measure \log |A| of a matrix: of its determinant, or of each entry."""
        of = term.arguments[0]
        determinant = replace(term, arguments=(replace(of, function="det"),))
        return self.fits([lambda: (determinant, self.number_of(shape, term.span)), lambda: (term, shape)], term.span)

    def number_of(self, shape, span):
        """Return the shape of a number that belongs to a square matrix."""
        self.dims.unite(*shape, span)
        return NUMBER

    def whole(self, term):
        """Measure a quantity that is taken with all its indices."""
        _, shape = self.quantity(term.name, self)
        return (replace(term, axes=()), shape) if not term.indices else self(term, Scope({}))

    def known(self, function, shapes, term):
        """Return the shape of a known function of whole arrays."""
        first = shapes[0]
        if function in ("sum", "mean"):
            return NUMBER
        if function in ("tr", "det"):
            return self.number_of(first, term.span)
        if function == "vec":
            return self.times(*first, term.span), ONE
        if function == "diag":
            size = first[0] if self.dims.is_one(first[1]) else first[1] if self.dims.is_one(first[0]) else None
            return (size, size) if size is not None else (first[0], ONE)
        if function in ("max", "min") and len(shapes) == 2:
            return (
                first
                if self.is_number(shapes[1])
                else shapes[1]
                if self.is_number(first)
                else self.same(*shapes, term.span)
            )
        if function == "softmax":
            return first
        raise Unreadable(f"{function} cannot be evaluated here", term.span)

    def own(self, term, shapes, scope):
        """Measure a function that the text defines, on arguments of these shapes."""
        function = term.function
        if len(shapes) != len(function.parameters):
            raise Unreadable(f"{function.letter} takes {len(function.parameters)} arguments", term.span)
        inner = Scope({}, {**scope.arguments, **dict(zip(function.parameters, shapes))})
        body, shape = self(function.body, inner)
        return replace(term, function=replace(function, body=body)), shape

    def of_at(self, term, scope):
        """Measure a quantity where another is changed: the change has the shape of what it changes."""
        of, shape = self(term.of, scope)
        changed = []
        for ref, value in term.changed:
            ref, mine = self(ref, scope)
            value, other = self(value, scope)
            changed.append((ref, value))
            self.dims.unite_shapes(mine, other, term.span)
        return At(of, tuple(changed), span=term.span), shape

    # --- derivatives
    def of_derivative(self, term, scope):
        """Measure a derivative: of a number in the shape of what it is taken by, of a vector as a Jacobian."""
        by, below = self.by(term.by, scope)
        of, above = self(term.of, scope)
        settled = replace(term, of=of, by=by)
        if isinstance(term.by, Call):
            return self.by_column(settled, above, below)
        if isinstance(term.by, Transpose):
            return replace(settled, by=by.of, how="turned"), below
        if self.is_number(above):
            plain = [(replace(settled, how="same"), below)]
            if (
                term.how != "gradient"
                and not self.is_number(below)
                and any(map(self.dims.is_one, below))
                and self.may_turn(term.by)
            ):
                plain.append((replace(settled, how="turned"), below[::-1]))
                plain = plain[::-1] if term.how == "row" else plain
            return plain[self.choices.choose(len(plain))]
        if self.is_number(below):
            return replace(settled, how="each"), above
        return self.jacobian(settled, above, below)

    def by(self, by, scope):
        """Measure what a derivative is taken by; its indices are bound outside."""
        return self(by, scope)

    def may_turn(self, by):
        """Say whether the derivative by this vector may be a row: not by a matrix's letter or a declared row."""
        if not isinstance(by, Ref) or by.name in self.rows:
            return False
        capital = by.name.letter.split(" ")[-1][:1].isupper()
        return by.name.style == "bold" or not capital

    def by_column(self, term, above, below):
        """Measure a derivative by the entries of a matrix in a column: a row for each entry above."""
        if not self.dims.is_one(above[1]):
            raise Unreadable("a derivative by vec(…) is one of a number or a column", term.span)
        return replace(term, how="rows"), (above[0], below[0])

    def jacobian(self, term, above, below):
        """Measure a derivative of an array by an array: entry by entry, or a matrix of all of them for vectors."""
        options = []
        if all(any(map(self.dims.is_one, shape)) for shape in (above, below)):
            long = [shape[0] if self.dims.is_one(shape[1]) else shape[1] for shape in (above, below)]
            options += [
                lambda: (replace(term, how="rows"), (long[0], long[1])),
                lambda: (replace(term, how="columns"), (long[1], long[0])),
            ]
        options.append(lambda: (replace(term, how="diagonal"), self.same(above, below, term.span)))
        try:
            return self.fits(options, term.span)
        except SizesDiffer:
            raise Unreadable(
                "the derivative of a matrix by a matrix has four indices", term.span, "its entries, with their indices"
            ) from None

    def of_row(self, term, scope):
        """Measure factors in a row, in one of the orders in which they may be multiplied."""
        from .readings import orders

        found = orders(term)
        choice = self.choices.choose(len(found))
        self.customary = self.customary and choice == 0
        return self(found[choice], scope)

    def of_paths(self, term, scope):
        """Measure derivatives in a row as the sum over all paths."""
        links = []
        for link in term.links:
            by, below = self.by(link.by, scope)
            of, above = self(link.of, scope)
            links.append((replace(link, of=of, by=by, how="all"), above, below))
        if not self.is_number(links[0][1]):
            raise SizesDiffer("the paths start at a number", term.span)
        return Paths(tuple(link for link, _, _ in links), span=term.span), links[-1][2]
