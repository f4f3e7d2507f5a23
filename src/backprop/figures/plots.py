"""Draw the networks, trees, matrices and curves of the course.

The only module that imports matplotlib. Every function returns (figure, axes), draws into `ax` when one is given,
computes nothing of the network (arrays are passed in) and never calls `plt.show`. Units, examples, rows and columns
are numbered as in the book: 1 is the first. Diagrams are laid out in inches on an axes that fills its figure.
"""
import itertools
import re
from base64 import b64decode, b64encode
from functools import lru_cache
from io import BytesIO, StringIO
from struct import pack
from typing import NamedTuple
from zlib import adler32, crc32

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Arc, Circle, FancyArrowPatch, Rectangle
from matplotlib.textpath import text_to_path

SIZE_COLORS = {"m": "#0072B2", "d": "#D55E00", "t": "#009E73", "n": "#AA4499"}    # safe for color-blind readers
SIZE_INKS = {"m": "#00639C", "d": "#B04300", "t": "#00704F", "n": "#963587"}       # the same for text: 4.5 : 1 on white
INK, MUTED, FAINT, LIT = "#222222", "#6B6B6B", "#B4B4B4", "#FFE9A3"                # LIT lies behind what is lit
LAYERS = ("in", "h", "out")


# ---------------------------------------------------------------------------------------------- helpers

def _canvas(width, height, ax):
    """Give (figure, axes) whose data unit is one inch: a new figure, or the given axes with these limits."""
    if ax is None:
        ax = plt.figure(figsize=(width, height), layout="none").add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.axis("off")
    return ax.figure, ax


def _axes(ax, size=None):
    """Give (figure, axes) for a plot with scales."""
    return (ax.figure, ax) if ax is not None else plt.subplots(figsize=size)


def number(x, decimals=3):
    """Write a number for a figure: at most `decimals` digits after the point, a true minus sign, 0.6 and not 0.600."""
    text = f"{float(x):.{decimals}f}"
    if "." in text and abs(float(x) - round(float(x), max(decimals - 1, 0))) < 1e-12:
        text = text.rstrip("0").rstrip(".")
    return (text if float(text) else text.lstrip("-")).replace("-", "−")


def maths(latex):
    """Set LaTeX as the figures do: a full-size prime, no gap before a transpose."""
    return "$" + latex.replace(r"\top", r"\!\top").replace("'", r"\mathrm{′}") + "$"


def _symbol(letter, layer, *indices):
    """Write a_1^(h) and the like in LaTeX."""
    return rf"{letter}_{{{','.join(map(str, indices))}}}^{{(\mathrm{{{layer}}})}}"


@lru_cache(1024)
def _width(text, size):
    """Give the width of a text in inches."""
    font = mpl.font_manager.FontProperties(family="STIXGeneral", size=size)
    return text_to_path.get_text_width_height_descent(text, font, ismath="$" in text)[0] / 72


def _index(name, value, size):
    """Refuse a number that names no unit."""
    if not isinstance(value, (int, np.integer)) or not 1 <= value <= size:
        raise ValueError(f"{name} is {value!r} but must be a whole number from 1 to {size}: 1 is the first")


def _array(name, values, shape):
    """Give `values` as a float array of that shape or say what is wrong."""
    values = np.asarray(values, dtype=float)
    if values.shape != shape:
        raise ValueError(f"{name} has shape {values.shape} but must have {shape}")
    return values


def svg(figure):
    """Write a figure as compact SVG, the same bytes every time, and close it: no dates, no needless groups or digits."""
    buffer = StringIO()
    with mpl.rc_context({"svg.hashsalt": "backprop", "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    plt.close(figure)
    text = re.sub(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<!--.*?-->", "", buffer.getvalue(), flags=re.S)
    text = re.sub(r"> <", "><", re.sub(r"\s+", " ", text)).strip().replace("xlink:href", "href")
    text = re.sub(r'base64,([^"]*)', lambda found: "base64," + _palette(found[1]), text)
    used = set(re.findall(r'(?:#|url\(#)([\w.-]+)', text))
    text = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", text)
    text = re.sub(r'(scale|matrix)\([^)]*\)|base64,[^"]*|-?\d+\.\d+',        # a scale keeps its digits
                  lambda found: _round(found[0]) if found[0].strip("-")[0].isdigit() else found[0], text)
    text = re.sub(r' d="([^"]*)"', lambda found: ' d="' + re.sub(" ?([A-Za-z]) ?", r"\1", found[1]).strip() + '"', text)
    text = re.sub(r' style="([^"]*)"', lambda found: f' style="{found[1].replace(": ", ":").replace("; ", ";")}"', text)
    kept, open_groups = [], []
    for tag in re.findall(r"<[^>]+>[^<]*", text):             # groups without attributes group nothing
        if tag.startswith(("<g>", "<g ")):
            open_groups.append(tag == "<g>")
        if not (tag == "<g>" or (tag.startswith("</g>") and open_groups.pop())):
            kept.append(tag)
    return "".join(kept)


def _palette(png):
    """Rewrite a small picture of few colors as a palette without compression: the page is compressed anyway, and these
    bytes are the same with every version of every library. Other pictures stay as they are."""
    pixels = np.round(plt.imread(BytesIO(b64decode(png))) * 255).astype(np.uint8)
    height, width = pixels.shape[:2]
    colors, index = np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0, return_inverse=True)
    lines = np.insert(index.reshape(height, width).astype(np.uint8), 0, 0, axis=1).tobytes()
    if len(colors) > 256 or len(lines) > 65535 or pixels.shape[-1] != 4:
        return png
    data = b"\x78\x01\x01" + pack("<HH", len(lines), len(lines) ^ 0xFFFF) + lines + pack(">I", adler32(lines))
    chunks = [(b"IHDR", pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)), (b"PLTE", colors[:, :3].tobytes()),
              (b"tRNS", colors[:, 3].tobytes()), (b"IDAT", data), (b"IEND", b"")]
    return b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(body)) + kind + body + pack(">I", crc32(kind + body)) for kind, body in chunks)).decode()


