r"""A term beside a sum over terms of its kind, as in f(u_o) + \sum_k g(u_k): the sum may be meant without k = o.

So it is with words that did not occur and are drawn at random. Where the sum stands within another function, as that
of a softmax does, the term is one of those that are summed.
"""

from dataclasses import replace

from .grammar import free_letters
from .terms import BigSum, Row, Sum, Symbol, rebuild, walk


def told_apart(statements):
    """Return the statements with o left out of such sums, and the set of these o; None where there is no such sum."""
    found = {}
    for chain in (chain for s in statements for chain in s.chains):
        mine = free_letters(chain.sides[0])
        for side in chain.sides[1:]:
            for letter, index in beside(side) if isinstance(side, Sum) else ():
                if index not in mine:
                    found.setdefault(letter, index)
    if not found:
        return None
    rewritten = [s._replace(chains=tuple(without(chain, found) for chain in s.chains)) for s in statements]
    return rewritten, set(found.values())


def beside(total):
    """Yield (u, o) where u_o stands in one term of a sum and u_k in another that is summed over k."""
    terms = [(own_sum(term), term) for _, term in total.terms]
    for summed in (one for one, _ in terms if one is not None and len(one.indices) == 1 and not one.excluded):
        for letter in indexed(summed.body, summed.indices[0]):
            for other in (term for mine, term in terms if mine is None):
                yield from ((letter, o) for o in below(other, letter))


def own_sum(term):
    """Return the sum that a term is, alone or behind factors, or None."""
    last = term.factors[-1] if isinstance(term, Row) else term
    return last if isinstance(last, BigSum) else None


def indexed(term, index):
    """Return the letters that have this index."""
    return {one.letter for one in walk(term) if isinstance(one, Symbol) and index in free_letters(one)}


def below(term, letter):
    """Return the small letters that stand alone below a letter in a term."""
    found = [small(one) for one in walk(term) if isinstance(one, Symbol) and one.letter == letter]
    return sorted(set().union(*[marks for marks in found if len(marks) == 1], set()))


def small(symbol):
    """Return the small letters among the marks of a symbol."""
    return {one for one in free_letters(symbol) if len(one) == 1 and one.isalpha() and one.islower()}


def without(term, found):
    """Return a term in which each sum over these letters leaves out the index of the term beside it."""
    term = rebuild(term, lambda child: without(child, found))
    if not isinstance(term, BigSum) or len(term.indices) != 1:
        return term
    left_out = {o for letter, o in found.items() if letter in indexed(term.body, term.indices[0])}
    return replace(term, excluded=(*term.excluded, *((term.indices[0], o) for o in sorted(left_out))))
