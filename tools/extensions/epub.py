"""The book as EPUB 3: the same pages as strict XHTML, without what only scripts bring to life.

A Sphinx extension, at work in Sphinx's own builder `epub` only. What stands in a page as HTML becomes XHTML; MathML and
SVG get their namespaces; scripts and their controls go, and the first picture of a slider stays. Names and numbers of
the book come from its configuration.
"""
from pathlib import Path
from xml.dom import minidom

from bs4 import BeautifulSoup
from sphinx.builders.epub3 import Epub3Builder

from tools.extensions import downloads

NAMESPACES = {"math": "http://www.w3.org/1998/Math/MathML", "svg": "http://www.w3.org/2000/svg"}
GONE = "script, style, button, input, .headerlink, .copybtn, aside.receipt"
STYLE = Path(__file__).with_name("book-epub.css")


def configure(app):
    """Name the book, and bring no file but its style sheet."""
    if app.builder.name != "epub":
        return
    config = app.config
    config.project = config.epub_title = config.html_title
    config.version = config.release = downloads.version(app.srcdir)
    config.epub_basename, config.epub_tocscope, config.epub_show_urls = "book", "includehidden", "no"
    config.epub_identifier = config.epub_uid = f"backprop-course-{config.version}"
    config.epub_description, config.epub_contributor = config.html_title, config.author
    config.epub_use_index, config.html_static_path, config.epub_css_files = False, [str(STYLE)], []


def xhtml(markup):
    """Return HTML as XHTML that needs no script."""
    soup = BeautifulSoup(markup, "html.parser")
    for element in soup.select(GONE):
        element.decompose()
    for name, namespace in NAMESPACES.items():
        for element in soup.find_all(name):
            element["xmlns"] = namespace
    for paragraph in soup.select("summary p"):
        paragraph.unwrap()
    for element in soup.select("math :not(mstyle):is([displaystyle], [scriptlevel])"):  # MathML 3 has these on few
        how = {name: element.attrs.pop(name) for name in ("displaystyle", "scriptlevel") if name in element.attrs}
        element.wrap(soup.new_tag("mstyle", attrs=how))
    for link in soup.select('a[href*=".html#"]:not([href*=":"])'):
        link["href"] = link["href"].replace(".html#", ".xhtml#")
    return soup.decode(formatter="minimal")


class Book(Epub3Builder):
    """Sphinx's builder, whose list of contents says which pages hold formulas and drawings."""

    def build_content(self):
        """Write the list, then add what EPUB 3 asks of it."""
        super().build_content()
        path = Path(self.outdir, "content.opf")
        listing = minidom.parse(str(path))
        for item in listing.getElementsByTagName("item"):
            file = Path(self.outdir, item.getAttribute("href"))
            page = file.read_text("utf-8") if file.suffix == ".xhtml" and file.exists() else ""
            found = [kind for kind, tag in (("mathml", "<math"), ("svg", "<svg")) if tag in page]
            if found:
                item.setAttribute("properties", " ".join(found))
        path.write_text(listing.toxml(), "utf-8")


def prepare(app, pagename, templatename, context, doctree):
    """Make the page strict, and give it one small style sheet."""
    if app.builder.name == "epub":
        context["body"] = xhtml(context.get("body", ""))
        context["script_files"], context["css_files"] = [], [f"_static/{STYLE.name}"]
        context["metatags"] = ""


def setup(app):
    app.add_builder(Book, override=True)
    app.connect("builder-inited", configure, priority=400)  # before Sphinx looks for a version
    app.connect("html-page-context", prepare, priority=950)  # after all that others add
    return {"parallel_read_safe": True, "parallel_write_safe": True}
