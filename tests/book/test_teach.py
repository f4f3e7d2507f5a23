"""What a teacher takes along: every product is opened, and holds what it says."""
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from jinja2 import UndefinedError
from pypdf import PdfReader

from backprop import diagnose, forward
from tools.judge import rules
from tools.judge.browser import chromium
from tools.judge.equations import claims
from tools.judge.mutants.formulas import Broken
from tools.make import notebooks
from tools.make.teach import __main__ as teach, bank, copies, equations, figures, paper, sheets

CHAPTERS = copies.chapters()
SOLUTIONS = sum(cell.source.count(copies.SOLUTION) for _, notebook in CHAPTERS for cell in notebook.cells)


# --- students' copies and the key ------------------------------------------------------------------------------------

@pytest.mark.parametrize("path, notebook", CHAPTERS, ids=lambda given: getattr(given, "name", ""))
def test_a_students_copy_tells_no_answer(path, notebook):
    copy = copies.student(notebook)
    nbformat.validate(copy)
    text = "\n".join(cell.source for cell in copy.cells)
    assert "Solution" not in text and "<summary>Answer" not in text
    assert "## Exercises" in text
    assert text.count("<summary>Hint") == sum(cell.source.count("<summary>Hint") for cell in notebook.cells)
    assert not any(cell.get("outputs") or copies.is_solution(cell) for cell in copy.cells)


def test_what_is_left_out_ends_where_it_ends():
    asked = "### ★ One\n\nAsk.\n\n:::{admonition} Solution\n:class: dropdown\n\nTell.\n:::\n\n### Two"
    assert copies.without(asked, *copies.ANSWERS) == "### ★ One\n\nAsk.\n\n\n### Two"
    assert copies.answered(asked) == "### ★ One\n\nAsk.\n\n**Solution**\n\n\nTell.\n\n\n### Two"
    folded = "Ask.\n\n<details>\n<summary>Answer</summary>\n\n(b)\n\n</details>\n\nGo on."
    assert copies.without(folded, *copies.ANSWERS) == "Ask.\n\n\nGo on."


@pytest.mark.slow
def test_a_students_copy_runs_from_first_to_last(tmp_path):
    """No cell needs what only a solution has defined."""
    for _, notebook in CHAPTERS:
        notebooks.run(copies.student(notebook), Path(rules.__file__).parents[2] / "chapters")


def test_the_key_has_every_exercise_and_its_solution(tmp_path):
    copies.write_key(tmp_path)
    text = (tmp_path / "key.html").read_text("utf-8")
    assert text.count("<h3>") == text.count("<strong>Solution</strong>") == SOLUTIONS > 50
    assert "<summary>" not in text and ":::" not in text and "<math" in text


# --- worksheets ------------------------------------------------------------------------------------------------------

class Tags(HTMLParser):
    """The tags of a page, to be closed in the order in which they were opened."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        if tag not in ("meta", "br", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", sheets.SHEETS)
def test_a_worksheet_asks_leaves_room_and_answers(name):
    text = sheets.filled(name)
    page = Tags(paper.page("A worksheet", text))
    assert not page.open and "math" in page.seen
    asks, key = text.split('<div class="last-page"></div>')
    questions = re.findall(r"^\*\*(\d)\.\*\*", asks, re.M)
    assert questions == re.findall(r"^\*\*(\d)\.\*\*", key, re.M) == list("12345")
    assert asks.count('class="space"') == len(questions)
    assert "<<" not in text and ">>" not in text and "nan" not in text


def test_the_numbers_of_the_worksheets_come_out():
    """Each is computed again in another way: by a nudge of the loss, by a sum over examples."""
    one, two = sheets.whose_activation(), sheets.slope()

    def J(w):
        a = 1 / (1 + np.exp(-one["A_h"] @ w))
        return -np.sum(one["y"] * np.log(a) + (1 - one["y"]) * np.log(1 - a))

    nudged = [(J(one["w"] + step) - J(one["w"] - step)) / 2e-6 for step in 1e-6 * np.eye(2)]
    assert np.allclose(one["total"], nudged, rtol=1e-8)
    assert np.isclose(two["dw_1"], two["nudged"], rtol=1e-14)
    three, four = sheets.shapes(), sheets.examples()
    assert np.isclose(three["entry"], sum(a[2] * d[0] for a, d in zip(three["A_h"], three["delta"])))
    assert three["verdicts"].count("does not multiply") == 2 and three["same"] == 4
    assert np.allclose(four["total"], four["product"])


def test_a_name_without_a_number_is_noticed(monkeypatch):
    monkeypatch.setitem(sheets.SHEETS, "1_whose_activation", lambda: {"w": [0, 1]})
    with pytest.raises(UndefinedError):
        sheets.filled("1_whose_activation")


# --- the bank --------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def questions(tmp_path_factory):
    """The bank as Moodle's import reads it: {name: (words, [(line, fraction, feedback)])}."""
    folder = tmp_path_factory.mktemp("bank")
    bank.write(folder)
    category, *rest = ElementTree.parse(folder / "moodle.xml").getroot()
    assert category.get("type") == "category" and category.findtext("category/text").startswith("$course$/")
    read = {}
    for question in rest:
        assert question.get("type") == "multichoice" and question.findtext("single") == "true"
        assert question.find("questiontext").get("format") == "html" and len(question.findtext("name/text")) <= 255
        read[question.findtext("name/text")] = question.findtext("questiontext/text"), [
            (answer.findtext("text"), answer.get("fraction"), answer.findtext("feedback/text"))
            for answer in question.findall("answer")]
    assert len(read) == len(rest)
    return read


