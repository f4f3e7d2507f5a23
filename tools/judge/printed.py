r"""Run the book's equations: what is printed is the program.

A labeled equation of a page, `$$ … $$ (eq-name)`, is parsed (grammar.py) and evaluated on random numbers. Definitions are
equations too: those printed (`def-…`) replace those of worlds.py and are run as a graph from the leaves (weights, inputs,
targets). A derivative is taken from its definition: the quantity below the bar is replaced by its value + i h e_k and
everything downstream recomputed (complex step), so any quantity may stand there. Then all parts of the chain A = B = C must
agree to 1e-12 of the largest entry, for every value of the free indices, in several draws.

    python -m tools.judge.printed chapters/02_mlp_2_2_2.ipynb [--label eq-dw-out]     does each labeled equation parse and agree?
    python -m tools.judge.printed - --label eq-dw-out                                 the same for LaTeX on standard input
"""
import itertools
import json
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from lark import Token, Tree

from tools.judge.grammar import Refused, parse, symbols
from tools.judge.worlds import CHAPTERS, SPELLINGS, WITHOUT_LAYER, WORLDS

STEP = 1e-20            # of the complex step: no difference is taken, so it can be this small
RTOL = 1e-12            # of the largest entry


class Unknown(Refused):
    """A symbol that no definition and no leaf explains."""


# --- arithmetic -------------------------------------------------------------------------------------------------------
def number(value):
    """Let a 1 × 1 matrix stand for its number."""
    value = np.asarray(value)
    return value.reshape(()) if value.size == 1 else value


def multiply(a, b, op=""):
    """Multiply as printed: a number times anything, ⊙ entry by entry, · of two columns, else the matrix product."""
    a, b = number(a), number(b)
    if op == "/" and b.ndim == 0:
        return a / b
    if op != "/" and 0 in (a.ndim, b.ndim):
        return a * b
    if op == "\\odot" and a.shape == b.shape:
        return a * b
    if op == "\\cdot" and a.shape == b.shape and 1 in a.shape:
        return (a * b).sum()
    if op in ("", "\\cdot", "\\times") and a.shape[1] == b.shape[0]:
        return number(a @ b)
    raise Refused(f"shapes {a.shape} and {b.shape} do not fit in a product {op}".rstrip())


def add(a, b):
    """Add arrays of one shape, a number to each entry, or a row (a bias) to each row."""
    a, b = number(a), number(b)
    fit = not (a.ndim and b.ndim) or (a.shape[1] == b.shape[1] and (a.shape[0] == b.shape[0] or 1 in (len(a), len(b))))
    if not fit:
        raise Refused(f"shapes {a.shape} and {b.shape} do not fit in a sum")
    return a + b


def sigma(z):
    """Return the sigmoid, for complex arguments too."""
    return 1 / (1 + np.exp(-z))


def relu(z):
    """Return max(z, 0), for complex arguments too."""
    return np.where(np.real(z) > 0, z, 0)


FUNCTIONS = {
    "sigma": sigma, "relu": relu, "ReLU": relu, "identity": lambda z: z, "softplus": lambda z: np.log(1 + np.exp(z)),
    "ln": np.log, "log": np.log, "exp": np.exp, "tanh": np.tanh, "cosh": np.cosh, "sin": np.sin, "tr": np.trace,
    "sign": lambda z: np.sign(np.real(z)),
    "f": lambda z: np.sin(z) + z * z / 3, "g": lambda z: np.exp(z / 2),                 # any smooth functions
}
# a printed φ is tried as each of these: all of them in (0, 1), none of them symmetric
PHI = [sigma, lambda z: 0.5 + np.arctan(z + 0.3) / np.pi, lambda z: 0.5 + 0.4 * np.sin(z + 0.5)]
COMPARE = {"=": np.equal, "<": np.less, ">": np.greater, "\\neq": np.not_equal, "\\ne": np.not_equal,
           "\\geq": np.greater_equal, "\\ge": np.greater_equal, "\\leq": np.less_equal, "\\le": np.less_equal}


