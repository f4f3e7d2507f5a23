"""Draw the picture of the social card: the question of the book, 1200 x 630."""

import matplotlib
import matplotlib.lines

from tools.extensions.fonts import SERIF, package_file

INK, ACCENT, PAPER = "#1d2733", "#7d4e00", "#fffefb"
FORMULA = (r"$\dfrac{\partial J}{\partial W^{(\mathrm{out})}} \;=\; A^{(\mathrm{h})\top}\, \delta^{(\mathrm{out})}$")


def draw(path, title, line="Why? Derived step by step, every equation checked by running code."):
    from matplotlib import font_manager
    from matplotlib.figure import Figure

    def face(name):
        return font_manager.FontProperties(fname=str(package_file(SERIF, f"files/SourceSerifPro-{name}.ttf")))

    with matplotlib.rc_context({"mathtext.fontset": "stix"}):
        figure = Figure(figsize=(12, 6.3), dpi=100, facecolor=PAPER)
        figure.text(0.07, 0.80, title, fontproperties=face("Semibold"), fontsize=44, color=INK)
        figure.text(0.5, 0.44, FORMULA, fontsize=64, color=INK, ha="center", va="center")
        figure.text(0.07, 0.11, line, fontproperties=face("Regular"), fontsize=23.5, color=ACCENT)
        figure.add_artist(matplotlib.lines.Line2D([0, 0], [0, 1], color=ACCENT, linewidth=24))
        figure.savefig(path, metadata={"Software": None})
