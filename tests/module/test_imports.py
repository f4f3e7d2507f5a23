"""Mathematics never imports drawing, and the check imports nothing of what it checks."""
import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import backprop

SOURCE = Path(backprop.__file__).parent
STANDARD = sys.stdlib_module_names | {file.stem for file in Path(os.__file__).parent.glob("*.py")}  # 3.15 lists not all
MAY_IMPORT = {
    "validate": {"numpy"},
    "mlp": {"numpy", "backprop.validate"},
    "pieces": {"numpy", "backprop.validate"},
    "fast": {"numpy", "backprop.validate", "backprop.mlp", "backprop.pieces"},
    "train": {"numpy", "backprop.validate", "backprop.mlp", "backprop.fast", "backprop.pieces"},
    "check": {"numpy", "backprop.mlp"},
    "data/__init__": {"numpy"},
}
OTHERS = {str(file.relative_to(SOURCE).with_suffix(""))
          for file in [*SOURCE.glob("*.py"), *SOURCE.glob("doctor/*.py")]} - {"__init__", *MAY_IMPORT}


def imports(file):
    """Return what a file imports from outside the standard library, wherever in the file: {module: {names}}."""
    found = {}
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.setdefault(alias.name, set())
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and "*" not in [alias.name for alias in node.names], f"{file}: {ast.unparse(node)}"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}" if node.module == "backprop" else node.module
                found.setdefault(whole, set()).add(alias.name)
    return {name: names for name, names in found.items() if name.split(".")[0] not in sys.stdlib_module_names}


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_mathematics_imports_numpy_and_mathematics(name):
    assert set(imports(SOURCE / f"{name}.py")) <= {*MAY_IMPORT[name], "numpy.typing"}


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_nothing_else_imports_drawing_either(name):
    mathematics = {"numpy", *(f"backprop.{other}".replace("/", ".").removesuffix(".__init__")
                              for other in (*MAY_IMPORT, *OTHERS))}
    assert set(imports(SOURCE / f"{name}.py")) <= mathematics


def test_the_check_takes_only_the_container_from_the_network():
    assert imports(SOURCE / "check.py")["backprop.mlp"] == {"Params"}


def test_matplotlib_is_imported_by_the_drawings_only():
    for file in SOURCE.rglob("*.py"):
        if any(name.split(".")[0] == "matplotlib" for name in imports(file)):
            assert SOURCE / "figures" in file.parents, file


def loaded_by(statement):
    """Return the modules from outside the standard library that a fresh Python has loaded after statement."""
    code = (f"import sys; before = set(sys.modules); {statement}; import json; "
            "print(json.dumps(sorted({name for name in set(sys.modules) - before})))")
    run = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120)
    assert run.returncode == 0 and not run.stderr, run.stderr
    return {name for name in json.loads(run.stdout) if name.split(".")[0] not in STANDARD}


def test_import_backprop_loads_numpy_and_nothing_to_draw_with():
    loaded = loaded_by("import backprop")
    assert {name.split(".")[0] for name in loaded if "cython" not in name} == {"backprop", "numpy"}
    assert not loaded & {"backprop.figures", "backprop.data"}


def first_imports(path):
    """Return the import statements of a notebook's first cell."""
    first = next(cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code")
    return [node for node in ast.parse("".join(first["source"])).body if isinstance(node, (ast.Import, ast.ImportFrom))]


CHAPTERS = sorted((Path(__file__).resolve().parents[2] / "chapters").glob("*.ipynb"))
NEED_MORE = re.compile(r"\b(matplotlib|ipywidgets|dask|backprop\.figures)\b")


@pytest.mark.parametrize("path", [path for path in CHAPTERS
                                  if not NEED_MORE.search(" ".join(map(ast.unparse, first_imports(path))))],
                         ids=lambda path: path.stem)
def test_a_chapter_without_plots_loads_nothing_but_numpy(path):
    loaded = loaded_by("; ".join(map(ast.unparse, first_imports(path))))
    judged_by = {"proofread", "lark", "numpy"} if path.stem == "proofread" else {"backprop", "numpy"}
    assert {name.split(".")[0] for name in loaded if "cython" not in name} == judged_by


def test_the_digits_load_when_asked_for_and_load_nothing_to_draw_with():
    loaded = loaded_by("from backprop.data import load_digits; load_digits()")
    assert not {name.split(".")[0] for name in loaded} & {"matplotlib", "ipywidgets", "anywidget", "IPython", "sklearn"}


def test_the_public_names():
    promised = """Params Trace init_params sigmoid forward loss backward value_and_gradient step train predict
                  naive_loss complex_step central_difference check""".split()
    assert set(promised) <= set(backprop.__all__)
    for name in backprop.__all__:
        assert callable(getattr(backprop, name)), name
