"""The rules of the chapters that a program can check; `problems` says what is wrong with a page, one line each.

    python -m tools.judge.rules [chapters/… ]      (default: every chapter)
"""

import ast
import io
import itertools
import re
import statistics
import sys
import tokenize
from pathlib import Path

import nbformat

from tools import ROOT
from tools.make import notebooks

MOST_LINES = 25
IMAGES = ("image/png", "image/svg+xml", "image/jpeg")
ALTERNATIVE = 20  # a description of a picture has at least so many characters
LABEL = re.compile(r"(eq|def)-[a-z0-9]+(-[a-z0-9]+)*")
BANNED_WORDS = re.compile(r"\b(simply|just|obviously)\b", re.I)
EMOJI = re.compile("[\U0001F000-\U0001FAFF\u2600-\u2604\u2606-\u26FF\u2728\u2705\u274C]")   # ★ grades an exercise
UNTESTED = {"nbval-skip", "nbval-ignore-output", "nbval-check-output", "raises-exception", "skip-execution"}
HIDING = {"hide-cell", "hide-input", "hide-output", "remove-cell", "remove-input", "remove-output"}


def chapters(folder=ROOT / "chapters"):
    return sorted(path for path in Path(folder).iterdir() if path.suffix in (".md", ".ipynb"))


# --- one code cell ---------------------------------------------------------------------------------------------------

def code_problems(source):
    """Yield what a reader should not have to read in a cell."""
    lines = source.splitlines()
    if not source.strip():
        yield "is empty"
        return
    if len(lines) > MOST_LINES:
        yield f"has {len(lines)} lines; at most {MOST_LINES}"
    for line in lines:
        if re.match(r"\s*[!%]", line):
            yield f"leaves Python: {line.strip()!r}"
    if re.search(r"#\s*(NBVAL|PYTEST_VALIDATE)_", source):
        yield "keeps its output from being compared"
    try:
        tree = ast.parse(source)
    except SyntaxError:
        yield "is not Python"
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(name.name == "*" for name in node.names):
            yield f"imports everything from {node.module}"
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("sys.path", "warnings.filterwarnings",
                                                                     "warnings.simplefilter"):
            yield f"uses {ast.unparse(node)}"
    yield from semicolons(source)


def semicolons(source):
    """Yield each semicolon at the end of a line."""
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    for token, following in itertools.pairwise(tokens):
        if token.string == ";" and following.type in (tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENDMARKER):
            yield "ends in a semicolon (end a figure with plt.show())"


def fold_problems(cell):
    """Yield what is wrong with a folded cell that is no solution: its words must say what is in it."""
    prompt = cell.metadata.get("mystnb", {}).get("code_prompt_show")
    statements = ast.parse(cell.source).body
    calls = [ast.unparse(s.value.func) for s in statements if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)]
    imports = [s for s in statements if isinstance(s, (ast.Import, ast.ImportFrom))]
    functions = [s for s in statements if isinstance(s, ast.FunctionDef)]
    kept = {
        "Imports": len(imports) + calls.count("plt.style.use") == len(statements),
        "How it is drawn": len(functions) == len(statements) or calls[-1:] in (["plt.show"], ["explore"]),
        "The check": "check" in calls,
    }
    if prompt not in kept:
        yield f"is folded but is no solution and says none of {', '.join(kept)} (mystnb.code_prompt_show)"
    elif not kept[prompt]:
        yield f"is folded under {prompt!r} but holds something else"


