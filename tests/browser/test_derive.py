"""The field for the reader's own derivation: judged on the page as in Python, and nothing of a text can act."""

import json
from urllib.parse import urlencode

import nbformat
import pytest

from proofread import proofread
from tools import ROOT
from tools.extensions.live import examples
from tools.judge.browser import Visit

pytestmark = [pytest.mark.browser, pytest.mark.live]
PAGE = "chapters/proofread"
CELLS = nbformat.read(ROOT / f"{PAGE}.ipynb", as_version=4).cells
EXAMPLES = examples.facts(CELLS)["EXAMPLES"]
READY = """() => document.querySelector(".field-judge").textContent === "Judge"
  && !document.querySelector(".field-old")"""
PATIENCE = 90_000             # ms, on a machine that has other things to do
WRONG = r"""L = (w x - y)^2
\frac{\partial L}{\partial w} = 2 (w x - y)"""


class Field:
    """A reader at the field."""

    def __init__(self, visit):
        self.page = visit.page
        self.page.set_default_timeout(PATIENCE)
        self.text = self.page.locator("textarea.proofread")

    def judge(self):
        self.page.locator(".field-judge").click()
        self.wait()

    def wait(self):
        self.page.wait_for_function(READY)

    def write(self, text):
        self.text.fill(text)
        self.wait()

    def verdicts(self):
        return [item.get_attribute("data-verdict") for item in self.page.locator("li[data-verdict]").all()]

    def said(self):
        return self.page.locator(".field-said").inner_text()


@pytest.fixture
def field(browser, site):
    with Visit(browser, f"{site}{PAGE}.html") as visit:
        yield Field(visit)
        assert (visit.errors, visit.foreign) == ([], [])


def in_python(text, given=""):
    """Return the verdicts of Python, and what a line is where there is none."""
    return [line.verdict or line.kind for line in proofread(text, given=given or None).lines]


def test_there_is_enough_to_start_from():
    assert len(EXAMPLES) >= 20 and len({one["name"] for one in EXAMPLES}) == len(EXAMPLES)
    right = [one for one in EXAMPLES if {"right"} == set(in_python(one["text"], one["given"])) - {"definition"}]
    assert len(right) >= 3


def test_every_example_is_judged_on_the_page_as_in_python(field):
    field.judge()
    for number, one in enumerate(EXAMPLES):
        field.page.locator("#derive-example").select_option(str(number))
        field.wait()
        assert field.text.input_value() == one["text"]
        assert field.verdicts() == in_python(one["text"], one["given"]), one["name"]


@pytest.mark.slow
def test_lines_are_judged_as_one_types_and_each_shows_its_place(field):
    page = field.page
    assert not page.locator("li[data-verdict]").count()
    field.text.fill(WRONG)
    field.judge()
    assert field.verdicts() == ["definition", "wrong"] and field.said() == "1 wrong: look at line 2."
    page.get_by_role("button", name="Line 2, wrong: show its place").click()
    chosen = field.text.evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)")
    assert chosen.strip() == WRONG.splitlines()[1]
    assert page.locator("li[data-verdict=wrong] a").get_attribute("href").startswith("../chapters/")
    field.text.press("End")
    field.text.press_sequentially(" x")
    field.wait()
    assert field.verdicts() == ["definition", "right"] and field.said() == "1 right."
    assert page.locator("li[data-verdict] math[display=block]").count() == 2


@pytest.mark.slow
def test_text_is_kept_and_what_comes_by_a_link_does_not_replace_it(browser, site):
    with Visit(browser, f"{site}{PAGE}.html") as visit:
        field = Field(visit)
        field.text.fill(WRONG)
        address = f"{site}{PAGE}.html#" + urlencode({"d": "A^{[1]} = 1", "g": "ng-dl"})
        field.page.goto(address)
        field.page.reload()
        assert field.text.input_value() == "A^{[1]} = 1"
        assert field.page.locator("#derive-letters").input_value() == "ng-dl"
        assert field.said() == "This derivation came with the link." and not field.verdicts()
        field.text.fill("A^{[1]} = 2")
        field.page.get_by_role("button", name="Back to my own text").click()
        assert field.text.input_value() == WRONG and field.page.locator("#derive-letters").input_value() == ""
        field.page.get_by_role("button", name="The other text").click()
        assert field.text.input_value() == "A^{[1]} = 2"
        field.page.goto(f"{site}{PAGE}.html")
        assert field.text.input_value() == WRONG
        assert (visit.errors, visit.foreign) == ([], [])


