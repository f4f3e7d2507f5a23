"""What a proofreading returns: one `Line` for each line of the derivation, gathered in a `Report`.

Nothing here judges. A report is printed for people, shown by Jupyter with its formulas set, and read by programs.
"""
import html
import json
from dataclasses import asdict, dataclass
from typing import NamedTuple

VERDICTS = {                       # what is printed before a line, and the word that a person reads
    "right": ("✓", "right"),
    "right-only-if": ("✓", "right under a condition"),
    "wrong": ("✗", "wrong"),
    "sizes": ("✗", "sizes do not fit"),
    "unknown": ("?", "unknown name"),
    "ambiguous": ("?", "two readings"),
    "unreadable": ("?", "cannot be read"),
    None: (" ", ""),
}
LOOKS_LIKE = {                     # kind of mistake: (in words, where the book explains it)
    "factor": ("a factor too many, or one missing", "chapters/04_n_examples.html#sec-n-mean"),
    "transpose": ("a transpose missing or in the wrong place", "chapters/02_mlp_2_2_2.html#sec-222-stack"),
    "sign": ("a wrong sign", "chapters/01_linear_neuron.html#sec-descend"),
    "slope": ("φ′ missing, superfluous, or taken at the wrong place", "chapters/01_linear_neuron.html#sec-two-neurons"),
    "layer": ("the wrong layer", "chapters/03_mlp_m_d_t.html#sec-mdt-slice"),
    "index": ("the wrong index", "chapters/02_mlp_2_2_2.html#sec-222-partials"),
    "sum": ("a sum left out, or one too many", "chapters/02_mlp_2_2_2.html#sec-222-hidden"),
    "bracket": ("a bracket missing or in the wrong place", "chapters/02_mlp_2_2_2.html#sec-222-bracket"),
    "product": ("one kind of product in the place of another", "chapters/03_mlp_m_d_t.html#sec-mdt-shapes"),
    "shape": ("a vector or matrix of another shape", "chapters/03_mlp_m_d_t.html#sec-mdt-shapes"),
    "other": ("none of the common slips", "chapters/gradient_doctor.html#sec-doctor-unknown"),
    None: ("", None),
}
STYLE = """<style>
.proofread .proofread-line { align-items: baseline; display: flex; gap: 0.7em; }
.proofread .proofread-line > span { flex: none; width: 1em; }
.proofread p { margin: 0.2em 0; }
.proofread .proofread-says { flex: 1; min-width: 0; overflow-x: auto; overflow-y: hidden; }
.proofread .proofread-no { font-weight: bold; }
</style>"""


class Entry(NamedTuple):
    """Hold the entry in which a line is farthest off."""

    place: str                     # as a person says it: "(2, 1)", "k = 2", or "" for a number
    value: float                   # what the line says
    truth: float                   # what a nudge says


@dataclass(frozen=True)
class Line:
    r"""Hold one line of a derivation and what became of it.

    `says` is one sentence, or more, for people: how the line was understood, what was found, and what it looks like in
    the reader's own letters, with LaTeX between dollars. It does not repeat `entry`, `edit` and `follows_from`; a
    report prints them below it. So does `how`, and `read_as` may be such a text, too.

    >>> Line(3, r"dZ = Y - A", "claim", "wrong", "the sign is wrong", "sign", edit=r"dZ = A - Y").section
    'chapters/01_linear_neuron.html#sec-descend'
    """

    number: int                    # its place among the lines, from 1
    latex: str                     # as written, without layout (&, \label, delimiters, the last comma)
    kind: str                      # "declaration", "definition", "condition" or "claim"
    verdict: str | None = None     # a key of VERDICTS; None for what is no claim and was understood
    says: str = ""
    looks_like: str | None = None  # a key of LOOKS_LIKE
    edit: str | None = None        # LaTeX of the line with the least change that makes it true
    entry: Entry | None = None
    follows_from: int | None = None           # the number of the reader's own wrong line that this one rests on
    place: tuple[int, int] | None = None      # start and end, in the reader's text, of what the verdict is about
    read_as: str | None = None     # LaTeX or words: the reading taken where there was a choice
    how: str | None = None         # how the truth was found, and on which sizes

    @property
    def section(self):
        """Return page and anchor of the section of the book that explains the mistake, or None."""
        return LOOKS_LIKE[self.looks_like][1]

    @property
    def mark(self):
        """Return ✓, ✗, ? or a space."""
        return VERDICTS[self.verdict][0]

    @property
    def is_wrong(self):
        """Say whether the line is wrong or its sizes do not fit."""
        return self.verdict in ("wrong", "sizes")


