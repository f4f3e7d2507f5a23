"""Predictions: each has its answers, its key and a word on every wrong answer; the build stops at one that has not."""
import json
from types import SimpleNamespace

import nbformat
import pytest
from sphinx.errors import ExtensionError

from tools import ROOT
from tools.extensions.live import predictions

CELLS = [(path.stem, cell) for path in sorted((ROOT / "chapters").glob("*.ipynb"))
         for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
TAGGED = [(name, cell.source) for name, cell in CELLS if predictions.TAG in cell.metadata.get("tags", [])]
GOOD = """**Predict first.** What is $2 + 2$?

- (a) 3
- (b) 4

<details><summary>Answer</summary>

(b) Count.

- (a) One is missing.

</details>"""
FIGURE = {"cell_type": "code", "metadata": {}, "source": "", "outputs": [{}]}


def test_the_book_asks():
    assert len(TAGGED) >= 14


@pytest.mark.parametrize("name, source", TAGGED, ids=[f"{name}-{k}" for k, (name, _) in enumerate(TAGGED)])
def test_each_prediction_of_the_book_is_whole(name, source):
    assert predictions.read(source).right and "**Predict first.**" in source


def test_what_asks_for_a_prediction_is_tagged():
    asks = [(name, cell.source) for name, cell in CELLS if "Predict first" in cell.source]
    assert asks == TAGGED


def test_a_prediction_is_read():
    assert predictions.read(GOOD) == (["a", "b"], "b", ["a"])


@pytest.mark.parametrize("old, new, message", [
    ("<details>", "<div>", "no <details>"),
    ("- (a) 3\n", "", "at least two answers"),
    ("- (a) 3", "- 3", "at least two answers"),
    ("(b) Count.", "Count.", "the letter of none"),
    ("(b) Count.", "(c) Count.", "the letter of none"),
    ("- (a) One is missing.\n", "", "tells of each other answer"),
])
def test_a_broken_prediction_stops_the_build(old, new, message):
    assert old in GOOD
    with pytest.raises(ExtensionError, match=f"some/page, cell 2, a prediction: .*{message}"):
        marked([{"cell_type": "markdown", "metadata": {}, "source": ""}, tagged(GOOD.replace(old, new, 1)), FIGURE])


@pytest.mark.parametrize("behind", [[], [{"cell_type": "markdown", "metadata": {}, "source": "x"}, FIGURE],
                                    [FIGURE | {"outputs": []}]])
def test_a_prediction_of_nothing_stops_the_build(behind):
    with pytest.raises(ExtensionError, match="no output waits behind it"):
        marked([tagged(GOOD), *behind])


def test_a_prediction_is_put_into_a_container_that_names_the_answer():
    first, *rest = marked([tagged(GOOD), FIGURE])
    assert first["source"] == f"::::::{{container}} prediction predict-b\n{GOOD}\n::::::\n" and rest == [FIGURE]


def tagged(source):
    """Return a Markdown cell with the tag."""
    return {"cell_type": "markdown", "metadata": {"tags": [predictions.TAG]}, "source": source}


def marked(cells):
    """Return the cells of a notebook as the build reads them."""
    source = [json.dumps({"cells": cells})]
    predictions.mark(SimpleNamespace(env=SimpleNamespace(doc2path=lambda name: f"{name}.ipynb")), "some/page", source)
    return json.loads(source[0])["cells"]
