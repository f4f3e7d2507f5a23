"""The fonts of the book, cut down to the characters its pages use.

A Sphinx extension. When the pages are written it reads them once more and keeps, of each font, the glyphs that occur:
Source Serif (package font-source-serif-pro) for the text, STIX Two Math (package ziamath) for the maths, and of the
theme's own Font Awesome the few icons shown. All go into one style sheet, `_static/fonts.css`. They arrive with the
styles, before the first line is painted: nothing shifts when a font comes in late, and `file://` works like a server.
"""

import base64
import hashlib
import html
import importlib.util
import io
import logging
import re
from pathlib import Path

from fontTools import subset

logging.getLogger("fontTools").setLevel(logging.WARNING)

STYLE = "fonts.css"
SERIF, STIX, THEME = "font_source_serif_pro", "ziamath", "pydata_sphinx_theme"
VENDOR = "theme/pydata_sphinx_theme/static/"
FACES = (  # family on the page, weight, style, what it shows, package, file, features kept
    ("Book Text", 400, "normal", "text", SERIF, "files/SourceSerifPro-Regular.ttf", ["kern", "liga"]),
    ("Book Text", 400, "italic", "text", SERIF, "files/SourceSerifPro-It.ttf", ["kern", "liga"]),
    ("Book Text", 600, "normal", "text", SERIF, "files/SourceSerifPro-Semibold.ttf", ["kern", "liga"]),
    ("Book Maths", 400, "normal", "maths", STIX, "fonts/STIXTwoMath-Regular.ttf", ["ssty", "dtls", "ccmp", "kern"]),
    ("Font Awesome 6 Free", 900, "normal", "icons", THEME, VENDOR + "vendor/fontawesome/webfonts/fa-solid-900.ttf", []),
    ("Font Awesome 6 Brands", 400, "normal", "icons", THEME, VENDOR + "vendor/fontawesome/webfonts/fa-brands-400.ttf",
     []),
)
RENAMED = {"Book Text", "Book Maths"}  # a changed font may not carry a reserved name
NOTICE = """/* Fonts cut down to the characters of this book; all under the SIL Open Font License 1.1.
   Book Maths: from STIX Two Math, copyright 2001-2020 The STIX Fonts Project Authors (OFL-STIX.txt).
   Book Text: from a typeface of Adobe, copyright 2014 Adobe Systems Incorporated (OFL-text.txt).
   Icons: Font Awesome 6 Free, copyright Fonticons, Inc., https://fontawesome.com (SIL OFL 1.1). */
"""


def package_file(package, name):
    return Path(importlib.util.find_spec(package).submodule_search_locations[0]) / name


def italic(c):
    """Return the mathematical italic form that a browser shows for a letter alone in an `<mi>`."""
    if c == "h":
        return "ℎ"
    for first, last, start in (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("Α", "Ω", 0x1D6E2), ("α", "ω", 0x1D6FC)):
        if first <= c <= last:
            return chr(start + ord(c) - ord(first))
    return {"∂": "\U0001D715", "ϵ": "\U0001D716", "ϑ": "\U0001D717", "ϕ": "\U0001D719", "ϱ": "\U0001D71A",
            "ϖ": "\U0001D71B", "∇": "\U0001D6FB"}.get(c, c)


def text_of(markup):
    return set(html.unescape(re.sub(r"<[^>]*>", "", markup)))


def icons_of(pages, styles):
    """Return the icons that these pages name by class and the theme's styles by variable."""
    names = {name for page in pages for name in re.findall(r"\bfa-([a-z0-9-]+)", page)}
    icons = set("".join(re.findall(r'--pst-icon-[a-z-]+:"([^"]+)"', styles)))
    for selectors, code in re.findall(r'([^{}]*)\{content:"\\(f[0-9a-f]{3})"', styles):
        classes = re.findall(r"\.fa-([a-z0-9-]+):", selectors)
        if not classes or names & set(classes):
            icons.add(chr(int(code, 16)))
    return icons


def characters(pages, styles=""):
    """Return which characters the pages need as text, as maths (with the italic of single letters) and as icons."""
    text = {chr(code) for code in range(0x20, 0x7F)}  # what a widget may write at any time
    maths = set("()[]{}+-=0123456789 ")
    for page in pages:
        text |= text_of(re.sub(r"<(script|style|math)\b.*?</\1>", "", page, flags=re.S))
        for formula in re.findall(r"<math\b.*?</math>", page, flags=re.S):
            maths |= text_of(formula) | ({"√"} if "<msqrt" in formula else set())
    return {"text": text, "maths": maths | {italic(c) for c in maths}, "icons": icons_of(pages, styles)}


def cut(path, text, features, family):
    """Return the font cut down to these characters (stretched forms of brackets included), packed as woff2."""
    options = subset.Options(flavor="woff2", layout_features=features, hinting=False, desubroutinize=True,
                             notdef_outline=True, name_IDs=[0, 1, 2, 4, 6, 7, 13, 14])
    font = subset.load_font(str(path), options)
    font.recalcTimestamp = False  # the same bytes every time
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(text)))
    cutter.subset(font)
    for record in font["name"].names:
        if family in RENAMED and record.nameID in (1, 4, 6):
            record.string = family.replace(" ", "") if record.nameID == 6 else family
    packed = io.BytesIO()
    subset.save_font(font, packed, options)
    return packed.getvalue()


def style_sheet(pages, styles=""):
    """Return the style sheet with every face that these pages need."""
    needed = characters(pages, styles)
    sheet = NOTICE
    for family, weight, style, shows, package, name, features in FACES:
        woff2 = base64.b64encode(cut(package_file(package, name), needed[shows], features, family)).decode()
        sheet += (f'@font-face {{font-family: "{family}"; font-weight: {weight}; font-style: {style};'
                  f' font-display: block; src: url(data:font/woff2;base64,{woff2}) format("woff2")}}\n')
    return sheet


def write_style(app, exception):
    """Write the style sheet and the licenses, and give the pages the fingerprint of the sheet."""
    if exception or app.builder.format != "html":
        return
    pages = {path: path.read_text("utf-8") for path in sorted(Path(app.outdir).rglob("*.html"))}
    static = Path(app.outdir, "_static")
    styles = "".join(path.read_text("utf-8") for path in sorted(static.glob("styles/*.css")))
    sheet = style_sheet(list(pages.values()), styles)
    (static / STYLE).write_text(sheet, "utf-8")
    (static / "OFL-STIX.txt").write_text(Path(__file__).with_name("OFL-STIX.txt").read_text("utf-8"), "utf-8")
    (static / "OFL-text.txt").write_text(package_file(SERIF, "files/LICENSE.txt").read_text("utf-8"), "utf-8")
    version = hashlib.sha256(sheet.encode()).hexdigest()[:8]
    for path, page in pages.items():
        marked = re.sub(rf'_static/{STYLE}(\?v=\w*)?"', f'_static/{STYLE}?v={version}"', page)
        if marked != page:
            path.write_text(marked, "utf-8")


def setup(app):
    app.add_css_file(STYLE, priority=900)  # after the theme's, so that its icon fonts are not fetched
    app.connect("build-finished", write_style, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
