"""The book builds strictly, into complete pages; and a fault on purpose stops it."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from docutils import nodes
from docutils.utils import new_document
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.extensions import fonts, maths
from tools.judge.browser import pages as page_names
from tools.make import build
from tools.make.lock import locked

ROOT = Path(__file__).resolve().parents[2]


class Page(HTMLParser):
    """What a page asks for and offers."""

    def __init__(self, text):
        super().__init__()
        self.images, self.links, self.loaded, self.meta, self.ids, self.title, self.h1 = [], [], [], {}, [], "", 0
        self.inside = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.inside = tag
        self.h1 += tag == "h1"
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "img":
            self.images.append(given)
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag in ("script", "img", "iframe", "source", "video", "audio", "embed") and given.get("src"):
            self.loaded.append(given["src"])
        if tag == "link" and given.get("rel") != "canonical":
            self.loaded.append(given.get("href", ""))
        if tag == "meta":
            self.meta[given.get("name") or given.get("property")] = given.get("content", "")

    def handle_data(self, data):
        if self.inside == "title":
            self.title += data
            self.inside = None


def parsed(book):
    return {name: Page((book / name).read_text("utf-8")) for name in page_names(book)}


def contents():
    """Return the pages that _toc.yml lists."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    return [toc["root"]] + [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]


# --- the book ---------------------------------------------------------------------------------------------------------

def test_the_strict_build_has_nothing_to_complain_of(built):
    assert built[1].splitlines() == []


def test_every_page_of_the_contents_is_built(book):
    for name in contents():
        assert (book / f"{name}.html").exists()
    assert {"index.html", "404.html", "search.html"} <= set(page_names(book))


def test_no_page_is_forgotten():
    listed = {Path(name).name for name in contents()}
    here = {path.stem for path in (ROOT / "chapters").iterdir() if path.suffix in (".md", ".ipynb")}
    assert here <= listed, f"not in _toc.yml: {here - listed}"


@pytest.mark.accessible("Every picture says in words what there is to see.")
def test_pictures_have_alternative_text(book):
    for name, page in parsed(book).items():
        for image in page.images:
            text = image.get("alt", "")
            assert len(text) >= 20 and "../_images" not in text and not text.startswith("_images"), (name, image)


def test_nothing_is_loaded_from_elsewhere(book):
    for name, page in parsed(book).items():
        assert [url for url in page.loaded if re.match(r"(https?:)?//", url)] == [], name
    for path in book.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", path.read_text("utf-8")), path.name


def test_links_within_the_book_lead_somewhere(book):
    pages = parsed(book)
    for name, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            to, _, anchor = link.partition("#")
            path = (book / name).parent / to if to else book / name
            assert path.resolve().exists(), (name, link)
            if anchor and path.suffix == ".html" and anchor != "top":
                target = str(path.resolve().relative_to(book.resolve()))
                assert anchor in pages[target].ids, (name, link)


@pytest.mark.accessible("Formulas are MathML in the page; no script draws them.")
def test_maths_needs_no_script(book):
    for name in page_names(book):
        text = (book / name).read_text("utf-8")
        assert not re.search(r"mathjax|katex", re.sub(r"<code.*?</code>|<pre.*?</pre>", "", text, flags=re.S),
                             re.I), name
    assert any("<math" in (book / f"{name}.html").read_text("utf-8") for name in contents())


def test_every_chapter_page_has_a_title_and_a_description_of_its_own(book):
    pages = {name: page for name, page in parsed(book).items() if name.startswith("chapters/")}
    for field in (lambda page: page.title, lambda page: page.meta["description"]):
        values = [field(page) for page in pages.values()]
        assert all(len(value) > 20 for value in values) and len(set(values)) == len(values), values
    assert all("\\" not in page.meta["description"] for page in pages.values()), "LaTeX in a description"


def test_ids_are_unique(book):
    for name, page in parsed(book).items():
        double = {one for one in page.ids if page.ids.count(one) > 1}
        assert not double, (name, double)


def test_notebooks_can_be_downloaded(book):
    for path in (ROOT / "chapters").glob("*.ipynb"):
        copy = book / "_sources" / "chapters" / path.name
        assert nbformat.read(copy, as_version=4).cells
        assert path.name in (book / "chapters" / f"{path.stem}.html").read_text("utf-8")


