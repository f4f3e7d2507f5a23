r"""From a text to its lines: which stretches are formulas, and where each begins and ends.

A line is a slice of the text, so that every place in a report is a place in what the reader wrote. Wrappers, labels and
comments are blanked out character for character; prose between delimiters is skipped.
"""

import itertools
import re
from typing import NamedTuple

from .problems import Unreadable

MOST_LINES, LONGEST = 300, 100_000
ALIGNED = r"(?:align|aligned|alignat|equation|gather|gathered|split|multline|eqnarray|displaymath|math|flalign)\*?"
WRAPPER = re.compile(
    rf"\\(?:begin|end)\{{{ALIGNED}\}}|(?<!\\)\\\[|(?<!\\)\\\]|\$\$|\\\(|\\\)|\$|\\(?:label|tag\*?)\{{[^{{}}]*\}}|\\notag|\\nonumber|(?<!\\)%[^\n]*"
)
DISPLAYED = re.compile(rf"\$\$(.+?)\$\$|\\\[(.+?)\\\]|\\begin\{{({ALIGNED})\}}(.+?)\\end\{{\3\}}", re.S)
INLINE = re.compile(r"(?<![\\$])\$([^$\n]+?)\$(?!\$)")
STEP = re.compile(r"\\begin\{\w+\*?\}|\\end\{\w+\*?\}|\\\\|\\.|[{}\n]|[^\\{}\n]+", re.S)
GOES_ON = re.compile(r"\s*(?:&|\\quad|\\qquad|\\,|\\;)*\s*"
                     r"(?:=|\\approx|\\equiv|\+|\*|\\(?:cdot|times|circ|odot)(?![a-zA-Z]))")


class Stretch(NamedTuple):
    """A line of formulas: its LaTeX with layout blanked, and where it stands in the text."""

    latex: str
    start: int
    end: int


def blanked(text):
    """Return the text with wrappers, labels and comments as spaces, every character in its place."""
    return WRAPPER.sub(lambda found: " " * len(found.group()), text)


def formulas(text):
    """Return (start, end, whether a new line ends a formula) of each stretch of formulas."""
    displayed = [(m.start(), m.end(), False) for m in DISPLAYED.finditer(text)]
    inline = [(m.start(), m.end(), False) for m in INLINE.finditer(text)] if not displayed else []
    return displayed or inline or [(0, len(text), True)]


def lines(text):
    """Return the stretches of a text, one for each line of the derivation."""
    if len(text) > LONGEST:
        raise Unreadable(f"the text has {len(text):,} characters; at most {LONGEST:,} are read")
    found = []
    for start, end, broken in formulas(text):
        found += split(blanked(text[start:end]), start, broken)
    if len(found) > MOST_LINES:
        raise Unreadable(f"the text has {len(found)} lines; at most {MOST_LINES} are read")
    return found


def split(text, offset, broken):
    r"""Cut one stretch at `\\` and, if `broken`, at new lines; a line that begins with = goes on from the one before
    it."""
    cuts, depth, inside = [0], 0, 0
    for match in STEP.finditer(text):
        said = match.group()
        depth = max(depth + (said == "{") - (said == "}"), 0)
        inside = max(inside + said.startswith(r"\begin{") - said.startswith(r"\end{"), 0)
        if inside == 0 and ((said == r"\\" and depth == 0) or (said == "\n" and broken)):
            depth = 0
            cuts.append(match.end())
    cuts.append(len(text))
    found = []
    for start, end in itertools.pairwise(cuts):
        if not text[start:end].strip(" \n\t\\&,.;"):
            continue
        if found and GOES_ON.match(text[start:end]):
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    return [stretch(text, start, end, offset) for start, end in found]


def stretch(text, start, end, offset):
    """Return a slice without the space and the signs of layout around it."""
    piece = text[start:end]
    before = len(piece) - len(piece.lstrip(" \n\t&"))
    after = len(re.sub(r"(?:\\\\(?:\[[\d.]+\w+\])?|[\s,.;&]|\\,|\\;|\\quad|\\qquad)+$", "", piece))
    return Stretch(piece[before:after], offset + start + before, offset + start + max(after, before))
