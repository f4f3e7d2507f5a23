"""The chapters keep the rules; and every rule is seen to fail on a page that breaks it."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import ROOT
from tools.judge import rules
from tools.make import notebooks

CHAPTERS = rules.chapters()


def test_there_are_chapters():
    assert any(path.suffix == ".ipynb" for path in CHAPTERS), "no notebook in chapters/: nothing would be tested"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_chapter_keeps_the_rules(path):
    assert rules.problems(path) == []


def test_book_keeps_the_rules():
    assert rules.book_problems(CHAPTERS) == []


# --- the rules can fail ---------------------------------------------------------------------------------------------

TITLE = "# Break a rule\n\nSome prose."
ALT = "A line that rises from the left to the right"
FIGURE = {"mystnb": {"image": {"alt": ALT}, "figure": {"caption": "A line.", "name": "fig-line"}}}
PICTURE = new_output("display_data", {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure size 600x400 with 1 Axes>"})


def code(source="x = 1", count=2, **more):
    return new_code_cell(source, execution_count=count, **more)


def write(folder, *cells, title=TITLE, tidy=True):
    notebook = new_notebook(cells=[new_markdown_cell(title), code("import numpy as np", 1), *cells])
    if tidy:
        notebook = notebooks.tidy(notebook)
    path = folder / "broken.ipynb"
    path.write_text(notebooks.text(notebook), "utf-8")
    return path


def result(data):
    return [new_output("execute_result", data, execution_count=2)]


BROKEN_CELLS = {
    "not executed": ("was not executed", code(count=None)),
    "executed out of order": ("was not executed", code(count=7)),
    "empty": ("is empty", code("")),
    "26 lines": ("has 26 lines", code("\n".join(["x = 1"] * 26))),
    "sys.path": ("uses sys.path", code("import sys\nsys.path.insert(0, '..')")),
    "star import": ("imports everything", code("from backprop import *")),
    "run magic": ("leaves Python", code("%run other.py")),
    "shell": ("leaves Python", code("!pip install numpy")),
    "filterwarnings": ("uses warnings.filterwarnings", code("import warnings\nwarnings.filterwarnings('ignore')")),
    "semicolon": ("ends in a semicolon", code("print(1);")),
    "semicolon before a comment": ("ends in a semicolon", code("print(1);  # quiet")),
    "error": ("raised ValueError", code(outputs=[new_output("error", ename="ValueError", evalue="", traceback=[])])),
    "stderr": ("wrote to stderr", code(outputs=[new_output("stream", name="stderr", text="careful")])),
    "no alt": ("without alternative text", code(outputs=[PICTURE])),
    "short alt": ("without alternative text", code(outputs=[PICTURE], metadata={"mystnb": {
        **FIGURE["mystnb"], "image": {"alt": "a line"}}})),
    "no caption": ("without caption", code(outputs=[PICTURE], metadata={"mystnb": {"image": {"alt": ALT}}})),
    "widget without text": ("stores a widget without", code(outputs=result(
        {notebooks.WIDGET_VIEW: {"model_id": "1"}, "text/plain": "IntSlider(value=0)"}))),
    "address": ("memory address", code(outputs=result({"text/plain": "<Thing at 0x7f00deadbeef>"}))),
    "bare array": ("bare NumPy value", code(outputs=result({"text/plain": "array([1., 2.])"}))),
    "bare scalar": ("bare NumPy value", code(outputs=result({"text/plain": "np.float64(0.5)"}))),
    "all digits": ("more than 12 decimals", code(outputs=[new_output("stream", text="0.1234567890123456\n")])),
    "output ignored": ("is not compared", code(metadata={"tags": ["nbval-ignore-output"]})),
    "output ignored by comment": ("being compared", code("# NBVAL_IGNORE_OUTPUT\nprint(1)")),
    "skipped": ("is not compared", code(metadata={"tags": ["nbval-skip"]})),
    "hidden": ("is folded but is no solution", code(metadata={"tags": ["hide-cell"]})),
    "folded words": ("is folded under 'The check' but holds something else",
                     code(metadata={"tags": ["hide-cell"], "mystnb": {"code_prompt_show": "The check"}})),
    "word in a caption": ("says 'Just'", code(outputs=[PICTURE], metadata={"mystnb": {
        "image": {"alt": ALT}, "figure": {"caption": "Just a line.", "name": "fig-line"}}})),
}
BROKEN_PROSE = {
    "simply": ("says 'simply'", "This is simply wrong."),
    "obviously": ("says 'Obviously'", "Obviously."),
    "emoji": ("has an emoji", "Done \U0001F389"),
    "picture": ("has a picture without", "![](picture.png)"),
    "figure": ("has a figure without", "```{figure} picture.png\n:width: 20px\nCaption\n```"),
    "img": ("has an <img> without", '<img src="picture.png" alt="">'),
    "bare environment": ("has a bare environment", "\\begin{align}\na &= b\n\\end{align}"),
    "malformed label": ("malformed label", "$$\na\n$$ (eq-Dw_out)"),
    "label of no kind": ("malformed label", "$$\na\n$$ (formula)"),
    "inside a paragraph": ("not a paragraph of its own", "It is\n$$\na\n$$ (eq-a)"),
    "second title": ("needs one title", "# Again"),
    "skipped level": ("jumps from a heading", "### Deep"),
}


def test_the_table_of_folders_is_the_tree():
    """CONTRIBUTING names each room, and each file and folder of the rooms where one looks for something."""
    told = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    rooms = [room for house in ("src", "tools", "tests") for room in (ROOT / house).iterdir()]
    named = [f"{room.relative_to(ROOT)}/" for room in rooms if any(room.glob("*.py"))]
    for room in ("src/backprop", "src/backprop/figures", "tools/extensions", "tools/make", "tools/judge"):
        named += [path.name for path in (ROOT / room).glob("[!_]*.py")]
        named += [f"{path.parent.name}/" for path in (ROOT / room).glob("*/__init__.py")]
    assert [name for name in named if f"`{name}`" not in told and f"/{name}`" not in told] == []


@pytest.mark.parametrize("what, cell", BROKEN_CELLS.values(), ids=BROKEN_CELLS)
def test_broken_cell_is_found(tmp_path, what, cell):
    found = rules.problems(write(tmp_path, cell))
    assert any(what in line for line in found), found


@pytest.mark.parametrize("what, text", BROKEN_PROSE.values(), ids=BROKEN_PROSE)
def test_broken_prose_is_found(tmp_path, what, text):
    found = rules.problems(write(tmp_path, new_markdown_cell(text)))
    assert any(what in line for line in found), found
    page = tmp_path / "broken.md"
    page.write_text(f"{TITLE}\n\n{text}\n", "utf-8")
    assert any(what in line for line in rules.problems(page))


def test_good_page_has_no_problem(tmp_path):
    good = write(tmp_path, new_markdown_cell("## Why\n\nA line, `just` so $just$ $$a$$\n\n$$\nb\n$$ (eq-b)\n\n"
                                             "```python\njust\n```"),
                 code("plt.show()", outputs=[PICTURE], metadata=FIGURE),
                 code("print(1)", 3, metadata={"tags": ["hide-cell", "solution"]}))
    assert rules.problems(good) == []


def test_timestamps_and_machine_details_are_found(tmp_path):
    cell = code(metadata={"execution": {"iopub.execute_input": "2026-01-01T00:00:00Z"}})
    assert any("is not tidy" in line for line in rules.problems(write(tmp_path, cell, tidy=False)))


def test_imports_come_first(tmp_path):
    path = tmp_path / "late.ipynb"
    notebook = notebooks.tidy(new_notebook(cells=[new_markdown_cell(TITLE), code("x = 1", 1)]))
    path.write_text(notebooks.text(notebook), "utf-8")
    assert any("does not begin with its imports" in line for line in rules.problems(path))


def test_label_used_twice_is_found(tmp_path):
    for name, label in (("one.md", "eq-a"), ("two.md", "eq-a")):
        (tmp_path / name).write_text(f"{TITLE}\n\n$$\na\n$$ ({label})\n", "utf-8")
    assert any("uses the label 'eq-a' again" in line for line in rules.book_problems(rules.chapters(tmp_path)))


def test_long_cells_are_found(tmp_path):
    path = write(tmp_path, *[code("x = 1\n" * 7, count) for count in (2, 3, 4)])
    assert any("median" in line for line in rules.book_problems([path]))


def test_second_execution_leaves_the_same_bytes(tmp_path):
    path = write(tmp_path, code("print(np.arange(3).sum())"), code("np", 3))
    notebooks.execute(path)
    first = path.read_bytes()
    assert b"3\\n" in first and "execution_count\": 2" in first.decode()
    notebooks.execute(path)
    assert path.read_bytes() == first


def test_what_a_cell_prints_is_one_output_however_slowly_it_comes(tmp_path):
    slow = "import time\nprint(1, flush=True)\ntime.sleep(0.5)\nprint(2)"
    path = write(tmp_path, code(slow))
    notebooks.execute(path)
    outputs = nbformat.read(path, as_version=4).cells[-1].outputs
    assert [output.text for output in outputs] == ["1\n2\n"]


def test_widget_view_is_left_out_where_there_is_html():
    data = {notebooks.WIDGET_VIEW: {"model_id": "1"}, "text/html": "<b>x</b>", "text/plain": "x"}
    cell = notebooks.tidy(new_notebook(cells=[code(outputs=result(data))])).cells[0]
    assert set(cell.outputs[0].data) == {"text/html", "text/plain"}
    assert nbformat.validate(notebooks.tidy(new_notebook(cells=[cell]))) is None
