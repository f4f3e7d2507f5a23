"""What a derivative promises, in pictures: a tangent, a magnifying glass, the corner two moves leave, a threshold."""
import matplotlib.pyplot as plt
import numpy as np

from backprop.figures.ink import INK, LIT, MUTED, SIZE_COLORS, number


def tangent(f, w, slope, nudge, *, ax=None):
    """Draw f near w, the line of this slope that touches it at w, and the gap between the two after a nudge.

    f takes an array. Returns (figure, axes).

    >>> figure, axes = tangent(lambda w: w ** 2, 1.0, 2.0, nudge=0.5)
    >>> len(axes.lines)
    4
    """
    fig, ax = plt.subplots() if ax is None else (ax.figure, ax)
    grid = np.linspace(w - 0.8, w + 0.8, 200)
    touching = f(w) + slope * (grid - w)
    ax.plot(grid, f(grid), "-", color=INK, label="L")
    ax.plot(grid, touching, "-", color=MUTED, lw=1.2, label=f"tangent at w = {number(w)}")
    ax.plot([w + nudge] * 2, [f(w) + slope * nudge, f(w + nudge)], "-", color="#A83232", lw=4, label="error")
    ax.plot(w, f(w), "o", color=INK)
    low, high = min(touching.min(), f(grid).min()), f(grid).max()
    margin = 0.05 * (high - low)
    ax.set(xlabel="weight w", ylabel="L", xlim=(grid[0], grid[-1]), ylim=(low - margin, high + margin))
    ax.legend(loc="upper left")
    return fig, ax


def magnified(f, w, slope, window, *, ax=None):
    """Draw f and its tangent at w in a window of this half width, with the true numbers on both axes.

    f takes an array. Returns (figure, axes).

    >>> figure, axes = magnified(lambda w: w ** 2, 1.0, 2.0, window=0.25)
    >>> [round(float(edge), 2) for edge in axes.get_xlim()]
    [0.75, 1.25]
    """
    fig, ax = plt.subplots() if ax is None else (ax.figure, ax)
    grid = np.linspace(w - window, w + window, 120)
    ax.plot(grid, f(grid), "-", color=INK, label="L")
    ax.plot(grid, f(w) + slope * (grid - w), "-", color=MUTED, lw=1.2, label="tangent")
    ax.plot(w, f(w), "o", color=INK)
    reach = 2.5 * max(abs(slope), 1e-12) * window
    ax.set(xlabel="weight w", ylabel="L", xlim=(w - window, w + window), ylim=(f(w) - reach, f(w) + reach))
    ax.set_xticks([w - window, w, w + window])
    ax.legend(loc="upper left")
    return fig, ax


def corner(width, height, right, up, *, ax=None):
    """Draw a rectangle that grows to the right and upward: two strips, and the small corner that both moves leave over.

    Returns (figure, axes).

    >>> figure, axes = corner(3, 2, 0.3, 0.4)
    >>> len(axes.patches)
    4
    """
    fig, ax = plt.subplots(figsize=(4.2, 3.2)) if ax is None else (ax.figure, ax)
    parts = [((0, 0), width, height, "white", f"{number(width)} · {number(height)}"),
             ((width, 0), right, height, "#F1EEE6", "move 1 alone"),
             ((0, height), width, up, "#F1EEE6", "move 2 alone"),
             ((width, height), right, up, LIT, "left over")]
    for place, across, along, color, text in parts:
        ax.add_patch(plt.Rectangle(place, across, along, facecolor=color, edgecolor=INK, lw=1))
        tall = along > 2 * across
        ax.text(place[0] + across / 2 + (0.55 if text == "left over" else 0), place[1] + along / 2, text,
                ha="center", va="center", size=11, rotation=90 if tall else 0)
    ax.set(xlim=(-0.1, width + right + 0.9), ylim=(-0.1, height + up + 0.1), aspect="equal")
    ax.axis("off")
    return fig, ax


def answers(xs, ys, weights, *, ax=None):
    """Draw examples (xs, ys) and what one sigmoid neuron with weights (w, b) answers, with the threshold at 1/2.

    Returns (figure, axes).

    >>> figure, axes = answers([0.0, 1.0], [0, 1], (2.0, -1.0))
    >>> axes.get_ylabel()
    'answer: 0 no, 1 yes'
    """
    fig, ax = plt.subplots() if ax is None else (ax.figure, ax)
    w, b = weights
    grid = np.linspace(0, 1.1 * np.max(xs), 150)
    ax.plot(grid, 1 / (1 + np.exp(-(w * grid + b))), "-", color=INK)
    ax.plot(xs, ys, "o", color=SIZE_COLORS["n"], mec=INK)
    ax.axhline(0.5, color=MUTED, lw=0.8)
    ax.set(xlabel="input x", ylabel="answer: 0 no, 1 yes", xlim=(0, grid[-1]), ylim=(-0.08, 1.08))
    return fig, ax
