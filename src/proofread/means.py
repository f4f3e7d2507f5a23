r"""A mean: in \frac{1}{m} \sum_i the letter m counts what i runs over, also where the sum has no limit printed.

Only a letter that stands for nothing else is read so: it has no index, is on no left side, and nothing is
differentiated by it.
"""

from dataclasses import replace

from .terms import BigSum, Derivative, Fraction, Gradient, Number, Row, Symbol, rebuild, walk

COUNTS = set("mnkpqdMNKPQDBCS")


def counted(statements):
    """Return the statements; the first sum that is divided by such a letter has it as its limit."""
    chains = [chain for s in statements for chain in s.chains]
    free = COUNTS - taken(chains)
    out = []
    for statement in statements:
        out.append(statement._replace(chains=tuple(with_limits(chain, free) for chain in statement.chains)))
        free -= {one.letter for chain in statement.chains for one in walk(chain) if isinstance(one, Symbol)}
    return out


def taken(chains):
    """Return the letters that cannot be a count."""
    terms = [one for chain in chains for one in walk(chain)]
    marked = {one.letter for one in terms if isinstance(one, Symbol) and (one.marks or one.style or one.primes)}
    bound = {index for one in terms if isinstance(one, BigSum) for index in one.indices}
    below = {s.letter for one in terms if isinstance(one, Derivative) for s in walk(one.by) if isinstance(s, Symbol)}
    below |= {s.letter for one in terms if isinstance(one, Gradient) and one.by is not None
              for s in walk(one.by) if isinstance(s, Symbol)}
    left = {chain.sides[0].letter for chain in chains if isinstance(chain.sides[0], Symbol)}
    return marked | bound | below | left


def with_limits(term, free):
    """Return a term in which each sum that is divided by a free letter runs up to it."""
    term = rebuild(term, lambda child: with_limits(child, free))
    if isinstance(term, Fraction):
        found = sorted(divisors(term.bottom) & free)
        return replace(term, top=limited(term.top, found[0])) if len(found) == 1 else term
    if isinstance(term, Row):
        found = sorted({letter for factor in below_a_bar(term) for letter in divisors(factor)} & free)
        return limited(term, found[0]) if len(found) == 1 else term
    return term


def below_a_bar(row):
    """Yield what the factors of a row are divided by."""
    for sign, factor in zip(("", *row.ops), row.factors):
        if sign == "/":
            yield factor
        if isinstance(factor, Fraction):
            yield factor.bottom


def divisors(term):
    """Return the letters that are factors of a term and have no mark."""
    factors = term.factors if isinstance(term, Row) else (term,)
    return {one.letter for one in factors if isinstance(one, Symbol)}


def limited(term, letter):
    """Return a term whose own sum, alone or as a factor, runs up to the letter if it has no limit."""
    if isinstance(term, BigSum):
        if (term.low, term.high, term.excluded) != (None, None, ()) or len(term.indices) != 1:
            return term
        return replace(term, low=Number(1.0, "1", span=term.span), high=Symbol(letter, span=term.span))
    if isinstance(term, Row):
        factors = list(term.factors)
        at = next((k for k, one in enumerate(factors) if isinstance(one, BigSum)), None)
        if at is not None:
            factors[at] = limited(factors[at], letter)
            return replace(term, factors=tuple(factors))
    return term