@pytest.mark.slow
def test_a_link_holds_the_lines(field):
    field.text.fill(WRONG)
    field.page.get_by_role("button", name="Copy a link to this text").click()
    field.page.wait_for_function("location.hash.startsWith('#d=')")
    field.page.evaluate("localStorage.clear()")
    field.page.reload()
    assert field.text.input_value() == WRONG


ATTACKS = [
    r"\href{javascript:alert(1)}{x} = 1", r"\html{<img src=x onerror=alert(1)>} = 1",
    "<img src=x onerror=alert(1)> = x",
    r"x = \text{</annotation><script>alert(1)</script>}", r"\class{a}{x} = \style{background:url(//x.org)}{y}",
    r"\url{javascript:alert(1)} = \includegraphics{//example.org/x.png}", r"\def\x{\x\x}\x = 1", "x" * 3000 + "=1",
    "{" * 2000 + "= 1", "\\frac" * 500, "= = =", "\0\u202e = 1"]


@pytest.mark.slow
def test_nothing_of_a_text_can_act(field):
    field.judge()
    for text in ATTACKS:
        field.write(text)
        assert field.verdicts() == in_python(text), text
        assert not field.said().startswith("Python ended"), text
        acting = field.page.locator("#derivation").locator("script, img, iframe, style, a:not([href^='../chapters/'])")
        assert acting.count() == 0, text
        assert field.page.evaluate("[...document.querySelectorAll('.derive-lines *')].every(node =>"
                                   "[...node.attributes].every(({name}) => !name.startsWith('on')))"), text


@pytest.mark.slow
def test_what_is_too_long_is_one_sentence(field, site):
    field.text.fill(WRONG)
    field.text.focus()
    field.page.keyboard.insert_text("x = 1 " * 200_000)          # as a paste does
    assert field.said() == "The field takes 20000 characters; this is more, and was left out."
    field.judge()
    assert field.verdicts() == ["definition", "wrong"]
    field.page.goto(f"{site}{PAGE}.html#d=" + "x" * 30_000)
    field.page.reload()
    assert field.said() == "This link is longer than 20000 characters: it was not read."
    assert field.text.input_value() == ""


@pytest.mark.slow
def test_a_text_that_takes_too_long_is_stopped(field):
    field.judge()
    field.page.evaluate("""() => {
      const ask = live.kernel.ask, endless = {does: "run", code: "while True: pass", number: 1};
      live.kernel.ask = question => ask(question.name === "derivation" && question.args[0] ? endless : question);
    }""")
    field.text.press_sequentially(" ")
    field.page.wait_for_function("document.querySelector('.field-said').textContent.includes('longer than 6 seconds')")
    assert not field.page.evaluate("live.kernel.here")


@pytest.mark.slow
@pytest.mark.parametrize("width, theme", [(1280, "light"), (390, "dark"), (320, "light")])
def test_the_field_is_readable_by_everyone(browser, site, width, theme):
    with Visit(browser, f"{site}{PAGE}.html", theme, width) as visit:
        field = Field(visit)
        field.judge()
        assert visit.findings(thorough=True) == []
        assert visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        visit.page.locator("#derive-example").focus()
        reached = []
        for _ in range(6):
            visit.page.keyboard.press("Tab")
            reached.append(visit.page.evaluate("document.activeElement.className || document.activeElement.id"))
        assert "derive-letters" in reached and any("field-judge" in name for name in reached)
        assert any("proofread" in name for name in reached)


def test_examples_of_a_chapter_are_its_calls():
    cells = [{"cell_type": "markdown", "source": "# One\n"}, {"cell_type": "code", "source": 'a = "x = 1"'},
             {"cell_type": "code", "source": 'proofread("y = x", given=a)\nproofread("z = 1", given="book")'},
             {"cell_type": "markdown", "source": "## Exercises\n"}, {"cell_type": "code", "source": 'proofread("no")'}]
    assert json.loads(json.dumps(examples.from_chapter(cells))) == [
        {"name": "One (1 of 2)", "given": "", "text": "x = 1\ny = x"},
        {"name": "One (2 of 2)", "given": "book", "text": "z = 1"}]
