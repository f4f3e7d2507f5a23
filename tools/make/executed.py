"""Execute notebooks for the build, two at a time, and only those whose outcome can have changed.

What a notebook gave is kept in _build/executed together with all it depended on: its own code, every file of
`src/backprop` that it loaded (and every file there that is no Python), the Python and the versions of all packages. If one
of them differs by a byte the notebook is executed again. Nothing that failed is kept.
"""

import concurrent.futures
import hashlib
import importlib.metadata
import json
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient.exceptions import CellExecutionError

from tools import ROOT
from tools.make import notebooks

PACKAGE = ROOT / "src" / "backprop"
LOADED = """import json as _json, sys as _sys
print(_json.dumps(sorted({m.__file__ for m in list(_sys.modules.values())
                          if m.__name__.split(".")[0] == "backprop" and getattr(m, "__file__", None)})))"""


def digest(*parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def file_digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if Path(path).exists() else "gone"


def environment():
    """Return what the outcome depends on apart from this repository."""
    packages = sorted(f"{one.metadata['Name']} {one.version}" for one in importlib.metadata.distributions())
    return digest(sys.version, *packages, file_digest(__file__), file_digest(notebooks.__file__))


def name_of(path, installed):
    """Return the name under which the outcome of this notebook's code is kept."""
    cells = nbformat.read(path, as_version=4).cells
    return digest(str(path), installed, *[cell.source for cell in cells if cell.cell_type == "code"])[:32]


def others():
    """Return the files of the package that are not modules: data, styles, scripts."""
    return [path for path in sorted(PACKAGE.rglob("*"))
            if path.is_file() and path.suffix != ".py" and "__pycache__" not in path.parts]


def kept(path, entry):
    """Return the notebook as it stands now with the outputs kept in `entry`, or None if they may be stale."""
    try:
        record = json.loads(entry.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if any(file_digest(name) != was for name, was in record["files"].items()):
        return None
    if {str(path) for path in others()} - set(record["files"]):
        return None
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell, (count, outputs) in zip(code, record["outputs"], strict=True):
        cell.execution_count, cell.outputs = count, [nbformat.from_dict(output) for output in outputs]
    return notebooks.text(notebook)


def execute(path, entry):
    """Execute a notebook and keep what it gave; return the seconds it took."""
    started = time.time()
    before = {str(name): file_digest(name) for name in [*PACKAGE.rglob("*.py"), *others()]}
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(LOADED))
    # this package, whatever else is installed
    notebooks.run(notebook, Path(path).parent, env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)})
    loaded = json.loads("".join(output.get("text", "") for output in notebook.cells.pop().outputs))
    files = {name: was for name, was in before.items() if name in loaded or not name.endswith(".py")}
    outputs = [[cell.execution_count, cell.outputs] for cell in notebooks.tidy(notebook).cells if "outputs" in cell]
    entry.parent.mkdir(parents=True, exist_ok=True)
    unfinished = entry.with_suffix(".part")
    unfinished.write_text(json.dumps({"files": files, "outputs": outputs}), "utf-8")
    unfinished.replace(entry)
    return time.time() - started


def book(paths, folder, say=print):
    """Bring the kept outcomes of these notebooks up to date.

    Return the executed notebooks as {path: text} and what failed as {path: reason}.
    """
    installed = environment()
    entries = {path: Path(folder) / f"{name_of(path, installed)}.json" for path in paths}
    texts = {path: kept(path, entry) for path, entry in entries.items()}
    missing = [path for path, text in texts.items() if text is None]
    if len(missing) < len(paths):
        say(f"  {len(paths) - len(missing)} of {len(paths)} notebooks and what they use are unchanged", flush=True)
    failed = {}
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        jobs = {pool.submit(execute, path, entries[path]): path for path in missing}
        for job in concurrent.futures.as_completed(jobs):
            path = jobs[job]
            try:
                say(f"  executed {path.name} ({job.result():.1f} s)", flush=True)
                texts[path] = kept(path, entries[path])
            except CellExecutionError as error:
                failed[path] = str(error).strip()
            except Exception as error:
                failed[path] = f"{type(error).__name__}: {error}"
            if texts[path] is None and path not in failed:
                failed[path] = "a file changed while it was being executed; build again"
    for stale in set(Path(folder).glob("*")) - set(entries.values()):
        stale.unlink()
    return {path: text for path, text in texts.items() if text is not None}, failed