def test_a_downloaded_notebook_says_first_what_it_needs(book):
    """And that brings all that its cells import."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needs = project["dependencies"] + project["optional-dependencies"]["chapters"]
    there = {re.match("[a-z]+", need)[0] for need in needs} | {"backprop", "proofread", *sys.stdlib_module_names}
    for path in sorted((book / "_sources" / "chapters").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        assert cells[0].cell_type == "markdown" and 'pip install ".[chapters]"' in cells[0].source, path.name
        code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        imported = re.findall(r"^(?:from|import) (\w+)", code, re.M)
        assert imported and set(imported) <= there, (path.name, set(imported) - there)


def test_a_root_brings_its_sign_though_no_text_holds_it():
    assert "√" in fonts.characters(["<p><math><msqrt><mi>m</mi></msqrt></math></p>"])["maths"]
    assert "√" not in fonts.characters(["<p><math><mi>m</mi></math></p>"])["maths"]


def test_the_fonts_cover_the_pages_and_carry_their_license(book):
    sheet = (book / "_static" / "fonts.css").read_text("utf-8")
    assert sheet.count("@font-face") == len(fonts.FACES) and "SIL Open Font License" in sheet
    for name in ("OFL-STIX.txt", "OFL-text.txt"):
        assert "SIL OPEN FONT LICENSE" in (book / "_static" / name).read_text("utf-8")
    from fontTools.ttLib import TTFont

    needed = fonts.characters([(book / name).read_text("utf-8") for name in page_names(book)])["maths"]
    stix = TTFont(fonts.package_file("ziamath", "fonts/STIXTwoMath-Regular.ttf")).getBestCmap()
    missing = {c for c in needed if ord(c) not in stix and c.isprintable() and not "\ufe00" <= c <= "\ufe0f"}
    assert not missing, f"not in the font of the maths: {missing}"


def test_without_a_publishing_environment_there_are_no_addresses(book):
    if any(os.environ.get(name) for name in ("BOOK_BASE_URL", "BOOK_REPOSITORY_URL", "BOOK_BINDER_URL")):
        pytest.skip("this is the publishing environment")
    assert not (book / "sitemap.xml").exists()
    for name in page_names(book):
        text = (book / name).read_text("utf-8")
        assert not re.search(r'rel="canonical"|og:url|github\.com/executablebooks|mybinder|colab', text), name


# --- LaTeX ------------------------------------------------------------------------------------------------------------

def test_maths_is_converted():
    assert re.fullmatch('<math alttext="[^"]+"><mi class="size-m">m</mi></math>', maths.to_mathml("m"))
    assert "size-" not in maths.to_mathml("m", sizes=False) and "size-" not in maths.to_mathml(r"\mathrm{d}x")
    assert "<msup>" not in maths.to_mathml(r"\varphi'(z)")
    assert maths.display_latex(r"a &= b \\ c &= d") == r"\begin{aligned}a &= b \\ c &= d\end{aligned}"
    assert maths.display_latex(r"\begin{pmatrix} a \\ b \end{pmatrix}") == r"\begin{pmatrix} a \\ b \end{pmatrix}"
    assert maths.display_latex("a\n\nb") == r"\begin{aligned}a \\ b\end{aligned}"
    assert maths.display_latex(r"\begin{align}a\end{align}", nowrap=True) == r"\begin{align*}a\end{align*}"
    with pytest.raises(maths.LatexError):
        maths.to_mathml(r"\nonsense{x}")


# --- a small book with one fault of every kind ------------------------------------------------------------------------

def small_book(folder, **pages):
    """Write a book with this one's configuration and these pages, which need no checks of their equations."""
    for name in ("tools", "_static"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    configuration = (ROOT / "_config.yml").read_text("utf-8")
    (folder / "_config.yml").write_text(re.sub(r" tools\.extensions\.checked(: \.)?,", "", configuration), "utf-8")
    (folder / "chapters").mkdir()
    for name, text in pages.items():
        if isinstance(text, str):
            (folder / "chapters" / f"{name}.md").write_text(text, "utf-8")
        else:
            nbformat.write(text, folder / "chapters" / f"{name}.ipynb")
    first, *rest = pages
    toc = {"format": "jb-book", "root": f"chapters/{first}",
           "parts": [{"caption": "All", "numbered": True, "chapters": [{"file": f"chapters/{name}"} for name in rest]}]}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), "utf-8")
    return folder