def one(sizes, name):
    """Return the one range of an index."""
    found = sizes.get(name, set())
    if len(found) != 1:
        raise Refused(f"index {name} runs over {' and '.join(map(str, sorted(found))) or 'nothing known'}")
    return next(iter(found))


def bound(tree):
    """Return the indices that a node binds: those below a sum."""
    below = [b for c in tree.children for b in (c.children if isinstance(c, Tree) and c.data == "bound" else [c])]
    return [str(t) for t in below if isinstance(t, Token) and t.type == "INDEX"] if tree.data == "sum" else []


# --- worlds -----------------------------------------------------------------------------------------------------------
DEFINING = {word for key, spec in WORLDS.items() if spec["definitions"] for word in key.split()} - {"neuron", "net"}


def names(page, label, latex):
    """Return the names of the worlds in force for an equation: of its page, its label, its LaTeX."""
    start = next(CHAPTERS[c] for c in sorted(CHAPTERS, reverse=True) if Path(page).name.startswith(c))
    known = {word for key in WORLDS for word in key.split()} - {"one", "net", "neuron"}
    found = set(start.split()) | {SPELLINGS.get(w, w) for w in label.split("-")[1:]} & known
    for key, spec in WORLDS.items():
        *before, name = key.split()
        if spec["on"] and set(before) <= found and spec["on"].search(" ".join(latex.split())):
            found.add(name)
    return frozenset(found | ({"one"} if "two-two-two" in found else set()) | ({"φ"} if "\\varphi" in latex else set()))


def defined(latex):
    """Return (name, printed symbol, right-hand side) if this is the definition of one quantity, else None."""
    left, _, right = (*parse(latex)[1].children, None, None)[:3]
    while left.data in ("expr", "term") and len(left.children) == 1 and isinstance(left.children[0], Tree):
        left = left.children[0]
    if right is None or left.data != "symbol":
        return None
    s = left.children[0]
    numeric = [i for i in (*s.subs, s.example) if i and i.isdigit()]
    if s.delta or s.post is not None or (numeric and (s.layer or s.example or len(s.subs) > 1)):
        return None
    letter = s.letter.upper() if s.letter in "awxyz" and s.layer else s.letter
    if letter in "JL" and (s.subs or s.example):
        letter += "[]"
    return letter + "".join(f"_{x}" for x in numeric or filter(None, [s.layer])), s, right


