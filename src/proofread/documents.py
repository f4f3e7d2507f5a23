r"""The formulas of a document, in place: a .tex file, Markdown, a notebook, or a derivation without any prose.

`derivation` blanks out all that is no formula and leaves every character where it was, so that a place in the
derivation is the same place in the document. A new line inside a formula is a space, as it is in LaTeX; a formula ends
its line.
"""
import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ENVIRONMENTS = "equation|align|alignat|flalign|gather|multline|eqnarray|displaymath"
ONE_FORMULA = ("multline",)                    # a \\ in these goes on with the same formula
OPENING = re.compile(rf"""
      (?P<escaped>     \\[\\$%`] )                                  # \\, \$, \%, \`
    | (?P<verbatim>    \\begin\{{(?:verbatim|lstlisting|minted|comment)\*?\}} )
    | (?P<environment> \\begin\{{(?P<name>{ENVIRONMENTS})\*?\}}(?:\{{\d+\}})? )
    | (?P<delimiter>   \$\$? | \\\[ | \\\( )
    | (?P<comment>     % | <!-- )
    | ^[ ]*(?P<fence>  `{{3,}} | ~{{3,}} | :{{3,}} )(?P<directive>\{{[\w-]+\}})?
    | (?P<code>        `+ )""", re.VERBOSE | re.MULTILINE)
CLOSING = {"$$": "$$", r"\[": r"\]", r"\(": r"\)", "%": "\n", "<!--": "-->"}
DISPLAYED = ("$$", r"\[")
CODE = ("{code}", "{code-block}", "{code-cell}", "{sourcecode}", "{literalinclude}", "{raw}")


class Unreadable(ValueError):
    """Say why a document cannot be taken: it is missing, no text, or no notebook."""


class Formula(NamedTuple):
    """Hold the place of a formula, without its delimiters."""

    start: int
    end: int
    displayed: bool
    environment: str = ""


@dataclass(frozen=True)
class Document:
    """Hold a document: its name, its text, and at which character each cell of a notebook begins (none otherwise)."""

    name: str
    text: str
    cells: tuple[tuple[int, int], ...] = ()    # (number of the cell in the notebook, first character)
    plain: bool = False                        # without delimiters the text is a derivation, not prose
    tex: bool = False                          # % begins a comment

    def where(self, place):
        """Return "notes.tex:12", or "chapter.ipynb:cell 5:12" for a notebook, for a character of the text."""
        if not self.cells:
            return f"{self.name}:{self.text.count(chr(10), 0, place) + 1}"
        number, start = self.cells[max(bisect_right([first for _, first in self.cells], place) - 1, 0)]
        return f"{self.name}:cell {number}:{self.text.count(chr(10), start, place) + 1}"

    def derivation(self, inline=False):
        r"""Return the text with all blanked out that is no formula; inline formulas stay only if inline.

        >>> Document("a.md", "so $$a\n= b$$ and $c$").derivation()
        '   \n a =\n b \n          '
        """
        found = formulas(self.text, self.tex)
        if self.plain and not found:
            return self.text
        text = _without_comments(self.text) if self.tex else self.text
        return _blanked(text, [formula for formula in found if formula.displayed or inline])


def read(path, stream=None):
    """Return the Document at path, or that of the open stream for "-". Raises Unreadable with a sentence."""
    if path == "-":
        return Document("-", stream.read(), plain=True)
    try:
        text = Path(path).read_text("utf-8")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path}: this is no text in UTF-8 (byte {error.start})") from error
    kind = Path(path).suffix.lower()
    if kind == ".ipynb":
        return _notebook(path, text)
    return Document(path, text, plain=kind not in (".md", ".tex"), tex=kind == ".tex")


def _notebook(path, text):
    """Return the Markdown cells of a notebook, one below the other."""
    try:
        cells = [(number, "".join(cell["source"])) for number, cell in enumerate(json.loads(text)["cells"], 1)
                 if cell["cell_type"] == "markdown"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(f"{path}: this is no notebook (nbformat 4)") from error
    starts, joined = [], ""
    for number, source in cells:
        starts.append((number, len(joined)))
        joined += source + "\n\n"
    return Document(path, joined, tuple(starts))


def formulas(text, tex=False):
    """Return the formulas of a document in order; code and comments hold none. What never closes is no formula."""
    found, position, ends, never = [], 0, set(), set()   # ends of directives that hold prose; marks that nothing closes
    while opening := OPENING.search(text, position):
        position = opening.end()
        if opening.start() in ends or opening["escaped"] or opening[0] in never or (opening[0] == "%" and not tex):
            continue
        if opening["fence"] and _holds_prose(opening):
            ends.add(_fence(text, opening, position)[1])
            continue
        within = _within(text, opening)
        if within:
            start, end, position = within
            if opening["delimiter"] or opening["environment"] or opening["directive"] == "{math}":
                found.append(Formula(start, end, opening["delimiter"] in (None, *DISPLAYED), opening["name"] or ""))
        elif opening[0] != "$":
            never.add(opening[0])
    return found


def _holds_prose(opening):
    """Say whether a fence is a directive such as a note, or three colons, and not code or maths."""
    name = opening["directive"]
    return name not in (*CODE, "{math}") if name else opening["fence"].startswith(":")


def _within(text, opening):
    """Return where what was opened begins and ends, and where the text goes on; None where nothing closes it."""
    start, mark = opening.end(), opening[0]
    if opening["fence"]:
        return _fence(text, opening, _after_options(text, start))
    if mark == "$":
        return _dollar(text, start)
    closing = CLOSING.get(mark) or (mark if opening["code"] else mark.split("}")[0].replace("begin", "end", 1) + "}")
    end = text.find(closing, start)
    return None if end < 0 else (start, end, end + len(closing))


def _fence(text, opening, start):
    """Return the same for a fence; one that is not closed reaches to the end."""
    closing = re.compile(rf"^[ ]*{opening['fence']}", re.M).search(text, start)
    return (start, closing.start(), closing.end()) if closing else (start, len(text), len(text))


def _dollar(text, start):
    """Return the end of an inline formula: `$5 and $6` is money; a formula does not reach over an empty line."""
    closing = re.compile(r"(?<!\\)\$|\n\s*\n").search(text, start)
    if not closing or closing[0] != "$" or text[start:start + 1].isspace() or text[closing.start() - 1].isspace():
        return None
    return None if text[closing.end():closing.end() + 1].isdigit() else (start, closing.start(), closing.end())


def _after_options(text, start):
    """Return where the formula of a math directive begins: after its first line and the options below it."""
    return re.compile(r"[^\n]*\n(?:[ ]*:[a-z-]+:[^\n]*\n)*").match(text, start).end() if "\n" in text[start:] else start


def _without_comments(text):
    """Return TeX with spaces in place of what stands behind a %."""
    return re.sub(r"(?<!\\)%[^\n]*", lambda comment: " " * len(comment[0]), text)


def _blanked(text, found):
    """Return the text with spaces in place of all but the formulas, each on a line of its own."""
    shown = list(" " * len(text))
    for formula in found:
        piece = text[formula.start:formula.end].replace("\n", " ")
        if formula.environment in ONE_FORMULA:
            piece = piece.replace(r"\\", "  ")
        shown[formula.start:formula.end] = piece
        shown[formula.start - 1] = "\n"
        if formula.end < len(text):
            shown[formula.end] = "\n"
    return "".join(shown)