def _round(digits):
    """Round a number written in a file to two decimals, without idle zeros."""
    digits = f"{float(digits):.2f}".rstrip("0").rstrip(".")
    return "0" if digits == "-0" else digits


# ---------------------------------------------------------------------------------------------- the network

def _sizes(net):
    """Give (m, d, t) of a network given by its sizes or by its parameters."""
    if hasattr(net, "W_h"):
        return *np.shape(net.W_h), np.shape(net.W_out)[1]
    sizes = tuple(net)
    if len(sizes) != 3 or not all(isinstance(s, (int, np.integer)) and s >= 1 for s in sizes):
        raise ValueError(f"net is {net!r} but must be three sizes (m, d, t), each at least 1, or the parameters of a network")
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
        _index("i of the highlighted weight", i, m if layer == "h" else d)
        _index("j of the highlighted weight", j, d if layer == "h" else t)
        onward = {("out", j, k) for k in range(1, t + 1)} if layer == "h" else set()
        ends = {k for _, _, k in onward} or {j}
        return {highlight} | onward | {("J", k, 1) for k in ends}
    for name, unit, size in zip("ijk", highlight, sizes):
        if unit is not None:
            _index(f"unit {name} of the highlighted path", unit, size)
    i, j, k = highlight
    return {edge for edge in [("h", i, j), ("out", j, k), ("J", k, 1)] if None not in edge}


def _label_edges(ax, edges, taken, size):
    """Write a label on each edge (start, end, text, lit) that has one, turned along it, near its start but clear of the
    other labels, of the other edges and of the points that are taken."""
    starts, ends = (np.array([edge[k] for edge in edges]) for k in (0, 1))
    along, named = ends - starts, [e for e, edge in enumerate(edges) if edge[2]]
    length = np.linalg.norm(along, axis=1)
    half = np.array([_width(text, size) / 2 - 0.04 for *_, text, _ in edges])
    spread = np.linspace(-1, 1, 5)[:, None, None] * (half / length)[:, None] * along     # five points stand for a label
    tries, at = np.linspace(0.22, 0.78, 29), np.full(len(edges), 0.3)
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
    for e in named:
        *_, text, lit = edges[e]
        ax.text(*(starts[e] + at[e] * along[e]), text, rotation=np.degrees(np.arctan2(*along[e][::-1])), rotation_mode="anchor",
                ha="center", va=_upright(text), size=size, zorder=3, bbox={"fc": LIT if lit else "white", "ec": "none", "pad": 1.2})


def _upright(text):
    """Say how to center a text: digits by their feet, symbols by their box."""
    return "center" if "$" in text else "center_baseline"


def _unit(ax, at, text, color, lit=False, square=False, size=12.5, radius=0.29):
    """Draw one unit."""
    style = {"fc": LIT if lit else "white", "ec": color, "lw": 2, "zorder": 4}
    shape = Rectangle((at[0] - 0.2, at[1] - 0.2), 0.4, 0.4, **style) if square else Circle(at, radius, **style)
    ax.add_patch(shape)
    ax.text(*at, text, ha="center", va=_upright(text), size=size, zorder=5)


