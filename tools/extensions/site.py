"""What this book adds to its theme: light pages, descriptions, a 404 page, and addresses only where they exist.

A Sphinx extension. Three environment variables, set by the workflow that publishes the book and absent otherwise:
BOOK_BASE_URL (where the pages will stand: canonical links, social cards, sitemap), BOOK_REPOSITORY_URL (where the
sources stand: repository and issue buttons) and BOOK_BINDER_URL (a Binder host: launch buttons).
"""

import html
import os
import re
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from docutils import nodes

from tools.extensions import maths
from tools.extensions.corner import misfit

CARD = "_static/card.png"  # the picture of the social card, drawn where the book has an address


# --- addresses from the environment --------------------------------------------------------------------------------

def read_environment(app, config):
    """Put the addresses of the publishing environment, if any, where Sphinx and the theme look for them."""
    base, repository, binder = (os.environ.get(f"BOOK_{name}_URL", "").strip().rstrip("/")
                                for name in ("BASE", "REPOSITORY", "BINDER"))
    config.html_baseurl = base + "/" if base else ""
    if "BOOK_CACHE" in os.environ:  # tools.make.build has executed the notebooks, or shows what is stored in them
        config.nb_execution_cache_path = os.environ["BOOK_CACHE"]
        config.nb_execution_mode = "cache" if os.environ["BOOK_CACHE"] else "off"
        config.nb_execution_excludepatterns = os.environ.get("BOOK_FAILED", "").split()
    options = config.html_theme_options
    options["repository_url"] = repository
    options["repository_branch"] = os.environ.get("BOOK_BRANCH", "main")
    options["use_repository_button"] = options["use_issues_button"] = bool(repository)
    options["launch_buttons"] = {}
    if repository and binder:
        options["launch_buttons"] = {"binderhub_url": binder, "notebook_interface": "jupyterlab"}


# --- light pages ---------------------------------------------------------------------------------------------------

UNNEEDED = ("scripts/fontawesome.js",)  # the few icons are drawn by custom.css
SEARCH_ONLY = ("searchtools.js", "language_data.js", "searchindex.js")
SCRIPT_NEEDS = {  # file: what a page contains when it needs that file
    "togglebutton.js": r'class="[^"]*\b(?:dropdown|toggle)\b',
    "design-tabs.js": r"sd-tab-set",
    "clipboard.min.js": r'class="highlight',
    "copybutton.js": r'class="highlight',
    "maths.js": r'class="(math-scroll|proofread-says)"',
}
STYLE_NEEDS = {
    "togglebutton.css": SCRIPT_NEEDS["togglebutton.js"],
    "sphinx-design.min.css": r'class="[^"]*\bsd-',
    "copybutton.css": SCRIPT_NEEDS["copybutton.js"],
    "mystnb.css": r'class="[^"]*\bcell\b',
}


def file_name(asset):
    return str(getattr(asset, "filename", asset) or "").split("?")[0].rsplit("/", 1)[-1]


def lighten(app, pagename, templatename, context, doctree):
    """Leave out scripts and styles that this page does not use."""
    body = context.get("body", "")
    unneeded = UNNEEDED if pagename == "search" else UNNEEDED + SEARCH_ONLY

    def lean(markup):
        names = "|".join(re.escape(name) for name in unneeded)
        return re.sub(rf'\s*<script[^>]*src="[^"]*(?:{names})[^"]*"[^>]*></script>', "", str(markup))

    def used(asset, needs):
        return re.search(needs.get(file_name(asset), ""), body)

    context["lean"] = lean
    context["script_files"] = [a for a in context["script_files"] if used(a, SCRIPT_NEEDS)]
    context["css_files"] = [a for a in context["css_files"] if used(a, STYLE_NEEDS)]


# --- the sizes in code comments ------------------------------------------------------------------------------------

def color_sizes(code):
    """Give m, d, t, n their colors where a comment states a shape, as in `# (n, d)`."""
    size = r"[mdtn1]"

    def shape(match):
        return re.sub(r"[mdtn]", lambda m: f'<span class="size-{m[0]}">{m[0]}</span>', match[0])

    def comment(match):
        return re.sub(rf"\({size}(?:, ?{size})*,?\)", shape, match[0])

    return re.sub(r'<span class="c1">[^<]*</span>', comment, code)


def wrap_highlighter(app):
    if app.builder.format != "html":
        return
    highlight = app.builder.highlighter.highlight_block
    app.builder.highlighter.highlight_block = lambda *args, **options: color_sizes(highlight(*args, **options))


