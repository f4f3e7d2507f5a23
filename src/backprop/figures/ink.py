"""The colors and the canvas of every drawing, how numbers and symbols are written, and what is refused.

Units, examples, rows and columns are numbered as in the book: 1 is the first. Diagrams are laid out in inches on an
axes that fills its figure.
"""
from functools import lru_cache

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle, Rectangle
from matplotlib.textpath import text_to_path

SIZE_COLORS = {"m": "#0072B2", "d": "#D55E00", "t": "#009E73", "n": "#AA4499"}    # safe for color-blind readers
SIZE_INKS = {"m": "#00639C", "d": "#B04300", "t": "#00704F", "n": "#963587"}       # the same for text: 4.5 : 1 on white
INK, MUTED, FAINT, LIT = "#222222", "#6B6B6B", "#B4B4B4", "#FFE9A3"                # LIT lies behind what is lit
LAYERS = ("in", "h", "out")


def canvas(width, height, ax):
    """Give (figure, axes) whose data unit is one inch: a new figure, or the given axes with these limits."""
    if ax is None:
        ax = plt.figure(figsize=(width, height), layout="none").add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.axis("off")
    return ax.figure, ax


def axes(ax, size=None):
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


def symbol(letter, layer, *indices):
    """Write a_1^(h) and the like in LaTeX."""
    return rf"{letter}_{{{','.join(map(str, indices))}}}^{{(\mathrm{{{layer}}})}}"


@lru_cache(1024)
def text_width(text, size):
    """Give the width of a text in inches."""
    font = mpl.font_manager.FontProperties(family="STIXGeneral", size=size)
    return text_to_path.get_text_width_height_descent(text, font, ismath="$" in text)[0] / 72


def check_index(name, value, size):
    """Refuse a number that names no unit."""
    if not isinstance(value, (int, np.integer)) or not 1 <= value <= size:
        raise ValueError(f"{name} is {value!r} but must be a whole number from 1 to {size}: 1 is the first")


def check_array(name, values, shape):
    """Give `values` as a float array of that shape or say what is wrong."""
    values = np.asarray(values, dtype=float)
    if values.shape != shape:
        raise ValueError(f"{name} has shape {values.shape} but must have {shape}")
    return values


def upright(text):
    """Say how to center a text: digits by their feet, symbols by their box."""
    return "center" if "$" in text else "center_baseline"


def unit(ax, at, text, color, lit=False, square=False, size=12.5, radius=0.29):
    """Draw one unit."""
    style = {"fc": LIT if lit else "white", "ec": color, "lw": 2, "zorder": 4}
    shape = Rectangle((at[0] - 0.2, at[1] - 0.2), 0.4, 0.4, **style) if square else Circle(at, radius, **style)
    ax.add_patch(shape)
    ax.text(*at, text, ha="center", va=upright(text), size=size, zorder=5)
