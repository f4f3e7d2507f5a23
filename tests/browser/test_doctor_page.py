"""The field for the reader's own gradient: judged on the page as in Python, and nothing of a text can act."""

import json
from urllib.parse import urlencode

import nbformat
import numpy as np
import pytest

from backprop import diagnose
from backprop.doctor import pasted, wrong_gradient
from tools import ROOT
from tools.extensions.live import patients
from tools.judge.browser import Visit

pytestmark = [pytest.mark.browser, pytest.mark.live]
PAGE = "chapters/gradient_doctor"
FACTS = patients.facts(nbformat.read(ROOT / f"{PAGE}.ipynb", as_version=4).cells)
OWN = tuple(FACTS["NETWORK"][name] for name in ("params", "X", "Y"))
READY = """() => document.querySelector(".field-judge").textContent === "Judge"
  && !document.querySelector(".field-old")"""
PATIENCE = 90_000             # ms, on a machine that has other things to do
RIGHT, PATIENT = FACTS["EXAMPLES"][0]["text"], FACTS["EXAMPLES"][1]["text"]


class Field:
    """A reader at the field."""

    def __init__(self, visit):
        self.page = visit.page
        self.page.set_default_timeout(PATIENCE)
        self.text = self.page.locator("textarea.doctor")

    def judge(self):
        self.page.locator(".field-judge").click()
        self.wait()

    def wait(self):
        self.page.wait_for_function(READY)

    def write(self, text):
        self.text.fill(text)
        self.wait()

    def choose(self, **chosen):
        for name, value in chosen.items():
            self.page.locator(f"#doctor-{name.replace('_', '-')}").select_option(value)
        self.wait()

    def names(self):
        return self.page.locator(".doctor-name").get_attribute("data-names")

    def arrays(self):
        return [tuple(row.locator("th, td").all_inner_texts()) for row in self.page.locator(".doctor-arrays tr").all()]

    def told(self):
        return self.page.locator(".doctor-verdict dl").inner_text()

    def said(self):
        return self.page.locator(".field-said").inner_text()


@pytest.fixture
def field(browser, site):
    with Visit(browser, f"{site}{PAGE}.html") as visit:
        yield Field(visit)
        assert (visit.errors, visit.foreign) == ([], [])


def assert_as_in_python(field, found):
    """Assert that the page says what a Diagnosis says, in its words."""
    assert field.names() == " + ".join(found.names)
    assert [(name, words[2:]) for name, words in field.arrays()] == [*found.arrays]
    told = field.told()
    for piece in (found.explanation, *found.evidence.split("; "), *found.alternatives, found.assumed, *found.read_as):
        assert " ".join(piece.split()) in " ".join(told.split())
    assert field.page.locator(".doctor-verdict a").get_attribute("href") == f"../{found.section}"


def test_there_is_enough_to_start_from():
    names = [pasted.judge(one["text"], OWN, **said(one)).names for one in FACTS["EXAMPLES"]]
    assert len({*names}) >= 6 and ("correct",) in names and ("unknown",) in names


def said(example):
    return {name: value for name, value in example.items() if name not in ("name", "text")}


def test_every_example_is_judged_on_the_page_as_in_python(field):
    field.judge()
    for number, one in enumerate(FACTS["EXAMPLES"]):
        field.page.locator("#doctor-example").select_option(str(number))
        field.wait()
        assert field.text.input_value() == one["text"]
        assert_as_in_python(field, pasted.judge(one["text"], OWN, **said(one)))
    assert "3-4-3 with relu hidden units" in field.told()
    field.page.locator("#doctor-example").select_option("0")   # back to the network of the page
    field.wait()
    assert "judged with the network of this page" in field.told()


@pytest.mark.slow
def test_arrays_of_other_networks_are_judged_as_typed(field):
    """Two networks of the reader's own; the arrays go to `diagnose` as arrays, and to the page as text."""
    rng = np.random.default_rng(5)
    sizes, X, Y = ((3, 5), (5, 4), (4, 2)), rng.normal(size=(6, 3)), np.eye(2)[[0, 1, 1, 0, 0, 1]]
    W = [rng.normal(size=shape) for shape in sizes]
    field.judge()
    for chosen, mistake in (({"hidden": ["relu", "tanh"], "output": "softmax"}, "weights-left-out"),
                            ({"hidden": "tanh", "output": "identity", "loss": "half-squared"}, "sign")):
        layers = wrong_gradient(W, X, Y, mistake, **chosen)
        held = {f"W{k}": w for k, w in enumerate(W, 1)} | {"X": X, "Y": Y}
        grads = {f"dW{k}": dW for k, (dW, _) in enumerate(layers, 1)}
        field.write("\n".join(f"{name} = {array.tolist()}" for name, array in (held | grads).items()))
        units = [chosen["hidden"]] * 2 if isinstance(chosen["hidden"], str) else chosen["hidden"]
        field.choose(**{f"hidden_{k}": unit for k, unit in enumerate(units, 1)},
                     **{name: value for name, value in chosen.items() if name != "hidden"})
        params = {name: array for name, array in held.items() if name[0] == "W"}
        found = diagnose(params, X, Y, grads, **chosen)
        assert found.name == mistake
        assert_as_in_python(field, found)


