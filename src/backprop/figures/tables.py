"""A table of formulas and of the tests that each of them passes."""
import matplotlib.pyplot as plt
import numpy as np

from backprop.figures.ink import FAINT, INK, maths


def ticks(formulas, titles, passed, *, ax=None):
    """Draw a row for each formula (LaTeX), a column for each title, a tick or a cross for each test, and the counts.

    passed is (formulas, titles), of booleans. Returns (figure, axes). Raises ValueError for another shape.

    >>> figure, axes = ticks(["A", "B"], ["shape"], [[True], [False]])
    >>> [text.get_text() for text in axes.texts][-1]
    '1 of 2'
    """
    passed = np.asarray(passed, dtype=bool)
    rows, columns = len(formulas), len(titles)
    if passed.shape != (rows, columns):
        raise ValueError(f"passed has shape {passed.shape} but must have {rows, columns}: formulas by titles")
    fig, ax = plt.subplots(figsize=(2.3 + 1.1 * columns, 0.42 * rows + 0.9)) if ax is None else (ax.figure, ax)
    for row, name in enumerate(formulas):
        ax.text(0, row, maths(name), size=14, va="center")
    for column, title in enumerate(titles):
        x = 2.6 + 1.1 * column
        ax.text(x, -1.2, title, ha="center", va="center")
        for row, ok in enumerate(passed[:, column]):
            ax.text(x, row, "✓" if ok else "✗", color=INK if ok else FAINT, size=15, ha="center", va="center",
                    family="DejaVu Sans")
        ax.text(x, rows + 0.2, f"{passed[:, column].sum()} of {rows}", ha="center", va="center", weight="bold")
    ax.set(xlim=(-0.1, 2.1 + 1.1 * columns), ylim=(rows + 0.6, -1.9))
    ax.axis("off")
    return fig, ax
