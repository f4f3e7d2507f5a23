"""Broken formulas and broken code are noticed: a sample here, all of them in `make test-all`."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.judge import printed
from tools.judge.mutants import code, formulas, tally

ROOT = Path(__file__).resolve().parents[2]
PAGES = [printed.equations(p) for p in sorted((ROOT / "chapters").glob("0*.ipynb"))]


def test_every_kind_of_change_to_a_printed_formula_is_tried():
    kinds = {m.what.split(":")[0] for page in PAGES for e in page
             for m in formulas.formulas(e, printed.definitions(page))}
    assert {"transpose dropped", "transpose added", "sign", "factor dropped", "operands swapped", "layer",
            "sum dropped", "1/n put in", "fraction twice",
            "indices swapped", "prime dropped", "bracket dropped", "index", "letter", "Δ dropped", "function",
            "number"} <= kinds


def test_every_change_to_the_gradient_of_chapter_4_is_noticed():
    page = next(p for p in PAGES if p and Path(p[0].page).name.startswith("04"))
    definitions = printed.definitions(page)
    tried = 0
    for equation in page:
        if equation.label in ("eq-delta-out", "eq-dw-out", "eq-dw-h", "eq-db-out"):
            for mutant in formulas.formulas(equation, definitions):
                tried += 1
                assert formulas.formula_caught(equation, definitions, mutant,
                                              page) or formulas.same_formula(equation, mutant), mutant.what
    assert tried > 40


def test_changes_to_the_code_are_noticed_and_a_blind_test_is_found_out(monkeypatch):
    wanted = r"(transpose dropped|divided twice|sum dropped): "
    chosen = [m for m in code.code_mutants("mlp.py", (ROOT / "src/backprop/mlp.py").read_text("utf-8"))
              if re.match(wanted, m.what) and re.search(r"\[eq-d[wb]-", m.what)]
    assert len(chosen) >= 6
    monkeypatch.setattr(code, "code_mutants", lambda name, source: chosen[:4])
    monkeypatch.setitem(code.SOURCES, "mlp.py", ["mlp"])
    assert code.run_code(names=["mlp.py"]).survivors == []
    monkeypatch.setattr(code, "code_mutants", lambda name, source: chosen[:1])
    monkeypatch.setitem(code.SOURCES, "mlp.py", ["imports"])             # tests that do not look at the gradient
    assert len(code.run_code(names=["mlp.py"]).survivors) == 1


def test_each_reason_is_needed():
    """Name every entry of EQUIVALENT that no label, file or kind of change has any more."""
    labels = {e.label for page in PAGES for e in page}
    for where, _, why in tally.EQUIVALENT:
        assert why
        assert any(re.fullmatch(where, x) for x in labels) or re.search(r"mlp|train|fast", where), where


@pytest.mark.slow
def test_no_mutant_survives():
    done = subprocess.run([sys.executable, "-W", "ignore", "-m", "tools.judge.mutants"], capture_output=True, text=True,
                          cwd=ROOT)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
