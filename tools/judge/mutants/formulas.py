"""Change each printed equation where a tired hand might, and judge it again.

The changes are those of `proofread.edits`, one list for advice and for this. Left out are those that say the same by
what a product is: numbers commute, and so do factors of ⊙; the transpose of a number is the number. A change after
which the line names nothing that is known is no formula of the page: it is counted apart.
"""

from functools import cached_property
from typing import NamedTuple

from proofread.edits import CHANGES, Editor, applied
from proofread.meaning import Context
from proofread.pages import InPlace, one_line, read_one
from proofread.problems import Problem
from proofread.sizes import Scope
from proofread.templates import slots, symbols
from proofread.terms import Call, Derivative, Gradient, Row, Symbol, children
from tools.judge.equations import REFUSED, claims
from tools.judge.mutants.tally import Mutant, Tally
from tools.judge.rules import chapters

REORDERED = ("the factors exchanged", "another product", "a factor moved")
NO_FORMULA = ("unknown", "unreadable")


class Change(NamedTuple):
    """A broken line: the kind of change, how it is said, and the whole LaTeX after it."""

    kind: str
    what: str
    latex: str


class Broken:
    """A labeled equation, and all that it can be broken into."""

    def __init__(self, claim):
        self.latex, self.given = one_line(claim.formula.latex), claim.given
        self.place = InPlace(self.latex, claim.given)
        self.judge = self.place.judge
        self.chain = self.judge.names.settle(read_one(1, self.latex).chains[0])

    @cached_property
    def editor(self):
        """The editor of the line, which adds nothing that is missing: it only breaks."""
        editor = Editor(self.latex, 0, self.judge)
        marks = (item.base for s in symbols(self.chain) for *_, item in slots(s))
        editor.line_indices = {base for base in marks if base in self.judge.names.indices}
        editor.factors, editor.sums = (), ()
        return editor

    def changes(self):
        """Yield the broken lines, each once."""
        seen = {self.latex}
        for side in self.chain.sides:
            for edit in self.edits(side):
                latex = applied(self.latex, edit, 0)
                if latex not in seen:
                    seen.add(latex)
                    around = self.latex[max(0, edit.start - 12) : edit.end + 8]
                    yield Change(edit.kind, f"{edit.kind}: {edit.what}: …{around}… → {edit.new}", latex)

    def edits(self, term, differentiated=False):
        """Yield the changes of a raw term that say something else."""
        for kind, change in CHANGES.items():
            if isinstance(term, kind):
                found = change(self.editor, term, differentiated) if kind is Symbol else change(self.editor, term)
                yield from (edit for edit in found if self.says_another(term, edit, differentiated))
        for child in children(term):
            yield from self.edits(child, differentiated or isinstance(term, Derivative | Gradient))

    def says_another(self, term, edit, differentiated):
        """Say whether a change can matter: it does not exchange numbers, nor name what nothing depends on."""
        if edit.kind == "letter":
            return not differentiated
        if edit.what == "a transpose added":
            return not self.is_number(term)
        if edit.what == "a prime added":
            return isinstance(term, Call)
        if edit.what in REORDERED and isinstance(term, Row):
            touched = [i for i, f in enumerate(term.factors) if edit.start <= f.span[1] and f.span[0] <= edit.end]
            commute = edit.kind == "product" and {term.ops[i] for i in touched[:-1]} == {"odot"}
            swapped = commute and edit.what == "the factors exchanged"
            return not swapped and not any(self.is_number(term.factors[i]) for i in touched)
        return True

    def is_number(self, raw):
        """Say whether a raw term is a number in its place; what cannot be read alone counts as one."""
        layers = dict.fromkeys(self.judge.names.layers.free(raw), 1)
        measure = self.judge.model.frozen()
        try:
            _, shape = measure(self.judge.meaning.read(raw, Context(layers, strict=True, last=True)), Scope({}))
        except Problem:
            return True
        return measure.is_number(shape)


def run_formulas(every=1):
    """Break all printed equations; take every so-manieth mutant."""
    tally, number, none = Tally("formulas"), 0, 0
    for path in chapters():
        for claim in claims(path):
            broken = Broken(claim)
            for change in broken.changes():
                number += 1
                verdict = broken.place.verdict(change.latex) if number % every == 0 else None
                none += verdict in NO_FORMULA
                if verdict is not None and verdict not in NO_FORMULA:
                    tally.add(Mutant(claim.formula.name, change.what, change.latex), verdict in REFUSED)
    print(f"  {none} changes left no formula of known quantities", flush=True)
    return tally
