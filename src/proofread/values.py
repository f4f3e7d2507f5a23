"""Values of settled terms at a point. A derivative is taken by its definition: the quantity plus i h, everything after
it again.

A value is an array whose last two axes are rows and columns; each index that is not bound is a named axis before them.
So a formula with indices is evaluated for all their values at once.
"""

from typing import NamedTuple

import numpy as np

from .problems import Singular, SizesDiffer, Unreadable
from .terms import Call, Function, Name, Number, Size, Unnamed

STEP = 1e-20
MOST_NUMBERS = 2_000_000
MOST_CONDITION = 1e8  # of a matrix that is inverted
SECOND_STEP = 1e-5  # for the outer one of two derivatives


class Value(NamedTuple):
    """An array and the names of its axes before rows and columns."""

    data: np.ndarray
    axes: tuple = ()


def number(x):
    """Return a number as a value."""
    return Value(np.full((1, 1), x))


def aligned(*values):
    """Return the arrays of some values on the same named axes, and these axes."""
    axes = tuple(dict.fromkeys(axis for value in values for axis in value.axes))
    arrays = []
    for value in values:
        order = sorted(range(len(value.axes)), key=lambda i, value=value: axes.index(value.axes[i]))
        data = value.data.transpose(*order, -2, -1) if order != list(range(len(order))) else value.data
        here = set(value.axes)
        shape, sizes = [], iter(data.shape)
        for axis in axes:
            shape.append(next(sizes) if axis in here else 1)
        arrays.append(data.reshape(*shape, *data.shape[-2:]))
    sizes = [max(array.shape[i] for array in arrays) for i in range(len(axes))]
    if np.prod(sizes, dtype=float) * max(np.prod(array.shape[-2:]) for array in arrays) > MOST_NUMBERS:
        raise Unreadable("there are too many indices here to try all their values")
    return arrays, axes


def sigmoid(z):
    """Return the logistic function, for complex arguments too."""
    return 1 / (1 + np.exp(-z))


def where_real(z, yes, no):
    """Choose by the sign of the real part."""
    return np.where(np.real(z) > 0, yes, no)


FUNCTIONS = {
    "log": np.log,
    "exp": np.exp,
    "tanh": np.tanh,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "sin": np.sin,
    "cos": np.cos,
    "sqrt": np.sqrt,
    "sigmoid": sigmoid,
    "relu": lambda z: where_real(z, z, 0),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "arctan": np.arctan,
    "sign": lambda z: np.sign(np.real(z)),
    "abs": lambda z: where_real(z, z, -z),
    "sech": lambda z: 1 / np.cosh(z),
}
SMOOTH = (  # a function left open is tried as each of these, all in (0, 1), none symmetric
    lambda z, k: sigmoid(z * (1 + k)),
    lambda z, k: 0.5 + np.arctan(z + 0.3 + k) / np.pi,
    lambda z, k: 0.5 + 0.4 * np.sin(z + 0.5 + k),
)
NAMED = {"the sigmoid": sigmoid, "tanh": np.tanh, "ReLU": FUNCTIONS["relu"]}
KINKED = {"ReLU"}               # on either side of its kink a line would be excused that forgets the slope
COMPARE = {"=": np.equal, "<": np.less, ">": np.greater, "≠": np.not_equal, "≤": np.less_equal, "≥": np.greater_equal}


