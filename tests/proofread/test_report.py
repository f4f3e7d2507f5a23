"""A report says the same to people, to Jupyter and to programs."""
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from proofread import Entry, Line, Report
from proofread.report import LOOKS_LIKE, VERDICTS

BOOK = Path(__file__).resolve().parents[2] / "chapters"
TEXT = "Z = W A\ndZ = Y - A <b>\ndW = dZ A"
REPORT = Report((
    Line(1, "Z = W A", "definition"),
    Line(2, "dZ = Y - A <b>", "claim", "wrong", "dZ has the other sign", "sign", "dZ = A - Y",
         Entry("(1, 2)", -0.310004, 0.310004), place=(13, 18)),
    Line(3, "dW = dZ A", "claim", "sizes", "4 × 3 times 4 × 3 does not multiply", "transpose", r"dW = dZ A^\top",
         follows_from=2, read_as="dZ times A", how="complex step, 3-4-2"),
    Line(4, r"\frac{", "claim", "unreadable", "a } was expected at the end"),
), TEXT, ("W is 4 × 3",))


def test_first_wrong_is_the_first():
    assert REPORT.first_wrong is REPORT.lines[1]
    assert Report((REPORT.lines[0], REPORT.lines[3])).first_wrong is None


def test_people_read_every_part():
    shown = str(REPORT)
    for part in ("  2 ✗ dZ = Y - A <b>", "dZ has the other sign", "at: Y - A",
                 "entry (1, 2): the line says -0.3100, a nudge says 0.3100", "follows from: line 2",
                 "a wrong sign; see chapters/01_linear_neuron.html#sec-descend", "true is: dZ = A - Y",
                 "read as: dZ times A", "checked: complex step, 3-4-2", "  4 ? \\frac{", "· W is 4 × 3"):
        assert part in shown
    assert shown.splitlines()[0] == "  1   Z = W A"


def test_numbers_get_as_many_digits_as_tell_them_apart():
    line = Line(1, "a", "claim", "wrong", entry=Entry("", 0.1234567, 0.1234599))
    assert "the line says 0.123457, a nudge says 0.123460" in str(Report((line,)))


class Tags(HTMLParser):
    """Collect the names of the tags, and the text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = set(), ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)

    def handle_data(self, data):
        self.text += data


def test_html_holds_the_text_of_the_reader_as_text():
    page = Tags(REPORT._repr_html_())
    assert page.tags == {"style", "div", "ol", "li", "span", "p", "code"}, "<b> came from the reader"
    assert r"\(dZ = Y - A <b>\)" in page.text
    assert r"\(\frac{\)" not in page.text, "what cannot be read is not given to a typesetter"


def test_programs_get_it_back():
    plain = json.loads(REPORT.to_json())
    assert Report.from_dict(plain) == REPORT
    assert plain["lines"][1]["entry"] == {"place": "(1, 2)", "value": -0.310004, "truth": 0.310004}
    assert plain["lines"][1]["section"] == "chapters/01_linear_neuron.html#sec-descend"


@pytest.mark.parametrize("kind, words", LOOKS_LIKE.items())
def test_each_kind_of_mistake_has_a_section_of_the_book(kind, words):
    assert Line(1, "a", "claim", looks_like=kind).section == words[1]
    if kind:
        page, anchor = words[1].removeprefix("chapters/").split(".html#")
        assert f"({anchor})=" in (BOOK / f"{page}.ipynb").read_text("utf-8")


def test_each_verdict_has_its_mark():
    marks = [Line(1, "a", "claim", verdict).mark for verdict in VERDICTS]
    assert marks == ["✓", "✓", "✗", "✗", "?", "?", "?", " "]
