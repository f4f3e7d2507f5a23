"""The orders in which factors in a row may be multiplied, the customary one first.

Fractions on the line bind first. Then products come before ⊙, ⊙ before products, or all from left to right. Derivatives
in a row, each by what the next is of, are the sum over all paths.
"""

import itertools
from dataclasses import replace

from .terms import Derivative, Fraction, Paths, Product, Ref

ENTRY = ("odot", "star")


def orders(row):
    """Return the terms that a row of factors may stand for."""
    factors, ops = divided(row)
    found = [chained] if (chained := paths(factors, ops, row.span)) is not None else []
    if any(op in ENTRY for op in ops) and any(op not in ENTRY for op in ops):
        found += [grouped(factors, ops, lambda op: op not in ENTRY), grouped(factors, ops, lambda op: op in ENTRY)]
    found.append(folded(factors, ops))
    if "" in ops and len(factors) > 2:  # a (b c): numbers and rows before columns
        found.append(folded_right(factors, ops))
    return list(dict.fromkeys(found))


def divided(row):
    """Put fractions on the line together: 1/2 x is (1/2) x."""
    factors, ops = [row.factors[0]], []
    for op, factor in zip(row.ops, row.factors[1:]):
        if op == "/":
            factors[-1] = Fraction(factors[-1], factor, span=(factors[-1].span[0], factor.span[1]))
        else:
            factors.append(factor)
            ops.append({"otimes": "kron"}.get(op, op))
    return factors, ops


def product(op, left, right):
    """Return the product of two factors."""
    return Product(op, left, right, span=(left.span[0], right.span[1]))


def folded(factors, ops):
    """Return the product from left to right."""
    result = factors[0]
    for op, factor in zip(ops, factors[1:]):
        result = product(op, result, factor)
    return result


def folded_right(factors, ops):
    """Return the product from right to left."""
    result = factors[-1]
    for op, factor in zip(reversed(ops), reversed(factors[:-1])):
        result = product(op, factor, result)
    return result


def grouped(factors, ops, first):
    """Return the product in which the signs that `first` holds for bind before the others."""
    groups, between = [[factors[0]]], []
    inner = [[]]
    for op, factor in zip(ops, factors[1:]):
        if first(op):
            groups[-1].append(factor)
            inner[-1].append(op)
        else:
            groups.append([factor])
            inner.append([])
            between.append(op)
    return folded([folded(group, signs) for group, signs in zip(groups, inner)], between)


def paths(factors, ops, span):
    """Return derivatives in a row as the sum over all paths; what stands before or after them stays a factor."""
    linked = [
        isinstance(a, Derivative) and isinstance(b, Derivative) and whole(a.by) and a.by == b.of
        for a, b in itertools.pairwise(factors)
    ]
    if not any(linked):
        return None
    start = linked.index(True)
    end = start + 1
    while end < len(linked) and linked[end]:
        end += 1
    chained = Paths(tuple(replace(f) for f in factors[start : end + 1]), span=span)
    new = [*factors[:start], chained, *factors[end + 1 :]]
    return folded(new, [*ops[:start], *ops[end:]])


def whole(by):
    """Say whether a derivative is by a quantity without indices."""
    return isinstance(by, Ref) and not by.indices
