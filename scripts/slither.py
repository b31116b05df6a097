"""Run Slither over the contracts: every detector of high and medium impact, but those answered below.

Slither lives in `build/slither-venv`, from `requirements-slither.lock`. It reads what `forge build --build-info` would
leave, which is made here by the pinned compiler without generating code: that takes seconds instead of minutes. Exit 1
on any finding.

    python -m scripts.slither
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import tool_venv
from scripts.toolchain import SOLC_VERSION, install_solc

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "slither"
ANSWERED = {
    "divide-before-multiply": "Months counts calendar months: dropping the rest of a division is what is meant",
    "incorrect-equality": "compares states, counts and ids with zero, never a balance that somebody could push",
    "uninitialized-local": "sums and flags that begin at zero",
    "unused-return": "the other members of a tuple, and the results of pushes that cannot fail",
}
"""Detectors left out, and why each of their findings is meant."""


def build_info() -> None:
    """Parse every contract and leave its syntax trees where Slither looks for Forge's."""
    sources = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "contracts").rglob("*.sol"))]
    wanted = {
        "language": "Solidity",
        "sources": {path: {"content": (ROOT / path).read_text(encoding="utf-8")} for path in sources},
        "settings": {
            "remappings": ["@openzeppelin=node_modules/@openzeppelin"],
            "evmVersion": "cancun",
            "outputSelection": {"*": {"": ["ast"], "*": ["abi", "devdoc", "userdoc"]}},
        },
    }
    command = [install_solc(), "--standard-json", "--base-path", ".", "--allow-paths", "."]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(wanted), capture_output=True, text=True, check=True)
    output = json.loads(done.stdout)
    faults = [error["formattedMessage"] for error in output.get("errors", []) if error["severity"] == "error"]
    if faults:
        raise SystemExit("".join(faults))
    nothing = {"object": "", "opcodes": "", "sourceMap": "", "linkReferences": {}}
    for contracts in output["contracts"].values():
        for contract in contracts.values():
            contract["evm"] = {"bytecode": nothing, "deployedBytecode": nothing, "methodIdentifiers": {}}
    shutil.rmtree(WORK, ignore_errors=True)
    folder = WORK / "out" / "build-info"
    folder.mkdir(parents=True)
    (WORK / "foundry.toml").write_text('[profile.default]\nsrc = "contracts"\nout = "out"\nlibs = ["node_modules"]\n')
    for name in ("contracts", "interfaces", "node_modules"):
        (WORK / name).symlink_to(ROOT / name, target_is_directory=True)
    info = {"solcVersion": SOLC_VERSION, "solcLongVersion": SOLC_VERSION, "input": wanted, "output": output}
    (folder / "daisee.json").write_text(json.dumps(info | {"_format": "ethers-rs-sol-build-info-1"}), encoding="utf-8")


def run() -> int:
    """Slither's exit code: 0 without findings."""
    programs = tool_venv.programs("slither")
    build_info()
    listed = subprocess.run(
        [programs / "slither", "--list-detectors-json"], capture_output=True, text=True, check=True
    ).stdout
    detectors = sorted(
        detector["check"]
        for detector in json.loads(listed)
        if detector["impact"] in ("High", "Medium") and detector["check"] not in ANSWERED
    )
    forge = sorted((ROOT / "node_modules" / "@foundry-rs").glob("forge-*/bin"))
    path = os.pathsep.join([*map(str, forge), os.environ["PATH"]])
    command = [programs / "slither", ".", "--compile-force-framework", "foundry", "--ignore-compile"]
    command += ["--foundry-out-directory", "out", "--detect", ",".join(detectors)]
    command += ["--filter-paths", "node_modules|contracts/test", "--disable-color"]
    return subprocess.run(command, cwd=WORK, env=os.environ | {"PATH": path}, check=False).returncode


if __name__ == "__main__":
    sys.exit(run() and 1)
