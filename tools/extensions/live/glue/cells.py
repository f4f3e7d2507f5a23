"""Run the cells of one page in one namespace, as a notebook does. Standard library only; runs under any CPython, too.

    begin()                     what is not in the page is stood in for
    reset()                     no names
    run("print(1)", 3)          '{"out": [["stream", "1\\n"]], "error": null}'

Outputs are [kind, content]: "stream" (text), "data" ({type: text}), "drawn" (a picture that is not drawn here), "note"
(a sentence about the page). An error is {"text": …, "cell": number or null, "line": number or null}.
"""

import ast
import base64
import contextlib
import io
import json
import linecache
import pprint
import traceback

from live_page import stand_ins

LONGEST_OUTPUT = 100_000      # characters: a page shows no more
LONGEST_TRACE = 6             # lines
NAMES = {}
OUT = []


def begin():
    """Make ready for the first cell."""
    stand_ins.install(OUT)
    reset()


def reset():
    """Forget all names; modules stay loaded."""
    NAMES.clear()
    NAMES.update(__name__="__main__", __builtins__=__builtins__, display=display, get_ipython=lambda: None)


def run(code, number):
    """Run one cell, the `number`-th of its page; return its outputs and its error as JSON."""
    OUT.clear()
    file = file_name(number)
    linecache.cache[file] = len(code), None, code.splitlines(True), file
    error = None
    with contextlib.redirect_stdout(Written()), contextlib.redirect_stderr(Written()):
        try:
            execute(code, file)
        except BaseException as caught:      # SystemExit and KeyboardInterrupt end a cell, not the page
            error = told(caught)
    return json.dumps({"out": OUT, "error": error})


def execute(code, file):
    """Execute a cell; show the value of its last expression, unless a semicolon ends it."""
    tree = ast.parse(code, file)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not code.rstrip().endswith(";"):
        last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, file, "exec"), NAMES)
    if last is not None:
        value = eval(compile(last, file, "eval"), NAMES)
        if value is not None and not isinstance(value, stand_ins.Drawing):
            NAMES["_"] = value
            display(value)


# --- outputs --------------------------------------------------------------------------------------------------------

class Written(io.TextIOBase):
    """Collect what a cell prints."""

    def write(self, text):
        size = sum(len(content) for kind, content in OUT if kind == "stream")
        if size + len(text) > LONGEST_OUTPUT:
            raise RuntimeError(f"a cell of this page may print {LONGEST_OUTPUT:,} characters, and this is more")
        if text and OUT and OUT[-1][0] == "stream":
            OUT[-1][1] += text
        elif text:
            OUT.append(["stream", text])
        return len(text)


def display(*values):
    """Show values as a notebook does."""
    for value in values:
        bundle = represent(value)
        OUT.append(["drawn", ""] if stand_ins.DRAWN in bundle else ["data", bundle])


def represent(value):
    """Return {type: text} of a value, as it asks to be shown."""
    bundle = getattr(value, "_repr_mimebundle_", None)
    if bundle is not None:
        found = bundle()
        return dict(found[0] if isinstance(found, tuple) else found)
    data = {}
    for kind, name in (("text/html", "_repr_html_"), ("image/svg+xml", "_repr_svg_"), ("image/png", "_repr_png_")):
        method = getattr(value, name, None)
        text = method() if callable(method) else None
        if text is not None:
            data[kind] = base64.b64encode(text).decode() if isinstance(text, bytes) else text
    return {**data, "text/plain": plain(value)}


def plain(value):
    """Return a value as text: containers as IPython lays them out, all else by its repr."""
    for container in (dict, list, tuple, set):
        if type(value).__repr__ is container.__repr__:
            return pprint.pformat(value, width=79, compact=True)
    return repr(value)


# --- errors ---------------------------------------------------------------------------------------------------------

def file_name(number):
    return f"<cell {number}>"


def told(error):
    """Return an error in a reader's words: the lines of cells and of the book's modules, and what is wrong."""
    what = "".join(traceback.format_exception_only(error)).strip()
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if is_shown(frame.filename)]
    if isinstance(error, SyntaxError) and is_cell(error.filename):
        where = f"{error.filename[1:-1]}, line {error.lineno}"
        return {"text": what.replace(f'File "{error.filename}", line {error.lineno}', where, 1),
                "cell": cell_number(error.filename), "line": error.lineno}
    lines = [shown(frame) for frame in frames]
    if len(lines) > LONGEST_TRACE:
        half = LONGEST_TRACE // 2
        lines[half:-half] = ["…"]
    last = next((frame for frame in reversed(frames) if is_cell(frame.filename)), None)
    return {"text": "\n".join([*lines, what]),
            "cell": last and cell_number(last.filename), "line": last and last.lineno}


def is_cell(file):
    return bool(file) and file.startswith("<cell ")


def is_shown(file):
    return is_cell(file) or any(f"/{package}/" in file for package in ("backprop", "proofread"))


def cell_number(file):
    return int(file[len("<cell "):-1])


def shown(frame):
    if is_cell(frame.filename):
        return f"{frame.filename[1:-1]}, line {frame.lineno}: {frame.line}"
    return f"{'/'.join(frame.filename.split('/')[-2:])}, line {frame.lineno}, in {frame.name}"
