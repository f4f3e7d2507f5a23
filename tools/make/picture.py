"""Draw the picture of the title page: which row and which column make which entry of the gradient.

    python -m tools.make.picture     writes chapters/picture.html (the living one), _static/picture.svg and
                                     _static/picture-dark.svg (for the README, which shows the one that fits)
"""
import matplotlib.pyplot as plt
import numpy as np

from backprop.figures import block, explore, product, svg
from tools import ROOT

A = np.array([[0.8, 0.2, 0.6], [0.5, 0.6, 0.3], [0.3, 0.9, 0.4], [0.6, 0.1, 0.7]])    # (n, d)
DELTA = np.array([[-0.4, 0.4], [0.6, -0.5], [-0.5, -0.4], [0.6, 0.5]])                 # (n, t)
N, D, T = *A.shape, DELTA.shape[1]
DARK = {"#222222": "#e6e3dc", "#6b6b6b": "#a9adb3", "#c8c8c8": "#4a4d52", "#f4f4f1": "#202327", "#ffe9a3": "#6b5300",
        "#b04300": "#ff9c66", "#00704f": "#45cda0", "#963587": "#e69ad8"}              # the colors of the page's themes
ENTRIES = [(i, j) for i in range(1, D + 1) for j in range(1, T + 1)]


def draw(entry):
    """Draw A⊤ (d, n) beside and δ (n, t) above the gradient (d, t), with one entry and what makes it lit."""
    return product(block(r"A^{(\mathrm{h})\top}", ("d", D), ("n", N), A.T),
                   block(r"\delta^{(\mathrm{out})}", ("n", N), ("t", T), DELTA),
                   block(r"\partial J / \partial W^{(\mathrm{out})}", ("d", D), ("t", T), A.T @ DELTA), entry=entry,
                   decimals=2)


def total(entry):
    """Write the sum of an entry: what came in times the error, example by example."""
    i, j = entry[0] - 1, entry[1] - 1
    terms = [f"{a:.1f} · {f'({delta:.1f})' if delta < 0 else f'{delta:.1f}'}" for a, delta in zip(A[:, i], DELTA[:, j])]
    return f"{' + '.join(terms)} = {A[:, i] @ DELTA[:, j]:.2f}".replace("-", "−")


def living():
    """Return the HTML of the slider over all entries."""
    figure = explore(draw, ENTRIES, label="this entry:", start=(2, 2), format=total,
                     alt=lambda e: f"Row {e[0]} of A transposed, {D} by {N}, and column {e[1]} of delta, {N} by {T}, "
                                   f"are lit. Where they meet, "
                                   f"entry ({e[0]}, {e[1]}) of the {D} by {T} gradient is lit: {total(e)}.")
    return figure.html() + "\n"


def still():
    """Return the SVG of the picture without a ground of its own, for light pages and for dark ones."""
    figure = draw((2, 2))[0]
    figure.patch.set_visible(False)
    light = dark = svg(figure) + "\n"
    for color, instead in DARK.items():
        dark = dark.replace(color, instead)
    return light, dark


def write(folder=ROOT):
    """Write the pictures below folder."""
    plt.style.use("backprop.book")
    (folder / "chapters" / "picture.html").write_text(living(), encoding="utf-8")
    for name, text in zip(("picture.svg", "picture-dark.svg"), still()):
        (folder / "_static" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
