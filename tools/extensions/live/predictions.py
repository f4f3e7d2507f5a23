"""Predictions: a question with answers (a), (b), … that is asked before the output that answers it.

A Markdown cell with the tag `prediction` holds the question, a list of answers, and below it a `<details>`: the right
answer with its reason, then a list of what is wrong with the others. The cells behind it hold the output. On the site
the cell becomes a container that names the right answer; page/predictions.js asks, and covers the output until then.
Anywhere else it reads as it is written.
"""

import json
from typing import NamedTuple

from sphinx.errors import ExtensionError

TAG = "prediction"
FOLDED = "<details>"


class Prediction(NamedTuple):
    """Hold the letters of the answers, the right one, and those whose fault is told."""

    answers: list
    right: str
    told: list


def letter(text):
    """Return the letter of an answer that begins with (a) or **(a)**, or an empty string."""
    start = text.strip().removeprefix("**")
    return start[1] if start[:1] == "(" and start[2:3] == ")" and start[1:2].isalpha() else ""


def listed(lines):
    """Return the letters of the list items among some lines."""
    return [letter(line[2:]) for line in lines if line.startswith("- ")]


def read(source):
    """Return the prediction in a Markdown cell; raise ValueError that says what is missing."""
    asked, fold, answer = source.partition(FOLDED)
    if not fold:
        raise ValueError("there is no <details> with the answer")
    told = answer.partition("</summary>")[2].strip().splitlines()
    prediction = Prediction(listed(asked.splitlines()), letter(told[0]) if told else "", listed(told))
    if len(prediction.answers) < 2 or "" in prediction.answers:
        raise ValueError("a list of at least two answers is wanted, each beginning with (a), (b), …")
    if prediction.right not in prediction.answers:
        raise ValueError("the answer begins with the letter of none of the answers")
    if sorted({prediction.right, *prediction.told}) != sorted(prediction.answers):
        raise ValueError("the answer tells of each other answer, in a list, what is wrong with it")
    return prediction


def mark(app, docname, source):
    """Put each prediction of a notebook into a container that names its right answer."""
    if app.env.doc2path(docname).endswith(".ipynb") and f'"{TAG}"' in source[0]:
        notebook = json.loads(source[0])
        for number, cell in enumerate(notebook["cells"]):
            if TAG in cell["metadata"].get("tags", []):
                contain(docname, notebook["cells"], number)
        source[0] = json.dumps(notebook)


def contain(docname, cells, number):
    """Put the prediction in one cell into its container, if an output waits behind it."""
    text = "".join(cells[number]["source"])
    try:
        right = read(text).right
        if not any(cell.get("outputs") for cell in following(cells[number + 1:])):
            raise ValueError("no output waits behind it")
    except ValueError as error:
        raise ExtensionError(f"{docname}, cell {number + 1}, a prediction: {error}") from None
    cells[number]["source"] = f"::::::{{container}} prediction predict-{right}\n{text}\n::::::\n"


def following(cells):
    """Yield the code cells that stand at the head of some cells."""
    for cell in cells:
        if cell["cell_type"] != "code":
            return
        yield cell
