"""The interactive figures in a real JupyterLab, in an environment of its own (it would slow every other test).

The environment is made on first use, in the folder that the variable LAB_ENV names or else in pytest's cache, and kept.
"""
import json
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from backprop import Params, backward, forward, loss
from networks import RUNNING, RUNNING_X as X, RUNNING_Y as Y

pytestmark = [pytest.mark.slow, pytest.mark.browser]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def environment(request):
    """Return the python of an environment with JupyterLab and what the module needs."""
    folder = Path(os.environ.get("LAB_ENV") or request.config.cache.mkdir("jupyterlab") / "env")
    needs = ["jupyterlab>=4.4,<5",
             *tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]]
    python, mark = folder / "bin" / "python", folder / "needs.json"
    if not mark.exists() or json.loads(mark.read_text("utf-8")) != needs:
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *needs], check=True,
                       capture_output=True)
        mark.write_text(json.dumps(needs), "utf-8")
    return python


@pytest.fixture(scope="module")
def server(environment, tmp_path_factory):
    """Run JupyterLab on an empty folder; return the folder and a function from a notebook's name to its address."""
    home, work = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    places = {name: str(home / name.lower())
              for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR",
                           "MPLCONFIGDIR")}
    process = subprocess.Popen(
        [environment, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.ip=127.0.0.1",
         "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", "--LabApp.news_url=None",
         "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", f"--ServerApp.root_dir={work}"],
        env={**os.environ, **places, "PYTHONPATH": str(ROOT / "src")}, cwd=work,
        stdout=open(home / "log", "w"), stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}/lab"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(address, timeout=5)
                break
            except OSError:
                assert process.poll() is None, (home / "log").read_text()[-3000:]
                time.sleep(0.5)
        yield work, lambda name: f"{address}/tree/{name}?reset"
    finally:
        process.terminate()
        process.wait(30)


def notebook(path, *cells, outputs=None):
    """Write a notebook of code cells; outputs are those of the last."""
    made = [{"cell_type": "code", "id": f"cell{k}", "metadata": {}, "execution_count": None, "source": source,
             "outputs": outputs if outputs and k == len(cells) - 1 else []} for k, source in enumerate(cells)]
    path.write_text(json.dumps({"cells": made, "metadata": {"kernelspec": {
        "name": "python3", "display_name": "Python 3", "language": "python"}}, "nbformat": 4, "nbformat_minor": 5}))


class Lab:
    """A notebook open in JupyterLab."""

    def __init__(self, browser, server, name, *cells, outputs=None, **options):
        work, address = server
        notebook(work / name, *cells, outputs=outputs)
        self.page = browser.new_page(viewport={"width": 1300, "height": 1400}, **options)
        self.troubles = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        # on a busy machine JupyterLab may ask, over the notebook, which kernel to use
        self.page.add_locator_handler(self.page.locator(".jp-Dialog .jp-mod-accept"), lambda button: button.click())
        self.page.goto(address(name))
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=120_000)
        self.page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=120_000)

    def run(self, k):
        """Run the k-th cell and wait until it has run."""
        cell = self.page.locator(".jp-NotebookPanel .jp-Cell").nth(k)
        prompt = cell.locator(".jp-InputPrompt")
        before = prompt.inner_text()
        for tenth in range(1200):
            now = prompt.inner_text()
            if now != before and re.search(r"\d", now):
                return cell
            if tenth % 100 == 0 and "*" not in now:             # a run asked for before the kernel is connected is lost
                cell.locator(".cm-content").click()
                self.page.keyboard.press("Control+Enter")
            self.page.wait_for_timeout(100)
        raise AssertionError(f"cell {k} has not run: {now}")

    def text(self, k):
        """Run the k-th cell and return what it prints."""
        return self.run(k).locator(".jp-OutputArea-output").inner_text().strip()

    def close(self):
        self.page.close()
        assert not self.troubles


MAKE = """import numpy as np
from backprop import Params, backward, forward
from backprop.figures.playground import Playground
p = Playground(Params(np.array([[0.6, -0.4], [-0.2, 0.5]]), np.array([[0.8, -0.5], [-0.3, 0.7]])), [[2, -1]], [[1, 0]])
p"""
TELL = "print(p.W_h.tolist(), p.W_out.tolist(), p.X.tolist(), p.Y.tolist(), p.view, p.mean, p.eta, round(p.loss, 6))"
EXACT = """trace = forward(p.params, p.X)
gradient = backward(p.params, trace, p.X, p.Y, p.mean)
print(all(np.array_equal(a, b) for a, b in zip(p.gradient, gradient) if a is not None))"""


