"""What the number of an equation opens: its LaTeX, a link to it, and what its symbols mean.

The meanings are those of the notation page's own tables, read when the book is built. A symbol is looked up by its
letter and its layer, an entry under its matrix. On a page with another alphabet (maths_other_alphabets) nothing is
told.
"""

import json
from pathlib import Path
from typing import NamedTuple

from proofread.layout import Stretch
from proofread.problems import Problem
from proofread.statements import statement
from proofread.templates import slots, symbols
from proofread.terms import Symbol
from tools import ROOT
from tools.extensions.maths import to_mathml
from tools.judge.equations import equations

from . import receipts

NOTATION = ROOT / "chapters" / "notation.md"
PLACE = "notation.html"


class Row(NamedTuple):
    """A row of the notation page: its symbol as LaTeX, name in code, shape and meaning as Markdown."""

    symbol: str
    code: str
    shape: str
    meaning: str


def read(latex):
    """Return the raw chains of a formula, none if it cannot be read."""
    try:
        return statement(1, Stretch(latex, 0, len(latex))).chains
    except Problem:
        return ()


def known_as(symbol):
    """Return under what a symbol stands on the notation page: its letter and its layer."""
    return symbol.letter, tuple(item.base for _, bracket, _, item in slots(symbol) if bracket == "(")


def tables(text):
    """Yield the cells of each row of the tables of sizes and of quantities, four cells a row."""
    for section in text.split("\n## ")[1:]:
        if section.startswith(("Sizes", "Quantities")):
            for line in section.splitlines():
                cells = [cell.strip() for cell in line.split("|")[1:-1]]
                if cells and "$" in cells[0]:
                    yield cells if len(cells) == 4 else [cells[0], "", "", f"the number of {cells[1]}"]


def notation(text):
    """Return {what a symbol is looked up under: its row} of the notation page."""
    found = {}
    for first, *rest in tables(text):
        latex = first.partition("$")[2].rpartition("$")[0]
        parts = latex.split(" = ")
        for chain in read(latex):
            for part, side in zip(parts, chain.sides, strict=True):
                if isinstance(side, Symbol):
                    found.setdefault(known_as(side), Row(part, *rest))
    return found


def told(latex, rows):
    """Return under what the symbols of an equation are looked up, in the order in which they come."""
    every = (one for chain in read(" ".join(latex.split())) for one in symbols(chain))
    found = dict.fromkeys(row for one in every for row in (known_as(one), array_of(one)) if row in rows)
    return list(found)


def array_of(symbol):
    """Return under what the array stands whose entry or row a small letter with a mark is, or None."""
    letter, layer = known_as(symbol)
    return (letter.upper(), layer) if symbol.marks and len(letter) == 1 and letter.islower() else None


def facts(path, rows):
    """Return what the page's script is given: each equation with its LaTeX and symbols, and the rows they need."""
    asked, named = {}, {}
    for formula in equations(path):
        keys = told(formula.latex, rows)
        asked[formula.name] = {"latex": formula.latex.strip(), "rows": ["·".join([k[0], *k[1]]) for k in keys]}
        named |= {"·".join([k[0], *k[1]]): shown(rows[k]) for k in keys}
    return {"equations": asked, "rows": named}


def shown(row):
    """Return a row with its formulas set; code stays code. The Tab key reaches the sizes of its shape."""
    reached = [part.replace('<mi class="size', '<mi tabindex="0" class="size') for part in inline(row.shape)]
    return {"symbol": to_mathml(row.symbol), "code": row.code.replace("`", ""), "shape": reached,
            "meaning": inline(row.meaning)}


def inline(markdown):
    """Return a cell as a list of texts and formulas, in turn; links are their words."""
    parts = markdown.split("$")
    return [to_mathml(part) if i % 2 else part.replace("`", "") for i, part in enumerate(parts)]


def add(app, pagename, templatename, context, doctree):
    """Give a page with labeled equations the script that tells their symbols."""
    path = Path(app.env.doc2path(pagename)) if doctree is not None else None
    if app.builder.name != "html" or path is None or not equations(path):
        return
    from . import HERE, bare, script, write

    (Path(app.outdir) / "_static" / "live").mkdir(parents=True, exist_ok=True)
    rows = {} if pagename in app.config.maths_other_alphabets else notation(NOTATION.read_text("utf-8"))
    pack = f'livePack("symbols",{json.dumps(facts(path, rows), ensure_ascii=False)})\n'
    known = {"SYMBOLS": Path(write(app, f"symbols-{path.stem}", pack)).name, "RECEIPTS": "", "NOTATION": PLACE}
    if app.live:
        code = bare((HERE / "receipts.js").read_text("utf-8"))
        again = receipts.pack(path, app.live["size"], code)
        known["RECEIPTS"] = Path(write(app, f"receipts-{path.stem}", again)).name
    app.add_js_file(write(app, "symbols", script(("dom", "load", "symbols"), known)), loading_method="defer",
                    priority=903, **{"data-page": path.stem, "data-notebook": ""})
    app.add_css_file(write(app, "symbols", (HERE / "symbols.css").read_text("utf-8"), ".css"), priority=903)
