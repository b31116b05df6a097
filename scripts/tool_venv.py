"""Environments of their own for tools whose packages the project does not need: `build/<tool>-venv` from a lock file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def programs(tool: str) -> Path:
    """The folder with the programs of `requirements-<tool>.lock`, installed if the lock has changed."""
    venv, lock = ROOT / "build" / f"{tool}-venv", ROOT / f"requirements-{tool}.lock"
    stamp, wanted = venv / ".installed", lock.read_text(encoding="utf-8")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
        pip = [venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return venv / "bin"
