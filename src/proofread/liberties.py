"""What a line may leave to the good will of who reads notes, and a printed page may not.

A missing ⊙ between arrays of one shape, a matrix product beside ⊙ without a bracket, a sum that only a repeated index
shows: `proofread` reads them as they are meant and says so. In `pages` they are ambiguous.
"""

from .terms import BigSum, Product, Row, walk

UNBRACKETED = "a matrix product beside ⊙ needs a bracket: with another order of the two it says something else"
UNSIGNED = "two arrays stand side by side here and are multiplied entry by entry; print the ⊙"
UNPRINTED_SUM = "an index is summed over here, and no sum is printed"


def liberty(raw, settled):
    """Return the sentence on what a raw side leaves open that a settled side answers, or an empty string."""
    sums = [sum(isinstance(one, BigSum) for one in walk(side)) for side in (raw, settled)]
    if sums[1] > sums[0]:
        return UNPRINTED_SUM
    products = [one for one in walk(settled) if isinstance(one, Product)]
    for row in (one for one in walk(raw) if isinstance(one, Row)):
        mine = [one.op for one in products if spans_factors(one, row)]
        if "entry" in mine and "matrix" in mine:
            return UNBRACKETED
        if mine.count("entry") > sum(op in ("odot", "star") for op in row.ops):
            return UNSIGNED
    return ""


def spans_factors(product, row):
    """Say whether a settled product is made of factors of this row, and not within one of them."""
    start, end = product.span
    inside = any(factor.span[0] <= start and end <= factor.span[1] for factor in row.factors)
    return row.span[0] <= start and end <= row.span[1] and not inside
