"""Which line is true? The questions of the practice page, a pack for each chapter, loaded when it is asked for.

The formulas are set when the book is built.
"""

import json
from pathlib import Path

from tools import ROOT
from tools.extensions.maths import display_latex, to_mathml
from tools.judge.questions import of_page

from .kept import kept

PLACE = 'id="practice"'


def chapters():
    """Return the notebooks of the numbered chapters."""
    return sorted((ROOT / "chapters").glob("0*.ipynb"))


def questions():
    """Return {chapter: its questions as the page wants them}."""
    return kept("practice", lambda: {path.stem: list(map(shown, of_page(path))) for path in chapters()})


def shown(question):
    """Return a question with its formulas set; the true line is the first one."""
    lines = [{"line": formula(question.true)}]
    lines += [{"line": formula(one.latex), "why": one.why, "numbers": numbers(*one.entry)} for one in question.false]
    return {"name": question.name, "here": [to_mathml(latex) for latex in question.rests_on], "lines": lines}


def formula(latex):
    return to_mathml(display_latex(latex), display=True)


def numbers(place, left, right):
    """Return in words how far the two sides of a wrong line are from each other."""
    where = f"Entry {place}" if place else "At random numbers"
    return f"{where}: one side says {left:.4f}, the other {right:.4f}.".replace("-", "−")


def add(app, pagename, templatename, context, doctree):
    """Give the practice page its script, and write the packs."""
    if app.builder.name != "html" or doctree is None or PLACE not in context.get("body", ""):
        return
    from . import HERE, book, script, write

    (Path(app.outdir) / "_static" / "live").mkdir(parents=True, exist_ok=True)
    found = questions()
    packs = [{"page": name, "title": app.env.titles[f"chapters/{name}"].astext(), "count": len(asked),
              "file": Path(write(app, f"practice-{name}", pack(name, asked))).name} for name, asked in found.items()]
    facts = {"BOOK": book(app), "PACKS": packs}
    app.add_js_file(write(app, "practice", script(("dom", "load", "store", "practice"), facts)), loading_method="defer",
                    priority=902, **{"data-page": "practice", "data-notebook": ""})
    app.add_css_file(write(app, "practice", (HERE / "practice.css").read_text("utf-8"), ".css"), priority=902)


def pack(name, asked):
    """Return a script that holds the questions of a chapter."""
    return f'livePack("{name}",{json.dumps(asked, ensure_ascii=False)})\n'