def network(net, X=None, trace=None, *, Y=None, delta_h=None, delta_out=None, loss=None, highlight=None, bias=None,
            decimals=3, example=1, max_units=6, ax=None):
    """Draw an m-d-t network.

    net: (m, d, t), or parameters whose weights are written on the edges. X (n, m), trace (its A_h and A_out), Y (n, t):
    the numbers of one example in and beside the units. delta_h (n, d), delta_out (n, t): the errors under the units, the
    edges dashed and pointing back. loss: True draws the node J, a number is written in it. highlight: a weight
    ("out", i, j) or ("h", i, j) with all its paths to J, a path (i, j, k) (None where it does not reach), or a list.
    bias: draw the square units that are always 1 (the default where the parameters have biases).
    """
    sizes = _sizes(net)
    params = net if hasattr(net, "W_h") else None
    biases = (getattr(net, "b_h", None), getattr(net, "b_out", None))
    bias = biases[0] is not None if bias is None else bias
    lit = lit_edges(highlight, sizes)
    A = _rows({"X": X, "A_h": getattr(trace, "A_h", None), "A_out": getattr(trace, "A_out", None)}, example, sizes)
    delta = [None, *_rows({"delta_h": delta_h, "delta_out": delta_out}, example, sizes[1:])]
    y, = _rows({"Y": Y}, example, sizes[2:])

    shown = [_shown(size, max_units) for size in sizes]
    place, x, top = _places(shown, bias, delta[1] is not None or delta[2] is not None)
    fig, ax = _canvas(6.05 if loss is not None else 5.0 if y is None else 5.6, top + 1.17, ax)
    edges = _edges(shown, bias, params, biases, decimals, highlight if isinstance(highlight, list) else [highlight])
    for layer, i, j in edges:
        _edge(ax, place[layer - 1, i], place[layer, j], (LAYERS[layer], i, j) in lit, pale=bool(lit) or len(edges) > 40,
              back=delta[layer] is not None, dotted=i == 0)
    J = (5.65, (place[2, 1][1] + place[2, sizes[2]][1]) / 2)
    for k in filter(None, shown[2] if loss is not None else []):
        _edge(ax, place[2, k], J, ("J", k, 1) in lit, pale=bool(lit), back=delta[2] is not None)

    taken = []                                               # where words stand that the labels of the edges must not cover
    touched = {(LAYERS.index(layer) + end, (i, j)[end + 1]) for layer, i, j in lit if layer != "J" for end in (-1, 0)}
    for (layer, unit), at in place.items():
        if not unit:
            _unit(ax, at, "1", MUTED, square=True) if unit == 0 else ax.text(
                *at, "⋮", ha="center", va="center", size=22, color=SIZE_COLORS["mdt"[layer]])
            continue
        symbol = f"${_symbol('a', LAYERS[layer], unit)}$"
        inside = symbol if A[layer] is None else number(A[layer][unit - 1], decimals)
        _unit(ax, at, inside, SIZE_COLORS["mdt"[layer]], lit=(layer, unit) in touched)
        if A[layer] is not None:
            taken += _beside(ax, at, 0.46, symbol, MUTED)
        if delta[layer] is not None:
            taken += _beside(ax, at, -0.46, rf"$\delta_{{{unit}}}={number(delta[layer][unit - 1], decimals)}$", INK)
        if layer == 2 and y is not None:
            up = 0 if loss is None else 0.27 if at[1] >= J[1] - 0.01 else -0.27
            ax.text(at[0] + 0.36 - abs(up) / 5, at[1] + up, f"$y_{{{unit}}}={number(y[unit - 1], decimals)}$", va="center",
                    size=12, color=MUTED, zorder=3)
    if loss is not None:
        _unit(ax, J, "$J$" if loss is True else number(loss, decimals), INK, lit=bool(lit))
        _beside(ax, J, 0.46, "" if loss is True else "$J$", MUTED)
    _label_edges(ax, [(place[layer - 1, i], place[layer, j], text, (LAYERS[layer], i, j) in lit) for (layer, i, j), text in edges.items()],
                 np.array(taken).reshape(-1, 2), size=13 if params is None else 11.5)
    for layer, (name, letter) in enumerate(zip(("input", "hidden", "output"), "mdt")):
        ax.text(x[layer], top + 1.0, name, ha="center", va="center", size=12, color=MUTED)
        ax.text(x[layer], top + 0.77, f"${letter}={sizes[layer]}$", ha="center", va="center", size=13.5, color=SIZE_INKS[letter])
    return fig, ax


def _rows(arrays, example, sizes):
    """Give the row of one example of each array, or None, and refuse rows of another size."""
    rows = []
    for (name, array), size in zip(arrays.items(), sizes):
        if array is not None:
            _index("example", example, len(array))
            array = _array(f"one row of {name}", np.asarray(array)[example - 1], (size,))
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


def _edges(shown, bias, params, biases, decimals, highlights):
    """Give the text on every edge (layer, i, j): its weight where there are numbers, its symbol where it is highlighted."""
    edges = {}
    for layer, W, b in ((1, "W_h", biases[0]), (2, "W_out", biases[1])):
        few = params is not None and None not in shown[layer - 1] + shown[layer]
        for i in [i for i in shown[layer - 1] if i] + [0] * bias:
            for j in filter(None, shown[layer]):
                weight = (LAYERS[layer], i, j)
                text = f"${_symbol('w', *weight)}$" if weight in highlights else ""
                if few and (i or b is not None):
                    text = number(getattr(params, W)[i - 1, j - 1] if i else b[j - 1], decimals)
                edges[layer, i, j] = text
    return edges


def _beside(ax, at, up, text, color):
    """Write above or below a unit; give the points that the text takes."""
    ax.text(at[0], at[1] + up, text, ha="center", va="center", size=11.5, color=color, zorder=3, bbox={"fc": "white", "ec": "none", "pad": 0.5})
    half = _width(text, 11.5) / 2
    return [(at[0] + f * half, at[1] + up) for f in (-1, -0.5, 0, 0.5, 1)]


def _edge(ax, a, b, lit, pale=False, back=False, dotted=False):
    """Draw one edge from a to b: strong if lit, dashed with its arrow at a if an error flows back."""
    style = {"color": INK, "lw": 2.4, "zorder": 2} if lit else {"color": FAINT if pale else "#8C8C8C", "lw": 1, "zorder": 1}
    if back:
        ax.add_patch(FancyArrowPatch(b, a, arrowstyle="-|>", mutation_scale=11, shrinkA=21, shrinkB=22, ls=(0, (4, 2)), **style))
    else:
        ax.plot(*zip(a, b), ls=":" if dotted else "-", **style)


# ---------------------------------------------------------------------------------------------- paths and chains

