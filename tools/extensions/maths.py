"""Maths on the page as MathML, set when the book is built: no script, nothing fetched.

A Sphinx extension: the LaTeX of every inline and displayed formula becomes MathML (package math-core), with the
numbers and permalinks that Sphinx gives. LaTeX that is not understood is one warning that names the page, so that a
strict build fails. The font comes from `fonts.py`.
"""

import html
import re
from xml.etree import ElementTree

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from tools.extensions.spoken import spoken

logger = logging.getLogger(__name__)
latex_to_mathml = LatexToMathML(fancy_error=False).convert_with_local_state

PRIMES = ("′", "″", "‴")
SIZES = ("m", "d", "t", "n")  # one color each in the whole book


def outside_environments(latex):
    """Return the LaTeX without what stands between `\\begin` and `\\end`."""
    depth, kept = 0, []
    for piece in re.split(r"(\\(?:begin|end)\{[^}]*\})", latex):
        if piece.startswith(r"\begin{"):
            depth += 1
        elif piece.startswith(r"\end{"):
            depth -= 1
        elif depth == 0:
            kept.append(piece)
    return "".join(kept)


def display_latex(latex, nowrap=False):
    """Prepare the LaTeX of a displayed formula as Sphinx does: paragraphs below each other, `\\\\` breaks a line."""
    if nowrap:  # the numbering is the book's, not the environment's
        return re.sub(r"\\(begin|end)\{(align|alignat|equation|gather|multline)\}", r"\\\1{\2*}", latex)
    parts = [part.strip() for part in re.split(r"\n\s*\n", latex) if part.strip()]
    if len(parts) > 1 or any(r"\\" in outside_environments(part) for part in parts):
        return r"\begin{aligned}" + r" \\ ".join(parts) + r"\end{aligned}"
    return "".join(parts)


def to_mathml(latex, display=False, sizes=True):
    """Return the formula as MathML with its words, its sizes m, d, t, n colored.

    Raises LatexError when it is not understood.
    """
    mathml = latex_to_mathml(latex, displaystyle=display)
    mathml = re.sub(r"&(?!lt;|gt;|amp;|quot;)\w+;", lambda entity: html.unescape(entity[0]), mathml)
    formula = ElementTree.fromstring(mathml)
    for element in formula.iter():
        if element.tag == "msup" and element[1].text in PRIMES:  # this font's primes stand high without being raised
            element.tag = "mrow"
            element[1].attrib.update(lspace="0", rspace="0")
        elif sizes and element.tag == "mi" and not element.attrib and element.text in SIZES:
            element.set("class", f"size-{element.text}")
    formula.set("alttext", spoken(formula))
    return ElementTree.tostring(formula, encoding="unicode")


def _render(translator, node, display):
    builder = translator.builder
    latex = display_latex(node.astext(), node.get("nowrap")) if display else node.astext()
    plain = getattr(builder, "current_docname", None) in builder.config.maths_other_alphabets
    try:
        return to_mathml(latex, display, sizes=not plain)
    except LatexError as error:
        reason = " ".join(str(error).split())
        logger.warning("LaTeX not understood: %s in %r", reason, node.astext(), location=node, type="maths")
        return f"<code>{html.escape(node.astext())}</code>"


def tie_punctuation(app, doctree, docname):
    """Move what no line may begin with into the formula before it: browsers break a line after any formula."""
    for node in doctree.findall(nodes.math) if app.builder.format == "html" else ():
        after = node.next_node(descend=False, siblings=True)
        found = re.match(r"[.,;:!?)’”]+", after) if isinstance(after, nodes.Text) else None
        if found:
            node["tied"] = found[0]
            siblings = node.parent                 # equal texts may stand there twice: the one right after the formula
            siblings[next(i for i, child in enumerate(siblings) if child is node) + 1] = nodes.Text(after[found.end():])


def visit_math(self, node):
    opening = self.starttag(node, "span", "", CLASS="math notranslate nohighlight")
    formula = opening + _render(self, node, display=False) + "</span>"
    self.body.append(f'<span class="tied">{formula}{node["tied"]}</span>' if "tied" in node else formula)
    raise nodes.SkipNode


def visit_math_block(self, node):
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    self.body.append('<div class="math-scroll">' + _render(self, node, display=True) + "</div>")
    if node.get("number"):
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append(node.get("receipt", "") + "</div>\n")
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.connect("doctree-resolved", tie_punctuation)
    app.add_config_value("maths_other_alphabets", [], "html", [list])  # pages whose m, d, t, n are not the book's
    return {"parallel_read_safe": True, "parallel_write_safe": True}
