"""Matrices as blocks whose sides have the colors of their sizes: equations, products, piles of outer products."""
from typing import NamedTuple

import numpy as np
from matplotlib.patches import Arc, FancyArrowPatch, Rectangle

from backprop.figures.ink import (
    INK,
    LAYERS,
    LIT,
    MUTED,
    SIZE_COLORS,
    SIZE_INKS,
    canvas,
    check_array,
    check_index,
    maths,
    number,
    text_width,
)

CELLS = 8               # a side of more entries is a plain length, without cells and numbers


class Block(NamedTuple):
    """A matrix to be drawn: rows and columns are (letter, number), values stand in it, lit entries count from 1."""
    name: str
    rows: tuple
    columns: tuple
    values: np.ndarray | None = None
    lit: tuple = ()


def block(name, rows, columns, values=None, lit=()):
    """Describe a matrix for `matrices` and `product`; lit: (i, j), (i, None) a row, (None, j) a column, or a list."""
    for side, (letter, size) in (("rows", rows), ("columns", columns)):
        if letter not in (*SIZE_COLORS, "1") or not isinstance(size, (int, np.integer)) or size < 1:
            raise ValueError(f"{side} of {name} is ({letter!r}, {size!r}) but must be one of the letters m, d, t, n "
                             'or "1" and a size of at least 1')
    if values is not None:
        values = check_array(f"values of {name}", values, (rows[1], columns[1]))
    lit = (lit,) if isinstance(lit, tuple) and lit and not isinstance(lit[0], tuple) else tuple(lit)
    for i, j in lit:
        check_index(f"lit row of {name}", 1 if i is None else i, rows[1])
        check_index(f"lit column of {name}", 1 if j is None else j, columns[1])
    return Block(name, rows, columns, values, lit)


class _Grid:
    """Where the cells of a block lie: up to 8 are drawn on a side, more become a plain length that grows slowly."""

    def __init__(self, block, cell):
        self.block, self.cell = block, cell
        self.rows, self.columns = block.rows[1], block.columns[1]
        self.width, self.height = (side * (count if count <= CELLS else 3 + 1.5 * np.log10(count))
                                   for side, count in zip(cell, (self.columns, self.rows)))

    def draw(self, ax, x, y, decimals, name="below", sides=("rows", "columns")):
        """Draw the block with its lower left corner at (x, y)."""
        top = y + self.height
        ax.add_patch(Rectangle((x, y), self.width, self.height, fc="#F4F4F1", ec="none", zorder=1))
        for i, j in self.block.lit:
            self._light(ax, x, top, i, j)
        self._draw_cells(ax, x, y, decimals)
        if "rows" in sides:
            _side(ax, self.block.rows, (x - 0.07, y), (x - 0.07, top), (x - 0.19, (y + top) / 2), 90)
        if "columns" in sides:
            right = x + self.width
            _side(ax, self.block.columns, (x, top + 0.07), (right, top + 0.07), (x + self.width / 2, top + 0.19), 0)
        if name == "below":
            ax.text(x + self.width / 2, y - 0.2, maths(self.block.name), ha="center", va="center", size=13.5)
        elif name == "right":
            ax.text(x + self.width + 0.12, y + self.height / 2, maths(self.block.name), ha="left", va="center",
                    size=13.5)

    def _light(self, ax, x, top, i, j):
        """Light an entry, a row (no j) or a column (no i)."""
        cw, ch = self.width / self.columns, self.height / self.rows
        corner = (x + ((j or 1) - 1) * cw, top - (i or self.rows) * ch)
        ax.add_patch(Rectangle(corner, cw if j else self.width, ch if i else self.height, fc=LIT, ec=INK, lw=1.6,
                               zorder=3))

    def _draw_cells(self, ax, x, y, decimals):
        """Draw the lines between the cells, the frame and the numbers."""
        cw, ch, top = self.width / self.columns, self.height / self.rows, y + self.height
        if self.columns <= CELLS:
            ax.vlines(x + cw * np.arange(1, self.columns), y, top, color="#C8C8C8", lw=0.7, zorder=2)
        if self.rows <= CELLS:
            ax.hlines(y + ch * np.arange(1, self.rows), x, x + self.width, color="#C8C8C8", lw=0.7, zorder=2)
        ax.add_patch(Rectangle((x, y), self.width, self.height, fc="none", ec=MUTED, lw=0.9, zorder=2.5))
        if self.block.values is not None and max(self.rows, self.columns) <= CELLS:
            for (i, j), value in np.ndenumerate(self.block.values):
                ax.text(x + (j + 0.5) * cw, top - (i + 0.5) * ch, number(value, decimals), ha="center",
                        va="center_baseline", size=11.5, zorder=5)


