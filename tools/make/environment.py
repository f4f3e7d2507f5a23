# -*- coding: utf-8 -*-
"""Make the environment of this book on first use, and complete it when it is half made or out of date.

    python3 tools/make/environment.py book|test|all

The environment is the folder .venv (another: VENV=...). A stamp inside says what is installed; it is written last, so
that the next run makes good what an interrupted one left. Written for any Python, old ones included, far
enough to say in one line what is missing.
"""

from __future__ import print_function

import hashlib
import os
import re
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, os.environ.get("VENV", ".venv"))
PYTHON = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin", "python")
OLDEST = (3, 11)
UNFINISHED = os.path.join(VENV, "unfinished")  # there while pip works: what it left half done cannot be trusted
LEVELS = {  # what each level adds to requirements.txt
    "book": [],
    "test": ["-e", ".[test]"],
    "all": ["-e", ".[test,oracles]"],
}
INCLUDES = {"book": ("book", "test", "all"), "test": ("test", "all"), "all": ("all",)}
NETWORK = re.compile("Failed to establish a new connection|NewConnectionError|Name or service not known|"
                     "Temporary failure in name resolution|Network is unreachable|ConnectTimeout|Connection refused|"
                     "ProxyError|ReadTimeoutError|getaddrinfo failed|from versions: none")


def stop(message):
    print("make: " + message, file=sys.stderr)
    sys.exit(1)


def version(info):
    return ".".join(str(part) for part in info[:3])


def check_python():
    if sys.version_info < OLDEST:
        stop("this book needs Python %s or newer, and %s is Python %s. Name another: make PYTHON=python3.12 ..."
             % (version(OLDEST), os.environ.get("PYTHON", "python3"), version(sys.version_info)))
    try:
        import ensurepip  # noqa: F401  (Debian keeps it in a package of its own)
        import venv  # noqa: F401
    except ImportError:
        stop("this Python has no module venv. Install it (Debian, Ubuntu: apt install python%d.%d-venv) and try again."
             % sys.version_info[:2])


def fingerprint():
    """Return what the environment was made from: if it changes, the environment is completed again."""
    digest = hashlib.sha256(version(sys.version_info).encode() + ROOT.encode())
    for name in ("requirements.txt", "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def stamp(level):
    return os.path.join(VENV, "ready-" + level)


def is_ready(level):
    if not os.path.exists(PYTHON):
        return False
    for including in INCLUDES[level]:
        try:
            with open(stamp(including)) as file:
                if file.read() == fingerprint():
                    return True
        except (IOError, OSError):
            pass
    return False


def works(command):
    """Return whether the command runs; its output does not matter."""
    try:
        with open(os.devnull, "w") as null:
            return subprocess.call(command, stdout=null, stderr=null) == 0
    except OSError:
        return False


def make_venv():
    same = "import sys; sys.exit(sys.version_info[:2] != (%d, %d))" % sys.version_info[:2]
    if os.path.exists(UNFINISHED):
        print("An installation was interrupted; beginning anew (what was downloaded is kept).")
    elif os.path.exists(PYTHON) and works([PYTHON, "-c", same]) and works([PYTHON, "-m", "pip", "--version"]):
        return
    print("Making the environment %s with Python %s ..." % (os.path.relpath(VENV, ROOT), version(sys.version_info)))
    result = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, universal_newlines=True)
    if result.returncode:
        lines = [line for line in result.stdout.splitlines() if line.strip()] or ["no reason given"]
        stop("the environment could not be made: " + lines[-1])


class Progress(object):
    """Say what is being done: in place on a terminal, otherwise a line every ten seconds."""

    def __init__(self):
        self.started = time.time()
        self.doing = "starting"
        self.done = threading.Event()
        self.terminal = sys.stdout.isatty()
        self.thread = threading.Thread(target=self.run)
        self.thread.daemon = True
        self.thread.start()

    def run(self):
        while not self.done.wait(0.3 if self.terminal else 10):
            text = "  %3.0f s  %s" % (time.time() - self.started, self.doing[:60])
            sys.stdout.write(text.ljust(72) + "\r" if self.terminal else text + "\n")
            sys.stdout.flush()

    def stop(self):
        self.done.set()
        self.thread.join()
        if self.terminal:
            sys.stdout.write(" " * 72 + "\r")


def install(level):
    """Run pip, keep its words in a log, and turn a failure into one line."""
    log = os.path.join(VENV, "install.log")
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--retries", "2",
               "--timeout", "20", "-r", "requirements.txt"] + LEVELS[level]
    print("Installing what the book needs; the first time this takes a minute or two ...")
    sys.stdout.flush()
    open(UNFINISHED, "w").close()
    progress = Progress()
    with open(log, "w") as record:
        pip = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               universal_newlines=True, stdin=subprocess.DEVNULL)
        try:
            for line in pip.stdout:
                record.write(line)
                doing = re.match(r"\s*(Collecting|Downloading|Building|Installing) (\S+)( packages)?", line)
                if doing:
                    progress.doing = doing.group(1).lower() + " " + (doing.group(3) or doing.group(2)).strip()
            pip.wait()
        except KeyboardInterrupt:
            pip.terminate()
            pip.wait()
            raise
        finally:
            progress.stop()
    os.remove(UNFINISHED)
    if pip.returncode:
        with open(log) as record:
            said = record.read()
        if NETWORK.search(said):
            stop("the package index cannot be reached. Connect to the network (or set PIP_INDEX_URL) and run the same "
                 "command again.")
        errors = [line for line in said.splitlines() if line.startswith("ERROR")] or said.splitlines()[-1:]
        stop("pip could not install the packages: %s (all it said: %s)" % (errors[0][:300], os.path.relpath(log, ROOT)))
    print("The environment is ready (%.0f s)." % (time.time() - progress.started))


def locked():
    """Let only one process make the environment; another waits for it."""
    try:
        import fcntl
    except ImportError:  # no such thing on Windows
        return None
    lock = open(VENV + ".lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (IOError, OSError):
        print("Another make is at the environment; waiting for it ...")
        sys.stdout.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def main(level):
    check_python()
    if is_ready(level):
        return
    lock = locked()
    try:
        if not is_ready(level):
            make_venv()
            for name in LEVELS:
                if os.path.exists(stamp(name)):
                    os.remove(stamp(name))
            install(level)
            with open(stamp(level), "w") as file:
                file.write(fingerprint())
    finally:
        if lock:
            lock.close()


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in LEVELS:
        stop("say which environment: python3 tools/make/environment.py book|test|all")
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        print()
        stop("interrupted; run the same command again to go on from here.")
