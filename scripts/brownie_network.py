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

    SystemExit for a name that Brownie does not know, or a node of another chain than the name's.
    """
    if name is not None and name not in CONFIG.networks:
        raise SystemExit(f"error: Brownie knows no network {name}: see `brownie networks list`, or give --rpc URL")
    found = CONFIG.networks[name] if name is not None else {"host": url, "timeout": 60}
    # With a `cmd`, Brownie keeps no list of deployments, which it would expect to find again on the next chain of the
    # same id; without `launch_rpc` it leaves the node alone.
    place = f"daisee-{name or 'rpc'}"
    CONFIG.networks[place] = {**found, "id": place, "name": "Where DAISEE deploys", "cmd": "", "cmd_settings": {}}
    brownie.network.connect(place, launch_rpc=False)
    if "chainid" in found and int(found["chainid"]) != brownie.chain.id:
        raise SystemExit(f"error: {name} is chain {found['chainid']}, its node is of chain {brownie.chain.id}")
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
