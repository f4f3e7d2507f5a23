"""Make the files that a page loads when a reader first asks for Python: one script for each pack.

A script is `livePack(name, base64 of gzip of a container)`, and a container is four bytes n, n bytes of JSON
[[path, size], …], then the files. Scripts load from `file://`, where a page may not fetch. Every script is named with
its digest, so that a browser keeps it until it changes. The big packs (Python, NumPy) are kept beside the archives; the
small one (the book's modules and what runs cells) is made anew by every build.
"""

import base64
import gzip
import hashlib
import importlib.util
import io
import json
import py_compile
import shutil
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path

from tools.make import wasm

HERE = Path(__file__).parent
PAGE_MAGIC = (3495).to_bytes(2, "little") + b"\r\n"     # of the compiled modules of Python 3.11
CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip")
STDLIB_UNUSED = ("__phello__/", "_pyio.py", "aifc.py", "asynchat.py", "asyncio/proactor", "asyncio/windows",
                 "asyncore.py", "bdb.py", "cgi.py", "compileall.py", "ctypes/_aix", "ctypes/macholib/", "curses/",
                 "distutils/", "doctest.py", "encodings/cp1", "encodings/cp7", "encodings/cp8", "encodings/cp9",
                 "encodings/iso", "encodings/koi8", "encodings/mac_", "ensurepip/", "ftplib.py", "http/cookiejar.py",
                 "http/server.py", "idlelib/", "imaplib.py", "imghdr.py", "lib2to3/", "logging/config.py",
                 "logging/handlers.py", "mailbox.py", "modulefinder.py", "msilib/", "multiprocessing/", "nntplib.py",
                 "nturl2path.py", "optparse.py", "pdb.py", "pickletools.py", "plistlib.py", "poplib.py", "profile.py",
                 "pstats.py", "pyclbr.py", "pydoc", "smtpd.py", "smtplib.py", "sndhdr.py", "socketserver.py",
                 "sqlite3/", "sunau.py", "tabnanny.py", "telnetlib.py", "tkinter/", "trace.py", "turtle.py",
                 "turtledemo/", "unittest/mock.py", "uu.py", "venv/", "wave.py", "webbrowser.py", "wsgiref/",
                 "xdrlib.py", "xml/", "xmlrpc/", "zipapp.py")
NUMPY_UNUSED = ("numpy/_pyinstaller/", "numpy/array_api/", "numpy/conftest.py", "numpy/core/generate_numpy_api.py",
                "numpy/core/setup", "numpy/distutils/", "numpy/doc/", "numpy/f2py/", "numpy/ma/testutils.py",
                "numpy/ma/timer_comparison.py", "numpy/random/_examples/", "numpy/typing/mypy_plugin.py")
DOCSTRINGS_READ = ("numpy/core/multiarray.py",)
NOT_CODE = (".a", ".c", ".cpp", ".h", ".pxd", ".pyi", ".pyc")
BOOK = ("backprop", "proofread")                       # the book's own packages
PURE = ("autograd", "lark", "traitlets")               # of the environment: Python only


# --- the format -----------------------------------------------------------------------------------------------------

def container(files):
    """Return files, {path: bytes}, as one string of bytes."""
    head = json.dumps([[path, len(content)] for path, content in files.items()]).encode()
    return len(head).to_bytes(4, "little") + head + b"".join(files.values())


def script(name, files):
    """Return the script that hands a page the files."""
    packed = base64.b64encode(gzip.compress(container(files), 9, mtime=0)).decode()
    return f'livePack("{name}","{packed}")\n'


