r"""From LaTeX to tokens: letters with their hats, numbers, signs, and what stands above, below or in braces.

No letter is special here and no mark means anything. What stands in a script or in a fraction is a list of tokens of
its own, so that a token is complete in itself. Layout (`\left`, `\quad`, `&` outside a matrix, `\label{…}`) leaves no
token.
"""

import re
import unicodedata
from typing import NamedTuple

from .problems import Unreadable

MOST_TOKENS, DEEPEST = 1500, 24

GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ell"
).split()
ACCENTS = "hat widehat bar overline tilde widetilde vec dot check breve underline".split()
SAME_ACCENT = {"widehat": "hat", "overline": "bar", "widetilde": "tilde"}
STYLES = {
    "mathbf": "bold",
    "boldsymbol": "bold",
    "bm": "bold",
    "bf": "bold",
    "mathcal": "cal",
    "cal": "cal",
    "mathscr": "cal",
    "mathrm": "",
    "rm": "",
    "mathit": "",
    "mathsf": "",
    "mathtt": "",
    "operatorname": "",
    "text": "",
    "textbf": "bold",
    "textit": "",
    "mathbb": "bb",
    "textrm": "",
    "mbox": "",
}
FUNCTIONS = {
    "log": "log",
    "ln": "log",
    "exp": "exp",
    "tanh": "tanh",
    "sinh": "sinh",
    "cosh": "cosh",
    "sin": "sin",
    "cos": "cos",
    "max": "max",
    "min": "min",
    "sqrt": "sqrt",
    "softmax": "softmax",
    "Softmax": "softmax",
    "sigmoid": "sigmoid",
    "Sigmoid": "sigmoid",
    "relu": "relu",
    "ReLU": "relu",
    "RELU": "relu",
    "softplus": "softplus",
    "tr": "tr",
    "Tr": "tr",
    "trace": "tr",
    "det": "det",
    "Trace": "tr",
    "vec": "vec",
    "Vec": "vec",
    "diag": "diag",
    "Diag": "diag",
    "sign": "sign",
    "sgn": "sign",
    "sum": "sum",
    "arctan": "arctan",
    "logistic": "sigmoid",
    "abs": "abs",
    "sech": "sech",
    "mean": "mean",
}
PLAIN_WORDS = set(FUNCTIONS) - {"vec", "sum", "mean", "sign", "abs", "trace", "diag", "Vec"} | {
    "vec",
    "sum",
    "mean",
    "sign",
    "abs",
    "diag",
}
SPELLED = {name for name in GREEK if len(name) > 3}  # mu and nu may be two indices
NAMES = set(  # letters in a row that are one name
    "CE MSE BCE KL NLL SSE RSS net out target total error loss cost input output label pred logits hidden err obj "
    "risk reg penalty score".split()
)
OPERATORS = {
    "odot": "odot",
    "circ": "odot",
    "bullet": "odot",
    "cdot": "cdot",
    "times": "times",
    "ast": "star",
    "otimes": "otimes",
    "div": "/",
}
RELATIONS = {
    "=": "=",
    "equiv": "=",
    "approx": "≈",
    "simeq": "≈",
    "leftarrow": "←",
    "gets": "←",
    "coloneqq": "=",
    "triangleq": "=",
    "doteq": "=",
    "colon=": "=",
    "Rightarrow": "⇒",
    "implies": "⇒",
    "to": "→",
    "rightarrow": "→",
    "propto": "∝",
    "in": "∈",
    "neq": "≠",
    "ne": "≠",
    "leq": "≤",
    "le": "≤",
    "geq": "≥",
    "ge": "≥",
    "<": "<",
    ">": ">",
    "gt": ">",
    "lt": "<",
    "cong": "≈",
    "sim": "∼",
    "overset": "",
}
LAYOUT = set(
    "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm displaystyle textstyle "
    "scriptstyle quad qquad limits nolimits nonumber notag mathstrut strut hfill hskip hline allowbreak newline "
    "underbrace overbrace "
    "boxed color".split()
)
BRACKETS = {"(", ")", "[", "]", r"\{", r"\}"}
DROPPED = {
    "label",
    "tag",
    "tag*",
    "vspace",
    "hspace",
    "phantom",
    "hphantom",
    "vphantom",
    "textcolor",
    "color",
    "mathchoice",
    "ref",
    "eqref",
    "cite",
}
PROSE = set(
    "if for where otherwise and with when so or since because else then hence thus all by is that we get as".split()
)
UNICODE = {
    "∂": r"\partial",
    "∑": r"\sum",
    "Σ": r"\sum",
    "−": "-",
    "–": "-",
    "⋅": r"\cdot",
    "·": r"\cdot",
    "•": r"\cdot",
    "×": r"\times",
    "⊙": r"\odot",
    "∘": r"\circ",
    "⊗": r"\otimes",
    "∇": r"\nabla",
    "≈": r"\approx",
    "≡": r"\equiv",
    "≔": ":=",
    "≠": r"\neq",
    "≤": r"\leq",
    "≥": r"\geq",
    "∈": r"\in",
    "ℝ": r"\mathbb{R}",
    "‖": r"\|",
    "ᵀ": "^T",
    "⊤": r"\top",
    "′": "'",
    "’": "'",
    "…": r"\dots",
    "⟨": r"\langle",
    "⟩": r"\rangle",
    "←": r"\leftarrow",
    "²": "^2",
    "³": "^3",
    "½": r"\frac12",
    "∗": "*",
    "⇒": r"\Rightarrow",
    "→": r"\to",
    "ℓ": r"\ell",
    "𝟏": r"\mathbf{1}",
    "α": r"\alpha",
    "β": r"\beta",
    "γ": r"\gamma",
    "δ": r"\delta",
    "ε": r"\epsilon",
    "η": r"\eta",
    "θ": r"\theta",
    "λ": r"\lambda",
    "μ": r"\mu",
    "σ": r"\sigma",
    "τ": r"\tau",
    "φ": r"\varphi",
    "ϕ": r"\phi",
    "ψ": r"\psi",
    "ω": r"\omega",
    "Δ": r"\Delta",
    "Ω": r"\Omega",
    "Θ": r"\Theta",
    "Λ": r"\Lambda",
    "₀": "_0",
    "₁": "_1",
    "₂": "_2",
    "₃": "_3",
    "₄": "_4",
    "ρ": r"\rho",
    "π": r"\pi",
    "ξ": r"\xi",
    "κ": r"\kappa",
    "ν": r"\nu",
}
COMBINING = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde", "\u0307": "dot", "\u20d7": "vec"}
PIECE = re.compile(
    r"\\begin\{(\w+)\*?\}|\\end\{(\w+)\*?\}|\\\\(?:\[[\d.]+\w+\])?|\.\.\.|\.[*/]|\.T\b|\*\*|:=|\\[a-zA-Z]+\*?|\\.|\d+(?:\.\d+)?|\.\d+|\s+|.",
    re.S,
)


