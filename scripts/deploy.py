"""Deploy a community with Brownie: every contract at the address the others were told, nothing kept by the deployer.

The contracts name each other in their constructors, so their addresses are predicted from the deployer and its nonce,
and the founders sign their consents for the predicted registry. If the nonce has moved since, the script stops before
it deploys anything. Interrupted anywhere, it goes on when run again with the same plan; what stands is verified.

    python -m scripts.deploy --rpc URL --plan PLAN.json [--keystore FILE] [--max-fee-gwei N] [--out DEPLOYMENT.json]
    python -m scripts.deploy --network sepolia --plan PLAN.json --keystore FILE

Beyond the local chain the deployer's key comes from a keystore, and `euroToken` in the plan names the euro token.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from web3 import Web3
from web3.utils.address import get_create_address

from offchain_worker.chain.connection import Connection
from offchain_worker.chain.contract import selector
from offchain_worker.chain.deployment import LOCAL_CHAINS, Deployment
from offchain_worker.chain.governor import Majority
from offchain_worker.domain import key, tariff
from offchain_worker.storage import keystore
from offchain_worker.storage.identity import IdentityError

ROOT = Path(__file__).resolve().parent.parent

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
NUMBERS = ("notice", "quorumPpm", "votingDelay", "votingPeriod", "stepSeconds", "firstPeriod", "reopenDelay")


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


@dataclass
class Progress:
    """A deployment under way, in a file: what was started where, so that an interrupted one goes on and no other does."""

    path: Path
    chain_id: int
    deployer: str
    nonce: int
    plan: str
    block: int

    @classmethod
    def start(cls, path: Path, chain_id: int, deployer: str, plan: dict[str, Any], block: int) -> Progress:
        """Take up the deployment in the file, or begin a new one; SystemExit if the file is of another one."""
        digest = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()
        begun = cls(path, chain_id, deployer, plan["deployerNonce"], digest, block)
        if path.exists():
            found = json.loads(path.read_text(encoding="utf-8"))
            wanted = {"chainId": chain_id, "deployer": deployer, "nonce": begun.nonce, "plan": digest}
            for name, value in wanted.items():
                if found[name] != value:
                    raise SystemExit(
                        f"error: {path} is of another deployment ({name} {found[name]}, now {value}); "
                        "finish that one with its own plan, or remove the file"
                    )
            begun.block = found["block"]
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "chainId": chain_id,
            "deployer": deployer,
            "nonce": begun.nonce,
            "plan": digest,
            "block": begun.block,
        }
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        return begun


def deploy(
    project: Any, account: Any, plan: dict[str, Any], progress: Path, tell: Callable[[str, bool], None]
) -> tuple[Deployment, dict[str, int]]:
    """Deploy what of the plan does not stand yet. Returns the deployment and the gas each new contract took.

    What stands is asked of the chain, so it may be interrupted anywhere. `tell` hears each contract's name and whether
    it stood already. Raises SystemExit if the deployer's nonce is not the one the plan's addresses were predicted for,
    or a contract is not what was compiled and agreed.
    """
    import brownie

    order = order_of(plan)
    places = predicted_addresses(account.address, plan["deployerNonce"], order)
    if "euroToken" in plan:
        places["EuroToken"] = plan["euroToken"]
    arguments = constructor_arguments(plan, places)
    begun = Progress.start(progress, brownie.chain.id, account.address, plan, brownie.chain.height + 1)
    wait_for_pending(account.address)
    gas = {}
    for place, name in enumerate(order):
        expected = plan["deployerNonce"] + place
        stands = bool(brownie.web3.eth.get_code(places[name]))
        if not stands:
            if account.nonce != expected:
                progress.unlink(missing_ok=place == 0)
                raise SystemExit(
                    f"error: the deployer's nonce is {account.nonce}, {name} was to be deployed with {expected}: "
                    "predict the addresses again and let the founders sign again"
                )
            deployed = project[name].deploy(*arguments[name], {"from": account, "allow_revert": False})
            gas[name] = int(deployed.tx.gas_used)
        tell(name, stands)
    verify(project, plan, places)
    progress.unlink()
    return Deployment(brownie.chain.id, begun.block, places), gas


def wait_for_pending(address: str, seconds: float = 300.0) -> None:
    """Wait for what an interrupted deployment has sent and nobody has mined yet."""
    import brownie

    eth, deadline = brownie.web3.eth, time.monotonic() + seconds
    while eth.get_transaction_count(address, "pending") > eth.get_transaction_count(address):
        if time.monotonic() > deadline:
            raise SystemExit(f"error: a transaction of {address} is not mined after {seconds:.0f} s; run this again")
        time.sleep(0.5)


def verify(project: Any, plan: dict[str, Any], places: dict[str, str]) -> None:
    """Each contract's code is what was compiled, and each points at the others and has the plan's numbers.

    Immutables stand in the code where the compiler left zeros: elsewhere every byte is compared, and the immutables
    themselves are read. Raises SystemExit naming the contract and what differs.
    """
    import brownie

    for name in order_of(plan):
        compiled = bytes.fromhex(project[name]._build["deployedBytecode"])
        found = bytes(brownie.web3.eth.get_code(places[name]))
        same = len(compiled) == len(found) and all(a == b or a == 0 for a, b in zip(compiled, found, strict=True))
        if not same:
            raise SystemExit(f"error: {name} at {places[name]} is not the code that was compiled")
        contract = brownie.web3.eth.contract(address=places[name], abi=project[name].abi)
        getters = {entry["name"] for entry in project[name].abi if entry["type"] == "function" and not entry["inputs"]}
        agreed = {getter: places[target] for getter, target in POINTERS.items()} | {n: plan[n] for n in NUMBERS}
        for getter in sorted(getters & agreed.keys()):
            said = contract.functions[getter]().call()
            if said != agreed[getter]:
                raise SystemExit(f"error: {name}.{getter} is {said}, agreed was {agreed[getter]}")


def account_of(options: argparse.Namespace) -> Any:
    """Who deploys: a keystore, or on the local chain its first account."""
    import brownie

    if options.keystore is None:
        return brownie.accounts[0]
    try:
        return brownie.accounts.add(keystore.signing_key(options.keystore).hex())
    except IdentityError as error:
        raise SystemExit(f"error: {error}") from error


def main() -> None:
    """Deploy, or go on where an interrupted deployment stopped."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--rpc", help="address of a node")
    where.add_argument("--network", help="a network of Brownie's own list")
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="default: deployments/<chain id>.json")
    parser.add_argument("--keystore", type=Path, help="the deployer's keystore (password: DAISEE_PASSWORD_FILE)")
    parser.add_argument("--max-fee-gwei", type=int, help="the most a unit of gas may cost")
    options = parser.parse_args()
    plan = json.loads(options.plan.read_text(encoding="utf-8"))

    import brownie

    from scripts import brownie_network

    chain_id = Connection(options.rpc).chain_id if options.rpc is not None else None
    if options.keystore is None and chain_id not in LOCAL_CHAINS:
        raise SystemExit(
            f"error: {options.network or f'chain {chain_id}'} is not local: give --keystore FILE; plain keys are for "
            "the local chain"
        )
    project = brownie_network.load_project()
    if chain_id in LOCAL_CHAINS:
        brownie_network.connect_local(options.rpc)
    else:
        brownie_network.connect_network(options.network, options.rpc, options.max_fee_gwei)
    out = options.out or ROOT / "deployments" / f"{brownie.chain.id}.json"
    account = account_of(options)

    def tell(name: str, stood: bool) -> None:
        sys.stderr.write(f"{name}: {'stands already' if stood else 'deployed'}\n")

    deployment, gas = deploy(project, account, plan, out.with_suffix(".partial"), tell)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(deployment.to_json(), encoding="utf-8")
    print(json.dumps(gas))


if __name__ == "__main__":
    main()
