"""The part "Where it leads": the tape and its rules, the snippets; and of every chapter the exercises, the sources."""
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backprop import Params, backward, forward, init_params, loss, predict, train
from backprop.conventions import PRESETS
from backprop.data import load_digits

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ROOT / "chapters"
DEEP, TAPE = CHAPTERS / "05_deep.ipynb", CHAPTERS / "06_loss_backward.ipynb"
SNIPPETS = {"torch": CHAPTERS / "snippets/with_pytorch.py", "jax": CHAPTERS / "snippets/with_jax.py"}


def cells(page, kind):
    return [cell for cell in json.loads(page.read_text("utf-8"))["cells"] if cell["cell_type"] == kind]


def source(cell):
    return "".join(cell["source"])


def prose(page):
    return "\n\n".join(map(source, cells(page, "markdown"))) if page.suffix == ".ipynb" else page.read_text("utf-8")


def printed(page):
    return "".join("".join(output.get("text", "")) for cell in cells(page, "code") for output in cell["outputs"])


# --- the tape ---------------------------------------------------------------------------------------------------------

TAPE_CODE = "\n".join(source(cell) for cell in cells(TAPE, "code") if "tape" in cell["metadata"].get("tags", []))
RULES = [line for line in TAPE_CODE.splitlines() if ".grad +=" in line]


def by_tape(code, params, X, Y):
    """Return J and the gradient of an m-d-t network by the tape that the chapter writes."""
    tape = {"np": np}
    exec(code, tape)                                            # the chapter's cells, from this repository
    traced = {name: tape["Traced"](array) for name, array in zip(Params._fields, params) if array is not None}
    Z_h = tape["matmul"](tape["Traced"](X), traced["W_h"])
    A_h = tape["sigmoid"](tape["add_bias"](Z_h, traced["b_h"]) if "b_h" in traced else Z_h)
    Z_out = tape["matmul"](A_h, traced["W_out"])
    A_out = tape["sigmoid"](tape["add_bias"](Z_out, traced["b_out"]) if "b_out" in traced else Z_out)
    J = tape["total"](tape["cross_entropy"](A_out, Y))
    tape["backward"](J)
    return float(J.value), Params(**{name: leaf.grad for name, leaf in traced.items()})


def agrees_with_the_module(code, m, d, t, n, bias):
    rng = np.random.default_rng([m, d, t, n])
    params = init_params(m, d, t, rng, bias=bias)
    if bias:
        params = params._replace(b_h=rng.normal(size=d), b_out=rng.normal(size=t))
    X, Y = rng.normal(size=(n, m)), rng.random((n, t))
    J, gradient = by_tape(code, params, X, Y)
    trace = forward(params, X)
    pairs = [(a, b) for a, b in zip(gradient, backward(params, trace, X, Y)) if b is not None]
    return (abs(J - loss(trace, Y)) <= 1e-12 * J
            and all(np.abs(a - b).max() <= 1e-12 * np.abs(b).max() for a, b in pairs))


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("sizes", [(3, 4, 2, 5), (2, 2, 2, 1), (7, 3, 5, 11), (1, 1, 1, 4)])
def test_the_tape_gives_the_gradient_of_the_module(sizes, bias):
    assert agrees_with_the_module(TAPE_CODE, *sizes, bias)


def test_the_tape_is_short_and_the_page_says_how_short():
    lines = len([line for line in TAPE_CODE.splitlines() if line.strip()])
    assert lines <= 40
    assert f"{lines} lines without the blank ones" in prose(TAPE)


@pytest.mark.parametrize("line", RULES, ids=str.strip)
@pytest.mark.parametrize("broken", ["+= 2 * ", "-= "])
def test_a_broken_rule_is_noticed(line, broken):
    assert not agrees_with_the_module(TAPE_CODE.replace(line, line.replace("+= ", broken), 1), 3, 4, 2, 5, True)


def test_the_tape_prints_the_numbers_of_chapter_2():
    chapter_2 = printed(CHAPTERS / "02_mlp_2_2_2.ipynb")
    running = Params(np.array([[0.6, -0.4], [-0.2, 0.5]]), np.array([[0.8, -0.5], [-0.3, 0.7]]))
    J, gradient = by_tape(TAPE_CODE, running, np.array([[2.0, -1.0]]), np.array([[1.0, 0.0]]))
    for number in (J, *gradient.W_h.flat, *gradient.W_out.flat):
        assert f"{number:.4f}" in chapter_2