SIMPLE = {
    "sum": "BIGSUM",
    "partial": "PARTIAL",
    "nabla": "NABLA",
    "top": "TOP",
    "intercal": "TOP",
    "prime": "PRIME",
    "langle": "ANGLE_OPEN",
    "rangle": "ANGLE_CLOSE",
    "lim": "LIMIT",
    "lVert": "NORM_OPEN",
    "rVert": "NORM_CLOSE",
    "lvert": "BAR_OPEN",
    "rvert": "BAR_CLOSE",
    "lbrack": "SQUARE_OPEN",
    "rbrack": "SQUARE_CLOSE",
    "mid": "BAR",
    "colon": "COLON",
    "forall": "FORALL",
    "infty": "INFINITY",
}


class Token(NamedTuple):
    """One sign: its type, its value, the tokens inside it, its style, where it stands, whether a gap is before it."""

    type: str
    value: str = ""
    inner: tuple = ()
    style: str = ""
    span: tuple = (0, 0)
    gap: bool = False


class Piece(NamedTuple):
    """A bit of LaTeX and where it stands."""

    text: str
    start: int
    end: int


def pieces(text, start=0):
    """Cut LaTeX into commands, numbers and single characters; Unicode signs become the commands they stand for."""
    found = []
    for match in PIECE.finditer(text):
        said, at = match.group(), (start + match.start(), start + match.end())
        if said in UNICODE:
            found += [Piece(part.group(), *at) for part in PIECE.finditer(UNICODE[said])]
        elif len(said) == 1 and ord(said) > 127 and len(unicodedata.normalize("NFD", said)) == 2:
            letter, mark = unicodedata.normalize("NFD", said)
            found += [Piece("\\" + COMBINING.get(mark, "hat"), *at), Piece(letter, *at)]
        elif said in COMBINING and found:
            found.insert(len(found) - 1, Piece("\\" + COMBINING[said], *at))
        else:
            found.append(Piece(said, *at))
    return found


