r"""Proofread the gradients of documents: `python -m proofread notes.tex lecture.md chapter.ipynb -`.

Displayed formulas are read, in LaTeX, Markdown and the Markdown cells of notebooks; `-` is a derivation from the
standard input. One line is printed for each claim: file, line, verdict, and below it what was found. The exit code is 1
if a line is wrong or its sizes do not fit, 2 if nothing could be read, and 0 otherwise, so that a pipeline stops at a
wrong gradient:

    - uses: actions/checkout@v4
    - uses: actions/setup-python@v5
    - run: pip install "backprop-course @ git+https://github.com/OWNER/REPOSITORY"
    - run: python -m proofread --given notation.txt notes/*.md
"""
import argparse
import json
import sys
from collections import Counter

from proofread import documents, presets, proofread
from proofread.report import VERDICTS, details


def arguments():
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        "python -m proofread", description="Proofread the gradients of documents, line by line.",
        epilog="Exit code: 1 if a line is wrong or its sizes do not fit, 2 if nothing could be read, else 0.")
    parser.add_argument("files", nargs="+", metavar="FILE", help=".tex, .md, .ipynb or text; - is the standard input")
    parser.add_argument("--given", metavar="NAME|FILE", type=given,
                        help=f"what all files take for granted: a file, or one of {', '.join(presets.NAMES)}")
    parser.add_argument("--sizes", metavar="SIZES", type=sizes, help='sizes to try, such as "m=7, n=3"')
    parser.add_argument("--inline", action="store_true", help="judge the formulas within sentences, too")
    parser.add_argument("--json", action="store_true", help="print JSON: a list of files with their lines")
    return parser


def given(value):
    """Return the definitions that --given names."""
    if value in presets.NAMES:
        return presets.read(value)
    try:
        return documents.read(value).derivation()
    except documents.Unreadable as error:
        raise argparse.ArgumentTypeError(f"{error}; it must be a file or one of {', '.join(presets.NAMES)}") from error


def sizes(value):
    """Return {"m": 7, "n": 3} for "m=7, n=3"."""
    pairs = [[side.strip() for side in part.split("=")] for part in value.split(",")]
    if not all(len(pair) == 2 and pair[0] and pair[1].isascii() and pair[1].isdigit() for pair in pairs):
        raise argparse.ArgumentTypeError(f"{value!r} is not of the form m=7, n=3")
    return {name: int(number) for name, number in pairs}


def where(document, place):
    """Return file and line of a place in the derivation, or the file for what has no place."""
    return document.where(place[0]) if place else document.name


def shown(document, report):
    """Yield the text for people, one piece for each line with a verdict."""
    for line in report.lines:
        if line.verdict is not None:
            head = f"{where(document, line.place)}: {line.mark} {VERDICTS[line.verdict][1]}: {line.latex}"
            yield "\n".join([head, *(f"    {part}" for part in details(line, report.text))])
    yield from (f"{document.name}: {note}" for note in report.notes)


def plain(document, report):
    """Return the same for programs."""
    lines = [{**line, "where": where(document, line["place"])} for line in report.to_dict()["lines"]]
    return {"file": document.name, "notes": list(report.notes), "lines": lines}


def exit_code(lines):
    """Return 1 if a line is wrong, 2 if none could be read, else 0."""
    if any(line.is_wrong for line in lines):
        return 1
    return 0 if any(line.verdict != "unreadable" for line in lines) else 2


def summary(lines):
    """Return how many lines have which verdict, in one sentence."""
    counts = Counter(line.verdict for line in lines if line.verdict)
    words = [f"{counts[verdict]} {word}" for verdict, (_, word) in VERDICTS.items() if verdict in counts]
    return ", ".join(words) or ("no claim among the formulas" if lines else "no displayed formula was found")


def main(words=None):
    """Proofread the files that the words of the command line name; return the exit code."""
    options = arguments().parse_args(words)
    results, lines = [], []
    for path in options.files:
        try:
            document = documents.read(path, sys.stdin)
        except documents.Unreadable as error:
            print(error, file=sys.stderr)
            continue
        report = proofread(document.derivation(options.inline), given=options.given, sizes=options.sizes)
        lines += report.lines
        results.append((document, report))
    if options.json:
        print(json.dumps([plain(*result) for result in results], ensure_ascii=False, indent=1))
    else:
        print("\n".join([*(piece for result in results for piece in shown(*result)), summary(lines)]))
    return exit_code(lines)


if __name__ == "__main__":
    sys.exit(main())
