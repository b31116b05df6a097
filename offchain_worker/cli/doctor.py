"""`daisee doctor`: what this machine has of what DAISEE needs, and how to get the rest."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import typer

from offchain_worker.storage import places
from offchain_worker.storage.store import StoreError

from . import output
from .settings import JsonOption, settings

ROOT = Path(__file__).resolve().parents[2]
SOLC_VERSION = "0.8.30"
PACKAGES = (
    "eth-brownie",
    "web3",
    "eth-account",
    "py-solc-x",
    "ipfshttpclient",
    "numpy",
    "polars",
    "streamlit",
    "pytest",
)


@dataclass(frozen=True)
class Finding:
    """One thing looked for; `remedy` is empty when it is there."""

    what: str
    present: bool
    detail: str
    remedy: str = ""


def _version(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return found.group(0) if found else None


def _tool(what: str, command: list[str], wanted: str, remedy: str) -> Finding:
    version = _version(command)
    if version is None:
        return Finding(what, False, "not found", remedy)
    fits = tuple(map(int, version.split("."))) >= tuple(map(int, wanted.split(".")))
    return Finding(what, fits, version, "" if fits else f"{wanted} or later is needed; {remedy}")


def _packages() -> list[Finding]:
    found = []
    for package in PACKAGES:
        try:
            found.append(Finding(package, True, importlib.metadata.version(package)))
        except importlib.metadata.PackageNotFoundError:
            found.append(Finding(package, False, "not installed", "run `make setup`"))
    return found


def _store(place: str, store: places.Store) -> Finding:
    try:
        return Finding("store", True, f"{place} keeps {len(store.kept())} blocks")
    except StoreError as error:
        return Finding("store", False, str(error), "start it or set --store")


def examine() -> list[Finding]:
    """Look for everything that `make setup` installs and the two things it cannot."""
    node_modules = ROOT / "node_modules"
    solc = Path(os.environ.get("SOLCX_BINARY_PATH") or Path.home() / ".solcx") / f"solc-v{SOLC_VERSION}"
    python = ".".join(map(str, sys.version_info[:3]))
    return [
        Finding("Python", sys.version_info >= (3, 11), python, "" if sys.version_info >= (3, 11) else "install 3.11"),
        _tool("Node.js", ["node", "--version"], "20.0.0", "install Node.js 20 or later"),
        _tool("make", ["make", "--version"], "3.81", "install make"),
        _tool("anvil", [str(node_modules / ".bin" / "anvil"), "--version"], "1.7.1", "run `make setup`"),
        _tool("forge", [str(node_modules / ".bin" / "forge"), "--version"], "1.7.1", "run `make setup`"),
        _tool(f"solc {SOLC_VERSION}", [str(solc), "--version"], SOLC_VERSION, "run `make setup`"),
        Finding(
            "OpenZeppelin",
            (node_modules / "@openzeppelin" / "contracts").is_dir(),
            "node_modules/@openzeppelin",
            "run `make setup`",
        ),
        *_packages(),
    ]


def doctor(
    context: typer.Context,
    as_json: JsonOption = False,
) -> None:
    """Say what is there, what is missing and how to get it. Exit 1 if something is missing."""
    findings = examine()
    chosen = settings(context)
    if chosen.rpc is not None:
        from offchain_worker.chain.connection import Connection
        from offchain_worker.chain.errors import ChainUnavailable

        try:
            number = Connection(chosen.rpc, attempts=1).stamp().number
            findings.append(Finding("node", True, f"{chosen.rpc} at block {number}"))
        except ChainUnavailable as error:
            findings.append(Finding("node", False, str(error), "start it or set --rpc"))
    if chosen.store is not None:
        findings += [_store(place, store) for place, store in places.named(chosen.store)]
    for what, path in (("deployment", chosen.deployment), ("identity", chosen.identity)):
        if path is not None:
            findings.append(Finding(what, path.exists(), str(path), "" if path.exists() else f"{path} does not exist"))

    def show(_: object) -> None:
        for finding in findings:
            mark = "ok     " if finding.present else "MISSING"
            line = f"{mark} {finding.what}: {finding.detail}"
            output.results.print(line if finding.present else f"{line} → {finding.remedy}", markup=False)

    result = [
        {"what": f.what, "present": f.present, "detail": f.detail, "remedy": "" if f.present else f.remedy}
        for f in findings
    ]
    output.emit({"ok": all(f.present for f in findings), "findings": result}, as_json, show)
    if not all(f.present for f in findings):
        raise typer.Exit(1)
