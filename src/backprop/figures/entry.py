"""One entry of an array, large, with words at each of its parts."""
from backprop.figures.ink import MUTED, canvas, maths, text_width

LARGE, SMALL = 46, 25      # points


def named_entry(letter, unit, layer, example, words, *, ax=None):
    r"""Draw letter_unit^(layer)[example]; `words` say what these four are, in this order. All are LaTeX.

    Returns (figure, axes). Raises ValueError unless there are four words.

    >>> words = ["an activation", "of unit 2", "of the hidden layer", "for example 3"]
    >>> figure, axes = named_entry("a", 2, "h", 3, words)
    >>> [text.get_text() for text in axes.texts][4]
    'an activation'
    """
    if len(words) != 4:
        raise ValueError(f"words has {len(words)} entries but each of the 4 parts needs one")
    parts = [(maths(letter), LARGE), (maths(str(unit)), SMALL), (maths(rf"(\mathrm{{{layer}}})"), SMALL),
             (maths(f"[{example}]"), SMALL)]
    widths = [text_width(*part) for part in parts]
    right = 2.2 + widths[0]
    at = [(2.2, 0.7), (right, 0.5), (right, 0.98), (right + widths[2], 0.98)]
    fig, ax = canvas(5.2, 1.55, ax)
    for (text, size), (x, y), width in zip(parts, at, widths):
        ax.text(x + width / 2, y, text, size=size, ha="center", va="center")
    tips = [(2.12, 0.7), (right + widths[1] + 0.08, 0.48), (right + widths[2] / 2, 1.18),
            (at[3][0] + widths[3] + 0.08, 0.98)]
    starts = [(1.65, 0.7, "right"), (3.75, 0.3, "left"), (1.85, 1.4, "right"), (3.75, 1.2, "left")]
    for word, tip, (x, y, side) in zip(words, tips, starts):
        ax.annotate(word, tip, (x, y), size=12.5, ha=side, va="center",
                    arrowprops={"arrowstyle": "-|>", "color": MUTED, "lw": 0.8, "shrinkA": 2, "shrinkB": 0})
    return fig, ax
