"""Images in a grid and counts in a square."""
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

from backprop.figures.ink import FAINT, MUTED, SIZE_COLORS, axes


def confusion(matrix, *, labels=None, ax=None):
    """Draw counts (t, t), rows the truth, columns the prediction: hits framed, mistakes shaded by number."""
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"matrix has shape {matrix.shape} but a confusion matrix is square")
    t = len(matrix)
    fig, ax = axes(ax, (5.2, 5.0))
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
    """Draw small images in a grid as one picture, with so many empty rows below each.

    Give (figure, axes, the left upper corner of each).
    """
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
    """Draw what each hidden unit looks for: its column of W_h (m, d) as an image, positive yellow, zero gray."""
    W_h = np.asarray(W_h, dtype=float)
    top = np.percentile(np.abs(W_h), 99)
    colors = mpl.colormaps["cividis"].resampled(63)
    fig, ax, corners = _tiles(W_h.T, shape, columns, ax, cmap=colors, vmin=-top, vmax=top)
    for y, x in corners:
        ax.add_patch(Rectangle((x - 0.5, y - 0.5), shape[1], shape[0], fc="none", ec=MUTED, lw=0.7))
    return fig, ax


def _check_labels(X, y, predicted):
    """Refuse labels that do not fit the images."""
    for name, given in (("y", y), ("predicted", predicted)):
        if given is not None and len(given) != len(X):
            raise ValueError(f"{name} has {len(given)} labels but X has {len(X)} images")
    if predicted is not None and y is None:
        raise ValueError("predicted needs y: without the true labels nothing is wrong")
    if len(X) == 0:
        raise ValueError("X has no images: give at least one row")


def digits(X, y=None, predicted=None, *, shape=(8, 8), columns=10, ax=None):
    """Draw the rows of X as gray images with their labels y below; a wrong prediction is framed and written 3 → 8."""
    _check_labels(X, y, predicted)
    fig, ax, corners = _tiles(X, shape, columns, ax, below=4 if y is not None else 0, cmap="gray_r", vmin=0)
    for k, (r, c) in enumerate(corners):
        wrong = predicted is not None and predicted[k] != y[k]
        if y is not None:
            text = f"{y[k]} → {predicted[k]}" if wrong else f"{y[k]}"
            ax.text(c + shape[1] / 2 - 0.5, r + shape[0] + 1.6, text, ha="center", va="center", size=12)
        frame = {"ec": SIZE_COLORS["d"], "lw": 2.2} if wrong else {"ec": FAINT, "lw": 0.7}
        ax.add_patch(Rectangle((c - 0.5, r - 0.5), shape[1], shape[0], fc="none", **frame))
    return fig, ax
