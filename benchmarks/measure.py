"""Measure one thing in this process and print it as JSON; run.py starts one process for each.

    python -m benchmarks.measure turn|own|chunks|stream|counts … (see run.py)
"""
import json
import sys
import tempfile
import tracemalloc
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

import backprop
from backprop import fast
from benchmarks.contenders import CHUNK, CONTENDERS, disagreement, installed, numbers, textbook

AGREE = {"float64": 1e-10, "float32": 2e-3}      # of the largest entry: sums of 60 000 float32 numbers differ so much


def ready(names, params, X, Y):
    """Return {name: run} and {name: disagreement with the textbook form in float64}; refuse who computes otherwise."""
    run, _ = textbook(*(type(params)(*(p.astype(float) for p in params)), X.astype(float), Y.astype(float)))
    reference, runs, apart = run(), {}, {}
    for name in names:
        make, package = CONTENDERS[name]
        if not installed(package):
            continue
        runs[name], read = make(params, X, Y)
        if read:
            J, gradient = read(runs[name]())
            if any(np.asarray(g).dtype != X.dtype for g in gradient):
                raise SystemExit(f"{name} does not compute in {X.dtype}")
            apart[name] = disagreement((J, gradient), reference)
            if not apart[name] <= AGREE[X.dtype.name]:
                raise SystemExit(f"{name} computes something else: {apart[name]:.1e} of the largest entry")
    return runs, apart


def timed(run, times):
    """Return the seconds that one call takes, from as many as times."""
    start = perf_counter()
    for _ in range(times):
        run()
    return (perf_counter() - start) / times


def rounds(runs, seconds, least=3):
    """Time all in turn, every other round backwards, for so many seconds; return {name: [seconds per call]}."""
    def calls(run):                                     # in a row, so that they take a millisecond
        first = timed(run, 1)
        return 1 if first > 0.1 else max(1, round(1e-3 / min(timed(run, 1) for _ in range(3))))
    times = {name: calls(run) for name, run in runs.items()}
    taken, end, order = {name: [] for name in runs}, perf_counter() + seconds, list(runs)
    while perf_counter() < end or len(taken[order[0]]) < least:
        for name in order:
            taken[name].append(timed(runs[name], times[name]))
        order.reverse()
    return taken


def turn(m, d, t, n, dtype, seconds):
    """Time every contender in turn."""
    runs, apart = ready(CONTENDERS, *numbers(m, d, t, n, dtype))
    taken = rounds(runs, seconds)
    limits = [name for name in ("limit", "limit in pieces") if name in taken]
    lowest = min(limits, key=lambda name: median(taken[name]))
    over = {name: {f"over {base}": median(a / b for a, b in zip(times, taken[base]))
                   for base in (lowest, "limit", "PyTorch", "PyTorch modules") if base in taken} for name,
            times in taken.items()}
    return {"rounds": len(taken["limit"]), "lowest limit": lowest, "apart": apart,
            "times": {name: {"median": median(times), "fastest": min(times), **over[name]} for name,
                      times in taken.items()}}


def own(name, m, d, t, n, dtype, seconds):
    """Time one contender that has the process to itself."""
    run, _ = CONTENDERS[name][0](*numbers(m, d, t, n, dtype))
    times = rounds({name: run}, seconds)[name]
    return {"median": median(times), "fastest": min(times), "rounds": len(times)}


def chunks(m, d, t, n, dtype, seconds):
    """Time value_and_gradient with pieces of several sizes, in turn: rows, seconds and peak memory."""
    arrays = numbers(m, d, t, n, dtype)
    runs = {rows: lambda rows=rows: backprop.value_and_gradient(*arrays, chunk=rows)
            for rows in (16, 64, 256, 1024, 4096, n)}
    taken = rounds(runs, seconds)
    return [{"rows": rows, "median": median(taken[rows]), "peak": peak(run)} for rows, run in runs.items()]


# --- a file larger than one likes to hold ---------------------------------------------------------------------------
def private_memory():
    """Return the bytes that belong to this process alone, files that are mapped not counted; None where nobody says."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return None
    return int(status.split("RssAnon:")[1].split()[0]) * 1024 if "RssAnon:" in status else None


def peak(run):
    """Return the most memory in bytes that NumPy and Python hold at a time while run() works, beyond what was there."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    run()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most - before


