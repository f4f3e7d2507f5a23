"""Draw the picture of the title page: which row and which column make which entry of the gradient.

    python -m tools.make.picture     writes chapters/picture.html (the living one), _static/picture.svg (for the README)
"""
import matplotlib.pyplot as plt

from backprop.figures import block, explore, product, svg
from tools import ROOT

D, T, N = 4, 2, 5
ENTRIES = [(i, j) for i in range(1, D + 1) for j in range(1, T + 1)]


def draw(entry):
    """Draw A⊤ (d, n) beside and δ (n, t) above the gradient (d, t), with one entry and what makes it lit."""
    return product(block(r"A^{(\mathrm{h})\top}", ("d", D), ("n", N)),
                   block(r"\delta^{(\mathrm{out})}", ("n", N), ("t", T)),
                   block(r"\partial J / \partial W^{(\mathrm{out})}", ("d", D), ("t", T)), entry=entry)


def living():
    """Return the HTML of the slider over all entries."""
    figure = explore(draw, ENTRIES, label="entry of the gradient", start=(3, 2),
                     format=lambda e: f"weight from hidden unit {e[0]} to output {e[1]}",
                     alt=lambda e: f"Row {e[0]} of A transposed, {D} by {N}, and column {e[1]} of delta, {N} by {T}, "
                                   f"are lit. Where they meet, "
                                   f"entry ({e[0]}, {e[1]}) of the {D} by {T} gradient is lit.")
    return figure.html() + "\n"


def write(folder=ROOT):
    """Write both pictures below folder."""
    plt.style.use("backprop.book")
    (folder / "chapters" / "picture.html").write_text(living(), encoding="utf-8")
    (folder / "_static" / "picture.svg").write_text(svg(draw((3, 2))[0]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
