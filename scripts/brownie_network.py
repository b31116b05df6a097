"""Connect Brownie to a chain at an address, without a `networks:` block (Brownie 1.22.2 fails on one)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import brownie
from brownie._config import CONFIG

ROOT = Path(__file__).resolve().parent.parent


def connect_local(url: str) -> None:
    """Connect to the running local chain at `url` as a development network (snapshots and clock allowed)."""
    host, port = url.rsplit(":", 1)
    CONFIG.networks["daisee-local"] = {
        "id": "daisee-local",
        "name": "Local chain of DAISEE",
        "cmd": "anvil",
        "host": host,
        "timeout": 60,
        "cmd_settings": {"port": int(port)},
    }
    brownie.network.connect("daisee-local")
    brownie.network.gas_limit("auto")
    brownie.network.gas_price(0)


def load_project() -> Any:
    """Load (and compile what changed of) the contracts."""
    return brownie.project.load(str(ROOT), name="Daisee")
