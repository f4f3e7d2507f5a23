"""The code is as ruff asks, and nothing is spelled wrong; what they look at and let pass is in pyproject.toml."""
import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


COMMANDS = {"ruff": ["ruff", "check", "--no-cache", "--output-format", "concise", "."], "codespell": ["codespell_lib"]}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_nothing_to_complain_of(command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


MOST_LINES = 25
LONGER = {}                                             # function: why it is longer


def code_lines(function, source):
    """Return how many lines of code a function has: not its docstring, no comment, nothing empty."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        return 0
    lines = source.splitlines()[body[0].lineno - 1:function.end_lineno]
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in lines)


def long_functions(root):
    """Yield every function of more lines than one holds in mind, by its name."""
    for file in sorted(path for room in ("src", "tools", "benchmarks") for path in (root / room).rglob("*.py")):
        source = file.read_text("utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and code_lines(node, source) > MOST_LINES:
                yield f"{file.relative_to(root)}: {node.name}"


def test_no_function_is_longer_than_one_holds_in_mind():
    found = set(long_functions(ROOT))
    assert found == set(LONGER), (found ^ set(LONGER), "too long, or in LONGER without need")


def test_a_long_function_is_found(tmp_path):
    for room, lines in (("src", MOST_LINES), ("tools", MOST_LINES + 1)):
        (tmp_path / room).mkdir()
        body = "\n".join(["    \"\"\"Words.\"\"\"", "    # a comment", "", *["    x = 1"] * lines])
        (tmp_path / room / "some.py").write_text(f"def f():\n{body}\n")
    assert list(long_functions(tmp_path)) == ["tools/some.py: f"]
