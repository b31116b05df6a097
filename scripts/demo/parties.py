"""The demo's file of parties, for bills on paper: `scripts/villeurbanne/parties.json` with the members' numbers on chain.

Names, addresses and accounts are invented. A real provider keeps this file to itself.
"""

from __future__ import annotations

import json
from pathlib import Path

from scripts.demo.cast import FOLDER
from scripts.demo.stage import Stage


def write(stage: Stage) -> Path:
    """Write `parties.json` into the demo's folder: who enrolled, by the index they got."""
    document = json.loads((FOLDER / "parties.json").read_text(encoding="utf-8"))
    named = {party["name"]: party for party in document["members"].values()}
    members = sorted((index, name) for name, index in stage.members.items())
    document["members"] = {str(index): named[name] for index, name in members}
    path = stage.folder / "parties.json"
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
