r"""Einstein's convention: an index that stands twice in a product is summed over, without a sign.

A text keeps to it if it prints no sum at all and a definition shows it: y_i = W_{ij} x_j, where j stands in two factors
and not on the left. From there on every product of the text is read so.
"""

from collections import Counter
from dataclasses import replace

from .grammar import free_letters
from .terms import BigSum, Row, Symbol, rebuild, walk


def summed(statements):
    """Return the statements with the sums that the convention leaves out, if the text keeps to it."""
    chains = [chain for s in statements for chain in s.chains]
    printed = any(isinstance(one, BigSum) for chain in chains for one in walk(chain))
    if printed or not any(map(shows, chains)):
        return statements
    return [s._replace(chains=tuple(map(with_sums, s.chains))) for s in statements]


def shows(chain):
    """Say whether a line is one like y_i = W_{ij} x_j."""
    left = chain.sides[0]
    mine = free_letters(left) if isinstance(left, Symbol) else set()
    return bool(mine) and any(
        repeated(one) - mine and any(len(below(factor) & mine) and len(below(factor)) > 1 for factor in one.factors)
        for side in chain.sides[1:]
        for one in walk(side)
        if isinstance(one, Row)
    )


def below(factor):
    """Return the index letters below one letter."""
    marks = factor.marks if isinstance(factor, Symbol) else ()
    return {item.base for mark in marks if mark.kind == "_" for item in mark.items or () if is_index(item.base)}


def is_index(base):
    """Say whether a mark can be an index: one small letter."""
    return len(base) == 1 and base.isalpha() and base.islower()


def repeated(row):
    """Return the index letters that stand in more than one factor of a product."""
    count = Counter(letter for factor in row.factors for letter in free_letters(factor) if is_index(letter))
    return {letter for letter, times in count.items() if times > 1}


def with_sums(chain):
    """Return a line with its sums written out; what stands free on its first side stays free."""
    first = summed_over(chain.sides[0], set())
    free = free_letters(first)
    return replace(chain, sides=(first, *(summed_over(side, free) for side in chain.sides[1:])))


def summed_over(term, free):
    """Return a term in which each product has the sums over its repeated letters, except those that are free."""
    term = rebuild(term, lambda child: summed_over(child, free))
    letters = repeated(term) - free if isinstance(term, Row) else set()
    return BigSum(tuple(sorted(letters)), term, span=term.span) if letters else term