# --- found and shared ----------------------------------------------------------------------------------------------

def plain(node):
    """Return the text of a node, its formulas as a reader sees them and not as LaTeX."""
    def words(text):
        if not isinstance(text.parent, nodes.math):
            return text.astext()
        try:
            return html.unescape(re.sub(r"<[^>]*>", "", maths.to_mathml(text.astext())))
        except maths.LatexError:
            return text.astext()

    return "".join(words(text) for text in node.findall(nodes.Text))


def description(app, pagename, doctree):
    """Return what the page says of itself, or its first sentences, in at most 160 characters."""
    metadata = app.env.metadata.get(pagename, {})
    text = metadata.get("description") or ""
    if not text and doctree is not None:
        paragraphs = (p for p in doctree.findall(nodes.paragraph) if not isinstance(p.parent, nodes.Admonition))
        text = next((plain(p) for p in paragraphs if len(p.astext()) > 40), "")
    text = re.sub(r"^What you will do: (\w)", lambda first: first[1].upper(), " ".join(text.split()))
    return text if len(text) <= 160 else text[:159].rsplit(" ", 1)[0] + "…"


def describe(app, pagename, templatename, context, doctree):
    """Add description and, where the page has an address, its social card."""
    tags = context.get("metatags", "")
    title = re.sub(r"<[^>]*>", "", context.get("title", "")) or app.config.html_title
    context.setdefault("pagetitle", title)  # what the theme prints on paper
    text = description(app, pagename, doctree) or app.config.html_title
    found = {"description": text} if 'name="description"' not in tags else {}
    if app.config.html_baseurl:
        base = app.config.html_baseurl
        found.update({"og:title": html.unescape(title), "og:description": text, "og:type": "article",
                      "og:site_name": app.config.html_title, "og:url": f"{base}{pagename}.html",
                      "og:image": base + CARD, "og:image:alt": f"{app.config.html_title}: the formula of the book",
                      "twitter:card": "summary_large_image"})
    for name, value in found.items():
        attribute = "property" if name.startswith("og:") else "name"
        tags += f'<meta {attribute}="{name}" content="{html.escape(value, quote=True)}" />\n'
    if pagename == "404" and app.config.html_baseurl:  # served under any missing address: relative links need a base
        tags += f'<base href="{urlsplit(app.config.html_baseurl).path}" />\n'
    context["metatags"] = tags


def missing_page(app):
    """Yield the page that a server shows for an address that does not exist."""
    if app.builder.name != "html":
        return
    start = app.config.root_doc
    body = ('<section id="page-not-found"><h1>This page does not exist</h1>'
            '<p>Something does not fit: here, 3 columns meet 2 rows.</p>' + misfit() +
            f'<p>The address may have changed. <a href="{start}.html">Start at the first page</a>'
            ' or <a href="search.html">search the book</a>.</p></section>')
    yield "404", {"title": "Page not found", "body": body}, "page.html"


def finish(app, exception):
    """Write what belongs to the whole site: the entry page, the sitemap, a note for GitHub Pages."""
    if exception or app.builder.name != "html":
        return
    out, base, start = Path(app.outdir), app.config.html_baseurl, app.config.root_doc
    (out / ".nojekyll").write_text("")
    if start != "index":
        icon = f'<link rel="icon" href="{app.config.html_favicon}">' if app.config.html_favicon else ""
        (out / "index.html").write_text(
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(app.config.html_title)}'
            f'</title>{icon}<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<meta http-equiv="refresh" content="0; url={start}.html"></head>'
            f'<body><main><h1>{html.escape(app.config.html_title)}</h1><p><a href="{start}.html">Start reading</a></p>'
            "</main></body></html>\n", "utf-8")
    if base:
        from tools.extensions import card

        card.draw(out / CARD, app.config.html_title)
        pages = "".join(f"  <url><loc>{escape(base + name)}.html</loc></url>\n" for name in sorted(app.env.found_docs))
        (out / "sitemap.xml").write_text(
            '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
            f"{pages}</urlset>\n", "utf-8")
        (out / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n", "utf-8")


def setup(app):
    app.connect("config-inited", read_environment)
    app.connect("builder-inited", wrap_highlighter)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", lighten, priority=900)
    app.connect("html-collect-pages", missing_page)
    app.connect("build-finished", finish, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
