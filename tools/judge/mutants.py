r"""Break the book on purpose, everywhere, one place at a time, and count what the tests notice.

    python -m tools.judge.mutants [formulas] [code] [--every N]           (make mutants; every N-th only)

Formulas: each printed equation is changed where its tree says (a transpose dropped, a sign flipped, operands swapped, …) and
evaluated again by printed.py. Code: each line of mlp.py, train.py and fast.py is changed in its syntax tree and the unit tests
run against a copy of the package. A mutant that nobody notices is a hole in the tests, or the same thing said otherwise: those
are proved here where a machine can, and otherwise stand with their reason in EQUIVALENT. Any other survivor: exit code 1.
"""
import ast
import gc
import importlib
import itertools
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from lark import Token, Tree

from tools import ROOT
from tools.judge import printed
from tools.judge.grammar import Symbol, parse

SOURCES = {                                                     # and the tests that should notice, the likeliest first
    "mlp.py": ["mlp", "validate", "fast", "train", "check"],
    "train.py": ["train", "validate", "mlp"],
    "fast.py": ["fast", "validate", "train"],
}
EQUIVALENT = [                                                  # (where, what, why it is the same thing said otherwise)
    (r".*", r"sign: .*sigma' ?\(.* → .*sigma' ?\(-", "σ'(−z) = σ'(z)"),
    (r".*", r"sign: .* → .*(, -0\)|> -0)", "−0 = 0"),
    (r".*", r"sign: .* → .*(‹-z›|\\lVert -W|\(-\\lVert W)",
     "|−z| = |z| and ‖−W‖ = ‖W‖; the penalty of the other layer is a constant here"),
    (r"eq-l2", r"(transpose added|number): .*\\rVert", "‖Wᵀ‖ = ‖W‖; the penalty of the other layer is a constant here"),
    (r"(def|eq)-linear-.*", r"letter: .*a.* → .*z", "without an activation a is z"),
    (r"eq-linear-miss-taylor", r"(factor dropped: .*L\(w\).*|sign: .*\(-x .*)", "L(w) is L; a square has no sign"),
    (r"eq-neuron-loss-db", r"factor dropped: .*\\partial z}{\\partial b", "∂z/∂b = 1"),
    (r"eq-.*-delta-h-entry", r"bracket dropped: .*\\sum_{k=1}",
     "φ'(z_j) does not depend on k: it may stand inside the sum"),
    (r"eq-mdt-.*-entry", r"prime dropped: ", "[j' = j] leaves j' = j only"),
    (r"mlp\.py:\d+", r"comparison: Z >= 0 → Z > 0 ", "at 0 both branches are 1/2"),
    (r"mlp\.py:\d+", r"name: X → Y .*len\(X\)", "X and Y have as many rows: that has been validated"),
    (r"(mlp|fast)\.py:\d+", r"name: (params\.)?b_h → .*b_h is None",
     "either both biases are there or none: that has been validated"),
    (r"fast\.py:\d+", r"(condition dropped|comparison): .*A\.dtype [=!]= np\.float64 ",
     "the same product, stored by columns or by rows"),
    (r"fast\.py:\d+", r"condition dropped: Z if Z.dtype == b.dtype else None → None",
     "out= says where the sum is put, not what it is"),
    (r"eq-mdt-relu-delta.*", r"letter: .* Z\^.* → .* A\^", "with ReLU, a > 0 exactly where z > 0"),
]


NEEDED = set()                                                  # the entries that a mutant of this run made use of


class Mutant(NamedTuple):
    """Hold one change: the label or file and line, what was changed, and the whole text after it."""

    where: str
    what: str
    text: str


# --- formulas ---------------------------------------------------------------------------------------------------------
def dimension(run, tree):
    """Return 0 if a factor is a number, 2 if it is an array (its free indices set to 1)."""
    try:
        env = dict.fromkeys(run.ranges(tree, {"ell": 2}), 0) | {"ell": 2}
        return printed.np.ndim(printed.number(run.eval(without_delta(tree), env)))
    except printed.Refused:                                     # an index alone, as in [j' = j]
        return 0


def without_delta(tree):
    """Return a tree with q for each Δq, which has its shape."""
    if isinstance(tree, Symbol):
        return tree._replace(delta=False)
    return Tree(tree.data, [without_delta(c) for c in tree.children]) if isinstance(tree, Tree) else tree


def span(node):
    """Return where a token or a tree stands in the text."""
    return (node.start_pos, node.end_pos) if isinstance(node, Token) else (node.meta.start_pos, node.meta.end_pos)


