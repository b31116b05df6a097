"""Run Slither over the contracts, with the detectors and the answers of `slither.toml`.

Slither lives in `build/slither-venv`, from `requirements-slither.lock`. It reads what `forge build --build-info` would
leave, which is made here by the pinned compiler without generating code: that takes seconds instead of minutes. Exit 1
on a finding that is not answered, an answer that finds nothing, or a list of detectors that is not the locked version's.

    python -m scripts.slither
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from scripts import tool_venv
from scripts.toolchain import SOLC_VERSION, install_solc

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "slither"
SETTINGS = ROOT / "scripts" / "slither.toml"


class Finding(NamedTuple):
    """One result: the detector, the contract's function, and the expression or variable as Slither writes it."""

    detector: str
    place: str
    code: str


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


def finding(result: Mapping[str, Any]) -> Finding:
    """Read one result of Slither's JSON; what has no function or expression is named by its description."""
    elements = result["elements"]
    inner = (
        elements[1] if len(elements) > 1 and elements[0]["type"] == "function" else elements[0] if elements else None
    )
    function = inner and inner["type_specific_fields"].get("parent")
    if not function or function["type"] != "function":
        return Finding(result["check"], "", result["description"].strip())
    contract = function["type_specific_fields"]["parent"]["name"]
    return Finding(result["check"], f"{contract}.{function['name']}", inner["name"])


def compare(found: Iterable[Finding], answers: Iterable[Mapping[str, str]]) -> list[str]:
    """A line for each finding that has no answer, and for each answer that has no finding or gives no reason."""
    given = {Finding(each["detector"], each["place"], each["code"]): each["why"].strip() for each in answers}
    seen = set(found)
    lines = [f"not answered: {each.detector}: {each.place}: {each.code}" for each in sorted(seen - given.keys())]
    lines += [f"answers nothing: {each.detector}: {each.place}: {each.code}" for each in sorted(given.keys() - seen)]
    return lines + [f"without a reason: {each.detector}: {each.place}" for each, why in given.items() if not why]


def detectors_differ(wanted: Sequence[str], listed: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each detector that Slither has at high or medium impact and the list lacks, or the other way round."""
    has = {each["check"] for each in listed if each["impact"] in ("High", "Medium")}
    lines = [f"a detector that slither.toml does not list: {name}" for name in sorted(has - set(wanted))]
    return lines + [f"no detector of this Slither: {name}" for name in sorted(set(wanted) - has)]


def run() -> list[str]:
    """What is wrong, a line each."""
    programs = tool_venv.programs("slither")
    settings = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    listed = subprocess.run(
        [programs / "slither", "--list-detectors-json"], capture_output=True, text=True, check=True
    ).stdout
    wrong = detectors_differ(settings["detectors"], json.loads(listed))
    build_info()
    forge = sorted((ROOT / "node_modules" / "@foundry-rs").glob("forge-*/bin"))
    path = os.pathsep.join([*map(str, forge), os.environ["PATH"]])
    command = [programs / "slither", ".", "--compile-force-framework", "foundry", "--ignore-compile"]
    command += ["--foundry-out-directory", "out", "--detect", ",".join(settings["detectors"]), "--json", "-"]
    command += ["--filter-paths", "node_modules|contracts/test"]
    done = subprocess.run(
        command, cwd=WORK, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
    )
    try:
        said = json.loads(done.stdout)
    except ValueError:
        said = {"success": False, "error": done.stderr}
    if not said["success"]:
        return [*wrong, f"Slither failed: {said['error']}"]
    found = [finding(result) for result in said["results"].get("detectors", [])]
    print(
        f"slither: {len(settings['detectors'])} detectors, {len(found)} findings, {len(settings['answers'])} answered"
    )
    return wrong + compare(found, settings["answers"])


def main() -> int:
    """Print what is wrong; 1 if anything is."""
    wrong = run()
    for line in wrong:
        print(f"error: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
