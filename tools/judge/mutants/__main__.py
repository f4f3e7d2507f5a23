"""Break the book on purpose, everywhere, one place at a time, and count what the tests notice.

    python -m tools.judge.mutants [formulas] [code] [--every N]           (make mutants; every N-th only)

Formulas: each printed equation is changed where a tired hand might (a transpose dropped, a sign flipped, factors
exchanged, …) and judged again; only `wrong` and `sizes` count as noticed. Code: each line of the module's files in
code.SOURCES is changed in its syntax tree, and the unit tests run against a copy of the package. A mutant that nobody
notices is a hole in the tests, or the same thing said otherwise: those stand with their reason in tally.EQUIVALENT. Any
other survivor: exit code 1.
"""
import argparse
import sys

from tools.judge.mutants import code, formulas, tally

RUNS = {"formulas": formulas.run_formulas, "code": code.run_code}


def main():
    """Run what is asked for and report; return whether a mutant survives or a reason is not needed."""
    parser = argparse.ArgumentParser(description="Break the book on purpose and count what the tests notice.")
    parser.add_argument("kinds", nargs="*", choices=[[], *RUNS], default=[], help="all, if none is named")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every N-th mutant only")
    options = parser.parse_args()
    kinds = options.kinds or list(RUNS)
    reports = [RUNS[kind](options.every).report() for kind in kinds]
    complete = options.every == 1 and len(kinds) == len(RUNS)
    needless = [entry for entry in tally.EQUIVALENT if entry not in tally.NEEDED] if complete else []
    for where, what, _ in needless:
        print(f"EQUIVALENT names what no mutant is: {where}  {what}")
    return bool(needless) or not all(reports)


if __name__ == "__main__":
    sys.exit(main())