@pytest.mark.slow
def test_text_is_kept_and_what_comes_by_a_link_does_not_replace_it(browser, site):
    with Visit(browser, f"{site}{PAGE}.html") as visit:
        field = Field(visit)
        field.text.fill("W_out = [[1, 2], [3, 4]]")
        field.page.locator("#doctor-loss").select_option("squared")
        address = f"{site}{PAGE}.html#" + urlencode({"d": PATIENT, "h": "tanh", "c": "out,in mean"})
        field.page.goto(address)
        field.page.reload()
        assert field.text.input_value() == PATIENT and field.said() == "This gradient came with the link."
        assert field.page.locator("#doctor-hidden-1").input_value() == "tanh"
        assert field.page.locator("#doctor-convention").input_value() == "out,in mean"
        field.page.goto(f"{site}{PAGE}.html")
        assert field.text.input_value() == "W_out = [[1, 2], [3, 4]]"
        assert field.page.locator("#doctor-loss").input_value() == "squared"
        assert all(key.startswith(field.page.evaluate("Object.keys(localStorage).find(key => key.includes('/'))")
                                  .split("/")[0]) for key in
                   field.page.evaluate("Object.keys(localStorage).filter(key => key.includes('/'))"))
        assert (visit.errors, visit.foreign) == ([], [])


@pytest.mark.slow
def test_a_link_holds_the_arrays_and_the_choices(field):
    field.text.fill(PATIENT)
    field.page.locator("#doctor-output").select_option("softmax")
    field.page.get_by_role("button", name="Copy a link to this text").click()
    field.page.wait_for_function("location.hash.startsWith('#d=')")
    field.page.evaluate("localStorage.clear()")
    field.page.reload()
    assert field.text.input_value() == PATIENT
    assert field.page.locator("#doctor-output").input_value() == "softmax"


BAD = ["my gradient is off", "dW1 = X.T @ delta / 3", "[" * 5000, "dW1 = [[1, 2, 3]]", "[[[1, 2]], [[3, 4]]]",
       "<img src=x onerror=alert(1)> = [[1, 2], [3, 4]]", "dW<script>alert(1)</script> = [[1]]",
       "{'dW1': __import__('os').system('x')}", "[1e99999999999999999999]", "\0\u202e", "[[1, nan], [0, 2]]"]


@pytest.mark.slow
def test_what_cannot_be_read_is_one_sentence_and_the_field_still_works(field):
    field.judge()
    for text in BAD:
        field.write(text)
        try:
            pasted.judge(text, OWN)
        except ValueError as error:
            assert field.said() == " ".join(f"{error}.".split()), text
            assert not field.page.locator(".doctor-name").count(), text
        assert field.page.locator("#gradient").locator("script, img, a:not([href^='../chapters/'])").count() == 0, text
    field.write(RIGHT)
    assert field.names() == "correct" and field.said() == "Of 4 arrays: 4 right."


@pytest.mark.slow
def test_what_is_too_long_is_one_sentence(field, site):
    field.text.fill(RIGHT)
    field.text.focus()
    field.page.keyboard.insert_text("[1, 2], " * 125_000)         # a megabyte, as a paste brings it
    assert field.said() == "The field takes 20000 characters; this is more, and was left out."
    assert field.text.input_value() == RIGHT
    field.page.goto(f"{site}{PAGE}.html#d=" + "1" * 30_000)
    field.page.reload()
    assert field.said() == "This link is longer than 20000 characters: it was not read."


@pytest.mark.slow
def test_a_text_that_takes_too_long_is_stopped(field):
    field.judge()
    field.page.evaluate("""() => {
      const ask = live.kernel.ask, endless = {does: "run", code: "while True: pass", number: 1};
      live.kernel.ask = question => ask(question.name === "gradient" && question.args[0] ? endless : question);
    }""")
    field.text.press_sequentially(" ")
    field.page.wait_for_function("document.querySelector('.field-said').textContent.includes('longer than 6 seconds')")
    assert not field.page.evaluate("live.kernel.here")


@pytest.mark.slow
def test_the_field_from_a_file(browser, book):
    with Visit(browser, (book / f"{PAGE}.html").resolve().as_uri()) as visit:
        field = Field(visit)
        field.judge()
        assert field.names() == "correct"
        assert (visit.errors, visit.failed, visit.foreign) == ([], [], [])


@pytest.mark.slow
@pytest.mark.parametrize("width, theme", [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_the_field_is_readable_by_everyone(browser, site, width, theme):
    with Visit(browser, f"{site}{PAGE}.html", theme, width) as visit:
        field = Field(visit)
        field.judge()
        field.write(PATIENT)
        assert visit.findings(thorough=True) == []
        assert visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        visit.page.locator("#doctor-example").focus()
        reached = []
        for _ in range(8):
            visit.page.keyboard.press("Tab")
            reached.append(visit.page.evaluate("document.activeElement.id || document.activeElement.className"))
        for name in ("hidden-1", "output", "loss", "lam", "convention", "text"):
            assert f"doctor-{name}" in reached
        assert any("field-judge" in name for name in reached)


def test_facts_are_plain_data():
    assert json.loads(json.dumps(FACTS)) == FACTS