class Point:
    """One draw of all leaves, and what follows from them; `held` quantities have values of their own."""

    def __init__(self, definitions, dims, leaves, draw, functions=None):
        self.definitions, self.dims, self.draw = definitions, dims, draw
        self.leaves, self.values, self.held, self.slopes = leaves, dict(leaves), {}, {}
        self.nudges, self.functions, self.arguments, self.fresh = None, functions or {}, {}, [0]
        self.differentiating = False

    def child(self, held=None, arguments=None):
        """Return the same point with some quantities held at other values and all that follows from them forgotten."""
        other = Point.__new__(Point)
        other.__dict__.update(self.__dict__)
        if held:
            other.held = {**self.held, **held}
            gone = {
                name for name in self.values if name not in self.held and self.definitions.upstream(name) & held.keys()
            }
            other.values = {**{n: v for n, v in self.values.items() if n not in gone}, **held}
            other.slopes = {}
        if arguments is not None:
            other.arguments = arguments
        return other

    def new_axis(self):
        """Return a name for an axis that nothing else has."""
        self.fresh[0] += 1
        return f"#{self.fresh[0]}"

    def size(self, node):
        """Return a size as a number."""
        return self.dims.known(node)

    def value(self, name: Name):
        """Return a quantity, by its definition where it is not known yet."""
        if name not in self.values:
            self.values[name] = self.define(name)
        return self.values[name]

    def define(self, name):
        """Evaluate the definition of a quantity, for all values of its indices at once."""
        definition, own = self.definitions.settled[name]
        plain = self.child(arguments={}) if self.arguments else self
        value = plain.eval(definition.term)
        indices = [i for i in definition.indices if isinstance(i, str)]
        sizes, shape = self.definitions.shape_of(name)
        wanted = [self.size(s) for s in sizes], [self.size(s) for s in shape]
        extra = tuple(axis for axis in value.axes if axis not in indices)
        out = Value(value.data, value.axes)
        for index, axis in zip(indices, own):
            if index not in out.axes:
                out = self.repeated(out, index, wanted[0][int(axis[3:])] if isinstance(axis, str) else wanted[1][axis])
            if axis in (0, 1):
                out = onto(out, index, axis)
        rest = tuple(i for axis, i in sorted((axis, i) for i, axis in zip(indices, own) if isinstance(axis, str)))
        out = ordered(out, extra + rest)
        return Value(out.data, extra + tuple(f"own{i}" for i in range(len(rest))))

    @staticmethod
    def repeated(value, index, size):
        """Return a value that does not depend on an index, once for each value of it."""
        data = np.broadcast_to(value.data, (size, *value.data.shape))
        return Value(data, (index, *value.axes))

    # --- terms
    def eval(self, term):
        """Return the value of a settled term."""
        return getattr(self, "at_" + type(term).__name__.lower())(term)

    def at_number(self, term):
        return number(term.value)

    def at_size(self, term):
        return number(float(self.size(self.dims.labels[term.label])))

    def at_local(self, term):
        return self.arguments[term.name]

    def at_index(self, term):
        if isinstance(term.name, int):
            return number(float(term.name))
        size = self.size(term.size)
        return Value(np.arange(1.0, size + 1).reshape(size, 1, 1), (term.name,))

    def at_ref(self, term):
        """Return a quantity, or the part that its indices name."""
        value = self.value(term.name)
        return self.part(value, term.indices, term.axes or (), len(value.axes))

    def part(self, value, indices, axes, own):
        """Take parts of a value: named axes for letters, one entry for numbers."""
        _sizes, _ = (), None
        count = sum(isinstance(axis, str) for axis in axes)
        data, names = value.data, list(value.axes)
        first = own - count  # axes of an outer derivative come before the quantity's own
        taken = 0
        for index, axis in zip(indices, axes):
            if isinstance(axis, str):
                at = first + int(axis[3:]) - taken
                if isinstance(index, int):
                    data = np.take(data, self.inside(index, data.shape[at]), axis=at)
                    del names[at]
                    taken += 1
                else:
                    names[at] = index
        value = merged(Value(data, tuple(names)))
        for index, axis in sorted(zip(indices, axes), key=lambda pair: str(pair[1])):
            if not isinstance(axis, str):
                value = self.along(value, index, axis)
        return value

    @staticmethod
    def inside(index, size):
        """Return an index from 0; refuse one beyond the end."""
        if not 1 <= index <= size:
            raise SizesDiffer(f"index {index} is beyond {size}")
        return index - 1

    def along(self, value, index, axis):
        """Take entries along rows (axis 0) or columns (axis 1): one, or all of them on a named axis."""
        if isinstance(index, int):
            at = self.inside(index, value.data.shape[axis - 2])
            data = np.take(value.data, [at], axis=axis - 2)
            return Value(data, value.axes)
        data = np.expand_dims(np.moveaxis(value.data, axis - 2, 0), axis - 2)
        return merged(Value(data, (index, *value.axes)))

    def at_entry(self, term):
        value = self.eval(term.of)
        for index, axis in zip(term.indices, term.axes):
            value = self.along(value, index, axis)
        return value

    def at_transpose(self, term):
        value = self.eval(term.of)
        return Value(np.swapaxes(value.data, -1, -2), value.axes)

    def at_identity(self, term):
        sizes = [self.size(s) for s in term.shape]
        return Value(np.ones(sizes) if term.ones else np.eye(sizes[0]))

    def at_sum(self, term):
        total = None
        for sign, one in term.terms:
            value = self.eval(one)
            value = Value(sign * value.data, value.axes)
            if total is None:
                total = value
            else:
                (a, b), axes = aligned(total, value)
                total = Value(a + b, axes)
        return total

    def at_product(self, term):
        (a, b), axes = aligned(self.eval(term.left), self.eval(term.right))
        if term.op == "matrix":
            return Value(a @ b, axes)
        if term.op == "outer":
            return Value(a @ np.swapaxes(b, -2, -1), axes)
        if term.op == "inner":
            return Value((a * b).sum((-2, -1), keepdims=True), axes)
        if term.op == "kron":
            data = a[..., :, None, :, None] * b[..., None, :, None, :]
            return Value(
                data.reshape(*data.shape[:-4], data.shape[-4] * data.shape[-3], data.shape[-2] * data.shape[-1]), axes
            )
        return Value(a * b, axes)

    def at_fraction(self, term):
        (a, b), axes = aligned(self.eval(term.top), self.eval(term.bottom))
        return Value(a / b, axes)

    def at_power(self, term):
        of, exponent = self.eval(term.of), self.eval(term.exponent)
        if term.matrix:
            times = int(np.real(exponent.data).item())
            if times < 0 and np.any(np.linalg.cond(np.real(of.data)) > MOST_CONDITION):
                raise Singular("a matrix has no inverse here", term.span)
            return Value(np.linalg.matrix_power(of.data, times), of.axes)
        if isinstance(term.exponent, Number) and term.exponent.value == int(term.exponent.value):
            return Value(of.data ** int(term.exponent.value), of.axes)
        (a, b), axes = aligned(of, exponent)
        return Value(np.asarray(a, complex) ** b if np.any(np.real(a) < 0) else a**b, axes)

    def at_pair(self, term):
        (a, b), axes = aligned(self.eval(term.left), self.eval(term.right))
        return Value((a * b).sum((-2, -1), keepdims=True), axes)

    def at_norm(self, term):
        value = self.eval(term.of)
        return Value(np.sqrt((value.data**2).sum((-2, -1), keepdims=True)), value.axes)

    def at_bigsum(self, term):
        """Add over indices: over the range that is printed, without the values that are excluded."""
        value = self.eval(term.body)
        if not term.indices:
            return Value(value.data.sum((-2, -1), keepdims=True), value.axes)
        for one, other in term.excluded:
            value = self.without(value, one, other)
        for index in term.indices:
            if index in value.axes:
                at = value.axes.index(index)
                kept = np.take(value.data, range(skipped(term), value.data.shape[at]), at)
                value = Value(kept.sum(at), value.axes[:at] + value.axes[at + 1 :])
            else:
                size = self.sum_size(term, index)
                value = Value(value.data * size, value.axes)
        return value

    def sum_size(self, term, index):
        """Return how many terms a sum has whose body does not depend on its index."""
        high, low = term.high, term.low
        if isinstance(high, Number | Size) and isinstance(low, Number) and len(term.indices) == 1:
            return np.real(self.eval(high).data).item() - low.value + 1
        raise Unreadable(f"I cannot tell what the index {index} runs over", term.span, r"\sum_{i=1}^{n}")

    def without(self, value, one, other):
        """Put 0 where an index has the value that is left out."""
        if one not in value.axes:
            raise Unreadable(f"I cannot tell what the index {one} runs over")
        size = value.data.shape[value.axes.index(one)]
        keep = (
            Value((1 - np.eye(size))[:, :, None, None], (one, other))
            if not other.isdigit()
            else Value((np.arange(1, size + 1) != int(other)).astype(float)[:, None, None], (one,))
        )
        (a, b), axes = aligned(value, keep)
        return Value(a * b, axes)

    def at_stack(self, term):
        """Put columns or entries side by side."""
        value = self.eval(term.body)
        if term.index not in value.axes:
            raise Unreadable("the entries of this row do not change", term.span)
        at = value.axes.index(term.index)
        data = np.moveaxis(value.data, at, -2)  # …, rows, index, columns
        return Value(data.reshape(*data.shape[:-2], -1), value.axes[:at] + value.axes[at + 1 :])

    def at_compared(self, term):
        (a, b), axes = aligned(self.eval(term.left), self.eval(term.right))
        return Value(COMPARE[term.relation](np.real(a), np.real(b)).astype(float), axes)

    def at_cases(self, term):
        """Take the first value whose condition holds."""
        total, left = number(0.0), number(1.0)
        for value, condition in term.rows:
            holds = self.eval(condition) if condition is not None else number(1.0)
            (t, rest, h, v), axes = aligned(total, left, holds, self.eval(value))
            total, left = Value(t + rest * h * v, axes), Value(rest * (1 - h) * np.ones_like(np.real(v)), axes)
        return total

    def at_matrix(self, term):
        """Put blocks together."""
        rows = []
        for row in term.rows:
            arrays, axes = aligned(*[self.eval(cell) for cell in row])
            rows.append(Value(joined(arrays, -1), axes))
        arrays, axes = aligned(*rows)
        return Value(joined(arrays, -2), axes)

    # --- functions
    def at_call(self, term):
        """Return a function of its arguments, or its slope entry by entry."""
        arguments = [self.eval(one) for one in term.arguments]
        apply = self.applied(term)
        if not term.primes:
            return apply(*arguments)
        value = arguments[0]
        nudged = np.iscomplexobj(value.data) and np.any(np.imag(value.data))
        if term.primes > 1 + (not nudged) or len(arguments) > 1:
            raise Unreadable("of a function of one argument no more than two derivatives are evaluated", term.span)
        if term.primes == 2:
            turned = self.curved(apply, Value(np.real(value.data) + 1j, value.axes))
            return Value(np.imag(turned.data), turned.axes)
        if nudged:
            return self.curved(apply, value)
        moved = apply(Value(value.data + 1j * STEP, value.axes))
        return Value(np.imag(moved.data) / STEP, moved.axes)

    @staticmethod
    def curved(apply, value):
        """Return a slope at a point that is itself nudged: central differences for the outer derivative."""
        x, h = Value(np.real(value.data), value.axes), 1e-5

        def slope(at):
            return np.imag(apply(Value(at + 1j * STEP, value.axes)).data) / STEP

        change = (slope(x.data + h) - slope(x.data - h)) / (2 * h)
        return Value(slope(x.data) + 1j * np.imag(value.data) * change, value.axes)

    def applied(self, term):
        """Return the function of a call as a function of values."""
        function = term.function
        if isinstance(function, Function):
            return lambda *given: self.child(
                arguments={**self.arguments, **dict(zip(function.parameters, given))}
            ).eval(function.body)
        if isinstance(function, Unnamed):
            return (
                (lambda *given: self.random_scalar(function.letter, given))
                if function.scalar
                else (lambda z: Value(self.unnamed(function.letter)(z.data), z.axes))
            )
        if function in FUNCTIONS:
            return lambda z: Value(FUNCTIONS[function](z.data), z.axes)
        return {
            "sum": summed,
            "mean": averaged,
            "tr": trace,
            "det": determinant,
            "vec": column,
            "diag": diagonal,
            "softmax": self.softmax,
            "max": lambda *given: greater(1, *given),
            "min": lambda *given: greater(-1, *given),
        }[function]

    def unnamed(self, letter):
        """Return the smooth function, or the named one, that a letter is tried as."""
        if letter in self.functions:
            return NAMED[self.functions[letter]]
        shift = (sum(map(ord, letter)) % 7) / 10
        return lambda z: SMOOTH[self.draw % len(SMOOTH)](z, shift)

    def random_scalar(self, letter, given):
        """Return a smooth number that depends on every entry of all arguments."""
        total = 0
        for k, value in enumerate(map(unindexed, given)):
            rows, columns = value.data.shape[-2:]
            rng = np.random.default_rng([self.draw, sum(map(ord, letter)), k])
            a, b, c = rng.uniform(0.5, 1.5, (3, rows, columns))
            part = (np.sin(a * value.data + b) * c).sum((-2, -1), keepdims=True) + (c * value.data).sum(
                (-2, -1), keepdims=True
            ) ** 2 / 4
            total = Value(part, value.axes) if k == 0 else added(total, Value(part, value.axes))
        return total

    def softmax(self, value):
        """Return exp divided by its sum: over a vector, or over each example."""
        rows, columns = value.data.shape[-2:]
        axis = -1 if rows == 1 else -2 if columns == 1 or self.definitions.columns else -1
        power = np.exp(value.data)
        return Value(power / power.sum(axis, keepdims=True), value.axes)

    def at_at(self, term):
        """Return a quantity where others have the values given."""
        held = {}
        for ref, value in term.changed:
            new = self.eval(value)
            if new.axes:
                raise Unreadable("a change with free indices is not evaluated here", term.span)
            held[ref.name] = new
        return self.child(held).eval(term.of)

    # --- nudges
    def at_nudge(self, term):
        """Return the change of a quantity: the nudge itself, or what the nudges make of it."""
        name = term.of.name
        if self.nudges is None:
            raise Unreadable("nothing is nudged here", term.span)
        if name in self.nudges.steps:
            value = self.nudges.steps[name]
        else:
            value = self.nudges.change(self, name)
        return self.part(value, term.of.indices, term.of.axes or (), len(value.axes))

    def at_limit(self, term):
        """Return a limit as a nudge goes to 0: the value at an infinitely small imaginary nudge."""
        name = term.nudge.of.name
        other = self.child()
        other.nudges = Nudges({name: number(1j * STEP)}, False)
        value = other.eval(term.body)
        if np.any(np.abs(value.data) > 1e-10 / STEP):
            raise Unreadable("there is no limit", term.span)
        return Value(np.real(value.data), value.axes)

    # --- derivatives
    def slope(self, of, name):
        """Return the derivative of a term by every entry of a quantity: new axes, and their names."""
        memo = of, name, tuple(sorted(self.arguments))
        if memo in self.slopes:
            return self.slopes[memo]
        base = self.value(name)
        outer = sum(axis.startswith("#") for axis in base.axes)  # of a derivative around this one
        shape = base.data.shape[outer:]
        new = tuple(self.new_axis() for _ in shape)
        size = int(np.prod(shape))
        if size * size > MOST_NUMBERS:
            raise Unreadable("this array is too large to try all its entries")
        steps = np.eye(size).reshape(*shape, *[1] * outer, *shape)
        value = self.change(of, name, base, steps, new)
        missing = [axis for axis in new if axis not in value.axes]
        data = value.data
        for axis in missing:
            data = np.broadcast_to(data, (shape[new.index(axis)], *data.shape))
        result = Value(data, (*reversed(missing), *value.axes)), new
        if not self.arguments:
            self.slopes[memo] = result
        return result

    def nudged(self):
        """Say whether some quantity is held beside its value, as a derivative around this one holds it."""
        return any(np.iscomplexobj(value.data) for value in self.held.values())

    def change(self, of, name, base, steps, new):
        """Return the slopes of a term along some steps: by a complex step, or by central differences where the point
        itself is nudged (a derivative of a derivative)."""
        def at(step):
            return self.child({name: Value(base.data + steps * step, new + base.axes)}).eval(of)

        if not self.nudged() or not np.any(np.imag(self.eval(of).data)):
            value = at(1j * STEP)
            return Value(np.imag(value.data) / STEP, value.axes)
        (more, less), axes = aligned(at(SECOND_STEP), at(-SECOND_STEP))
        return Value((more - less) / (2 * SECOND_STEP), axes)

    def at_derivative(self, term):
        """Return a derivative in the layout that was settled."""
        if isinstance(term.by, Call):
            return self.by_column(term)
        value, new = self.slope(term.of, term.by.name)
        own = len(new) - 2
        held = dict(zip([f"own{i}" for i in range(own)] + [0, 1], new))
        wholes = [axis for axis in (0, 1) if axis not in (term.by.axes or ())]
        for index, axis in zip(term.by.indices, term.by.axes or ()):
            value = self.renamed(value, held[axis], index)
        shape = value.data.shape[-2:]
        if shape == (1, 1) and term.how not in ("rows", "columns", "diagonal"):
            value = self.laid(value, [held[a] if a in wholes else None for a in (0, 1)])
            return Value(np.swapaxes(value.data, -1, -2), value.axes) if term.how == "turned" else value
        if term.how == "diagonal":
            return self.diagonal_of(value, held[0], held[1], term)
        for axis in wholes:
            if value.data.shape[value.axes.index(held[axis])] == 1:
                value = self.renamed(value, held[axis], 1)
        left = [axis for axis in value.axes if axis in new]
        if not left:
            return value
        value = flat(value, left[0])
        return Value(np.swapaxes(value.data, -1, -2), value.axes) if term.how == "columns" else value

    def renamed(self, value, axis, index):
        """Name an axis by an index, or take one entry along it."""
        at = value.axes.index(axis)
        if isinstance(index, int):
            return Value(
                np.take(value.data, self.inside(index, value.data.shape[at]), axis=at),
                value.axes[:at] + value.axes[at + 1 :],
            )
        return merged(Value(value.data, (*value.axes[:at], index, *value.axes[at + 1 :])))

    @staticmethod
    def laid(value, axes):
        """Put named axes onto rows and columns."""
        for place, axis in enumerate(axes):
            if axis is not None:
                value = onto(value, axis, place)
        return value

    @staticmethod
    def diagonal_of(value, rows, columns, term):
        """Return the derivatives of entries by the same entries, if there are no others."""
        data = np.moveaxis(value.data, [value.axes.index(rows), value.axes.index(columns)], [-4, -3])
        rest = tuple(axis for axis in value.axes if axis not in (rows, columns))
        same = np.einsum("...ijij->...ij", data)
        total = np.abs(data).sum((-4, -3, -2, -1))
        if np.any(total - np.abs(same).sum((-2, -1)) > 1e-12 * (1 + total)):
            raise SizesDiffer("this derivative has more entries than the formula shows", term.span)
        return Value(same, rest)

    def by_column(self, term):
        """Return a derivative by the entries of a matrix, columns stacked: a row for each entry above."""
        value, new = self.slope(term.of, term.by.arguments[0].name)
        data = np.moveaxis(value.data, [value.axes.index(a) for a in new[-2:]], [-4, -3])  # …, i, j, rows, 1
        rest = tuple(axis for axis in value.axes if axis not in new[-2:])
        data = np.moveaxis(data[..., 0], -1, -3)  # …, rows, i, j
        data = np.swapaxes(data, -1, -2)
        return Value(data.reshape(*data.shape[:-2], -1), rest)

    def at_paths(self, term):
        """Return the sum over all paths of derivatives in a row."""
        first = term.links[0]
        value, new = self.slope(first.of, first.by.name)
        for link in term.links[1:]:
            other, newer = self.slope(link.of, link.by.name)
            rows = self.laid(other, (None, None))
            spread = self.spread(rows, new)
            (a, b), axes = aligned(value, spread)
            product = Value(a * b, axes)
            for axis in new:
                at = product.axes.index(axis)
                product = Value(product.data.sum(at), product.axes[:at] + product.axes[at + 1 :])
            value, new = product, newer
        last = term.links[-1].by
        for index, axis in zip(last.indices, last.axes or ()):
            value = self.renamed(value, new[-2 + axis] if not isinstance(axis, str) else new[int(axis[3:])], index)
        wholes = [new[-2 + axis] if axis not in (last.axes or ()) else None for axis in (0, 1)]
        return self.laid(value, wholes)

    @staticmethod
    def spread(value, names):
        """Put the rows and columns of a value onto named axes."""
        data = value.data[..., None, None]
        return Value(data, (*value.axes, *names[-2:]))


