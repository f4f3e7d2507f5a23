r"""Read the LaTeX of a displayed equation: spacing is blanked, the rest parsed by the grammar below.

One equation is a chain A = B = C. Products are juxtaposed, sums and limits reach to the next + or -, a quantity carries its
unit indices below and its layer, example, transpose or power above. Positions in the tree are positions on the page.
"""
import re
from functools import lru_cache
from typing import NamedTuple

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

GRAMMAR = r"""
chain: expr (rel expr)*
!rel: EQ | ":=" | "\\approx"
expr: SIGN? term (SIGN term)*
term: factor (OP? factor)*
?factor: simple | sum | lim | deriv | operator | nabla
?simple: symbol | number | func | max | exp | power | base
?base: group | iverson | abs | norm | inner | matrix | frac | ones
number: NUMBER
symbol: DELTA? NAME (sub | sup | PRIME)*
sub: "_" INDEX | "_" "{" INDEX ("," INDEX)* "}"
sup: "^" (TOP | NUMBER) | "^" "{" (LAYER | EX)* (TOP | expr)? "}"
power: (base | func) sup
func: FUNC PRIME? (symbol | number | group | frac | abs | func | max)
max: MAX "(" expr "," expr ")"
exp: E sup
group: "(" expr ")" | "[" expr "]" | "\\{" expr "\\}" | "{" expr "}"
iverson: "[" expr cmp expr "]"
!cmp: EQ | "<" | ">" | "\\neq" | "\\ne" | "\\geq" | "\\ge" | "\\leq" | "\\le"
abs: BAR expr BAR2
norm: LVERT expr RVERT ("_" "{" "F" "}" | "_" "F")?
inner: "\\langle" expr "," expr "\\rangle"
matrix: BEGIN row (ROWS row)* ROWS? END
row: expr (AMP expr)*
frac: FRAC "{" expr "}" "{" expr "}"
ones: ONES sup?
deriv: FRAC "{" D factor+ "}" "{" D symbol "}"
operator: FRAC "{" D "}" "{" D symbol "}" factor
nabla: NABLA "_" (bare | "{" symbol "}") factor
bare: NAME
sum: SUM "_" (INDEX | "{" INDEX ("," INDEX)* "}" | "{" bound "}") upper? term
bound: INDEX EQ NUMBER
upper: "^" (NAME | NUMBER) | "^" "{" (NAME | NUMBER) "}"
lim: "\\lim" "_" "{" symbol TO NUMBER "}" term
EQ: "="
SIGN: "+" | "-"
OP: /\\(odot|cdot|times)(?![a-zA-Z])/ | "/"
NUMBER: /\d+(\.\d+)?/
DELTA: /\\Delta(?![a-zA-Z])/
NAME: /[a-zA-Z]/ | /\\(delta|lambda|eta|ell|varepsilon|theta)(?![a-zA-Z])/
FUNC.2: /\\(sigma|varphi|ln|log|exp|tanh|cosh|sin)(?![a-zA-Z])/ | /[fg](?![a-zA-Z])/ | /\\(mathrm|operatorname)\{(softplus|relu|ReLU|tr|sign)\}/
MAX: "\\max"
E.2: "\\mathrm{e}"
PRIME: "'"
INDEX: /[a-z]'?/ | /\d/
LAYER.2: /\(\s*(\\mathrm\{[a-z]+\}|\\ell\s*([-+]\s*1)?|[Ll]|\d)\s*\)/
EX.2: /\[\s*([a-z]'?|\d)\s*\]/
TOP: "\\top"
BAR: "‹"
BAR2: "›"
LVERT: "\\lVert"
RVERT: "\\rVert"
BEGIN: /\\begin\{[pb]matrix\}/
END: /\\end\{[pb]matrix\}/
ROWS: /\\\\/
AMP: "&"
FRAC: /\\[td]?frac/
D: "\\partial" | "\\mathrm{d}"
NABLA: "\\nabla"
ONES: /\\mathbf\{?\s*1\s*\}?/
SUM: "\\sum"
TO: /\\to(?![a-zA-Z])/
%ignore /\s+/
"""
PARSER = Lark(GRAMMAR, start="chain", parser="lalr", propagate_positions=True, maybe_placeholders=False)