@dataclass(frozen=True, repr=False)
class Report:
    """Hold the lines of a derivation, the text they were taken from, and what was assumed for all of them.

    `lines` is a tuple of `Line`; `notes` are sentences: sizes, layouts and meanings that the text left open.
    """

    lines: tuple[Line, ...]
    text: str = ""
    notes: tuple[str, ...] = ()

    @property
    def first_wrong(self):
        """Return the first line that is wrong or does not fit, or None."""
        return next((line for line in self.lines if line.is_wrong), None)

    def __repr__(self):
        return str(self)

    def __str__(self):
        return "\n".join([*(_plain(line, self.text) for line in self.lines), *(f"  · {note}" for note in self.notes)])

    def _repr_html_(self):
        lines = "\n".join(_item(line, self.text) for line in self.lines)
        notes = "".join(f"<p>{_set(note, 'text')}</p>" for note in self.notes)
        return f'{STYLE}\n<div class="proofread"><ol>\n{lines}\n</ol>{notes}</div>'

    def to_dict(self):
        """Return the report as dicts, lists, strings and numbers; `section` stands beside the stored fields."""
        return {"lines": [_to_dict(line) for line in self.lines], "text": self.text, "notes": list(self.notes)}

    def to_json(self, **options):
        """Return the report as JSON; the options are those of json.dumps."""
        return json.dumps(self.to_dict(), ensure_ascii=False, **options)

    @classmethod
    def from_dict(cls, plain):
        """Return the report that `to_dict` or json.loads(report.to_json()) describes. Raises KeyError or TypeError."""
        return cls(tuple(_from_dict(line) for line in plain["lines"]), plain["text"], tuple(plain["notes"]))


def _to_dict(line):
    entry, place = line.entry and line.entry._asdict(), line.place and list(line.place)
    return {**asdict(line), "entry": entry, "place": place, "section": line.section}


def _from_dict(plain):
    fields = {name: value for name, value in plain.items() if name != "section"}
    fields["entry"] = fields["entry"] and Entry(**fields["entry"])
    fields["place"] = fields["place"] and tuple(fields["place"])
    return Line(**fields)


def details(line, text):
    """Return what is said below a line of the text, one string for each thing."""
    return [f"{name}: {words}" if name else words for name, words, _ in parts(line, text)]


def parts(line, text):
    """Yield (what it is, words, how they are set) for all that is said below a line: "text", "code" or "maths"."""
    if line.says:
        yield "", line.says, "text"
    piece = text[slice(*line.place)].strip() if line.place else ""
    if piece and len(piece) < len(line.latex) and piece in line.latex:
        yield "at", piece, "code"
    if line.entry:
        where = f"entry {line.entry.place}: " if line.entry.place else ""
        value, truth = _numbers(line.entry.value, line.entry.truth)
        yield "in numbers", f"{where}the line says {value}, a nudge says {truth}", "text"
    if line.looks_like:
        yield "looks like", f"{LOOKS_LIKE[line.looks_like][0]}; see {line.section}", "text"
    if line.edit:
        yield "true is", line.edit, "maths"
    if line.follows_from:
        yield "follows from", f"line {line.follows_from}", "text"
    if line.read_as:
        yield "read as", line.read_as, "text"
    if line.how:
        yield "checked", line.how, "text"


def _numbers(value, truth):
    """Return two numbers with as many digits as tell them apart, four at least."""
    for digits in range(4, 16):
        texts = f"{value:#.{digits}g}", f"{truth:#.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def _plain(line, text):
    head = f"{line.number:3} {line.mark} {line.latex}"
    word = VERDICTS[line.verdict][1]
    below = [f"      {word}"] if word else []
    below += [f"      {part}" for part in details(line, text)]
    return "\n".join([head, *below])


def _item(line, text):
    shown = _set(line.latex, "code" if line.verdict == "unreadable" else "maths")
    word = VERDICTS[line.verdict][1]
    below = [f'<p class="{"proofread-no" if line.is_wrong else "proofread-word"}">{word}</p>'] if word else []
    below += [f"<p>{name + ': ' if name else ''}{_set(words, how)}</p>" for name, words, how in parts(line, text)]
    return (f'<li value="{line.number}"><div class="proofread-line"><span>{line.mark.strip() or "&nbsp;"}</span>'
            f'<div class="proofread-says">{shown}{"".join(below)}</div></div></li>')


def _set(words, how):
    r"""Return words as HTML. Maths stands between \( and \): Jupyter typesets it, the book's pages set it as MathML."""
    if how == "text":              # with maths between dollars
        return "".join(_set(part, "maths") if k % 2 else html.escape(part) for k, part in enumerate(words.split("$")))
    shown = "<code>{}</code>" if how == "code" else r'<span class="proofread-maths">\({}\)</span>'
    return shown.format(html.escape(words))