class Lexer:
    """Turn pieces into tokens; each method takes what stands at the place reached."""

    def __init__(self, text, start=0):
        self.pieces, self.at, self.depth, self.bars, self.end = pieces(text, start), 0, 0, [], start + len(text)
        self.stretched = None  # where the \left or \right of the next bracket begins
        if len(self.pieces) > MOST_TOKENS:
            raise Unreadable("the line is too long", (start, self.end))

    def peek(self):
        """Return the next piece that is no space, or None."""
        while self.at < len(self.pieces) and self.pieces[self.at].text.isspace():
            self.at += 1
        return self.pieces[self.at] if self.at < len(self.pieces) else None

    def all(self, stop=None):
        """Return the tokens up to the piece `stop`, which is taken too, or to the end."""
        self.deeper()
        tokens, bars, self.bars = [], self.bars, []
        while True:
            before = self.at
            piece = self.peek()
            if piece is None or piece.text == stop:
                break
            gap = self.at > before
            tokens += [token._replace(gap=gap) for token in self.one(piece)]
        if piece is None and stop is not None:
            raise Unreadable(
                f"a {'brace' if stop == '}' else 'bracket'} stays open", (self.end, self.end), f"a closing {stop}"
            )
        self.at += piece is not None
        self.depth, self.bars = self.depth - 1, bars
        return tuple(tokens)

    def argument(self):
        """Return the tokens of the next group in braces, or of the next single sign."""
        piece = self.peek()
        if piece is None:
            raise Unreadable("something is missing at the end", (self.end, self.end), "a letter, a number or {…}")
        if piece.text == "{":
            self.at += 1
            return self.all("}")
        if piece.text.isdigit() and len(piece.text) > 1:  # \frac12
            self.pieces[self.at : self.at + 1] = [
                Piece(c, piece.start + i, piece.start + i + 1) for i, c in enumerate(piece.text)
            ]
            piece = self.pieces[self.at]
        self.deeper()
        found = tuple(self.one(piece))
        self.depth -= 1
        return found

    def deeper(self):
        """Count one level more of what stands in what."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("brackets are nested too deep", (self.end, self.end))

    def raw(self):
        """Return the text of the next group in braces as it stands."""
        if self.peek() is None or self.peek().text != "{":
            return ""
        self.at += 1
        depth, said = 1, ""
        while depth and self.at < len(self.pieces):
            piece = self.pieces[self.at]
            depth += (piece.text == "{") - (piece.text == "}")
            said += piece.text if depth else ""
            self.at += 1
        return said

    def one(self, piece):
        """Return the tokens of the thing that starts here: one, or none for layout."""
        self.at += 1
        text = piece.text
        span = (piece.start, piece.end)
        if text.startswith((r"\begin{", r"\end{")):
            return self.environment(text, span)
        if text[0] == "\\" and len(text) > 1 and text[1].isalpha():
            return self.command(text[1:].rstrip("*"), piece)
        if text == "{":
            return self.braces(piece)
        if text in ("_", "^", "**"):
            inner = self.argument()
            return [Token("SCRIPT", text[0].replace("*", "^"), inner, span=(piece.start, self.pieces[self.at - 1].end))]
        if text[0].isdigit() or (text[0] == "." and text[1:2].isdigit()):
            return [Token("NUMBER", text, span=span)]
        if text.isalpha():
            return self.letters(piece)
        return self.sign(text, span)

    def braces(self, piece):
        """Return what stands in braces: alone if it is one letter with its marks, else as a group."""
        inner = self.all("}")
        if inner and inner[0].type in ("LETTER", "FUNCTION") and all(t.type in ("SCRIPT", "PRIME") for t in inner[1:]):
            return list(inner)
        return [Token("BRACES", "{", inner, span=(piece.start, self.pieces[self.at - 1].end))] if inner else []

    def sign(self, text, span):
        """Return the token of a sign that is no letter and no command."""
        if self.stretched is not None:
            span, self.stretched = (self.stretched, span[1]), None
        if text in SIGNS:
            return [Token(*SIGNS[text], span=span)]
        if text in ("|", r"\|"):
            opens = text not in self.bars
            (self.bars.append if opens else self.bars.remove)(text)
            return [Token({"|": "BAR", r"\|": "NORM"}[text] + ("_OPEN" if opens else "_CLOSE"), text, span=span)]
        if text in ("$", "~", r"\,", r"\;", r"\:", r"\!", r"\ ", r"\>", r"\/", r"\(", r"\)", r"\[", r"\]", "\\"):
            return []
        if text.startswith(r"\\"):
            return [Token("ROW", text, span=span)]
        raise Unreadable(f"the sign {text} means nothing here", span)

    def environment(self, text, span):
        """Return a matrix or cases as one token with its contents inside."""
        if text.startswith(r"\end"):
            raise Unreadable(f"{text} closes nothing", span)
        name = text[7:-1].rstrip("*")
        if name == "array":
            self.raw()
        inner = self.all(
            next((p.text for p in self.pieces[self.at :] if p.text.startswith(r"\end{" + name)), r"\end{" + name + "}")
        )
        kind = {"cases": "CASES"}.get(name, "MATRIX" if "matrix" in name or name == "array" else "")
        if not kind:
            return inner
        return [Token(kind, name, inner, span=(span[0], self.pieces[self.at - 1].end))]

    def letters(self, piece):
        """Return a function written as a plain word (exp, softmax) or the single letter."""
        run, at = piece.text, self.at
        while (
            at < len(self.pieces)
            and self.pieces[at].text.isalpha()
            and self.pieces[at].start == self.pieces[at - 1].end
        ):
            run += self.pieces[at].text
            at += 1
        if run in PLAIN_WORDS or run in NAMES or run in SPELLED:
            self.at = at
            kind = "FUNCTION" if run in FUNCTIONS else "LETTER"
            return [Token(kind, FUNCTIONS.get(run, run), span=(piece.start, self.pieces[at - 1].end))]
        return [Token("LETTER", piece.text, span=(piece.start, piece.end))]

    def command(self, name, piece):
        """Return the tokens of a command."""
        span = (piece.start, piece.end)
        if name in LAYOUT:
            nxt = self.peek()
            if nxt is not None and nxt.text == "." and name in ("left", "right"):
                self.at += 1
            elif nxt is not None and nxt.text in BRACKETS:
                self.stretched = span[0]
            return []
        if name in DROPPED:
            self.raw()
            return []
        if name in GREEK:
            return [Token("LETTER", name, span=span)]
        if (name in FUNCTIONS and name not in ("vec", "sum")) or name in ("operatorname",):
            return self.function(name, span)
        for kind, table in (("OP", OPERATORS), ("REL", RELATIONS)):
            if table.get(name):
                return [Token(kind, table[name], span=span)]
        return self.structure(name, piece)

    def function(self, name, span):
        """Return a named function; a root is one of its argument."""
        if name == "operatorname":
            return self.word(self.raw(), "", (span[0], self.pieces[self.at - 1].end))
        if name == "sqrt":
            inner = self.argument()
            return [Token("ROOT", "sqrt", inner, span=(span[0], self.pieces[self.at - 1].end))]
        return [Token("FUNCTION", FUNCTIONS[name], span=span)]

    def structure(self, name, piece):
        """Return fractions, accents, styles, sums and the other commands that take something with them."""
        span = (piece.start, piece.end)
        if name in ("frac", "tfrac", "dfrac", "cfrac"):
            top, bottom = self.argument(), self.argument()
            whole = (span[0], self.pieces[self.at - 1].end)
            return [Token("FRACTION", "", (top, bottom), span=whole)]
        if name in ACCENTS:
            return self.accented(SAME_ACCENT.get(name, name), span)
        if name in STYLES:
            return self.styled(name, span)
        if name in SIMPLE:
            return [Token(SIMPLE[name], name, span=span)]
        if name in ("dots", "cdots", "ldots", "dotsc", "vdots", "ddots", "dotsb"):
            return [Token("DOTS", span=span)]
        if name in ("Vert", "vert"):
            return self.sign(r"\|" if name == "Vert" else "|", span)
        if name in ("stackrel", "overset", "underset"):
            self.raw()
            return self.argument()
        raise Unreadable(rf"\{name} is not known here", span)

    def accented(self, accent, span):
        """Return the letter under a hat, a bar, a tilde."""
        inner = self.argument()
        whole = (span[0], self.pieces[self.at - 1].end)
        if inner and inner[0].type in ("LETTER", "NUMBER", "FUNCTION"):
            first = inner[0]
            accent = "" if accent in ("vec", "underline") else accent + " "
            style = "bold" if not accent else first.style
            return [first._replace(value=accent + first.value, type="LETTER", style=style, span=whole), *inner[1:]]
        raise Unreadable("a hat or a bar needs a letter below it", whole)

    def styled(self, name, span):
        r"""Return what stands after \mathbf, \rm, \text: a letter of that style, a word, or nothing for prose."""
        style, piece = STYLES[name], self.peek()
        if name in ("rm", "bf", "cal"):
            said, first = "", self.at
            while self.peek() and self.peek().text.isalpha():
                said += self.peek().text
                self.at += 1
            return self.word(said, style, (span[0], self.pieces[max(self.at, first) - 1].end)) if said else []
        if piece is None:
            return []
        held = self.at
        said = self.raw() if piece.text == "{" else ""
        end = (span[0], self.pieces[self.at - 1].end)
        if said and re.fullmatch(r"\s*[A-Za-z][A-Za-z ]*\s*", said):
            return self.word(said.strip(), style, end)
        if name in ("text", "mbox", "textit", "textrm", "textbf") and not re.search(r"[\\_^]", said):
            return [] if not said.strip(" .,;:()-").isdigit() else [Token("NUMBER", said.strip(), span=end)]
        self.at = held
        inner = self.argument()
        if style in ("bold", "bb") and [token.value for token in inner] == ["1"]:
            return [Token("LETTER", "1", style="bold", span=(span[0], inner[0].span[1]))]
        return [
            token._replace(style=style or token.style, span=end if i == 0 else token.span)
            for i, token in enumerate(inner)
        ]

    def word(self, said, style, span):
        """Return a word: a function, prose that is dropped, one letter, or a letter of several letters."""
        if said in FUNCTIONS and not (style == "bold" and len(said) == 1):
            return [Token("FUNCTION", FUNCTIONS[said], span=span)]
        if any(part.lower() in PROSE for part in said.split()) or " " in said.strip():
            return []
        return [Token("LETTER", said, style=style, span=span)]


SIGNS = {
    "(": ("ROUND_OPEN", "("),
    ")": ("ROUND_CLOSE", ")"),
    "[": ("SQUARE_OPEN", "["),
    "]": ("SQUARE_CLOSE", "]"),
    r"\{": ("ROUND_OPEN", "{"),
    r"\}": ("ROUND_CLOSE", "}"),
    "+": ("SIGN", "+"),
    "-": ("SIGN", "-"),
    "=": ("REL", "="),
    ":=": ("REL", "="),
    "<": ("REL", "<"),
    ">": ("REL", ">"),
    "/": ("SLASH", "/"),
    "*": ("OP", "star"),
    ".*": ("OP", "odot"),
    "@": ("OP", "times"),
    ".T": ("TOP", "T"),
    "./": ("SLASH", "/"),
    "'": ("PRIME", "'"),
    ",": ("COMMA", ","),
    ":": ("COLON", ":"),
    ";": ("COMMA", ";"),
    "&": ("AMP", "&"),
    ".": ("POINT", "."),
    "...": ("DOTS", "..."),
}


def tokens(text, start=0):
    """Return the tokens of a line of LaTeX; `start` is where it stands in the whole text."""
    return Lexer(text, start).all()
