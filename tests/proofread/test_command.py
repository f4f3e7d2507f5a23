"""The command line: verdicts with file and line, and exit codes that a pipeline can use."""
import io
import json

import pytest

from proofread.__main__ import main

GIVEN = "Z = W A\nJ = \\frac{1}{2} \\| Z - Y \\|_F^2\nA \\in \\mathbb{R}^{d \\times m}\n"
RIGHT = r"\frac{\partial J}{\partial W} = (Z - Y) A^T"
WRONG = r"\frac{\partial J}{\partial W} = (Y - Z) A^T"
NOTES = (f"# Notes\n\n$$\nZ = W A\n$$\n\nand $$J = \\frac{{1}}{{2}} \\| Z - Y \\|_F^2$$\n\nso that ${WRONG}$.\n\n"
         f"$$\n{RIGHT}\n$$\n")


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command on files given by name and content; return exit code and what was printed."""
    def command(files, *options, stdin=""):
        for name, content in files.items():
            (tmp_path / name).write_text(content, "utf-8")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        try:
            code = main([*options, *files, *(["-"] if stdin else [])])
        except SystemExit as stop:
            code = stop.code
        return code, capsys.readouterr()
    return command


def test_a_right_document(run):
    code, printed = run({"notes.md": NOTES})
    assert code == 0
    assert f"notes.md:12: ✓ right: {RIGHT}" in printed.out
    assert printed.out.endswith("1 right\n")


def test_inline_formulas_only_where_asked_for(run):
    code, printed = run({"notes.md": NOTES}, "--inline")
    assert code == 1
    assert f"notes.md:9: ✗ wrong: {WRONG}" in printed.out and "notes.md:12: ✓" in printed.out


def test_standard_input_and_given(run, tmp_path):
    (tmp_path / "notation.txt").write_text(GIVEN, "utf-8")
    assert run({}, "--given", "notation.txt", stdin=RIGHT)[0] == 0
    code, printed = run({}, "--given", "notation.txt", stdin=f"\n{WRONG}\n")
    assert code == 1 and printed.out.startswith(f"-:2: ✗ wrong: {WRONG}\n")


def test_a_preset_by_its_name(run):
    assert run({}, "--given", "ng-dl", stdin=r"dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}")[0] == 0


def test_sizes(run):
    assert run({}, "--sizes", "m=7, d=2", stdin=GIVEN + RIGHT)[0] == 0
    for wrong in ("m", "m=x", "m=-1", "=3", "m=3=4"):
        code, printed = run({}, "--sizes", wrong, stdin=RIGHT)
        assert code == 2 and f"{wrong!r} is not of the form m=7, n=3" in printed.err


def test_json(run):
    code, printed = run({"notes.md": NOTES, "wrong.tex": f"\\[ {GIVEN.splitlines()[0]} \\]"}, "--json")
    found = json.loads(printed.out)
    assert code == 0 and [one["file"] for one in found] == ["notes.md", "wrong.tex"]
    assert [(line["where"], line["kind"], line["verdict"]) for line in found[0]["lines"]] == [
        ("notes.md:4", "definition", None), ("notes.md:7", "definition", None), ("notes.md:12", "claim", "right")]


@pytest.mark.parametrize(
    "files", [{}, {"empty.md": ""}, {"prose.md": "No formula here."}, {"broken.md": "$$ \\frac{ $$"}])
def test_nothing_that_could_be_read(run, files):
    code, printed = run(files, *(["missing.md"] if not files else []))
    assert code == 2
    if files:
        assert "found" in printed.out or "cannot be read" in printed.out
    else:
        assert "missing.md: No such file" in printed.err


def test_given_must_exist(run):
    code, printed = run({}, "--given", "ng", stdin=RIGHT)
    assert code == 2 and "it must be a file or one of book, " in printed.err and "Traceback" not in printed.err
