"""Which line is true? Asked, answered with numbers, what was missed comes back; by mouse and by keyboard."""

import pytest

from tools.judge.browser import Visit

pytestmark = pytest.mark.browser
PAGE = "chapters/practice"
SHIFT = 0.05


@pytest.fixture
def visit(browser, site, view):
    theme, width = view
    with Visit(browser, f"{site}{PAGE}.html", theme=theme, width=width) as visit:
        yield visit
        assert (visit.errors, visit.failed, visit.foreign) == ([], [], [])


def start(visit, chapter="04_n_examples"):
    visit.page.select_option("#practice-chapter", chapter)
    visit.page.click(".practice-start")
    visit.page.wait_for_selector(".practice-line")


def test_nothing_is_loaded_before_it_is_asked_for(visit):
    assert not any("practice-0" in address for address in visit.sizes)
    start(visit)
    loaded = [address for address in visit.sizes if "practice-0" in address]
    assert len(loaded) == 1 and "practice-04" in loaded[0]


def test_four_lines_and_what_holds_there(visit):
    start(visit)
    page = visit.page
    assert page.locator(".practice-line").count() == 4 == page.locator(".practice-line math").count()
    assert page.locator(".practice-place a").get_attribute("href") == "04_n_examples.html"
    assert page.locator(".practice-here math").count() >= 3
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_answer_comes_with_numbers_and_a_way_back(visit):
    start(visit)
    page = visit.page
    page.locator(".practice-line").nth(2).click()
    told = page.locator(".practice-why").all_inner_texts()
    assert told.count("True.") == 1 and sum("one side says" in one for one in told) == 3
    link = page.locator(".practice-said a").get_attribute("href")
    assert link.startswith("04_n_examples.html#equation-eq-")
    assert all(one.is_disabled() for one in page.locator(".practice-line").all())
    assert page.locator(".practice-score").inner_text().startswith(("0 of 1", "1 of 1"))


def test_by_keyboard_from_question_to_question(visit):
    start(visit)
    for count in range(1, 4):
        visit.page.keyboard.press("3")
        assert f"of {count} right" in visit.page.locator(".practice-score").inner_text()
        visit.page.keyboard.press("Enter")          # Next has the focus
        visit.page.wait_for_selector(".practice-line:enabled")


def test_what_was_missed_comes_back(visit):
    start(visit, "06_loss_backward")
    page, missed = visit.page, None
    for _ in range(40):
        shown = page.locator(".practice-lines math").evaluate_all("all => all.map(one => one.outerHTML).sort().join()")
        if missed == shown:
            return
        page.keyboard.press("1")
        if missed is None and page.locator(".practice-wrong[aria-pressed]").count():
            missed = shown
        page.keyboard.press("Enter")
        page.wait_for_selector(".practice-line:enabled")
    pytest.fail("a missed question did not come back")


def test_the_answers_are_kept_and_forgotten(visit):
    start(visit)
    visit.page.keyboard.press("1")
    visit.page.reload()
    assert "of 1 right" in visit.page.locator(".practice-score").inner_text()
    assert visit.page.locator("#practice-chapter").input_value() == "04_n_examples"
    visit.page.click(".practice-forget")
    assert visit.page.evaluate("Object.keys(localStorage).filter(key => key.endsWith('/practice/practice'))") == []


def test_the_same_seed_asks_the_same(browser, site):
    asked, seed = [], {"seed": 7, "asked": 0, "right": 0, "chapter": "02_mlp_2_2_2", "missed": []}
    for _ in range(2):
        with Visit(browser, f"{site}{PAGE}.html") as visit:
            visit.page.evaluate("""seed => localStorage.setItem(
              "backpropagation-every-step-checked/practice/practice", JSON.stringify(seed))""", seed)
            visit.page.reload()
            start(visit, seed["chapter"])
            asked.append(visit.page.locator(".practice-lines").inner_html())
    assert asked[0] == asked[1] and "<math" in asked[0]


def test_it_works_from_a_disk(browser, book):
    with Visit(browser, (book / f"{PAGE}.html").as_uri()) as visit:
        start(visit, "all")
        visit.page.keyboard.press("4")
        assert visit.page.locator(".practice-right").count() == 1 and visit.foreign == []


def test_nothing_moves_and_nobody_is_kept_out(browser, site):
    with Visit(browser, f"{site}{PAGE}.html", width=390, theme="dark") as visit:
        assert visit.shifted() <= SHIFT
        start(visit)
        visit.page.keyboard.press("2")
        assert visit.findings() == []


def test_without_script_a_sentence_stands_there(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}{PAGE}.html")
    assert "need a browser that runs scripts" in page.locator("#practice").inner_text()
    context.close()
