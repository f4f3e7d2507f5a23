"""The page on accessibility says what the tests hold: their own sentences, and the command that runs each.

A Sphinx extension. A test that is marked `@pytest.mark.accessible("…")` brings its sentence to the page; without the
test the sentence is gone. The tests are read, not imported.
"""
import ast
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from tools.extensions import downloads

COMMANDS = {False: "make test", True: "make test-all"}


class Statement(NamedTuple):
    """Hold what a test says of the pages: its sentence, and whether only `make test-all` runs it."""

    sentence: str
    slow: bool


def marks(decorators):
    """Return {name: arguments} of the pytest marks among these expressions."""
    found = {}
    for mark in decorators:
        call = mark if isinstance(mark, ast.Call) else ast.Call(mark, [], [])
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "pytest.mark":
            found[call.func.attr] = call.args
    return found


def statements(folder):
    """Yield the Statements of all tests below a folder."""
    for path in sorted(Path(folder).rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        module = {}
        for node in tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
                module = marks(getattr(node.value, "elts", [node.value]))
        for node in tree.body:
            own = marks(getattr(node, "decorator_list", []))
            if "accessible" in own:
                yield Statement(ast.literal_eval(own["accessible"][0]), "slow" in own | module)


class Tested(SphinxDirective):
    """List what the tests hold, command by command."""

    def run(self):
        top = Path(self.env.srcdir)
        found = list(statements(top / "tests"))
        version = downloads.version(top)
        made = []
        for slow, command in COMMANDS.items():
            words = nodes.paragraph("", "", nodes.literal("", command), nodes.Text(f", version {version} of the book:"))
            items = [nodes.list_item("", nodes.paragraph("", one.sentence)) for one in found if one.slow == slow]
            made += [words, nodes.bullet_list("", *items)]
        return made


def setup(app):
    app.add_directive("tested-accessibility", Tested)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
