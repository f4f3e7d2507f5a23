"""Sizes by unification: unknown sizes are united until each is known, and what stays different gets a different
number."""

from .problems import SizesDiffer

POOL = (3, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14)  # no 2: a factor 2 is told from a size
FALLING = (9, 7, 5, 4, 3, 6, 8, 10, 11, 12, 13, 14)  # for arrays with more rows than columns
ONE = 0  # the size 1 itself


class Dims:
    """Sizes as numbered unknowns; `wide` ones are known not to be 1; `forced` counts unknowns that became 1."""

    def __init__(self):
        self.parent, self.value, self.labels, self.wide, self.forced = [0], {0: 1}, {}, set(), 0
        self.apart = False  # whether sizes with different letters must stay different
        self.pool = POOL

    def copy(self):
        """Return an independent copy."""
        other = Dims.__new__(Dims)
        other.parent, other.value, other.labels = self.parent[:], dict(self.value), dict(self.labels)
        other.wide, other.forced, other.apart, other.pool = set(self.wide), self.forced, self.apart, self.pool
        return other

    def new(self, wide=False, value=None):
        """Return a new size."""
        node = len(self.parent)
        self.parent.append(node)
        if wide:
            self.wide.add(node)
        if value == 1:
            return ONE
        if value is not None:
            self.value[node] = value
        return node

    def label(self, name, wide=True):
        """Return the size that a letter stands for."""
        if name not in self.labels:
            self.labels[name] = self.new(wide)
        return self.labels[name]

    def find(self, node):
        """Return the representative of a size."""
        while self.parent[node] != node:
            node = self.parent[node]
        return node

    def known(self, node):
        """Return the number of a size, or None."""
        return self.value.get(self.find(node))

    def is_one(self, node):
        """Say whether a size is known to be 1."""
        return self.known(node) == 1

    def unite(self, a, b, where=None):
        """Make two sizes one; raise `SizesDiffer` if they cannot be."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return
        known = self.value.get(a), self.value.get(b)
        if None not in known and known[0] != known[1]:
            raise SizesDiffer(f"{known[0]} is not {known[1]}", where)
        if 1 in known and (a in self.wide or b in self.wide) and None in known:
            raise SizesDiffer("a size that is not 1 would have to be 1", where)
        if self.apart and self.lettered(a) and self.lettered(b):
            raise SizesDiffer(f"{self.lettered(a)} is not {self.lettered(b)}", where)
        if known[0] is None and known[1] is not None:
            a, b = b, a
        self.forced += self.value.get(a) == 1
        self.parent[b] = a
        if b in self.wide:
            self.wide.add(a)

    def lettered(self, root):
        """Return the letter of a size, or None."""
        return next((label for label, node in self.labels.items() if self.find(node) == root), None)

    def unite_shapes(self, a, b, where=None):
        """Make two shapes one."""
        for one, other in zip(a, b):
            self.unite(one, other, where)

    def settle(self, alone, used):
        """Give every size that is still open a number of its own; `used` are those that something has.

        A size that the text sets by a letter that stands nowhere else (`alone`) is that of all open sizes.
        """
        taken = set(self.value.values())
        pool = [*alone] * 12 or [size for size in self.pool if size not in taken]
        for node in (*used, *self.labels.values()):
            root = self.find(node)
            if root not in self.value:
                self.value[root] = pool.pop(0) if pool else POOL[-1] + root
        return self


class Choices:
    """Choices made in a fixed order: those of `script` first, after that always the first one."""

    def __init__(self, script=()):
        self.script, self.taken = list(script), []

    def choose(self, options):
        """Return which of so many options is taken here."""
        if options < 2:
            return 0
        at = len(self.taken)
        choice = min(self.script[at], options - 1) if at < len(self.script) else 0
        self.taken.append((choice, options))
        return choice


def attempts(limit):
    """Yield choices, each time with the last one that can be made otherwise made otherwise."""
    script = []
    for _ in range(limit):
        choices = Choices(script)
        yield choices
        taken = choices.taken
        while taken and taken[-1][0] + 1 >= taken[-1][1]:
            taken.pop()
        if not taken:
            return
        script = [choice for choice, _ in taken[:-1]] + [taken[-1][0] + 1]
