"""One worksheet for each of the questions that led to the book: space to work, and on the last page a computed key.

The words stand in words/*.md; each function here gives the numbers of one of them.
"""
import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from backprop import complex_step, sigmoid
from tools import ROOT
from tools.make.teach import paper
from tools.make.teach.bank import matrix

WORDS = ROOT / "tools" / "make" / "teach" / "words"


def whose_activation():
    """One output unit, two examples."""
    A_h, w, y = np.array([[0.8, 0.4], [0.2, 0.6]]), np.array([0.5, -1.0]), np.array([1, 0])
    z = A_h @ w
    a = sigmoid(z)
    each = (a - y)[:, None] * A_h                       # (n, d)
    return {"A_h": A_h, "w": w, "y": y, "z": z, "a": a, "delta": a - y, "each": each, "total": each.sum(axis=0),
            "mean": each.mean(axis=0), "twice": each.mean(axis=0) / len(y)}


def slope():
    """Two neurons in a row, and the derivative of the whole program beside the product of its factors."""
    x, w_1, w_2, y = 2.0, 0.5, -1.5, 1

    def program(w_1):
        a_1 = 1 / (1 + np.exp(-w_1 * x))
        a_2 = 1 / (1 + np.exp(-w_2 * a_1))
        return -y * np.log(a_2) - (1 - y) * np.log(1 - a_2)

    z_1 = w_1 * x
    a_1 = sigmoid(z_1)
    a_2 = sigmoid(w_2 * a_1)
    delta_1 = (a_2 - y) * w_2 * a_1 * (1 - a_1)
    return {"x": x, "w_1": w_1, "w_2": w_2, "y": y, "z_1": z_1, "a_1": a_1, "z_2": w_2 * a_1, "a_2": a_2,
            "delta_2": a_2 - y, "slope": a_1 * (1 - a_1), "moved": sigmoid(z_1 + 0.1), "delta_1": delta_1,
            "closer": (sigmoid(z_1 + 0.001) - a_1) / 0.001, "dw_1": delta_1 * x, "nudged": complex_step(program, w_1)}


PRODUCTS = {r"A^{(\mathrm{h})}\,\delta^{(\mathrm{out})}": lambda A, D: A @ D,
            r"A^{(\mathrm{h})\top}\,\delta^{(\mathrm{out})}": lambda A, D: A.T @ D,
            r"\delta^{(\mathrm{out})}\,A^{(\mathrm{h})\top}": lambda A, D: D @ A.T,
            r"\delta^{(\mathrm{out})\top}\,A^{(\mathrm{h})}": lambda A, D: D.T @ A}


def shape(product, A, D):
    """Return the shape of a product of two arrays, or None where it does not multiply."""
    try:
        return product(A, D).shape
    except ValueError:
        return None


def shapes():
    """Four products of the same two arrays."""
    A_h, delta = np.array([[0.5, 0.2, 0.9], [0.1, 0.7, 0.4]]), np.array([[-0.6, 0.3], [0.2, -0.5]])
    found = {latex: shape(product, A_h, delta) for latex, product in PRODUCTS.items()}
    said = [f"${latex}$ " + (f"is ${one[0]} \\times {one[1]}$" if one else "does not multiply")
            for latex, one in found.items()]
    same = sum(shape(product, delta, delta) == (2, 2) for product in PRODUCTS.values())
    dW = A_h.T @ delta
    return {"A_h": A_h, "delta": delta, "n": 2, "d": 3, "t": 2, "dW": dW, "entry": dW[2, 0], "same": same,
            "verdicts": "; ".join(said) + ". Only one has the shape of the weights."}


def examples():
    """Two examples one after the other and at once."""
    W = np.array([[0.8, -0.5], [-0.3, 0.7]])
    A_h, delta = np.array([[0.9, 0.4], [0.3, 0.6]]), np.array([[-0.5, 0.2], [0.1, -0.7]])
    first, second = (np.outer(a, d) for a, d in zip(A_h, delta))
    return {"W": W, "A_h": A_h, "delta": delta, "first": first, "second": second, "total": first + second,
            "product": A_h.T @ delta, "back": delta @ W.T}


SHEETS = {"1_whose_activation": whose_activation, "2_where_the_slope_comes_from": slope,
          "3_which_side_which_transpose": shapes, "4_all_examples_at_once": examples}


def number(value, decimals=4):
    """Write a number with at most so many decimals."""
    return f"{value + 0:.{decimals}f}".rstrip("0").rstrip(".")


def space(millimeters):
    """Return room to write."""
    return f'<div class="space" style="height: {millimeters}mm"></div>'


def filled(name):
    """Return a worksheet as Markdown with its numbers."""
    reader = Environment(loader=FileSystemLoader(WORDS), undefined=StrictUndefined, keep_trailing_newline=True,
                         variable_start_string="<<", variable_end_string=">>")
    reader.filters |= {"number": number, "matrix": matrix}
    return reader.get_template(f"{name}.md").render(SHEETS[name](), space=space)


def write(folder):
    """Write every worksheet."""
    for name in SHEETS:
        text = filled(name)
        paper.write(folder / name, text.splitlines()[0].removeprefix("# "), text)
