"""Brackets behind a letter: an argument, a mark, or a factor.

A bracket is an argument if a definition shows it so, if the letter is primed, or if the letter never stands without
one. One that holds only letters that stand nowhere else, as in v(n) or J(w), is a mark that says nothing. A d or a
Delta glued to a letter belongs to it.
"""

from dataclasses import replace

from .terms import (
    Call,
    Compared,
    Gradient,
    Group,
    Item,
    Mark,
    Number,
    Row,
    Sum,
    Symbol,
    children,
    is_capital,
    rebuild,
    walk,
)

NUDGES = ("d", "Delta", "delta")


CONSTANTS = (
    "alpha",
    "beta",
    "gamma",
    "epsilon",
    "varepsilon",
    "eta",
    "lambda",
    "mu",
    "rho",
    "kappa",
    "nu",
    "tau",
)  # never primed, a factor


def bare(term):
    """Say whether a raw term is a letter without marks."""
    return isinstance(term, Symbol) and not term.marks and not term.primes


def head(side):
    """Return (letter, bracket) of a side that is one letter with one bracket behind it, else (None, None)."""
    if isinstance(side, Row) and len(side.factors) == 2 and side.ops == ("",):
        letter, bracket = side.factors
        if isinstance(letter, Symbol) and isinstance(bracket, Group) and bracket.bracket in "([":
            return letter, bracket
    return None, None


def key(symbol):
    """Return what tells one letter from another."""
    return symbol.letter, symbol.style


class Brackets:
    """What the whole text shows about brackets behind letters."""

    def __init__(self, chains):
        self.square, self.parameters, self.outside, self.without, self.called = False, {}, set(), set(), set()
        self.defined = {key(c.sides[0]) for c in chains if isinstance(c.sides[0], Symbol)}
        for chain in chains:
            letter, bracket = head(chain.sides[0])
            if letter is not None and bracket.bracket == "[" and item(bracket):
                self.square = True
            elif (
                letter is not None and bracket.bracket == "(" and len(chain.sides) > 1 and all(map(bare, bracket.items))
            ):
                self.parameters.setdefault(key(letter), [])
                if same(bracket.items, self.parameters[key(letter)]) is None:
                    self.parameters[key(letter)].append(bracket.items)
        for chain in chains:
            for side in chain.sides if not all(map(bare, chain.sides)) else ():
                self.note(side)
        self.primed = {key(s) for chain in chains for s in walk(chain) if isinstance(s, Symbol) and s.primes}
        self.differentials = {name for name in NUDGES if (name, "") not in self.outside}

    def note(self, term, behind=None):
        """Take in which letters stand outside brackets of letters, and which ever stand without a bracket."""
        if isinstance(term, Symbol):
            self.outside.add(key(term)) if not term.marks else None
            if not (isinstance(behind, Group) and behind.bracket == "("):
                self.without.add(key(term))
        elif isinstance(term, Gradient) and term.by is None:
            self.without.discard(None)
        elif isinstance(term, Row):
            self.note_row(term)
        else:
            for child in children(term):
                self.note(child)

    def note_row(self, row):
        """Take in a row of factors; a mark in a square bracket stands between a function and its argument."""
        factors = row.factors
        for i, factor in enumerate(factors):
            behind = factors[i + 1] if i + 1 < len(factors) and row.ops[i] == "" else None
            if self.square and isinstance(behind, Group) and behind.bracket == "[" and item(behind):
                behind = factors[i + 2] if i + 2 < len(factors) and row.ops[i + 1] == "" else None
            if isinstance(factor, Symbol) and isinstance(behind, Group) and any(map(nudged, walk(behind))):
                self.called.add(key(factor))
            letters = isinstance(factor, Group) and factor.bracket == "(" and all(map(bare, factor.items))
            before = i and row.ops[i - 1] == "" and isinstance(factors[i - 1], (Symbol, Group, Gradient))
            nudge = (
                isinstance(factor, Symbol) and factor.letter in NUDGES and isinstance(behind_letter(factors, i), Symbol)
            )
            if open_call(factor):
                self.note(factor.arguments[0], behind)
            elif not ((letters and before) or nudge):
                self.note(factor, behind)

    def settle(self, term):
        """Return the raw term with each bracket behind a letter made a mark, an argument or left as a factor."""
        term = rebuild(term, self.settle)
        return self.row(term) if isinstance(term, Row) else term

    def row(self, row):
        """Settle the factors of one row from left to right."""
        factors, ops = list(row.factors), list(row.ops)
        i = 0
        while i + 1 < len(factors):
            joined = self.join(factors[i], factors[i + 1], ops[i])
            if joined is None:
                i += 1
            else:
                factors[i : i + 2] = [joined]
                del ops[i]
                i = max(i - 1, 0)
        return factors[0] if len(factors) == 1 else replace(row, factors=tuple(factors), ops=tuple(ops))

    def join(self, left, right, op):
        """Return a letter and what stands behind it as one term, or None if they are two factors."""
        if isinstance(left, Gradient) and not op:
            inner = self.join(left.of, right, op)
            closed = isinstance(inner, Symbol | Gradient) and isinstance(right, Group)
            return replace(left, of=inner) if closed else None
        if not op and isinstance(right, Group) and open_call(left):
            inner = self.join(left.arguments[0], right, op)
            return (
                replace(left, arguments=(inner,), span=(left.span[0], right.span[1]))
                if isinstance(inner, Call)
                else None
            )
        if op or not isinstance(left, Symbol):
            return None
        if isinstance(right, Compared):
            return right if left.letter in ("1", "I") and not left.marks else None  # an indicator, 1(z > 0)
        span = (left.span[0], right.span[1])
        if isinstance(right, Symbol) and left.letter in self.differentials and not left.marks and not left.primes:
            close = left.span[1] == right.span[0] or left.letter != "d"
            return replace(right, letter=f"{left.letter} {right.letter}", span=span) if close else None
        if not isinstance(right, Group) or left.closed:
            return None
        if right.bracket == "[" and self.square and item(right):
            mark = Mark("[", (), (item(right),), right.span)
            return replace(left, marks=(*left.marks, mark, *right.marks), primes=left.primes + right.primes, span=span)
        return self.applied(left, right, span) if right.bracket == "(" else None

    def only_called(self, letter):
        """Say whether a letter never stands without a bracket, nor its capital or small form, and is no constant."""
        cased = letter.letter.swapcase() if len(letter.letter) == 1 and letter.marks else letter.letter
        if key(letter) in self.without or any(k[0] == cased for k in self.without):
            return False
        return letter.letter not in CONSTANTS or letter.primes or key(letter) in self.primed

    def applied(self, left, right, span):
        """Return a letter with a round bracket behind it as one term, or None."""
        behind = {"marks": right.marks, "primes": right.primes}
        lists = self.parameters.get(key(left), [])
        known = same(right.items, lists)
        if known is not None and not left.primes:
            letter = left.letter if known == 0 else f"{left.letter}({known})"
            return replace(left, letter=letter, marks=(*left.marks, *right.marks), span=span, closed=True)
        if any(bare(one) and one.letter.partition(" ")[0] in NUDGES for one in right.items):  # a factor
            return None
        known = self.outside | self.defined
        if not left.primes and all(map(bare, right.items)) and not any(key(one) in known for one in right.items):
            return replace(left, marks=(*left.marks, *right.marks), span=span, closed=True)
        function = bool(lists) or key(left) in self.called or self.only_called(left)
        if not function or is_matrix_power(left):
            return None
        call = Call(replace(left, primes=0), right.items, left.primes, span=span)
        return Group("", (call,), **behind, span=span) if any(behind.values()) else call


