"""What an equation's number tells of its symbols is what the notation page says."""
import pytest

from tools import ROOT
from tools.extensions.live import symbols

ROWS = symbols.notation(symbols.NOTATION.read_text("utf-8"))
OUT, HIDDEN = ("out",), ("h",)


def test_the_notation_page_is_read_whole():
    text = symbols.NOTATION.read_text("utf-8")
    assert {("W", HIDDEN), ("delta", OUT), ("A", ("in",)), ("X", ()), ("J", ()), ("eta", ()), ("n", ())} <= ROWS.keys()
    for row in ROWS.values():
        assert row.symbol in text and row.code in text and row.shape in text and row.meaning
    assert ROWS["A", HIDDEN].code == "`A_h`" and ROWS["m", ()].meaning == "the number of inputs"


@pytest.mark.parametrize("latex, keys", [
    (r"\frac{\partial J}{\partial W^{(\mathrm{out})}} = A^{(\mathrm{h})\top} \delta^{(\mathrm{out})}",
     [("J", ()), ("W", OUT), ("A", HIDDEN), ("delta", OUT)]),
    (r"z_j^{(\mathrm{h})} = \sum_{i=1}^{m} a_i^{(\mathrm{in})} w_{i,j}^{(\mathrm{h})}",
     [("Z", HIDDEN), ("A", ("in",)), ("W", HIDDEN), ("m", ())]),
    ("z = w x + b", []),
    (r"Z^{(\ell)} = A^{(\ell-1)} W^{(\ell)}", []),
])
def test_only_what_the_notation_page_means_is_told(latex, keys):
    assert sorted(symbols.told(latex, ROWS)) == sorted(keys)


def test_a_page_with_another_alphabet_is_told_nothing():
    facts = symbols.facts(ROOT / "chapters/04_n_examples.ipynb", {})
    assert facts["rows"] == {} and all(one["rows"] == [] and one["latex"] for one in facts["equations"].values())


def test_every_row_that_is_told_is_there():
    facts = symbols.facts(ROOT / "chapters/04_n_examples.ipynb", ROWS)
    assert {name for one in facts["equations"].values() for name in one["rows"]} == facts["rows"].keys()
    assert len(facts["rows"]) >= 10 and all(row["symbol"].startswith("<math") for row in facts["rows"].values())