TOKENS = {
    # kind of token: what the change is called, what is put there
    "PRIME": ("prime dropped", {"'": " "}), "TOP": ("transpose dropped", {r"\top": " "}),
    "NUMBER": ("number", {"0": "1", "1": "2", "2": "3"}), "OP": ("⊙ made a product", {r"\odot": " "}),
    "FUNC": ("function", {r"\ln": r"\exp", r"\exp": r"\ln", r"\sigma": r"\tanh", r"\varphi": r"\sigma"}),
}


def edits(text, tree, run, below=False):
    """Yield (what, start, end, replacement) for each place where a printed formula can be broken; `below` a bar or not."""
    start, end = span(tree)
    trees = [c for c in tree.children if isinstance(c, Tree)]
    if tree.data == "symbol":
        yield from symbol_edits(text, start, end, array=not below and bool(dimension(run, tree)))
    elif tree.data == "term":
        for i, factor in enumerate(trees if len(trees) > 1 else []):
            first, last = span(factor)
            yield ("factor dropped", first, span(trees[i + 1])[0],
                   " ") if i + 1 < len(trees) else ("factor dropped", span(trees[i - 1])[1], last, " ")
        for a, b in itertools.pairwise(trees):
            between = text[span(a)[1]:span(b)[0]]
            if between.strip() == "/" or (between.strip() != r"\odot" and dimension(run, a) and dimension(run, b)):
                yield "operands swapped", span(a)[0], span(b)[1], text[slice(*span(b))] + between + text[
                    slice(*span(a))]
    elif tree.data == "expr":
        if isinstance(tree.children[0], Tree):
            yield "sign", start, start, "-"
        for token in tree.children:
            if isinstance(token, Token):
                yield "sign", *span(token), "-" if token == "+" else "+"
    elif tree.data == "sum":
        yield "sum dropped", start, span(trees[-1])[0], " "
    elif tree.data == "frac":
        (a, b), (c, d) = map(span, trees)
        yield "fraction twice", end, end, text[start:end]
        yield "fraction turned over", a, d, text[c:d] + text[b:c] + text[a:b]
    elif tree.data == "deriv":
        (a, b), (c, d) = (span(trees[0])[0], span(trees[-2])[1]), span(trees[-1])
        yield "derivative turned over", a, d, text[c:d] + text[b:c] + text[a:b]
    elif tree.data == "group":
        size = 2 if text[start] == "\\" else 1
        yield "bracket dropped", start, end, " " * size + text[start + size:end - size] + " " * size
    elif tree.data == "cmp":
        swap = {"=": r"\neq", ">": "<", "<": ">"}.get(text[start:end])
        if swap:
            yield "comparison", start, end, swap
    bar = {"deriv": trees[-1:], "operator": trees[:1], "nabla": trees[:1], "lim": trees[:1]}.get(tree.data, [])
    for child in tree.children:
        if isinstance(child, Token) and child in TOKENS.get(child.type, ("", {}))[1]:
            what, other = TOKENS[child.type]
            yield what, *(raised(text, *span(child)) if child.type == "TOP" else span(child)), other[child]
        elif isinstance(child, Tree) and child.data not in ("upper", "bound", "rel"):
            yield from edits(text, child, run, below=child in bar)


def raised(text, start, end):
    """Return the span of a superscript's only token with its hat, so that nothing empty stays behind."""
    if text[start - 1] == "^":
        return start - 1, end
    alone = text[start - 2:start] == "^{" and text[end:end + 1] == "}"
    return (start - 2, end + 1) if alone else (start, end)


def symbol_edits(text, start, end, array):
    """Yield the ways to break one quantity: layer, example, indices, letter, transpose, Δ."""
    s = text[start:end]
    for m in re.finditer(r"\\mathrm\{(h|out|in)\}", s):
        for other in {"h": ("out", "in"), "out": ("h",), "in": ("h",)}[m[1]]:
            yield "layer", start + m.start(1), start + m.end(1), other
    for m in re.finditer(r"\\ell\s*-\s*1|\\ell(?!\s*[-+])", s):
        yield "layer", start + m.start(), start + m.end(), r"\ell-1" if m[0] == r"\ell" else r"\ell"
    for m in re.finditer(r"\\top", s):
        yield "transpose dropped", *raised(text, start + m.start(), start + m.end()), " "
    if array and r"\top" not in s:
        yield ("transpose added", end - 1, end - 1, r"\top") if s.endswith("}") else ("transpose added", end, end,
                                                                                      r"^{\top}")
    for m in re.finditer(r"_\{([^},]+),([^}]+)\}", s):
        yield "indices swapped", start + m.start(1), start + m.end(2), f"{m[2]},{m[1]}"
    for m in re.finditer(r"(?<=_)(\w)|(?<=_\{)([^},]+)(?=\})|(?<=\[)(\w)(?=\])", s):
        if m[0] in "12":
            yield "index", start + m.start(), start + m.end(), {"1": "2", "2": "1"}[m[0]]
    for m in re.finditer(r"(?<=\w)'", s):
        yield "prime dropped", start + m.start(), start + m.end(), " "
    for m in re.finditer(r"\\Delta", s):
        yield "Δ dropped", start + m.start(), start + m.end(), " "
    letter = re.match(r"\\delta|[aAzZwWxyY]", s)
    for other in {"a": "z", "A": "Z", "z": "a", "Z": "A", "y": "a", "Y": "A", r"\delta": "A",
                  "x": "y"}.get(letter and letter[0], ""):
        if not (other in "aA" and r"\mathrm" not in s and letter[0] in "yY"):
            yield "letter", start, start + len(letter[0]), other


