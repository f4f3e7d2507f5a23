"""Trees of paths from the loss down to a weight, and chains of steps."""
import re
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from matplotlib.patches import FancyArrowPatch

from backprop.figures.ink import (
    FAINT,
    INK,
    LIT,
    MUTED,
    SIZE_COLORS,
    canvas,
    check_array,
    check_index,
    maths,
    number,
    symbol,
    unit,
)

STEP = 0.84             # from a node of a tree down to the next, in inches
HEAD = 0.32             # from the upper edge to the node J


class _Tree(NamedTuple):
    """The tree of paths from J down to a weight: its numbers, which path is strong, and where the paths stand."""
    weight: tuple
    paths: int
    factors: np.ndarray | None
    lit: int | None
    decimals: int

    @property
    def hidden(self):
        """Whether the weight is one of the hidden layer, so that its paths are added."""
        return self.weight[0] == "h"

    @property
    def foot(self):
        """The room below the paths for products and sum."""
        return 0.95 if self.hidden else 0.1 if self.factors is None else 0.5

    @property
    def height(self):
        """The height of the drawing."""
        return STEP * (5 if self.hidden else 3) + self.foot + 0.62

    @property
    def width(self):
        """The width of the drawing."""
        if self.paths == 1:
            return 2.4 if self.factors is None else 3.3
        side = 1.5 if self.factors is not None and self.paths == 2 else 1.1
        return 2 * side + (self.paths - 1) * self.apart

    @property
    def apart(self):
        """The distance of two paths."""
        if self.paths == 2:
            return 2.2
        return 1.5 if self.factors is None else 1.95

    @property
    def columns(self):
        """The x of every path; the only one stands left, its factors to the right."""
        if self.paths == 1:
            return [0.9]
        return [self.width / 2 + (p - (self.paths - 1) / 2) * self.apart for p in range(self.paths)]

    @property
    def top(self):
        """The place of J."""
        return (self.columns[0] if self.paths == 1 else self.width / 2), self.height - HEAD

    def faint(self, p):
        """Whether another path than p is the strong one."""
        return self.lit not in (None, p + 1)


def path_tree(weight, t=2, *, factors=None, lit=None, decimals=4, ax=None):
    """Draw the tree of paths from J down to a weight ("out", i, j) or ("h", i, j), a factor on each edge.

    factors: the three numbers ∂J/∂a, ∂a/∂z, ∂z/∂w, or for a hidden weight one row per output of the five numbers
    ∂J/∂a_k, ∂a_k/∂z_k, ∂z_k/∂a_j, ∂a_j/∂z_j, ∂z_j/∂w: each path's product and their sum are written below it.
    lit: the path that is drawn strong.
    """
    if not (isinstance(weight, tuple) and len(weight) == 3 and weight[0] in ("h", "out")):
        raise ValueError(f'weight is {weight!r} but must be ("out", i, j) or ("h", i, j)')
    paths, shape = (t, (t, 5)) if weight[0] == "h" else (1, (3,))
    if lit is not None:
        check_index("lit", lit, paths)
    if factors is not None:
        factors = check_array("factors", factors, shape).reshape(paths, -1)
    tree = _Tree(weight, paths, factors, lit, decimals)
    fig, ax = canvas(tree.width, tree.height, ax)
    for p in range(paths):
        _draw_path(ax, tree, p)
        _write_product(ax, tree, p)
    _node(ax, tree.top, "J")
    if tree.hidden:
        _write_sum(ax, tree)
    return fig, ax


def _path(weight, k=None):
    """Give the nodes of one path from J down to the weight, and the LaTeX of each factor."""
    layer, i, j = weight
    nodes = ["J"]
    if layer == "h":
        nodes += [symbol("a", "out", k), symbol("z", "out", k)]
    nodes += [symbol("a", layer, j), symbol("z", layer, j), symbol("w", layer, i, j)]
    return nodes, [rf"\dfrac{{\partial {up}}}{{\partial {down}}}" for up, down in pairwise(nodes)]


def _draw_path(ax, tree, p):
    """Draw path p from J down, a factor beside each edge; two paths leave J aslant, more leave a bar."""
    faint, x = tree.faint(p), tree.columns[p]
    style = {"color": FAINT if faint else INK, "ls": "-", "lw": 2.4 if tree.lit == p + 1 else 1.2, "zorder": 1 - faint}
    nodes, symbols = _path(tree.weight, p + 1)
    for k, (node, factor) in enumerate(zip(nodes[1:], symbols)):
        a = (tree.width / 2 if k == 0 and tree.paths == 2 else x, tree.height - HEAD - k * STEP)
        b = (x, tree.height - HEAD - (k + 1) * STEP)
        ax.plot(*zip(a, b), **style)
        if k == 0 and tree.paths > 2:
            ax.plot([tree.width / 2, x], [a[1]] * 2, **style)
        _node(ax, b, node, lit=node[0] == "w" and not faint, faint=faint)
        value = "" if tree.factors is None else f" = {number(tree.factors[p, k], tree.decimals)}"
        _write_factor(ax, a, b, maths(factor) + value, left=tree.paths == 2 and p == 0, faint=faint)


