"""Terms: what a formula is made of, as data. Each carries its place in the reader's text.

Raw terms come out of the grammar: letters with marks, brackets, products in a row. `names` turns them into meant terms
(quantities, calls, nudges), `sizes` settles each product, `values` evaluates, `edits` changes, `words` prints.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cache


@dataclass(frozen=True)
class Term:
    """A part of a formula; `span` is where it stands in the text and does not count when two terms are compared."""

    span: tuple = field(default=(0, 0), compare=False, kw_only=True)


# --- raw: as it stands ------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Item:
    """One mark of a letter: `base` is l, out, 2 or n_l, `shift` the -1 of l-1, `bracket` what stands around it."""

    base: str
    shift: int = 0
    bracket: str = ""
    inner: tuple = ()  # the marks of the mark: k in t_k


@dataclass(frozen=True)
class Mark:
    """What stands below (_) or above (^) a letter, or in a bracket behind it: its tokens, and its items if it has
    any."""

    kind: str
    tokens: tuple
    items: tuple | None
    span: tuple = field(default=(0, 0), compare=False)


@dataclass(frozen=True)
class Number(Term):
    """A number as printed."""

    value: float
    text: str = field(default="", compare=False)


@dataclass(frozen=True)
class Symbol(Term):
    """A letter (with its hat or bar), its style (bold, cal), its marks and its primes."""

    letter: str
    style: str = ""
    marks: tuple = ()
    primes: int = 0
    closed: bool = field(default=False, compare=False)  # whether a bracket behind it has been read already


@dataclass(frozen=True)
class Group(Term):
    """A bracket with one or more terms in it, marks and primes behind it."""

    bracket: str
    items: tuple
    marks: tuple = ()
    primes: int = 0


@dataclass(frozen=True)
class Row(Term):
    """Factors side by side with the signs between them: one sign, or none, for each gap."""

    factors: tuple
    ops: tuple


@dataclass(frozen=True)
class Dots(Term):
    """Three dots in a list."""


@dataclass(frozen=True)
class Chain(Term):
    """A = B = C: the sides and the relations between them."""

    sides: tuple
    relations: tuple


# --- both -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Sum(Term):
    """Terms with their signs, +1 or -1."""

    terms: tuple


@dataclass(frozen=True)
class Fraction(Term):
    """One term over another."""

    top: Term
    bottom: Term


@dataclass(frozen=True)
class BigSum(Term):
    """A sum over indices; `low`, `high` and `excluded` as printed; `reaches` if it was read over further terms."""

    indices: tuple
    body: Term
    low: Term | None = None
    high: Term | None = None
    excluded: tuple = ()
    reaches: bool = False


@dataclass(frozen=True)
class Call(Term):
    """A function of its arguments; each prime is a derivative."""

    function: object
    arguments: tuple
    primes: int = 0
    marks: tuple = ()


@dataclass(frozen=True)
class Derivative(Term):
    """The derivative of a term by a quantity; `how` says in which shape it is laid out once sizes are settled."""

    of: Term
    by: Term
    how: str = ""


@dataclass(frozen=True)
class Gradient(Term):
    """A nabla, with what stands below it, before a term."""

    by: Term | None
    of: Term


@dataclass(frozen=True)
class Norm(Term):
    """A length between double bars."""

    of: Term


@dataclass(frozen=True)
class Pair(Term):
    """The sum of the products of entries: A:B and <A, B>."""

    left: Term
    right: Term


@dataclass(frozen=True)
class Compared(Term):
    """1 where a comparison holds, 0 elsewhere."""

    left: Term
    relation: str
    right: Term


@dataclass(frozen=True)
class Matrix(Term):
    """Rows of printed entries."""

    rows: tuple


@dataclass(frozen=True)
class Cases(Term):
    """Values with their conditions."""

    rows: tuple


@dataclass(frozen=True)
class Limit(Term):
    """A limit as a nudge goes to 0."""

    nudge: Term
    body: Term


# --- meant: after the names are known ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Name:
    """A quantity of the text: its letter and style, the marks that belong to it, its layer if it has one."""

    letter: str
    style: str = ""
    marks: tuple = ()
    layer: int | None = None


@dataclass(frozen=True)
class Ref(Term):
    """A quantity, or the part of it that its indices name: a letter or a number for each."""

    name: Name
    indices: tuple = ()
    slots: tuple = ()  # where each index stands: below, above, in a bracket
    axes: tuple | None = None  # which axis each index names, once sizes are settled


@dataclass(frozen=True)
class Size(Term):
    """The number of something: a limit of a sum, a declared size."""

    label: str


@dataclass(frozen=True)
class Local(Term):
    """The argument of a function that the text defines."""

    name: str


@dataclass(frozen=True)
class Index(Term):
    """An index that stands in a comparison; `size` is how far it runs, once sizes are settled."""

    name: object
    size: object = None


@dataclass(frozen=True)
class Transpose(Term):
    """A term transposed."""

    of: Term


@dataclass(frozen=True)
class Power(Term):
    """A term to a power; `matrix` if it is the product of the matrix with itself."""

    of: Term
    exponent: Term
    matrix: bool = False


@dataclass(frozen=True)
class Product(Term):
    """Two factors: `op` is as printed until sizes are settled, then matrix, entry, inner, outer, scale or kron."""

    op: str
    left: Term
    right: Term


@dataclass(frozen=True)
class Entry(Term):
    """An entry of a bracket."""

    of: Term
    indices: tuple
    axes: tuple | None = None


@dataclass(frozen=True)
class Nudge(Term):
    """A small change of a quantity: d, Delta or delta before it."""

    of: Term
    kind: str = "d"


@dataclass(frozen=True)
class Paths(Term):
    """Derivatives in a row, each by what the next is of: the sum over all paths."""

    links: tuple


@dataclass(frozen=True)
class At(Term):
    """A quantity where another has a value of its own: J(W + dW)."""

    of: Term
    changed: tuple  # (name, term) pairs


@dataclass(frozen=True)
class Function(Term):
    """A function that the text defines: its arguments, and what it is of them."""

    parameters: tuple
    body: Term
    letter: str = ""


@dataclass(frozen=True)
class Unnamed(Term):
    """A function that the text leaves open: of a number, entry by entry, or (`scalar`) a number of whole arrays."""

    letter: str
    scalar: bool = False


@dataclass(frozen=True)
class Stack(Term):
    """Columns, or entries, in a row: one for each value of an index."""

    index: str
    body: Term
    high: Term | None = None


@dataclass(frozen=True)
class Identity(Term):
    """An identity matrix, or a matrix, row or column of ones."""

    ones: bool = False
    label: str = ""
    shape: tuple | None = None


@cache
def parts_of(kind):
    """Return the names of the fields in which a kind of term may hold other terms."""
    return tuple(part.name for part in fields(kind) if part.name != "span")


def children(term):
    """Yield the terms that a term is made of, from left to right."""
    for name in parts_of(type(term)):
        value = getattr(term, name)
        if isinstance(value, Term):
            yield value
        elif isinstance(value, tuple):
            yield from _terms(value)


def _terms(value):
    if isinstance(value, Term):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _terms(one)


def walk(term):
    """Yield a term and all terms in it, from the outside in."""
    yield term
    for child in children(term):
        yield from walk(child)


def rebuild(term, change):
    """Return the term with `change` applied to each of its children."""

    def renewed(value):
        if isinstance(value, Term):
            return change(value)
        return tuple(map(renewed, value)) if isinstance(value, tuple) else value

    new = {name: renewed(getattr(term, name)) for name in parts_of(type(term))}
    return replace(term, **new)


GREEK_CAPITALS = {"Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"}


def is_capital(letter):
    """Say whether a letter is a single capital, Greek ones included."""
    return letter in GREEK_CAPITALS or (len(letter) == 1 and letter.isupper())


def exchanged(term, old, new):
    """Return a term with another one put for each of its parts that is equal to `old`."""
    return new if term == old else rebuild(term, lambda child: exchanged(child, old, new))
