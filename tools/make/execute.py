"""Execute the notebooks of the book side by side into jupyter-cache, from which the build shows them.

Jupyter-cache knows a notebook by its code cells. All else that its outputs depend on makes the name of the cache's
folder: the files of `src`, the files beside the notebooks, the Python and the versions of all packages. So a stale
number has no place to come from; a failed notebook is not kept.
"""
import hashlib
import importlib.metadata
import json
import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools.make import notebooks

PAGES = (".ipynb", ".md")
WORKERS = 2


class Changed(Exception):
    """A file was written while the notebooks were being executed."""


def versions():
    """Return the Python and every package installed."""
    return [sys.version, *sorted(f"{one.metadata['Name']} {one.version}" for one in importlib.metadata.distributions())]


def digest(source):
    """Return what the outputs of the notebooks depend on, apart from their own code, in 32 letters."""
    files = [path for folder in ("src", "chapters") for path in sorted((source / folder).rglob("*"))
             if path.is_file() and "__pycache__" not in path.parts and path.suffix not in PAGES
             and ".egg-info" not in str(path)]
    contents = [(str(path), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
    how = Path(notebooks.__file__).read_text("utf-8") + Path(__file__).read_text("utf-8")
    return hashlib.sha256(json.dumps([contents, versions(), how]).encode()).hexdigest()[:32]


def missing(paths, cache):
    """Return the notebooks that the cache does not hold as they are now; a cache that cannot be read holds none."""
    try:
        return [path for path in paths if not _holds(cache, nbformat.read(path, as_version=4))]
    except Exception:  # whatever a damaged file makes a library raise
        cache.clear_cache()
        return list(paths)


def _holds(cache, notebook):
    try:
        cache.merge_match_into_notebook(notebook)
    except KeyError:
        return False
    return True


def execute(path, source):
    """Return the executed notebook and the seconds it took."""
    started = time.time()
    notebook = nbformat.read(path, as_version=4)
    notebooks.run(notebook, path.parent, env={**os.environ, "PYTHONPATH": str(source / "src")})
    return notebooks.tidy_outputs(notebook), time.time() - started


def fill(source, folder, say=print):
    """Bring the cache below this folder up to date; return its place and what failed as {notebook: why}."""
    name = digest(source)
    place = folder / name
    for other in folder.glob("*"):
        if other != place:
            shutil.rmtree(other)
    cache = get_cache(place)
    paths = sorted((source / "chapters").glob("*.ipynb"))
    todo = missing(paths, cache)
    if len(todo) < len(paths):
        say(f"  {len(paths) - len(todo)} of {len(paths)} notebooks and what they use are unchanged", flush=True)
    failed = _execute_all(todo, source, cache, say)
    if digest(source) != name:
        shutil.rmtree(place)
        raise Changed("a file changed while the notebooks were being executed; build again")
    return place, failed


def _execute_all(paths, source, cache, say):
    """Execute side by side and keep what succeeds; return what failed. Ctrl-C leaves the rest undone."""
    failed = {}
    pool = ThreadPoolExecutor(WORKERS)
    try:
        jobs = {pool.submit(execute, path, source): path for path in paths}
        for job in as_completed(jobs):
            path = jobs[job]
            try:
                notebook, seconds = job.result()
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                failed[path] = str(error).strip()
                say(f"  {path.name} FAILED", flush=True)
                continue
            cache.cache_notebook_bundle(CacheBundleIn(notebook, str(path)), check_validity=False, overwrite=True)
            say(f"  executed {path.name} ({seconds:.1f} s)", flush=True)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return failed
