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
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from web3.exceptions import ContractLogicError

from offchain_worker.chain.connection import Connection
from offchain_worker.chain.contract import refusal
from offchain_worker.chain.deployment import LOCAL_CHAINS, Deployment
from offchain_worker.storage import keystore
from offchain_worker.storage.identity import IdentityError
from scripts.deployment import plan as plans
from scripts.deployment.plan import constructor_arguments, order_of, predicted_addresses
from scripts.deployment.progress import Progress
from scripts.deployment.verify import verify

ROOT = Path(__file__).resolve().parent.parent


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
    plans.check_sizes(project, plan, arguments)
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
            try_out(project, account, name, arguments[name])
            deployed = project[name].deploy(*arguments[name], {"from": account, "allow_revert": False})
            gas[name] = int(deployed.tx.gas_used)
        tell(name, stands)
    verify(project, plan, places)
    progress.unlink()
    return Deployment(brownie.chain.id, begun.block, places), gas


def try_out(project: Any, account: Any, name: str, arguments: list[Any]) -> None:
    """Ask the node what would become of it, which costs nothing. SystemExit with the contract's own reason."""
    import brownie

    creation = project[name].deploy.encode_input(*arguments)
    try:
        brownie.web3.eth.call({"from": account.address, "data": creation})
    except ValueError as error:  # Brownie's middleware gives the node's answer as it is
        said = error.args[0] if error.args and isinstance(error.args[0], dict) else {"message": str(error)}
        why = ContractLogicError(said["message"], data=said.get("data"))
        raise SystemExit(f"error: {refusal(name, why)}") from error


def wait_for_pending(address: str, seconds: float = 300.0) -> None:
    """Wait for what an interrupted deployment has sent and nobody has mined yet."""
    import brownie

    eth, deadline = brownie.web3.eth, time.monotonic() + seconds
    while eth.get_transaction_count(address, "pending") > eth.get_transaction_count(address):
        if time.monotonic() > deadline:
            raise SystemExit(f"error: a transaction of {address} is not mined after {seconds:.0f} s; run this again")
        time.sleep(0.5)


def require_euro(chain_id: int, plan: dict[str, Any]) -> None:
    """SystemExit unless the plan names a euro token that stands: of the one that comes with us anybody may print more."""
    import brownie

    if "euroToken" not in plan:
        raise SystemExit(f"error: chain {chain_id} is not local: name its euro token as euroToken in the plan")
    if not brownie.web3.eth.get_code(plan["euroToken"]):
        raise SystemExit(f"error: there is no contract at euroToken {plan['euroToken']}")


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
    plan = plans.read(options.plan)

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
        require_euro(brownie.chain.id, plan)
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
