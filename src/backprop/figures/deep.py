"""Draw what happens in deep networks: errors by layer, the error of a difference quotient, brackets, paths, weights.

Like all drawing functions they compute nothing of a network: arrays and counts are passed in. Each returns (figure, axes).
"""
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle, Rectangle

from backprop.figures.plots import INK, LIT, MUTED, SIZE_COLORS, _canvas, _upright, curves, maths

MARKED = "#D55E00"          # the one place a slider speaks of
PALE = "#CFCFCF"            # edges that only connect


def errors_by_layer(sizes, *, lowest=1e-14):
    """Draw the size of the error in each layer, as a part of the last one; sizes: {"name": array of L numbers}.

    Layer 1 stands on the left, the last on the right. The scale is logarithmic and the same for every depth.
    """
    depth = len(next(iter(sizes.values())))
    fig, ax = curves(np.arange(1, depth + 1), sizes, xlabel=r"layer $\ell$", ylabel="size of the error, last layer = 1",
                     log="y", markers=True)
    ax.set(ylim=(lowest, 30))
    ax.set_xticks([1, depth] if depth > 12 else range(1, depth + 1))
    return fig, ax


def step_curve(steps, errors, *, bend=None, rounding=None, lit=None):
    """Draw the error of a difference quotient over the step h, on two logarithmic axes.

    bend: the factor c of the dashed line c h². rounding: the factor of the dotted line factor / h. lit: the place of the
    step that is marked.
    """
    fig, ax = plt.subplots(figsize=(5.2, 3.4))
    ax.loglog(steps, errors, "o-", color=INK, ms=4, lw=1.2)
    for factor, power, style, key in ((bend, 2, "--", "m"), (rounding, -1, ":", "n")):
        if factor is not None:
            ax.loglog(steps, factor * steps ** power, ls=style, color=SIZE_COLORS[key], lw=2,
                      label="bend, as $h^2$" if power == 2 else "rounding, as $1/h$")
    if lit is not None:
        ax.loglog(steps[lit], errors[lit], "o", ms=12, color=MARKED, zorder=5)
    ax.set(xlabel="step h", ylabel="relative error", ylim=(1e-13, 10))
    if bend is not None or rounding is not None:
        ax.legend(loc="upper center")
    return fig, ax


def brackets(layers, done, counts):
    """Draw a product of `layers` square matrices and a column, after `done` products from either end.

    counts: the multiplications so far, those from the loss first.
    """
    if not 0 <= done <= layers:
        raise ValueError(f"done is {done} but must be from 0 to {layers}, the number of products")
    fig, ax = _canvas(5.2, 3.1, None)
    for base, name, count, from_loss in ((1.75, "from the loss", counts[0], True), (0.2, "from the weights", counts[1], False)):
        ax.text(0.1, base + 1.12, name, size=13, va="center")
        ax.text(5.1, base + 1.12, f"{count:,} multiplications", size=13, va="center", ha="right")
        squares = layers - done
        lit = -1 if from_loss else 0                      # the factor made last stands at this end
        x = 0.1 if from_loss else 0.1 + 0.98 * done       # what is left stays where it was
        for k in range(squares):
            made = done and not from_loss and k == lit
            _factor(ax, x, base, 0.85, lit=made)
            x += 0.98
        _factor(ax, x, base, 0.14, lit=bool(done) and (from_loss or not squares))
    return fig, ax


def _factor(ax, x, y, width, lit):
    """Draw one factor of a product: a square matrix, or the thin column at its end."""
    ax.add_patch(Rectangle((x, y), width, 0.85, fc=LIT if lit else "white", ec=SIZE_COLORS["d"], lw=2))


def shared_and_repeated(shared, repeated, highlight=0):
    """Draw a graph that shares its nodes beside the tree that repeats them.

    Both are lists of levels from the top down; a level is a list of (text, places of the nodes above it). highlight: a text
    whose every copy is lit.
    """
    fig, ax = _canvas(6.2, 0.95 * (len(repeated) - 1) + 1.3, None)
    for levels, left, right, title in ((shared, 0.2, 1.9, "graph: each node once"), (repeated, 2.3, 6.1, "tree: each path by itself")):
        _levels(ax, levels, left, right, highlight)
        ax.text((left + right) / 2, 0.95 * (len(repeated) - 1) + 1.12, title, ha="center", va="center", size=13)
    return fig, ax


def _levels(ax, levels, left, right, highlight):
    """Draw levels of nodes from the top down, each node joined to those above it."""
    above = []
    for row, level in enumerate(levels):
        y = 0.95 * (len(levels) - 1 - row) + 0.4
        here = [(left + (right - left) * (k + 0.5) / len(level), y) for k in range(len(level))]
        for at, (text, ups) in zip(here, level, strict=True):
            for up in ups:
                ax.plot(*zip(above[up], at, strict=True), ls="-", color=MUTED, lw=1.1, zorder=1)
            ax.add_patch(Circle(at, 0.25, fc=LIT if text == highlight else "white", ec=MUTED, lw=1.4, zorder=3))
            ax.text(*at, maths(text), ha="center", va=_upright("$"), size=11.5, zorder=4)
        above = here


def weight_paths(starts, *, ylabel="weight"):
    """Draw weights over the steps of a training, a panel for each start; starts: {"title": array (steps + 1, weights)}."""
    fig, panels = plt.subplots(1, len(starts), figsize=(6.2, 3.0), sharey=True)
    for ax, (title, paths) in zip(np.atleast_1d(panels), starts.items(), strict=True):
        for k, path in enumerate(np.transpose(paths)):
            ax.plot(path, color=list(SIZE_COLORS.values())[k % 4], ls=("-", "--", "-.", ":")[k % 4])
        ax.set(title=title, xlabel="step")
    np.atleast_1d(panels)[0].set(ylabel=ylabel)
    return fig, panels
