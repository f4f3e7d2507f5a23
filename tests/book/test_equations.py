"""The equations of the book: labeled once, checked by a cell, tagged in the module, printed as they are computed."""
import ast
import json
import re
import shutil
from pathlib import Path

import pytest

from tools.extensions.checked import LINE
from tools.judge.equations import equations

ROOT = Path(__file__).resolve().parents[2]
OTHERWISE = re.compile(r"```\{math\}|:label: *(eq|def)-|\\begin\{(align|equation|gather)\*?\}")
ALGORITHM = {                                            # one line of mlp.py each
    "eq-delta-out", "eq-dw-out", "eq-db-out", "eq-delta-h", "eq-dw-h", "eq-db-h", "eq-loss-stable"}


def pages(root):
    """Return the pages of a book in order."""
    return sorted(p for p in (root / "chapters").iterdir() if p.suffix in (".md", ".ipynb"))


def checks(page):
    """Return the labels that the stored outputs of a notebook say were checked."""
    if page.suffix != ".ipynb":
        return []
    outputs = [o for c in json.loads(page.read_text("utf-8"))["cells"] for o in c.get("outputs", [])]
    return [m["label"] for o in outputs for m in LINE.finditer("".join(o.get("text", "")))]


def label_faults(root):
    """Name each label that is malformed, used twice, set in another way, or unchecked; and each check of nothing."""
    seen = {}
    for page in pages(root):
        labels = [e.name for e in equations(page)]
        for label in labels:
            if not re.fullmatch(r"(eq|def)(-[a-z0-9]+)+", label):
                yield f"{page.name}: the label {label!r} is malformed: eq- or def-, then a-z, 0-9 and single hyphens"
            if label.lower() in seen:
                yield f"{page.name}: the label {label} stands in {seen[label.lower()]} already"
            seen[label.lower()] = page.name
            if label.startswith("eq-") and label not in checks(page):
                yield f"{page.name}: no cell checks {label}"
        for label in checks(page):
            if label not in labels:
                yield f"{page.name}: a cell checks {label}, which is no equation of this page"
        if OTHERWISE.search(page.read_text("utf-8").replace("\\\\", "\\")):
            yield (f"{page.name}: an equation is a paragraph $$ … $$ (eq-name) of its own, "
                   "without directive or environment")


def tag_faults(root):
    """Name each tag of the module that is no equation of the book, and each equation of the algorithm without a tag."""
    labels = {e.name for page in pages(root) for e in equations(page)}
    source = {p.name: p.read_text("utf-8") for p in sorted((root / "src/backprop").glob("*.py"))}
    for name, text in source.items():
        for tag in re.findall(r"\[((?:eq|def)-[^\]\s]*)\]", text):
            if tag not in labels:
                yield f"{name}: the tag [{tag}] names no equation of the book"
    for label in sorted(ALGORITHM):
        if f"[{label}]" not in source["mlp.py"]:
            yield f"mlp.py: the equation {label} has no tag"
        if label not in labels:
            yield f"the book has no equation {label}"


def import_faults(root):
    """Name whatever check.py takes from the package besides Params."""
    for node in ast.walk(ast.parse((root / "src/backprop/check.py").read_text("utf-8"))):
        names = [(node.module or "", a.name) for a in node.names] if isinstance(node, ast.ImportFrom) else \
            [(a.name, "") for a in node.names] if isinstance(node, ast.Import) else []
        for module, name in names:
            if (module.split(".")[0] == "backprop" or getattr(node, "level", 0)) and name != "Params":
                yield f"check.py imports {name or module} of {module}"


@pytest.mark.parametrize("rule", [label_faults, tag_faults, import_faults])
def test_the_book_keeps_the_rules(rule):
    assert list(rule(ROOT)) == []


# --- each rule seen to fail: a small book, broken in one place --------------------------------------------------------
TITLE = r"$$\frac{\partial J}{\partial W^{(\mathrm{out})}} = A^{(\mathrm{h})\top} \delta^{(\mathrm{out})}$$ (eq-dw-out)"


@pytest.fixture
def small_book(tmp_path):
    """Return a book of one page, its equations those of the algorithm and its checks as printed by cells."""
    texts = [TITLE.replace("eq-dw-out", label) for label in sorted(ALGORITHM)]
    code = "".join(path.read_text("utf-8") for path in (ROOT / "src/backprop").glob("*.py"))
    tags = {*re.findall(r"\[((?:eq|def)-[^\]\s]*)\]", code)} - ALGORITHM
    texts += [f"$$ 1 = 1 $$ ({tag})" for tag in sorted(tags)]
    labels = re.findall(r"\((eq-[^)]+)\)", "\n".join(texts))
    lines = [f"✓ {label}  by limit, sizes 3-4-2, n = 5, agrees within 1e-12\n" for label in labels]
    printed = {"output_type": "stream", "name": "stdout", "text": lines}
    cells = [{"cell_type": "markdown", "source": ["\n\n".join(texts)]},
             {"cell_type": "code", "source": [], "outputs": [printed]}]
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters/02_page.ipynb").write_text(json.dumps({"cells": cells}, ensure_ascii=False), "utf-8")
    shutil.copytree(ROOT / "src/backprop", tmp_path / "src/backprop",
                    ignore=lambda folder, names: [n for n in names if not n.endswith(".py")])
    return tmp_path


def test_the_small_book_is_sound(small_book):
    for rule in (label_faults, tag_faults, import_faults):
        assert list(rule(small_book)) == []


PAGE, MLP, CHECK = "chapters/02_page.ipynb", "src/backprop/mlp.py", "src/backprop/check.py"


@pytest.mark.parametrize("rule, file, old, new, message", [
    (label_faults, PAGE, "✓ eq-dw-out  by", "✗ eq-dw-out  by", "no cell checks eq-dw-out"),
    (label_faults, PAGE, "✓ eq-dw-out  by", "✓ eq-dw-ou  by", "a cell checks eq-dw-ou, which is no equation"),
    (label_faults, PAGE, "(eq-dw-h)", "(eq-dw_h)", "the label 'eq-dw_h' is malformed"),
    (label_faults, PAGE, "(eq-dw-h)", "(EQ-dw-h)", "the label 'EQ-dw-h' is malformed"),
    (label_faults, PAGE, "(eq-dw-h)", "(Eq-dw-out)", "stands in 02_page.ipynb already"),
    (label_faults, PAGE, "(eq-dw-h)", "(eq-dw-out)", "the label eq-dw-out stands in"),
    (label_faults, PAGE, "$$ 1 = 1 $$", "```{math}", "a paragraph"),
    (tag_faults, MLP, "[eq-dw-out]", "[eq-dw-outer]", "the tag [eq-dw-outer] names no equation"),
    (tag_faults, MLP, "[eq-db-h]", "", "eq-db-h has no tag"),
    (tag_faults, PAGE, "(eq-db-h)", "(eq-db-hidden)", "the book has no equation eq-db-h"),
    (import_faults, CHECK, "import Params", "import Params, backward", "imports backward"),
    (import_faults, CHECK, "import numpy as np", "import numpy as np\nimport backprop.fast", "imports backprop.fast"),
    (import_faults, CHECK, "import numpy as np", "import numpy as np\nfrom . import mlp", "imports mlp"),
])
def test_each_rule_fails_on_a_broken_copy(small_book, rule, file, old, new, message):
    path = small_book / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    assert any(message in fault for fault in rule(small_book)), list(rule(small_book))