def stream(m, d, t, largest, seconds):
    """Stream n examples from a file, n from largest/100 on: seconds and peak memory for each n."""
    params, X, Y = numbers(m, d, t, 10_000, "float64")
    with tempfile.TemporaryDirectory() as folder:
        files = [on_disk(Path(folder) / name, rows, largest) for name, rows in (("X", X), ("Y", Y))]
        sizes = [largest // k for k in (100, 30, 10, 3, 1)]

        def run_on(n, start=0):
            return lambda: backprop.value_and_gradient(params, files[0][start:start + n], files[1][start:start + n])
        run_on(largest)()                               # the file is now in the system's memory
        before = private_memory()
        run_on(largest)()
        grown = None if before is None else private_memory() - before
        taken = {n: [] for n in sizes}
        end = perf_counter() + seconds
        while perf_counter() < end or len(taken[largest]) < 3:
            for n in sizes:                             # far apart, so that no n finds its examples in the cache
                starts = range(0, largest - n + 1, max(n, largest // 8))
                taken[n].append(min(timed(run_on(n, start), 1) for start in starts))
        part = largest // 10
        whole = textbook(params, files[0][:part], files[1][:part])[0]
        return {"m-d-t": [m, d, t], "grown": grown,
                "runs": [{"n": n, "median": median(taken[n]), "fastest": min(taken[n]), "peak": peak(run_on(n))}
                         for n in sizes],
                "textbook": {"n": part, "seconds": min(timed(whole, 1) for _ in range(2)), "peak": peak(whole)}}


def on_disk(path, rows, largest):
    """Write the rows again and again until there are so many; return them as an array that stays in the file."""
    with open(path, "wb") as file:
        for _ in range(largest // len(rows)):
            rows.tofile(file)
    return np.memmap(path, float, mode="r", shape=(largest, rows.shape[1]))


# --- operations and bytes -------------------------------------------------------------------------------------------
COUNTED = {}


class Counted(np.ndarray):
    """Count the operations that NumPy is asked for, whatever the code looks like."""

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        """Do what is asked on plain arrays; a product counts as multiplications and additions."""
        inputs = [a.view(np.ndarray) if isinstance(a, Counted) else a for a in inputs]
        if out:
            options["out"] = tuple(None if a is None else a.view(np.ndarray) for a in out)
        result = getattr(ufunc, method)(*inputs, **options)
        if ufunc is np.matmul:
            kind, number = "product", 2 * np.size(result) * inputs[0].shape[-1]
        else:
            kind = "exp and log" if ufunc in (np.exp, np.log1p) else "other"
            number = np.size(inputs[0]) if method == "reduce" else np.size(result)
        COUNTED[kind] = COUNTED.get(kind, 0) + number
        return out[0] if out and out[0] is not None else np.asarray(result).view(Counted)


class Read:
    """Give rows of an array and count the bytes that were asked for."""

    def __init__(self, array):
        self.array, self.shape = array, array.shape

    def __getitem__(self, rows):
        """Give rows, counted."""
        piece = self.array[rows]
        COUNTED["read"] = COUNTED.get("read", 0) + piece.nbytes
        return piece

    def __len__(self):
        return len(self.array)


def predicted(m, d, t):
    """Return what one example costs, by formula: operations and bytes in float64."""
    reused = sys.version_info < (3, 14)                 # there NumPy computes a * (1 - a) in the memory of 1 - a
    return {"product": 4 * m * d + 6 * d * t, "exp and log": d + 3 * t, "other": 8 * d + 13 * t, "read": 8 * (m + t),
            "held": 8 * ((4 if reused else 5) * d + 3 * t)}


def predicted_piece(m, d, t, rows=CHUNK):
    """Return the most bytes that value_and_gradient holds at a time: the arrays of one piece and two gradients."""
    return 8 * (rows * (2 * d + 3 * t) + 2 * (m * d + d * t + d + t))


def counted(m, d, t, n):
    """Return what one example costs, counted while the module works: operations, bytes read, bytes held at the peak."""
    params, X, Y = numbers(m, d, t, n, "float64")
    COUNTED.clear()
    fast._piece(*(a.view(Counted) for a in (*params, X, Y)))
    backprop.value_and_gradient(params, Read(X), Read(Y))
    found = {kind: number / n for kind, number in COUNTED.items()}
    held = [peak(textbook(params, X[:k], Y[:k])[0]) for k in (n // 2, n)]
    found["held"] = (held[1] - held[0]) / (n - n // 2)
    found["pieces"] = peak(lambda: backprop.value_and_gradient(params, X, Y))
    return found


def counts(m, d, t, n, seconds):
    """Double m, d, t and n in turn: predicted, counted, and seconds per example."""
    cases = [(m, d, t, n), (2 * m, d, t, n), (m, 2 * d, t, n), (m, d, 2 * t, n), (m, d, t, 2 * n)]
    runs = {}
    for case in cases:
        arrays = numbers(*case, "float64")
        runs[case] = lambda arrays=arrays: backprop.value_and_gradient(*arrays)
    taken = rounds(runs, seconds)
    return [{"case": case, "predicted": {**predicted(*case[:3]), "pieces": predicted_piece(*case[:3])},
             "counted": counted(*case), "seconds": median(taken[case]) / case[3]} for case in cases]


def main(arguments):
    """Run one measurement; numbers in the arguments are read as such."""
    def read(text):
        try:
            return int(text)
        except ValueError:
            try:
                return float(text)
            except ValueError:
                return text
    what, *rest = arguments
    measurements = {f.__name__: f for f in (turn, own, chunks, stream, counts)}
    print(json.dumps(measurements[what](*map(read, rest))))


if __name__ == "__main__":
    main(sys.argv[1:])
