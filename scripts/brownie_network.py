"""Connect Brownie to a chain at an address, without a `networks:` block (Brownie 1.22.2 fails on one)."""

from __future__ import annotations

import json
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


def connect_network(name: str | None, url: str | None, max_fee_gwei: int | None) -> None:
    """Connect to a network Brownie knows by name, or to any node by address; every transaction under the fee cap.

    SystemExit for a name that Brownie does not know.
    """
    if name is None:
        # With a `cmd`, Brownie keeps no list of deployments, which it would expect to find again on the next chain of
        # the same id; without `launch_rpc` it leaves the node alone.
        name, host = "daisee-rpc", {"host": url, "cmd": "", "timeout": 60, "cmd_settings": {}}
        CONFIG.networks[name] = {"id": name, "name": "Given by its address", **host}
    elif name not in CONFIG.networks:
        raise SystemExit(f"error: Brownie knows no network {name}: see `brownie networks list`, or give --rpc URL")
    brownie.network.connect(name, launch_rpc=False)
    brownie.network.gas_limit("auto")
    brownie.network.priority_fee("auto")
    if max_fee_gwei is not None:
        brownie.network.max_fee(f"{max_fee_gwei} gwei")


def _mend_deployment_map(path: Path) -> None:
    """Remove Brownie's own list of deployments if a kill left it half written: Brownie fails on it, we do not use it."""
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    except ValueError:
        path.unlink()


def load_project() -> Any:
    """Load (and compile what changed of) the contracts."""
    _mend_deployment_map(ROOT / "build" / "deployments" / "map.json")
    return brownie.project.load(str(ROOT), name="Daisee")