def output_problems(cell):
    """Yield what is wrong with the stored outputs of a cell."""
    tags = set(cell.metadata.get("tags", []))
    widget = any(notebooks.WIDGET_VIEW in output.get("data", {}) for output in cell.outputs)
    for output in cell.outputs:
        kind = output.output_type
        if kind == "error":
            yield f"raised {output.ename}"
        if kind == "stream" and output.name == "stderr":
            yield "wrote to stderr"
        data = output.get("data", {})
        plain = output.get("text", "") if kind == "stream" else data.get("text/plain", "")
        if notebooks.WIDGET_VIEW in data and "text/html" not in data:
            yield "stores a widget without the HTML that the page shows"
        if re.search(r"\b0x[0-9a-f]{6,}", plain):
            yield "shows a memory address"
        if kind == "execute_result" and re.match(r"\(?(array\(|np\.|matrix\()", plain):
            yield "shows a bare NumPy value (print it with a format)"
        if re.search(r"\d\.\d{13,}", plain):
            yield "prints more than 12 decimals (they differ between machines)"
        if any(kind in data for kind in IMAGES):
            yield from figure_problems(cell.metadata.get("mystnb", {}))
    for tag in tags & UNTESTED:
        if not (tag == "nbval-ignore-output" and widget):
            yield f"is tagged {tag}: its output is not compared"


def figure_problems(options):
    """Yield what a picture made by a cell lacks."""
    text = options.get("image", {}).get("alt", "")
    if len(text) < ALTERNATIVE or '"' in text:
        yield f"makes a picture without alternative text of {ALTERNATIVE} characters (mystnb.image.alt, no quotes)"
    figure = options.get("figure", {})
    if not figure.get("caption") or not re.fullmatch(r"fig-[a-z0-9-]+", figure.get("name", "")):
        yield "makes a picture without caption and name fig-… (mystnb.figure)"


# --- prose -----------------------------------------------------------------------------------------------------------

