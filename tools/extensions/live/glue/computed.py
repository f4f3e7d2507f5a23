"""Compute both sides of a printed equation again. Texts in, JSON out; nothing of a text is ever run."""

import json

import numpy as np
from live_page.bounds import bounded

from proofread.pages import InPlace

ROWS, COLUMNS = 6, 8          # of a side that are shown


def sides(latex, given, changed):
    """Return what `proofread` says of a changed equation, and both of its sides at random numbers, as rows of entries.

    The numbers are those at which the equation itself is tried.
    An entry is [text, whether the other side has another number]. Of a chain of equations the link is shown that is
    furthest from true.
    """
    outcome = InPlace(bounded(latex), bounded(given)).outcome(bounded(changed))
    if not outcome.values:
        return json.dumps({"verdict": outcome.verdict})
    a, b = (matrix(side) for side in np.broadcast_arrays(*outcome.values[0][:2]))
    off = ~np.isclose(a, b, rtol=1e-9, atol=1e-12)
    return json.dumps({"verdict": outcome.verdict, "left": entries(a, off), "right": entries(b, off)})


def matrix(side):
    """Return a side as a matrix, (rows, columns), cut to what is shown; of more axes the first matrix."""
    array = np.squeeze(np.real(side))
    while array.ndim > 2:
        array = array[0]
    return np.atleast_2d(array)[:ROWS, :COLUMNS]


def entries(array, off):
    """Return the rows of a matrix as [text, is it another number on the other side]."""
    return [[[f"{number + 0:8.4f}", bool(differs)] for number, differs in zip(*row)] for row in zip(array, off)]