class Nudges:
    """Steps of some quantities, and the change that they make of others: exactly, or to first order."""

    def __init__(self, steps, first_order):
        self.steps, self.first_order = steps, first_order

    def change(self, point, name):
        """Return the change of a quantity that follows from the steps."""
        here = point.value(name)
        if self.first_order:
            moved = {
                n: Value(point.value(n).data + 1j * STEP * s.data, point.value(n).axes) for n, s in self.steps.items()
            }
            value = point.child(moved).value(name)
            return Value(np.imag(value.data) / STEP, value.axes)
        moved = {n: Value(point.value(n).data + s.data, point.value(n).axes) for n, s in self.steps.items()}
        value = point.child(moved).value(name)
        return Value(value.data - here.data, value.axes)


def skipped(term):
    """Return how many terms a sum leaves out at its beginning: from i = 2 on it is one."""
    return int(term.low.value) - 1 if isinstance(term.low, Number) and term.low.value > 1 else 0


# --- arrays with named axes -------------------------------------------------------------------------------------------
def merged(value):
    """Take the diagonal where two axes have one name."""
    axes = value.axes
    for axis in set(axes):
        while axes.count(axis) > 1:
            first = axes.index(axis)
            second = axes.index(axis, first + 1)
            data = np.moveaxis(np.diagonal(value.data, axis1=first, axis2=second), -1, 0)
            axes = (axis, *(a for i, a in enumerate(axes) if i not in (first, second)))
            value = Value(data, axes)
    return value


