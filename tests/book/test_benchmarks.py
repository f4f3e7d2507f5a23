"""The page about speed says what was measured, its formulas are counted again, and who is compared computes the same.

No time is asserted anywhere: that would be a test of the machine.
"""
import json
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks import contenders, measure, page

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"

RESULTS = json.loads((BENCHMARKS / "results.json").read_text("utf-8"))


def test_the_page_is_the_one_that_the_results_make():
    assert page.PAGE.read_text("utf-8") == page.text(RESULTS), "run python -m benchmarks.page"
    assert page.PICTURE.exists()


def test_the_results_say_when_and_on_what():
    about = RESULTS["machine"]
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", about["date"]) and about["processor"] and about["versions"]["numpy"]
    assert {(*r["case"], r["dtype"], r["threads"]) for r in RESULTS["speed"]} == {
        (*case, dtype, threads)
        for case in ((2, 2, 2, 1), (784, 100, 10, 1000), (784, 100, 10, 60_000), (784, 1000, 10, 1000))
        for dtype in ("float64", "float32") for threads in (1, 2)}


def test_what_the_page_says_in_words_is_in_the_results():
    first, *doubled = (entry["seconds"] for entry in RESULTS["counts"])
    assert all(seconds < 2 * first for seconds in doubled), "doubling a size less than doubles the time per example"
    pieces = {r["case"][3]: r["times"]["limit in pieces"]["over limit"] for r in RESULTS["speed"]
              if r["threads"] == 1 and r["dtype"] == "float64"}
    assert min(pieces, key=pieces.get) == 60_000 and pieces[60_000] < 0.95, "below 1 where whole arrays leave the cache"


@pytest.mark.parametrize("sizes", [(3, 4, 2), (7, 5, 3), (64, 30, 10)], ids=str)
def test_the_formulas_for_operations_are_what_the_code_does(sizes):
    predicted, found = measure.predicted(*sizes), measure.counted(*sizes, 700)
    for kind in ("product", "exp and log", "other", "read"):
        assert found[kind] == predicted[kind], kind


def test_the_formulas_for_memory_are_what_is_held():
    sizes = 64, 30, 10
    found, held = measure.counted(*sizes, 8000), measure.predicted_piece(*sizes, 8000)
    assert found["held"] == pytest.approx(measure.predicted(*sizes)["held"], rel=0.01)
    assert held <= found["pieces"] < held + 10_000


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("names", [["this module", "textbook form", "limit", "limit in pieces"],
                                   pytest.param(list(contenders.CONTENDERS), marks=pytest.mark.slow)],
                         ids=["ours", "all that are installed"])
def test_who_is_compared_computes_the_same(names, dtype):
    runs, apart = measure.ready(names, *contenders.numbers(5, 4, 3, 300, dtype))
    assert set(apart) <= set(runs) and "this module" in apart
    assert max(apart.values()) < {"float64": 1e-14, "float32": 1e-5}[dtype]
    assert set(measure.rounds(runs, 0, least=1)) == set(runs)


def test_a_contender_that_computes_something_else_is_refused(monkeypatch):
    def wrong(params, X, Y):
        run, _read = contenders.textbook(params, X, Y)
        return run, lambda result: (result[0], [-g for g in result[1]])
    monkeypatch.setitem(contenders.CONTENDERS, "wrong", (wrong, "numpy"))
    with pytest.raises(SystemExit, match=r"^wrong computes something else"):
        measure.ready(["wrong"], *contenders.numbers(5, 4, 3, 20, "float64"))


def test_the_bare_products_are_those_of_the_gradient():
    params, X, Y = contenders.numbers(6, 5, 4, 50, "float64")
    for A, B in ((X, params.W_h), (X.T, X @ params.W_h), (Y, params.W_out.T)):
        assert np.allclose(contenders.product(A, B)(A, B), A @ B, rtol=1e-14, atol=0)
