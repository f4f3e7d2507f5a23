"""Every page in a real browser: complete, quiet, light, readable by everyone."""

import re
from pathlib import Path

import pytest
import yaml

import weigh

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parent.parent
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
CHAPTERS = [f"{name}.html" for name in
            [TOC["root"]] + [chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]]]
PAGES = [*CHAPTERS, "search.html", "404.html", "genindex.html"]
CODE_LIMIT, PAGE_LIMIT = 300_000, 700_000  # bytes as sent

UNREADABLE = """() => [...document.querySelectorAll("math")].filter((formula) => {
  const box = formula.getBoundingClientRect();
  return formula.checkVisibility() && (box.width < 2 || box.height < 2) || formula.querySelector("merror");
}).map((formula) => formula.outerHTML.slice(0, 200))"""
RAW_LATEX = """() => { const walker = document.createTreeWalker(document.querySelector("article") || document.body, 4);
  const found = []; for (let node; (node = walker.nextNode());) {
    if (node.parentElement.closest("pre, code, script, style, annotation")) continue;
    if (/\\$\\$|\\\\(frac|partial|sum|mathrm|delta|begin|left)/.test(node.data)) found.push(node.data.slice(0, 80)); }
  return found; }"""
WIDER = """() => { const wide = document.documentElement.clientWidth;
  const scrolls = (element) => { for (let e = element; e; e = e.parentElement)
    if (/(auto|scroll|hidden|clip)/.test(getComputedStyle(e).overflowX) && e !== document.body) return true; return false; };
  return [document.documentElement.scrollWidth - wide, [...document.querySelectorAll("main *")].filter((element) =>
    element.checkVisibility() && element.getBoundingClientRect().right > wide + 1 && !scrolls(element))
    .map((element) => element.outerHTML.slice(0, 120)).slice(0, 5)]; }"""


def quiet(visit):
    assert visit.foreign == [], "asked another host"
    assert visit.failed == [], "requests failed"
    assert visit.errors == [], "errors in the console"


@pytest.mark.parametrize("name", PAGES)
def test_page_is_complete_quiet_light_and_for_everyone(browser, site, name):
    with weigh.Visit(browser, site + name) as visit:
        visit.scroll()
        quiet(visit)
        page = visit.page
        assert page.evaluate(UNREADABLE) == [], "maths that does not show"
        assert page.evaluate(RAW_LATEX) == [], "LaTeX in the text"
        if page.locator("math").count():
            assert page.evaluate("document.fonts.check('20px \"Book Maths\"')"), "the font of the maths is not there"
        assert visit.shifted() <= 0.05, f"layout shift {visit.shifted():.3f}"
        assert visit.code <= CODE_LIMIT, f"{visit.code / 1000:.0f} kB of scripts, styles and fonts"
        assert visit.all <= PAGE_LIMIT, f"{visit.all / 1000:.0f} kB in all"
        assert visit.findings() == []


@pytest.mark.parametrize("name", PAGES)
def test_page_in_the_dark_for_everyone(browser, site, name):
    with weigh.Visit(browser, site + name, theme="dark") as visit:
        assert visit.page.evaluate("document.documentElement.dataset.theme") == "dark"
        assert visit.findings() == []


@pytest.mark.parametrize("name", PAGES)
def test_page_on_a_telephone(browser, site, name):
    with weigh.Visit(browser, site + name, width=390) as visit:
        assert visit.page.evaluate(WIDER) == [0, []], "scrolls sideways"
        assert visit.findings() == []


@pytest.mark.parametrize("name", PAGES)
def test_page_opened_as_a_file(browser, book, name):
    with weigh.Visit(browser, (book / name).resolve().as_uri()) as visit:
        visit.scroll()
        quiet(visit)
        assert visit.page.evaluate(UNREADABLE) == []


def test_the_entry_leads_to_the_first_page(browser, site):
    with weigh.Visit(browser, site) as visit:
        visit.page.wait_for_url("**/" + CHAPTERS[0])
        quiet(visit)


def test_search_finds(browser, site):
    with weigh.Visit(browser, site + "search.html?q=gradient") as visit:
        visit.page.wait_for_selector("#search-results li a", timeout=10_000)
        quiet(visit)


def test_search_dialog_and_theme_switch_work_by_keyboard(browser, site):
    with weigh.Visit(browser, site + CHAPTERS[0]) as visit:
        page = visit.page
        page.keyboard.press("Control+k")
        page.wait_for_selector("#pst-search-dialog[open] input")
        page.keyboard.type("gradient")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"search\.html\?q=gradient"))
        quiet(visit)
    with weigh.Visit(browser, site + CHAPTERS[0]) as visit:
        page = visit.page
        page.locator(".theme-switch-button").first.focus()
        before = page.evaluate("getComputedStyle(document.body).backgroundColor")
        for _ in range(3):
            page.keyboard.press("Enter")
            if page.evaluate("document.documentElement.dataset.theme") == "dark":
                break
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


def test_skip_link_and_focus_are_visible(browser, site):
    with weigh.Visit(browser, site + CHAPTERS[0]) as visit:
        page = visit.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
        assert page.evaluate("document.activeElement.getBoundingClientRect().bottom > 0")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert float(outline.removesuffix("px")) >= 2


def test_wide_equation_scrolls_in_its_own_box(browser, site):
    seen = 0
    for name in CHAPTERS:
        with weigh.Visit(browser, site + name, width=390) as visit:
            boxes = visit.page.evaluate("""() => [...document.querySelectorAll(".math-scroll")]
                .map((box) => [box.scrollWidth > box.clientWidth, box.tabIndex])""")
            assert all(tab == (0 if wide else -1) for wide, tab in boxes), name
            seen += sum(wide for wide, _ in boxes)
    assert seen, "no equation of the book is wider than a telephone: nothing was tested"


def test_a_missing_page_is_answered_by_the_book(browser, site):
    with weigh.Visit(browser, site.replace("/backprop/", "/") + "backprop/404.html") as visit:
        assert "does not exist" in visit.page.inner_text("h1")


# --- the tests can fail -------------------------------------------------------------------------------------------------

BROKEN = """<!DOCTYPE html><html lang="en"><head><title>Broken</title></head><body><main><h1>Broken</h1>
<img src="none.png"><p style="color: #ccc">faint</p><p>$$ \\frac{a}{b} $$</p>
<div style="width: 900px">wide</div><script>undefinedFunction()</script></main></body></html>"""


def test_a_broken_page_is_noticed(browser, tmp_path):
    (tmp_path / "broken.html").write_text(BROKEN, "utf-8")
    with weigh.Visit(browser, (tmp_path / "broken.html").as_uri(), width=390) as visit:
        assert visit.failed and any("undefinedFunction" in error for error in visit.errors)
        assert visit.page.evaluate(RAW_LATEX) and visit.page.evaluate(WIDER)[0] > 0
        assert any("image-alt" in line for line in visit.findings())
        assert any("color-contrast" in line for line in visit.findings())