class World:
    """What is in force for an equation: sizes, leaves, definitions and φ of all worlds whose names are on."""

    def __init__(self, words, printed=()):
        self.sizes, self.shapes, self.values, self.phi, found = {}, {}, {}, None, []
        for key, spec in WORLDS.items():
            if set(key.split()) <= words:
                self.sizes |= spec["sizes"]
                self.shapes |= spec["leaves"]
                self.values |= spec["values"]
                self.phi = FUNCTIONS.get(spec["phi"], self.phi)
                found += [(len(set(key.split()) & DEFINING), False, latex) for latex in spec["definitions"]]
        found += [(len(on & DEFINING), True, latex) for on, latex in reversed(printed) if on - {"φ"} <= words]
        read = [(defined(latex), latex) for _, _, latex in sorted(found, key=lambda f: f[:2])]
        self.definitions = {d[0]: d[1:] for d, _ in read if d and d[0] not in self.shapes}
        self.latex = {d[0]: latex for d, latex in read if d and d[0] in self.definitions}
        self.columns = "columns" in words
        self.sum_to_one = "softmax" in words and "any" not in words
        self.upstream, self.ranges = lru_cache(None)(self._upstream), {}

    def definition(self, key):
        """Return (printed symbol, tree, bound indices) of a quantity, from a template Z^(ℓ) too."""
        base, _, layer = key.rpartition("_")
        if key in self.definitions:
            return (*self.definitions[key], {})
        if layer.isdigit() and 1 <= int(layer) <= self.sizes.get("L", 0) and base + "_\\ell" in self.definitions:
            return (*self.definitions[base + "_\\ell"], {"ell": int(layer)})
        return None

    def key(self, s, env):
        """Return the name of a printed quantity: W^(h) is W_h, z_1 is z_1 where the world has two neurons."""
        layer = s.layer
        if layer and layer.startswith("\\ell"):
            if "ell" not in env:
                raise Refused("the layer ℓ is not bound")
            layer = str(env["ell"] + int(layer[4:].replace(" ", "") or 0))
        layer = str(self.sizes.get(layer, layer or ""))
        many = s.letter in "JL" and (s.example or s.subs)
        for letter in [s.letter + "[]"] if many else [s.letter, s.letter.upper()] if s.letter in "abwxyz" else [s.letter]:
            own = [f"{letter}_{s.subs[0]}"] if len(s.subs) == 1 and not layer else []
            for key in [*own, f"{letter}_{layer}" if layer else letter]:
                for name in (key, None if s.letter == "a" else WITHOUT_LAYER.get(key)):
                    if name in self.shapes or name and self.definition(name):
                        return name
        said = [f" of layer {layer}" if layer else "", f" with index {','.join(s.subs)}" if s.subs else ""]
        raise Unknown(f"no leaf and no definition for {s.letter}" + "".join(said))

    def _upstream(self, key):
        """Return all quantities that a quantity follows from, itself included."""
        found = {key}
        if key not in self.shapes:
            _, tree, env = self.definition(key)
            for s in symbols(tree):
                if s.letter not in self.sizes or s.layer or s.subs:
                    found |= self.upstream(self.key(s, env))
        return found

    def draw(self, rng):
        """Draw all leaves: targets and the like in (0, 1), the rest normal."""
        leaves = {}
        for key, shape in self.shapes.items():
            shape = tuple(int(self.sizes.get(s, s)) for s in shape.split(",") if s)
            leaves[key] = rng.uniform(0.1, 0.9, shape) if key in ("Y", "y", "eta", "lambda") else rng.normal(size=shape)
        leaves |= {key: np.array(value, float) for key, value in self.values.items()}
        if self.sum_to_one:
            leaves["Y"] /= leaves["Y"].sum(0 if self.columns else 1, keepdims=True)
        return leaves

    @lru_cache(None)
    def run(self, seed, phi):
        """Return the run of one draw, kept for all equations of this world."""
        return Run(self, seed, self.phi or phi, self.draw(np.random.default_rng(seed)))


@lru_cache(None)
def world(words, printed):
    """Return the world of these names with these printed definitions."""
    return World(words, printed)