def test_there_are_enough_questions_each_with_one_true_line(questions):
    assert len(questions) >= 200
    for name, (words, answers) in questions.items():
        lines = [line for line, _, _ in answers]
        assert len(lines) == len(set(lines)) == 4, name
        assert sorted(fraction for _, fraction, _ in answers) == ["0", "0", "0", "100"], name
        assert all(len(feedback) > 3 for _, _, feedback in answers), name
        assert all(re.fullmatch(r"\\\(.*\\\)", line) for line in lines) and words.startswith("<p>Which line"), name


def test_the_true_line_is_the_printed_equation(questions):
    """And the wrong ones are wrong where it stands, though their sizes fit."""
    for path, _ in CHAPTERS:
        for claim in claims(path):
            _, answers = questions.get(f"formula {claim.formula.name}", ("", []))
            place = Broken(claim).place if answers else None
            for line, fraction, _ in answers:
                latex = bank.html.unescape(line[2:-2])
                wanted = "wrong" if fraction == "0" else "right"
                assert place.verdict(latex) == wanted, (claim.formula.name, latex)


def arrays(text):
    """Return the matrices written in a text."""
    found = re.findall(r"\\begin\{pmatrix\}(.*?)\\end\{pmatrix\}", bank.html.unescape(text))
    return [np.array([[float(x) for x in row.split("&")] for row in one.split(r"\\")]) for one in found]


def test_the_true_numbers_follow_from_the_printed_ones(questions):
    """Within the digits that are printed; the wrong ones do not."""
    for name, (words, answers) in questions.items():
        if not name.startswith("numbers"):
            continue
        X, _, W_out, Y, A_h, A_out = arrays(words)
        delta_out = A_out - Y
        delta_h = delta_out @ W_out.T * A_h * (1 - A_h)
        right = {"W_out": A_h.T @ delta_out, "W_h": X.T @ delta_h, "b_out": delta_out.sum(axis=0, keepdims=True)}
        for line, fraction, _ in answers:
            shown, wanted = arrays(line)[0], right[name.rpartition(" ")[2]]
            agrees = shown.shape == wanted.shape and np.allclose(shown, wanted, atol=0.006)
            assert agrees == (fraction == "100"), (name, line)


def test_the_doctor_names_the_mistake_of_a_wrong_line():
    params, X, Y = bank.network(3, 4, 2, 2, seed=1)
    assert forward(params, X).A_out.shape == (2, 2)
    wrong = dict(bank.spoiled(params, X, Y, "W_out"))
    named = {diagnose(params, X, Y, arrays(shown)[0]).name for shown in wrong}
    assert {"output-derivative-kept", "net-input-used", "sign"} <= named


# --- equations and figures -------------------------------------------------------------------------------------------

def test_every_numbered_equation_is_there_once():
    text = equations.document()
    labels = re.findall(r"\\label\{([^}]*)\}", text)
    assert sorted(labels) == sorted(label for path in rules.chapters() for label in rules.labels(rules.read(path)[0]))
    assert text.count(r"\begin{equation}") == text.count(r"\end{equation}") == len(labels) > 100
    assert text.isascii(), "LaTeX may not know this letter"
    opened = re.findall(r"\\(begin|end)\{(\w+)\}", text)
    depth = []
    for what, name in opened:
        depth.append(name) if what == "begin" else depth.remove(name)
    assert not depth


def test_a_figure_is_drawn_as_svg_under_its_name():
    drawn = figures.drawn(CHAPTERS[0][0])
    assert set(drawn) == set(figures.pictures(CHAPTERS[0][1], figures.PNG))
    for picture in drawn.values():
        assert ElementTree.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"


@pytest.mark.slow
@pytest.mark.browser
def test_make_teach_makes_it_all(tmp_path, capsys):
    assert chromium()
    teach.make(tmp_path)
    said = capsys.readouterr().out
    assert all(what in said for what, _ in teach.PRODUCTS.values())
    for path in [tmp_path / "key.pdf", *(tmp_path / "worksheets").glob("*.pdf")]:
        assert path.with_suffix(".html").exists() and len(PdfReader(path).pages) >= 3
    for path in (tmp_path / "worksheets").glob("*.pdf"):
        assert PdfReader(path).pages[-1].extract_text().startswith("Key")
    assert len(list((tmp_path / "worksheets").glob("*.pdf"))) == len(sheets.SHEETS)
    drawn = {name for path, notebook in CHAPTERS for name in figures.pictures(notebook, figures.PNG)}
    assert {path.stem for path in (tmp_path / "figures").glob("*.svg")} == drawn
    assert {path.name for path in (tmp_path / "student").iterdir()} == {path.name for path, _ in CHAPTERS}
    assert (tmp_path / "moodle.xml").exists() and (tmp_path / "equations.tex").exists()
