r"""Run the book's equations: what is printed is the program.

A labelled equation of a page, `$$ … $$ (eq-name)`, is parsed (grammar `GRAMMAR`) and evaluated with NumPy on random
numbers. Definitions are equations too: the printed ones (`def-…`) replace those of worlds.py and are run as a
graph from the leaves (weights, inputs, targets). A derivative is taken from its definition: the quantity below the bar is
replaced by its value + i h e_k and everything downstream recomputed (complex step), so any quantity may stand there. Then
all parts of the chain A = B = C must agree, for every value of the free indices.

    python tools/printed.py chapters/02_mlp_2_2_2.ipynb            each labelled equation: does it parse, does it agree?
    echo '\sigma'"'"'(z) = …' | python tools/printed.py -             one equation from standard input (- --label eq-name)
"""
import itertools
import json
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from worlds import CHAPTERS, NOT_RUN, SPELLINGS, WITHOUT_LAYER, WORLDS

GRAMMAR = r"""
chain: expr (rel expr)*
!rel: EQ | ":=" | "\\approx"
expr: SIGN? term (SIGN term)*
term: factor (OP? factor)*
?factor: simple | sum | lim | deriv | operator | nabla
?simple: symbol | number | func | max | exp | power | base
?base: group | brace | iverson | abs | norm | inner | matrix | frac | ones
number: NUMBER
symbol: DELTA? NAME (sub | sup | PRIME)*
sub: "_" INDEX | "_" "{" INDEX ("," INDEX)* "}"
sup: "^" (TOP | NUMBER) | "^" "{" (LAYER | EX)* (TOP | expr)? "}"
power: (base | func) sup
func: FUNC PRIME? (symbol | number | group | brace | frac | abs | func | max)
max: MAX "(" expr "," expr ")"
exp: E sup
group: "(" expr ")" | "[" expr "]" | "\\{" expr "\\}"
brace: "{" expr "}"
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
PRIME: "'" | "^{\\prime}"
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
SUM: /\\sum(\\limits)?/
TO: /\\to(?![a-zA-Z])/
%ignore /\s+/
"""
PARSER = Lark(GRAMMAR, start="chain", parser="lalr", propagate_positions=True, maybe_placeholders=False)
STEP = 1e-20            # of the complex step: no difference is taken, so it can be this small
RTOL = 1e-12            # of the largest entry


class Refused(Exception):
    """The equation cannot be read, cannot be evaluated, or is wrong."""


class Unknown(Refused):
    """A symbol that no definition and no leaf explains."""


