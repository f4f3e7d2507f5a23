"""Execute notebooks in place, leaving the same bytes every time.

    python -m tools.make.notebooks [--tidy] [chapters/….ipynb …]     (default: every chapter; two at a time)

No timing, no widget state, no version numbers of this machine; where an output carries HTML, its widget view is left
out (the page shows the HTML, and nobody else's kernel has that widget). With --tidy nothing is executed.
"""

import concurrent.futures
import copy
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tools import ROOT

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"}}
KEPT = ("mystnb", "tags", "editable", "slideshow", "description")  # what an author writes; the rest is noise


def tidy(notebook):
    """Return the notebook without what changes from run to run or from machine to machine."""
    notebook = copy.deepcopy(notebook)
    kept = {key: notebook.metadata[key] for key in KEPT if key in notebook.metadata}
    notebook.metadata = nbformat.from_dict({**METADATA, **kept})
    notebook.nbformat, notebook.nbformat_minor = 4, 5  # every cell has an id
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in KEPT if key in cell.metadata})
    return tidy_outputs(notebook)


def tidy_outputs(notebook):
    """Take from the outputs, in place, what only this kernel can show."""
    displays = [output for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    for output in displays:
        if "text/html" in output.data:
            output.data.pop(WIDGET_VIEW, None)
        output.metadata = nbformat.from_dict({})
    return notebook


def text(notebook):
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def run(notebook, folder, timeout=300, kernel=(), **more):
    """Execute the notebook object in this folder; `kernel` holds options of the kernel."""
    NotebookClient(notebook, timeout=timeout, kernel_name="python3", record_timing=False, store_widget_state=False,
                   coalesce_streams=True, resources={"metadata": {"path": str(folder)}},
                   extra_arguments=["--log-level=ERROR", *kernel]).execute(**more)


def execute(path):
    """Execute the notebook in place; return the seconds it took."""
    started = time.time()
    notebook = nbformat.read(path, as_version=4)
    run(notebook, Path(path).parent)
    Path(path).write_text(text(tidy(notebook)), "utf-8")
    return time.time() - started


def main(names):
    only_tidy = "--tidy" in names
    names = [name for name in names if name != "--tidy"]
    paths = [Path(name) for name in names] or sorted((ROOT / "chapters").glob("*.ipynb"))
    if not paths:
        sys.exit("There are no notebooks in chapters/.")
    if only_tidy:
        for path in paths:
            path.write_text(text(tidy(nbformat.read(path, as_version=4))), "utf-8")
        return
    failed = 0
    print(f"Executing {len(paths)} notebooks …", flush=True)
    with concurrent.futures.ProcessPoolExecutor(max_workers=2) as pool:
        jobs = {pool.submit(execute, path): path for path in paths}
        for job in concurrent.futures.as_completed(jobs):
            try:
                print(f"  {jobs[job].name} ({job.result():.1f} s)", flush=True)
            except CellExecutionError as error:
                failed += 1
                print(f"  {jobs[job].name} FAILED\n{error}", flush=True)
            except Exception as error:
                failed += 1
                print(f"  {jobs[job].name} FAILED: {error}", flush=True)
    if failed:
        sys.exit(f"{failed} of {len(paths)} notebooks failed and were left as they were.")


if __name__ == "__main__":
    main(sys.argv[1:])