def test_the_playground_is_two_way_with_python(browser, server):
    lab = Lab(browser, server, "two-way.ipynb", MAKE, TELL, "p.W_out = [[0.1, 0.2], [0.3, 0.4]]",
              "rng = np.random.default_rng(1)\nfrom backprop import init_params\n"
              "p.update(init_params(3, 4, 2, rng), rng.normal(size=(5, 3)), rng.integers(0, 2, (5, 2)))", EXACT,
              "try:\n    p.Y = [[2, 0]]\nexcept ValueError as refusal:\n    print(refusal)")
    page = lab.page
    lab.run(0)
    page.wait_for_selector(".bp-net svg", timeout=60_000)

    def field(key):
        return page.locator(f'.bp input[data-key="{key}"]')

    def shown():
        page.wait_for_timeout(300)
        return page.locator(".bp").inner_text()

    # the arrow keys, Enter and letters belong to the playground, not to JupyterLab
    before, cells = shown(), page.locator(".jp-NotebookPanel .jp-Cell").count()
    field("W_out 0 0").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert shown() != before and field("W_out 0 0").input_value() == "1"
    assert "[[1.0, -0.5], [-0.3, 0.7]]" in lab.text(1)
    # typing, with letters that are commands of JupyterLab
    field("X 0 0").focus()
    page.keyboard.type("dd")
    assert "is not a number" in page.locator(".bp [role=alert]").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.type("0.25")
    page.keyboard.press("Enter")
    assert "[[0.25, -1.0]]" in lab.text(1)
    assert page.locator(".jp-NotebookPanel .jp-Cell").count() == cells
    # dragging
    box = field("W_h 1 1").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y)
    page.mouse.move(x + 30, y)
    page.mouse.up()
    assert "[[0.6, -0.4], [-0.2, 0.8]]" in lab.text(1)
    # a button by mouse and by Enter
    weights = (np.array([[0.6, -0.4], [-0.2, 0.8]]), np.array([[1.0, -0.5], [-0.3, 0.7]]))
    page.locator(".bp [data-do=step]").click()
    page.locator(".bp [data-do=step]").focus()
    page.keyboard.press("Enter")
    params, inputs = Params(*weights), np.array([[0.25, -1.0]])
    for _ in range(2):
        gradient = backward(params, forward(params, inputs), inputs, Y)
        params = Params(params.W_h - 0.5 * gradient.W_h, params.W_out - 0.5 * gradient.W_out)
    told = lab.text(1)
    assert told.endswith(f"paths False 0.5 {round(loss(forward(params, inputs), Y), 6)}")
    assert np.allclose(json.loads(re.match(r"\[\[.*?\]\]", told)[0]), params.W_h, rtol=1e-14)
    # from Python: a weight, then sizes; a toggle by its arrow key
    before = shown()
    lab.run(2)
    page.wait_for_function("document.querySelector('.bp input[data-key=\"W_out 1 0\"]').value === '0.3'")
    assert shown() != before
    lab.run(3)
    page.wait_for_selector('.bp input[data-key="X 4 2"]')
    assert "m = 3" in page.locator(".bp-net svg").inner_html()
    page.locator(".bp [data-toggle=mean]").first.focus()
    page.keyboard.press("ArrowRight")
    assert " True 0.5 " in lab.text(1)
    assert lab.text(4) == "True", "the gradient is that of the module, for what is shown now"
    # the view, by an arrow key on the tabs
    page.locator(".bp [role=tab][aria-selected=true]").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".bp .bp-table")
    assert "shapes True" in lab.text(1)
    # a refused value changes nothing
    before = shown()
    assert "Y has 1 rows but there are 5 examples" in lab.text(5)
    assert shown() == before
    lab.close()


