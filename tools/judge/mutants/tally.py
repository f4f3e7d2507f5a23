"""What came of the mutants: caught, the same thing said otherwise, or a hole in the tests."""
import re
import time
from typing import NamedTuple

EQUIVALENT = [                                                  # (where, what, why it is the same thing said otherwise)
    (r"eq-linear-miss-taylor", r"letter: \w for w: .*\\left\(L\(w\)", "L(w) is L, whatever its argument is called"),
    (r"(def|eq)-(loss(-d[az])?|squared-(loss|dz)|sigmoid(-prime)?)", r"letter: (\\sigma for a|a for \\sigma\(z\)): ",
     "σ without its argument stands for its value, and that is a"),
    (r"eq-neuron-loss-db", r"product: \\frac{\\partial z}{\\partial b} dropped: ", "∂z/∂b = 1"),
    (r"eq-222-stale", r"product: (another product|a factor moved): .*\\top}\\,A", "δ δᵀ is a number here"),
    (r"eq-(222-stale|mdt-squared-delta|deep-swap|deep-skip-delta|tape-phi)", r"product: another product: .*odot.* → +$",
     "⊙ left out between arrays that no other product fits: ambiguous in print, and the build stops"),
    (r"eq-mdt-dj-da", r"sum: the sum dropped: ", "Einstein's convention: ambiguous in print, and the build stops"),
    (r"eq-mdt-(dw-out|delta-h)-entry", r"index: j'? for j'?: ", "[j' = j] leaves j' = j only"),
    (r"eq-mdt-single-dw-out", r"index: the indices dropped: ", "one output: the index has one value"),
    (r"eq-mdt-relu-delta", r"letter: A for Z: ", "with ReLU, a > 0 exactly where z > 0"),
    (r"eq-mdt-softmax-any-delta", r"product: \\sum_.* dropped: ",
     "the targets of an example may sum to one: right under this condition, and the build stops"),
    (r"eq-l2", r"sign: a sign changed: .*\\lVert W", "the penalty of the other layer is a constant here"),
    (r"mlp\.py:\d+", r"comparison: Z >= 0 → Z > 0 ", "at 0 both branches are 1/2"),
    (r"mlp\.py:\d+", r"name: X → Y .*len\(X\)", "X and Y have as many rows: that has been validated"),
    (r"(mlp|fast)\.py:\d+", r"name: (params\.)?b_h → .*b_h is None",
     "either both biases are there or none: that has been validated"),
    (r"(check|validate)\.py:\d+", r"name: params\.b_h → params\.b_out .*params\.b_h is None",
     "either both biases are there or none: that has been validated"),
    (r"train\.py:\d+", r"constant: 0 → 1 .*\(X\[part\], Y\[part\], 0\)",
     "X has been validated: no row is left to be named"),
    (r"conventions\.py:\d+", r"name: (g|book)\.b_h → (g|book)\.b_out .*b_h is (not )?None:$",
     "either both biases are there or none: that has been validated"),
    (r"check\.py:\d+", r"operands swapped: a - b → b - a ", "|a − b| = |b − a|"),
    (r"validate\.py:\d+", r"function dropped: np\.dtype\(np\.float(32|64)\) → ", "a dtype equals its type"),
    (r"validate\.py:\d+", r"(argument dropped|constant): .*copy=False\)", "copy says where the numbers are put"),
    (r"validate\.py:\d+", r"constant: 0 → 1 .*X_shape\[0\] if X_shape else 0",
     "a shape without sides is refused, whatever n is"),
    (r"validate\.py:\d+", r"constant: 1 → 2 .*rows\[:1\]", "two rows have as many columns as one"),
    (r"validate\.py:\d+", r"(name|transpose added|constant): .*m, t = params\.W_h",
     "what passes here is judged again piece by piece"),
    (r"validate\.py:\d+", r"operands swapped: \(Y < 0\) \| \(Y > 1\)", "or has no order"),
    (r"fast\.py:\d+", r"(condition dropped|comparison): .*A\.dtype [=!]= np\.float64 ",
     "the same product, stored by columns or by rows"),
    (r"fast\.py:\d+", r"condition dropped: Z if Z.dtype == b.dtype else None → None",
     "out= says where the sum is put, not what it is"),
]
NEEDED = set()                                                  # the entries that a mutant of this run made use of


class Mutant(NamedTuple):
    """Hold one change: the label or file and line, what was changed, and the whole text after it."""

    where: str
    what: str
    text: str


def reason(mutant):
    """Return why a mutant is the same thing said otherwise, or None."""
    for entry in EQUIVALENT:
        if re.fullmatch(entry[0], mutant.where) and re.match(entry[1], mutant.what):
            NEEDED.add(entry)
            return entry[2]
    return None


class Tally:
    """Count mutants: caught, the same thing said otherwise, survivors."""

    def __init__(self, name):
        self.name, self.start, self.caught, self.equivalent, self.survivors = name, time.perf_counter(), 0, [], []

    def add(self, mutant, caught):
        """Take in the verdict on one mutant."""
        why = None if caught else reason(mutant)
        self.caught += caught
        if why:
            self.equivalent.append(mutant)
            print(f"  = {mutant.where}  {mutant.what}\n      the same: {why}", flush=True)
        elif not caught:
            self.survivors.append(mutant)
            print(f"  ! {mutant.where}  {mutant.what}\n      NOBODY NOTICES", flush=True)

    def report(self):
        """Print the counts; say whether nothing survived."""
        tried = self.caught + len(self.equivalent) + len(self.survivors)
        print(f"{self.name}: {tried} mutants, {self.caught} caught, {len(self.equivalent)} the same said otherwise, "
              f"{len(self.survivors)} survive ({time.perf_counter() - self.start:.0f} s)", flush=True)
        return not self.survivors