def plain(tree):
    """Return a tree without brackets that change nothing, to compare what two formulas say."""
    if not isinstance(tree, Tree):
        return tree
    children = [plain(c) for c in tree.children]
    if tree.data == "power" and children[0].data == "symbol" and children[0].children[0].post is None and len(
        children) == 2:
        return Tree("symbol", [children[0].children[0]._replace(post=children[1].children[0])])
    if tree.data in ("expr", "term", "group") and len(children) == 1:
        return children[0]
    if tree.data == "term":
        children = [x for c in children for x in (c.children if isinstance(c, Tree) and c.data == "term" else [c])]
        children = [c for c in children if c != r"\cdot"]
    return Tree(tree.data, children)


def formulas(equation, definitions):
    """Yield the mutants of one equation."""
    text, tree = parse(equation.latex)
    words = printed.names(equation.page, equation.label, equation.latex)
    run = printed.world(words, definitions).run(0, printed.sigma)
    seen = {text}
    for part in tree.children[::2]:
        start, end = span(part)
        many = run.world.sizes.get("n", 1) > 1
        whole = [("1/n put in", start, end, rf"\frac{{1}}{{n}}({text[start:end]})")] if many else []
        for what, start, end, new in itertools.chain(whole, edits(text, part, run)):
            mutated = text[:start] + new + text[end:]
            if mutated not in seen:
                seen.add(mutated)
                around = slice(max(0, start - 12), start), slice(end, end + 8)
                said = [" ".join((text[around[0]] + middle + text[around[1]]).split())
                        for middle in (text[start:end], new)]
                yield Mutant(equation.label, f"{what}: …{said[0]}… → …{said[1]}…", mutated)


def formula_caught(equation, definitions, mutant, page):
    """Say whether evaluation notices: the equation itself, or for a definition any equation of its page."""
    words = printed.names(equation.page, equation.label, equation.latex)
    broken = equation._replace(latex=mutant.text)
    try:
        printed.check(broken, definitions, words=words)
    except printed.Refused:
        return True
    if equation.label.startswith("def-"):
        changed = printed.definitions([broken if e.label == equation.label else e for e in page])
        for other in page:
            if other.label.startswith("eq-"):
                try:
                    printed.check(other, changed, draws=1)
                except printed.Refused:
                    return True
    return False


def same_formula(equation, mutant):
    """Prove that a mutant says the same: the same tree but for brackets."""
    try:
        return plain(parse(equation.latex)[1]) == plain(parse(mutant.text)[1])
    except printed.Refused:
        return False


def reason(mutant):
    """Return why a mutant is the same thing said otherwise, or None."""
    for entry in EQUIVALENT:
        if re.fullmatch(entry[0], mutant.where) and re.match(entry[1], mutant.what):
            NEEDED.add(entry)
            return entry[2]
    return None


class Tally:
    """Count mutants: caught, the same thing said otherwise, survivors."""

    def __init__(self, name):
        self.name, self.start, self.caught, self.equivalent, self.survivors = name, time.perf_counter(), 0, [], []

    def add(self, mutant, caught, proved=None):
        """Take in the verdict on one mutant."""
        why = None if caught else proved or reason(mutant)
        self.caught += caught
        if why:
            self.equivalent.append(mutant)
            print(f"  = {mutant.where}  {mutant.what}\n      the same: {why}", flush=True)
        elif not caught:
            self.survivors.append(mutant)
            print(f"  ! {mutant.where}  {mutant.what}\n      NOBODY NOTICES", flush=True)

    def report(self):
        """Print the counts; say whether nothing survived."""
        tried = self.caught + len(self.equivalent) + len(self.survivors)
        print(f"{self.name}: {tried} mutants, {self.caught} caught, {len(self.equivalent)} the same thing said otherwise, "
              f"{len(self.survivors)} survive ({time.perf_counter() - self.start:.0f} s)", flush=True)
        return not self.survivors


