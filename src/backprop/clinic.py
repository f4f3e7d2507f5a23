"""Diagnose the gradients of a whole class: `python -m backprop.clinic network.npz submissions/`.

network.npz holds X, Y and the arrays of the network under names such as W1, b1, W2, b2. Each file of the folder
(.npy, .npz, .json, .txt, .csv, .ipynb) is one person's gradient. Files are data: nothing in them is executed or
unpickled, their sizes are bounded, and a file that cannot be read is a row with its sentence.
"""
import argparse
import csv
import json
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

import numpy as np

from backprop.conventions import PRESETS
from backprop.doctor import diagnose, handed
from backprop.doctor.description import ACTIVATIONS, LOSSES, OUTPUTS

KINDS = (".npy", ".npz", ".json", ".txt", ".csv", ".ipynb")
MOST_BYTES = 50_000_000        # of a file, and of an archive when it is unpacked
MOST_OUTPUTS = 1_000           # of a notebook that are looked at, the last first
FORMULA = ("=", "+", "-", "@", "\t", "\r")                                # what a spreadsheet would compute
UNREADABLE = "not read"
BAR = 30                       # characters of the progress bar
COLUMNS = ("file", "found", "why", "evidence", "or", "read")


class Row(NamedTuple):
    """Hold what is said of one file."""

    file: str
    found: str                 # the names, or "not read"
    why: str
    evidence: str
    alternatives: str
    section: str               # page and anchor of the book, if any


# --- files --------------------------------------------------------------------------------------------------------
def read(path: Path) -> object:
    """Return what a file claims: an array, a dictionary of arrays, or text.

    Raises ValueError, OSError or MemoryError.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise ValueError(f"the file has {size:,} bytes: at most {MOST_BYTES:,} are read")
    if path.suffix == ".npy":
        return single(path)
    if path.suffix == ".npz":
        return arrays(path)
    text = path.read_text("utf-8")
    if path.suffix == ".json":
        return from_json(json.loads(text))
    return from_notebook(json.loads(text)) if path.suffix == ".ipynb" else text


def single(path: Path) -> np.ndarray:
    """Return the array of an .npy file; raises ValueError if it holds Python objects or fewer numbers than it says."""
    try:
        return np.array(np.load(path, mmap_mode="r", allow_pickle=False))
    except ValueError as error:
        raise ValueError("the file holds no array of numbers: save one with np.save") from error


def arrays(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of an .npz file; raises ValueError if they are too large or are no arrays of numbers."""
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MOST_BYTES:
        raise ValueError(f"the arrays take {size:,} bytes: at most {MOST_BYTES:,} are read")
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def from_json(value: object) -> object:
    """Return a claim as JSON writes it: a matrix, a list of arrays, or an object with names such as dW1."""
    if isinstance(value, dict):
        return {name: None if item is None else np.array(item, dtype=float) for name, item in value.items()
                if handed.slot(name)}
    return value


def from_notebook(notebook: object) -> object:
    """Return the last gradient that the stored outputs of a notebook print; raises ValueError if there is none."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    outputs = [output for cell in cells or () for output in cell.get("outputs", ())]
    for output in outputs[:-MOST_OUTPUTS - 1:-1]:
        written = output.get("text") or output.get("data", {}).get("text/plain") or ""
        text = written if isinstance(written, str) else "".join(written)
        named = handed.labeled(text)
        if named:
            return named
        if "[" in text:
            return text
    raise ValueError(
        "no stored output of the notebook prints a gradient: run it, and print the arrays in its last cell"
    )


# --- a class ------------------------------------------------------------------------------------------------------
def rows(network: dict, paths: Iterable[Path], **said: object) -> Iterator[Row]:
    """Yield a Row for each file; said is handed on to diagnose."""
    params = {name: value for name, value in network.items() if name not in ("X", "Y")}
    for path in paths:
        try:
            found = diagnose(params, network["X"], network["Y"], read(path), **said)
        except (
            ValueError,
            TypeError,
            AttributeError,
            OSError,
            MemoryError,
            RecursionError,
            zipfile.BadZipFile,
        ) as error:
            yield Row(path.name, UNREADABLE, sentence(path, error), "", "", "")
        else:
            yield Row(path.name, " + ".join(found.names), found.explanation, found.evidence,
                      ", ".join(found.alternatives), found.section)


def sentence(path: Path, error: Exception) -> str:
    """Return why a file is not read, in words that its author understands."""
    if isinstance(error, (UnicodeDecodeError, json.JSONDecodeError, zipfile.BadZipFile, TypeError, AttributeError)):
        return f"this is no {path.suffix} file as its program writes it: save it again"
    if isinstance(error, (MemoryError, RecursionError)):
        return "what it holds is too large or nested too deep"
    return " ".join(str(error).split())


def histogram(found: Iterable[Row]) -> list[tuple[int, str, str]]:
    """Return (how many, what, section to discuss), the most frequent first."""
    found = list(found)
    sections = {row.found: row.section for row in found}
    return [(count, name, sections[name]) for name, count in Counter(row.found for row in found).most_common()]


def as_text(found: list[Row]) -> str:
    """Return the histogram, then who has what, as plain text."""
    wide = max(len(row.file) for row in found)
    head = [
        f"{count:4} {name}{'    discuss ' + section if section else ''}" for count, name, section in histogram(found)
    ]
    return "\n".join(
        [*head, "", *(f"{printable(row.file):{wide}}  {row.found if row.section else row.why}" for row in found)]
    )


def printable(text: str) -> str:
    """Return text without the characters that move a terminal's cursor."""
    return "".join(c if c.isprintable() else "?" for c in text)


