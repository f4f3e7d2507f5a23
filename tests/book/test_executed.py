"""The build executes a notebook again when anything it depends on has changed, and only then."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.make import executed


class Book:
    """A notebook, a small package of the name backprop, and the folder of what is kept."""

    def __init__(self, folder):
        self.package, self.path, self.folder = folder / "src" / "backprop", folder / "page.ipynb", folder / "executed"
        self.package.mkdir(parents=True)
        self.write("__init__.py", "from .used import VALUE")
        self.write("used.py", "VALUE = 1")
        self.write("unused.py", "VALUE = 1")
        self.write("data.csv", "1")
        self.edit("print('value', backprop.VALUE)")

    def write(self, name, text):
        (self.package / name).write_text(text)

    def edit(self, source, words="# Page"):
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        cells = [new_markdown_cell(words), new_code_cell("import backprop"), new_code_cell(source)]
        nbformat.write(new_notebook(cells=cells, metadata=kernel), self.path)

    def build(self):
        """Return what the notebook shows, and whether it was executed for that."""
        said = []
        texts, failed = executed.book([self.path], self.folder, say=lambda text, **more: said.append(text))
        if failed:
            return failed[self.path], True
        outputs = nbformat.reads(texts[self.path], as_version=4).cells[-1].outputs
        return outputs[0].text, any("executed page" in text for text in said)


@pytest.fixture
def small(tmp_path, monkeypatch):
    made = Book(tmp_path)
    monkeypatch.setattr(executed, "PACKAGE", made.package)
    assert made.build() == ("value 1\n", True)
    return made


def test_unchanged_notebook_is_not_executed_again(small):
    assert small.build() == ("value 1\n", False)


def test_changed_words_are_shown_without_executing(small):
    small.edit("print('value', backprop.VALUE)", words="# Other words")
    assert small.build() == ("value 1\n", False)
    texts, _ = executed.book([small.path], small.folder, say=lambda *a, **k: None)
    assert "# Other words" in texts[small.path]


def test_changed_code_is_executed(small):
    small.edit("print('value', backprop.VALUE + 1)")
    assert small.build() == ("value 2\n", True)


def test_changed_module_is_executed_never_stale(small):
    small.write("used.py", "VALUE = 3.5")
    assert small.build() == ("value 3.5\n", True)


def test_module_that_was_not_loaded_does_not_matter(small):
    small.write("unused.py", "VALUE = 2")
    assert small.build() == ("value 1\n", False)


def test_changed_or_new_data_is_executed(small):
    small.write("data.csv", "2")
    assert small.build()[1]
    small.write("more.csv", "1")
    assert small.build()[1]


def test_other_versions_are_executed(small, monkeypatch):
    monkeypatch.setattr(executed, "environment", lambda: "another machine")
    assert small.build()[1]


def test_failure_is_reported_and_not_kept(small):
    small.edit("1 / 0")
    assert "ZeroDivisionError" in small.build()[0]
    assert "ZeroDivisionError" in small.build()[0]


def test_damaged_record_is_not_trusted(small):
    for entry in small.folder.glob("*.json"):
        entry.write_text(entry.read_text()[:50])
    assert small.build() == ("value 1\n", True)
