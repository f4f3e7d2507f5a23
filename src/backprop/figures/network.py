"""The network: units, edges, the numbers of one example, paths that are lit."""
from typing import NamedTuple

import numpy as np
from matplotlib.patches import FancyArrowPatch

from backprop.figures.ink import (
    FAINT,
    INK,
    LAYERS,
    LIT,
    MUTED,
    SIZE_COLORS,
    SIZE_INKS,
    canvas,
    check_array,
    check_index,
    number,
    symbol,
    text_width,
    unit,
    upright,
)

LOSS_X = 5.65           # where J stands, in inches


class _Picture(NamedTuple):
    """What is drawn of a network: which units and where, the numbers in and beside them, what is lit."""
    sizes: tuple
    shown: list
    place: dict
    activations: list
    deltas: list
    targets: np.ndarray | None
    loss: object
    lit: set
    decimals: int

    @property
    def loss_place(self):
        """Where J stands: beside the middle of the outputs."""
        return LOSS_X, (self.place[2, 1][1] + self.place[2, self.sizes[2]][1]) / 2


def network(net, X=None, trace=None, *, Y=None, delta_h=None, delta_out=None, loss=None, highlight=None, bias=None,
            decimals=3, example=1, max_units=6, ax=None):
    """Draw an m-d-t network.

    net: (m, d, t), or parameters whose weights are written on the edges. X (n, m), trace (its A_h and A_out), Y (n, t):
    the numbers of one example in and beside the units. delta_h (n, d), delta_out (n, t): the errors under the units,
    the edges dashed and pointing back. loss: True draws the node J, a number is written in it. highlight: a weight
    ("out", i, j) or ("h", i, j) with all its paths to J, a path (i, j, k) (None where it does not reach), or a list.
    bias: draw the square units that are always 1 (the default where the parameters have biases).
    """
    sizes = _sizes(net)
    params = net if hasattr(net, "W_h") else None
    bias = getattr(net, "b_h", None) is not None if bias is None else bias
    lit = lit_edges(highlight, sizes)
    A = _rows({"X": X, "A_h": getattr(trace, "A_h", None), "A_out": getattr(trace, "A_out", None)}, example, sizes)
    deltas = [None, *_rows({"delta_h": delta_h, "delta_out": delta_out}, example, sizes[1:])]
    y, = _rows({"Y": Y}, example, sizes[2:])
    shown = [_shown(size, max_units) for size in sizes]
    place, columns, top = _places(shown, bias, any(delta is not None for delta in deltas))
    fig, ax = canvas(6.05 if loss is not None else 5.0 if y is None else 5.6, top + 1.17, ax)
    picture = _Picture(sizes, shown, place, A, deltas, y, loss, lit, decimals)
    edges = _edges(shown, bias, params, decimals, highlight if isinstance(highlight, list) else [highlight])
    _draw_edges(ax, picture, edges)
    taken = _draw_units(ax, picture)
    if loss is not None:
        unit(ax, picture.loss_place, "$J$" if loss is True else number(loss, decimals), INK, lit=bool(lit))
        _beside(ax, picture.loss_place, 0.46, "" if loss is True else "$J$", MUTED)
    labels = [(place[layer - 1, i], place[layer, j], text, (LAYERS[layer], i, j) in lit)
              for (layer, i, j), text in edges.items()]
    _label_edges(ax, labels, np.array(taken).reshape(-1, 2), size=13 if params is None else 11.5)
    _name_layers(ax, columns, top, sizes)
    return fig, ax


def _draw_edges(ax, picture, edges):
    """Draw the edges between the layers, and those to J."""
    pale = bool(picture.lit) or len(edges) > 40
    for layer, i, j in edges:
        _edge(ax, picture.place[layer - 1, i], picture.place[layer, j], (LAYERS[layer], i, j) in picture.lit, pale=pale,
              back=picture.deltas[layer] is not None, dotted=i == 0)
    for k in filter(None, picture.shown[2] if picture.loss is not None else []):
        _edge(ax, picture.place[2, k], picture.loss_place, ("J", k, 1) in picture.lit, pale=bool(picture.lit),
              back=picture.deltas[2] is not None)


def _draw_units(ax, picture):
    """Draw the units with their numbers; give the points where words stand that no label of an edge may cover."""
    taken = []
    touched = {(LAYERS.index(layer) + end, (i, j)[end + 1])
               for layer, i, j in picture.lit if layer != "J" for end in (-1, 0)}
    for (layer, number_of_unit), at in picture.place.items():
        if number_of_unit is None:
            ax.text(*at, "⋮", ha="center", va="center", size=22, color=SIZE_COLORS["mdt"[layer]])
        elif number_of_unit == 0:
            unit(ax, at, "1", MUTED, square=True)
        else:
            taken += _draw_unit(ax, picture, layer, number_of_unit, lit=(layer, number_of_unit) in touched)
    return taken