def stored_zip(files):
    """Return files as a zip that is not compressed, so that gzip compresses all of them together."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def named(name, text, suffix=".js"):
    """Return the name of a file with its digest in it."""
    return f"{name}.{hashlib.sha256(text.encode()).hexdigest()[:16]}{suffix}"


def compiled(files):
    """Return files with every module compiled, so that a page need not do it before its first cell runs.

    Docstrings are left out, except where a module reads its own. Only a Python of the page's minor version can do it;
    under any other, the modules stay sources, and Python takes about twice as long to start in a page.
    """
    if importlib.util.MAGIC_NUMBER != PAGE_MAGIC:
        return files
    return dict(compiled_module(path, content) if path.endswith(".py") else (path, content)
                for path, content in files.items())


def compiled_module(path, source):
    """Return the path and the bytes of a module as Python imports it where there is no source."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "module.py")
        file.write_bytes(source)
        done = py_compile.compile(file, f"{file}c", path, doraise=True, optimize=0 if path in DOCSTRINGS_READ else 2,
                                  invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        return f"{path}c", Path(done).read_bytes()


# --- what is in the packs -------------------------------------------------------------------------------------------

def python():
    """Return the files of CPython for WebAssembly; of its library, what a page may need."""
    files = wasm.npm_files(wasm.PYODIDE, CORE)
    lock = json.loads(files["pyodide-lock.json"])
    files["pyodide-lock.json"] = json.dumps({**lock, "packages": {}}).encode()      # nothing is to be loaded by name
    with zipfile.ZipFile(io.BytesIO(files["python_stdlib.zip"])) as library:
        kept = [name for name in library.namelist() if not name.startswith(STDLIB_UNUSED) and not name.endswith("/")]
        files["python_stdlib.zip"] = stored_zip(compiled({name: library.read(name) for name in kept}))
    return files


def numpy():
    files = {path: content for path, content in wasm.numpy_files().items()
             if not path.startswith(NUMPY_UNUSED) and "/tests/" not in path and not path.endswith(NOT_CODE)}
    return {"numpy.zip": stored_zip(compiled(files))}


def package(name):
    """Return {path: bytes} of a package of this environment, without its tests; empty if it is not installed."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        return {}
    folder = Path(spec.submodule_search_locations[0])
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return {f"{name}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in paths
            if "tests" not in path.relative_to(folder).parts and path.suffix not in NOT_CODE}


def book():
    """Return the book's modules, the packages they need, and what runs cells."""
    files = {f"live_page/{path.name}": path.read_bytes() for path in sorted((HERE / "glue").glob("*.py"))}
    for name in (*BOOK, *PURE):
        files.update(package(name))
    return {"book.zip": stored_zip(files)}


# --- writing them ---------------------------------------------------------------------------------------------------

def kept(name, files):
    """Return the path of a big pack's script: kept from an earlier build, if it is whole and made by this code."""
    made_by = [archive.digest for archive in wasm.ARCHIVES] + [Path(__file__).read_text("utf-8")]
    folder = wasm.STORE / "packs" / hashlib.sha256("\n".join(made_by).encode()).hexdigest()[:16]
    for path in folder.glob(f"{name}.*.js"):
        if path.name == named(name, path.read_text("ascii")):
            return path
        path.unlink()
    text = script(name, files())
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / named(name, text)
    unfinished = path.with_suffix(".new")
    unfinished.write_text(text, "ascii")
    return unfinished.replace(path)


def write(folder):
    """Write all packs and the worker into a folder of the site; return {name: file name}, and megabytes as sent.

    Raises wasm.Missing if an archive is not here, or not what it should be.
    """
    for archive in wasm.ARCHIVES:
        wasm.read(archive)
    paths = {name: kept(name, files) for name, files in (("python", python), ("numpy", numpy))}
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths.values():
        shutil.copy(path, folder / path.name)
    worker = json.dumps((HERE / "page" / "worker.js").read_text("utf-8"))
    text = script("book", book()) + f'livePack("worker",{worker})\n'
    (folder / named("book", text)).write_text(text, "utf-8")
    names = {"book": named("book", text), **{name: path.name for name, path in paths.items()}}
    size = sum((folder / file).stat().st_size for file in names.values()) * 3 / 4      # base64 is a third longer
    return names, size / 1e6


def setter():
    """Return the script that sets LaTeX as MathML on a page, loaded where a reader's own formulas are shown."""
    code = wasm.npm_files(wasm.TEMML, ["dist/temml.min.js"])["dist/temml.min.js"].decode("utf-8")
    return f'{code}\nlivePack("temml", temml);\n'


def licenses():
    """Return the text that stands beside the packs: what they are, under which license, and where the sources are."""
    lines = ["What the pages of this book load when a reader runs a cell, and under which licenses:", "",
             f"CPython {wasm.VERSIONS['Python']}: PSF-2.0, https://docs.python.org/3.11/license.html",
             f"NumPy {wasm.VERSIONS['NumPy']}: BSD-3-Clause, its text is below"]
    lines += [f"{archive.name} {archive.version}: {archive.license}, its files as released; source: {archive.source}"
              for archive in wasm.ARCHIVES]
    lines += ["Of Python's library and of NumPy, what a page does not need is left out.",
              "MPL-2.0: https://mozilla.org/MPL/2.0/", "autograd, lark: MIT; traitlets: BSD-3-Clause", ""]
    texts = {"Temml": wasm.npm_files(wasm.TEMML, ["LICENSE"])["LICENSE"].decode("utf-8")}
    texts.update({name: license_text(name) for name in ("numpy", *PURE)})
    for name, text in texts.items():
        lines += ["", f"--- {name}", "", text]
    return "\n".join(lines)


def license_text(name):
    """Return the license that an installed package carries; "" if it is not installed or carries none."""
    try:
        files = metadata.files(name) or []
    except metadata.PackageNotFoundError:
        return ""
    return "\n".join(file.read_text("utf-8") for file in files if ".dist-info/" in str(file)
                     and file.name.upper().startswith("LICEN"))