def run_formulas(every=1):
    """Break all printed equations; take every so-manieth mutant."""
    tally, number = Tally("formulas"), 0
    for path in sorted(p for p in (ROOT / "chapters").iterdir() if p.suffix in (".md", ".ipynb")):
        page = printed.equations(path)
        definitions = printed.definitions(page)
        for equation in page:
            for mutant in formulas(equation, definitions) if equation.label not in printed.NOT_RUN else ():
                number += 1
                if number % every == 0:
                    caught = formula_caught(equation, definitions, mutant, page)
                    tally.add(mutant, caught, None if caught else same_formula(equation, mutant)
                              and "the same formula but for brackets")
    return tally


# --- code -------------------------------------------------------------------------------------------------------------
OTHER = {                                                       # name: names that a tired hand may write instead
    "W_h": ["W_out"], "W_out": ["W_h"], "b_h": ["b_out"], "b_out": ["b_h"], "A_h": ["A_out", "Z_h"], "A_out": ["Z_out"],
    "Z_h": ["A_h"], "Z_out": ["A_out"], "dW_h": ["dW_out"], "dW_out": ["dW_h"], "db_h": ["db_out"], "db_out": ["db_h"],
    "delta_out": ["delta_h"], "delta_h": ["delta_out"], "X": ["Y"], "m": ["d"], "d": ["m"], "t": ["d"],
    "n": ["batch", "chunk"],
    "abs": ["negative"], "maximum": ["minimum"], "log1p": ["log"], "permutation": ["integers"],
}
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.MatMult: ast.Mult}
COMPARISONS = {ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
               ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is}


def changes(node, parent):
    """Yield (what, node put in its place) for one node of the syntax tree."""
    if isinstance(node, ast.BinOp):
        if type(node.op) in OPERATORS:
            yield "operator", ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)
        if not isinstance(node.op, (ast.Add, ast.Mult)):        # a + b is b + a to the last bit
            yield "operands swapped", ast.BinOp(node.right, node.op, node.left)
        yield "right operand dropped", node.left
        yield "left operand dropped", node.right
        if isinstance(node.op, ast.Div):
            yield "divided twice", ast.BinOp(node, ast.Div(), node.right)
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield "transpose dropped", node.value
    elif isinstance(node, ast.Attribute):
        for name in OTHER.get(node.attr, []):
            yield "name", ast.Attribute(node.value, name, node.ctx)
        if isinstance(node.ctx, ast.Load) and node.attr in ("W_h", "W_out", "A_h"):
            yield "transpose added", ast.Attribute(node, "T", ast.Load())
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for name in OTHER.get(node.id, []):
            yield "name", ast.Name(name, node.ctx)
    elif isinstance(node, ast.UnaryOp):
        yield "sign dropped", node.operand
    elif isinstance(node, ast.Compare):
        yield "comparison", ast.Compare(node.left, [COMPARISONS[type(node.ops[0])]()], node.comparators)
    elif isinstance(node, ast.IfExp):
        yield "condition dropped", node.body
        yield "condition dropped", node.orelse
    elif isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)):
        yield "constant", ast.Constant(not node.value if isinstance(node.value, bool) else node.value + 1)
    elif isinstance(node, ast.AugAssign):
        yield "sum dropped", ast.Assign([node.target], node.value)
        yield "operator", ast.AugAssign(node.target, ast.Sub(), node.value)
    elif isinstance(node, ast.Call):
        for keyword in node.keywords:
            if isinstance(keyword.value, ast.Constant):
                yield "argument dropped", ast.Call(node.func, node.args, [k for k in node.keywords if k is not keyword])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        if getattr(owner, "id", None) == "validate":
            taken = [a for a in node.args if not isinstance(a, ast.Constant)]
            wanted = {n.id for t in getattr(parent, "targets", []) for n in ast.walk(t) if isinstance(n, ast.Name)}
            yield "not validated", next((a for a in taken if getattr(a, "id", None) in wanted), taken[0])
        elif node.func.attr == "sum":
            yield "sum dropped", owner
        elif getattr(owner, "id", None) == "np" and node.args:
            yield "function dropped", node.args[-1]


