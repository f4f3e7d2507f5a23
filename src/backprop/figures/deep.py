"""Draw what happens in deep networks: errors by layer, the error of a difference quotient, brackets, paths, weights.

Like all drawing functions they compute nothing of a network: arrays and counts are passed in. Each returns a figure
and its axes.
"""
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from backprop.figures.curves import curves
from backprop.figures.ink import INK, LIT, MUTED, SIZE_COLORS, canvas, maths

SIDE, THIN, PITCH = 0.85, 0.14, 0.98          # of a drawn square matrix, a column, and from one square to the next
ROW = 0.95                                    # from one level of nodes to the next


def errors_by_layer(sizes, *, lowest=1e-14):
    """Draw the size of the error in each layer, as a part of the last one; sizes: {"name": array of L numbers}.

    Layer 1 stands on the left, the last on the right. The scale is logarithmic and the same for every depth.
    """
    depth = len(next(iter(sizes.values())))
    fig, ax = curves(np.arange(1, depth + 1), sizes, xlabel=r"layer $\ell$", ylabel="error, last layer = 1",
                     log="y", markers=True)
    ax.set(ylim=(lowest, 30))
    ax.set_xticks([1, depth] if depth > 12 else range(1, depth + 1))
    return fig, ax


def step_curve(steps, errors, *, bend=None, rounding=None, lit=None):
    """Draw the error of a difference quotient over the step h, on two logarithmic axes.

    bend: the factor c of the dashed line c h². rounding: the factor c of the dotted line c / h. lit: the place of the
    step that is marked.
    """
    fig, ax = plt.subplots(figsize=(5.2, 3.4))
    ax.loglog(steps, errors, "o-", color=INK, ms=4, lw=1.2)
    if bend is not None:
        ax.loglog(steps, bend * steps**2, ls="--", color=SIZE_COLORS["m"], label="bend, as $h^2$")
    if rounding is not None:
        ax.loglog(steps, rounding / steps, ls=":", color=SIZE_COLORS["n"], label="rounding, as $1/h$")
    if lit is not None:
        ax.loglog(steps[lit], errors[lit], "o", ms=12, color=SIZE_COLORS["d"], zorder=5)
    ax.set(xlabel="step h", ylabel="relative error", ylim=(1e-13, 10))
    if ax.get_legend_handles_labels()[1]:
        ax.legend(loc="upper center")
    return fig, ax


def brackets(layers, done, counts):
    """Draw a product of square matrices, one for each of `layers`, and a column, after `done` products from either end.

    counts: the multiplications so far, those from the loss first. Raises ValueError if done is not from 0 to layers.
    """
    if not 0 <= done <= layers:
        raise ValueError(f"done is {done} but must be from 0 to {layers}, the number of products")
    left, made = 0.1 + PITCH * done, done > 0
    fig, ax = canvas(PITCH * layers + 0.3, 3.1, None)
    _product(ax, 1.75, "from the loss", counts[0], 0.1, layers - done, lit=layers - done if made else None)
    _product(ax, 0.2, "from the weights", counts[1], left, layers - done, lit=0 if made else None)
    return fig, ax


def _product(ax, y, name, count, x, squares, lit):
    """Draw what is left of one product, under its name and count: squares and a column; lit: the place made last."""
    ax.text(0.1, y + 1.12, name, size=13, va="center")
    ax.text(ax.get_xlim()[1] - 0.1, y + 1.12, f"{count:,} multiplications", size=13, va="center", ha="right")
    for k in range(squares + 1):
        width = SIDE if k < squares else THIN
        fill = LIT if k == lit else "white"
        ax.add_patch(Rectangle((x + PITCH * k, y), width, SIDE, fc=fill, ec=SIZE_COLORS["d"], lw=2))


def shared_and_repeated(shared, repeated, highlight=None):
    """Draw a graph that shares its nodes beside the tree that repeats them.

    Both are lists of levels from the top down; a level is a list of (LaTeX, places of the nodes above it). highlight:
    the LaTeX of a node of which every copy is lit.
    """
    height = ROW * (len(repeated) - 1)
    fig, ax = canvas(6.2, height + 1.3, None)
    _levels(ax, shared, 0.2, 1.9, highlight)
    _levels(ax, repeated, 2.3, 6.1, highlight)
    ax.text(1.05, height + 1.12, "graph: each node once", ha="center", va="center", size=13)
    ax.text(4.2, height + 1.12, "tree: each path by itself", ha="center", va="center", size=13)
    return fig, ax


def _levels(ax, levels, left, right, highlight):
    """Draw levels of nodes from the top down, each node joined to those above it."""
    above = []
    for row, level in enumerate(levels):
        y = ROW * (len(levels) - 1 - row) + 0.4
        here = [(left + (right - left) * (k + 0.5) / len(level), y) for k in range(len(level))]
        for at, (latex, ups) in zip(here, level):
            for up in ups:
                ax.plot(*zip(above[up], at), ls="-", color=MUTED, lw=1.1, zorder=1)
            ax.add_patch(Circle(at, 0.25, fc=LIT if latex == highlight else "white", ec=MUTED, lw=1.4, zorder=3))
            ax.text(*at, maths(latex), ha="center", va="center", size=11.5, zorder=4)
        above = here


def weight_paths(starts, *, ylabel="weight"):
    """Draw weights over the steps of a training, a panel for each start.

    starts: {"title": array of shape (steps + 1, weights)}.
    """
    fig, panels = plt.subplots(1, len(starts), figsize=(6.2, 3.0), sharey=True, squeeze=False)
    for ax, (title, paths) in zip(panels[0], starts.items()):
        ax.plot(np.asarray(paths))
        ax.set(title=title, xlabel="step")
    panels[0, 0].set(ylabel=ylabel)
    return fig, panels[0]


def there_and_back(nodes, forward, backward):
    """Draw nodes from the top down: on the left the step to the next, on the right the factor that comes back; LaTeX.

    nodes: one more than there are steps. Raises ValueError if the numbers do not fit.
    """
    if not len(nodes) - 1 == len(forward) == len(backward):
        raise ValueError(f"{len(nodes)} nodes need {len(nodes) - 1} steps there and back, "
                         f"not {len(forward)} and {len(backward)}")
    height = ROW * (len(nodes) - 1)
    fig, ax = canvas(4.2, height + 1.15, None)
    places = [(2.1, height + 0.35 - ROW * k) for k in range(len(nodes))]
    for at, latex in zip(places, nodes):
        ax.add_patch(Circle(at, 0.28, fc="white", ec=MUTED, lw=1.4, zorder=3))
        ax.text(*at, maths(latex), ha="center", va="center", size=12.5, zorder=4)
    for upper, lower, there, back in zip(places, places[1:], forward, backward):
        _arrow(ax, upper, lower, "-")
        _arrow(ax, lower, upper, (0, (4, 2)))
        middle = (upper[1] + lower[1]) / 2
        ax.text(1.55, middle, maths(there), ha="right", va="center", size=13)
        ax.text(2.65, middle, maths(back), ha="left", va="center", size=13)
    for x, text, side in ((1.55, "forward", "right"), (2.65, "backward", "left")):
        ax.text(x, height + 0.9, text, ha=side, va="center", size=13, color=MUTED)
    return fig, ax


def _arrow(ax, start, end, style):
    """Draw an arrow that bends to its own side of the line between two nodes."""
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=11, shrinkA=21, shrinkB=21, color=INK,
                                 lw=1.2, ls=style, connectionstyle="arc3,rad=0.35"))
