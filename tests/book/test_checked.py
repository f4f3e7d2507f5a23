"""The marks: set from printed lines, linked to their cells, listed on one page, with a warning where one is missing."""
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONF = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n" + """
extensions = ["myst_nb", "tools.extensions.maths", "tools.extensions.checked"]
project, root_doc, html_theme, html_math_renderer = "book", "index", "basic", "mathml"
nb_execution_mode, myst_enable_extensions, exclude_patterns = "off", ["dollarmath"], ["_build"]
checked_settings = "settings.txt"
"""
SETTINGS = r"""%% *
Z^{(\mathrm{h})} = A^{(\mathrm{in})} W^{(\mathrm{h})}
A^{(\mathrm{h})} = \varphi(Z^{(\mathrm{h})})
Z^{(\mathrm{out})} = A^{(\mathrm{h})} W^{(\mathrm{out})}
J = \sum_{r=1}^{n} \sum_{j=1}^{t} \ln(1 + \exp(z_j^{(\mathrm{out})[r]}))
\delta^{(\mathrm{out})} = \frac{\partial J}{\partial Z^{(\mathrm{out})}}
\delta^{(\mathrm{h})} = \frac{\partial J}{\partial Z^{(\mathrm{h})}}
A^{(\mathrm{in})} \in \mathbb{R}^{n \times m}
W^{(\mathrm{h})} \in \mathbb{R}^{m \times d}
W^{(\mathrm{out})} \in \mathbb{R}^{d \times t}
"""
TITLE = r"$$\frac{\partial J}{\partial W^{(\mathrm{out})}} = A^{(\mathrm{h})\top} \delta^{(\mathrm{out})}$$ (eq-dw-out)"
HIDDEN = r"$$\frac{\partial J}{\partial W^{(\mathrm{h})}} = A^{(\mathrm{in})\top} \delta^{(\mathrm{h})}$$ (eq-dw-h)"
LINE = "✓ {}  by complex step, sizes 3-4-2, n = 5, agrees within 1e-12\n"


def notebook(title, equations, lines):
    """Return the text of a notebook with a cell of equations and an executed cell that printed the lines."""
    cells = [{"cell_type": "markdown", "metadata": {}, "source": f"# {title}\n\n" + "\n\n".join(equations)},
             {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "check()",
              "outputs": [{"output_type": "stream", "name": "stdout", "text": "".join(lines)}]}]
    return json.dumps({"cells": cells, "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3",
                                                                   "language": "python"}}, "nbformat": 4,
                       "nbformat_minor": 4})


def build(folder, equations, lines, builder="html"):
    """Build a book of two chapters and the list; return (pages, warnings)."""
    (folder / "conf.py").write_text(CONF.replace("settings.txt", str(folder / "settings.txt")), "utf-8")
    (folder / "settings.txt").write_text(SETTINGS, "utf-8")
    (folder / "index.md").write_text(
        "# Checked\n\n```{toctree}\none\ntwo\n```\n\n```{checked-strip}\n```\n\n```{checked-equations}\n```\n",
                                     "utf-8")
    (folder / "one.ipynb").write_text(notebook("One", equations, lines), "utf-8")
    (folder / "two.ipynb").write_text(notebook("Two", [HIDDEN], [LINE.format("eq-dw-h")]), "utf-8")
    done = subprocess.run([sys.executable, "-m", "sphinx", "-q", "-j", "2", "-b", builder, folder, folder / "_build"],
                          capture_output=True, text=True,
                          env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "ignore"})
    assert done.returncode == 0, done.stderr
    pages = {p.stem: p.read_text("utf-8") for p in (folder / "_build").glob("*.html" if builder == "html" else "*.txt")}
    return pages, [line.split("WARNING: ")[1] for line in done.stderr.splitlines() if "WARNING: " in line]


def test_the_mark_links_to_the_cell_and_the_list_holds_every_equation(tmp_path):
    pages, warnings = build(tmp_path, [TITLE], ["something else\n", LINE.format("eq-dw-out")])
    assert warnings == []
    mark = re.search(r'<summary aria-label="Checked: ([^"]+)">✓</summary><a href="#([^"]+)">', pages["one"])
    assert mark[1] == "complex step · 3-4-2, n = 5 · agrees to 1e-12"
    assert re.search(rf'<div class="cell[^"]*" id="{mark[2]}"', pages["one"])
    assert "2 equations" in pages["index"]
    for page, label in (("one", "eq-dw-out"), ("two", "eq-dw-h")):
        assert f'href="{page}.html#equation-{label}"' in pages["index"] and f'id="equation-{label}"' in pages[page]
    assert pages["index"].count("<math") == 2 and "not evaluated" not in pages["index"]
    ticks = re.search(r'<p class="strip">(.*?)</p>', pages["index"])[1]
    assert ticks.count("<a href=") == 2 and "2 equations derived, 2 computed twice" in ticks


def test_what_is_missing_or_wrong_is_a_warning(tmp_path):
    broken = TITLE.replace(r"\top", "")
    unchecked = TITLE.replace("eq-dw-out", "eq-again")
    pages, warnings = build(tmp_path, [broken, unchecked], [LINE.format("eq-dw-out"), LINE.format("eq-nowhere")])
    assert sorted(w.split(":")[0] for w in warnings) == [
        "a cell checks eq-nowhere, but no equation of this page has that label",
        "no cell of this page checks the equation eq-again",
        "the printed equation does not come out",
    ]
    assert pages["one"].count('class="tick"') == 1 and "its printed LaTeX was not evaluated" in pages["index"]


def test_another_builder_leaves_the_mark_out(tmp_path):
    pages, warnings = build(tmp_path, [TITLE], [LINE.format("eq-dw-out")], builder="text")
    assert warnings == [] and "computed twice" not in pages["one"] and "eq-dw-h" in pages["index"]
