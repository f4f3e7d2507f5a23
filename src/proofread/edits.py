"""The list of small changes of a formula: what a tired hand does wrong, and what mends it.

Each change is a piece of the line's LaTeX replaced by another. The same list breaks formulas for mutation tests and is
run backwards to find the least change that makes a wrong line true.
"""

import itertools
from typing import NamedTuple

from .layout import Stretch
from .problems import Problem
from .statements import statement
from .templates import slots
from .terms import BigSum, Call, Derivative, Fraction, Gradient, Group, Matrix, Number, Row, Sum, Symbol, children

SWAPS = {"cdot": r"\odot", "times": r"\odot", "star": " ", "odot": " ", "": r"\odot"}


class Edit(NamedTuple):
    """One change: its kind (a word of `looks_like`), where, what is put there, and how it is said."""

    kind: str
    start: int
    end: int
    new: str
    what: str


class Editor:
    """All changes of one line; `latex` stands at place `offset` of the text."""

    def __init__(self, latex, offset, judge):
        self.latex, self.offset, self.judge = latex, offset, judge
        self.names, self.known = judge.names, judge.meaning.known

    def said(self, start, end):
        """Return the LaTeX between two places of the text."""
        return self.latex[start - self.offset : end - self.offset]

    def of(self, term, below=False):
        """Yield the changes of a raw term; `below` the bar of a derivative no transpose is tried."""
        for kind, changes in CHANGES.items():
            if isinstance(term, kind):
                yield from changes(self, term) if kind is not Symbol else changes(self, term, below)
        for child in children(term):
            yield from self.of(child, below or (isinstance(term, Derivative | Gradient) and child is term.by))

    # --- letters
    def letter(self, s, below):
        """Yield the changes of one letter: transpose, prime, index, layer, the letter itself."""
        start, end = s.span
        text = self.said(start, end)
        if not below:
            yield Edit(
                "transpose",
                start,
                end,
                f"({text})^T" if "^" in text or "'" in text else f"{text}^T",
                "a transpose added",
            )
            yield Edit("slope", start, end, self.primed(s, text), "a prime added")
        if s.primes and "'" in text:
            at = start + text.index("'")
            yield Edit("slope", at, at + 1, "", "the prime dropped")
        yield from self.marks(s)
        yield from self.other_letters(s)

    @staticmethod
    def primed(s, text):
        """Return a letter with a prime behind its own letter."""
        marks = min((m.span[0] for m in s.marks), default=s.span[1]) - s.span[0]
        return text[:marks] + "'" + text[marks:]

    def marks(self, term):
        """Yield the changes of what stands below and above: transposes dropped, indices, layers."""
        for mark in term.marks:
            text = self.said(*mark.span)
            items = mark.items or ()
            if any(i.base == "T" for i in items):
                yield Edit(
                    "transpose",
                    *mark.span,
                    "" if len(items) == 1 else self.without_transpose(text),
                    "the transpose dropped",
                )
            if isinstance(term, Symbol):
                yield from self.indices(term, mark, text)

    @staticmethod
    def without_transpose(text):
        """Return a script without its sign of transposition."""
        for sign in (r"\top", r"\intercal", r"\mathsf{T}", r"\mathsf T", "T"):
            if sign in text:
                return text.replace(sign, "", 1)
        return text

    def indices(self, s, mark, text):
        """Yield the changes of indices and layers in one mark."""
        letters = [i.base for i in mark.items or () if i.base != "T"]
        index = [slot[3].base for slot in slots(s) if self.judge.meaning.classify(s, *slot, strict=True) == "index"]
        mine = [b for b in letters if b in index]
        if len(mine) == 2 and mine[0] != mine[1]:
            yield Edit("index", *mark.span, exchanged(text, *mine), "the indices exchanged")
        for one in dict.fromkeys(mine):
            for other in sorted({*self.line_indices, *(("1", "2") if one.isdigit() else ())} - {one}):
                yield Edit("index", *mark.span, replaced(text, one, other), f"{other} for {one}")
        if mine and len(mine) == len(letters):
            yield Edit("index", *mark.span, "", "the indices dropped")
        yield from self.layers(s, mark, text)

    def layers(self, s, mark, text):
        """Yield the changes of a layer: one more, one less; another mark that the letter has."""
        for kind, bracket, place, item in slots(s):
            if (
                mark.kind == kind
                and self.names.layers.holds(s.letter, kind, bracket, place)
                and not item.base.isdigit()
            ):
                old = item.base + (f"{item.shift:+d}" if item.shift else "")
                for shift in (-1, 0, 1):
                    if shift != item.shift:
                        new = text.replace(" ", "").replace(old, item.base + (f"{shift:+d}" if shift else ""), 1)
                        yield Edit("layer", *mark.span, bracketed(new), "another layer")
            elif mark.kind == kind:
                for other in self.other_marks(s, kind, bracket, item.base):
                    yield Edit("layer", *mark.span, replaced(text, item.base, other), f"{other} for {item.base}")

    def other_marks(self, s, kind, bracket, base):
        """Return the marks that other quantities of the same letter have in the same place."""
        letter = self.judge.meaning.canon(s)
        marks = {m[2] for k in self.known if (k.letter, k.style) == letter for m in k.marks if m[:2] == (kind, bracket)}
        return sorted(marks - {base}) if base in marks else []

    def other_letters(self, s):
        """Yield the letter replaced by another one that is a quantity with the same marks."""
        mine = self.judge.meaning.canon(s)
        names = [k for k in self.known if (k.letter, k.style) == mine]
        others = {
            (k.letter, k.style): k
            for k in self.known
            if (k.letter, k.style) != mine
            and any(k.marks == n.marks and (k.layer is None) == (n.layer is None) for n in names)
        }
        stop = min((m.span[0] for m in s.marks), default=s.span[1])
        for letter, style in sorted(others):
            if len(letter) == 1 and letter.islower() != s.letter.islower() and self.names.indexed(s):
                letter = letter.swapcase()
            new = printed_letter(letter, style)
            gap = " " if new.startswith("\\") and new[-1].isalpha() else ""
            yield Edit("letter", s.span[0], stop, new + gap, f"{new} for {self.said(s.span[0], stop)}")

    # --- brackets, sums, products
    def group(self, group):
        """Yield the changes of a bracket: its transposes."""
        yield from self.marks(group)
        yield Edit(
            "transpose",
            group.span[0],
            group.span[1],
            self.said(*group.span) + "^T" if not group.marks else "(" + self.said(*group.span) + ")^T",
            "a transpose added",
        )

    def sum(self, term):
        """Yield the sum with one sign changed."""
        previous = term.span[0]
        for i, (sign, one) in enumerate(term.terms):
            between = self.said(previous, one.span[0])
            at = max(between.rfind("+"), between.rfind("-"), between.rfind("−"))
            if at >= 0:
                new = "-" if sign > 0 else "+" if i else ""
                yield Edit("sign", previous + at, previous + at + 1, new, "a sign changed")
            elif i == 0:
                yield Edit("sign", one.span[0], one.span[0], "-", "a sign changed")
            previous = one.span[1]

    def row(self, row):
        """Yield the changes of a product: a factor dropped, two exchanged, another sign between them."""
        factors = row.factors
        for i, factor in enumerate(factors):
            start = factor.span[0] if i == 0 else factors[i - 1].span[1]
            end = factors[1].span[0] if i == 0 else factor.span[1]
            kind = "factor" if is_numeric(factor, self.names) else "slope" if is_slope(factor) else "product"
            yield Edit(kind, start, end, " ", f"{self.said(*factor.span)} dropped")
        for i, (a, b) in enumerate(itertools.pairwise(factors)):
            yield from self.exchanged(a, b, row.ops[i])
            between = self.said(a.span[1], b.span[0])
            if row.ops[i] in SWAPS and between.strip() != "/":
                yield Edit("product", a.span[1], b.span[0], f" {SWAPS[row.ops[i]]} ", "another product")
        if len(factors) > 2:
            yield from self.moved(row)

    def exchanged(self, a, b, op):
        """Yield two factors exchanged, as they are and with one or both transposed."""
        first, last = self.said(*a.span), self.said(*b.span)
        between = self.said(a.span[1], b.span[0])
        if op == "/" or is_numeric(a, self.names) or is_numeric(b, self.names):
            return
        for left, right, kind in (
            (last, first, "product"),
            (turned(last), first, "transpose"),
            (last, turned(first), "transpose"),
        ):
            yield Edit(
                kind,
                a.span[0],
                b.span[1],
                left + (between if between.strip() else " ") + right,
                "the factors exchanged",
            )

    def moved(self, row):
        """Yield a product with its last factor, or its first one, moved to the other end, as it is or transposed."""
        said = [self.said(*f.span) for f in row.factors]
        if all(op in ("", "cdot") for op in row.ops):
            for new in (
                (said[-1], *said[:-1]),
                (*said[1:], said[0]),
                (turned(said[-1]), *said[:-1]),
                (*said[1:], turned(said[0])),
            ):
                yield Edit("product", row.span[0], row.span[1], " ".join(new), "a factor moved")

    def bigsum(self, term):
        """Yield a sum without its sign."""
        yield Edit("sum", term.span[0], term.body.span[0], " ", "the sum dropped")

    def fraction(self, term):
        """Yield a fraction turned over."""
        (a, b), (c, d) = term.top.span, term.bottom.span
        yield Edit(
            "factor",
            term.span[0],
            term.span[1],
            rf"\frac{{{self.said(c, d)}}}{{{self.said(a, b)}}}",
            "the fraction turned over",
        )

    def number(self, term):
        """Yield another small number."""
        for new in ("1", "2"):
            if term.text != new and term.value in (0, 1, 2):
                yield Edit("factor", *term.span, new, f"{new} for {term.text}")

    def matrix(self, term):
        """Yield a printed matrix with rows for columns."""
        if len(term.rows) > 1 or len(term.rows[0]) > 1:
            columns = zip(*[[self.said(*cell.span) for cell in row] for row in term.rows])
            inner = r" \\ ".join(" & ".join(column) for column in columns)
            yield Edit("transpose", *term.span, rf"\begin{{bmatrix}} {inner} \end{{bmatrix}}", "rows for columns")

    def call(self, term):
        """Yield a named function with a prime, or without its own."""
        if isinstance(term.function, str) and not term.primes and term.arguments:
            at = term.arguments[0].span[0]
            before = self.said(term.span[0], at).rstrip("( ").removesuffix(r"\left")
            yield Edit("slope", term.span[0], term.span[0] + len(before), before + "'", "a prime added")

    # --- the whole side
    def whole(self, side):
        """Yield the changes of a side as a whole: a sign, a transpose, a factor that is missing."""
        start, end = side.span
        text = self.said(start, end)
        inner = f"\\left( {text} \\right)" if isinstance(side, Sum) else text
        yield Edit("sign", start, end, f"-{inner}", "a minus in front")
        yield Edit("transpose", start, end, f"({text})^T", "the whole transposed")
        for label in sorted({label for (label, _), marks in self.names.labels if not marks}):
            yield Edit("factor", start, end, rf"\frac{{1}}{{{label}}} {inner}", f"1/{label} in front")
            yield Edit("factor", start, end, f"{label} {inner}", f"{label} in front")
        for factor in ("2", r"\frac{1}{2}"):
            yield Edit("factor", start, end, f"{factor} {inner}", f"{factor} in front")
        yield from self.missing(side, inner)

    def missing(self, side, inner):
        """Yield a side with a factor that is missing: the slope of a definition, a derivative, a sum."""
        for kind, factor in self.factors:
            wrapped = f"\\left( {inner} \\right)" if isinstance(side, Row) else inner
            yield Edit(kind, *side.span, rf"{wrapped} \odot {factor}", f"times {factor}")
            yield Edit(kind, *side.span, rf"{inner} {factor}", f"times {factor}")
            if inner.strip() == "1":
                yield Edit(kind, *side.span, factor, f"{factor} for 1")
        for index, high in self.sums:
            yield Edit("sum", *side.span, rf"\sum_{{{index}=1}}^{{{high}}} {inner}", f"a sum over {index}")


