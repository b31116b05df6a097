"""Put a Solidity compiler where py-solc-x looks for it, and say what the toolchain has and lacks.

`install_solc` keeps a native compiler that works, installs one where its host can be reached, and otherwise writes
an executable around npm's WebAssembly `solc` (`scripts/solc.js`). Afterwards Brownie compiles without a network.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOLC_VERSION = "0.8.30"


def solc_folder() -> Path:
    """The folder in which py-solc-x keeps its compilers."""
    return Path(os.environ.get("SOLCX_BINARY_PATH") or Path.home() / ".solcx")


def solc_answers(executable: Path) -> bool:
    """Whether `executable` runs and is the version the project is pinned to."""
    if not executable.is_file():
        return False
    done = subprocess.run([executable, "--version"], capture_output=True, text=True, check=False, timeout=60)
    return done.returncode == 0 and re.search(rf"\b{re.escape(SOLC_VERSION)}\b", done.stdout) is not None


def install_native_solc() -> bool:
    """Try the native compiler; False where this platform or network has none."""
    import requests
    import solcx

    try:
        solcx.install_solc(SOLC_VERSION, show_progress=False)
    except (solcx.exceptions.SolcInstallationError, requests.RequestException, OSError) as error:
        print(f"solc {SOLC_VERSION}: no native compiler here ({type(error).__name__}); using npm's", file=sys.stderr)
        return False
    return solc_answers(solc_folder() / f"solc-v{SOLC_VERSION}")


def write_solc_wrapper() -> Path:
    """Write the executable around npm's compiler. It names its script absolutely: copies of it still work."""
    node = shutil.which("node")
    if node is None:
        raise SystemExit("error: node is not on the PATH; install Node.js 20 or later and run `make setup` again")
    module = ROOT / "node_modules" / "solc"
    if not module.is_dir():
        raise SystemExit("error: node_modules/solc is missing; run `npm ci` (or `make setup`) first")
    target = solc_folder() / f"solc-v{SOLC_VERSION}"
    target.parent.mkdir(parents=True, exist_ok=True)
    script = ROOT / "scripts" / "solc.js"
    target.write_text(f"#!/bin/sh\nDAISEE_SOLC_MODULE='{module}' exec '{node}' '{script}' \"$@\"\n")
    target.chmod(target.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return target


def install_solc() -> Path:
    """Make `solc-v0.8.30` available to py-solc-x; returns its path."""
    target = solc_folder() / f"solc-v{SOLC_VERSION}"
    if solc_answers(target):
        return target
    if not install_native_solc():
        write_solc_wrapper()
    if not solc_answers(target):
        raise SystemExit(f"error: {target} does not answer --version with {SOLC_VERSION}; remove it and try again")
    return target


if __name__ == "__main__":
    print(f"solc {SOLC_VERSION}: {install_solc()}")
