"""Lets the code cells of a page run in the reader's browser.

A Sphinx extension. For HTML pages on disk it writes the packs (packs.py) into the site, and gives every page with code
cells its script and style: a few small files of page/, joined in the order below inside one function. Where the Python
for the pages cannot be had (tools/make/wasm.py), one line says so, and the pages are built without Run buttons.
"""

import ast
import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

from tools.make import wasm

from . import examples, packs, patients, practice, predictions, symbols

logger = logging.getLogger(__name__)
HERE = Path(__file__).parent / "page"
PARTS = ("dom", "load", "kernel", "store", "cells", "editor", "work", "exercises", "predictions",
         "run", "main")     # in this order
NEEDED = '"WebAssembly" in globalThis && "DecompressionStream" in globalThis'
FOLDER = "live"               # below _static
FIELDS = {"derivation": ("derive", examples), "gradient": ("doctor", patients)}     # id of the place on a page: the
#                               name of the script and style that fill it, beside field.js, and what tells it its facts


def code_cells(doctree):
    """Yield (cell, source) of the code cells of a page."""
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") == "cell_code":
            source = next(cell.findall(nodes.literal_block), None)
            if source is not None:
                yield cell, source.astext()


def is_exercise(source):
    """Return whether a cell leaves something to the reader: a value of a name is `...`, or a text with ... in it."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    values = [node.value.value for node in ast.walk(tree)
              if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)]
    return any(value is ... or (isinstance(value, str) and "..." in value) for value in values)


def name_exercises(app, doctree):
    """Give the cells that wait for an answer the class `exercise`."""
    for cell, source in code_cells(doctree):
        if is_exercise(source):
            cell["classes"].append("exercise")


def prepare(app):
    """Write what all pages share; keep the names of the files, or None if the pages cannot run Python."""
    app.live = None
    if app.builder.name != "html":
        return
    try:
        names, size = packs.write(Path(app.outdir) / "_static" / FOLDER)
    except wasm.Missing as reason:
        logger.info(f"no Run buttons: {reason}")
        return
    write(app, "LICENSES", packs.licenses(), ".txt")
    style = write(app, "live", (HERE / "live.css").read_text("utf-8"), ".css")
    setter = write(app, "temml", packs.setter())
    app.live = {"names": names, "size": round(size), "style": style, "setter": Path(setter).name}


def write(app, name, text, suffix=".js"):
    """Write a file of the site that is named with its digest; return its name below _static."""
    file = f"{FOLDER}/{packs.named(name, text, suffix)}"
    (Path(app.outdir) / "_static" / file).write_text(text, "utf-8")
    return file


def script(parts, facts):
    """Return a script of a page: what is true of this book and page, then the parts."""
    known = "".join(f"const {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in facts.items())
    code = "".join(bare((HERE / f"{part}.js").read_text("utf-8")) for part in parts)
    return (f'if ({NEEDED}) (() => {{\n"use strict";\n'
            "const {page: PAGE, notebook: NOTEBOOK} = document.currentScript.dataset;\n"
            f'const HOME = new URL(".", document.currentScript.src).href;\n{known}{code}}})();\n')


def bare(code):
    """Return a script without its indentation and the lines that are comments: a page has no use for them."""
    lines = (line.lstrip() for line in code.splitlines(keepends=True))
    return "".join(line for line in lines if not line.startswith("//"))


def notebook(app, pagename):
    """Write the notebook of a page, without outputs, for readers who take their changes home; return its name."""
    path = Path(app.env.doc2path(pagename))
    if path.suffix != ".ipynb":
        return ""
    content = json.loads(path.read_text("utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return write(app, path.stem, f'livePack("notebook",{json.dumps(content, ensure_ascii=False)})\n')


def book(app):
    """Return the book's name as the keys begin with it under which a browser keeps a reader's work."""
    return re.sub(r"[^a-z0-9]+", "-", (app.config.html_title or app.config.project).lower()).strip("-")


def bring_to_life(app, pagename, templatename, context, doctree):
    """Give a page with code cells its script and style, and each field its own."""
    if not app.live or doctree is None or not any(True for _ in code_cells(doctree)):
        return
    facts = {"BOOK": book(app), "FILES": app.live["names"], "SIZE": app.live["size"], "SETTER": app.live["setter"]}
    app.add_js_file(write(app, "live", script(PARTS, facts)), loading_method="defer", priority=900,
                    **{"data-page": Path(pagename).name, "data-notebook": Path(notebook(app, pagename)).name})
    app.add_css_file(app.live["style"], priority=900)
    for place, (name, source) in FIELDS.items():
        if f'id="{place}"' in context["body"]:
            add_field(app, pagename, name, source)


def add_field(app, pagename, name, source):
    """Give a page a field that judges what a reader brings."""
    cells = json.loads(Path(app.env.doc2path(pagename)).read_text("utf-8"))["cells"]
    facts = {"SIZE": app.live["size"], "SETTER": app.live["setter"], "ROOT": "../" * pagename.count("/"),
             **source.facts(cells)}
    app.add_js_file(write(app, name, script(["field", name], facts)), loading_method="defer", priority=901)
    style = "".join((HERE / f"{part}.css").read_text("utf-8") for part in ("field", name))
    app.add_css_file(write(app, name, style, ".css"), priority=901)


def setup(app):
    app.connect("source-read", predictions.mark)
    app.connect("doctree-read", name_exercises)
    app.connect("builder-inited", prepare)
    app.connect("html-page-context", bring_to_life)
    app.connect("html-page-context", practice.add)
    app.connect("html-page-context", symbols.add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