def _draw_unit(ax, picture, layer, k, lit):
    """Draw unit k of a layer and what stands beside it; give the points that the words take."""
    at, taken = picture.place[layer, k], []
    name = f"${symbol('a', LAYERS[layer], k)}$"
    activation, delta = picture.activations[layer], picture.deltas[layer]
    inside = name if activation is None else number(activation[k - 1], picture.decimals)
    unit(ax, at, inside, SIZE_COLORS["mdt"[layer]], lit=lit)
    if activation is not None:
        taken += _beside(ax, at, 0.46, name, MUTED)
    if delta is not None:
        taken += _beside(ax, at, -0.46, rf"$\delta_{{{k}}}={number(delta[k - 1], picture.decimals)}$", INK)
    if layer == 2 and picture.targets is not None:
        up = _target_rise(picture, at)
        text = f"$y_{{{k}}}={number(picture.targets[k - 1], picture.decimals)}$"
        ax.text(at[0] + 0.36 - abs(up) / 5, at[1] + up, text, va="center", size=12, color=MUTED, zorder=3)
    return taken


def _target_rise(picture, at):
    """Say how far above its unit a target is written: clear of the edge to J."""
    if picture.loss is None:
        return 0
    return 0.27 if at[1] >= picture.loss_place[1] - 0.01 else -0.27


def _name_layers(ax, columns, top, sizes):
    """Write name and size above every layer."""
    for x, name, letter, size in zip(columns, ("input", "hidden", "output"), "mdt", sizes):
        ax.text(x, top + 1.0, name, ha="center", va="center", size=12, color=MUTED)
        ax.text(x, top + 0.77, f"${letter}={size}$", ha="center", va="center", size=13.5, color=SIZE_INKS[letter])


def _sizes(net):
    """Give (m, d, t) of a network given by its sizes or by its parameters."""
    if hasattr(net, "W_h"):
        return *np.shape(net.W_h), np.shape(net.W_out)[1]
    sizes = tuple(net)
    if len(sizes) != 3 or not all(isinstance(s, (int, np.integer)) and s >= 1 for s in sizes):
        raise ValueError(f"net is {net!r} but must be three sizes (m, d, t), each at least 1, "
                         "or the parameters of a network")
    return sizes


def _shown(size, max_units):
    """Number the units that are drawn; None stands for the dots."""
    return list(range(1, size + 1)) if size <= max_units else [1, 2, 3, None, size]


def lit_edges(highlight, sizes):
    """Give the edges (layer, i, j) of a weight's paths to J, of one path, or of several."""
    if highlight is None:
        return set()
    if isinstance(highlight, list):
        return set().union(*(lit_edges(one, sizes) for one in highlight))
    m, d, t = sizes
    if highlight[0] in ("h", "out"):
        layer, i, j = highlight
        check_index("i of the highlighted weight", i, m if layer == "h" else d)
        check_index("j of the highlighted weight", j, d if layer == "h" else t)
        onward = {("out", j, k) for k in range(1, t + 1)} if layer == "h" else set()
        ends = {k for _, _, k in onward} or {j}
        return {highlight} | onward | {("J", k, 1) for k in ends}
    for name, k, size in zip("ijk", highlight, sizes):
        if k is not None:
            check_index(f"unit {name} of the highlighted path", k, size)
    i, j, k = highlight
    return {edge for edge in [("h", i, j), ("out", j, k), ("J", k, 1)] if None not in edge}


def _label_edges(ax, edges, taken, size):
    """Write a label on each edge (start, end, text, lit) that has one, turned along it, near its start but clear of the
    other labels, of the other edges and of the points that are taken."""
    starts, ends = (np.array([edge[k] for edge in edges]) for k in (0, 1))
    along = ends - starts
    at = _label_places(starts, along, [text for *_, text, _ in edges], taken, size)
    for e, (*_, text, lit) in enumerate(edges):
        if text:
            ax.text(*(starts[e] + at[e] * along[e]), text, rotation=np.degrees(np.arctan2(*along[e][::-1])),
                    rotation_mode="anchor", ha="center", va=upright(text), size=size, zorder=3,
                    bbox={"fc": LIT if lit else "white", "ec": "none", "pad": 1.2})