# --- the snippets -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path", SNIPPETS.values(), ids=SNIPPETS)
def test_the_snippet_on_the_page_is_the_file(path):
    assert f"```python\n{path.read_text('utf-8').strip()}\n```" in prose(TAPE)
    assert f"`chapters/snippets/{path.name}`" in prose(TAPE)


@pytest.mark.slow
@pytest.mark.parametrize("library", SNIPPETS)
def test_the_snippet_prints_what_the_page_says(library):
    if not importlib.util.find_spec(library):
        pytest.skip(f"{library} is not installed")
    said = re.search(r"It prints:\n\n```text\n(.*?)```", prose(TAPE), re.S)[1]
    command = [sys.executable, "-W", "ignore", SNIPPETS[library]]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == said
    numbers = set(re.findall(r"(?:J|dW_h|dW_out) += .*", printed(TAPE)))
    assert set(said.splitlines()) <= numbers


def test_any_depth_prints_the_numbers_of_chapter_2():
    gradients = re.findall(r"dW_(?:h|out) += .*", printed(TAPE))[:2]
    assert len(gradients) == 2 and all(line in printed(DEEP) for line in gradients)


# --- numbers of chapter 5 ---------------------------------------------------------------------------------------------

def test_what_the_gradient_costs_is_counted_product_by_product():
    shapes = {"forward": [(64, 30), (30, 10)], "backward": [(30, 10), (30, 10), (64, 30)]}
    forward_pass, backward_pass = (sum(a * b for a, b in products) for products in shapes.values())
    both = (forward_pass + backward_pass) / forward_pass
    assert f"forward {forward_pass:,}, backward {backward_pass:,} multiplications" in printed(DEEP)
    assert f"together: {both:.2f} forward passes" in printed(DEEP)
    for nudges in (forward_pass, 2 * forward_pass):
        assert f"{nudges:,} forward passes, {nudges / both:,.0f} times as much" in printed(DEEP)


# --- numbers that chapter 4 says of its digits ------------------------------------------------------------------------

class Digits:
    """Train chapter 4's network as its page does."""

    def __init__(self):
        self.images, self.labels = load_digits()
        order = np.random.default_rng(0).permutation(len(self.images))
        self.learn, self.validation, self.test = order[:1078], order[1078:1438], order[1438:]
        self.start, self.shuffle = init_params(64, 30, 10, np.random.default_rng(1)), np.random.default_rng(2)

    def trained(self, params, rows, **how):
        targets = np.eye(10)[self.labels[rows]]
        return train(params, self.images[rows], targets, eta=2.0, **how)[0]

    def right(self, params, rows):
        return int(np.sum(predict(params, self.images[rows]).argmax(axis=1) == self.labels[rows]))


def test_within_the_first_epoch_the_answers_jump():
    digits = Digits()
    shown, rows, params, right = digits.test[:20], digits.shuffle.permutation(digits.learn), digits.start, []
    for batch in np.split(rows, range(32, len(rows), 32)):
        params = digits.trained(params, batch, epochs=1, lam=1e-4)
        right.append(digits.right(params, shown))
    assert len(right) == 34 and 10 < max(right) < 18 and right[-1] < 10
    assert "the number jumps up and down" in prose(CHAPTERS / "04_n_examples.ipynb")


@pytest.mark.slow
def test_what_a_large_penalty_costs():
    right = []
    for lam in (1e-4, 1e-2):
        digits = Digits()
        params = digits.trained(digits.start, digits.learn, epochs=60, batch=32, rng=digits.shuffle, lam=lam)
        right.append(digits.right(params, digits.validation))
    assert right[0] - right[1] > 50 and len(digits.validation) == 360
    assert "cost more than fifty of the 360 digits" in prose(CHAPTERS / "04_n_examples.ipynb")


# --- exercises --------------------------------------------------------------------------------------------------------

