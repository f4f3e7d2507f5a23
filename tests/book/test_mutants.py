"""Broken formulas and broken code are noticed: a sample here, all of them in `make test-all`."""
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.judge.equations import REFUSED, claims, equations
from tools.judge.mutants import code, formulas, tally

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "chapters").glob("0*.ipynb"))


def broken(page):
    """Return the equations of a chapter that can be broken, by name."""
    path = next(path for path in PAGES if path.stem.startswith(page))
    return {claim.formula.name: formulas.Broken(claim) for claim in claims(path)}


def test_every_kind_of_change_to_a_printed_formula_is_tried():
    kinds = {change.kind for one in broken("04").values() for change in one.changes()}
    assert kinds == {"transpose", "sign", "factor", "product", "layer", "sum", "index", "slope", "letter"}


def test_every_change_to_the_gradient_of_chapter_4_is_noticed():
    names, tried = ("eq-delta-out", "eq-dw-out", "eq-dw-h", "eq-db-out", "def-j", "def-columns-z-out"), 0
    equations_of_4 = broken("04")
    for name in names:
        for change in equations_of_4[name].changes():
            verdict = equations_of_4[name].place.verdict(change.latex)
            tried += verdict in REFUSED
            assert verdict in (*REFUSED, *formulas.NO_FORMULA), change.what
    assert tried > 100


def test_a_blind_judge_is_found_out(monkeypatch):
    """If the judge called everything right, every mutant would survive, but for those with a reason."""
    monkeypatch.setattr(formulas.InPlace, "verdict", lambda place, latex: "right")
    monkeypatch.setattr(formulas, "chapters", lambda: [path for path in PAGES if path.stem.startswith("06")])
    tally_of_6 = formulas.run_formulas(every=5)
    assert tally_of_6.caught == 0 and len(tally_of_6.survivors) > 10


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
    labels = {formula.name for page in PAGES for formula in equations(page)}
    for where, _, why in tally.EQUIVALENT:
        assert why
        files = [name for name in code.SOURCES if name.removesuffix(".py") in where]
        assert files or any(re.fullmatch(where, x) for x in labels), where


@pytest.mark.slow
def test_no_mutant_survives():
    done = subprocess.run([sys.executable, "-W", "ignore", "-m", "tools.judge.mutants"], capture_output=True, text=True,
                          cwd=ROOT)
    survivors = [line for line in done.stdout.splitlines() if line.startswith("  ! ")]
    assert (done.returncode, survivors) == (0, []), done.stderr[-2000:]
