"""Gas figures by name, equal to the unit to those in `tests/gas/<Contract>.json`.

The figures are whole transactions. A change that means to change them is recorded with

    GAS_UPDATE=1 .venv/bin/pytest tests/contracts -k gas

and shows in the diff.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "gas"


def check(contract: str, measured: dict[str, int]) -> None:
    """`measured` is all of the contract's figures, name for name; rewrites the file instead if GAS_UPDATE is 1."""
    path = FOLDER / f"{contract}.json"
    if os.environ.get("GAS_UPDATE") == "1":
        path.write_text(json.dumps(measured, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    assert measured == json.loads(path.read_text(encoding="utf-8"))