# --- evaluation -------------------------------------------------------------------------------------------------------
class Run:
    """One draw of a world's leaves and everything that follows; some quantities may be held at other values."""

    def __init__(self, world, seed, phi, values, held=frozenset(), nudges=None):
        self.world, self.seed, self.phi = world, seed, phi
        self.values, self.held, self.nudges = values, held, nudges or {}

    def child(self, held=(), nudges=None):
        """Return the same run with some quantities held at other values, what follows from them forgotten."""
        held = dict(held)
        kept = {key: value for key, value in self.values.items()
                if key in self.held or isinstance(key, str) and not held.keys() & self.world.upstream(key)}
        return Run(self.world, self.seed, self.phi, kept | held, self.held | held.keys(), nudges or self.nudges)

    def value(self, key):
        """Return a quantity, by its definition where it is not known yet."""
        if key not in self.values:
            self.values[key] = self.define(key)
        return self.values[key]

    def define(self, key):
        """Evaluate the definition of a quantity, entry by entry or example by example if it is printed so."""
        left, right, env = self.world.definition(key)
        axes = [(name, axis) for name, axis in self.axes(key, left) if not name.isdigit()]
        if not axes:
            return self.eval(right, env)
        sizes = self.ranges(right, env)
        names, spans = [name for name, _ in axes], [range(one(sizes, name)) for name, _ in axes]
        blocks = {at: np.atleast_2d(self.eval(right, env | dict(zip(names, at)))) for at in itertools.product(*spans)}
        shape = list(next(iter(blocks.values())).shape)
        for (_, axis), span in zip(axes, spans):
            shape[axis] = len(span)
        out = np.zeros(shape, np.result_type(*blocks.values()))
        for at, block in blocks.items():
            where = dict(zip([axis for _, axis in axes], at))
            out[tuple(slice(where[a], where[a] + 1) if a in where else slice(None) for a in (0, 1))] = block
        return out

    # --- symbols and their indices
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
        if key[0] in "AZXYLd" and "n" in self.world.sizes:
            if shape and not s.example and shape[row] > 1 and (s.subs or s.letter in "axyz"):
                raise Refused(f"{s.letter}: which example? write ^{{[r]}}")
            return ([(s.example, row)] if s.example else []) + ([(s.subs[0], unit)] if s.subs else [])
        if s.example or (s.subs and shape and 1 not in shape):
            raise Refused(f"the indices of {s.letter} do not fit its shape {shape}")
        return [(s.subs[0], 0 if shape and shape[1] == 1 else 1)] if s.subs else []

    def place(self, s, env):
        """Return a quantity's name, its array and which part of it is printed."""
        key = self.world.key(s, env)
        array = np.atleast_2d(self.value(key))
        where = [slice(None)] * 2
        for name, axis in self.axes(key, s, array.shape):
            if not name.isdigit() and name not in env:
                raise Refused(f"index {name} of {s.letter} is not bound")
            i = int(name) - 1 if name.isdigit() else env[name]
            if not 0 <= i < array.shape[axis]:
                raise Refused(f"index {name} = {i + 1} of {s.letter} is out of range {array.shape[axis]}")
            where[axis] = slice(i, i + 1)
        return key, array, tuple(where)

    def ranges(self, tree, env):
        """Return the sizes over which each free index of a tree runs, from the shapes of the arrays that carry it."""
        memo = id(tree), env.get("ell")
        if memo in self.world.ranges:
            return self.world.ranges[memo][1]
        found = {}
        if tree.data == "symbol" and (s := tree.children[0]) and (s.subs or s.example):
            key = self.world.key(s, env)
            shape = np.atleast_2d(self.value(key)).shape
            for name, axis in self.axes(key, s, shape):
                if not name.isdigit():
                    found.setdefault(name, set()).add(shape[axis])
        for child in tree.children:
            for name, sizes in self.ranges(child, env).items() if isinstance(child, Tree) else ():
                found.setdefault(name, set()).update(sizes)
        for name in bound(tree):
            found.pop(name, None)
        self.world.ranges[memo] = tree, found               # the tree is kept, so that its id stays its own
        return found

    # --- one method for each kind of node
    def eval(self, tree, env):
        """Evaluate a tree; `env` holds the values of the bound indices."""
        return getattr(self, "at_" + tree.data)(tree, env)

    def trees(self, tree, env):
        """Evaluate the children that are trees."""
        return [self.eval(c, env) for c in tree.children if isinstance(c, Tree)]

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
        children, value, op = list(tree.children), None, ""
        if "\\odot" in children:
            side_by_side = [p for p in itertools.pairwise(children) if isinstance(p[0], Tree) and isinstance(p[1], Tree)]
            if any(all(c.data == "symbol" and np.ndim(number(self.eval(c, env))) for c in pair) for pair in side_by_side):
                raise Refused("a matrix product beside \\odot needs brackets")
        while children:
            child = children.pop(0)
            if isinstance(child, Token):
                op = str(child)
                continue
            moved = self.applied(child, children[0], env) if children else None
            factor = (moved or self).eval(child, env)
            value, op = factor if value is None else multiply(value, factor, op), ""
            children = children[1:] if moved else children
        return value

    def applied(self, tree, group, env):
        """Return the run with the argument put in, if this is J(W + ΔW) or a(w + Δw) and not a product."""
        if tree.data != "symbol" or not isinstance(group, Tree) or group.data != "group":
            return None
        s, inner = tree.children[0], list(symbols(group))
        plain = [x for x in inner if not x.delta and x.letter not in ("eta", "lambda", "varepsilon")]
        if s.delta or not plain or not (s.letter in "JL" or s.letter in "az" and any(x.delta for x in inner)):
            return None
        key, array, where = self.place(plain[0]._replace(post=None), env)
        changed = array.astype(complex)
        changed[where] = self.eval(group, env)
        return self.child({key: changed if array.size > 1 else number(changed)})

    def at_number(self, tree, env):
        return np.float64(tree.children[0])

    def at_ones(self, tree, env):
        return self.raised(np.ones((self.world.sizes["n"], 1)), tree.children[1:], env)

    def at_symbol(self, tree, env):
        s = tree.children[0]
        plain = not (s.layer or s.subs or s.example)
        if plain and (s.letter in env or s.letter in self.world.sizes):
            value = np.float64(env.get(s.letter, self.world.sizes.get(s.letter)))
        elif s.delta:
            value = self.change(s, env)
        else:
            _, array, where = self.place(s, env)
            value = number(array[where])
        return self.raised(value, [s.post], env)

    def change(self, s, env):
        """Return Δq: the nudge itself, or what the nudges of the other quantities make of q."""
        key, array, where = self.place(s, env)
        if not self.nudges:
            raise Refused(f"Δ{s.letter}: nothing is nudged")
        if key in self.nudges:
            return number(np.broadcast_to(self.nudges[key], array.shape)[where])
        moved = self.child({k: self.value(k) + v for k, v in self.nudges.items()})
        return number((np.atleast_2d(moved.value(key)) - array)[where])

    def raised(self, value, posts, env):
        """Apply transposes and powers."""
        for part in itertools.chain(*(p.children if isinstance(p, Tree) and p.data == "sup" else [p] for p in posts)):
            if isinstance(part, Token) and part.type == "TOP":
                value = np.asarray(value).T
            elif part is not None:
                if np.ndim(number(value)):
                    raise Refused(f"a power of an array of shape {np.shape(value)}")
                value = number(value) ** (float(part) if isinstance(part, Token) else number(self.eval(part, env)))
        return value

    def at_power(self, tree, env):
        return self.raised(self.eval(tree.children[0], env), tree.children[1:], env)

    def at_group(self, tree, env):
        return self.eval(tree.children[0], env)

    def at_func(self, tree, env):
        name = re.sub(r"\\(mathrm|operatorname)|[\\{}]", "", tree.children[0])
        function, value = self.phi if name == "varphi" else FUNCTIONS[name], self.eval(tree.children[-1], env)
        if len(tree.children) == 2:
            return function(value)
        if np.any(np.imag(value)):
            raise Refused("a derivative inside a derivative")
        return np.imag(function(np.real(value) + 1j * STEP)) / STEP         # σ' and φ' from their definition

    def at_max(self, tree, env):
        a, b = self.trees(tree, env)
        return np.where(np.real(a) > np.real(b), a, b)

    def at_exp(self, tree, env):
        power = tree.children[1].children[0]
        return np.exp(float(power) if isinstance(power, Token) else self.eval(power, env))

    def at_iverson(self, tree, env):
        a, cmp, b = tree.children
        return COMPARE[str(cmp.children[0])](np.real(self.eval(a, env)), np.real(self.eval(b, env))).astype(float)

    def at_abs(self, tree, env):
        value, = self.trees(tree, env)
        return value * np.where(np.real(value) < 0, -1.0, 1.0)

    def at_norm(self, tree, env):
        value, = self.trees(tree, env)
        return np.sqrt((value * value).sum())

    def at_inner(self, tree, env):
        a, b = (number(v) for v in self.trees(tree, env))
        if a.shape != b.shape:
            raise Refused(f"shapes {a.shape} and {b.shape} do not fit in ⟨ , ⟩")
        return (a * b).sum()

    def at_matrix(self, tree, env):
        rows = [[np.atleast_2d(v) for v in self.trees(row, env)] for row in tree.children if isinstance(row, Tree)]
        try:
            return np.block(rows)
        except ValueError:
            raise Refused("the entries of a printed matrix do not fit together") from None

    def at_frac(self, tree, env):
        return multiply(*self.trees(tree, env), "/")

    def at_deriv(self, tree, env):
        """Take ∂(…)/∂q: add i h to each entry of q in turn and evaluate again."""
        *above, below = [c for c in tree.children if isinstance(c, Tree)]
        return self.differentiate(Tree("term", above), below, env, tree)

    def at_operator(self, tree, env):
        below, body = [c for c in tree.children if isinstance(c, Tree)]
        return self.differentiate(body, below, env, tree)

    at_nabla = at_operator

    def differentiate(self, body, below, env, tree):
        """Return the derivative of a tree by a quantity or an entry of it, kept for the next equation."""
        memo = tree, tuple(sorted(env.items()))
        if self.nudges or memo not in self.values:
            key, array, where = self.place(below.children[0], env)
            if np.any(np.imag(array)):
                raise Refused("a derivative inside a derivative")
            entries, slopes = np.arange(array.size).reshape(array.shape)[where], []
            for entry in entries.flat:
                nudged = array.astype(complex)
                nudged.flat[entry] += 1j * STEP
                moved = self.child({key: nudged if array.size > 1 else number(nudged)})
                slopes.append(np.imag(moved.eval(body, env)) / STEP)
            if entries.size > 1 and np.size(slopes[0]) > 1:
                raise Refused(f"a derivative of an array of shape {np.shape(slopes[0])} by one of shape {entries.shape}")
            self.values[memo] = number(np.reshape(slopes, entries.shape) if entries.size > 1 else slopes[0])
        return self.values[memo]

    def at_sum(self, tree, env):
        body, indices, total = tree.children[-1], bound(tree), None
        sizes = self.ranges(body, env)
        ends = [str(c.children[0]) for c in tree.children if isinstance(c, Tree) and c.data == "upper"]
        spans = []
        for name in indices:
            size = one(sizes, name) if not ends or name in sizes else None
            if ends:
                end = int(ends[0]) if ends[0].isdigit() else self.world.sizes.get(ends[0])
                if end is None or size not in (None, end):
                    raise Refused(f"the sum over {name} ends at {ends[0]}, but its arrays have {size}")
                size = end
            spans.append(range(size))
        for at in itertools.product(*spans):
            value = self.eval(body, env | dict(zip(indices, at)))
            total = value if total is None else add(total, value)
        return total

    def at_lim(self, tree, env):
        s = tree.children[0].children[0]
        key, array, _ = self.place(s, env)
        if not s.delta or array.size > 1 or tree.children[2] != "0":
            raise Refused("a limit is written \\lim_{\\Delta q \\to 0}, q a number")
        value = self.child(nudges={key: np.array(1j * STEP)}).eval(tree.children[-1], env)
        if np.abs(value) > 1e-10 / STEP:                    # rounding, divided by i h, is imaginary and far smaller
            raise Refused("there is no limit")
        return np.real(value)