def _write_factor(ax, a, b, text, left, faint):
    """Write a factor beside the edge from a to b, clear of the boxes, or of the edge where it is aslant."""
    slanted = a[0] != b[0]
    clear = 0.22 * abs(b[0] - a[0]) / STEP if slanted else 0.3
    ax.text((a[0] + b[0]) / 2 + (-clear if left else clear), (a[1] + b[1]) / 2 + 0.1 * slanted, text, va="center",
            ha="right" if left else "left", size=12.5, color=MUTED if faint else INK)


def _write_product(ax, tree, p):
    """Write below path p its name and its product, as far as there are such."""
    product = "" if tree.factors is None else number(tree.factors[p].prod(), tree.decimals)
    if not (product or tree.hidden):
        return
    name = f"path {p + 1}" if tree.hidden else "product"
    ax.text(tree.columns[p] if tree.hidden else tree.width / 2, tree.foot - 0.22,
            f"{name}:  {product}" if product else name,
            ha="center", va="center", size=13, color=MUTED if tree.faint(p) else INK)


def _write_sum(ax, tree):
    """Write below the tree that the paths add up, and to what."""
    if tree.factors is None:
        total = " + ".join(f"path {p + 1}" for p in range(tree.paths))
    else:
        total = number(tree.factors.prod(axis=1).sum(), tree.decimals)
    ax.text(tree.width / 2, tree.foot - 0.65,
            rf"paths add:  $\partial J/\partial {symbol('w', *tree.weight)}$ = {total}",
            ha="center", va="center", size=13, bbox={"fc": LIT, "ec": "none", "pad": 3})


def _node(ax, at, latex, lit=False, faint=False):
    """Draw a node of a tree or a chain: its symbol in a rounded box, framed in the color of its layer's size."""
    letter = {"h": "d", "out": "t"}.get((re.findall(r"mathrm\{(\w+)\}", latex) or [""])[0])
    color = FAINT if faint else SIZE_COLORS.get(letter, MUTED)
    ax.text(*at, maths(latex), ha="center", va="center", size=14, zorder=4, color=MUTED if faint else INK,
            bbox={"boxstyle": "round,pad=0.28", "fc": LIT if lit else "white", "ec": color, "lw": 1.5})


def chain(nodes, *, forward=None, backward=None, values=None, ax=None):
    """Draw nodes in a row, the step to the next above each arrow, the factor that comes back below; all LaTeX."""
    if len(nodes) < 2:
        raise ValueError(f"nodes has {len(nodes)} entries but a chain needs at least 2")
    steps = len(nodes) - 1
    for name, given, count in (("forward", forward, steps), ("backward", backward, steps),
                               ("values", values, steps + 1)):
        if given is not None and len(given) != count:
            raise ValueError(f"{name} has {len(given)} entries but these {len(nodes)} nodes need {count}")
    pitch, y = 1.06 if len(nodes) > 4 else 1.35, 0.45 if backward is None else 0.95
    fig, ax = canvas(pitch * steps + 0.8, y + 0.3 + 0.3 * (values is not None), ax)
    at = [(0.4 + k * pitch, y) for k in range(len(nodes))]
    for k, node in enumerate(nodes):
        unit(ax, at[k], maths(node), MUTED, size=14, radius=0.24)
        if values is not None:
            text = values[k] if isinstance(values[k], str) else number(values[k])
            ax.text(at[k][0], y + 0.42, text, ha="center", va="center", size=12)
    for k, (a, b) in enumerate(pairwise(at)):
        _step(ax, a, b, None if forward is None else forward[k], None if backward is None else backward[k] or "")
    return fig, ax


def _step(ax, a, b, forward, backward):
    """Draw the arrow from a to b with its words above, and the dashed one that comes back, unless backward is None."""
    middle = (a[0] + b[0]) / 2
    style = {"arrowstyle": "-|>", "mutation_scale": 11, "color": INK, "lw": 1.2}
    ax.add_patch(FancyArrowPatch(a, b, shrinkA=19, shrinkB=19, **style))
    ax.text(middle, a[1] + 0.2, maths(forward) if forward else "", ha="center", va="center", size=12.5)
    if backward is not None:
        ax.add_patch(FancyArrowPatch(b, a, shrinkA=18, shrinkB=19, ls=(0, (4, 2)), connectionstyle="arc3,rad=-0.5",
                                     **style))
        ax.text(middle, a[1] - 0.53, maths(backward) if backward else "", ha="center", va="center", size=12.5)
