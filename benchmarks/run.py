"""Measure everything and write results.json; page.py makes the appendix of the book from it.

    python -m benchmarks.run [quick] [waits] [page]            (make bench: with the waits, a quarter of an hour)

Each measurement is a process of its own, started with one thread or two. quick takes few rounds, to see that all works;
waits also times `make book` and `make test`; page only prints and writes the page again.
"""
import ast
import datetime
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import page
from benchmarks.contenders import CONTENDERS, installed

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULTS = HERE / "results.json"
CASES = [(2, 2, 2, 1), (784, 100, 10, 1000), (784, 100, 10, 60_000), (784, 1000, 10, 1000)]
SECONDS = {(2, 2, 2, 1): 3, (784, 100, 10, 1000): 5, (784, 100, 10, 60_000): 22, (784, 1000, 10, 1000): 7}
PACKAGES = ["numpy", "torch", "jax", "autograd", "scikit-learn"]


def python(*arguments, threads=1):
    """Run this Python with so many threads and return what it prints."""
    limits = {f"{name}_NUM_THREADS": str(threads) for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")}
    one = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
           "NPROC": "1"} if threads == 1 else {}
    done = subprocess.run([sys.executable, "-W", "ignore", *map(str, arguments)], cwd=ROOT,
                          env={**os.environ, **limits, **one},
                          capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, arguments))} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def measure(*arguments, threads=1):
    """Run one measurement of measure.py."""
    return json.loads(python("-m", "benchmarks.measure", *arguments, threads=threads))


def say(text):
    """Tell what is being done."""
    print(f"  {perf_counter() - START:4.0f} s  {text}", file=sys.stderr, flush=True)


def machine():
    """Return what the numbers depend on."""
    try:
        models = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")]
    except OSError:
        models = []
    libraries = json.loads(python("-c", BLAS)) if installed("threadpoolctl") else {}
    versions = {name: importlib.metadata.version(name) for name in PACKAGES
                if installed(name.replace("scikit-learn", "sklearn"))}
    return {"date": datetime.date.today().isoformat(),
            "processor": models[0] if models else platform.processor() or platform.machine(),
            "cores": os.cpu_count(), "system": platform.system(), "Python": platform.python_version(),
            "versions": versions,
            "libraries": libraries}


BLAS = """
import json, re, numpy, threadpoolctl
found = {"NumPy": " ".join(str(library.get(key)) for key in ("internal_api", "version", "architecture"))
         for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"}
try:
    import torch
    mkl = re.search(r"Math Kernel Library Version ([\\d.]+)", torch.__config__.show())
    found["PyTorch"] = "mkl " + mkl[1] if mkl and torch.backends.mkl.is_available() else "a library it does not name"
except ImportError:
    pass
print(json.dumps(found))
"""


def speed(seconds):
    """Time every contender on every case, in turn with one thread and two, and with a process to itself."""
    results = []
    for case in CASES:
        for dtype in ("float64", "float32"):
            share = seconds(SECONDS[case] / (1 if dtype == "float64" else 1.6))
            for threads in (1, 2):
                say(f"{'-'.join(map(str, case[:3]))}, n = {case[3]}, {dtype}, threads: {threads}")
                results.append({"case": case, "dtype": dtype, "threads": threads,
                                **measure("turn", *case, dtype, share, threads=threads)})
            alone = results[-2]["own"] = {}
            for name, (_, package) in CONTENDERS.items():
                if installed(package) and name not in ("limit in pieces", "PyTorch products", "PyTorch modules"):
                    alone[name] = measure("own", name, *case, dtype, min(share / 4, 2) if case[3] > 10_000 else 0.8)
    return results


def imports():
    """Time what a reader waits for at the top of a chapter: the imports of its first cell."""
    def seconds(code):
        times = []
        for _ in range(5):
            start = perf_counter()
            python("-c", code)
            times.append(perf_counter() - start)
        return median(times)
    found = {"Python alone": seconds("pass"), "import numpy": seconds("import numpy"),
             "import backprop": seconds("import backprop")}
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        first = next(c for c in json.loads(path.read_text("utf-8"))["cells"] if c["cell_type"] == "code")
        statements = ast.parse("".join(first["source"])).body
        imported = [ast.unparse(node) for node in statements if isinstance(node, (ast.Import, ast.ImportFrom))]
        found[f"imports of {path.stem}"] = seconds("\n".join(imported))
    return found


def waits():
    """Time make book, again with nothing changed, and make test with and without a browser, in a ready environment."""
    found = {}
    subprocess.run(["make", "env-test"], cwd=ROOT, check=True, capture_output=True)
    for name, command, options in (("make book", "book", ""), ("make book, nothing changed", "book", ""),
                                   ("make test", "test", ""), ("make test, no browser", "test", "-m 'not browser'")):
        say(name)
        start = perf_counter()
        done = subprocess.run(["make", command], cwd=ROOT, env={**os.environ, "PYTEST_ADDOPTS": options},
                              capture_output=True, text=True)
        found[name] = {"seconds": perf_counter() - start, "passed": done.returncode == 0}
    return {"date": datetime.date.today().isoformat(), **found}


def rounded(value):
    """Round every number to four digits."""
    if isinstance(value, dict):
        return {key: rounded(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(v) for v in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def main(words):
    """Measure, store, print and write the page."""
    if set(words) - {"quick", "waits", "page"}:
        raise SystemExit(__doc__)
    results = json.loads(RESULTS.read_text("utf-8")) if "page" in words else {}
    quick = "quick" in words
    if "page" not in words:
        results["machine"] = machine()

        def seconds(s):
            return s / 20 if quick else s
        results["speed"] = speed(seconds)
        say("pieces of several sizes")
        results["chunks"] = {dtype: measure("chunks", *CASES[2], dtype, seconds(15))
                             for dtype in ("float64", "float32")}
        say("one million examples from a file")
        results["stream"] = measure("stream", 64, 30, 10, 10**5 if quick else 10**6, 1 if quick else 18)
        say("operations and bytes")
        results["counts"] = measure("counts", 64, 30, 10, 4000, 1 if quick else 4)
        say("imports")
        results["imports"] = imports()
    if "waits" in words:
        results["waits"] = waits()
    results = rounded(results)
    if not quick:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
        page.write(results)
    print(page.plain(page.text(results)))


START = perf_counter()
if __name__ == "__main__":
    main(sys.argv[1:])
