"""The number of an equation tells its symbols, copies its LaTeX and a link; by mouse, by keyboard, in both themes."""

import pytest

from tools import ROOT
from tools.judge.browser import Visit
from tools.judge.equations import equations

pytestmark = pytest.mark.browser
PAGE, NAME = "chapters/04_n_examples", "eq-dw-out"
LATEX = next(one.latex.strip() for one in equations(ROOT / f"{PAGE}.ipynb") if one.name == NAME)


@pytest.fixture
def visit(browser, site, view):
    theme, width = view
    with Visit(browser, f"{site}{PAGE}.html", theme=theme, width=width) as visit:
        visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield visit
        assert (visit.errors, visit.foreign) == ([], [])


def number(visit, name=NAME):
    return visit.page.locator(f"[id='equation-{name}'] .eq-number")


def panel(visit):
    return visit.page.locator(".eq-panel")


def test_the_symbols_are_told(visit):
    number(visit).click()
    rows = panel(visit).locator("tr")
    rows.first.wait_for()
    assert rows.count() == 4 and panel(visit).locator("code").all_inner_texts() == ["loss", "W_out", "A_h", "delta_out"]
    assert "error signal of the outputs" in rows.last.inner_text()
    assert panel(visit).locator(".eq-legend a").get_attribute("href") == "notation.html"
    assert number(visit).get_attribute("aria-expanded") == "true"
    assert visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_one_is_open_at_a_time_and_a_click_elsewhere_closes(visit):
    number(visit).click()
    panel(visit).wait_for()
    number(visit, "eq-dw-h").dispatch_event("click")
    visit.page.wait_for_selector("[id='equation-eq-dw-h'] .eq-panel")
    assert panel(visit).count() == 1 and number(visit).get_attribute("aria-expanded") == "false"
    visit.page.locator("article h1").first.click()
    assert panel(visit).count() == 0


def test_latex_and_link_are_copied(visit):
    number(visit).click()
    visit.page.get_by_role("button", name="Copy LaTeX").click()
    visit.page.locator(".eq-copied", has_text="Copied.").wait_for()
    assert visit.page.evaluate("navigator.clipboard.readText()") == LATEX
    visit.page.get_by_role("button", name="Copy link").click()
    visit.page.wait_for_function("async name => (await navigator.clipboard.readText()).endsWith('#equation-' + name)",
                                 arg=NAME)


def test_by_keyboard(visit):
    number(visit).focus()
    visit.page.keyboard.press("Enter")
    panel(visit).wait_for()
    visit.page.keyboard.press("Escape")
    assert panel(visit).count() == 0
    assert visit.page.evaluate("document.activeElement.matches('.eq-number')")


INKS = """() => Object.fromEntries([..."mdtn"].map((size) =>
  [size, getComputedStyle(document.querySelector(`article math .size-${size}`)).color]))"""


def test_pointing_at_a_size_dims_the_others(visit):
    before = visit.page.evaluate(INKS)
    assert len(set(before.values())) == 4
    visit.page.locator("article math .size-d:visible").first.hover()
    pointed = visit.page.evaluate(INKS)
    assert pointed["d"] == before["d"] and len({pointed[size] for size in "mtn"} - set(before.values())) == 1
    visit.page.mouse.move(0, 0)
    assert visit.page.evaluate(INKS) == before
    number(visit).press("Enter")
    panel(visit).locator("math .size-n").first.focus()
    focused = visit.page.evaluate(INKS)
    assert focused["n"] == before["n"] and focused["d"] == pointed["t"]


def test_a_mouse_that_rests_is_told_the_same(browser, site):
    with Visit(browser, f"{site}{PAGE}.html") as visit:
        number(visit).hover()
        panel(visit).wait_for()
        panel(visit).hover()
        assert panel(visit).count() == 1
        visit.page.mouse.move(5, 5)
        panel(visit).wait_for(state="detached")
        number(visit).hover()
        panel(visit).wait_for()
        number(visit).click()                   # it stays
        visit.page.mouse.move(5, 5)
        assert panel(visit).count() == 1


def rows(visit, side):
    """Return the numbers of a side, as they are shown."""
    return visit.page.locator(f".eq-sides pre[aria-label='{side} side']").inner_text(timeout=30_000).split()


def test_the_tick_opens_both_sides_computed_again(visit):
    visit.page.locator(f"[id='equation-{NAME}'] summary").click()
    panel(visit).wait_for()
    assert "complex step" in panel(visit).locator(".eq-how").inner_text()
    assert "loads" in visit.page.locator(".eq-compute").inner_text()
    visit.page.locator(".eq-compute").click()
    visit.page.locator(".eq-agrees").wait_for(timeout=30_000)
    right = rows(visit, "right")
    assert rows(visit, "left") == right and len(right) > 4
    visit.page.locator(".eq-break").click()
    visit.page.locator("p.eq-differs").wait_for()
    assert rows(visit, "left") == right and rows(visit, "right") == [f"{-float(one):.4f}" for one in right]
    assert visit.page.locator(".eq-sides b.eq-differs").count() == 2 * len(right)
    assert visit.page.locator(".eq-compute").inner_text() == "Compute both sides"


def test_the_number_reads_and_stands_as_before(browser, site):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    plain = context.new_page()
    plain.goto(f"{site}{PAGE}.html")
    with Visit(browser, f"{site}{PAGE}.html") as visit:
        size = "all => all.map(one => [one.textContent, Math.round(one.getBoundingClientRect().height)])"
        assert (visit.page.locator(".math > .eqno").evaluate_all(size)
                == plain.locator(".math > .eqno").evaluate_all(size))
    context.close()


def test_nothing_keeps_a_reader_out(visit):
    number(visit).click()
    panel(visit).wait_for()
    assert visit.errors == []
    assert visit.findings(thorough=True) == []
    visit.errors.clear()                # axe asks for a map of its own source, which no site has
