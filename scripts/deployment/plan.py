"""The plan of a deployment: what is decided beforehand, read, checked, and turned into constructors' arguments.

The contracts name each other in their constructors, so every address is predicted from the deployer and its nonce.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from web3 import Web3
from web3.utils.address import get_create_address

from offchain_worker.chain.contract import selector
from offchain_worker.chain.governor import Majority
from offchain_worker.domain import key, tariff

# In the order of deployment: the nonce of each is the deployer's first nonce plus its place.
ORDER = (
    "EuroToken",
    "CommunityRegistry",
    "KeyGovernor",
    "RuleBook",
    "MeterDataRegistry",
    "AttestationHub",
    "Settlement",
)

FIELDS: Mapping[str, type] = {
    "deployerNonce": int,
    "provider": str,
    "gridOperator": str,
    "auditors": list,
    "agreement": str,
    "replacementDelay": int,
    "votingAge": int,
    "founders": list,
    "votingDelay": int,
    "votingPeriod": int,
    "lateQuorumExtension": int,
    "quorumPpm": int,
    "maximumProxies": int,
    "doubleMajority": bool,
    "notice": int,
    "key": dict,
    "tariff": dict,
    "conformity": str,
    "program": str,
    "stepSeconds": int,
    "firstPeriod": int,
    "calendar": list,
    "workers": list,
    "quorum": int,
    "reopenDelay": int,
    "challengeWindow": int,
    "reserveCents": int,
}
"""What a plan must say; `euroToken` it may."""
ENTRIES: Mapping[str, Sequence[str]] = {
    "founders": ("wallet", "kind", "digest", "signature"),
    "workers": ("address", "endpoint"),
}
LARGEST_CREATION = 49_152
"""Bytes of code and arguments that a chain takes for a new contract (EIP-3860)."""


def read(path: Path) -> dict[str, Any]:
    """Read a plan. SystemExit naming the file and the field that is missing, unknown or of another kind."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SystemExit(f"error: {path}: no plan can be read ({error})") from error
    if not isinstance(found, dict):
        raise SystemExit(f"error: {path}: a plan is an object with the fields of docs/reference/configuration.md")
    for name, kind in FIELDS.items():
        if name not in found:
            raise SystemExit(f"error: {path}: {name} is missing")
        if type(found[name]) is not kind:
            raise SystemExit(f"error: {path}: {name} is {found[name]!r}, not {_WORDS[kind]}")
    for name in found.keys() - FIELDS.keys() - {"euroToken"}:
        raise SystemExit(f"error: {path}: there is no field {name}")
    for name, parts in ENTRIES.items():
        for at, entry in enumerate(found[name]):
            if not isinstance(entry, dict) or entry.keys() != set(parts):
                raise SystemExit(f"error: {path}: {name}[{at}] does not have exactly {', '.join(parts)}")
    return found


_WORDS = {int: "a whole number", str: "a text", list: "a list", dict: "an object", bool: "true or false"}


def order_of(plan: dict[str, Any]) -> tuple[str, ...]:
    """What is to be deployed: where the plan names a `euroToken` that stands already, no token of ours."""
    return tuple(name for name in ORDER if name != "EuroToken" or "euroToken" not in plan)


def predicted_addresses(deployer: str, nonce: int, order: Sequence[str] = ORDER) -> dict[str, str]:
    """Where each contract will stand if `deployer` starts at `nonce`."""
    return {
        name: Web3.to_checksum_address(get_create_address(deployer, nonce + place))  # type: ignore[arg-type]
        for place, name in enumerate(order)
    }


# What more than half of the votes decides: the rules of every period, who audits, the calendar's years. All other calls
# need two thirds. With `doubleMajority` the first two also need a majority among producers and among consumers.
ORDINARY_CALLS = (
    ("RuleBook", "setKey"),
    ("RuleBook", "setTariff"),
    ("RuleBook", "setConformity"),
    ("CommunityRegistry", "setAuditor"),
    ("MeterDataRegistry", "extendCalendar"),
)


def call_majorities(double_majority: bool, places: dict[str, str]) -> list[tuple[str, bytes, int]]:
    """The governor's list: target, selector, majority."""
    return [
        (
            places[contract],
            selector(contract, function),
            Majority.DOUBLE if double_majority and function in ("setKey", "setTariff") else Majority.ORDINARY,
        )
        for contract, function in ORDINARY_CALLS
    ]


def constructor_arguments(plan: dict[str, Any], places: dict[str, str]) -> dict[str, list[Any]]:
    """The arguments of each constructor, from the plan and the predicted addresses."""
    founders = [(f["wallet"], f["kind"], f["digest"], f["signature"]) for f in plan["founders"]]
    workers = plan["workers"]
    return {
        "EuroToken": [],
        "CommunityRegistry": [
            places["KeyGovernor"],
            plan["provider"],
            plan["gridOperator"],
            plan["auditors"],
            places["MeterDataRegistry"],
            plan["agreement"],
            plan["replacementDelay"],
            plan["votingAge"],
            founders,
        ],
        "KeyGovernor": [
            places["CommunityRegistry"],
            (
                plan["votingDelay"],
                plan["votingPeriod"],
                plan["lateQuorumExtension"],
                plan["quorumPpm"],
                plan["maximumProxies"],
            ),
            call_majorities(plan["doubleMajority"], places),
        ],
        "RuleBook": [
            places["KeyGovernor"],
            places["CommunityRegistry"],
            plan["notice"],
            key.parse(json.dumps(plan["key"])).abi(),
            tariff.parse(json.dumps(plan["tariff"])).abi(),
            plan["conformity"].encode(),
            plan["program"],
        ],
        "MeterDataRegistry": [
            places["CommunityRegistry"],
            places["RuleBook"],
            places["AttestationHub"],
            places["Settlement"],
            plan["stepSeconds"],
            plan["firstPeriod"],
            plan["calendar"],
        ],
        "AttestationHub": [
            places["KeyGovernor"],
            places["MeterDataRegistry"],
            places["Settlement"],
            [worker["address"] for worker in workers],
            [worker["endpoint"] for worker in workers],
            plan["quorum"],
            plan["reopenDelay"],
        ],
        "Settlement": [
            places["KeyGovernor"],
            places["CommunityRegistry"],
            places["MeterDataRegistry"],
            places["AttestationHub"],
            places["EuroToken"],
            plan["challengeWindow"],
            plan["reserveCents"],
        ],
    }


def check_sizes(project: Any, plan: dict[str, Any], arguments: Mapping[str, list[Any]]) -> None:
    """SystemExit if a contract with its arguments is larger than a chain takes, before anything is deployed."""
    for name in order_of(plan):
        size = len(project[name].deploy.encode_input(*arguments[name])) // 2 - 1
        if size > LARGEST_CREATION:
            why = f"the plan has {len(plan['founders'])} founders: found with fewer and enrol the others later"
            raise SystemExit(
                f"error: {name} with its arguments has {size} bytes, a chain takes {LARGEST_CREATION}"
                + (f"; {why}" if name == "CommunityRegistry" else "")
            )
