"""Many people's notations: no right line is called wrong, no wrong one right. Truths are proved without `proofread`."""
import numpy as np
import pytest
from habits import CASES

from proofread import proofread

LINES = [(case, k) for case in CASES for k in range(len(case.lines))]
NAMES = [f"{case.name}: {case.lines[k][0]}" for case, k in LINES]
ACCUSED, CLEARED = ("wrong", "sizes"), ("right", "right-only-if")


def agree(sides):
    """Say whether two sides are the same numbers; they are not, if one cannot be computed because sizes do not fit."""
    try:
        left, right = (np.asarray(side, dtype=float) for side in sides())
    except ValueError as error:
        assert "mismatch" in str(error) or "broadcast" in str(error) or "aligned" in str(error)
        return False
    return left.shape == right.shape and np.allclose(left, right, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("case, k", LINES, ids=NAMES)
def test_the_truth_is_what_is_said_here(case, k):
    _, truth, sides = case.lines[k]
    values = case.values()
    assert agree(lambda: sides(values)) == (truth == "right")


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def judged(request):
    """Return the lines of a case with their verdicts, each judged on its own so that none leans on another."""
    case = request.param
    return [(latex, truth, proofread(latex, given=case.given).lines[0].verdict) for latex, truth, _ in case.lines]


def test_no_right_line_is_accused(judged):
    assert [latex for latex, truth, verdict in judged if truth == "right" and verdict in ACCUSED] == []


def test_no_wrong_line_is_cleared(judged):
    assert [latex for latex, truth, verdict in judged if truth == "wrong" and verdict in CLEARED] == []