def test_two_views_of_one_playground_move_together(browser, server):
    lab = Lab(browser, server, "twice.ipynb", MAKE, "p")
    lab.run(0)
    lab.run(1)
    page = lab.page
    page.wait_for_function("document.querySelectorAll('.bp-net svg').length === 2")
    first, second = (page.locator('.bp input[data-key="W_h 0 0"]').nth(k) for k in range(2))
    second.focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_function("document.querySelectorAll('.bp input[data-key=\"W_h 0 0\"]')[0].value === '0.7'")
    assert first.input_value() == second.input_value() == "0.7"
    lab.close()


def test_a_notebook_that_was_not_run_shows_the_numbers(browser, server):
    from backprop.figures.playground import Playground

    page_html = Playground(RUNNING, X, Y)._repr_mimebundle_()[0]["text/html"]
    lab = Lab(browser, server, "stored.ipynb", MAKE, outputs=[
        {"output_type": "execute_result", "execution_count": 1, "metadata": {},
         "data": {"text/html": page_html, "text/plain": "Playground(2-2-2, n = 1, view='paths')"}}])
    output = lab.page.locator(".jp-OutputArea-output").first
    output.wait_for(timeout=60_000)
    text = output.inner_text()
    assert "a 2-2-2 network, n = 1, J = 1.0209" in text and "[[-0.2884, 0.3510], [-0.0770, 0.0937]]" in text
    assert "Run this cell" in text and "{" not in text
    lab.close()


def test_a_slider_over_a_python_function_is_live(browser, server):
    lab = Lab(browser, server, "slider.ipynb", """import matplotlib.pyplot as plt
from backprop.figures.explore import explore
drawn = []
def draw(k):
    drawn.append(k)
    fig, ax = plt.subplots(figsize=(3, 2))
    ax.bar([0], [k])
    ax.set_ylim(0, 9)
    return fig
bars = explore(draw, [1, 3, 5, 7], label="Height", alt="A bar of height {}.", format="{} of 7")
bars""", "drawn.clear(); bars.value = 7", "print(bars.value, drawn)", "bars")
    lab.run(0)
    page, cells = lab.page, lab.page.locator(".jp-NotebookPanel .jp-Cell").count()
    slider = page.get_by_role("slider", name="Height", exact=True)
    slider.wait_for(timeout=60_000)
    assert page.get_by_role("group", name="Height").get_by_role("slider").count() == 1
    seen = {}

    def shows(k):
        """The control says k at once, and Python's picture and its words follow; a value has one picture."""
        assert slider.get_attribute("aria-valuetext") == f"{k} of 7"
        image = page.get_by_role("img", name=f"A bar of height {k}.", exact=True)
        image.wait_for(timeout=20_000)
        image.evaluate("image => image.decode()")
        seen.setdefault(k, picture := image.screenshot())
        assert picture == seen[k] and len(set(seen.values())) == len(seen)

    shows(1)
    assert page.locator(".explore button").first.evaluate(
        "button => getComputedStyle(button).width") == "40px", "styled as in the book"
    # by the keys that JupyterLab would take to move from cell to cell
    slider.focus()
    for key, k in (("ArrowRight", 3), ("ArrowUp", 5), ("ArrowDown", 3), ("ArrowLeft", 1), ("End", 7), ("Home", 1)):
        page.keyboard.press(key)
        shows(k)
    assert slider.evaluate("slider => slider === document.activeElement")
    # letters that are commands of JupyterLab
    page.keyboard.type("ddbx")
    assert page.locator(".jp-NotebookPanel .jp-Cell").count() == cells
    # by mouse
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    shows(7)
    page.get_by_role("button", name="Previous: Height").click()
    shows(5)
    page.get_by_role("button", name="Next: Height").press("Enter")
    shows(7)
    page.mouse.click(box["x"] + 4, box["y"] + box["height"] / 2)
    shows(1)
    # two-way with Python, which draws no frame again
    lab.run(1)
    shows(7)
    assert slider.input_value() == "3"
    slider.press("ArrowLeft")
    shows(5)
    assert lab.text(2) == "5 []"
    # a second view of the same slider moves with the first
    lab.run(3)
    page.wait_for_function("document.querySelectorAll('.explore input').length === 2")
    slider.nth(1).press("Home")
    page.wait_for_function(
        "[...document.querySelectorAll('.explore img')].every(image => image.alt === 'A bar of height 1.')")
    assert [slider.nth(k).get_attribute("aria-valuetext") for k in range(2)] == ["1 of 7"] * 2
    lab.close()