CHANGES = {
    Symbol: Editor.letter,
    Group: Editor.group,
    Sum: Editor.sum,
    Row: Editor.row,
    BigSum: Editor.bigsum,
    Fraction: Editor.fraction,
    Number: Editor.number,
    Matrix: Editor.matrix,
    Call: Editor.call,
}


def exchanged(text, a, b):
    """Return a script with two of its letters exchanged."""
    first, last = text.index(a), text.rindex(b)
    return text[:first] + b + text[first + len(a) : last] + a + text[last + len(b) :]


def replaced(text, old, new):
    """Return a script with one of its letters replaced, in braces."""
    at = text.rfind(old)
    return bracketed(text[:at] + new + text[at + len(old) :]) if at >= 0 else text


def bracketed(text):
    """Return a script with braces around what stands in it."""
    inner = text[1:].strip()
    return text if inner.startswith("{") or len(inner) == 1 or text[:1] not in "_^" else text[0] + "{" + inner + "}"


def turned(text):
    """Return a factor transposed; one that is transposed already, not."""
    for sign in ("^T", r"^\top", "^{T}", r"^{\top}"):
        if text.endswith(sign):
            return text[: -len(sign)]
    return f"({text})^T" if "^" in text or (len(text) > 1 and not text.startswith("(")) else f"{text}^T"


