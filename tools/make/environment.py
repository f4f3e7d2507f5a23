"""Make the environment of this book on first use, and complete it when what it is made from has changed.

    python -m tools.make.environment book|test|all            (by make; any Python from 3.11 on, nothing installed)

A stamp says what the environment was made from; it is written last. A file says that pip is at work: what was
interrupted is made anew. constraints.txt holds the versions of the last green run.
"""
import hashlib
import importlib.util
import os
import subprocess
import sys

from tools import ROOT
from tools.make.lock import locked

VENV = ROOT / os.environ.get("VENV", ".venv")
PYTHON = VENV / ("Scripts" if os.name == "nt" else "bin") / "python"
STAMP, UNFINISHED = VENV / "ready", VENV / "unfinished"
CONSTRAINTS = ROOT / os.environ.get("CONSTRAINTS", "constraints.txt")
EXTRAS = {"book": [], "test": ["-e", ".[test]"], "all": ["-e", ".[test,oracles]"]}  # beyond requirements.txt
OFFLINE = ("NewConnectionError", "ConnectTimeout", "ProxyError", "name resolution", "from versions: none")


def fingerprint():
    """Return what the environment is made from."""
    files = [ROOT / "requirements.txt", ROOT / "pyproject.toml", CONSTRAINTS]
    contents = [file.read_bytes() for file in files if file.is_file()]
    return hashlib.sha256(b"\0".join([sys.version.encode(), os.fsencode(ROOT), *contents])).hexdigest()


def ready(level):
    """Return whether the environment was made for this level, or a higher one, from what is there now."""
    made = STAMP.read_text("utf-8").split() if STAMP.is_file() and PYTHON.exists() else [None, None]
    return made[0] in list(EXTRAS)[list(EXTRAS).index(level):] and made[1] == fingerprint()


def install(level):
    """Let venv and pip do their work; raise OSError with one sentence if they cannot."""
    if not importlib.util.find_spec("ensurepip"):
        raise OSError("this Python has no module venv; install it (Debian, Ubuntu: apt install python3-venv)")
    if UNFINISHED.exists() or not PYTHON.exists():
        print(f"Making the environment {VENV.name} with Python {sys.version.split()[0]} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    UNFINISHED.touch()
    pip = [PYTHON, "-m", "pip", "install", "--no-input", "--retries", "2", "-r", "requirements.txt", *EXTRAS[level]]
    if CONSTRAINTS.is_file() and f"{sys.version_info[0]}.{sys.version_info[1]} " in CONSTRAINTS.open().readline():
        pip += ["-c", CONSTRAINTS]
    else:
        print("This Python was not in the last green run: taking the newest versions within bounds.", flush=True)
    done = subprocess.run(pip, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    if any(word in done.stderr for word in OFFLINE) and done.returncode:
        raise OSError("the package index cannot be reached; connect to the network and run the same command again")
    if done.returncode:
        raise OSError(f"pip could not install the packages: {done.stderr.strip().splitlines()[-1]}")
    UNFINISHED.unlink()


def main(level):
    """Bring the environment to this level, one process at a time."""
    if ready(level):
        return
    with locked(f"{VENV}.lock", "Another make is at the environment; waiting for it …"):
        if not ready(level):
            STAMP.unlink(missing_ok=True)
            install(level)
            STAMP.write_text(f"{level} {fingerprint()}", "utf-8")


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # a terminal may know ASCII only
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit("\nmake: interrupted; run the same command again to go on from here.")
    except (OSError, subprocess.CalledProcessError) as error:
        place = getattr(error, "filename", None)
        sys.exit(f"make: {place} cannot be written: {error.strerror}." if place else f"make: {error}.")
