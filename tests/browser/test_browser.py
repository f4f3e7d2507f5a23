"""Every page in a real browser: complete, quiet, light, readable by everyone."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from pypdf import PdfReader

from tools.judge.browser import Visit
from tools.make import build, pdf

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
CHAPTERS = [f"{name}.html" for name in
            [TOC["root"]] + [chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]]]
PAGES = [*CHAPTERS, "search.html", "404.html", "genindex.html"]
CODE_LIMIT, PAGE_LIMIT = 300_000, 714_000  # bytes as sent

UNREADABLE = """() => [...document.querySelectorAll("math")].filter((formula) => {
  const box = formula.getBoundingClientRect();
  return formula.checkVisibility() && (box.width < 2 || box.height < 2) || formula.querySelector("merror");
}).map((formula) => formula.outerHTML.slice(0, 200))"""
RAW_LATEX = """() => { const walker = document.createTreeWalker(document.querySelector("article") || document.body, 4);
  const found = []; for (let node; (node = walker.nextNode());) {
    if (node.parentElement.closest("pre, code, script, style, annotation, textarea")) continue;
    if (/\\$\\$|\\\\(frac|partial|sum|mathrm|delta|begin|left)/.test(node.data)) found.push(node.data.slice(0, 80)); }
  return found; }"""
STRANDED = """() => [...document.querySelectorAll("article .math")].filter((formula) => !formula.closest(".tied") &&
  /^[.,;:!?)’”]/.test(formula.nextSibling?.data ?? ""))
  .map((formula) => formula.parentElement.textContent.slice(0, 80))"""
WIDER = """() => { const wide = document.documentElement.clientWidth;
  const scrolls = (element) => { for (let e = element; e; e = e.parentElement)
    if (/(auto|scroll|hidden|clip)/.test(getComputedStyle(e).overflowX) && e !== document.body) return true;
    return false; };
  return [document.documentElement.scrollWidth - wide, [...document.querySelectorAll("main *")].filter((element) =>
    element.checkVisibility() && element.getBoundingClientRect().right > wide + 1 && !scrolls(element))
    .map((element) => element.outerHTML.slice(0, 120)).slice(0, 5)]; }"""
EQUATION_BOXES = """() => [...document.querySelectorAll(".math-scroll")].filter((box) => box.checkVisibility())
  .map((box) => [box.scrollWidth > box.clientWidth, box.tabIndex])"""


def quiet(visit):
    assert visit.foreign == [], "asked another host"
    assert visit.failed == [], "requests failed"
    assert visit.errors == [], "errors in the console"


@pytest.mark.accessible("axe-core finds nothing that it calls serious or critical, names of controls and "
                        "contrast included, in light colors at 1280 px and in dark colors at 390 px; "
                        "nothing scrolls sideways at 390 px.")
@pytest.mark.parametrize("name", PAGES)
def test_page(browser, site, name, request):
    """Complete, quiet, light; then readable by everyone in both themes, on a desk and on a telephone."""
    views = [(1280, "light"), (390, "dark")]
    everything = request.config.getoption("--all")
    if everything:
        views += [(390, "light"), (1280, "dark")]
    with Visit(browser, site + name) as visit:
        page = visit.page
        visit.scroll()
        quiet(visit)
        assert page.evaluate(UNREADABLE) == [], "maths that does not show"
        assert page.evaluate(RAW_LATEX) == [], "LaTeX in the text"
        assert page.evaluate(STRANDED) == [], "a line may begin with a comma"
        if page.locator("math").count():
            assert page.evaluate("document.fonts.check('20px \"Book Maths\"')"), "the font of the maths is not there"
        assert visit.shifted() <= 0.05, f"layout shift {visit.shifted():.3f}"
        assert visit.code <= CODE_LIMIT, f"{visit.code / 1000:.0f} kB of scripts, styles and fonts"
        assert visit.all <= PAGE_LIMIT, f"{visit.all / 1000:.0f} kB in all"
        found = {}
        for width, theme in views:
            if page.viewport_size["width"] != width:
                page.set_viewport_size({"width": width, "height": 900})
                page.wait_for_timeout(600)  # the theme looks a moment later which code is now cut off
            page.emulate_media(color_scheme=theme)
            page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
            found[f"{theme}, {width} px"] = visit.findings(thorough=everything or name == CHAPTERS[1])
            if width == 390:
                assert page.evaluate(WIDER) == [0, []], "scrolls sideways on a telephone"
                assert all(tab == (0 if wide else -1) for wide, tab in page.evaluate(EQUATION_BOXES))
        assert not any(found.values()), found


OF_EACH_KIND = (CHAPTERS[0], CHAPTERS[2], "chapters/practice.html", "search.html")


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in OF_EACH_KIND else pytest.mark.slow)
                                  for name in PAGES])
def test_page_opened_as_a_file(browser, book, name):
    with Visit(browser, (book / name).resolve().as_uri()) as visit:
        visit.scroll()
        quiet(visit)
        assert visit.page.evaluate(UNREADABLE) == []


def test_the_entry_leads_to_the_first_page(browser, site):
    with Visit(browser, site) as visit:
        visit.page.wait_for_url("**/" + CHAPTERS[0])
        visit.page.wait_for_load_state("load")
        visit.failed = [url for url in visit.failed if "favicon" not in url]  # asked for by the page that was left
        quiet(visit)


def test_search_finds(browser, site):
    with Visit(browser, site + "search.html?q=gradient") as visit:
        visit.page.wait_for_selector("#search-results li a", timeout=10_000)
        quiet(visit)


@pytest.mark.accessible("The search and the switch between light and dark work by keyboard (tried on the first page).")
def test_search_dialog_and_theme_switch_work_by_keyboard(browser, site):
    with Visit(browser, site + CHAPTERS[0]) as visit:
        page = visit.page
        page.keyboard.press("Control+k")
        page.wait_for_selector("#pst-search-dialog[open] input")
        page.keyboard.type("gradient")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"search\.html\?q=gradient"))
        quiet(visit)
    with Visit(browser, site + CHAPTERS[0]) as visit:
        page = visit.page
        page.locator(".theme-switch-button").first.focus()
        before = page.evaluate("getComputedStyle(document.body).backgroundColor")
        for _ in range(3):
            page.keyboard.press("Enter")
            if page.evaluate("document.documentElement.dataset.theme") == "dark":
                break
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


@pytest.mark.accessible("The first stop of the Tab key is a link that skips to the text, and the focus is "
                        "visible (tried on the first page).")
def test_skip_link_and_focus_are_visible(browser, site):
    with Visit(browser, site + CHAPTERS[0]) as visit:
        page = visit.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
        assert page.evaluate("document.activeElement.getBoundingClientRect().bottom > 0")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert float(outline.removesuffix("px")) >= 2


def test_wide_equation_scrolls_in_its_own_box(browser, site):
    with Visit(browser, site + CHAPTERS[0], width=390) as visit:
        page = visit.page
        page.evaluate("document.querySelector('.math-scroll > math').style.minWidth = '900px'")
        page.wait_for_function("document.querySelector('.math-scroll').tabIndex === 0")
        assert page.evaluate(WIDER) == [0, []]
        assert page.evaluate(EQUATION_BOXES)[0] == [True, 0]
        assert visit.findings(thorough=True) == []


def test_a_missing_page_is_answered_by_the_book(browser, site):
    with Visit(browser, site + "404.html") as visit:
        assert "does not exist" in visit.page.inner_text("article h1")
        assert "finds no row" in visit.page.get_attribute("article svg[role=img]", "aria-label")


def contrast(one, other):
    """Return the contrast ratio of two colors, as WCAG 2 defines it."""
    def luminance(color):
        parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.accessible("The book's own text colors have a contrast of at least 4.5 to 1 on all of its grounds.")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_colors_of_the_book_have_contrast(theme):
    sheet = (ROOT / "_static" / "custom.css").read_text("utf-8")
    block = re.search(rf'html\[data-theme="{theme}"\] \{{(.*?)\}}', sheet, re.S)[1]
    colors = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    grounds = [colors[name] for name in ("pst-color-background", "pst-color-on-background", "book-panel")]
    for name in ("size-m", "size-d", "size-t", "size-n", "book-accent", "book-ink", "book-muted"):
        assert min(contrast(colors[name], ground) for ground in grounds) >= 4.5, name


@pytest.mark.slow
def test_the_book_prints(tmp_path):
    good, record = build.build(into=tmp_path, stored=True, builder="singlehtml", say=lambda *a, **k: None)
    assert good, build.complaints(record)
    with ThreadPoolExecutor(1) as apart:     # Playwright wants a thread for each of its loops; `browser` has this one
        apart.submit(pdf.make, tmp_path / "_build" / "singlehtml", tmp_path / "book.pdf").result()
    printed = (tmp_path / "book.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 5 * len(CHAPTERS)
    assert b"/Outlines" in printed and b"/StructTreeRoot" in printed, "no bookmarks or no tags"
    the_links_lead_somewhere(PdfReader(tmp_path / "book.pdf"))
    every_chapter_begins_a_page(PdfReader(tmp_path / "book.pdf"))


def the_links_lead_somewhere(reader):
    links = [link.get_object() for page in reader.pages for link in page.get("/Annots", [])]
    inside = [str(link["/Dest"]).removeprefix("/") for link in links if "/Dest" in link]
    outside = [link["/A"]["/URI"] for link in links if "/URI" in link.get("/A", {})]
    places = {name.removeprefix("/") for name in reader.named_destinations}
    assert len(inside) > 100 and outside
    assert not [address for address in outside if "127.0.0.1" in address or "localhost" in address]
    assert set(inside) <= places, sorted(set(inside) - places)[:5]


def every_chapter_begins_a_page(reader):
    book = reader.outline[1] if isinstance(reader.outline[1], list) else reader.outline
    chapters = [place for place in book if not isinstance(place, list)][-(len(CHAPTERS) - 1):]
    assert len(chapters) == len(CHAPTERS) - 1
    for chapter in chapters:
        text = reader.pages[reader.get_destination_page_number(chapter)].extract_text()
        assert "".join(text.split()).startswith("".join(chapter.title.split())), (chapter.title, text[:80])


# --- the tests can fail -----------------------------------------------------------------------------------------------

BROKEN = """<!DOCTYPE html><html lang="en"><head><title>Broken</title></head><body><main><h1>Broken</h1>
<img src="none.png"><p style="color: #ccc">faint</p><p>$$ \\frac{a}{b} $$</p>
<div style="width: 900px">wide</div><script>undefinedFunction()</script></main></body></html>"""


def test_a_broken_page_is_noticed(browser, tmp_path):
    (tmp_path / "broken.html").write_text(BROKEN, "utf-8")
    with Visit(browser, (tmp_path / "broken.html").as_uri(), width=390) as visit:
        assert visit.failed and any("undefinedFunction" in error for error in visit.errors)
        assert visit.page.evaluate(RAW_LATEX) and visit.page.evaluate(WIDER)[0] > 0
        assert any("image-alt" in line for line in visit.findings())
        assert any("color-contrast" in line for line in visit.findings())