def printed_letter(letter, style):
    """Return a letter as LaTeX."""
    *accents, base = letter.rstrip("·←").split(" ")
    said = (
        base
        if len(base) == 1
        else "\\" + base
        if base.isalpha() and base.islower() and base not in ("in", "out")
        else rf"\mathrm{{{base}}}"
    )
    said = {"bold": rf"\mathbf{{{said}}}", "cal": rf"\mathcal{{{said}}}"}.get(style, said)
    for accent in reversed(accents):
        said = {"d": f"d{said}", "nabla": rf"\nabla {said}", "Delta": rf"\Delta {said}"}.get(
            accent, rf"\{accent}{{{said}}}"
        )
    return said


def is_numeric(term, names):
    """Say whether a raw factor is a number or a size: 2, 1/m, n."""
    if isinstance(term, Fraction):
        return is_numeric(term.top, names) and is_numeric(term.bottom, names)
    if isinstance(term, Row):
        return all(is_numeric(f, names) for f in term.factors)
    if isinstance(term, Group) and len(term.items) == 1:
        return is_numeric(term.items[0], names)
    from .names import signature

    return isinstance(term, Number) or (isinstance(term, Symbol) and signature(term) in names.labels)


def is_slope(term):
    """Say whether a raw factor is a primed function."""
    return isinstance(term, Call | Symbol) and term.primes > 0


def applied(latex, edit, offset):
    """Return a line with one change made."""
    return latex[: edit.start - offset] + edit.new + latex[edit.end - offset :]


def judged(latex, offset, judge):
    """Return the verdicts on a changed line: those of the first chain in it."""
    read = statement(0, Stretch(latex, offset, offset + len(latex)))
    if read.problem or len(read.chains) != 1:
        return ["unreadable"]
    try:
        return [o.verdict for o in judge.chain(judge.names.settle(read.chains[0]), quick=True)]
    except (Problem, ArithmeticError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        return ["unreadable"]
