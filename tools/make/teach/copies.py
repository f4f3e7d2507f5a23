"""The notebooks as students get them, and the answer key: two ways to read the exercises of the chapters."""
import nbformat

from tools import ROOT
from tools.make import notebooks
from tools.make.teach import paper

ANSWERS = ((":::{admonition} Solution", ":::"), ("<details><summary>Answer</summary>", "</details>"))
HINT = ("<details><summary>Hint", "</details>")


def chapters():
    """Return the notebooks of the book that have exercises, in order: (path, notebook)."""
    read = [(path, nbformat.read(path, as_version=4)) for path in sorted((ROOT / "chapters").glob("*.ipynb"))]
    return [(path, notebook) for path, notebook in read if any(map(is_solution, notebook.cells))]


def is_solution(cell):
    """Return whether this is the code of a solution."""
    return "solution" in cell.metadata.get("tags", [])


def blocks(text, first, last):
    """Return (lines outside, lines inside) of all blocks that begin with the line `first` and end at the next `last`."""
    outside, inside, within = [], [], False
    for line in text.splitlines():
        within = within or line.startswith(first)
        (inside if within else outside).append(line)
        within = within and line != last
    return outside, inside


def without(text, *kinds):
    """Return Markdown without the blocks of these kinds."""
    for first, last in kinds:
        text = "\n".join(blocks(text, first, last)[0])
    return text.strip()


def student(notebook):
    """Return the notebook without solutions, answers and outputs; its hints stay."""
    kept = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell = nbformat.from_dict({**cell, "source": without(cell.source, *ANSWERS)})
        if cell.source and not is_solution(cell):
            kept.append(cell)
    copy = notebooks.tidy(nbformat.from_dict({**notebook, "cells": kept}))
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return copy


def write_copies(folder):
    """Write a student's copy of every chapter with exercises."""
    for path, notebook in chapters():
        (folder / path.name).write_text(notebooks.text(student(notebook)), "utf-8")


def printed(cell):
    """Return the code of a cell as Markdown, and of a solution what it printed."""
    said = "".join(output.get("text", "") for output in cell.outputs) if is_solution(cell) else ""
    return f"```python\n{cell.source}\n```\n\n" + (f"```text\n{said.rstrip()}\n```" if said else "")


def exercises(notebook):
    """Yield each exercise with its solution as Markdown: from a heading with stars to the next heading."""
    parts, within = [], False
    for cell in notebook.cells:
        if cell.cell_type == "code":
            parts += [printed(cell)] * within
            continue
        before, stars, rest = cell.source.partition("### ★")
        if within and cell.source.startswith(("#", "(sec-", "---")):
            yield "\n\n".join(parts)
            parts, within = [], False
        if stars or within:
            within = True
            parts.append(answered(stars + rest if stars else before))
    if within:
        yield "\n\n".join(parts)


def answered(text):
    """Return the words of an exercise, its solution unfolded and without its hints."""
    (first, last), text = ANSWERS[0], without(text, HINT)
    asked, solution = blocks(text, first, last)
    kept = [line for line in solution if line not in (first, last, ":class: dropdown")]
    return "\n".join(asked + (["", "**Solution**", "", *kept] if kept else [])).strip()


def write_key(folder):
    """Write all exercises with their solutions, and with what the code of the solutions printed."""
    text = ["# Answer key", "Every exercise of the book with its solution. The numbers below the code are those that it "
            "printed when the book was last tested."]
    for _, notebook in chapters():
        text += [notebook.cells[0].source.splitlines()[0].replace("# ", "## ", 1), *exercises(notebook)]
    paper.write(folder / "key", "Answer key", "\n\n".join(text))