def exercises(page):
    """Return the heading, the text up to the solution and the solution of each exercise."""
    text = re.split(r"^## ", prose(page), flags=re.M)
    section = next(part for part in text if part.startswith("Exercises"))
    return [part.partition(":::{admonition} Solution") for part in re.split(r"^### ", section, flags=re.M)[1:]]


SPINE = sorted(CHAPTERS.glob("0*.ipynb"))
BESIDE = [CHAPTERS / f"{name}.ipynb" for name in ("conventions", "proofread", "gradient_doctor")]


@pytest.mark.parametrize("page", SPINE + BESIDE, ids=lambda page: page.stem)
def test_exercises_are_graded_hinted_and_solved(page):
    found = exercises(page)
    assert len(found) >= (6 if page in SPINE else 3)
    stars = {re.match(r"★+", task)[0] for task, _, _ in found}
    assert stars == {"★", "★★", "★★★"} or page in BESIDE
    for task, mark, solution in found:
        assert [f"Hint {k}" in task for k in (1, 2, 3, 4)] == [True] * 3 + [False], task.splitlines()[0]
        assert mark and len(solution) > 80, task.splitlines()[0]


@pytest.mark.parametrize("page", SPINE, ids=lambda page: page.stem)
def test_solutions_are_executed(page):
    solved = [cell for cell in cells(page, "code") if "solution" in cell["metadata"].get("tags", [])]
    papers = [task for task, _, _ in exercises(page) if "On paper" in task.splitlines()[0]]
    assert len(solved) + len(papers) >= len(exercises(page)) and len(solved) > 3
    assert all(cell["execution_count"] for cell in solved)


@pytest.mark.parametrize("page", SPINE, ids=lambda page: page.stem)
@pytest.mark.parametrize("kind", ["On paper", "In code", "Break it", "True or false"])
def test_exercises_are_of_all_kinds(page, kind):
    assert any(kind in task.splitlines()[0] for task, _, _ in exercises(page))


# --- the sources that are run -----------------------------------------------------------------------------------------

def test_the_sources_are_as_many_as_the_pages_say():
    sources = set(PRESETS) - {"book"}
    said = {11: "eleven"}[len(sources)]
    conventions = CHAPTERS / "conventions.ipynb"
    assert set(re.findall(r"✓ (\S+): their formulas", printed(conventions))) == sources
    assert set(re.findall(r"^\|.* \| `(\S+)` \|$", prose(conventions), re.M)) == set(PRESETS)
    assert f"formulas of {said} books, courses and libraries" in prose(conventions)
    assert f"{said.capitalize()} sources, one gradient." in prose(conventions)
    assert f"The {said} sources of [Read anyone's formula]" in prose(CHAPTERS / "proofread.ipynb")


# --- sources ----------------------------------------------------------------------------------------------------------

REFERENCES = CHAPTERS / "references.md"
ENTRIES = re.findall(r"^\((ref-[a-z0-9-]+)\)=\n\*\*(.+?)\*\*(.*(?:\n.+)*)", REFERENCES.read_text("utf-8"), re.M)


def targets():
    """Return the page of each label that a link may name."""
    pages = [*CHAPTERS.glob("*.ipynb"), *CHAPTERS.glob("*.md")]
    return {label: page for page in pages for label in re.findall(r"^\(([^)\s]+)\)=\s*$", prose(page), re.M)}


@pytest.mark.parametrize("label, author, text", ENTRIES, ids=[label for label, _, _ in ENTRIES])
def test_each_source_is_used_where_it_says(label, author, text):
    places = targets()
    pages = {places[name] for name in re.findall(r"\]\(#([\w-]+)\)", text)}
    pages |= {CHAPTERS / name for name in re.findall(r"\]\((\w+\.ipynb)\)", text)}
    assert pages, "names no place of the book"
    names = [re.split(r",| and ", author)[0], f"#{label}"]
    for named in (r"\*([^*]+)\*", r"`([^`]+)`", r"\]\((https?:[^)]+)\)"):
        names += re.findall(named, text)
    for page in pages:
        everything = prose(page) + ("\n".join(map(source, cells(page, "code"))) if page.suffix == ".ipynb" else "")
        assert any(name in everything for name in names), f"{page.name} names none of {', '.join(names)}"