def _path(weight, k=None):
    """Give the nodes of one path from J down to the weight, and the LaTeX of each factor."""
    layer, i, j = weight
    nodes = ["J"]
    if layer == "h":
        nodes += [_symbol("a", "out", k), _symbol("z", "out", k)]
    nodes += [_symbol("a", layer, j), _symbol("z", layer, j), _symbol("w", layer, i, j)]
    return nodes, [rf"\dfrac{{\partial {up}}}{{\partial {down}}}" for up, down in itertools.pairwise(nodes)]


def path_tree(weight, t=2, *, factors=None, lit=None, decimals=4, ax=None):
    """Draw the tree of paths from J down to a weight ("out", i, j) or ("h", i, j), a factor on each edge.

    factors: the three numbers ∂J/∂a, ∂a/∂z, ∂z/∂w, or for a hidden weight one row per output of the five numbers
    ∂J/∂a_k, ∂a_k/∂z_k, ∂z_k/∂a_j, ∂a_j/∂z_j, ∂z_j/∂w: each path's product and their sum are written below it.
    lit: the path that is drawn strong.
    """
    if not (isinstance(weight, tuple) and len(weight) == 3 and weight[0] in ("h", "out")):
        raise ValueError(f'weight is {weight!r} but must be ("out", i, j) or ("h", i, j)')
    hidden = weight[0] == "h"
    paths = t if hidden else 1
    if lit is not None:
        _index("lit", lit, paths)
    length = 5 if hidden else 3
    if factors is not None:
        factors = _array("factors", factors, (t, 5) if hidden else (3,)).reshape(paths, length)
    apart = 2.2 if paths == 2 else 1.95 if factors is not None else 1.5
    pitch, foot = 0.84, 0.95 if hidden else 0.5 if factors is not None else 0.1
    side = (1.5 if factors is not None else 1.1) if paths < 3 else 1.1
    width, height = 2 * side + (paths - 1) * apart if paths > 1 else 3.3 if factors is not None else 2.4, pitch * length + foot + 0.62
    fig, ax = _canvas(width, height, ax)
    columns = [width / 2 + (p - (paths - 1) / 2) * apart for p in range(paths)] if paths > 1 else [0.9]
    for p, x in enumerate(columns):
        nodes, symbols = _path(weight, p + 1)
        faint = lit is not None and lit != p + 1
        left = paths == 2 and p == 0
        for k, (node, factor) in enumerate(zip(nodes[1:], symbols)):
            a = (width / 2 if k == 0 and paths == 2 else x, height - 0.32 - k * pitch)
            b = (x, height - 0.32 - (k + 1) * pitch)
            ax.plot(*zip(a, b), color=FAINT if faint else INK, ls="-", lw=2.4 if lit == p + 1 else 1.2, zorder=1 - faint)
            if k == 0 and paths > 2:
                ax.plot([width / 2, x], [a[1]] * 2, color=FAINT if faint else INK, ls="-", lw=2.4 if lit == p + 1 else 1.2, zorder=1 - faint)
            _node(ax, b, node, lit=node[0] == "w" and not faint, faint=faint)
            text = maths(factor) + ("" if factors is None else f" = {number(factors[p, k], decimals)}")
            outward = -1 if left else 1
            clear = 0.3 if a[0] == b[0] else 0.22 * abs(b[0] - a[0]) / pitch        # clear of the boxes, or of the slanted edge
            ax.text((a[0] + b[0]) / 2 + outward * clear, (a[1] + b[1]) / 2 + (0.1 if a[0] != b[0] else 0), text, va="center",
                    ha="right" if outward < 0 else "left", size=12.5, color=MUTED if faint else INK)
        if factors is not None or hidden:
            product = "" if factors is None else number(factors[p].prod(), decimals)
            text = f"path {p + 1}" if hidden and factors is None else f"path {p + 1}:  {product}" if hidden else f"product:  {product}"
            ax.text(x if hidden else width / 2, foot - 0.22, text, ha="center", va="center", size=13, color=MUTED if faint else INK)
    _node(ax, (width / 2 if paths > 1 else columns[0], height - 0.32), "J")
    if hidden:
        total = " + ".join(f"path {p + 1}" for p in range(paths)) if factors is None else number(factors.prod(axis=1).sum(), decimals)
        text = rf"paths add:  $\partial J/\partial {_symbol('w', *weight)}$ = {total}"
        ax.text(width / 2, foot - 0.65, text, ha="center", va="center", size=13, bbox={"fc": LIT, "ec": "none", "pad": 3})
    return fig, ax


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
    for name, given, count in (("forward", forward, len(nodes) - 1), ("backward", backward, len(nodes) - 1), ("values", values, len(nodes))):
        if given is not None and len(given) != count:
            raise ValueError(f"{name} has {len(given)} entries but these {len(nodes)} nodes need {count}")
    pitch = 1.06 if len(nodes) > 4 else 1.35
    width, height = pitch * (len(nodes) - 1) + 0.8, (1.25 if backward is not None else 0.75) + (0.3 if values is not None else 0)
    fig, ax = _canvas(width, height, ax)
    y = 0.95 if backward is not None else 0.45
    at = [(0.4 + k * pitch, y) for k in range(len(nodes))]
    for k, node in enumerate(nodes):
        _unit(ax, at[k], maths(node), MUTED, size=14, radius=0.24)
        if values is not None:
            ax.text(at[k][0], y + 0.42, values[k] if isinstance(values[k], str) else number(values[k]), ha="center", va="center", size=12)
    for k, (a, b) in enumerate(itertools.pairwise(at)):
        ax.add_patch(FancyArrowPatch(a, b, arrowstyle="-|>", mutation_scale=11, shrinkA=19, shrinkB=19, color=INK, lw=1.2))
        ax.text((a[0] + b[0]) / 2, y + 0.2, maths(forward[k]) if forward is not None and forward[k] else "", ha="center", va="center", size=12.5)
        if backward is not None:
            ax.add_patch(FancyArrowPatch(b, a, arrowstyle="-|>", mutation_scale=11, shrinkA=18, shrinkB=19, color=INK, lw=1.2,
                                         ls=(0, (4, 2)), connectionstyle="arc3,rad=-0.5"))
            ax.text((a[0] + b[0]) / 2, y - 0.53, maths(backward[k]) if backward[k] else "", ha="center", va="center", size=12.5)
    return fig, ax