class Refused(Exception):
    """The equation cannot be read, cannot be evaluated, or is wrong."""


BLANK = re.compile(r"\\(left|right|[bB]igg?[lrm]?|displaystyle|textstyle|quad|qquad|limits|underbrace|overbrace|mathstrut"
                   r"|(begin|end)\{(aligned|split|gathered)\})(?![a-zA-Z])|\\[,;:! ]|~")
SKIP = re.compile(r"\\(text|textbf|textit|textcolor|mbox|label|phantom|hphantom|vphantom)(?![a-zA-Z])")
TOKEN = re.compile(r"\\\\(\[[\d.]+\w+\])?|\\(begin|end)\{\w+\*?\}|\\[a-zA-Z]+|\\.|.", re.S)


def closing(latex, start):
    """Return the end of the brace group that opens at or after `start`."""
    depth = 0
    for i in range(start, len(latex)):
        depth += (latex[i] == "{") - (latex[i] == "}")
        if not depth and latex[i] == "}":
            return i + 1
    raise Refused(f"a brace stays open after {latex[start:start + 30]!r}")


def clean(latex):
    """Blank out spacing, text and alignment, character for character, so that positions stay those of the page."""
    out, inside, bars, skip = [], [], 0, 0
    labels = {closing(latex, m.end()) for m in re.finditer(r"\\(under|over)brace", latex)}
    for m in TOKEN.finditer(latex):
        token, start = m.group(), m.start()
        if start < skip or SKIP.fullmatch(token):
            skip = max(skip, closing(latex, m.end()) if start >= skip else skip)
            token = " " * len(token)
        elif start in labels and token in "_^":
            skip, token = closing(latex, start), " "
        elif token.startswith(("\\begin", "\\end")) and "matrix" in token:
            inside = inside + [token] if "begin" in token else inside[:-1]
        elif BLANK.fullmatch(token) or (not inside and (token == "&" or token.startswith("\\\\"))):
            token = " " * len(token)
        elif token.startswith("\\\\"):
            token = "\\\\" + " " * (len(token) - 2)
        elif token == "|":
            token, bars = "‹›"[bars], 1 - bars
        out.append(token)
    return re.sub(r"[.,;]\s*$", lambda end: " " * len(end.group()), "".join(out))


class Symbol(NamedTuple):
    """A quantity as printed: Δ? letter, layer, unit indices, example, then a transpose or a power."""

    delta: bool
    letter: str
    layer: str | None
    subs: tuple
    example: str | None
    post: object


def read_symbol(tree):
    """Return the one Symbol that a tree of tokens, indices and superscripts prints."""
    letters, layer, subs, example, post = "", None, (), None, None
    for part in tree.children:
        if isinstance(part, Token):
            letters += str(part).removeprefix("\\")
        elif part.data == "sub":
            subs += tuple(map(str, part.children))
        else:
            for above in part.children:
                if getattr(above, "type", None) == "LAYER":
                    layer = re.sub(r"\\mathrm|[(){}\s]", "", above)
                elif getattr(above, "type", None) == "EX":
                    example = above.strip("[] ")
                else:
                    post = above
    return Symbol(letters.startswith("Delta"), letters.removeprefix("Delta"), layer, subs, example, post)


@lru_cache(None)
def parse(latex):
    """Return (blanked text, tree) of one equation; in the tree each `symbol` holds its Symbol."""
    text = clean(latex)
    try:
        tree = PARSER.parse(text)
    except UnexpectedInput as error:
        at = max(error.pos_in_stream or 0, 0)
        raise Refused(f"cannot read {text[at:at + 12].strip() or 'the end'!r} after {text[max(0, at - 40):at].strip()!r}") from None
    for found in list(tree.find_pred(lambda t: t.data in ("symbol", "bare"))):
        found.data, found.children = "symbol", [read_symbol(found)]
    return text, tree


def symbols(tree):
    """Yield each Symbol of a tree from left to right, those in superscripts too."""
    for child in tree.children:
        if isinstance(child, Symbol):
            yield child
            child = child.post
        if isinstance(child, Tree):
            yield from symbols(child)