def write_csv(found: list[Row], path: Path) -> None:
    """Write a line for each file; what a spreadsheet would take for a formula is marked as text."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(["'" + cell if cell.startswith(FORMULA) else cell for cell in row] for row in found)


def write_page(found: list[Row], path: Path) -> None:
    """Write one page that needs no other file."""
    most = max(count for count, _, _ in histogram(found))
    bars = "".join(f'<tr><td>{count}</td><td><meter max="{most}" value="{count}"></meter></td><td>{escape(name)}</td>'
                   f"<td>{escape(section)}</td></tr>" for count, name, section in histogram(found))
    people = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in found)
    heads = "".join(f"<th>{column}</th>" for column in COLUMNS)
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Gradients of a class</title>'
        "<style>body{font:16px/1.4 sans-serif;margin:2em}td,th{padding:.2em .8em;text-align:left;vertical-align:top}"
        f"</style><h1>{len(found)} gradients</h1><table>{bars}</table><h2>One by one</h2>"
        f"<table><tr>{heads}</tr>{people}</table></html>\n",
        "utf-8",
    )


# --- the command --------------------------------------------------------------------------------------------------
def with_bar(found: Iterable[Row], total: int) -> Iterator[Row]:
    """Yield rows, and draw how far it has come where somebody watches."""
    for done, row in enumerate(found, 1):
        if sys.stderr.isatty():
            full = BAR * done // total
            print(f"\r[{'#' * full}{' ' * (BAR - full)}] {done} of {total}", end="\n" if done == total else "",
                  file=sys.stderr, flush=True)
        yield row


def options() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m backprop.clinic", description="Name the mistakes in a class's gradients."
    )
    parser.add_argument("network", type=Path, help=".npz with X, Y and the arrays of the network, W1, b1, ...")
    parser.add_argument("submissions", type=Path, help=f"folder with a gradient in each file: {', '.join(KINDS)}")
    parser.add_argument(
        "--convention", choices=list(PRESETS), help="what the gradients are meant in; all, if not given"
    )
    parser.add_argument("--hidden", choices=list(ACTIVATIONS), default="sigmoid")
    parser.add_argument("--output", choices=list(OUTPUTS), default="sigmoid")
    parser.add_argument("--loss", choices=list(LOSSES), default="cross-entropy")
    parser.add_argument("--lam", type=float, default=0.0, help="λ of a penalty λ/2 Σ w² on the weights")
    parser.add_argument("--csv", type=Path, default=Path("clinic.csv"), help="where the table goes")
    parser.add_argument("--page", type=Path, default=Path("clinic.html"), help="where the page goes")
    return parser


def opened(network: Path, submissions: Path) -> tuple[dict, list[Path]]:
    """Return the network's arrays and the files to read; raises ValueError or OSError, with what is missing."""
    held = arrays(network)
    missing = [name for name in ("X", "Y") if name not in held]
    if missing:
        raise ValueError(
            f"{network} has no {' and no '.join(missing)}: np.savez({network.name!r}, W1=W1, ..., X=X, Y=Y) writes it"
        )
    paths = sorted(path for path in submissions.iterdir() if path.suffix.lower() in KINDS and path.is_file())
    if not paths:
        raise ValueError(f"{submissions} holds no gradients: expected files that end in {', '.join(KINDS)}")
    return held, paths


def main(argv: list[str] | None = None) -> int:
    """Read, print and write; return 2 if there is nothing to read or nowhere to write."""
    asked = options().parse_args(argv)
    try:
        network, paths = opened(asked.network, asked.submissions)
        said = {"hidden": asked.hidden, "output": asked.output, "loss": asked.loss, "lam": asked.lam}
        found = list(with_bar(rows(network, paths, convention=asked.convention, **said), len(paths)))
        print(as_text(found))
        write_csv(found, asked.csv)
        write_page(found, asked.page)
    except (ValueError, OSError, zipfile.BadZipFile) as error:
        print(f"clinic: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
