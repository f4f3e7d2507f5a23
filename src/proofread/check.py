"""Judge a whole text: read its lines, find what it states, judge each claim, and report."""

from dataclasses import replace

from . import einstein, means, presets, samples, words
from .derivation import Derivation
from .layout import lines
from .mend import constant_ratio
from .model import Model
from .names import assigned, primed
from .problems import Problem, Unreadable
from .report import Line, Report
from .statements import GIVEN, ORDER, statement
from .terms import BigSum, Derivative, Ref, Symbol, walk
from .verdicts import Judge, Outcome

ORDER_OF_VERDICTS = ("wrong", "sizes", "ambiguous", "unknown", "unreadable", "right-only-if", "right")


OTHERS = 6  # other shapes of what is given that are tried before a line is called wrong
BEYOND = "this is beyond what can be judged here"


def proofread(text, given=None, sizes=None):
    r"""Judge every line of a derivation against the definition of the derivative.

    `text` is LaTeX as it stands in notes, one line for each step; `given` the name of a preset, or a text of
    definitions, declarations and conditions that hold before the first line; `sizes` fixes sizes, as {"m": 7}. Return a
    `Report`.

    >>> print(proofread(r'''
    ... z = w x + b
    ... \frac{\partial z}{\partial w} = x'''))                                     # doctest: +ELLIPSIS
     ...
    """
    return Session(given, sizes).check(text)


class Session:
    """Definitions that hold for several texts, one after the other; `check` reports on a text and keeps what it
    defines."""

    def __init__(self, given=None, sizes=None):
        self.given, self.sizes = given_text(given), read_sizes(sizes)

    def check(self, text):
        """Return the report on a text."""
        try:
            read = [statement(i + 1, one) for i, one in enumerate(lines(text))]
            before = [
                statement(i + 1, one._replace(start=one.start + GIVEN, end=one.end + GIVEN), given=True)
                for i, one in enumerate(lines(self.given))
            ]
        except Problem as problem:
            return Report((Line(1, text[:200], "claim", problem.verdict, problem.sentence()),), text)
        found, notes = judge_all(before, read, self.sizes, (self.given, text))
        spans = {s.number: s.span for s in read}
        placed = (replace(line, place=line.place or spans[line.number]) for line in found)
        return Report(tuple(placed), text, tuple(notes))


def given_text(given):
    """Return the text of definitions that `given` names or is."""
    if given is None:
        return ""
    if given.replace("-", "").isalnum():  # one word, as all names of presets are
        return presets.read(given)
    return given


def read_sizes(sizes):
    """Return sizes as a dict, from a dict or from m=7, n=3."""
    if isinstance(sizes, str):
        sizes = dict(part.split("=", 1) for part in sizes.replace(";", ",").split(",") if part.strip())
    found = {str(label).strip(): int(value) for label, value in (sizes or {}).items()}
    if any(not 1 <= value <= 40 for value in found.values()):
        raise ValueError("sizes are whole numbers from 1 to 40")
    return found


def judge_all(before, read, sizes, texts, strict=False):
    """Return a `Line` for each line of a text, and the sentences on what was assumed for all of them."""
    try:
        derivation = Derivation(means.counted(einstein.summed(primed(assigned([*before, *read])))))
        model = Model(derivation, sizes)
        judge = Judge(model, texts, strict) if model.problem is None else None
    except Problem as problem:
        return [unjudged(s, problem) for s in read], ()
    except (ArithmeticError, LookupError, ValueError, TypeError, AttributeError, RecursionError, MemoryError):
        return [unjudged(s, Unreadable(BEYOND)) for s in read], ()
    if judge is None:
        return [unjudged(s, model.problem) for s in read], ()
    found = [judge_line(s, derivation, judge) for s in derivation.statements if not s.given]
    if not strict and any(line.is_wrong for line in found):
        found, judge = fairest(found, judge, texts)
    if derivation.shared() and any(line.is_wrong for line in found):
        other = Derivation(derivation.statements, layers=1)
        found = eased(found, rejudged(other, sizes, texts), words.ONE_STEP)
    apart = samples.told_apart(derivation.statements) if not strict and any(line.is_wrong for line in found) else None
    if apart is not None:
        statements, letters = apart
        found = eased(found, rejudged(Derivation(statements), sizes, texts, letters), words.left_out(letters))
    return follow(found, judge), words.notes(derivation, judge.model)


def fairest(found, judge, texts):
    """Return the lines and their judge, with other shapes of what is given if fewer lines are wrong then and no other
    line suffers: what a text leaves open is no mistake of its lines."""
    statements = [s for s in judge.derivation.statements if not s.given]
    for model in judge.model.others()[:OTHERS]:
        judge.meaning.scaled.clear()
        other = Judge(model, texts)
        wrong = (judge_line(s, judge.derivation, other) for s, line in zip(statements, found) if line.is_wrong)
        if all(line.is_wrong for line in wrong):
            continue
        judge.meaning.scaled.clear()
        lines = [judge_line(s, judge.derivation, other) for s in statements]
        if fairer(lines, found):
            return lines, other
    return found, judge


