"""What the pages for teachers and on accessibility say is taken from where it is true, or held against it."""
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import yaml

from tools.extensions.tested import Statement, statements

ROOT = Path(__file__).resolve().parents[2]


def test_a_sentence_comes_from_its_test_and_names_its_command(tmp_path):
    (tmp_path / "test_one.py").write_text(
        'import pytest\n@pytest.mark.accessible("Fast.")\ndef test_a(): pass\n'
        '@pytest.mark.slow\n@pytest.mark.accessible("Slow "\n  "one.")\ndef test_b(): pass\ndef test_c(): pass\n')
    (tmp_path / "test_two.py").write_text(
        'import pytest\npytestmark = [pytest.mark.slow, pytest.mark.browser]\n'
        '@pytest.mark.accessible("Slow, too.")\n@pytest.mark.parametrize("x", [1])\ndef test_d(x): pass\n')
    assert list(statements(tmp_path)) == [Statement("Fast.", False), Statement("Slow one.", True),
                                          Statement("Slow, too.", True)]


def test_the_page_lists_every_sentence(book):
    page = " ".join(re.sub(r"<[^>]*>", "", (book / "chapters" / "accessibility.html").read_text("utf-8")).split())
    found = list(statements(ROOT / "tests"))
    assert len(found) > 10 and {one.slow for one in found} == {True, False}
    for one in found:
        assert one.sentence.replace("'", "’") in page.replace("&#39;", "’").replace("'", "’"), one.sentence


def test_the_teachers_table_agrees_with_the_twenty_questions():
    """A section of the table answers the questions that link to it, and no others."""
    questions = (ROOT / "chapters" / "questions.md").read_text("utf-8")
    answers = defaultdict(set)
    for number, answer in re.findall(r"^### (\d+)\. (.*?)(?=^\(q-|^---)", questions, re.M | re.S):
        for section in re.findall(r"\(#(sec-[\w-]+)\)", answer):
            answers[section].add(int(number))
    page = (ROOT / "chapters" / "teachers.md").read_text("utf-8")
    rows = re.findall(r"^\| \[[^]]*\]\(#(sec-[\w-]+)\) \| ([\d, ]+) \|$", page, re.M)
    assert {section: {int(one) for one in numbers.split(",")} for section, numbers in rows} == answers
    assert set().union(*answers.values()) | {17} == set(range(1, 21))


def test_what_the_teachers_page_shows_runs():
    page = (ROOT / "chapters" / "teachers.md").read_text("utf-8")
    code = re.search(r"```python\n(.*?)```", page, re.S)[1]
    before = ("import numpy as np\nfrom backprop import init_params\n"
              "params = init_params(2, 2, 2, np.random.default_rng(0))\nX, Y = [[2.0, -1.0]], [[1.0, 0.0]]\n")
    said = subprocess.run([sys.executable, "-c", before + code], capture_output=True, text=True, check=True).stdout
    assert "read:" in said


def test_the_citation_is_that_of_the_last_release():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    released = re.search(r"^## \[([\d.]+)\] - (\d{4}-\d\d-\d\d)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert (str(citation["version"]), str(citation["date-released"])) == released.groups()