def _side(ax, size, a, b, label, rotation):
    """Draw one side of a block in the color of its size, with letter and number."""
    color = SIZE_COLORS.get(size[0], MUTED)
    ax.plot(*zip(a, b), color=color, ls="-", lw=3.5, solid_capstyle="butt", zorder=3)
    text = f"${size[0]}={size[1]}$" if size[0] != "1" else "$1$"
    ax.text(*label, text, color=SIZE_INKS.get(size[0], MUTED), rotation=rotation, ha="center", va="center", size=12.5)


def _cell(blocks, decimals):
    """Give one cell size for all blocks: wide enough for the longest number."""
    written = [b.values for b in blocks if b.values is not None and max(b.values.shape) <= CELLS]
    texts = [number(value, decimals) for values in written for value in values.flat]
    return (max(0.44, text_width(max(texts, key=len), 11.5) + 0.17), 0.36) if texts else (0.3, 0.3)


def _lit_by_entry(blocks, entry):
    """Light row i of the first block, column j of the second and entry (i, j) of the last."""
    if entry is None:
        return list(blocks)
    if len(blocks) < 3:
        raise ValueError(f"entry lights three blocks but {len(blocks)} were given")
    i, j = entry
    lights = {0: (i, None), 1: (None, j), len(blocks) - 1: (i, j)}
    return [b._replace(lit=(*b.lit, lights[k])) if k in lights else b for k, b in enumerate(blocks)]


def matrices(items, *, entry=None, decimals=4, ax=None):
    """Draw an equation of blocks and operators in one row, every side in the color of its size.

    entry: (i, j) lights that entry of the last block, and what makes it.
    """
    blocks = [item for item in items if isinstance(item, Block)]
    if not blocks:
        raise ValueError("items holds no block: give at least one block(name, rows, columns)")
    cell = _cell(blocks, decimals)
    lit = iter(_lit_by_entry(blocks, entry))
    grids = [_Grid(next(lit), cell) if isinstance(item, Block) else item for item in items]
    widths = list(map(_room, grids))
    gap, tallest = 0.1, max(g.height for g in grids if isinstance(g, _Grid))
    fig, ax = canvas(sum(widths) + gap * (len(grids) - 1) + 0.1, tallest + 0.82, ax)
    x, middle = 0.05, 0.42 + tallest / 2
    for g, w in zip(grids, widths):
        if isinstance(g, _Grid):
            g.draw(ax, x + (w - g.width) / 2 + 0.13 * (w - g.width < 0.5), middle - g.height / 2, decimals)
        else:
            ax.text(x + w / 2 + 0.02, middle, maths(g), ha="center", va="center", size=17)
        x += w + gap
    return fig, ax


def _room(item):
    """Give the width that a block with its name, or an operator, takes in a row."""
    if isinstance(item, _Grid):
        return max(item.width + 0.34, text_width(maths(item.block.name), 13.5) + 0.1)
    return text_width(maths(item), 17) + 0.16


def product(left, right, result, *, entry=None, decimals=4, ax=None):
    """Draw left · right = result around a corner where the inner size meets; entry=(i, j) lights it and its makers."""
    _check_product(left, right, result)
    cell = _cell((left, right, result), decimals)
    L, R, P = (_Grid(b, cell) for b in _lit_by_entry((left, right, result), entry))
    x0, y0, gap = 0.38, 0.4, 0.34
    x1, y1 = x0 + L.width + gap, y0 + L.height + gap
    beside = max(text_width(maths(right.name), 13.5) + 0.22, (text_width(maths(result.name), 13.5) - P.width) / 2 + 0.1)
    fig, ax = canvas(x1 + R.width + beside, y1 + R.height + 0.36, ax)
    L.draw(ax, x0, y0, decimals, sides=("rows",))
    R.draw(ax, x1, y1, decimals, name="right", sides=("columns",))
    P.draw(ax, x1, y0, decimals, sides=())
    _draw_corner(ax, left.columns, np.array([x1 - 0.07, y1 - gap + 0.07]), (x0, y1), (L.width, R.height))
    return fig, ax


def _check_product(left, right, result):
    """Refuse three matrices that are no product."""
    if left.columns != right.rows:
        raise ValueError(f"{left.name} has {left.columns[1]} columns but {right.name} has {right.rows[1]} rows: "
                         "the inner sizes must meet")
    if (left.rows, right.columns) != (result.rows, result.columns):
        raise ValueError(f"{result.name} is {result.rows[1]} by {result.columns[1]} "
                         f"but the product is {left.rows[1]} by {right.columns[1]}")


