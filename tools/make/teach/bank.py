r"""A bank of questions, "Which line is true?", as Moodle reads it (https://docs.moodle.org/en/Moodle_XML_format).

Two kinds. Formulas: a numbered equation of the book beside three broken ones; the mutants of `tools.judge` break them,
and only what `proofread` calls wrong, though its sizes fit, is offered as wrong. Numbers: the gradient of a small
network beside those that have a mistake of the gradient doctor's table in them. So every wrong line is known to be
wrong, and says by what.
"""
import html
import random
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

from backprop import Params, backward, forward
from backprop.doctor import MISTAKES, wrong_gradient
from tools import ROOT
from tools.judge.questions import WRONG, of_page

SIZES = ((2, 2, 2, 1), (3, 2, 2, 2), (2, 3, 2, 3), (2, 2, 1, 4), (3, 4, 2, 2))    # m, d, t, n
SEEDS = range(9)
SHOWS = 0.03            # by how much an entry is off: who computes with the printed digits finds it
ARRAYS = {"W_out": r"\partial J/\partial W^{(\mathrm{out})}", "W_h": r"\partial J/\partial W^{(\mathrm{h})}",
          "b_out": r"\partial J/\partial b^{(\mathrm{out})}"}
LETTERS = "There are m inputs, d hidden units, t outputs and n examples. σ is the sigmoid."


class Item(NamedTuple):
    """Hold a question: its name, its words in HTML, the true line and (false line, why) in LaTeX."""

    name: str
    words: str
    true: str
    false: list


def maths(latex):
    """Return LaTeX as Moodle's filter finds it in HTML."""
    return rf"\({html.escape(' '.join(latex.split()), quote=False)}\)"


# --- formulas ---------------------------------------------------------------------------------------------------------

def of_formulas():
    """Yield a question for each numbered equation that is derived and holds for all numbers."""
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        for one in of_page(path):
            yield Item(f"formula {one.name}", asked(one), one.true, [(line.latex, line.why) for line in one.false])


def asked(question):
    """Return the words of a question: the letters, and all definitions that its quantities follow from."""
    known = [maths(latex) for latex in question.rests_on]
    here = f"<p>Here, {', '.join(known)}.</p>" if known else ""
    return f"<p>Which line is true for all numbers?</p><p>{LETTERS}</p>{here}"


# --- numbers ----------------------------------------------------------------------------------------------------------

def network(m, d, t, n, seed):
    """Return parameters, inputs and targets with few digits."""
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return rng.integers(-9, 10, shape) / 10

    params = Params(draw(m, d), draw(d, t), draw(d), draw(t))
    return params, draw(n, m) * 2, rng.integers(0, 2, (n, t)).astype(float)


def matrix(array, decimals=3):
    """Return an array as LaTeX, a vector as a row."""
    rows = [" & ".join(f"{x + 0:.{decimals}f}" for x in row) for row in np.atleast_2d(np.round(array, decimals))]
    return r"\begin{pmatrix} " + r" \\ ".join(rows) + r" \end{pmatrix}"


def spoiled(params, X, Y, name):
    """Yield (matrix, why) for each mistake of the doctor's table that these sizes allow and these numbers show."""
    right = getattr(backward(params, forward(params, X), X, Y), name)
    for mistake in dict.fromkeys(row.name for row in MISTAKES):
        try:
            wrong = getattr(wrong_gradient(params, X, Y, mistake), name)
        except ValueError:              # sizes that forbid this mistake
            continue
        if wrong.shape != right.shape or np.abs(wrong - right).max() > SHOWS:
            yield matrix(wrong), next(row.why for row in MISTAKES if row.name == mistake)


def of_numbers():
    """Yield a question for each small network and each array of its gradient that mistakes change."""
    for *sizes, seed in ((*sizes, seed) for sizes in SIZES for seed in SEEDS):
        params, X, Y = network(*sizes, seed)
        trace = forward(params, X)
        right = backward(params, trace, X, Y)
        for name, left in ARRAYS.items():
            true = matrix(getattr(right, name))
            false = dict(spoiled(params, X, Y, name))
            chosen = random.Random(f"{sizes}{seed}{name}").sample(sorted(false.items()), min(WRONG, len(false)))
            if len(chosen) == WRONG:
                yield Item(f"numbers {'-'.join(map(str, sizes[:3]))}, n = {sizes[3]}, {seed}, {name}",
                           given(params, X, Y, trace), f"{left} = {true}",
                           [(f"{left} = {shown}", why) for shown, why in chosen])


def given(params, X, Y, trace):
    """Return the words and numbers of a question."""
    known = {"X": (X, 1), r"W^{(\mathrm{h})}": (params.W_h, 1), r"W^{(\mathrm{out})}": (params.W_out, 1), "Y": (Y, 0),
             r"A^{(\mathrm{h})}": (trace.A_h, 3), r"A^{(\mathrm{out})}": (trace.A_out, 3)}
    numbers = "".join(f"<li>{maths(f'{name} = {matrix(*shown)}')}</li>" for name, shown in known.items())
    return ("<p>Which line is true? The units are sigmoids and have biases, one example is a row, and J is the "
            f"cross-entropy, summed over outputs and examples.</p><ul>{numbers}</ul>")


# --- Moodle -----------------------------------------------------------------------------------------------------------

SETTINGS = {"defaultgrade": "1", "single": "true", "shuffleanswers": "true", "answernumbering": "abc"}


def text_in(parent, tag, words, **attributes):
    """Add <tag><text>words</text></tag> to an element; return it."""
    element = ElementTree.SubElement(parent, tag, attributes)
    ElementTree.SubElement(element, "text").text = words
    return element


def question(item):
    """Return an item as an element of Moodle's format."""
    element = ElementTree.Element("question", type="multichoice")
    text_in(element, "name", item.name)
    text_in(element, "questiontext", item.words, format="html")
    for tag, value in SETTINGS.items():
        ElementTree.SubElement(element, tag).text = value
    for line, why in [(item.true, "Yes."), *item.false]:
        answer = text_in(element, "answer", maths(line), fraction="100" if why == "Yes." else "0", format="html")
        text_in(answer, "feedback", html.escape(why, quote=False), format="html")
    return element


def quiz(items):
    """Return all items as one text in Moodle's format, in a category of the book."""
    root = ElementTree.Element("quiz")
    category = ElementTree.SubElement(root, "question", type="category")
    text_in(category, "category", "$course$/top/Backpropagation, every step checked")
    root.extend(map(question, items))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def write(folder):
    """Write the bank."""
    (folder / "moodle.xml").write_text(quiz([*of_formulas(), *of_numbers()]), "utf-8")
