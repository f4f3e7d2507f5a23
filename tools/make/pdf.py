"""Print the whole book into one PDF, with the browser that reads it: _build/pdf/book.pdf.

    python -m tools.make.pdf

The same sources become one long page (Sphinx's singlehtml), with the numbers of chapters, figures and equations that
the site has; Chromium prints it with bookmarks. Interactive figures appear in their first state, solutions open.
"""

import re
import shutil
import sys
from pathlib import Path

from tools import ROOT
from tools.judge.browser import chromium, launch
from tools.make import build, serve

FOOTER = ('<div style="font: 8px sans-serif; width: 100%; text-align: center; color: #56606c">'
          '<span class="pageNumber"></span></div>')
PREPARE = """() => {
  document.documentElement.dataset.theme = "light";
  document.querySelectorAll("details").forEach((box) => { box.open = true; });
  document.querySelectorAll(".toggle-hidden, .toggle").forEach((box) => box.classList.remove("toggle-hidden"));
}"""
# The page is another file now, its chapters are sections, and the builder writes "page#document-chapter#place": a link
# leads to its place, or to the chapter, or is no link (a picture, a notebook), for the server is gone when it is read.
LINKS = """() => {
  const target = (name) => {
    const found = document.getElementById(name);
    return found?.id.startsWith("document-") && found.nextElementSibling?.id ? found.nextElementSibling : found;
  };
  document.querySelectorAll("a[href]").forEach((link) => {
    if (link.host !== location.host) return;
    const place = decodeURIComponent(link.hash.slice(1)).split("#").reverse().map(target).find(Boolean);
    place ? link.setAttribute("href", "#" + place.id) : link.removeAttribute("href");
  });
}"""


def make(html, out):
    """Print the single page in the folder `html` into the file `out`."""
    from playwright.sync_api import sync_playwright

    single = next(path for path in Path(html).rglob("*.html") if "<article" in path.read_text("utf-8"))
    book = Path(html) / "book.html"  # the builder's links start at the top folder, wherever it puts the page
    if single != book:
        shutil.copy(single, book)
    with serve.running(html) as address, sync_playwright() as playwright:
        page = launch(playwright).new_page()
        page.set_default_timeout(300_000)
        page.goto(f"{address}book.html", wait_until="load")  # the network is idle before it is all read
        page.wait_for_load_state("networkidle")
        page.evaluate(PREPARE)
        page.evaluate(LINKS)
        page.emulate_media(media="print", color_scheme="light", reduced_motion="reduce")
        out.parent.mkdir(parents=True, exist_ok=True)
        page.pdf(path=out, format="A4", scale=0.82, outline=True, tagged=True, print_background=True,
                 display_header_footer=True, header_template="<span></span>", footer_template=FOOTER,
                 margin={"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"})


def main():
    if not chromium():
        sys.exit("No Chromium found: install one (apt install chromium) or name it in the variable CHROMIUM.")
    stored = "--stored" in sys.argv
    how = "with the stored outputs" if stored else "executing every notebook"
    print(f"Building the book as one page, {how} …", flush=True)
    good, record = build.build(builder="singlehtml", stored=stored)
    if not good:
        sys.exit("The book did not build:\n" + "\n".join(build.complaints(record)))
    out = ROOT / "_build" / "pdf" / "book.pdf"
    print("Printing …", flush=True)
    make(ROOT / "_build" / "singlehtml", out)
    pages = len(re.findall(rb"/Type\s*/Page\b", out.read_bytes()))
    print(f"The book is printed: {out} ({pages} pages, {out.stat().st_size / 1e6:.1f} MB).")


if __name__ == "__main__":
    main()