def prose(markdown):
    """Return the text without code, maths and addresses."""
    markdown = re.sub(r"^(`{3,}|~{3,})(?!\{).*?^\1", " ", markdown, flags=re.S | re.M)
    markdown = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]*`", " ", markdown, flags=re.S)
    return re.sub(r"\]\([^)]*\)", "]", markdown)


def prose_problems(markdown):
    """Yield what is wrong with the words, pictures and formulas of a Markdown text."""
    for word in BANNED_WORDS.findall(prose(markdown)):
        yield f"says {word!r}"
    if EMOJI.search(markdown):
        yield "has an emoji"
    yield from picture_problems(markdown)
    yield from formula_problems(markdown)


def picture_problems(markdown):
    """Yield the pictures that do not say in words what there is to see."""
    for text in re.findall(r"!\[([^\]]*)\]\(", markdown):
        if len(text) < ALTERNATIVE:
            yield f"has a picture without alternative text ({text!r})"
    for block in re.findall(r"^(?:`{3,}|:{3,})\{(?:image|figure)\}.*?^(?:`{3,}|:{3,})\s*$", markdown,
                            flags=re.S | re.M):
        alternative = re.search(r"^:alt:\s*(.*)$", block, flags=re.M)
        if not alternative or len(alternative[1]) < ALTERNATIVE:
            yield "has a figure without :alt:"
    for tag in re.findall(r"<img\b[^>]*>", markdown):
        if not re.search(rf'\balt="[^"]{{{ALTERNATIVE},}}"', tag):
            yield "has an <img> without alternative text"


def formula_problems(markdown):
    """Yield what is wrong with how formulas are written and labeled."""
    if re.search(r"^\\begin\{(align|equation|gather)\*?\}", re.sub(r"\$\$.*?\$\$", "", markdown, flags=re.S),
                 flags=re.M):
        yield "has a bare environment: write $$ … $$"
    for label in labels(markdown):
        if not LABEL.fullmatch(label):
            yield f"has the malformed label {label!r} (eq-… or def-…, a-z 0-9 -)"
    for block in re.finditer(r"\$\$.*?\$\$(?:[ \t]*\(([^)\s]*)\))?", markdown, flags=re.S):
        before, after = markdown[:block.start()].rstrip(" "), markdown[block.end():].lstrip(" ")
        alone = before.endswith("\n\n") or not before.strip()
        if block[1] and not (alone and (after.startswith("\n\n") or not after.strip())):
            yield f"has a formula that is not a paragraph of its own: {block[1]}"


def labels(markdown):
    """Return the labels of the displayed equations."""
    return re.findall(r"\$\$[ \t]*\(([^)\s]*)\)", markdown)


def targets(markdown):
    return re.findall(r"^\(([^)\s]+)\)=\s*$", markdown, flags=re.M)


def heading_problems(markdown):
    """Yield what is wrong with the order of the headings."""
    levels = [len(mark) for mark in re.findall(r"^(#+) ", re.sub(r"^```.*?^```", "", markdown, flags=re.S | re.M),
                                               re.M)]
    if levels.count(1) != 1 or levels[0] != 1:
        yield "needs one title, as its first heading"
    for one, next_one in itertools.pairwise(levels):
        if next_one > one + 1:
            yield f"jumps from a heading of level {one} to level {next_one}"


# --- a page, and all of them -----------------------------------------------------------------------------------------

def read(path):
    """Return the Markdown of a page and its code cells."""
    if Path(path).suffix == ".md":
        return Path(path).read_text("utf-8"), []
    cells = nbformat.read(path, as_version=4).cells
    markdown = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return markdown, [cell for cell in cells if cell.cell_type == "code"]


def notebook_problems(path, code):
    """Yield what is wrong with a notebook as a whole."""
    counts = [cell.execution_count for cell in code]
    if counts != list(range(1, len(code) + 1)):
        yield f"was not executed from first to last cell: {counts}"
    if Path(path).read_text("utf-8") != notebooks.text(notebooks.tidy(nbformat.read(path, as_version=4))):
        yield "is not tidy: run make notebooks"
    if code:
        first = ast.parse(code[0].source).body if not list(code_problems(code[0].source)) else []
        if not any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in first):
            yield "does not begin with its imports"


def problems(path):
    """Return what is wrong with a chapter, one line each."""
    name = Path(path).name
    markdown, code = read(path)
    found = [f"{name} {what}" for what in [*prose_problems(markdown), *heading_problems(markdown)]]
    if Path(path).suffix == ".ipynb":
        found += [f"{name} {what}" for what in notebook_problems(path, code)]
    for number, cell in enumerate(code, 1):
        tags = set(cell.metadata.get("tags", []))
        whats = [*code_problems(cell.source), *output_problems(cell)]
        if tags & HIDING and "solution" not in tags:
            whats += fold_problems(cell)
        figure = cell.metadata.get("mystnb", {})
        whats += prose_problems(figure.get("figure", {}).get("caption", "") + " "
                                + figure.get("image", {}).get("alt", ""))
        found += [f"{name} cell {number} {what}" for what in whats]
    return found


def book_problems(paths):
    """Return what is wrong with the chapters taken together."""
    found, seen, lengths = [], {}, []
    for path in paths:
        markdown, code = read(path)
        names = [cell.metadata.get("mystnb", {}).get("figure", {}).get("name") for cell in code]
        for label in labels(markdown) + targets(markdown) + [name for name in names if name]:
            if label.lower() in seen:
                found.append(f"{Path(path).name} uses the label {label!r} again ({seen[label.lower()]} has it)")
            seen[label.lower()] = Path(path).name
        lengths += [len(cell.source.splitlines()) for cell in code]
    if lengths and statistics.median(lengths) > 5:
        found.append(f"the median code cell has {statistics.median(lengths)} lines; at most 5")
    if lengths and sum(length <= 15 for length in lengths) < 0.9 * len(lengths):
        found.append("more than a tenth of the code cells have over 15 lines")
    return found


if __name__ == "__main__":
    pages = [Path(name) for name in sys.argv[1:]] or chapters()
    wrong = [line for page in pages for line in problems(page)] + book_problems(pages)
    print("\n".join(wrong) or f"{len(pages)} pages, no problem")
    sys.exit(bool(wrong))
