"""What stands is compared with what was compiled and agreed: code, pointers, numbers, roles, rules, majorities."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from offchain_worker.chain.governor import Majority
from offchain_worker.domain import canonical, key, tariff

from .plan import call_majorities, order_of

POINTERS = {
    "registry": "CommunityRegistry",
    "governor": "KeyGovernor",
    "ruleBook": "RuleBook",
    "meterData": "MeterDataRegistry",
    "hub": "AttestationHub",
    "settlement": "Settlement",
    "euro": "EuroToken",
}
"""What a contract calls the contracts it points at."""
AGREED = {
    "CommunityRegistry": ("provider", "gridOperator", "auditors", "agreement", "replacementDelay", "votingAge"),
    "KeyGovernor": ("votingDelay", "votingPeriod", "lateQuorumExtension", "quorumPpm", "maximumProxies"),
    "RuleBook": ("notice",),
    "MeterDataRegistry": ("stepSeconds", "firstPeriod"),
    "AttestationHub": ("quorum", "reopenDelay"),
    "Settlement": ("challengeWindow",),
}
"""What a contract says under the plan's own name for it."""


def verify(project: Any, plan: dict[str, Any], places: dict[str, str]) -> None:
    """Compare every contract of the plan. Raises SystemExit naming the contract and what differs.

    Immutables stand in the code where the compiler left zeros: elsewhere every byte is compared, and the immutables
    themselves are read.
    """
    import brownie

    for name in order_of(plan):
        compiled = bytes.fromhex(project[name]._build["deployedBytecode"])
        found = bytes(brownie.web3.eth.get_code(places[name]))
        same = len(compiled) == len(found) and all(a == b or a == 0 for a, b in zip(compiled, found, strict=True))
        if not same:
            raise SystemExit(f"error: {name} at {places[name]} is not the code that was compiled")
    contracts = {
        name: brownie.web3.eth.contract(address=places[name], abi=project[name].abi)
        for name in order_of(plan)
        if name != "EuroToken"
    }
    for name, contract in contracts.items():
        for what, said, agreed in _said_and_agreed(name, contract, plan, places):
            if _plain(said) != _plain(agreed):
                raise SystemExit(f"error: {name}.{what} is {_plain(said)}, agreed was {_plain(agreed)}")


def _said_and_agreed(
    name: str, contract: Any, plan: dict[str, Any], places: dict[str, str]
) -> Iterator[tuple[str, Any, Any]]:
    """What one contract says, beside what was agreed, each under its name."""
    getters = {entry["name"] for entry in contract.abi if entry["type"] == "function" and not entry["inputs"]}
    for getter, target in POINTERS.items():
        if getter in getters:
            yield getter, contract.functions[getter]().call(), places[target]
    for getter in AGREED[name]:
        yield getter, contract.functions[getter]().call(), plan[getter]
    if name == "CommunityRegistry":
        yield "memberCount", contract.functions.memberCount().call(), len(plan["founders"])
    if name == "KeyGovernor":
        for target, call, majority in call_majorities(plan["doubleMajority"], places):
            yield f"majorityOf({target}, {call.hex()})", contract.functions.majorityOf(target, 0, call).call(), majority
        strictest = Majority.DOUBLE if plan["doubleMajority"] else Majority.TWO_THIRDS
        yield "strictest", contract.functions.strictest().call(), strictest
    if name == "RuleBook":
        yield "rulesAt(0)", contract.functions.rulesAt(0).call(), _rules(plan)
    if name == "MeterDataRegistry":
        year, month = divmod(plan["firstPeriod"], 100)
        months = 12 * year + month - 1 + len(plan["calendar"]) - 2
        last = 100 * (months // 12) + months % 12 + 1
        yield f"boundsOf({last})", contract.functions.boundsOf(last).call(), plan["calendar"][-2:]
    if name == "AttestationHub":
        seats = [contract.functions.workerAt(at).call() for at in range(contract.functions.workerCount().call())]
        agreed = [(worker["address"], worker["endpoint"], True) for worker in plan["workers"]]
        yield "workers", seats, agreed
    if name == "Settlement":
        yield "reserve", contract.functions.reserve().call(), plan["reserveCents"]


def _rules(plan: dict[str, Any]) -> tuple[bytes, bytes, bytes, bytes]:
    """The hashes of the founding rules."""
    return (
        key.parse(json.dumps(plan["key"])).hash(),
        tariff.parse(json.dumps(plan["tariff"])).hash(),
        canonical.digest(plan["conformity"].encode()),
        bytes.fromhex(plan["program"].removeprefix("0x")),
    )


def _plain(value: Any) -> Any:
    """Lists for sequences and lower-case hex for bytes and addresses, so that two spellings of one value are equal."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value.lower() if isinstance(value, str) else value