def _draw_corner(ax, size, corner, start, lengths):
    """Draw the two sides of the inner size around the corner, arcs from column k to row k, letter and number."""
    letter, count = size
    color = SIZE_COLORS.get(letter, MUTED)
    ax.plot([start[0], start[0] + lengths[0]], [corner[1]] * 2, color=color, ls="-", lw=3.5, solid_capstyle="butt")
    ax.plot([corner[0]] * 2, [start[1], start[1] + lengths[1]], color=color, ls="-", lw=3.5, solid_capstyle="butt")
    for k in range(count) if count <= CELLS else (0, count // 2, count - 1):
        far = 0.27 + (k + 0.5) / count * np.array(lengths)
        ax.add_patch(Arc(corner, *(2 * far), theta1=90, theta2=180, color=color, lw=1.1))
    text = f"${letter}={count}$" if letter != "1" else "$1$"
    ax.text(*(corner + (far + 0.12) * np.array([-0.707, 0.707])), text, color=SIZE_INKS.get(letter, MUTED), size=13.5,
            ha="right", va="bottom")


STACK = 0.11            # by how much a card of the pile lies beside the next, in inches


def outer_products(A, delta, upto=None, *, layer="out", decimals=3, ax=None):
    """Draw the pile of outer products of rows 1 … upto of A and delta, the newest on top, and their sum.

    A (n, d) and delta (n, t) of the output layer, or with layer="h" A (n, m) and delta (n, d) of the hidden one; n up
    to 12.
    """
    A, delta = _paired_rows(A, delta, layer)
    n = len(A)
    r = n if upto is None else upto
    check_index("upto", r, n)
    column, row, card, total = _pile(A, delta, r, layer, decimals)
    x0, y0 = 0.4, 0.62 + (n - 1) * STACK
    x1 = x0 + column.width + max(0.3, text_width(maths(row.block.name), 13.5) + 0.15 - column.width)
    x2 = x1 + card.width + (n - 1) * STACK + 0.66
    above = y0 + card.height + 0.12
    fig, ax = canvas(x2 + total.width + 0.12, above + card.cell[1] + 0.48, ax)
    for k in range(r):                                       # k cards lie under the newest one
        at = (x1 + k * STACK, y0 - k * STACK)
        ax.add_patch(Rectangle(at, card.width, card.height, fc="white", ec=MUTED, lw=0.9, zorder=0.5 - 0.01 * k))
    column.draw(ax, x0, y0, decimals, sides=("rows",))
    row.draw(ax, x1, above, decimals, name="", sides=("columns",))
    ax.text(x1 - 0.1, above + card.cell[1] / 2, maths(row.block.name), ha="right", va="center", size=13.5)
    card.draw(ax, x1, y0, decimals, name="", sides=())
    total.draw(ax, x2, y0, decimals, name="", sides=("columns",))
    _name_pile(ax, (x1 + card.width / 2, x2, x2 + total.width / 2), (y0, y0 + total.height / 2), r, n)
    return fig, ax


def _paired_rows(A, delta, layer):
    """Give A and delta as arrays of as many rows, one per example, or say what is wrong."""
    A, delta = np.asarray(A, dtype=float), np.asarray(delta, dtype=float)
    if A.ndim != 2 or delta.ndim != 2 or len(A) != len(delta):
        raise ValueError(f"A has shape {A.shape} and delta {delta.shape} but both need two dimensions "
                         "and the same number of rows, one per example")
    if layer not in ("h", "out") or len(A) > 12:
        raise ValueError(f'layer is {layer!r} and n is {len(A)}, but layer must be "h" or "out" and n at most 12')
    return A, delta


def _pile(A, delta, r, layer, decimals):
    """Give column, row, their outer product and the sum up to example r, in cells of one size for every r."""
    (_, rows), columns = A.shape, delta.shape[1]
    below, (d, t) = LAYERS[LAYERS.index(layer) - 1], "dt" if layer == "out" else "md"
    sums = np.cumsum(A[:, :, None] * delta[:, None, :], axis=0)
    column = block(rf"a^{{(\mathrm{{{below}}})[{r}]\top}}", (d, rows), ("1", 1), A[r - 1][:, None])
    row = block(rf"\delta^{{(\mathrm{{{layer}}})[{r}]}}", ("1", 1), (t, columns), delta[r - 1][None])
    card = block("", (d, rows), (t, columns), A[r - 1][:, None] * delta[r - 1])
    every = np.concatenate([sums.ravel(), A.ravel(), delta.ravel()])
    cell = _cell([card._replace(values=every[k:k + 1, None]) for k in range(len(every))], decimals)
    return [_Grid(b, cell) for b in (column, row, card, card._replace(values=sums[r - 1]))]


def _name_pile(ax, xs, ys, r, n):
    """Draw the arrow from the pile to the sum, and write below both what they are."""
    pile, x2, total = xs
    y0, middle = ys
    ax.add_patch(FancyArrowPatch((x2 - 0.56, middle), (x2 - 0.06, middle), arrowstyle="-|>", mutation_scale=12,
                                 color=INK,
                                 lw=1.2))
    ax.text(x2 - 0.32, middle + 0.14, "add", ha="center", va="center", size=12)
    ax.text(pile, 0.42, "outer products" if r > 1 else "outer product", ha="center", va="center", size=12)
    ax.text(pile, 0.18, f"$r={r}$ of $n={n}$", ha="center", va="center", size=12.5, color=SIZE_INKS["n"])
    ax.text(total, y0 - 0.2, "the sum so far" if r < n else "the whole sum", ha="center", va="center", size=12)