def is_matrix_power(letter):
    """Say whether a letter has the T of a transpose, or is a capital with a power as of an inverse: no function."""
    turned = any(i.base == "T" for mark in letter.marks for i in mark.items or ())
    return turned or (is_capital(letter.letter) and any(m.kind == "^" and m.items is None for m in letter.marks))


def nudged(term):
    """Say whether a raw term is a row in which a d or a Delta stands before a letter."""
    return isinstance(term, Row) and any(
        bare(a) and a.letter in NUDGES[1:] and isinstance(b, Symbol) for a, b in zip(term.factors, term.factors[1:])
    )


def open_call(term):
    r"""Say whether a term is a function of one letter without a bracket, as \log \sigma."""
    return (
        isinstance(term, Call)
        and isinstance(term.function, str)
        and len(term.arguments) == 1
        and isinstance(term.arguments[0], Symbol)
        and term.arguments[0].span[1] == term.span[1]
    )


def behind_letter(factors, i):
    """Return the factor behind place i, or None."""
    return factors[i + 1] if i + 1 < len(factors) else None


def item(group):
    """Return the mark that a square bracket holds: i, 3 or l-1; None if it holds something else."""
    if len(group.items) != 1:
        return None
    inner = group.items[0]
    if isinstance(inner, Number):
        return Item(inner.text, 0, "[")
    if bare(inner):
        return Item(inner.letter, 0, "[")
    if (
        isinstance(inner, Sum)
        and len(inner.terms) == 2
        and bare(inner.terms[0][1])
        and isinstance(inner.terms[1][1], Number)
    ):
        sign, number = inner.terms[1]
        return Item(inner.terms[0][1].letter, sign * int(number.value), "[")
    return None


def same(arguments, lists):
    """Return which of some lists of arguments these letters are, in any case and style; None if none of them."""
    for i, parameters in enumerate(lists):
        if len(parameters) == len(arguments) and all(
            bare(a) and a.letter.lower() == p.letter.lower() for a, p in zip(arguments, parameters)
        ):
            return i
    return None
