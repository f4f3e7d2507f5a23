"""Which line is true? Every question has one true line and three different false ones, with numbers."""
import gzip
import re

import pytest

from tools.extensions.live import kept, practice
from tools.judge.equations import claims
from tools.judge.mutants.formulas import Broken
from tools.judge.questions import WRONG, of_page

CHAPTERS = practice.chapters()
LARGEST = 60_000        # bytes of one chapter's pack, as a server sends it


def test_every_chapter_asks():
    assert [path.stem[:2] for path in CHAPTERS] == ["01", "02", "03", "04", "05", "06"]
    found = practice.questions()
    assert all(len(asked) >= 6 for asked in found.values()) and sum(map(len, found.values())) >= 80


@pytest.mark.parametrize("path", [CHAPTERS[3], CHAPTERS[5]], ids=lambda path: path.stem)
def test_one_line_is_true_and_three_are_false(path):
    places = {claim.formula.name: Broken(claim).place for claim in claims(path)}
    for question in of_page(path):
        place = places[question.name]
        assert place.verdict(question.true) == "right"
        assert len({line.latex for line in question.false} | {question.true}) == WRONG + 1
        for line in question.false:
            _, left, right = line.entry
            assert place.verdict(line.latex) == "wrong" and line.why
            assert abs(left - right) > 1e-8 * max(abs(left), abs(right))


def test_what_the_page_gets_is_set_and_small():
    for name, asked in practice.questions().items():
        assert len(gzip.compress(practice.pack(name, asked).encode("utf-8"))) < LARGEST
        for question in asked:
            assert question["lines"][0].keys() == {"line"} and len(question["lines"]) == WRONG + 1
            assert all(one["line"].startswith("<math") for one in question["lines"])
            for one in question["lines"][1:]:
                assert re.search(r"(Entry|numbers).*: one side says −?\d", one["numbers"])


def test_what_is_kept_is_made_anew_when_a_source_has_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "FOLDER", tmp_path / "kept")
    monkeypatch.setattr(kept, "digest", lambda: "one")
    assert kept.kept("some", lambda: {"a": 1}) == kept.kept("some", lambda: {"b": 2}) == {"a": 1}
    monkeypatch.setattr(kept, "digest", lambda: "two")
    assert kept.kept("some", lambda: {"b": 2}) == {"b": 2}


def test_the_digest_knows_a_chapter(tmp_path, monkeypatch):
    (tmp_path / "chapters").mkdir()
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    seen = set()
    for text in ("", "a", "b"):
        (tmp_path / "chapters/01_x.ipynb").write_text(text)
        seen.add(kept.digest())
    assert len(seen) == 3
