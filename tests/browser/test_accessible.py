"""What readers need who see, move or hear otherwise: larger text, other colors, no motion, the keyboard alone."""
import pytest
from test_browser import CHAPTERS, WIDER

from tools.judge.browser import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CUT = """() => [...document.querySelectorAll("article :is(p, li, h1, h2, h3, button, summary):not(.bp-sr)")]
  .filter((box) => box.checkVisibility() && getComputedStyle(box).overflow === "hidden"
    && box.scrollHeight > box.clientHeight + 2)
  .map((box) => box.outerHTML.slice(0, 120))"""
MOVING = """() => [document.getAnimations().map((motion) => motion.effect?.target?.outerHTML.slice(0, 120)),
  getComputedStyle(document.documentElement).scrollBehavior]"""
TABBABLE = """() => [...document.querySelectorAll("main :is(a[href], button, input, summary, [tabindex='0'])")]
  .filter((element) => element.tabIndex >= 0 && !element.disabled && element.checkVisibility({visibilityProperty: true})
    && element.getBoundingClientRect().width > 0 && !(element.type === "radio" && !element.checked))
  .map((element) => { element.dataset.reach = "no"; return element.outerHTML.slice(0, 160); })"""
FOCUSED = """() => { const element = document.activeElement, how = getComputedStyle(element);
  if (element === document.body) return null;
  const again = element.dataset.reach === "yes"; element.dataset.reach = "yes";
  const seen = how.outlineStyle !== "none" && parseFloat(how.outlineWidth) >= 1 || how.boxShadow !== "none";
  return [again, seen, element.outerHTML.slice(0, 160)]; }"""
MISSED = """() => [...document.querySelectorAll("[data-reach=no]")].map((element) => element.outerHTML.slice(0, 160))"""


@pytest.mark.accessible("With text of twice the size nothing is cut off and no page scrolls sideways at 1280 px.")
@pytest.mark.parametrize("name", CHAPTERS)
def test_text_twice_as_large(browser, site, name):
    with Visit(browser, site + name) as visit:
        visit.page.evaluate("document.documentElement.style.fontSize = '200%'")
        visit.page.wait_for_timeout(600)
        assert visit.page.evaluate(WIDER) == [0, []]
        assert visit.page.evaluate(CUT) == []


@pytest.mark.accessible("Who asks the system for less motion gets none: no animation runs, and pages jump, not glide.")
@pytest.mark.parametrize("name", CHAPTERS)
def test_nothing_moves_by_itself(browser, site, name):
    with Visit(browser, site + name) as visit:
        visit.scroll()
        assert visit.page.evaluate(MOVING) == [[], "auto"]


@pytest.mark.accessible("The Tab key reaches every link and every control, shows where it is, and is caught nowhere.")
@pytest.mark.parametrize("name", CHAPTERS)
def test_every_control_is_reached_by_tab(browser, site, name):
    with Visit(browser, site + name) as visit:
        there = visit.page.evaluate(TABBABLE)
        unseen = []
        for _ in range(3 * len(there) + 200):
            visit.page.keyboard.press("Tab")
            focused = visit.page.evaluate(FOCUSED)
            if focused is None and not visit.page.evaluate(MISSED):
                break
            again, seen, what = focused or (True, True, "the browser's own controls")
            if not seen and not again:
                unseen.append(what)
        else:
            pytest.fail(f"the focus never comes to {visit.page.evaluate(MISSED) or 'the end of the page'}")
        assert unseen == []


@pytest.mark.accessible("With colors that a system forces upon pages (high contrast), axe-core finds nothing serious.")
@pytest.mark.parametrize("name", CHAPTERS)
def test_the_colors_of_the_system(browser, site, name):
    with Visit(browser, site + name) as visit:
        visit.page.emulate_media(forced_colors="active")
        visit.page.wait_for_timeout(200)
        assert visit.findings(thorough=True) == []
