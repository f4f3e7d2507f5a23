"""What stops a line from being judged: each carries the sentence for the reader and the place in the text."""


class Problem(Exception):
    """A line that cannot be judged; `verdict` is what the report says instead."""

    verdict = "unreadable"

    def __init__(self, says, place=None, expected=None):
        super().__init__(says)
        self.says, self.place, self.expected = says, place, expected

    def sentence(self):
        """Return the whole sentence: what was found, what was expected."""
        return self.says + (f"; expected: {self.expected}" if self.expected else "")


class Unreadable(Problem):
    """The line cannot be read, or not be judged by numbers."""


class NoEntries(Unreadable):
    """An index on what was read as a number; another choice of sizes may give it entries."""


class Singular(Unreadable):
    """A matrix that has no inverse; with other sizes it may have one."""


class UnknownName(Problem):
    """A name that nothing explains."""

    verdict = "unknown"


class Ambiguous(Problem):
    """Two readings; the sentence says what to write to choose one."""

    verdict = "ambiguous"


class SizesDiffer(Problem):
    """Shapes that do not fit."""

    verdict = "sizes"


class Unsure(Problem):
    """Nothing can be said about the truth."""

    verdict = "unknown"