def onto(value, name, axis):
    """Put a named axis onto rows (0) or columns (1), where the value has one entry."""
    at = value.axes.index(name)
    if value.data.shape[axis - 2] != 1:
        raise SizesDiffer("this has rows or columns of its own")
    data = np.moveaxis(np.squeeze(value.data, axis - 2), at, axis - 2 if axis == 1 else -2)
    return Value(data, value.axes[:at] + value.axes[at + 1 :])


def ordered(value, axes):
    """Return a value with its named axes in this order."""
    order = [value.axes.index(axis) for axis in axes]
    return Value(value.data.transpose(*order, -2, -1), axes)


def flat(value, axis):
    """Return the derivative of a vector by a vector as a matrix: a row for each entry above."""
    at = value.axes.index(axis)
    data = value.data.reshape(*value.data.shape[:-2], -1)
    data = np.moveaxis(data, at, -1)
    return Value(data, value.axes[:at] + value.axes[at + 1 :])


def joined(arrays, axis):
    """Join arrays along rows or columns, named axes broadcast."""
    lead = np.broadcast_shapes(*[a.shape[:-2] for a in arrays])
    return np.concatenate([np.broadcast_to(a, lead + a.shape[-2:]) for a in arrays], axis)


def added(a, b):
    """Return the sum of two values."""
    (x, y), axes = aligned(a, b)
    return Value(x + y, axes)