# ---------------------------------------------------------------------------------------------- matrices

class Block(NamedTuple):
    """A matrix to be drawn: rows and columns are (letter, number); values are written in it; lit entries count from 1."""
    name: str
    rows: tuple
    columns: tuple
    values: np.ndarray | None = None
    lit: tuple = ()


def block(name, rows, columns, values=None, lit=()):
    """Describe a matrix for `matrices` and `product`; lit: (i, j), (i, None) a row, (None, j) a column, or a list of these."""
    for side, (letter, size) in (("rows", rows), ("columns", columns)):
        if letter not in (*SIZE_COLORS, "1") or not isinstance(size, (int, np.integer)) or size < 1:
            raise ValueError(f'{side} of {name} is ({letter!r}, {size!r}) but must be one of the letters m, d, t, n or "1" and a size of at least 1')
    if values is not None:
        values = _array(f"values of {name}", values, (rows[1], columns[1]))
    lit = (lit,) if isinstance(lit, tuple) and lit and not isinstance(lit[0], tuple) else tuple(lit)
    for i, j in lit:
        _index(f"lit row of {name}", 1 if i is None else i, rows[1])
        _index(f"lit column of {name}", 1 if j is None else j, columns[1])
    return Block(name, rows, columns, values, lit)


class _Grid:
    """Where the cells of a block lie: up to 8 are drawn on a side, more become a plain length that grows slowly."""

    def __init__(self, block, cell):
        self.block, self.cell = block, cell
        self.rows, self.columns = block.rows[1], block.columns[1]
        self.width, self.height = (side * (count if count <= 8 else 3 + 1.5 * np.log10(count))
                                   for side, count in zip(cell, (self.columns, self.rows)))

    def draw(self, ax, x, y, decimals, name="below", sides=("rows", "columns")):
        """Draw the block with its lower left corner at (x, y)."""
        b = self.block
        cw, ch = self.width / self.columns, self.height / self.rows
        ax.add_patch(Rectangle((x, y), self.width, self.height, fc="#F4F4F1", ec="none", zorder=1))
        top = y + self.height
        for i, j in b.lit:
            r, c = (i or 1) - 1, (j or 1) - 1
            ax.add_patch(Rectangle((x + c * cw, top - (r + 1 if i else self.rows) * ch), cw if j else self.width, ch if i else self.height,
                                   fc=LIT, ec=INK, lw=1.6, zorder=3))
        if b.columns[1] <= 8:
            ax.vlines(x + cw * np.arange(1, self.columns), y, top, color="#C8C8C8", lw=0.7, zorder=2)
        if b.rows[1] <= 8:
            ax.hlines(y + ch * np.arange(1, self.rows), x, x + self.width, color="#C8C8C8", lw=0.7, zorder=2)
        ax.add_patch(Rectangle((x, y), self.width, self.height, fc="none", ec=MUTED, lw=0.9, zorder=2.5))
        if b.values is not None and b.rows[1] <= 8 and b.columns[1] <= 8:
            for (i, j), value in np.ndenumerate(b.values):
                ax.text(x + (j + 0.5) * cw, top - (i + 0.5) * ch, number(value, decimals), ha="center", va="center_baseline", size=11.5, zorder=5)
        if "rows" in sides:
            _side(ax, b.rows, (x - 0.07, y), (x - 0.07, top), (x - 0.19, (y + top) / 2), 90)
        if "columns" in sides:
            _side(ax, b.columns, (x, top + 0.07), (x + self.width, top + 0.07), (x + self.width / 2, top + 0.19), 0)
        if name == "below":
            ax.text(x + self.width / 2, y - 0.2, maths(b.name), ha="center", va="center", size=13.5)
        elif name == "right":
            ax.text(x + self.width + 0.12, y + self.height / 2, maths(b.name), ha="left", va="center", size=13.5)


def _side(ax, size, a, b, label, rotation):
    """Draw one side of a block in the color of its size, with letter and number."""
    color = SIZE_COLORS.get(size[0], MUTED)
    ax.plot(*zip(a, b), color=color, ls="-", lw=3.5, solid_capstyle="butt", zorder=3)
    text = f"${size[0]}={size[1]}$" if size[0] != "1" else "$1$"
    ax.text(*label, text, color=SIZE_INKS.get(size[0], MUTED), rotation=rotation, ha="center", va="center", size=12.5)