def _label_places(starts, along, texts, taken, size):
    """Give the place of each label as a fraction of its edge: in four rounds each takes the best beside the rest."""
    named = [e for e, text in enumerate(texts) if text]
    length = np.linalg.norm(along, axis=1)
    half = np.array([text_width(text, size) / 2 - 0.04 for text in texts])
    spread = np.linspace(-1, 1, 5)[:, None, None] * (half / length)[:, None] * along    # five points stand for a label
    tries, at = np.linspace(0.22, 0.78, 29), np.full(len(texts), 0.3)
    for e in named * 4:
        places = starts[e] + tries[:, None] * along[e]
        others = [f for f in named if f != e]
        points = np.concatenate([(starts + at[:, None] * along + spread)[:, others].reshape(-1, 2), taken, [[-9, -9]]])
        near = np.linalg.norm((places[:, None] + spread[:, e])[:, :, None] - points, axis=-1).min(axis=(1, 2))
        away = places[:, None] - np.delete(starts, e, axis=0)
        way = np.delete(along / length[:, None], e, axis=0)
        cross = abs(way[:, 0] * away[..., 1] - way[:, 1] * away[..., 0]).min(axis=1, initial=9)
        room = np.minimum(tries, 1 - tries) * length[e] - half[e] - 0.36
        cost = 10 * np.clip(0.2 - near, 0, None) + 3 * np.clip(0.13 - cross, 0, None) + 10 * np.clip(-room, 0, None)
        at[e] = tries[np.argmin(cost + 0.2 * abs(tries - 0.3))]
    return at


def _rows(arrays, example, sizes):
    """Give the row of one example of each array, or None, and refuse rows of another size."""
    rows = []
    for (name, array), size in zip(arrays.items(), sizes):
        if array is not None:
            check_index("example", example, len(array))
            array = check_array(f"one row of {name}", np.asarray(array)[example - 1], (size,))
        rows.append(array)
    return rows


def _places(shown, bias, errors):
    """Give the place of every (layer, unit), unit 0 being the bias, the x of each layer and the y of the top row."""
    rows = max(map(len, shown))
    pitch = (1.35 if rows <= 2 else 1.15 if rows <= 3 else 1.0) + 0.15 * errors
    below = [(rows - len(units)) / 2 * pitch for units in shown]
    x, top = (0.5, 2.5, 4.5), 0.42 + 0.2 * errors + (rows - 1) * pitch + bias * max(0.0, pitch - min(below[:2]))
    return {(layer, unit): (x[layer], top - below[layer] - row * pitch) for layer, units in enumerate(shown)
            for row, unit in enumerate(units + [0] * (bias and layer < 2))}, x, top


def _edges(shown, bias, params, decimals, highlights):
    """Give the text on every edge (layer, i, j), 0 being the bias: its weight, or its symbol if highlighted."""
    edges = {}
    for layer in (1, 2):
        dots = None in shown[layer - 1] + shown[layer]
        for i in [i for i in shown[layer - 1] if i] + [0] * bias:
            for j in filter(None, shown[layer]):
                weight = (LAYERS[layer], i, j)
                text = f"${symbol('w', *weight)}$" if weight in highlights else ""
                value = None if params is None or dots else _weight(params, *weight)
                edges[layer, i, j] = text if value is None else number(value, decimals)
    return edges


def _weight(params, layer, i, j):
    """Give the weight from i to j of a layer, the bias of j where i is 0; None where there is no bias."""
    if i:
        return getattr(params, f"W_{layer}")[i - 1, j - 1]
    b = getattr(params, f"b_{layer}", None)
    return None if b is None else b[j - 1]


def _beside(ax, at, up, text, color):
    """Write above or below a unit; give the points that the text takes."""
    ax.text(at[0], at[1] + up, text, ha="center", va="center", size=11.5, color=color, zorder=3,
            bbox={"fc": "white", "ec": "none", "pad": 0.5})
    half = text_width(text, 11.5) / 2
    return [(at[0] + f * half, at[1] + up) for f in (-1, -0.5, 0, 0.5, 1)]


def _edge(ax, a, b, lit, pale=False, back=False, dotted=False):
    """Draw one edge from a to b: strong if lit, dashed with its arrow at a if an error flows back."""
    style = {"color": FAINT if pale else "#8C8C8C", "lw": 1, "zorder": 1}
    if lit:
        style = {"color": INK, "lw": 2.4, "zorder": 2}
    if back:
        ax.add_patch(FancyArrowPatch(b, a, arrowstyle="-|>", mutation_scale=11, shrinkA=21, shrinkB=22, ls=(0, (4, 2)),
                                     **style))
    else:
        ax.plot(*zip(a, b), ls=":" if dotted else "-", **style)
