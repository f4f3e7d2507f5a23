"""The build executes a notebook again when anything it depends on has changed, and only then."""

import shutil

import nbformat
import pytest
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.make import execute


class Book:
    """A chapter, a small package of the name backprop, and the folder of what is kept."""

    def __init__(self, folder):
        self.top, self.package, self.path = folder, folder / "src" / "backprop", folder / "chapters" / "page.ipynb"
        self.package.mkdir(parents=True)
        self.path.parent.mkdir()
        self.write("__init__.py", "from .used import VALUE")
        self.write("used.py", "VALUE = 1")
        self.edit("print('value', backprop.VALUE)")

    def write(self, name, text):
        (self.package / name).write_text(text)

    def edit(self, source, words="# Page"):
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        cells = [new_markdown_cell(words), new_code_cell("import backprop"), new_code_cell(source)]
        nbformat.write(new_notebook(cells=cells, metadata=kernel), self.path)

    def build(self):
        """Return what the page shows, and whether the notebook was executed for that."""
        said = []
        place, failed = execute.fill(self.top, self.top / "cache", say=lambda text, **more: said.append(text))
        if failed:
            return failed[self.path], True
        _, self.shown = get_cache(place).merge_match_into_notebook(nbformat.read(self.path, as_version=4))
        return self.shown.cells[-1].outputs[0].text, any("executed page" in text for text in said)


@pytest.fixture(scope="module")
def executed_once(tmp_path_factory):
    made = Book(tmp_path_factory.mktemp("made") / "book")
    assert made.build() == ("value 1\n", True)
    return made


@pytest.fixture
def small(executed_once, tmp_path):
    """The book after its first build, at the same place for every test: the place is part of what is kept."""
    saved = tmp_path / "saved"
    shutil.copytree(executed_once.top, saved)
    yield executed_once
    shutil.rmtree(executed_once.top)
    shutil.move(saved, executed_once.top)


def test_unchanged_notebook_is_not_executed_again(small):
    assert small.build() == ("value 1\n", False)


def test_changed_words_are_shown_without_executing(small):
    small.edit("print('value', backprop.VALUE)", words="# Other words")
    assert small.build() == ("value 1\n", False)
    assert small.shown.cells[0].source == "# Other words"


def test_changed_code_is_executed(small):
    small.edit("print('value', backprop.VALUE + 1)")
    assert small.build() == ("value 2\n", True)


def test_changed_module_is_executed_never_stale(small):
    small.write("used.py", "VALUE = 3.5")
    assert small.build() == ("value 3.5\n", True)


def test_changed_or_new_data_is_executed(small):
    before = execute.digest(small.top)
    small.write("data.csv", "2")
    within = execute.digest(small.top)
    (small.path.parent / "beside.csv").write_text("1")
    assert len({before, within, execute.digest(small.top)}) == 3
    assert small.build()[1]


def test_other_versions_are_executed(small, monkeypatch):
    monkeypatch.setattr(execute, "versions", lambda: ["another machine"])
    assert small.build()[1]


def test_failure_is_reported_and_not_kept(small):
    small.edit("1 / 0")
    assert "ZeroDivisionError" in small.build()[0]
    assert "ZeroDivisionError" in small.build()[0]


def test_damaged_record_is_not_trusted(small):
    for entry in (small.top / "cache").rglob("*.ipynb"):
        entry.write_text(entry.read_text()[:50])
    assert small.build() == ("value 1\n", True)


def test_what_is_written_while_notebooks_run_is_not_kept(small):
    small.edit("from pathlib import Path\nPath(backprop.__file__).with_name('used.py').write_text('VALUE = 2')")
    with pytest.raises(execute.Changed, match="build again"):
        small.build()
    small.edit("print('value', backprop.VALUE)")
    assert small.build() == ("value 2\n", True)
