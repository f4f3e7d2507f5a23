"""What the book is built and judged with. Run a tool from the top folder: `python -m tools.make.build`."""
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
