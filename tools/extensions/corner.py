"""The product picture as a small drawing: the left factor below, the right factor above, the result in their corner.

`misfit()` is the one of the 404 page: two factors whose inner sizes do not meet, in the colors of the theme.
"""

CELL, GAP, EDGE, BAR = 22, 26, 30, 5                     # px: a cell, the corner between the factors, margin, size bar
LINE = "fill:none;stroke-width:1.5;stroke:"
WRONG, MUTED = "var(--wrong)", "var(--book-muted)"


def grid(x, y, rows, columns, style="fill:var(--book-panel);stroke:var(--book-muted)"):
    """Return the cells of a matrix of rows by columns whose upper left corner stands at (x, y)."""
    return "".join(f'<rect x="{x + c * CELL}" y="{y + r * CELL}" width="{CELL}" height="{CELL}" style="{style}"/>'
                   for r in range(rows) for c in range(columns))


def bar(x, y, width, height, size):
    """Return the bar on a side, in the color of its size."""
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" style="fill:var(--size-{size})"/>'


def word(x, y, text, style):
    """Return a word in the middle of (x, y)."""
    font = "font:600 15px var(--book-sans);text-anchor:middle"
    return f'<text x="{x}" y="{y}" style="{font};fill:{style}">{text}</text>'


def arcs(x, y, left, right):
    """Return what joins column k of the left factor and row k of the right one around the corner (x, y).

    What has a partner is an arc; what has none ends on its way, in a cross.
    """
    drawn = ""
    for k in range(max(left, right)):
        far = GAP / 2 + (k + 0.5) * CELL
        if k < min(left, right):
            drawn += f'<path d="M{x - far} {y}A{far} {far} 0 0 1 {x} {y - far}" style="{LINE}{MUTED}"/>'
            continue
        end_x, end_y = (x - far * 0.87, y - far * 0.5) if left > right else (x - far * 0.5, y - far * 0.87)
        start = f"M{x - far} {y}A{far} {far} 0 0 1" if left > right else f"M{x} {y - far}A{far} {far} 0 0 0"
        cross = f"M{end_x - 5:.1f} {end_y - 5:.1f}l10 10m0 -10l-10 10"
        drawn += f'<path d="{start} {end_x:.1f} {end_y:.1f}{cross}" style="{LINE}{WRONG}"/>'
    return drawn


def misfit(n=4, d=3, t=2):
    """Return the SVG of A (n, d) times delta (t, n): the inner sizes, d and t, do not meet."""
    x, y = EDGE + d * CELL + GAP, EDGE + t * CELL + GAP                              # upper left corner of the result
    width, height = x + n * CELL + EDGE, y + n * CELL + EDGE
    return (f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
            f'style="max-width:100%;height:auto" aria-label="A matrix of {n} rows and {d} columns lies beside one of '
            f'{t} rows and {n} columns. Column {t + 1} of the left one finds no row that it could meet.">'
            + grid(EDGE, y, n, d) + grid(x, EDGE, t, n)
            + grid(x, y, n, n, "fill:none;stroke:var(--book-line)")
            + bar(EDGE, y - BAR - 2, d * CELL, BAR, "d") + bar(x - BAR - 2, EDGE, BAR, t * CELL, "t")
            + bar(EDGE - BAR - 2, y, BAR, n * CELL, "n") + bar(x, EDGE - BAR - 2, n * CELL, BAR, "n")
            + arcs(x - GAP / 2, y - GAP / 2, d, t)
            + word(EDGE + d * CELL / 2, height - EDGE + 20, f"({n}, {d})", "var(--book-ink)")
            + word(x + n * CELL + EDGE / 2 - 9, EDGE - 12, f"({t}, {n})", "var(--book-ink)")
            + word(x + n * CELL / 2, y + n * CELL / 2 + 5, "?", WRONG) + "</svg>")
