"""Build the book: fresh, strict, saying what it does.

    python -m tools.make.build [--into FOLDER] [--stored] [--builder html|singlehtml]

Every notebook is executed, unless neither it nor anything it uses has changed since (see executed.py). With --stored the
outputs kept in the notebooks are shown instead: the tests do this after they have proved them equal to new ones. Warnings and missing references are errors. The pages are written to
FOLDER/_build/html, the whole record to FOLDER/_build/build.log.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from tools import ROOT

NOISE = re.compile(r"Kernel is running over TCP without encryption|^\s*$")
COLOR = re.compile(r"\x1b\[[0-9;]*m")


@contextmanager
def locked(path):
    """Hold a lock, so that two builds do not write into the same folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as lock:
        try:
            import fcntl
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                print("Another build is writing there; waiting for it …", flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
        except ImportError:  # no such thing on Windows
            pass
        yield


def progress(line):
    """Return what to tell of a line of the record, or None."""
    if re.search(r"\b(WARNING|ERROR|CRITICAL)\b", line) or "Exception" in line:
        return "  " + line
    return "  writing the pages" if line.startswith("preparing documents") else None


def build(source=ROOT, into=ROOT, stored=False, builder="html", say=print):
    """Build the book into the folder `into`/_build; return whether it succeeded, and the record."""
    source, out = Path(source).resolve(), Path(into).resolve() / "_build"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "BOOK_EXECUTED": ""}
    with locked(out / ".lock"):
        for name in (builder, ".doctrees", "jupyter_execute"):
            shutil.rmtree(out / name, ignore_errors=True)
        failed = {}
        if not stored:
            from tools.make import executed

            texts, failed = executed.book(sorted((source / "chapters").glob("*.ipynb")), out / "executed", say)
            environment["BOOK_EXECUTED"] = str(out / "executed.json")
            Path(environment["BOOK_EXECUTED"]).write_text(json.dumps({str(path): text for path, text in texts.items()}), "utf-8")
        command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(source),
                   "--path-output", str(out.parent), "--builder", builder, "-W", "--keep-going", "-n", "--all"]
        lines = []
        with open(out / "build.log", "w", encoding="utf-8") as record:
            for path, reason in failed.items():
                lines.append(f"{path}: ERROR: the notebook failed\n{COLOR.sub('', reason)}")
                record.write(lines[-1] + "\n")
                say("  " + lines[-1].replace("\n", "\n  "), flush=True)
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                       encoding="utf-8", errors="replace", env=environment, stdin=subprocess.DEVNULL)
            try:
                for line in process.stdout:
                    line = COLOR.sub("", line).rstrip()
                    if NOISE.search(line):
                        continue
                    record.write(line + "\n")
                    lines.append(line)
                    told = progress(line)
                    if told:
                        say(told, flush=True)
                process.wait()
            except BaseException:
                process.terminate()
                process.wait()
                raise
        return process.returncode == 0 and not failed, "\n".join(lines)


def complaints(record):
    """Return the lines of the record that say what is wrong."""
    return [line for line in record.splitlines() if re.search(r"\b(WARNING|ERROR|CRITICAL)\b|Error\b|Exception", line)]


def main():
    parser = argparse.ArgumentParser(description="Build the book: fresh and strict.")
    parser.add_argument("--into", type=Path, default=ROOT, metavar="FOLDER", help="build in FOLDER/_build")
    parser.add_argument("--builder", default="html")
    parser.add_argument("--stored", action="store_true", help="show the stored outputs, execute nothing")
    options = parser.parse_args()
    started = time.time()
    what = "with the stored outputs" if options.stored else "executing the notebooks"
    print(f"Building the book, {what} …", flush=True)
    try:
        good, record = build(into=options.into, stored=options.stored, builder=options.builder)
    except KeyboardInterrupt:
        sys.exit("\nInterrupted. The next build begins anew.")
    out = options.into.resolve() / "_build"
    if not good:
        if "\nTraceback" in record:
            print("\n".join("  " + line for line in record.splitlines()[-12:]))
        sys.exit(f"The book did not build: see the warnings above, or the whole record in {os.path.relpath(out)}/build.log")
    index = out / options.builder / "index.html"
    print(f"The book is ready ({time.time() - started:.0f} s). Open it in a browser:\n\n    {index.as_uri()}\n\n"
          "or let `make serve` do it.")


if __name__ == "__main__":
    main()
