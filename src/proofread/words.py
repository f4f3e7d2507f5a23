"""Sentences for people: what was found, in the reader's own letters."""
from .report import Entry, Line

REACHES = "without a bracket the sum may end after its first term or reach over the next one; write the bracket"
ONE_STEP = ("right for one step, where what comes from the step before is given; through all steps the same weights are used "
            "again, and their derivative has more terms")
ORDER = ("wrong", "sizes", "ambiguous", "unknown", "unreadable", "right-only-if", "right")


def declared(_statement):
    """Return the sentence for a declaration."""
    return ""


def line(statement, chains, outcomes, judge):
    """Return the report's line for a claim."""
    outcome = min(outcomes, key=lambda o: ORDER.index(o.verdict))
    entry = Entry(*outcome.entry) if outcome.entry and outcome.verdict == "wrong" else None
    says = outcome.says or outcome.condition
    return Line(statement.number, statement.latex, "claim", outcome.verdict, says, entry=entry, place=outcome.place)