# --- equations --------------------------------------------------------------------------------------------------------
class Equation(NamedTuple):
    """A labeled equation of a page."""
    label: str
    latex: str
    page: str


DISPLAYED = re.compile(r"\$\$(.*?)\$\$(?:[ \t]*\(([^)\s]*)\))?", re.S)


def equations(page):
    """Return the labeled equations of a page (.md or .ipynb), in order."""
    text = Path(page).read_text(encoding="utf-8")
    if str(page).endswith(".ipynb"):
        text = "\n\n".join("".join(c["source"]) for c in json.loads(text)["cells"] if c["cell_type"] == "markdown")
    return [Equation(label, latex, str(page)) for latex, label in DISPLAYED.findall(text) if label]


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


def nudges(run, keys, scale):
    """Return the nudge of each quantity that carries a Δ and follows from no other that does."""
    rng = np.random.default_rng(run.seed + 99)
    step = {key: rng.normal(size=np.shape(run.value(key))) * scale for key in sorted(keys)}
    return {key: step[key] for key in step if not run.world.upstream(key) & keys - {key}}


def parts(run, trees, scale):
    """Evaluate each part of a chain for every value of its free indices; return one list of arrays per part."""
    printed = [s for tree in trees for s in symbols(tree)]
    layered = any("\\ell" in (s.layer or "") for s in printed)
    moved = [s for s in printed if s.delta] if not any(True for tree in trees for _ in tree.find_data("lim")) else []
    still = run
    out, unknown = [[] for _ in trees], None
    for env in [{"ell": i} for i in range(1, run.world.sizes["L"] + 1)] if layered else [{}]:
        try:
            if moved:
                run = still.child(nudges=nudges(still, {still.world.key(s, env) for s in moved}, scale))
            sizes = {}
            for tree in trees:
                for name, found in run.ranges(tree, env).items():
                    sizes.setdefault(name, set()).update(found)
            for at in itertools.product(*[range(one(sizes, name)) for name in sizes]):
                bound_here = env | dict(zip(sizes, at))
                for values, value in zip(out, [number(run.eval(tree, bound_here)) for tree in trees]):
                    values.append(value)
        except Unknown as error:            # this layer has no such quantity
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


