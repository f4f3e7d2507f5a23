"""After Run All, every slider of every notebook is live and shows, at every position, the frame stored for the page."""
import hashlib
import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tools import ROOT
from tools.make import notebooks

HTML = "text/html"
MOVE = """import json as _json
from hashlib import sha256 as _sha256
_moved = {}
for _count, _slider in list(Out.items()):
    if type(_slider).__name__ == "Explore":
        _moved[_count] = []
        for _value in _slider.values:
            _slider.value = _value
            _moved[_count].append([_sha256(_slider.image.encode()).hexdigest(), _slider.alt])
print(_json.dumps(_moved))"""


def stored(notebook):
    """Return {execution count: [[digest of the frame, its words] at each position]} of the sliders of a notebook."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get(HTML, "")
            if 'class="explore"' in html:
                data = json.loads(re.search(r'<script type="application/json">(.*?)</script>', html, re.S)[1])
                frames = ("".join(data["parts"][k] for k in frame) for frame in data["frames"])
                found[str(cell.execution_count)] = [[hashlib.sha256(frame.encode()).hexdigest(), alt]
                                                    for frame, alt in zip(frames, data["alts"])]
    return found


NOTEBOOKS = {path.name: nbformat.read(path, as_version=4) for path in sorted((ROOT / "chapters").glob("*.ipynb"))}
MOVING = [name for name, notebook in NOTEBOOKS.items() if stored(notebook)]


def moved(notebook):
    """Run all cells, then move every slider to every position; return what each shows there."""
    run = nbformat.from_dict({**notebook, "cells": [*notebook.cells, new_code_cell(MOVE)]})
    notebooks.run(run, ROOT / "chapters")
    return json.loads(run.cells[-1].outputs[0].text)


def test_there_are_sliders_and_none_is_overlooked():
    made = sum(re.search(r"^explore\(", cell.source, re.M) is not None for notebook in NOTEBOOKS.values()
               for cell in notebook.cells if cell.cell_type == "code")
    assert made == sum(len(stored(NOTEBOOKS[name])) for name in MOVING) > 5


@pytest.mark.slow
@pytest.mark.parametrize("name", MOVING)
def test_every_slider_shows_its_stored_frames(name):
    assert moved(NOTEBOOKS[name]) == stored(NOTEBOOKS[name])


def test_a_slider_that_depends_on_a_later_name_would_be_noticed():
    """The stored frames of a slider are those of its own moment; another frame is another digest."""
    source = ("import matplotlib.pyplot as plt\nfrom backprop.figures import explore\n\ndef draw(k):\n"
              "    figure, ax = plt.subplots()\n    ax.plot([0, k * size])\n    ax.set_ylim(0, 9)\n    return figure")
    make = "size = 1\nexplore(draw, [1, 2], label='k', alt='A line to {}.')"
    notebook = nbformat.v4.new_notebook(cells=[new_code_cell(source), new_code_cell(make), new_code_cell("size = 3")])
    shown = moved(notebook)["2"]
    other = moved(nbformat.v4.new_notebook(cells=[new_code_cell(source), new_code_cell(make.replace("= 1", "= 3"))]))
    assert len({digest for digest, _ in [*shown, *other["2"]]}) == 4
