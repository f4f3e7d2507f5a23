"""Layers: which marks count them, and which values they take.

A letter in a mark is a layer where definitions show it beside one more or one less than itself. Such a definition holds
for every layer; three layers are built. The letter that the loss uses (L, n_l) is the last one.
"""

from .terms import BigSum, Chain, Symbol, walk

LAYERS = 3


def slots(symbol):
    """Yield (kind, bracket, place, item) for each mark of a letter; k in t_k is a mark of its own, n_l in a bracket is
    one."""
    count = {}
    for mark in symbol.marks:
        for item in mark.items or ():
            for one in flattened(item):
                place = count.get((mark.kind, one.bracket), 0)
                count[mark.kind, one.bracket] = place + 1
                yield mark.kind, one.bracket, place, one


def flattened(item):
    """Yield an item and the marks below it as items in a row; in a bracket, or with l + 1, they stay one word."""
    if item.inner and (item.bracket or item.shift):
        yield item.__class__(item.base + "_" + "".join(i.base for i in item.inner), item.shift, item.bracket)
        return
    yield item.__class__(item.base, item.shift, item.bracket)
    for inner in item.inner:
        yield from flattened(inner)


def symbols(term):
    """Yield the letters in a raw term."""
    return (one for one in walk(term) if isinstance(one, Symbol))


def bound_in(term):
    """Return the letters that sums in a raw term bind."""
    return {index for one in walk(term) if isinstance(one, BigSum) for index in one.indices}


class Layers:
    """Which marks are layers in a text: `places` holds (letter, kind, bracket, place), `letters` those that run over
    all."""

    def __init__(self, definitions):
        self.places, self.letters, self.last = set(), set(), set()
        shifts = {}
        for chain in definitions:
            for symbol in symbols(chain):
                for kind, bracket, _, item in slots(symbol):
                    if item.base[0].isalpha() and item.base != "T":
                        shifts.setdefault((item.base, kind, bracket), set()).add(item.shift)
        self.running = {group for group, found in shifts.items() if len(found) > 1} - twice_defined(definitions)
        self.letters = {base for base, _, _ in self.running}
        for chain in definitions:
            self.mark(chain)

    def mark(self, chain):
        """Take in which places of a definition hold a running letter."""
        bound = bound_in(chain)
        for symbol in symbols(chain):
            for kind, bracket, place, item in slots(symbol):
                if (item.base, kind, bracket) in self.running and item.base not in bound:
                    self.places.add((symbol.letter, kind, bracket, place))

    def found(self, term):
        """Yield the item of each mark in a raw term that is a layer."""
        for symbol in symbols(term):
            for kind, bracket, place, item in slots(symbol):
                if self.holds(symbol.letter, kind, bracket, place):
                    yield item

    def holds(self, letter, kind, bracket, place):
        """Say whether a mark is a layer; dW and Delta W have the layers of W, w those of W."""
        plain = letter.split(" ")[-1] if letter.startswith(("d ", "Delta ", "delta ")) else letter
        return any((one, kind, bracket, place) in self.places for one in {letter, plain, plain.swapcase()})

    def free(self, term):
        """Return the letters of a raw term that run over the layers: neither the last one, nor a number, nor bound."""
        bases = {item.base for item in self.found(term) if not item.base.isdigit()}
        return {base for base in bases if base not in self.last and base not in WORDS} - bound_in(term)

    def value(self, item, env, top):
        """Return the number of a layer; None if its letter is not bound."""
        if item.base.isdigit():
            return int(item.base)
        if item.base in env:
            return env[item.base] + item.shift
        if item.base in self.last or item.base in ("out", "o"):
            return top + item.shift
        return None


WORDS = {"out", "o", "in"}


def twice_defined(definitions):
    """Return the letters by which one quantity is defined at two layers, as z^L and z^{L-1}: they count nothing."""
    seen = {}
    for chain in definitions:
        left = chain.sides[0] if isinstance(chain, Chain) else None
        if isinstance(left, Symbol):
            for kind, bracket, _, item in slots(left):
                seen.setdefault((left.letter, item.base, kind, bracket), set()).add(item.shift)
    return {(base, kind, bracket) for (_, base, kind, bracket), shifts in seen.items() if len(shifts) > 1}
