"""The whole book as PDF, EPUB and archive, linked in the sidebar with size and version.

A Sphinx extension. The variable BOOK_DOWNLOADS names the folder in which `tools.make.publish` has put the files;
without it there are no links.
"""
import os
import shutil
import tomllib
from pathlib import Path

KINDS = {".pdf": "PDF, to print", ".epub": "EPUB, for a reading device", ".zip": "These pages, without a network"}


def files():
    """Return the files to take along, in the order of KINDS."""
    folder = os.environ.get("BOOK_DOWNLOADS")
    found = sorted(Path(folder).iterdir()) if folder else []
    return sorted((path for path in found if path.suffix in KINDS), key=lambda path: list(KINDS).index(path.suffix))


def version(top):
    """Return the version of the book."""
    return tomllib.loads((Path(top) / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def offer(app, pagename, templatename, context, doctree):
    """Give the sidebar its links: name, file, size."""
    context["downloads"] = [(KINDS[path.suffix], path.name, f"{path.stat().st_size / 1e6:.1f} MB") for path in files()]
    context["book_version"] = version(app.srcdir) if context["downloads"] else ""


def bring(app, exception):
    """Put the files beside the pages."""
    if app.builder.name == "html" and not exception:
        for path in files():
            (Path(app.outdir) / "downloads").mkdir(exist_ok=True)
            shutil.copy(path, Path(app.outdir) / "downloads" / path.name)


def setup(app):
    app.connect("html-page-context", offer)
    app.connect("build-finished", bring)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
