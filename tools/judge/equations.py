r"""The labeled equations of a page, and what `proofread` says of each as it is printed.

    python -m tools.judge.equations chapters/02_mlp_2_2_2.ipynb        is each labeled equation right?

A labeled equation is a paragraph `$$ … $$ (eq-name)`, a definition `(def-name)`. What no page prints, shapes and
definitions of other pages, stands in settings.txt, in the language of `proofread`. A definition carries no truth of its
own, and a page may say nothing more of it: so each is also held against a second copy, in definitions.txt.
"""

import json
import re
import sys
from pathlib import Path
from typing import NamedTuple

from proofread.pages import Formula, InPlace, check_each, left_key, read_settings
from tools import ROOT

SETTINGS, COPY = ROOT / "tools/judge/settings.txt", ROOT / "tools/judge/definitions.txt"
PIECE = re.compile(r"^\((sec-[a-z0-9-]+)\)=|\$\$(.*?)\$\$(?:[ \t]*\(([^)\s]*)\))?", re.S | re.M)
REFUSED = ("wrong", "sizes")


class Claim(NamedTuple):
    """An equation as a claim: the formula, the line that was judged, and what is given for it."""

    formula: Formula
    line: object
    given: str


def equations(path):
    """Return the labeled equations of a page (.md or .ipynb) in order, each with its section."""
    text = Path(path).read_text("utf-8")
    if Path(path).suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    found, section = [], ""
    for piece in PIECE.finditer(text):
        section = piece[1] or section
        if piece[3]:
            found.append(Formula(piece[2], piece[3], section, piece[3].startswith("def-")))
    return found


def claims(path, settings=SETTINGS):
    """Yield a `Claim` for each labeled equation of a page; a definition is one, too: that it is its second copy."""
    formulas, page = equations(path), Path(path).stem
    given, copy = (read_settings(file.read_text("utf-8"), page) for file in (Path(settings), COPY))
    for formula, (line, before) in zip(formulas, check_each(formulas, given)):
        yield Claim(formula, line, with_copy(before, copy.get(formula.name, "")) if formula.defines else before)


def with_copy(given, copy):
    """Return what is given, with the second copy of a definition in the place of what was given for its name."""
    keys = {left_key(line) for line in copy.splitlines()}
    return "\n".join([line for line in given.splitlines() if left_key(line) not in keys] + [copy])


def judged(path, settings=SETTINGS):
    """Return a pair (equation, what is wrong with it or "") for each labeled equation of a page."""
    return [(claim.formula, refusal(claim) or against_copy(claim)) for claim in claims(path, settings)]


def against_copy(claim):
    """Return in what a definition differs from its second copy, or an empty string."""
    if not claim.formula.defines:
        return ""
    verdict = InPlace(claim.formula.latex, claim.given).verdict(claim.formula.latex)
    said = f"{claim.formula.name}: {verdict}: another definition stands in {COPY.name}; or write it there"
    return "" if verdict == "right" else said


def refusal(claim):
    """Return why an equation does not come out as printed, or an empty string."""
    formula, line = claim.formula, claim.line
    if line.verdict == "right" or (formula.defines and line.verdict is None):
        return ""
    said = line.says or "the two sides are not equal"
    return f"{formula.name}: {line.verdict or 'it was read as a ' + line.kind}: {said}"


def main(paths):
    """Say for each labeled equation of the pages whether it is right; return whether one is not."""
    found = [one for path in paths for one in judged(path)]
    print("\n".join(f"✗ {wrong}" if wrong else f"✓ {formula.name}" for formula, wrong in found))
    return any(wrong for _, wrong in found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
