"""The code is as ruff asks, and nothing is spelled wrong; what they look at and let pass is in pyproject.toml."""
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


COMMANDS = {"ruff": ["ruff", "check", "--no-cache", "--output-format", "concise", "."], "codespell": ["codespell_lib"]}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_nothing_to_complain_of(command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
