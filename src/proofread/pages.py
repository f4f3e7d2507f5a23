r"""Judge the formulas of a page, as the book does with its own: definitions hold from where they are printed.

A page is a list of `Formula`, in order. A formula defines if its left side has no meaning yet, or if it says so
(`defines`); what is defined anew holds to the end of its section. Settings are text in the same language, for what no
page prints: shapes of what is given, sizes. A line that begins with %% says for what the lines below it hold: a page,
or a page and one section.

    >>> from proofread.pages import Formula, check_page
    >>> lines = check_page([Formula(r"z = w x"), Formula(r"\frac{\partial z}{\partial w} = x")])
    >>> [line.verdict for line in lines]
    [None, 'right']
"""

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from .brackets import head
from .check import ORDER_OF_VERDICTS, judge_all
from .derivation import Derivation
from .layout import Stretch, blanked, lines
from .model import Model
from .names import assigned
from .problems import Problem
from .report import Line
from .statements import GIVEN, statement
from .templates import slots
from .terms import BigSum, Symbol, walk
from .verdicts import Judge, Outcome


class Formula(NamedTuple):
    """A formula of a page: its LaTeX, a name for messages, its section, whether it defines (None: to be found out)."""

    latex: str
    name: str = ""
    section: str = ""
    defines: bool | None = None


def read_settings(text, page):
    """Return the settings of one page: {section or name of a formula: text}, with "" for the whole page.

    Under `%% page section alone` nothing else holds in that section but what it defines itself, and under
    `%% page formula alone` nothing else for that formula.
    """
    found, here = {}, None
    for line in text.splitlines():
        if line.startswith("%%"):
            name, _, section = line[2:].strip().partition(" ")
            here = section.strip() if name in (page, "*") else None
        elif here is not None:
            found[here] = found.get(here, "") + line + "\n"
    return found


def check_page(formulas, settings=None, sizes=None):
    """Return a `Line` for each formula of a page; `settings` is a text for all of it, or {section: text}."""
    return [line for line, _ in check_each(formulas, settings, sizes)]


def check_each(formulas, settings=None, sizes=None):
    """Yield (line, what was given for it) for each formula of a page."""
    settings = {"": settings or ""} if not isinstance(settings, dict) else settings
    printed = []
    for number, formula in enumerate(formulas):
        given = in_force(printed, formula, settings)
        line = judge(number + 1, formula, given, sizes)
        if line.verdict not in (None, "right", "right-only-if") and formula.defines:
            line = replace(
                line,
                kind="definition",
                verdict=None,
                says="given anew, for this section",
                looks_like=None,
                edit=None,
                entry=None,
            )
        if line.kind == "definition" or defines_too(formula, given):
            before = [*given.splitlines(), *settings.get("", "").splitlines()]
            anew = left_key(formula.latex) in {left_key(one) for one in before}
            printed.append((formula, anew))
        yield line, given


def defines_too(formula, given):
    """Say whether a chain with claims in it is also the first to say what its left side is."""
    key = left_key(formula.latex)
    return key is not None and key not in {left_key(line) for line in given.splitlines()}


def in_force(printed, formula, settings):
    """Return the definitions that hold for a formula: of two for one name the last, those of its own section after the
    others."""
    own = [one.latex for one, _ in printed if one.section == formula.section]
    for scope in filter(None, (formula.name, formula.section)):
        if f"{scope} alone" in settings:
            own = own if scope == formula.section else []
            return "\n".join([settings[f"{scope} alone"], *own, settings.get(formula.name or "?", "")])
    outer = [one for one, anew in printed if one.section != formula.section and not anew]
    first = {}
    for one in outer:
        first.setdefault(left_key(one.latex), one.latex)
    near = [settings.get(scope, "") for scope in (formula.section, formula.name) if scope]
    every = [*settings.get("", "").splitlines(), *first.values(), *"\n".join(near).splitlines(), *own]
    kept = {}
    for place, latex in enumerate(" ".join(one.split()) for one in every):
        key = left_key(latex) or place
        kept.pop(key, None)
        kept[key] = latex
    return "\n".join(kept.values())


@lru_cache(4000)
def left_key(latex):
    """Return what a line defines: its letter, small, with the marks that are no index; None if it defines nothing."""
    try:
        read = statement(0, Stretch(latex, 0, len(latex)))
    except Problem:
        return None
    left = read.chains[0].sides[0] if read.chains and len(read.chains[0].sides) > 1 and not read.declared else None
    letter, _ = head(left)
    symbol = letter or left
    if not isinstance(symbol, Symbol) or symbol.primes:
        return None
    marks = tuple(
        (kind, bracket, "" if bracket == "[" else item.base, item.shift)
        for kind, bracket, _, item in slots(symbol)
        if not (len(item.base.strip("'")) == 1 and item.base.isalpha() and not bracket)
    )
    return symbol.letter.lower(), marks


def judge(number, formula, given, sizes):
    """Return the line of one formula under the definitions in force."""
    latex = one_line(formula.latex)
    try:
        read, before = read_one(number, latex), read_given(given)
    except Problem as problem:
        return Line(number, latex, "claim", problem.verdict, problem.sentence())
    found, _ = judge_all(before, [read], sizes or {}, (given, latex), strict=True)
    return found[0]


def one_line(latex):
    """Return LaTeX without its line breaks."""
    return " ".join(blanked(latex).split())


def read_one(number, latex):
    """Return the statement that a formula makes."""
    return statement(number, Stretch(latex, 0, len(latex)))


@lru_cache(200)
def read_given(given):
    """Return the statements that are given."""
    return [
        statement(i + 1, one._replace(start=one.start + GIVEN, end=one.end + GIVEN), given=True)
        for i, one in enumerate(lines(given))
    ]


class InPlace:
    r"""Judge what stands in the place of a claim: names and sizes are those of the claim, and read once.

    >>> place = InPlace(r"\frac{\partial z}{\partial w} = x", "z = w x")
    >>> place.verdict(r"\frac{\partial z}{\partial w} = x"), place.verdict(r"\frac{\partial z}{\partial w} = w")
    ('right', 'wrong')
    """

    def __init__(self, latex, given, sizes=None):
        latex = one_line(latex)
        derivation = Derivation(assigned([*read_given(given), read_one(1, latex)]))
        self.judge = Judge(Model(derivation, sizes or {}), (given, latex), strict=True)

    def verdict(self, latex):
        """Return the verdict on a formula, that of its worst link."""
        return self.outcome(latex).verdict

    def outcome(self, latex):
        """Return the outcome of the worst link of a formula."""
        read = read_one(0, one_line(latex))
        if read.problem or len(read.chains) != 1:
            return Outcome("unreadable")
        try:
            found = self.judge.chain(self.judge.names.settle(read.chains[0]))
        except Problem as problem:
            return Outcome(problem.verdict)
        except (ArithmeticError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
            return Outcome("unreadable")
        worst = min(found, key=lambda one: ORDER_OF_VERDICTS.index(one.verdict))
        reaches = any(isinstance(one, BigSum) and one.reaches for one in walk(read.chains[0]))
        return replace(worst, verdict="ambiguous") if reaches and worst.verdict.startswith("right") else worst