FAULTS = {
    "good": ("# Good\n\nA formula.\n\n$$\nm\n$$ (eq-good)\n\nSee {eq}`eq-good`.", None),
    "reference": ("# Reference\n\nSee [there](#sec-nowhere).", "sec-nowhere"),
    "equation": ("# Equation\n\nSee {eq}`eq-gone`.", "eq-gone"),
    "page": ("# Page\n\nSee [there](no_such_page.md).", "no_such_page"),
    "latex": ("# LaTeX\n\n$$\n\\nonsense{x}\n$$", "LaTeX not understood"),
    "inline": ("# LaTeX inline\n\nHere $\\frac{1$ is.", "LaTeX not understood"),
    "twice": ("# Twice\n\n$$\nm\n$$ (eq-good)", "duplicate label of equation eq-good"),
    "picture": ("# Picture\n\n![A line that rises from left to right](none.png)", "none.png"),
}


def failing_notebook(source):
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=[new_markdown_cell("# Runs"), new_code_cell(source)], metadata=kernel)


def test_faults_stop_the_build(tmp_path):
    pages = {name: text for name, (text, _) in FAULTS.items()}
    pages["raises"] = failing_notebook("1 / 0")
    pages["warns"] = failing_notebook("import warnings\nwarnings.warn('careful')")
    good, record = build.build(small_book(tmp_path, **pages), tmp_path / "out", say=lambda *a, **k: None)
    assert not good
    complaints = build.complaints(record)
    for name, (_, what) in FAULTS.items():
        about = [line for line in complaints if f"{name}.md" in line]
        assert any(what in line for line in about) if what else not about, (name, complaints)
    assert any("warns.ipynb" in line and "stderr" in line for line in complaints), complaints
    assert any("raises.ipynb: ERROR" in line for line in complaints) and "ZeroDivisionError" in record, complaints


def test_publishing_environment_gives_addresses(tmp_path, monkeypatch):
    monkeypatch.setenv("BOOK_BASE_URL", "https://example.org/backprop")
    monkeypatch.setenv("BOOK_REPOSITORY_URL", "https://github.com/example/backprop")
    monkeypatch.setenv("BOOK_BINDER_URL", "https://binder.example.org")
    notebook = failing_notebook("print(1)")
    source = small_book(tmp_path, start="# Start here\n\nWhat this page is about, in one sentence & a half.",
                        runs=notebook)
    good, record = build.build(source, tmp_path / "out", stored=True, say=lambda *a, **k: None)
    assert good, record[-3000:]
    html = tmp_path / "out" / "_build" / "html"
    start, runs = (Page((html / "chapters" / f"{name}.html").read_text("utf-8")) for name in ("start", "runs"))
    assert start.meta["og:url"] == "https://example.org/backprop/chapters/start.html"
    assert start.meta["og:title"] and "one sentence & a half" in start.meta["og:description"]
    assert "https://example.org/backprop/chapters/runs.html" in (html / "sitemap.xml").read_text("utf-8")
    assert start.meta["og:image"] == "https://example.org/backprop/_static/card.png"
    assert (html / "_static" / "card.png").stat().st_size > 10_000
    assert '<base href="/backprop/"' in (html / "404.html").read_text("utf-8")
    assert any(link.startswith("https://github.com/example/backprop") for link in start.links)
    assert any(link.startswith("https://binder.example.org/") for link in runs.links)
    assert not any(link.startswith("https://binder.example.org/") for link in start.links)


# --- the environment --------------------------------------------------------------------------------------------------

def make_environment(tmp_path, *options, target="env-book", **variables):
    """Run make for an environment of its own; return what came."""
    command = ["make", "--no-print-directory", "-s", "-C", str(ROOT), target, *options]
    return subprocess.run(command, text=True, capture_output=True, timeout=120, env={
        **os.environ, "VENV": str(tmp_path / "venv"), "PYTHON": sys.executable, "MAKEFLAGS": "", "MAKELEVEL": "",
        **variables})


def sentence(result):
    """Return the one line that says why there is no environment."""
    lines = [line for line in result.stderr.splitlines() if line.strip() and not line.startswith("make: ***")]
    assert result.returncode and len(lines) == 1 and "Traceback" not in result.stderr, result.stderr
    return lines[0]


def pretend(tmp_path, before):
    """Return a Python that runs these lines first."""
    path = tmp_path / "python"
    path.write_text(f"#!/bin/sh\nPYTHONPATH='{tmp_path}' exec '{sys.executable}' \"$@\"\n")
    path.chmod(0o755)
    (tmp_path / "sitecustomize.py").write_text("import sys\n" + before)
    return str(path)


OFFLINE = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "0",
           "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}


