"""Deploy a community with Brownie: every contract at the address the others were told, nothing kept by the deployer.

The contracts name each other in their constructors, so their addresses are predicted from the deployer and its nonce,
and the founders sign their consents for the predicted registry. If the nonce has moved since, the script stops before
it deploys anything.

    python -m scripts.deploy --rpc URL --plan PLAN.json --out DEPLOYMENT.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from web3 import Web3
from web3.utils.address import get_create_address

from offchain_worker.chain.contract import selector
from offchain_worker.chain.deployment import Deployment
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


def predicted_addresses(deployer: str, nonce: int) -> dict[str, str]:
    """Where each contract will stand if `deployer` starts at `nonce`."""
    return {
        name: Web3.to_checksum_address(get_create_address(deployer, nonce + place))  # type: ignore[arg-type]
        for place, name in enumerate(ORDER)
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


def deploy(project: Any, account: Any, plan: dict[str, Any]) -> tuple[Deployment, dict[str, int]]:
    """Deploy the plan from a Brownie account. Returns the deployment and the gas each contract took.

    Raises SystemExit if the deployer's nonce is not the one the plan's addresses were predicted for.
    """
    import brownie

    if account.nonce != plan["deployerNonce"]:
        raise SystemExit(
            f"error: the deployer's nonce is {account.nonce}, the consents were signed for {plan['deployerNonce']}: "
            "predict the addresses again and let the founders sign again"
        )
    places = predicted_addresses(account.address, account.nonce)
    arguments = constructor_arguments(plan, places)
    first_block = brownie.chain.height + 1
    gas = {}
    for name in ORDER:
        deployed = project[name].deploy(*arguments[name], {"from": account})
        gas[name] = int(deployed.tx.gas_used)
        if deployed.address != places[name]:
            raise SystemExit(f"error: {name} stands at {deployed.address}, not at the predicted {places[name]}")
    return Deployment(brownie.chain.id, first_block, places), gas


def main() -> None:
    """Deploy from the chain's first account, as on a local chain."""
    import brownie

    from scripts import brownie_network

    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--rpc", required=True)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    plan = json.loads(options.plan.read_text(encoding="utf-8"))
    project = brownie_network.load_project()
    brownie_network.connect_local(options.rpc)
    deployment, gas = deploy(project, brownie.accounts[0], plan)
    options.out.write_text(deployment.to_json(), encoding="utf-8")
    print(json.dumps(gas))


if __name__ == "__main__":
    main()
