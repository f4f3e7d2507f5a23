"""Markdown on paper: one HTML file that needs nothing beside it, and the PDF that Chromium prints of it."""
import html
from functools import cache

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from tools.extensions import fonts, maths
from tools.judge.browser import chromium, launch

STYLE = """
  body { max-width: 42rem; margin: 2rem auto; padding: 0 1rem; font: 11pt/1.45 "Book Text", Georgia, serif; }
  math { font-family: "Book Maths", "STIX Two Math", "Cambria Math", math; }
  h1, h2, h3 { font-family: sans-serif; line-height: 1.2; break-after: avoid; }
  pre { font-size: 8.5pt; background: #f4f5f7; padding: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
  table { border-collapse: collapse; margin: .6rem 0; } th, td { border: 1px solid #8a929c; padding: .15rem .6rem; }
  math[display=block] { margin: .5rem 0; overflow-x: auto; }
  .space { border: 1px solid #8a929c; border-radius: 4px; margin: .4rem 0 1rem; break-inside: avoid; }
  p:has(+ .space), p:has(+ [display=block]), p:has(> strong:only-child) { break-after: avoid; }
  .last-page { break-before: page; }
  @page { size: A4; margin: 18mm; }
"""


def formula(latex, options):
    """Return a formula as MathML."""
    latex = latex.strip()
    return maths.to_mathml(maths.display_latex(latex) if options["display_mode"] else latex,
                           options["display_mode"], sizes=False)


@cache
def markdown():
    """Return the reader of the book's Markdown; a link into the book is its words, for paper leads nowhere."""
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    reader.use(dollarmath_plugin, renderer=formula, double_inline=True)
    reader.add_render_rule("link_open", _link_open)
    reader.add_render_rule("link_close", _link_close)
    return reader


def _link_open(renderer, tokens, index, options, env):
    away = tokens[index].attrGet("href").startswith("https:")
    env.setdefault("links", []).append(away)
    return renderer.renderToken(tokens, index, options, env) if away else ""


def _link_close(renderer, tokens, index, options, env):
    return "</a>" if env["links"].pop() else ""


def page(title, text):
    """Return the HTML of a page, with the letters of its fonts."""
    body = f"<body><main>\n{markdown().render(text)}</main></body>"
    return (f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<style>{fonts.style_sheet([body])}{STYLE}</style></head>\n{body}</html>\n")


def write(stem, title, text):
    """Write stem.html from Markdown."""
    stem.with_suffix(".html").write_text(page(title, text), "utf-8")


def print_all(folder):
    """Print every HTML file below a folder into a PDF beside it; without a Chromium nothing is printed."""
    if not chromium():
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launch(playwright)
        for path in sorted(folder.rglob("*.html")):
            sheet = browser.new_page()
            sheet.goto(path.resolve().as_uri())
            sheet.pdf(path=path.with_suffix(".pdf"), format="A4", print_background=True, tagged=True, outline=True,
                      prefer_css_page_size=True)
            sheet.close()