def test_no_network_is_one_line_and_the_half_made_environment_is_made_anew(tmp_path):
    first = make_environment(tmp_path, **OFFLINE, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert "cannot be reached" in sentence(first) and "Making the environment" in first.stdout     # in ASCII, too
    assert (tmp_path / "venv" / "unfinished").exists() and not (tmp_path / "venv" / "ready").exists()
    (tmp_path / "venv" / "half").touch()
    assert "cannot be reached" in sentence(make_environment(tmp_path, **OFFLINE))
    assert not (tmp_path / "venv" / "half").exists(), "what was interrupted is trusted"


def test_no_venv_module_is_one_line(tmp_path):
    python = pretend(tmp_path, "sys.modules['ensurepip'] = None")
    assert "no module venv" in sentence(make_environment(tmp_path, PYTHON=python))


def test_no_such_python_is_one_line(tmp_path):
    assert "there is no no-such-python" in sentence(make_environment(tmp_path, PYTHON="no-such-python"))


def test_another_python_is_one_line(tmp_path):
    python = pretend(tmp_path, "sys.version_info = (3, 8, 1, 'final', 0)")
    assert "needs Python 3.11 or newer" in sentence(make_environment(tmp_path, PYTHON=python))


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    assert "cannot be written" in sentence(make_environment(tmp_path, VENV=str(tmp_path / "file" / "venv")))


def test_a_second_run_waits_for_the_first(tmp_path):
    with locked(tmp_path / "venv.lock", ""):
        command = ["make", "-s", "-C", str(ROOT), "env-book"]
        second = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, env={
            **os.environ, "VENV": str(tmp_path / "venv"), "PYTHON": sys.executable, "MAKEFLAGS": "", "MAKELEVEL": ""})
        assert "waiting" in second.stdout.readline()
        second.terminate()
        second.communicate()


def test_a_python_of_the_last_green_run_gets_its_versions():
    first, *pins = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert f"{sys.version_info[0]}.{sys.version_info[1]} " in first
    pinned = {re.split("[=;]", pin)[0].strip() for pin in pins}
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    needed += [line for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines() if line[0] not in "-#"]
    assert {re.match("[a-z-]+", need)[0] for need in needed} <= pinned
    assert all("==" in pin for pin in pins)


def test_punctuation_follows_its_own_formula_where_the_same_text_stands_twice(tmp_path):
    paragraph = nodes.paragraph("", "", nodes.Text(", "), nodes.math("", "a"), nodes.Text(", "), nodes.math("", "b"))
    document = new_document("page")
    document += paragraph
    maths.tie_punctuation(SimpleNamespace(builder=SimpleNamespace(format="html")), document, "page")
    assert [child.astext() for child in paragraph] == [", ", "a", " ", "b"]
    assert paragraph[1]["tied"] == ","


# --- what may go wrong while the book is built ------------------------------------------------------------------------

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}


def start_build(*options, **variables):
    return subprocess.Popen([sys.executable, "-m", "tools.make.build", *map(str, options)], cwd=ROOT, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **variables},
                            preexec_fn=heed_interrupts)


def heed_interrupts():
    """Undo what a shell does that runs the tests in the background: its children are deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def last_words(process, first=""):
    """Return the last line of a build that gave up; nothing else may look like a fault of the program."""
    said = first + process.communicate(timeout=180)[0]
    assert process.returncode == 1 and "Traceback" not in said, said
    return said.strip().splitlines()[-1]


@pytest.mark.parametrize("variables", [{}, ASCII], ids=["UTF-8", "ASCII"])
def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, variables):
    (tmp_path / "file").touch()
    said = last_words(start_build("--stored", "--into", tmp_path / "file" / "folder", **variables))
    assert "cannot be written: Not a directory" in said


def test_a_full_disk_is_one_sentence():
    code = ("import errno; from tools.make import build\n"
            "def run(): raise OSError(errno.ENOSPC, 'No space left on device', '_build/build.log')\n"
            "build.in_one_sentence(run)")
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    assert last_words(process) == "The book did not build: _build/build.log cannot be written: No space left on device."


def test_interrupted_is_one_sentence_and_nothing_half_done_is_kept(tmp_path):
    process = start_build("--into", tmp_path)
    first = process.stdout.readline()
    while not list(tmp_path.glob("_build/cache/*/global.db")):   # the notebooks are being executed
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert last_words(process, first).startswith("Interrupted.")
    assert not (tmp_path / "_build" / "html").exists()


def test_a_second_build_waits_for_the_first(tmp_path):
    with locked(tmp_path / "_build" / ".lock", ""):
        second = start_build("--stored", "--into", tmp_path)
        second.stdout.readline()
        assert "Another build is writing there; waiting" in second.stdout.readline()
        second.terminate()
        second.communicate()
    assert not (tmp_path / "_build" / "html").exists()
