"""Curves over an axis."""
import numpy as np

from backprop.figures.ink import INK, LIT, MUTED, axes, check_array, number

MARKERS = "os^Dv"


def curves(x, ys, *, xlabel="", ylabel="", log="", markers=False, ax=None):
    """Draw lines over x; ys is {"name": array}: each line has its own dash (and marker) and its name at its end."""
    if not ys:
        raise ValueError("ys is empty: give at least one line, {name: array}")
    fig, ax = axes(ax)
    ends = []
    for k, (name, y) in enumerate(ys.items()):
        y = check_array(name, y, np.shape(x))
        line, = ax.plot(x, y, marker=MARKERS[k % 5] if markers else None)
        ends.append((y[-1], name, line.get_color()))
    scales = {f"{side}scale": "log" if side in log else "linear" for side in "xy"}
    ax.set(xlabel=xlabel, ylabel=ylabel, **scales)
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
        ax.annotate(ends[k][1], (x, last), xycoords=("data", "axes fraction"), xytext=(7, 0),
                    textcoords="offset points",
                    va="center", color=ends[k][2], size=12.5, annotation_clip=False)


def loglog_slope(x, y, slope=2, *, xlabel="", ylabel="", ax=None):
    """Draw y over x on two logarithmic axes with a triangle that shows what a slope looks like."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.shape != y.shape or x.ndim != 1 or not ((x > 0).all() and (y > 0).all()):
        raise ValueError("x and y must be two rows of positive numbers of one length for logarithmic axes, but their "
                         f"shapes are {x.shape} and {y.shape} and their smallest numbers {x.min():g} and {y.min():g}")
    fig, ax = axes(ax)
    ax.loglog(x, y, "o-", color=INK)
    low, high = np.log10(x.min()), np.log10(x.max())
    left, right = 10 ** (low + 0.5 * (high - low)), 10 ** (low + 0.72 * (high - low))
    curve = 10 ** np.interp(np.log10(left), *(np.log10(v)[np.argsort(x)] for v in (x, y)))
    base = curve / 10 ** (0.09 * np.ptp(np.log10(y)))
    top = base * (right / left) ** slope
    ax.fill([left, right, right], [base, base, top], fc=LIT, ec=MUTED, lw=1.2, zorder=1)
    beside = {"textcoords": "offset points", "size": 12}
    ax.annotate("1", ((left * right) ** 0.5, base), xytext=(0, -4), ha="center", va="top", **beside)
    ax.annotate(number(slope), (right, (base * top) ** 0.5), xytext=(5, 0), ha="left", va="center", **beside)
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
