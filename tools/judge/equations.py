r"""The labeled equations of a page, and what `proofread` says of each as it is printed.

    python -m tools.judge.equations chapters/02_mlp_2_2_2.ipynb        is each labeled equation right?

A labeled equation is a paragraph `$$ … $$ (eq-name)`, a definition `(def-name)`. What no page prints, shapes and
definitions of other pages, stands in settings.txt, in the language of `proofread`. A definition carries no truth of its
own, and a page may say nothing more of it: so each is also held against the second copy of it in worlds.py.
"""

import json
import re
import sys
from pathlib import Path

from proofread.pages import Formula, check_page, read_settings
from tools import ROOT
from tools.judge import printed

SETTINGS = ROOT / "tools/judge/settings.txt"
PIECE = re.compile(r"^\((sec-[a-z0-9-]+)\)=|\$\$(.*?)\$\$(?:[ \t]*\(([^)\s]*)\))?", re.S | re.M)


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


def judged(path, settings=SETTINGS):
    """Return a pair (equation, what is wrong with it or "") for each labeled equation of a page."""
    formulas = equations(path)
    given = read_settings(Path(settings).read_text("utf-8"), Path(path).stem)
    lines = check_page(formulas, given)
    return [(one, refusal(one, line) or against_copy(one, formulas, path)) for one, line in zip(formulas, lines)]


def against_copy(formula, formulas, path):
    """Return in what a definition differs from its second copy in worlds.py, or an empty string."""
    if not formula.defines:
        return ""
    page = [printed.Equation(one.name, one.latex, str(path)) for one in formulas]
    try:
        printed.check(page[formulas.index(formula)], printed.definitions(page))
    except printed.Refused as error:
        return str(error)
    return ""


def refusal(formula, line):
    """Return why an equation does not come out as printed, or an empty string."""
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