def _cell(blocks, decimals):
    """Give one cell size for all blocks: wide enough for the longest number."""
    texts = [number(v, decimals) for b in blocks if b.values is not None and max(b.values.shape) <= 8 for v in b.values.flat]
    return (max(0.44, _width(max(texts, key=len), 11.5) + 0.17), 0.36) if texts else (0.3, 0.3)


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
    """Draw an equation of blocks and operators in one row, every side in the color of its size; entry=(i, j) lights it and what makes it."""
    if not any(isinstance(item, Block) for item in items):
        raise ValueError("items holds no block: give at least one block(name, rows, columns)")
    blocks = [item for item in items if isinstance(item, Block)]
    cell = _cell(blocks, decimals)
    lit = iter(_lit_by_entry(blocks, entry))
    grids = [_Grid(next(lit), cell) if isinstance(item, Block) else item for item in items]
    widths = [max(g.width + 0.34, _width(maths(g.block.name), 13.5) + 0.1) if isinstance(g, _Grid) else _width(maths(g), 17) + 0.16 for g in grids]
    gap, tallest = 0.1, max(g.height for g in grids if isinstance(g, _Grid))
    width, height = sum(widths) + gap * (len(grids) - 1) + 0.1, tallest + 0.82
    fig, ax = _canvas(width, height, ax)
    x, middle = 0.05, 0.42 + tallest / 2
    for g, w in zip(grids, widths):
        if isinstance(g, _Grid):
            g.draw(ax, x + (w - g.width) / 2 + 0.13 * (w - g.width < 0.5), middle - g.height / 2, decimals)
        else:
            ax.text(x + w / 2 + 0.02, middle, maths(g), ha="center", va="center", size=17)
        x += w + gap
    return fig, ax


