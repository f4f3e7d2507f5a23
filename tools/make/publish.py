"""Make the whole site as it is published: the pages, and the book as PDF, EPUB and archive, linked in the sidebar.

    python -m tools.make.publish [--stored]              (make publish-dry; the publishing workflow)

The archive holds the pages as they are before they link to it; `chapters/intro.html` in it opens from any folder.
"""
import argparse
import os
import shutil
import sys
from pathlib import Path

from tools import ROOT
from tools.extensions.downloads import version
from tools.judge.browser import chromium
from tools.make import build, pdf


def built(builder, out, stored):
    """Build with one of Sphinx's builders; return the folder, or leave with what is wrong."""
    print(f"Building: {builder} …", flush=True)
    good, record = build.build(into=out, builder=builder, stored=stored)
    if not good:
        sys.exit("The book did not build:\n" + "\n".join(build.complaints(record)))
    return out / "_build" / builder


def make(out, stored=False):
    """Make the site below out/_build/html; return the files to take along."""
    name = f"backpropagation-{version(ROOT)}"
    folder = out / "_build" / "downloads"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ.pop("BOOK_DOWNLOADS", None)
    html = built("html", out, stored)
    shutil.make_archive(str(folder / name), "zip", html.parent, html.name)
    shutil.copy(built("epub", out, stored) / "book.epub", folder / f"{name}.epub")
    pdf.make(built("singlehtml", out, stored), folder / f"{name}.pdf")
    os.environ["BOOK_DOWNLOADS"] = str(folder)
    built("html", out, stored)
    return sorted(folder.iterdir())


def main():
    parser = argparse.ArgumentParser(description="Make the whole site as it is published.")
    parser.add_argument("--stored", action="store_true", help="show the stored outputs, execute nothing")
    parser.add_argument("--into", type=Path, default=ROOT, metavar="FOLDER", help="build in FOLDER/_build")
    options = parser.parse_args()
    sys.stdout.reconfigure(errors="replace")  # a terminal may know ASCII only
    if not chromium():
        sys.exit("No Chromium found: install one (apt install chromium) or name it in the variable CHROMIUM.")
    for path in make(options.into.resolve(), options.stored):
        print(f"  {path.name}: {path.stat().st_size / 1e6:.1f} MB")
    print("The site is in _build/html, as it would be published.")


if __name__ == "__main__":
    build.in_one_sentence(main)
