"""What a teacher takes along, from the sources of the book, into _build/teach.

    python -m tools.make.teach                                   (make teach)

Students' copies of the notebooks, the answer key, a worksheet for each of the questions that led to the book, a bank of
questions for Moodle, every numbered equation as LaTeX, and the figures as SVG.
"""
import shutil
import sys
import time

from tools import ROOT
from tools.judge.browser import chromium
from tools.make.build import in_one_sentence
from tools.make.lock import locked
from tools.make.teach import bank, copies, equations, figures, paper, sheets

OUT = ROOT / "_build" / "teach"
PRODUCTS = {  # what is said, the folder, what writes it
    "students' copies of the notebooks": ("student", copies.write_copies),
    "the answer key": ("", copies.write_key),
    "the worksheets": ("worksheets", sheets.write),
    "the bank of questions for Moodle": ("", bank.write),
    "the numbered equations as LaTeX": ("", equations.write),
    "the figures as SVG (executing the notebooks)": ("figures", figures.write),
}


def make(out):
    """Write all products below a folder, saying what is being made."""
    shutil.rmtree(out, ignore_errors=True)
    for number, (what, (place, write)) in enumerate(PRODUCTS.items(), start=1):
        print(f"  {number} of {len(PRODUCTS)}: {what} …", flush=True)
        (out / place).mkdir(parents=True, exist_ok=True)
        write(out / place)
    if chromium():
        paper.print_all(out)
    else:
        print("  No Chromium was found, so there are pages (HTML) and no PDF of key and worksheets.", flush=True)


def main():
    """Make everything, one process at a time."""
    sys.stdout.reconfigure(errors="replace")  # a terminal may know ASCII only
    started = time.time()
    print("Making what a teacher takes along …", flush=True)
    with locked(OUT.parent / "teach.lock", "Another make teach is writing there; waiting for it …"):
        make(OUT)
    print(f"It is in _build/teach ({time.time() - started:.0f} s).", flush=True)


if __name__ == "__main__":
    in_one_sentence(main)
