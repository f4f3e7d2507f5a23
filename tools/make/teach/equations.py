"""Every numbered equation of the book, for slides and papers: one LaTeX document that typesets as it is."""
from tools import ROOT
from tools.extensions.maths import display_latex
from tools.judge.equations import equations

START = r"""% Every numbered equation of "Backpropagation, every step checked", with its label.
% Text and figures of the book: CC BY 4.0. Copy what you need, or typeset the file as it is: pdflatex equations.tex
\documentclass{article}
\usepackage{amsmath, amssymb}
\usepackage[margin=2cm]{geometry}
\begin{document}
"""


def numbered(equation):
    """Return an equation with its label as LaTeX."""
    latex = "\n".join(line.strip() for line in display_latex(equation.latex).splitlines() if line.strip())
    return (f"\\noindent\\texttt{{{equation.name}}}\n"
            f"\\begin{{equation}}\\label{{{equation.name}}}\n{latex}\n\\end{{equation}}\n")


def title(path):
    """Return the title of a page in a form that LaTeX reads."""
    return path.stem.replace("_", " ")


def document():
    """Return the document."""
    parts = [START]
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        found = equations(path)
        parts += [f"\\section*{{{title(path)}}}\n"] * bool(found) + list(map(numbered, found))
    return "\n".join([*parts, "\\end{document}\n"])


def write(folder):
    """Write the document."""
    (folder / "equations.tex").write_text(document(), "utf-8")