def product(left, right, result, *, entry=None, decimals=4, ax=None):
    """Draw left · right = result around a corner, where the inner size meets; entry=(i, j) lights it and what makes it."""
    if left.columns != right.rows:
        raise ValueError(f"{left.name} has {left.columns[1]} columns but {right.name} has {right.rows[1]} rows: the inner sizes must meet")
    if (left.rows, right.columns) != (result.rows, result.columns):
        raise ValueError(f"{result.name} is {result.rows[1]} by {result.columns[1]} but the product is {left.rows[1]} by {right.columns[1]}")
    cell = _cell((left, right, result), decimals)
    L, R, P = (_Grid(b, cell) for b in _lit_by_entry((left, right, result), entry))
    x0, y0, gap = 0.38, 0.4, 0.34
    x1, y1 = x0 + L.width + gap, y0 + L.height + gap
    beside = max(_width(maths(R.block.name), 13.5) + 0.22, (_width(maths(P.block.name), 13.5) - P.width) / 2 + 0.1)
    fig, ax = _canvas(x1 + R.width + beside, y1 + R.height + 0.36, ax)
    L.draw(ax, x0, y0, decimals, sides=("rows",))
    R.draw(ax, x1, y1, decimals, name="right", sides=("columns",))
    P.draw(ax, x1, y0, decimals, sides=())
    n, color = left.columns, SIZE_COLORS.get(left.columns[0], MUTED)
    corner = np.array([x1 - 0.07, y1 - gap + 0.07])
    ax.plot([x0, x0 + L.width], [corner[1]] * 2, color=color, ls="-", lw=3.5, solid_capstyle="butt")
    ax.plot([corner[0]] * 2, [y1, y1 + R.height], color=color, ls="-", lw=3.5, solid_capstyle="butt")
    arcs = range(L.columns) if L.columns <= 8 else (0, L.columns // 2, L.columns - 1)
    for k in arcs:
        far = 0.27 + (k + 0.5) / L.columns * np.array([L.width, R.height])
        ax.add_patch(Arc(corner, *(2 * far), theta1=90, theta2=180, color=color, lw=1.1))
    text = f"${n[0]}={n[1]}$" if n[0] != "1" else "$1$"
    ax.text(*(corner + (far + 0.12) * np.array([-0.707, 0.707])), text, color=SIZE_INKS.get(n[0], MUTED), size=13.5, ha="right", va="bottom")
    return fig, ax


def outer_products(A, delta, upto=None, *, layer="out", decimals=3, ax=None):
    """Draw the pile of outer products of rows 1 … upto of A and delta, the newest on top, and their sum.

    A (n, d) and delta (n, t) of the output layer, or with layer="h" A (n, m) and delta (n, d) of the hidden one; n up to 12.
    """
    A, delta = np.asarray(A, dtype=float), np.asarray(delta, dtype=float)
    if A.ndim != 2 or delta.ndim != 2 or len(A) != len(delta):
        raise ValueError(f"A has shape {A.shape} and delta {delta.shape} but both need two dimensions and the same number of rows, one per example")
    if layer not in ("h", "out") or len(A) > 12:
        raise ValueError(f'layer is {layer!r} and n is {len(A)}, but layer must be "h" or "out" and n at most 12')
    (n, rows), columns = A.shape, delta.shape[1]
    upto = n if upto is None else upto
    _index("upto", upto, n)
    r, step = upto, 0.11
    sums = np.cumsum(A[:, :, None] * delta[:, None, :], axis=0)
    below, (d, t) = LAYERS[LAYERS.index(layer) - 1], "dt" if layer == "out" else "md"
    column = block(rf"a^{{(\mathrm{{{below}}})[{r}]\top}}", (d, rows), ("1", 1), A[r - 1][:, None])
    row = block(rf"\delta^{{(\mathrm{{{layer}}})[{r}]}}", ("1", 1), (t, columns), delta[r - 1][None])
    card = block("", (d, rows), (t, columns), A[r - 1][:, None] * delta[r - 1])
    total = card._replace(values=sums[r - 1])
    every = np.concatenate([sums.ravel(), A.ravel(), delta.ravel()])        # one cell size for every upto
    cell = _cell([card._replace(values=every[k:k + 1, None]) for k in range(len(every))], decimals)
    C, R, K, T = (_Grid(b, cell) for b in (column, row, card, total))
    x0, y0 = 0.4, 0.62 + (n - 1) * step
    x1 = x0 + C.width + max(0.3, _width(maths(row.name), 13.5) + 0.15 - C.width)
    x2 = x1 + K.width + (n - 1) * step + 0.66
    width, height = x2 + T.width + 0.12, y0 + K.height + cell[1] + 0.6
    fig, ax = _canvas(width, height, ax)
    for k in range(r):                                       # k cards lie under the newest one
        at = (x1 + k * step, y0 - k * step)
        ax.add_patch(Rectangle(at, K.width, K.height, fc="white", ec=MUTED, lw=0.9, zorder=0.5 - 0.01 * k))
    C.draw(ax, x0, y0, decimals, sides=("rows",))
    R.draw(ax, x1, y0 + K.height + 0.12, decimals, name="", sides=("columns",))
    ax.text(x1 - 0.1, y0 + K.height + 0.12 + cell[1] / 2, maths(row.name), ha="right", va="center", size=13.5)
    K.draw(ax, x1, y0, decimals, name="", sides=())
    T.draw(ax, x2, y0, decimals, name="", sides=("columns",))
    middle = y0 + T.height / 2
    ax.add_patch(FancyArrowPatch((x2 - 0.56, middle), (x2 - 0.06, middle), arrowstyle="-|>", mutation_scale=12, color=INK, lw=1.2))
    ax.text(x2 - 0.32, middle + 0.14, "add", ha="center", va="center", size=12)
    ax.text(x1 + K.width / 2, 0.42, "outer products" if r > 1 else "outer product", ha="center", va="center", size=12)
    ax.text(x1 + K.width / 2, 0.18, f"$r={r}$ of $n={n}$", ha="center", va="center", size=12.5, color=SIZE_INKS["n"])
    ax.text(x2 + T.width / 2, y0 - 0.2, "the sum so far" if r < n else "the whole sum", ha="center", va="center", size=12)
    return fig, ax


# ---------------------------------------------------------------------------------------------- curves and images

MARKERS = "os^Dv"


def curves(x, ys, *, xlabel="", ylabel="", log="", markers=False, ax=None):
    """Draw lines over x; ys is {"name": array}: each line has its own dash (and marker) and its name at its end."""
    if not ys:
        raise ValueError("ys is empty: give at least one line, {name: array}")
    fig, ax = _axes(ax)
    ends = []
    for k, (name, y) in enumerate(ys.items()):
        y = _array(name, y, np.shape(x))
        line, = ax.plot(x, y, marker=MARKERS[k % 5] if markers else None)
        ends.append((y[-1], name, line.get_color()))
    ax.set(xlabel=xlabel, ylabel=ylabel, xscale="log" if "x" in log else "linear", yscale="log" if "y" in log else "linear")
    if len(ends) > 1:
        _name_ends(ax, x[-1], ends)
    return fig, ax


def _name_ends(ax, x, ends, gap=0.075):
    """Write each line's name right of its end, pushed apart where they would touch."""
    ax.autoscale_view()                                  # else the limits are still those of an empty axis
    heights = [(ax.transData + ax.transAxes.inverted()).transform((x, y))[1] for y, *_ in ends]
    order = np.argsort(heights, kind="stable")
    last = -np.inf
    for k in order:
        last = max(heights[k], last + gap)
        ax.annotate(ends[k][1], (x, last), xycoords=("data", "axes fraction"), xytext=(7, 0), textcoords="offset points",
                    va="center", color=ends[k][2], size=12.5, annotation_clip=False)


def loglog_slope(x, y, slope=2, *, xlabel="", ylabel="", ax=None):
    """Draw y over x on two logarithmic axes with a triangle that shows what a slope looks like."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.shape != y.shape or x.ndim != 1 or not ((x > 0).all() and (y > 0).all()):
        raise ValueError(f"x and y must be two rows of positive numbers of one length for logarithmic axes, but their shapes are "
                         f"{x.shape} and {y.shape} and their smallest numbers {x.min():g} and {y.min():g}")
    fig, ax = _axes(ax)
    ax.loglog(x, y, "o-", color=INK)
    low, high = np.log10(x.min()), np.log10(x.max())
    left, right = 10 ** (low + 0.5 * (high - low)), 10 ** (low + 0.72 * (high - low))
    base = 10 ** np.interp(np.log10(left), *(np.log10(v)[np.argsort(x)] for v in (x, y))) / 10 ** (0.09 * np.ptp(np.log10(y)))
    top = base * (right / left) ** slope
    ax.fill([left, right, right], [base, base, top], fc=LIT, ec=MUTED, lw=1.2, zorder=1)
    ax.annotate("1", ((left * right) ** 0.5, base), xytext=(0, -4), textcoords="offset points", ha="center", va="top", size=12)
    ax.annotate(number(slope), (right, (base * top) ** 0.5), xytext=(5, 0), textcoords="offset points", ha="left", va="center", size=12)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    return fig, ax


def learning_curve(losses, *, ax=None):
    """Draw the loss by epoch; losses: one array, or {"training": array, "test": array}."""
    lines = losses if isinstance(losses, dict) else {"training": losses}
    if not lines or not all(map(len, lines.values())):
        raise ValueError("losses holds no epoch: train for at least one")
    epochs = np.arange(1, len(next(iter(lines.values()))) + 1)
    fig, ax = curves(epochs, lines, xlabel="epoch", ylabel="$J/n$", ax=ax)
    ax.set_ylim(bottom=0)
    return fig, ax


def confusion(matrix, *, labels=None, ax=None):
    """Draw counts (t, t), rows the truth and columns the prediction: hits on the diagonal framed, mistakes shaded by how many."""
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"matrix has shape {matrix.shape} but a confusion matrix is square")
    t = len(matrix)
    fig, ax = _axes(ax, (5.2, 5.0))
    wrong = np.where(np.eye(t, dtype=bool), 0, matrix)
    cmap = mpl.colors.LinearSegmentedColormap.from_list("mistakes", ["white", SIZE_COLORS["d"]])
    sides = np.arange(t + 1) - 0.5
    ax.pcolormesh(sides, sides, wrong, cmap=cmap, vmin=0, vmax=max(wrong.max() * 1.6, 1), edgecolors="#DDDDDD", lw=0.5)
    for (i, j), count in np.ndenumerate(matrix):
        if count or i == j:
            ax.text(j, i, str(count), ha="center", va="center_baseline", size=12, weight="normal")
        if i == j:
            ax.add_patch(Rectangle((j - 0.5, i - 0.5), 1, 1, fc="none", ec=SIZE_COLORS["t"], lw=1.6))
    labels = range(t) if labels is None else labels
    ax.set(xticks=range(t), yticks=range(t), xticklabels=labels, yticklabels=labels, xlabel="predicted", ylabel="true",
           xlim=(-0.54, t - 0.46), ylim=(t - 0.46, -0.54), aspect="equal")
    ax.grid(False)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return fig, ax


def _tiles(images, shape, columns, ax, below=0, **style):
    """Draw small images in a grid as one picture, with so many empty rows below each; give (figure, axes, the left upper corner of each)."""
    images = np.asarray(images, dtype=float)
    if images.ndim != 2 or images.shape[1] != shape[0] * shape[1]:
        raise ValueError(f"each image needs {shape[0]} × {shape[1]} = {shape[0] * shape[1]} numbers, one image a row, "
                         f"but the array has shape {images.shape}")
    columns = min(columns, len(images))
    rows, high, wide = -(-len(images) // columns), shape[0] + 1 + below, shape[1] + 1
    picture = np.full((rows * high, columns * wide), np.nan)
    corners = [(k // columns * high, k % columns * wide) for k in range(len(images))]
    for (y, x), image in zip(corners, images):
        picture[y:y + shape[0], x:x + shape[1]] = image.reshape(shape)
    if ax is None:
        size = 5.2 / (columns * wide)
        fig = plt.figure(figsize=(5.2, size * rows * high), layout="none")
        ax = fig.add_axes((0, 0, 1, 1))
    ax.imshow(picture, interpolation="none", **style)
    ax.set(xlim=(-1, columns * wide - 1), ylim=(rows * high - 1, -1))
    ax.axis("off")
    return ax.figure, ax, corners


def hidden_units(W_h, shape=(8, 8), *, columns=10, ax=None):
    """Draw what each hidden unit looks for: its column of W_h (m, d) as an image, yellow positive, blue negative, gray zero."""
    W_h = np.asarray(W_h, dtype=float)
    top = np.percentile(np.abs(W_h), 99)
    fig, ax, corners = _tiles(W_h.T, shape, columns, ax, cmap=mpl.colormaps["cividis"].resampled(63), vmin=-top, vmax=top)
    for y, x in corners:
        ax.add_patch(Rectangle((x - 0.5, y - 0.5), shape[1], shape[0], fc="none", ec=MUTED, lw=0.7))
    return fig, ax


def digits(X, y=None, predicted=None, *, shape=(8, 8), columns=10, ax=None):
    """Draw the rows of X as gray images with their labels y below; a wrong prediction is framed and written 3 → 8."""
    for name, given in (("y", y), ("predicted", predicted)):
        if given is not None and len(given) != len(X):
            raise ValueError(f"{name} has {len(given)} labels but X has {len(X)} images")
    if predicted is not None and y is None:
        raise ValueError("predicted needs y: without the true labels nothing is wrong")
    if len(X) == 0:
        raise ValueError("X has no images: give at least one row")
    fig, ax, corners = _tiles(X, shape, columns, ax, below=4 if y is not None else 0, cmap="gray_r", vmin=0)
    for k, (r, c) in enumerate(corners):
        wrong = predicted is not None and predicted[k] != y[k]
        if y is not None:
            text = f"{y[k]} → {predicted[k]}" if wrong else f"{y[k]}"
            ax.text(c + shape[1] / 2 - 0.5, r + shape[0] + 1.6, text, ha="center", va="center", size=12)
        ax.add_patch(Rectangle((c - 0.5, r - 0.5), shape[1], shape[0], fc="none", ec=SIZE_COLORS["d"] if wrong else FAINT, lw=2.2 if wrong else 0.7))
    return fig, ax
