"""The figures of the chapters as SVG, drawn afresh, each named by its label in the book."""
from concurrent.futures import ThreadPoolExecutor

import nbformat

from tools import ROOT
from tools.make import notebooks

PNG, SVG = "image/png", "image/svg+xml"
INLINE = "--InlineBackend.figure_formats=svg"
WORKERS = 2


def pictures(notebook, kind):
    """Return {name of the figure: picture} of all outputs of this kind."""
    return {cell.metadata.mystnb.figure.name: output.data[kind] for cell in notebook.cells
            for output in cell.get("outputs", []) if kind in output.get("data", {})}


def drawn(path):
    """Execute a notebook, if its figures are pictures, with SVG as their format; return {name: SVG}."""
    notebook = nbformat.read(path, as_version=4)
    if not pictures(notebook, PNG):
        return {}
    notebooks.run(notebook, path.parent, kernel=[INLINE])
    return pictures(notebook, SVG)


def write(folder):
    """Draw the figures of all chapters."""
    paths = sorted((ROOT / "chapters").glob("*.ipynb"))
    with ThreadPoolExecutor(WORKERS) as pool:
        for figures in pool.map(drawn, paths):
            for name, picture in figures.items():
                (folder / f"{name}.svg").write_text(picture, "utf-8")
