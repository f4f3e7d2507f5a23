"""The notebooks as students get them, and the answer key: two ways to read the exercises of the chapters."""
import nbformat

from tools import ROOT
from tools.make import notebooks
from tools.make.teach import paper

SOLUTION, END = ":::{admonition} Solution", ":::"
ANSWERS = ((SOLUTION, END), ("<details><summary>Answer", "</details>"))
HINT = ("<details><summary>Hint", "</details>")


def chapters():
    """Return the notebooks of the book that have exercises, in order: (path, notebook)."""
    read = [(path, nbformat.read(path, as_version=4)) for path in sorted((ROOT / "chapters").glob("*.ipynb"))]
    return [(path, notebook) for path, notebook in read if any(map(is_solution, notebook.cells))]


def is_solution(cell):
    """Return whether this is the code of a solution."""
    return "solution" in cell.metadata.get("tags", [])


def without(text, *kinds):
    """Return Markdown without its blocks of these kinds: from a line that begins with `first` to the next `last`."""
    lines = text.replace("<details>\n<summary>", "<details><summary>").splitlines()
    for first, last in kinds:
        kept, within = [], False
        for line in lines:
            within = within or line.startswith(first)
            if not within:
                kept.append(line)
            within = within and line != last
        lines = kept
    return "\n".join(lines).strip()


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


def answered(text):
    """Return the words of exercises, their solutions unfolded and without hints."""
    lines = without(text, HINT, *ANSWERS[1:]).splitlines()
    told = {SOLUTION: "**Solution**", ":class: dropdown": "", END: ""}
    return "\n".join(told.get(line, line) for line in lines)


def exercises(notebook):
    """Return the exercises of a chapter with their solutions, as Markdown."""
    parts, within = [], False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            before, heading, rest = cell.source.partition("## Exercises")
            within = bool(heading) or (within and not cell.source.startswith(("## ", "(", "---")))
            text = answered(rest if heading else before)
            parts += [text[max(0, text.find("### ")):] if heading else text] * within
        elif within:
            parts.append(printed(cell))
    return "\n\n".join(parts)


def write_key(folder):
    """Write all exercises with their solutions, and with what the code of the solutions printed."""
    text = ["# Answer key", "Every exercise of the book with its solution. What stands below the code of a solution is "
            "what it printed when the book was last tested."]
    for _, notebook in chapters():
        text += [notebook.cells[0].source.splitlines()[0].replace("# ", "## ", 1), exercises(notebook)]
    paper.write(folder / "key", "Answer key", "\n\n".join(text))