def code_mutants(name, source):
    """Yield a mutant for each change of each node of a source file; docstrings, annotations and comments stay."""
    lines = source.splitlines(keepends=True)
    seen = {ast.dump(ast.parse(source))}

    def position(line, column):
        return len("".join(lines[:line - 1])) + len(lines[line - 1].encode()[:column].decode())

    def nodes(node):
        for field, value in ast.iter_fields(node):
            if field not in ("annotation", "returns", "decorator_list") and not isinstance(node, ast.ClassDef):
                for child in value if isinstance(value, list) else [value]:
                    if isinstance(child, ast.AST):
                        yield node, child
                        yield from nodes(child)

    for parent, node in nodes(ast.parse(source)):
        for what, new in changes(node, parent):
            start, end = position(node.lineno, node.col_offset), position(node.end_lineno, node.end_col_offset)
            put = ast.unparse(ast.fix_missing_locations(new))
            text = source[:start] + (f"({put})" if isinstance(new, ast.expr) else put) + source[end:]
            said = ast.dump(ast.parse(text))
            if said not in seen:
                seen.add(said)
                line = lines[node.lineno - 1].strip()
                yield Mutant(f"{name}:{node.lineno}", f"{what}: {ast.unparse(node)} → {put}   in   {line}", text)


def start_tests(name, text, folder):
    """Fork a process that runs the unit tests on a copy of the package with one file changed; return its number."""
    child = os.fork()
    if child:
        return child
    gc.disable()
    signal.alarm(120)                                           # a loop without end is noticed too
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        (folder / "backprop" / name).write_text(text, "utf-8")
        sys.dont_write_bytecode = True
        sys.path.insert(0, str(folder))
        importlib.invalidate_caches()
        for module in [m for m in sys.modules if re.match(r"(backprop|networks|conftest|test_\w+)(\.|$)", m)]:
            del sys.modules[module]                             # what the caller has imported from elsewhere
        import pytest

        import backprop
        if not backprop.__file__.startswith(str(folder)):
            os._exit(0)                                         # not the copy: nothing was tested
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider"]
        os._exit(any(pytest.main([*options, str(folder / f"tests/test_{test}.py")]) for test in SOURCES[name]))
    except BaseException:                                       # it does not even import
        os._exit(1)


def verdicts(jobs, folders, originals):
    """Yield (job, whether its tests fail), as many jobs at a time as there are folders; a job is (name, text, …)."""
    jobs, free, running = list(jobs), list(folders), {}
    while jobs or running:
        while jobs and free:
            job, folder = jobs.pop(0), free.pop()
            running[start_tests(*job[:2], folder)] = job, folder
        child, status = next(((c, s) for c, s in (os.waitpid(c, os.WNOHANG) for c in running) if c), (0, 0))
        if not child:
            time.sleep(0.005)
            continue
        job, folder = running.pop(child)
        (folder / "backprop" / job[0]).write_text(originals[job[0]], "utf-8")
        free.append(folder)
        yield job, os.waitstatus_to_exitcode(status) != 0


def run_code(every=1, names=SOURCES, workers=2):
    """Break the code in copies of package and tests; every so-manieth mutant, two at a time."""
    for module in ("pytest", "hypothesis", "hypothesis.strategies"):
        importlib.import_module(module)                         # once here, not in each forked process
    gc.collect()
    gc.freeze()
    tally = Tally("code")
    with tempfile.TemporaryDirectory() as top:
        folders = [Path(top) / str(i) for i in range(workers)]
        for folder in folders:
            shutil.copytree(ROOT / "src/backprop", folder / "backprop", ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copytree(ROOT / "tests" / "module", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
        originals = {name: (folders[0] / "backprop" / name).read_text("utf-8") for name in names}
        if any(failed for _, failed in verdicts(originals.items(), folders, originals)):
            raise SystemExit("the unit tests fail on the unbroken code: mend that first")
        jobs = [(name, mutant.text, mutant) for name in names for mutant in code_mutants(name, originals[name])]
        for (_, _, mutant), failed in verdicts(jobs[every - 1::every], folders, originals):
            tally.add(mutant, failed)
    return tally


def main(arguments):
    """Run what is asked for and report; return 1 if a mutant survives or a reason is not needed."""
    every = int(arguments[arguments.index("--every") + 1]) if "--every" in arguments else 1
    kinds = [k for k in ("formulas", "code") if k in arguments] or ["formulas", "code"]
    runs = {"formulas": run_formulas, "code": run_code}
    reports = [runs[kind](every).report() for kind in kinds]
    complete = every == 1 and len(kinds) == len(runs)
    needless = [entry for entry in EQUIVALENT if entry not in NEEDED] if complete else []
    for where, what, _ in needless:
        print(f"EQUIVALENT names what no mutant is: {where}  {what}")
    return bool(needless) or not all(reports)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