def unindexed(value):
    """Put the axes of a quantity's own indices onto its rows."""
    own = [i for i, axis in enumerate(value.axes) if axis.startswith("own")]
    rest = [i for i in range(len(value.axes)) if i not in own]
    data = value.data.transpose(*rest, *own, -2, -1)
    return Value(
        data.reshape(*[value.data.shape[i] for i in rest], -1, data.shape[-1]), tuple(value.axes[i] for i in rest)
    )


def summed(value):
    return Value(value.data.sum((-2, -1), keepdims=True), value.axes)


def averaged(value):
    return Value(value.data.mean((-2, -1), keepdims=True), value.axes)


def determinant(value):
    return Value(np.linalg.det(value.data)[..., None, None], value.axes)


def trace(value):
    return Value(np.trace(value.data, axis1=-2, axis2=-1)[..., None, None], value.axes)


def column(value):
    data = np.swapaxes(value.data, -1, -2)
    return Value(data.reshape(*data.shape[:-2], -1, 1), value.axes)


def diagonal(value):
    """Return the diagonal matrix of a vector, or the diagonal of a matrix in a column."""
    if 1 in value.data.shape[-2:]:
        flat_ = value.data.reshape(*value.data.shape[:-2], -1)
        return Value(flat_[..., None] * np.eye(flat_.shape[-1]), value.axes)
    return Value(np.diagonal(value.data, axis1=-2, axis2=-1)[..., None], value.axes)


def greater(sign, a, b):
    """Return the greater, or the lesser, of two values."""
    (x, y), axes = aligned(a, b)
    return Value(np.where(sign * np.real(x) > sign * np.real(y), x, y), axes)
