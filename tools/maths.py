"""Maths on the page as MathML, set when the book is built: no script, nothing fetched.

A Sphinx extension with two parts. The renderer turns the LaTeX of every inline and displayed formula into MathML
(package math-core); LaTeX it does not understand is one warning that names the page, so a strict build fails.
At the end the pages are read once more, and the font STIX Two Math (from package ziamath) is cut down to the glyphs
they use and written into `_static/maths.css`, so that it is there before the first line is painted.
"""

import base64
import hashlib
import html
import importlib.util
import io
import re
from pathlib import Path

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)
latex_to_mathml = LatexToMathML(fancy_error=False).convert_with_local_state

STYLE = "maths.css"
FONT_FAMILY = "Book Maths"  # a subset of STIX Two Math, under a name of its own
SIZES = "mdtn"  # one colour each in the whole book


# --- LaTeX to MathML ---------------------------------------------------------------------------------------------

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
    """Return the formula as MathML, its sizes m, d, t, n coloured; raise LatexError when it is not understood."""
    mathml = latex_to_mathml(latex, displaystyle=display)
    mathml = mathml.replace("<mo>′</mo>", '<mo class="prime">′</mo>')
    if sizes:
        mathml = re.sub(rf"<mi>([{SIZES}])</mi>", r'<mi class="size-\1">\1</mi>', mathml)
    return mathml


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


def visit_math(self, node):
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(_render(self, node, display=False) + "</span>")
    raise nodes.SkipNode


def visit_math_block(self, node):
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    self.body.append('<div class="math-scroll">' + _render(self, node, display=True) + "</div>")
    if node.get("number"):
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


# --- the font -----------------------------------------------------------------------------------------------------

def characters(pages):
    """Return the characters that the maths of these pages needs, italic forms of single letters included."""
    needed = set(" 0123456789()[]{}+-=")
    for page in pages:
        for formula in re.findall(r"<math\b.*?</math>", page, flags=re.S):
            needed.update(html.unescape(re.sub(r"<[^>]*>", "", formula)))
    return needed | {italic(c) for c in needed}


def italic(c):
    """Return the mathematical italic form that a browser shows for a letter alone in an `<mi>`."""
    if c == "h":
        return "ℎ"
    for first, last, start in (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("Α", "Ω", 0x1D6E2), ("α", "ω", 0x1D6FC)):
        if first <= c <= last:
            return chr(start + ord(c) - ord(first))
    return {"∂": "\U0001D715", "ϵ": "\U0001D716", "ϑ": "\U0001D717", "ϕ": "\U0001D719", "ϱ": "\U0001D71A",
            "ϖ": "\U0001D71B", "∇": "\U0001D6FB"}.get(c, c)


def subset_font(text):
    """Return STIX Two Math cut down to these characters (stretched forms included), packed as woff2."""
    from fontTools import subset

    package = importlib.util.find_spec("ziamath").submodule_search_locations[0]
    options = subset.Options(flavor="woff2", layout_features=["ssty", "dtls", "ccmp", "kern"], hinting=False,
                             desubroutinize=True, notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14])
    font = subset.load_font(str(Path(package) / "fonts" / "STIXTwoMath-Regular.ttf"), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(text)))
    cutter.subset(font)
    font["head"].modified = font["head"].created  # the same bytes every time
    font.recalcTimestamp = False
    packed = io.BytesIO()
    subset.save_font(font, packed, options)
    return packed.getvalue()


def write_style(app, exception):
    """Write the font's style sheet and its licence, and give the pages its fingerprint."""
    if exception or app.builder.format != "html":
        return
    pages = {path: path.read_text("utf-8") for path in sorted(Path(app.outdir).rglob("*.html"))}
    text = characters(pages.values())
    woff2 = base64.b64encode(subset_font(text)).decode()
    style = (f"/* STIX Two Math, cut down to {len(text)} characters of this book."
             " Copyright 2001-2020 The STIX Fonts Project Authors.\n"
             "   SIL Open Font License 1.1, see OFL.txt beside this file. */\n"
             f'@font-face {{font-family: "{FONT_FAMILY}"; font-display: block;'
             f" src: url(data:font/woff2;base64,{woff2}) format(\"woff2\")}}\n")
    static = Path(app.outdir, "_static")
    static.mkdir(exist_ok=True)
    (static / STYLE).write_text(style, "utf-8")
    (static / "OFL.txt").write_text(Path(__file__).with_name("OFL.txt").read_text("utf-8"), "utf-8")
    version = hashlib.sha256(style.encode()).hexdigest()[:8]
    for path, page in pages.items():
        marked = re.sub(rf"({STYLE})\?v=\w*", rf"\1?v={version}", page)
        if marked != page:
            path.write_text(marked, "utf-8")


def link_style(app, pagename, templatename, context, doctree):
    """Link the font's style sheet from pages that have maths."""
    if app.builder.format == "html" and "<math" in context.get("body", "") + str(context.get("toc", "")):
        address = context["pathto"](f"_static/{STYLE}", 1)
        context["metatags"] = context.get("metatags", "") + f'<link rel="stylesheet" href="{address}?v=0" />\n'


def setup(app):
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    app.add_config_value("maths_other_alphabets", [], "html", [list])  # pages whose m, d, t, n are not the book's
    app.connect("html-page-context", link_style)
    app.connect("build-finished", write_style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
