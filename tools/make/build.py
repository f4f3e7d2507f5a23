"""Build the book: fresh, strict, saying what it does.

    python -m tools.make.build [--into FOLDER] [--stored] [--builder html|singlehtml|epub]

Every notebook is executed, unless neither it nor anything it uses has changed since (execute.py). With --stored the
outputs kept in the notebooks are shown instead: the tests do this after they have proved them equal to new ones.
Warnings and missing references are errors. The pages are written to FOLDER/_build/html, the whole record to
FOLDER/_build/build.log.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools import ROOT
from tools.make import wasm
from tools.make.lock import locked

NOISE = re.compile(r"Kernel is running over TCP without encryption|^\s*$")
COLOR = re.compile(r"\x1b\[[0-9;]*m")


def progress(line):
    """Return what to tell of a line of the record, or None."""
    if re.search(r"\b(WARNING|ERROR|CRITICAL)\b", line) or "Exception" in line:
        return "  " + line
    if line.startswith("no Run buttons"):
        return "  " + line
    return "  writing the pages" if line.startswith("preparing documents") else None


def build(source=ROOT, into=ROOT, stored=False, builder="html", say=print):
    """Build the book into the folder `into`/_build; return whether it succeeded, and the record."""
    source, out = Path(source).resolve(), Path(into).resolve() / "_build"
    with locked(out / ".lock", "Another build is writing there; waiting for it …"):
        for name in (builder, ".doctrees", "jupyter_execute"):
            shutil.rmtree(out / name, ignore_errors=True)
        cache, failed = ("", {}) if stored else executed(source, out, say)
        reports = [f"{path}: ERROR: the notebook failed\n{COLOR.sub('', reason)}" for path, reason in failed.items()]
        for report in reports:
            say("  " + report.replace("\n", "\n  "), flush=True)
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "BOOK_CACHE": str(cache),
                       "BOOK_FAILED": " ".join(f"*{path.name}" for path in failed)}
        command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(source),
                   "--path-output", str(out.parent), *kind(builder), "-W", "--keep-going", "-n", "--all"]
        code, lines = watch(command, environment, say)
        record = "\n".join([*reports, *lines])
        (out / "build.log").write_text(record + "\n", "utf-8")
    return code == 0 and not failed, record


def kind(builder):
    """Return the options that name a builder: Jupyter Book has its own, and lets any other of Sphinx through."""
    return ["--builder", builder] if builder in ("html", "singlehtml") else ["--builder", "custom",
                                                                             "--custom-builder", builder]


def executed(source, out, say):
    """Execute the notebooks; imported late, since what is stored is shown without it."""
    from tools.make import execute

    return execute.fill(source, out / "cache", say)


def watch(command, environment, say):
    """Run a command and tell what it is doing; return its exit code and its lines, without colors and noise."""
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
                          errors="replace", env=environment, stdin=subprocess.DEVNULL) as process:
        try:
            for line in process.stdout:
                line = COLOR.sub("", line).rstrip()
                if NOISE.search(line):
                    continue
                lines.append(line)
                if told := progress(line):
                    say(told, flush=True)
        except BaseException:
            process.terminate()
            raise
    return process.returncode, lines


def complaints(record):
    """Return the lines of the record that say what is wrong."""
    return [line for line in record.splitlines() if re.search(r"\b(WARNING|ERROR|CRITICAL)\b|Error\b|Exception", line)]


def main():
    parser = argparse.ArgumentParser(description="Build the book: fresh and strict.")
    parser.add_argument("--into", type=Path, default=ROOT, metavar="FOLDER", help="build in FOLDER/_build")
    parser.add_argument("--builder", default="html")
    parser.add_argument("--stored", action="store_true", help="show the stored outputs, execute nothing")
    options = parser.parse_args()
    sys.stdout.reconfigure(errors="replace")  # a terminal may know ASCII only
    out, started = options.into.resolve() / "_build", time.time()
    how = "with the stored outputs" if options.stored else "executing the notebooks"
    if not options.stored and options.builder == "html":
        wasm.fetch()
    print(f"Building the book, {how} …", flush=True)
    good, record = build(into=options.into, stored=options.stored, builder=options.builder)
    if not good:
        if "\nTraceback" in record:
            print("\n".join("  " + line for line in record.splitlines()[-12:]))
        return f"The book did not build: see the warnings above, or the record in {os.path.relpath(out)}/build.log."
    index = out / options.builder / "index.html"
    print(f"The book is ready ({time.time() - started:.0f} s). Open it in a browser:\n\n    {index.as_uri()}\n\n"
          "or let `make serve` do it.")
    return None


def in_one_sentence(run):
    """Exit with what run returns; what a person or a full disk interrupts is one sentence."""
    try:
        sys.exit(run())
    except KeyboardInterrupt:
        print("\nInterrupted. The next build goes on from the notebooks that were executed.", flush=True)
    except OSError as error:
        print(f"The book did not build: {error.filename or 'a file'} cannot be written: {error.strerror}.", flush=True)
    os._exit(1)  # without waiting for the notebooks that are still running


if __name__ == "__main__":
    in_one_sentence(main)
