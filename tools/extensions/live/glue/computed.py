"""Compute both sides of a printed equation again. Texts in, JSON out; nothing of a text is ever run."""

import json

import numpy as np
from live_page.bounds import bounded

from proofread.pages import InPlace

MOST = 40        # entries of a side that are shown


def sides(latex, given):
    """Return what `proofread` says of an equation, and both of its sides at random numbers, as rows of text."""
    outcome = InPlace(bounded(latex), bounded(given)).outcome(latex)
    if not outcome.values:
        return json.dumps({"verdict": outcome.verdict})
    left, right = (rows(side) for side in outcome.values[-1][:2])
    return json.dumps({"verdict": outcome.verdict, "left": left, "right": right})


def rows(side):
    """Return the entries of a side as rows of text; of an array with more than two axes the first matrix."""
    array = np.squeeze(np.real(side))
    while array.ndim > 2:
        array = array[0]
    array = np.atleast_2d(array)
    return ["  ".join(f"{number + 0:8.4f}" for number in row) for row in array[:MOST // array.shape[1] + 1]]
