"""The book to take along: a strict EPUB, and links in the sidebar where there is something to link to."""
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from test_build import Page, contents, failing_notebook, small_book

from tools.extensions import downloads, epub
from tools.make import build

OPF = "{http://www.idpf.org/2007/opf}"
XHTML, MATHML = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/1998/Math/MathML}"


@pytest.mark.parametrize("html, strict", [
    ("<p>a<br>b &nbsp;</p>", "<p>a<br/>b \N{NO-BREAK SPACE}</p>"),
    ("<p>x</p><script>1 && 2</script><button>+</button>", "<p>x</p>"),
    ("<summary><p>More</p></summary>", "<summary>More</summary>"),
    ('<a href="02.html#sec">x</a><a href="https://e.org/a.html#b">y</a>',
     '<a href="02.xhtml#sec">x</a><a href="https://e.org/a.html#b">y</a>'),
    ('<math><mfrac displaystyle="true"><mn>1</mn><mn>2</mn></mfrac></math>',
     '<math xmlns="http://www.w3.org/1998/Math/MathML"><mstyle displaystyle="true"><mfrac><mn>1</mn><mn>2</mn></mfrac>'
     "</mstyle></math>"),
])
def test_html_becomes_strict(html, strict):
    assert epub.xhtml(html) == strict
    ElementTree.fromstring(f"<body>{epub.xhtml(html)}</body>")


def parts(path):
    """Open an EPUB as a reading device does; return {name: bytes} and the items of its list of contents."""
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"application/epub+zip"
        files = {name: archive.read(name) for name in archive.namelist()}
    container = ElementTree.fromstring(files["META-INF/container.xml"])
    place = next(element.get("full-path") for element in container.iter() if element.tag.endswith("rootfile"))
    return files, ElementTree.fromstring(files[place])


def is_strict(files, package):
    """Hold every page of the list against what EPUB 3 asks: XML, no script, every file and place that it names."""
    items = {item.get("href"): item for item in package.iter(f"{OPF}item")}
    assert set(items) <= set(files)
    pages = {name: ElementTree.fromstring(files[name]) for name in items if name.endswith(".xhtml")}
    ids = {name: {element.get("id") for element in page.iter()} for name, page in pages.items()}
    for name, page in pages.items():
        assert not [element for element in page.iter() if element.tag in (XHTML + "script", XHTML + "button")], name
        holds = any(element.tag == MATHML + "math" for element in page.iter())
        assert holds == ("mathml" in items[name].get("properties", "")), name
        for link in page.iter(XHTML + "a"):
            to, _, place = link.get("href", "").partition("#")
            target = str((Path("/") / name).parent.joinpath(to).resolve().relative_to("/")) if to else name
            if ":" not in to and to.endswith(".xhtml"):
                assert target in pages and (not place or place in ids[target]), (name, link.get("href"))
    return pages


def test_a_small_book_as_epub(tmp_path):
    source = small_book(tmp_path, start="# Start\n\nSee [it](there.md) and {eq}`eq-a`.",
                        there="# There\n\n$$\n\\frac{m}{2}\n$$ (eq-a)", runs=failing_notebook("print(1)"))
    (source / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    good, record = build.build(source, tmp_path / "out", stored=True, builder="epub", say=lambda *a, **k: None)
    assert good, record[-3000:]
    pages = is_strict(*parts(tmp_path / "out" / "_build" / "epub" / "book.epub"))
    assert {"chapters/start.xhtml", "chapters/there.xhtml", "chapters/runs.xhtml"} <= set(pages)


@pytest.mark.slow
def test_the_book_as_epub(tmp_path):
    good, record = build.build(into=tmp_path, stored=True, builder="epub", say=lambda *a, **k: None)
    assert good, build.complaints(record)
    files, package = parts(tmp_path / "_build" / "epub" / "book.epub")
    pages = is_strict(files, package)
    assert {f"{name}.xhtml" for name in contents()} <= set(pages)
    listed = files["nav.xhtml"].decode()
    assert all(f"{name}.xhtml" in listed for name in contents())
    assert f"backprop-course-{downloads.version(build.ROOT)}</dc:identifier>" in files["content.opf"].decode()


def test_the_sidebar_links_what_there_is_to_take_along(tmp_path, monkeypatch):
    source = small_book(tmp_path / "book", start="# Start\n\nWords.", runs=failing_notebook("print(1)"))
    (source / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    page = tmp_path / "out" / "_build" / "html" / "chapters" / "start.html"
    quiet = {"stored": True, "say": lambda *a, **k: None}
    assert build.build(source, tmp_path / "out", **quiet)[0]
    assert "downloads" not in page.read_text("utf-8")
    offered = tmp_path / "offered"
    offered.mkdir()
    (offered / "b.epub").write_bytes(b"x" * 1_250_000)
    (offered / "b.pdf").write_bytes(b"x" * 2_000_000)
    monkeypatch.setenv("BOOK_DOWNLOADS", str(offered))
    good, record = build.build(source, tmp_path / "out", **quiet)
    assert good, record[-3000:]
    text = page.read_text("utf-8")
    links = [link for link in Page(text).links if "downloads/" in link]
    assert links == ["../downloads/b.pdf", "../downloads/b.epub"]
    assert all((page.parent / link).exists() for link in links)
    assert "2.0 MB" in text and "1.2 MB" in text and "Version 1.2.3" in text
