"""Reports of `proofread` on the page: their formulas become MathML, their sections links.

A Sphinx extension. In Jupyter the LaTeX of a report is typeset by a script; the pages of the book have none.
"""
import html
import re

from docutils import nodes
from math_core import LatexError

from tools.extensions.maths import display_latex, to_mathml

MATHS = re.compile(r'<span class="proofread-maths">\\\((.*?)\\\)</span>', re.S)
SECTION = re.compile(r"chapters/(\w+\.html#[\w-]+)")


def formula(match):
    """Return a formula of a report as MathML; as its LaTeX, if that is not understood: it is a reader's."""
    latex = html.unescape(match[1])
    try:
        return f'<span class="proofread-maths">{to_mathml(display_latex(latex), display=False, sizes=False)}</span>'
    except LatexError:
        return f"<code>{match[1]}</code>"


def on_doctree_read(app, doctree):
    """Set the formulas of each report among the outputs of a page."""
    for raw in list(doctree.findall(nodes.raw)):
        if raw.get("format") == "html" and '<div class="proofread">' in raw.astext():
            page = SECTION.sub(r'<a href="\1">\1</a>', MATHS.sub(formula, raw.astext()))
            raw.replace_self(nodes.raw("", page, format="html"))


def setup(app):
    app.connect("doctree-read", on_doctree_read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
