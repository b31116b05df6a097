"""Write the ABIs that the worker reads from what Brownie compiled: `offchain_worker/chain/abi/<Contract>.json`.

The worker runs without Brownie and without a compiler, so its ABIs are committed; a test compares them with a
fresh build. Run with `--check` to compare instead of writing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = (
    "CommunityRegistry",
    "KeyGovernor",
    "RuleBook",
    "MeterDataRegistry",
    "AttestationHub",
    "Settlement",
    "EuroToken",
)
TARGET = ROOT / "offchain_worker" / "chain" / "abi"


def exported(name: str) -> str:
    """The ABI of a compiled contract as the file's text: sorted, one entry a line, so that changes are readable."""
    build = json.loads((ROOT / "build" / "contracts" / f"{name}.json").read_text(encoding="utf-8"))
    entries = sorted(build["abi"], key=lambda entry: (entry["type"], entry.get("name", ""), json.dumps(entry)))
    lines = ",\n".join(json.dumps(entry, separators=(",", ":"), sort_keys=True) for entry in entries)
    return f"[\n{lines}\n]\n"


def main() -> None:
    """Write or check every ABI."""
    stale = []
    for name in CONTRACTS:
        path = TARGET / f"{name}.json"
        text = exported(name)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    print("ABIs written: " + ", ".join(stale) if stale else "ABIs are up to date")
    if stale and "--check" in sys.argv:
        raise SystemExit("error: run `make abi` and commit the result")


if __name__ == "__main__":
    main()
