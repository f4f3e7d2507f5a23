"""Predictions on the page: asked, taken, compared; what answers them waits below a cover."""

import pytest

from tools.judge.browser import Visit

pytestmark = [pytest.mark.browser, pytest.mark.live]
PAGE = "chapters/02_mlp_2_2_2"
SHIFT = 0.05
LINES = """output => [...output.querySelectorAll(":scope > :not(.predict-cover)")].every(child => child.inert)"""


@pytest.fixture
def visit(browser, site, view):
    theme, width = view
    with Visit(browser, f"{site}{PAGE}.html", theme=theme, width=width, covered=True) as visit:
        yield visit
        assert (visit.errors, visit.foreign) == ([], [])


def prediction(visit, number=0):
    """Return a prediction, and the output that waits for it."""
    box = visit.page.locator(".prediction").nth(number)
    return box, box.locator("xpath=following-sibling::*[contains(@class, 'cell')]").locator(".cell_output").first


def choose(box, letter):
    box.locator(f".predict-choice[data-letter='{letter}']").click()


def test_what_answers_waits_and_keeps_its_place(visit):
    box, output = prediction(visit)
    before = output.bounding_box()
    assert output.locator(".predict-cover").is_visible() and output.evaluate(LINES)
    assert box.locator("details").get_attribute("open") is None and not box.locator("ul").first.is_visible()
    choose(box, "b")
    assert output.bounding_box()["height"] == before["height"] and not output.locator(".predict-cover").count()
    assert visit.shifted() <= SHIFT


def test_a_right_answer(visit):
    box, output = prediction(visit)
    choose(box, "b")
    assert box.locator(".predict-said").inner_text() == "✓ As you predicted."
    assert box.locator("details").get_attribute("open") is not None and not output.evaluate(LINES)
    assert visit.page.locator(".predict-missed").is_hidden()


def test_a_wrong_answer_is_told_what_is_wrong_with_it_and_listed_at_the_end(visit):
    box, _ = prediction(visit)
    choose(box, "c")
    said = box.locator(".predict-said").inner_text()
    assert said.startswith("✗ It comes out otherwise. (c) A weight into an output has no fork")
    assert box.locator("[aria-pressed='true']").get_attribute("data-letter") == "c"
    missed = visit.page.locator(".predict-missed")
    assert "(you chose c, it is b)" in missed.inner_text()
    missed.locator("a").click()
    assert box.evaluate("box => box.getBoundingClientRect().top < innerHeight && location.hash === '#' + box.id")


def test_the_first_choice_counts(visit):
    box, _ = prediction(visit)
    choose(box, "a")
    assert all(one.is_disabled() for one in box.locator(".predict-choice").all())


def test_one_may_see_it_without_a_prediction(visit):
    box, output = prediction(visit, 1)
    output.locator("button.predict-show").click()
    assert not output.locator(".predict-cover").count() and box.locator(".predict-said").inner_text() == ""
    assert visit.page.locator(".predict-missed").is_hidden()


def test_who_opens_the_answer_sees_it(visit):
    box, output = prediction(visit, 1)
    box.locator("summary").click()
    output.locator(".predict-cover").wait_for(state="detached")


def test_it_is_kept_and_forgotten(visit):
    choose(prediction(visit)[0], "a")
    visit.page.reload()
    box, output = prediction(visit)
    assert box.locator(".predict-wrong").get_attribute("data-letter") == "a"
    assert not output.locator(".predict-cover").count()
    forget = visit.page.locator("button.live-forget")
    forget.click()
    forget.click()
    assert output.locator(".predict-cover").is_visible() and not box.locator(".predict-wrong").count()
    assert visit.page.evaluate("Object.keys(localStorage).filter(key => key.endsWith('/predictions'))") == []
    assert visit.page.locator(".predict-missed").is_hidden()


def test_by_keyboard(visit):
    box, output = prediction(visit)
    box.locator(".predict-choice").first.focus()
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    assert box.locator("[aria-pressed='true']").get_attribute("data-letter") == "b"
    assert output.locator("[inert]").count() == 0


def test_on_paper_nothing_is_covered(visit):
    visit.page.emulate_media(media="print")
    box, output = prediction(visit)
    assert not output.locator(".predict-cover").is_visible() and box.locator("ul").first.is_visible()
    assert not box.locator(".predict-choices").is_visible()


def test_nothing_in_it_keeps_a_reader_out(visit):
    choose(prediction(visit)[0], "c")
    assert visit.errors == []
    assert visit.findings() == []
    visit.errors.clear()                # axe asks for a map of its own source, which no site has


def test_without_script_nothing_is_covered(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{PAGE}.html")
    assert page.locator(".predict-cover").count() == 0 and page.locator(".prediction > ul").first.is_visible()
    context.close()