# ---------------------------------------------------------------------------------------------------- LaTeX -> tree
BLANK = re.compile(r"\\(left|right|[bB]igg?[lrm]?|displaystyle|textstyle|quad|qquad|limits|nolimits|underbrace|overbrace|mathstrut"
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


@lru_cache(None)
def parse(latex):
    """Return the tree of one equation, or say which token of which equation cannot be read."""
    text = clean(latex)
    try:
        return text, PARSER.parse(text)
    except UnexpectedInput as error:
        at = getattr(error, "pos_in_stream", None)
        token = getattr(error, "token", None) or text[at or 0:(at or 0) + 12]
        before = text[max(0, (at or 0) - 40):at or 0].strip()
        raise Refused(f"cannot read {str(token)!r} after {before!r}") from None


class Symbol(NamedTuple):
    """A quantity as printed: Δ? letter, layer, unit indices, example, then a transpose or a power."""
    delta: bool
    letter: str
    layer: str | None
    subs: tuple
    example: str | None
    post: object


def symbol(tree):
    """Read one symbol of the tree."""
    delta = letter = layer = example = post = None
    subs, letter = (), ""
    for child in tree.children:
        if isinstance(child, Token):
            delta = delta or child.type == "DELTA"
            letter += "" if child.type == "DELTA" else str(child)
        elif child.data == "sub":
            subs += tuple(map(str, child.children))
        else:
            for part in child.children:
                kind = getattr(part, "type", None)
                if kind == "LAYER":
                    layer = re.sub(r"\\mathrm|[(){}\s]", "", part)
                elif kind == "EX":
                    example = part.strip("[] ")
                else:
                    post = part
    return Symbol(bool(delta), letter.replace("\\", ""), layer, subs, example, post)


# ---------------------------------------------------------------------------------------------------- arithmetic
def number(value):
    """Let a 1 × 1 matrix stand for its number."""
    value = np.asarray(value)
    return value.reshape(()) if value.size == 1 else value


def multiply(a, b, op=""):
    """Multiply as printed: a number times anything, ⊙ entry by entry, else the matrix product (· of two columns: a number)."""
    a, b = number(a), number(b)
    if op == "/":
        if b.ndim:
            raise Refused(f"division by an array of shape {b.shape}")
        return a / b
    if a.ndim == 0 or b.ndim == 0:
        return a * b
    if op == "\\odot" or (op == "\\cdot" and a.shape == b.shape and 1 in a.shape):
        if a.shape != b.shape:
            raise Refused(f"{a.shape} ⊙ {b.shape}: the shapes differ")
        return a * b if op == "\\odot" else (a * b).sum()
    if a.shape[1] != b.shape[0]:
        raise Refused(f"{a.shape} times {b.shape}: the inner sizes differ")
    return number(a @ b)


def add(a, b):
    """Add arrays of one shape, a number, or a bias to each row or column."""
    a, b = number(a), number(b)
    if a.ndim and b.ndim and a.shape != b.shape and not (1 in a.shape + b.shape and max(a.shape[0], b.shape[0]) > 0
                                                         and np.broadcast_shapes(a.shape, b.shape) in (a.shape, b.shape)):
        raise Refused(f"{a.shape} + {b.shape}: the shapes differ")
    return a + b


def sigma(z):
    """Return the sigmoid, for complex arguments too."""
    return 1 / (1 + np.exp(-z))


FUNCTIONS = {"sigma": sigma, "ln": np.log, "log": np.log, "exp": np.exp, "tanh": np.tanh, "cosh": np.cosh, "sin": np.sin,
             "softplus": lambda z: np.log(1 + np.exp(z)), "relu": lambda z: np.where(np.real(z) > 0, z, 0), "tr": np.trace,
             "identity": lambda z: z, "sign": lambda z: np.sign(np.real(z)), "f": lambda z: np.sin(z) + z * z / 3, "g": lambda z: np.exp(z / 2)}
FUNCTIONS["ReLU"] = FUNCTIONS["relu"]
PHI = [sigma, lambda z: 0.5 + np.arctan(z) / np.pi, lambda z: 0.5 + 0.4 * np.sin(z)]    # φ: three of them, all in (0, 1)
COMPARE = {"=": np.equal, "<": np.less, ">": np.greater, "\\neq": np.not_equal, "\\ne": np.not_equal,
           "\\geq": np.greater_equal, "\\ge": np.greater_equal, "\\leq": np.less_equal, "\\le": np.less_equal}


class Run:
    """One draw of a world's leaves, and everything that follows from them by the definitions."""

    def __init__(self, world, seed, phi, fixed=(), nudges=None, leaves=None):
        self.world, self.seed, self.phi, self.fixed, self.nudges = world, seed, phi, dict(fixed), nudges or {}
        self.leaves = leaves or world.draw(np.random.default_rng(seed))
        self.memo = {}

    def child(self, fixed=(), nudges=None):
        """Return the same run with some quantities held at other values."""
        return Run(self.world, self.seed, self.phi, {**self.fixed, **dict(fixed)}, nudges or self.nudges, self.leaves)

    def knows(self, key):
        """Say whether a leaf or a definition gives this quantity."""
        return key in self.leaves or self.world.definition(key) is not None

    def value(self, key):
        """Return a quantity: held fixed, a leaf, or by its definition."""
        if key in self.fixed:
            return self.fixed[key]
        if key not in self.memo:
            self.memo[key] = self.leaves[key] if key in self.leaves else self.define(key)
        return self.memo[key]

    def define(self, key):
        """Evaluate the definition of a quantity, entry by entry if it is printed so."""
        left, right, env = self.world.definition(key)
        names = [(name, axis) for name, axis in self.axes(key, left) if not name.isdigit()]
        if not names:
            return self.eval(right, env)
        sizes = self.ranges(right, env)
        span = [range(self.one(sizes, name)) for name, _ in names]
        parts = {at: np.atleast_2d(self.eval(right, {**env, **dict(zip([n for n, _ in names], at))}))
                 for at in itertools.product(*span)}
        shape = list(next(iter(parts.values())).shape)
        for (name, axis), values in zip(names, span):
            shape[axis] = len(values)
        out = np.zeros(shape, np.result_type(*parts.values()))
        for at, part in parts.items():
            index = [slice(None)] * 2
            for (name, axis), i in zip(names, at):
                index[axis] = slice(i, i + 1)
            out[tuple(index)] = part
        return out

    @staticmethod
    def one(sizes, name):
        """Return the one range of an index."""
        found = sizes.get(name, set())
        if len(found) != 1:
            raise Refused(f"index {name} runs over {' and '.join(map(str, sorted(found))) or 'nothing known'}")
        return next(iter(found))

    # ------------------------------------------------------------------------------------------------ symbols
    def key(self, s, env):
        """Return the name of a printed quantity: W^(h) is W_h, z_1 is z_1 where the world has two neurons."""
        layer = s.layer
        if layer and layer.startswith("\\ell"):
            if "ell" not in env:
                raise Refused("the layer ℓ is not bound")
            layer = str(env["ell"] + int(layer[4:].replace(" ", "") or 0))
        elif layer in self.world.sizes:
            layer = str(self.world.sizes[layer])
        letters = [s.letter] + ([s.letter.upper()] if s.letter in "abwxyz" else [])
        for letter in letters:
            if s.letter in "JL" and (s.example or s.subs):
                letter += "[]"
            for key in ([f"{letter}_{s.subs[0]}"] if len(s.subs) == 1 and not layer else []) + [letter + (f"_{layer}" if layer else "")]:
                key = WITHOUT_LAYER.get(key, key) if s.letter != "a" and not self.knows(key) else key
                if self.knows(key):
                    return key
        raise Unknown(f"no leaf and no definition for {s.letter}" + (f" of layer {layer}" if layer else "") + (f" with index {','.join(s.subs)}" if s.subs else ""))

    def axes(self, key, s, shape=None):
        """Return the (index, axis) pairs of a printed quantity; `shape` refuses what the array has not."""
        if s.subs and not s.layer and key == f"{s.letter}_{s.subs[0]}":
            return []                                           # z_1, a quantity of its own
        if len(s.subs) > 2 or (len(s.subs) == 2 and s.example):
            raise Refused(f"too many indices on {s.letter}")
        if len(s.subs) == 2:
            return [(s.subs[0], 0), (s.subs[1], 1)]
        if key == "J[]":
            return [(s.example, 0)]
        row, unit = (1, 0) if self.world.columns else (0, 1)
        if key[0] in "AZXYL" + "d" and "n" in self.world.sizes:
            if shape and not s.example and shape[row] > 1 and (s.subs or s.letter in "axyz"):
                raise Refused(f"{s.letter}: which example? write ^{{[r]}}")
            return ([(s.example, row)] if s.example else []) + ([(s.subs[0], unit)] if s.subs else [])
        if s.example or (s.subs and shape and 1 not in shape):
            raise Refused(f"the indices of {s.letter} do not fit its shape {shape}")
        return [(s.subs[0], 0 if shape and shape[1] == 1 else 1)] if s.subs else []

    def place(self, s, env):
        """Return a quantity's name, its array and which part of it is printed."""
        key = self.key(s, env)
        array = np.atleast_2d(self.value(key))
        index = [slice(None)] * 2
        for name, axis in self.axes(key, s, array.shape):
            if not name.isdigit() and name not in env:
                raise Refused(f"index {name} of {s.letter} is not bound")
            i = int(name) - 1 if name.isdigit() else env[name]
            if not 0 <= i < array.shape[axis]:
                raise Refused(f"index {name} = {i + 1} of {s.letter} is out of range {array.shape[axis]}")
            index[axis] = slice(i, i + 1)
        return key, array, tuple(index)

    def ranges(self, tree, env):
        """Return the sizes over which each free index of a tree runs, from the shapes of the arrays that carry it."""
        found = {}
        if isinstance(tree, Token):
            return found
        if tree.data == "symbol":
            s = symbol(tree)
            if s.subs or s.example:
                key = self.key(s, env)
                array = np.atleast_2d(self.value(key))
                for name, axis in self.axes(key, s, array.shape):
                    if not name.isdigit():
                        found.setdefault(name, set()).add(array.shape[axis])
        for child in tree.children:
            for name, sizes in self.ranges(child, env).items():
                found.setdefault(name, set()).update(sizes)
        if tree.data == "sum":
            for name in self.bound(tree):
                found.pop(name, None)
        return found

    @staticmethod
    def bound(tree):
        """Return the indices that a sum binds."""
        return [str(t) for c in tree.children for t in ([c] if isinstance(c, Token) else c.children if c.data == "bound" else [])
                if t.type == "INDEX"]

    # ------------------------------------------------------------------------------------------------ evaluation
    def eval(self, tree, env):
        """Evaluate a tree; `env` holds the values of the bound indices."""
        return getattr(self, "at_" + tree.data)(tree, env)

    def at_expr(self, tree, env):
        total, sign = None, 1
        for child in tree.children:
            if isinstance(child, Token):
                sign = 1 if child == "+" else -1
            else:
                value = sign * self.eval(child, env)
                total = value if total is None else add(total, value)
        return total

    def at_term(self, tree, env):
        children, value, op, run = list(tree.children), None, "", 0
        products = [c for c in children if isinstance(c, Token) and c == "\\odot"]
        if products and len(children) > 2 * len(products) + 1 and sum(np.ndim(number(self.eval(c, env))) for c in children if isinstance(c, Tree)) > 4:
            raise Refused("a matrix product beside \\odot needs brackets")
        while children:
            child = children.pop(0)
            if isinstance(child, Token):
                op = str(child)
                continue
            applied = child.data == "symbol" and children and isinstance(children[0], Tree) and children[0].data == "group" \
                and self.applied(symbol(child), children[0], env)
            factor = applied.at_symbol(child, env) if applied else self.eval(child, env)
            children = children[1:] if applied else children
            value, op = factor if value is None else multiply(value, factor, op), ""
        return value

    def applied(self, s, group, env):
        """Return the run with the argument put in, if this is J(W + ΔW) or a(w + Δw) and not a product."""
        inner = [symbol(x) for x in group.iter_subtrees() if x.data == "symbol"]
        plain = [x for x in inner if not x.delta and x.letter not in ("eta", "lambda", "varepsilon")]
        if not (s.letter in "JL" and plain or any(x.delta for x in inner) and not s.delta and s.letter in "az"):
            return None
        first = next(x for x in (symbol(y) for y in group.iter_subtrees_topdown() if y.data == "symbol") if x in plain)
        key, array, at = self.place(first._replace(post=None), env)
        changed = array.astype(complex)
        changed[at] = self.eval(group, env)
        return self.child({key: changed if array.size > 1 else number(changed)})

    def at_number(self, tree, env):
        return np.float64(tree.children[0])

    def at_ones(self, tree, env):
        return self.post(np.ones((self.world.sizes["n"], 1)), tree.children[1:], env)

    def at_symbol(self, tree, env):
        s = symbol(tree)
        if not s.layer and not s.subs and not s.example:
            if s.letter in env:
                return np.float64(env[s.letter])
            if s.letter in self.world.sizes:
                return self.post(np.float64(self.world.sizes[s.letter]), [s.post], env)
        if s.delta:
            value = self.change(s, env)
        else:
            _, array, at = self.place(s, env)
            value = number(array[at])
        return self.post(value, [s.post], env)

    def change(self, s, env):
        """Return Δq: the nudge itself, or what the nudges of the other quantities make of q."""
        key, array, at = self.place(s._replace(delta=False), env)
        if key in self.nudges:
            return number(np.broadcast_to(self.nudges[key], array.shape)[at])
        if not self.nudges:
            raise Refused(f"Δ{s.letter}: nothing is nudged")
        moved = self.child({k: self.value(k) + v for k, v in self.nudges.items()})
        return number((np.atleast_2d(moved.value(key)) - array)[at])

    def post(self, value, posts, env):
        """Apply a transpose or a power."""
        for post in posts:
            for part in post.children if isinstance(post, Tree) and post.data == "sup" else [post]:
                if part is None:
                    continue
                if isinstance(part, Token) and part.type == "TOP":
                    value = np.asarray(value).T
                else:
                    power = float(part) if isinstance(part, Token) else number(self.eval(part, env))
                    if np.ndim(number(value)):
                        raise Refused(f"a power of an array of shape {np.shape(value)}")
                    value = number(value) ** power
        return value

    def at_power(self, tree, env):
        return self.post(self.eval(tree.children[0], env), tree.children[1:], env)

    def at_group(self, tree, env):
        return self.eval(tree.children[0], env)

    at_brace = at_group

    def at_func(self, tree, env):
        name = re.sub(r"\\(mathrm|operatorname)|[\\{}]", "", tree.children[0])
        function = self.phi if name == "varphi" else FUNCTIONS[name]
        value = self.eval(tree.children[-1], env)
        return self.slope(function, value) if len(tree.children) == 3 else function(value)

    @staticmethod
    def slope(function, value):
        """Return φ' from its definition."""
        if np.iscomplexobj(value) and np.any(np.imag(value)):
            raise Refused("a derivative inside a derivative")
        return np.imag(function(np.real(value) + 1j * STEP)) / STEP

    def at_max(self, tree, env):
        a, b = (self.eval(c, env) for c in tree.children[1:])
        return np.where(np.real(a) > np.real(b), a, b)

    def at_exp(self, tree, env):
        return np.exp(self.eval(Tree("expr", [Tree("term", [tree.children[1].children[0]])]), env))

    def at_iverson(self, tree, env):
        a, cmp, b = tree.children
        return COMPARE[str(cmp.children[0])](np.real(self.eval(a, env)), np.real(self.eval(b, env))).astype(float)

    def at_abs(self, tree, env):
        value = self.eval(tree.children[1], env)
        return value * np.where(np.real(value) < 0, -1.0, 1.0)

    def at_norm(self, tree, env):
        value = np.asarray(self.eval(tree.children[1], env))
        return np.sqrt((value * value).sum())

    def at_inner(self, tree, env):
        a, b = (number(self.eval(c, env)) for c in tree.children)
        if a.shape != b.shape:
            raise Refused(f"⟨{a.shape}, {b.shape}⟩: the shapes differ")
        return (a * b).sum()

    def at_matrix(self, tree, env):
        rows = [[np.atleast_2d(self.eval(c, env)) for c in row.children if isinstance(c, Tree)] for row in tree.children if isinstance(row, Tree)]
        try:
            return np.block(rows)
        except ValueError:
            raise Refused("the entries of a printed matrix do not fit together") from None

    def at_frac(self, tree, env):
        return multiply(self.eval(tree.children[1], env), self.eval(tree.children[2], env), "/")

    def at_deriv(self, tree, env):
        *above, below = [c for c in tree.children if isinstance(c, Tree)]
        return self.differentiate(Tree("term", above), symbol(below), env, tree)

    def at_operator(self, tree, env):
        below, body = [c for c in tree.children if isinstance(c, Tree)]
        return self.differentiate(Tree("term", [body]), symbol(below), env, tree)

    def at_nabla(self, tree, env):
        below, body = [c for c in tree.children if isinstance(c, Tree)]
        return self.differentiate(Tree("term", [body]), symbol(below), env, tree)

    def differentiate(self, body, below, env, tree):
        """Take the derivative of a tree by a quantity: add i h to each of its entries in turn, run everything again."""
        memo = self.memo, (tree, tuple(sorted(env.items())))
        if not self.nudges and memo[1] in memo[0]:
            return memo[0][memo[1]]
        key, array, at = self.place(below, env)
        if np.iscomplexobj(array) and np.any(np.imag(array)):
            raise Refused("a derivative inside a derivative")
        entries = np.arange(array.size).reshape(array.shape)[at]
        parts = []
        for entry in entries.flat:
            nudged = array.astype(complex)
            nudged.flat[entry] += 1j * STEP
            parts.append(np.imag(self.child({key: nudged if array.size > 1 else number(nudged)}).eval(body, env)) / STEP)
        if entries.size > 1 and np.size(parts[0]) > 1:
            raise Refused(f"a derivative of an array of shape {np.shape(parts[0])} by one of shape {entries.shape}")
        value = number(np.reshape(parts, entries.shape) if entries.size > 1 else parts[0])
        self.memo[memo[1]] = value
        return value

    def at_sum(self, tree, env):
        body, names, total = tree.children[-1], self.bound(tree), None
        sizes = self.ranges(body, env)
        upper = [c.children[0] for c in tree.children if isinstance(c, Tree) and c.data == "upper"]
        spans = []
        for name in names:
            size = self.one(sizes, name) if not upper or name in sizes else None
            if upper:
                end = int(upper[0]) if upper[0].isdigit() else self.world.sizes.get(str(upper[0]))
                if end is None or size not in (None, end):
                    raise Refused(f"the sum over {name} ends at {upper[0]}, but its arrays have {size}")
                size = end
            spans.append(range(size))
        for at in itertools.product(*spans):
            value = self.eval(body, {**env, **dict(zip(names, at))})
            total = value if total is None else add(total, value)
        return total

    def at_lim(self, tree, env):
        s = symbol(tree.children[0])
        key, array, _ = self.place(s._replace(delta=False), env)
        if not s.delta or array.size > 1 or tree.children[2] != "0":
            raise Refused("a limit is written \\lim_{\\Delta q \\to 0}, q a number")
        return np.real(self.child(nudges={key: np.array(1j * STEP)}).eval(tree.children[-1], env))


# ---------------------------------------------------------------------------------------------------- worlds
DEFINING = {word for key, world in WORLDS.items() if world["definitions"] for word in key.split()} - {"neuron", "net"}

def names(page, label, latex):
    """Return the names of the worlds in force for an equation: of its page, its label, its LaTeX."""
    start = next(CHAPTERS[c] for c in sorted(CHAPTERS, reverse=True) if Path(page).name.startswith(c))
    known = {word for key in WORLDS for word in key.split()} - {"one", "net", "neuron"}
    found = set(start.split()) | {SPELLINGS.get(w, w) for w in label.split("-")[1:]} & known
    for key, spec in WORLDS.items():
        *before, name = key.split()
        if spec["on"] and set(before) <= found and spec["on"].search(" ".join(latex.split())):
            found.add(name)
    return frozenset(found | ({"one"} if "two-two-two" in found else set()))


def defined(latex):
    """Return (name, printed symbol, right-hand side) if this is the definition of one quantity, else None."""
    left, _, right = ((*parse(latex)[1].children, None, None)[:3])
    while isinstance(left, Tree) and left.data in ("expr", "term") and len(left.children) == 1:
        left = left.children[0]
    if right is None or not isinstance(left, Tree) or left.data != "symbol":
        return None
    s = symbol(left)
    numeric = [i for i in (*s.subs, s.example) if i and i.isdigit()]
    if s.delta or s.post is not None or (numeric and (s.layer or s.example or len(s.subs) > 1)):
        return None
    letter = s.letter.upper() if s.letter in "awxyz" and s.layer else s.letter + "[]" * (s.letter in "JL" and bool(s.subs or s.example))
    return letter + "".join(f"_{x}" for x in (numeric or [s.layer] if s.layer or numeric else [])), s, right


class World:
    """What is in force for an equation: sizes, leaves, definitions and φ of all worlds whose names are on."""

    def __init__(self, names, printed=()):
        self.columns, self.sizes, self.shapes, self.values, self.phi, defs = "columns" in names, {}, {}, {}, None, []
        for key, spec in WORLDS.items():
            if set(key.split()) <= names:
                self.sizes |= spec["sizes"]
                self.values |= spec["values"]
                self.shapes |= spec["leaves"]
                self.phi = FUNCTIONS.get(spec["phi"], self.phi)
                defs += [(len(set(key.split()) & DEFINING), False, latex) for latex in spec["definitions"]]
        defs += [(len(words & DEFINING), True, latex) for words, latex in reversed(printed) if words <= names]
        left = [defined(latex) for _, _, latex in sorted(defs, key=lambda d: d[:2])]
        self.defs = {d[0]: d[1:] for d in left if d and d[0] not in self.shapes}
        self.unit = "softmax" in names and "any" not in names           # targets that sum to one
        self.runs = {}

    def definition(self, key):
        """Return (printed symbol, tree, bound indices) of a quantity, from a template Z^(ℓ) too."""
        base, _, layer = key.rpartition("_")
        if key in self.defs:
            return (*self.defs[key], {})
        if layer.isdigit() and 1 <= int(layer) <= self.sizes.get("L", 0) and base + "_\\ell" in self.defs:
            return (*self.defs[base + "_\\ell"], {"ell": int(layer)})
        return None

    def draw(self, rng):
        """Draw all leaves: targets in (0, 1), the rest normal."""
        leaves = {}
        for key, shape in self.shapes.items():
            shape = tuple(int(self.sizes.get(s, s)) for s in shape.split(",") if s)
            leaves[key] = rng.uniform(0.1, 0.9, shape) if key in "Yyetalambda" else rng.normal(size=shape)
        leaves |= {key: np.array(value, float) for key, value in self.values.items()}
        if self.unit:
            leaves["Y"] /= leaves["Y"].sum(0 if self.columns else 1, keepdims=True)
        return leaves

    def run(self, seed, phi):
        """Return the run of one draw, kept for all equations of this world."""
        return self.runs.setdefault((seed, phi), Run(self, seed, self.phi or phi))


# ---------------------------------------------------------------------------------------------------- equations
class Equation(NamedTuple):
    """A labelled equation of a page."""
    label: str
    latex: str
    page: str


DISPLAYED = re.compile(r"\$\$(.*?)\$\$(?:[ \t]*\(([^)\s]*)\))?", re.S)


def equations(page):
    """Return the labelled equations of a page (.md or .ipynb), in order."""
    text = Path(page).read_text(encoding="utf-8")
    if str(page).endswith(".ipynb"):
        text = "\n\n".join("".join(c["source"]) for c in json.loads(text)["cells"] if c["cell_type"] == "markdown")
    return [Equation(label, latex, str(page)) for latex, label in DISPLAYED.findall(text) if label]


@lru_cache(None)
def world(names, printed):
    """Return the world of these names, with these printed definitions."""
    return World(names, printed)


def definitions(page):
    """Return the printed definitions of a page that can be read, each with the names of its worlds."""
    found = []
    for e in page:
        if e.label.startswith("def-"):
            try:
                if defined(e.latex):
                    found.append((names(e.page, e.label, e.latex), e.latex))
            except Refused:
                pass
    return tuple(found)


def nudges(run, trees, scale):
    """Return the nudge of each quantity that carries a Δ and follows from no other that does."""
    keys = {run.key(symbol(t)._replace(delta=False), {}) for tree in trees for t in tree.iter_subtrees() if t.data == "symbol" and symbol(t).delta}
    rng = np.random.default_rng(run.seed + 99)
    step = {key: rng.normal(size=np.shape(run.value(key))) * scale for key in sorted(keys)}
    moves = {other: run.child({other: run.value(other) + step[other]}) for other in keys}
    return {key: step[key] for key in keys
            if not any(np.any(moves[other].value(key) != run.value(key)) for other in keys - {key})}


def parts(run, trees, scale):
    """Evaluate each part of a chain for every value of its free indices; return one list of arrays per part."""
    layered = any(t.data == "symbol" and "\\ell" in (symbol(t).layer or "") for tree in trees for t in tree.iter_subtrees())
    limit = any(True for tree in trees for t in tree.find_data("lim"))
    if not limit and any(t.type == "DELTA" for tree in trees for t in tree.scan_values(lambda t: isinstance(t, Token))):
        run = run.child(nudges=nudges(run, trees, scale))
    out, unknown = [[] for _ in trees], None
    for env in [{"ell": i} for i in range(1, run.world.sizes["L"] + 1)] if layered else [{}]:
        try:
            sizes = {}
            for tree in trees:
                for name, found in run.ranges(tree, env).items():
                    sizes.setdefault(name, set()).update(found)
            spans = [range(run.one(sizes, name)) for name in sizes]
            for at in itertools.product(*spans):
                values = [number(run.eval(tree, {**env, **dict(zip(sizes, at))})) for tree in trees]
                for o, v in zip(out, values):
                    o.append(v)
        except Unknown as error:
            unknown = error
    if not out[0]:
        raise unknown
    return out


def difference(a, b):
    """Return max |a − b| and max |·| over all free indices; shapes must agree."""
    for x, y in zip(a, b):
        if x.shape != y.shape:
            raise Refused(f"the two sides have shapes {x.shape} and {y.shape}")
    a, b = (np.concatenate([np.ravel(x) for x in side]) for side in (a, b))
    if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        raise Refused("a value is not finite")
    return np.abs(a - b).max(), max(np.abs(a).max(), np.abs(b).max())


def evaluate(equation, printed=(), draws=3):
    """Raise `Refused` unless all parts of the printed chain agree; return the world it was tried in."""
    text, chain = parse(equation.latex)
    trees, rels = chain.children[::2], [str(r.children[0]) for r in chain.children[1::2]]
    if not rels:
        raise Refused("there is no = in it")
    here = world(names(equation.page, equation.label, equation.latex), tuple(printed))
    for seed in range(draws):
        run = here.run(seed, PHI[seed % len(PHI)] if "\\varphi" in text else sigma)
        exact = parts(run, trees, 1)
        near, far = (parts(run, trees, scale) if "\\approx" in rels else None for scale in (1e-3, 1e-2))
        for i, rel in enumerate(rels):
            error, largest = difference(*(near if rel == "\\approx" else exact)[i:i + 2])
            if rel == "\\approx" and (digits := [len(d) for d in re.findall(r"\d\.(\d\d+)", text)]):
                wrong, what = not error <= 0.501 * 10.0 ** -min(digits), f"{min(digits)} decimals are printed, max |difference| {error:.1e}"
            elif rel == "\\approx":
                wrong = error > RTOL * largest and error > difference(*far[i:i + 2])[0] / 30
                what = "the error of this ≈ does not fall as Δ²"
            else:
                wrong, what = not error <= RTOL * largest, f"max |difference| {error:.1e}, largest entry {largest:.1e}"
            if wrong:
                raise Refused(f"part {i + 1} {rel} part {i + 2} is wrong: {what}")
    return here


def check(equation, printed=(), draws=3):
    """Evaluate an equation; a definition is also held against the table's own."""
    try:
        if equation.label.startswith("def-"):
            words = names(equation.page, equation.label, equation.latex)
            left = defined(equation.latex)
            plain = world(words, ())
            if not left or plain.definition(left[0]) or left[0] in plain.shapes:
                return evaluate(equation, (), draws)
        return evaluate(equation, printed, draws)
    except Refused as error:
        raise Refused(f"{equation.label}: {error}") from None


def main(arguments):
    """Say for each labelled equation of the pages (or of standard input) whether it parses and agrees."""
    label = arguments[arguments.index("--label") + 1] if "--label" in arguments else None
    pages = [a for a in arguments if a != "--label" and a != label]
    bad = 0
    for page in pages:
        found = [Equation(label or "eq-stdin", sys.stdin.read(), "")] if page == "-" else equations(page)
        for e in found:
            if label and e.label != label:
                continue
            try:
                here = check(e, definitions(found))
                sizes = ", ".join(f"{k} = {v}" for k, v in here.sizes.items())
                print(f"✓ {e.label}  [{' '.join(sorted(names(e.page, e.label, e.latex)))}] {sizes}")
            except Refused as error:
                bad += 1
                print(f"✗ {error}")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
