"""What the build makes from the equations takes a while: it is kept below _build, named by a digest of its sources."""

import hashlib
import json
from pathlib import Path

from tools import ROOT

MADE_FROM = ("src/proofread", "tools/judge", "chapters")
FOLDER = ROOT / "_build" / "kept"
SOURCES = (".py", ".txt", ".lark", ".ipynb", ".md")


def digest():
    """Return a name for the state of all that it is made from."""
    files = [file for room in MADE_FROM for file in sorted((ROOT / room).rglob("*"))
             if file.suffix in SOURCES and ".ipynb_checkpoints" not in file.parts]
    files += sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]


def kept(name, make):
    """Return what `make` gives, JSON, made anew or kept from before."""
    file = FOLDER / f"{name}-{digest()}.json"
    if file.exists():
        return json.loads(file.read_text("utf-8"))
    made = make()
    FOLDER.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".part")
    unfinished.write_text(json.dumps(made, ensure_ascii=False), "utf-8")
    unfinished.replace(file)
    return made