def disagreement(rel, text, exact, near, far):
    """Return what is wrong between two parts of a chain, or None; `near` and `far` are two scales of Δ."""
    digits = [len(d) for d in re.findall(r"\d\.(\d\d+)", text)]
    error, largest = difference(*(exact if rel != "\\approx" else near))
    if rel == "\\approx" and digits:
        return None if error <= 0.501 * 10.0 ** -min(digits) else f"max |difference| {error:.1e} of {min(digits)} printed decimals"
    if rel == "\\approx":
        return None if error <= max(RTOL * largest, difference(*far)[0] / 30) else "the error of this ≈ does not fall as Δ²"
    return None if error <= RTOL * largest else f"max |difference| {error:.1e}, largest entry {largest:.1e}"


def evaluate(latex, words, printed=(), draws=3):
    """Raise `Refused` unless all parts of the printed chain agree in the world of these names; return that world."""
    text, chain = parse(latex)
    trees, rels = chain.children[::2], [str(rel.children[0]) for rel in chain.children[1::2]]
    if not rels:
        raise Refused("there is no = in it")
    here = world(words, tuple(printed))
    for seed in range(draws):
        run = here.run(seed, PHI[seed % len(PHI)] if "φ" in words else sigma)
        scales = [parts(run, trees, scale) if scale == 1 or "\\approx" in rels else None for scale in (1, 1e-3, 1e-2)]
        for i, rel in enumerate(rels):
            wrong = disagreement(rel, text, *(values and values[i:i + 2] for values in scales))
            if wrong:
                raise Refused(f"part {i + 1} {rel} part {i + 2} is wrong: {wrong}")
    return here


def check(equation, printed=(), draws=3, words=None):
    """Evaluate an equation; a definition is held against that of worlds.py. `words` names other worlds than its own."""
    words = words or names(equation.page, equation.label, equation.latex)
    try:
        if equation.label.startswith("def-"):
            left, plain = defined(equation.latex), world(words, ())
            if not left or plain.definition(left[0]) or left[0] in plain.shapes:
                printed = ()
        return evaluate(equation.latex, words, printed, draws)
    except Refused as error:
        raise Refused(f"{equation.label}: {error}") from None


def main(arguments):
    """Say for each labeled equation of the pages (or of standard input) whether it parses and agrees."""
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
                print(f"✓ {e.label}  [{' '.join(sorted(names(e.page, e.label, e.latex)))}]  {sizes}")
            except Refused as error:
                bad += 1
                print(f"✗ {error}")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
