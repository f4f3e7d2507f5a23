"""Change each line of the module in its syntax tree, and run the unit tests against a copy of the package."""
import ast
import gc
import importlib
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tools import ROOT
from tools.judge.mutants.tally import Mutant, Tally

SOURCES = {                                                     # and the tests that should notice, the likeliest first
    "mlp.py": ["mlp", "validate", "fast", "train", "check"],
    "train.py": ["train", "validate", "mlp"],
    "fast.py": ["fast", "validate", "train"],
    "pieces.py": ["fast", "train", "validate"],
    "check.py": ["check", "validate", "reference_numbers"],
    "validate.py": ["validate", "mlp", "fast", "train", "check", "conventions"],
    "conventions.py": ["conventions"],
}
OTHER = {                                                       # name: names that a tired hand may write instead
    "W_h": ["W_out"], "W_out": ["W_h"], "b_h": ["b_out"], "b_out": ["b_h"], "A_h": ["A_out", "Z_h"], "A_out": ["Z_out"],
    "Z_h": ["A_h"], "Z_out": ["A_out"], "dW_h": ["dW_out"], "dW_out": ["dW_h"], "db_h": ["db_out"], "db_out": ["db_h"],
    "delta_out": ["delta_h"], "delta_h": ["delta_out"], "X": ["Y"], "m": ["d"], "d": ["m"], "t": ["d"],
    "n": ["batch", "chunk"],
    "abs": ["negative"], "maximum": ["minimum"], "log1p": ["log"], "permutation": ["integers"],
}
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.MatMult: ast.Mult}
COMPARISONS = {ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
               ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn,
               ast.NotIn: ast.In}


def changes(node, parent):
    """Yield (what, node put in its place) for one node of the syntax tree."""
    if type(node) in CHANGES:
        yield from CHANGES[type(node)](node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from call_changes(node, parent)


def operator_changes(node):
    """Break a binary operation."""
    if type(node.op) in OPERATORS:
        yield "operator", ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)
    if not isinstance(node.op, (ast.Add, ast.Mult)):            # a + b is b + a to the last bit
        yield "operands swapped", ast.BinOp(node.right, node.op, node.left)
    yield "right operand dropped", node.left
    yield "left operand dropped", node.right
    if isinstance(node.op, ast.Div):
        yield "divided twice", ast.BinOp(node, ast.Div(), node.right)


def attribute_changes(node):
    """Take another attribute, drop a transpose or add one."""
    if node.attr == "T":
        yield "transpose dropped", node.value
        return
    for name in OTHER.get(node.attr, []):
        yield "name", ast.Attribute(node.value, name, node.ctx)
    if isinstance(node.ctx, ast.Load) and node.attr in ("W_h", "W_out", "A_h"):
        yield "transpose added", ast.Attribute(node, "T", ast.Load())


def name_changes(node):
    """Take another name, where it is read."""
    for name in OTHER.get(node.id, []) if isinstance(node.ctx, ast.Load) else []:
        yield "name", ast.Name(name, node.ctx)


def sign_changes(node):
    """Drop a sign."""
    yield "sign dropped", node.operand


def comparison_changes(node):
    """Turn a comparison by a hair."""
    if type(node.ops[0]) in COMPARISONS:
        yield "comparison", ast.Compare(node.left, [COMPARISONS[type(node.ops[0])](), *node.ops[1:]], node.comparators)


def condition_changes(node):
    """Take one branch always."""
    yield "condition dropped", node.body
    yield "condition dropped", node.orelse


def constant_changes(node):
    """Take another number, or the other truth value."""
    if isinstance(node.value, bool):
        yield "constant", ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        yield "constant", ast.Constant(node.value + 1)


def sum_changes(node):
    """Forget what was there, or subtract."""
    yield "sum dropped", ast.Assign([node.target], node.value)
    yield "operator", ast.AugAssign(node.target, ast.Sub(), node.value)


def argument_changes(node):
    """Drop a keyword whose value is a constant."""
    for keyword in node.keywords:
        if isinstance(keyword.value, ast.Constant):
            yield "argument dropped", ast.Call(node.func, node.args, [k for k in node.keywords if k is not keyword])


CHANGES = {ast.BinOp: operator_changes, ast.Attribute: attribute_changes, ast.Name: name_changes,
           ast.UnaryOp: sign_changes, ast.Compare: comparison_changes, ast.IfExp: condition_changes,
           ast.Constant: constant_changes, ast.AugAssign: sum_changes, ast.Call: argument_changes}


def call_changes(node, parent):
    """Take the argument for the result: of a validation, a sum, a function of NumPy."""
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