def fairer(lines, before):
    """Say whether fewer lines are wrong than before, and no line is further from being right."""
    ranks = [[ORDER_OF_VERDICTS.index(line.verdict) for line in one if line.verdict] for one in (lines, before)]
    count = [sum(line.is_wrong for line in one) for one in (lines, before)]
    return count[0] < count[1] and len(ranks[0]) == len(ranks[1]) and all(new >= old for new, old in zip(*ranks))


def follow(found, judge):
    """Return the lines with what follows from a wrong line before it marked as such."""
    out = []
    for line in found:
        source = judge.follows(line.number) if line.verdict == "wrong" else None
        out.append(replace(line, follows_from=source) if source else line)
    return out


def rejudged(derivation, sizes, texts, apart=()):
    """Return the lines of a text read otherwise, some indices apart from all; none if its definitions do not fit."""
    model = Model(derivation, sizes)
    if model.problem is not None:
        return []
    judge = Judge(model, texts)
    judge.meant_apart |= set(apart)
    return [judge_line(s, derivation, judge) for s in derivation.statements if not s.given]


def eased(found, others, says):
    """Return the lines; one that is wrong and right under another reading is right if that is meant."""
    return [
        replace(other, verdict="right-only-if", says=says)
        if line.is_wrong and other.verdict in ("right", "right-only-if")
        else line
        for line, other in zip(found, others or found)
    ]


def unjudged(statement, problem):
    """Return the line of a text whose definitions cannot be used."""
    said = f"the definitions do not fit together: {problem.sentence()}"
    return Line(statement.number, statement.latex, "claim", "unreadable", said, place=problem.place)


def judge_line(statement, derivation, judge):
    """Return what becomes of one line."""
    number, latex = statement.number, statement.latex
    problem = statement.problem or derivation.problems.get(number)
    chains = [chain for s, chain in derivation.names.lines if s is statement]
    if statement.problem is not None or (not chains and not statement.declared):
        problem = problem or Unreadable("there is no relation in this line")
        return Line(number, latex, "claim", problem.verdict, problem.sentence(), place=problem.place)
    if not chains:
        return Line(number, latex, "declaration")
    conditions = [c for s, c in derivation.conditions if s is statement]
    outcomes = [o for chain in chains for o in outcomes_of(chain, statement, derivation, judge)]
    if not outcomes:
        kind = "condition" if conditions else "definition"
        verdict = problem.verdict if problem else None
        return Line(
            number,
            latex,
            kind,
            verdict,
            problem.sentence() if problem else "",
            place=problem.place if problem else None,
        )
    outcomes = [summed(o, chains[0], judge) for o in outcomes]
    judge.keep(number, min(outcomes, key=lambda o: ORDER_OF_VERDICTS.index(o.verdict)))
    return words.line(statement, chains, outcomes, judge)


def summed(outcome, chain, judge):
    """Return a first line on dZ that is off by a size as right if dZ is of the summed losses; from there on it is."""
    left = outcome.sides[0] if outcome.sides else None
    letter = chain.sides[0]
    written = isinstance(letter, Symbol) and letter.letter.startswith("d ")
    if outcome.verdict != "wrong" or not written or not isinstance(left, Derivative) or not isinstance(left.by, Ref):
        return outcome
    ratio, dims = constant_ratio(outcome), judge.model.dims
    label = next(
        (
            name
            for name, node in dims.labels.items()
            if ratio and abs(ratio * dims.known(node) - 1) < 1e-7 and dims.known(node) > 1
        ),
        None,
    )
    if label is None:
        return outcome
    for layer in {left.by.name.layer, *range(judge.derivation.top + 1)}:
        judge.meaning.scaled.setdefault(replace(left.by.name, layer=layer), label)
    return replace(
        outcome,
        verdict="right-only-if",
        condition=f"${judge.text(letter)}$ stands for the derivative of the summed losses, ${label}$ times "
        "that of their mean; so it is read from here on",
    )


def outcomes_of(chain, statement, derivation, judge):
    """Return the outcomes of the links of a chain that are claims."""
    if len(chain.sides) < 2:
        return [Outcome("unreadable", "there is no relation in this line", chain.span)]
    if set(chain.relations) & ORDER or any(
        s is statement and len(c.sides) == 2 and c.span == chain.span for s, c in derivation.conditions
    ):
        return []
    defines = statement.number in derivation.defining and any(c is chain for _, c in derivation.names.definers)
    if defines and len(chain.sides) == 2:
        return []
    if statement.number in derivation.problems and any(c is chain for _, c in derivation.names.definers):
        return []
    try:
        outcomes = judge.chain(chain)
    except Problem as problem:
        outcomes = [Outcome(problem.verdict, problem.says, problem.place, problem.expected)]
    except (ArithmeticError, LookupError, ValueError, TypeError, AttributeError, RecursionError, MemoryError):
        outcomes = [Outcome("unreadable", BEYOND, chain.span)]
    reaches = any(isinstance(one, BigSum) and one.reaches for one in walk(chain))
    if reaches and not defines and all(o.verdict in ("right", "right-only-if", "unknown") for o in outcomes):
        return [Outcome("ambiguous", words.REACHES, chain.span)]
    return outcomes
