"""Deploying on a chain that is not the local one: by address or by Brownie's name, with a keystore and that chain's own
euro, killed in the middle, finished, verified.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from rich.console import Console

from offchain_worker.chain import community
from offchain_worker.chain.connection import Connection
from offchain_worker.chain.deployment import read
from offchain_worker.storage import identity as identities
from offchain_worker.storage import keystore
from scripts import deploy, local_chain, toolchain
from scripts.demo import charter, story
from scripts.demo.voice import Voice
from scripts.deployment.plan import ORDER, order_of
from tests.conftest import ROOT

CHAIN_ID = 424242


class Somewhere:
    """A chain of its own, a plan for it, and a deployer whose key is in a keystore."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.connection = Connection(url)
        self.deployer = identities.fresh()
        keystore.seal(self.deployer, folder / "deployer.json", "p", 1 << 10)
        (folder / "password").write_text("p")
        (folder / "password").chmod(0o600)
        self.connection.web3.provider.make_request("anvil_setBalance", [self.deployer.address, hex(10**20)])  # type: ignore[arg-type]
        stage = story.open_stage("2016-06", folder / "demo", url, Voice(Console(file=io.StringIO())))
        assert stage.month == date(2016, 6, 1)
        self.euro = self.deploy_euro()
        # The founders sign for the registry's address, the deployer's next: without a token of ours that is nonce 1.
        self.plan = charter.plan(stage, self.deployer.address, 0) | {"deployerNonce": 1, "euroToken": self.euro}
        self.write(self.plan)
        order = order_of(self.plan)
        self.places = deploy.predicted_addresses(self.deployer.address, 1, order) | {"EuroToken": self.euro}

    def deploy_euro(self) -> str:
        """The euro of this chain: there before the community, as anywhere in earnest."""
        build = json.loads((ROOT / "build" / "contracts" / "EuroToken.json").read_text(encoding="utf-8"))
        return str(self.send({"data": "0x" + build["bytecode"], "gas": 2_000_000})["contractAddress"])

    def send(self, transaction: dict[str, Any]) -> Any:
        """A transaction of the deployer that has nothing to do with the plan."""
        account, eth = Account.from_key(self.deployer.signing_key), self.connection.web3.eth
        fixed = {"nonce": self.nonce(), "value": 0, "gasPrice": 10**9, "chainId": CHAIN_ID}
        signed = account.sign_transaction(fixed | transaction)
        return eth.wait_for_transaction_receipt(eth.send_raw_transaction(signed.raw_transaction))

    def write(self, plan: dict[str, Any]) -> None:
        (self.folder / "plan.json").write_text(json.dumps(plan))

    def start(
        self, *more: str, key: bool = True, network: str = "", home: str = os.environ["HOME"]
    ) -> subprocess.Popen[str]:
        """`python -m scripts.deploy`."""
        place = ["--network", network] if network else ["--rpc", self.url]
        command = [sys.executable, "-m", "scripts.deploy", *place, "--plan", str(self.folder / "plan.json")]
        command += ["--out", str(self.folder / "deployment.json"), *more]
        command += ["--keystore", str(self.folder / "deployer.json")] if key else []
        environment = os.environ | {keystore.PASSWORD_FILE: str(self.folder / "password"), "HOME": home}
        environment["SOLCX_BINARY_PATH"] = str(toolchain.solc_folder())
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def stands(self, name: str) -> bool:
        return bool(self.connection.web3.eth.get_code(self.places[name]))  # type: ignore[arg-type]

    def nonce(self) -> int:
        return self.connection.web3.eth.get_transaction_count(self.deployer.address)  # type: ignore[arg-type]


@pytest.fixture
def somewhere(tmp_path: Path) -> Iterator[Somewhere]:
    with local_chain.running(story.chain_start("2016-06"), chain_id=CHAIN_ID) as chain:
        yield Somewhere(tmp_path, chain.url)


def test_deploy__killed_in_the_middle__goes_on_verifies_and_deploys_nothing_twice(somewhere: Somewhere) -> None:
    first = somewhere.start("--max-fee-gwei", "100")
    deadline = time.monotonic() + 120
    while not somewhere.stands("KeyGovernor"):
        assert time.monotonic() < deadline
        assert first.poll() is None, first.communicate()
        time.sleep(0.005)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert not (somewhere.folder / "deployment.json").exists()
    said, told = somewhere.start().communicate()
    assert (somewhere.folder / "deployment.json").exists(), told
    assert "CommunityRegistry: stands already" in told
    assert "Settlement: deployed" in told
    assert "CommunityRegistry" not in json.loads(said.strip().splitlines()[-1])
    deployment = read(somewhere.folder / "deployment.json")
    assert (deployment.chain_id, deployment.contracts) == (CHAIN_ID, somewhere.places)
    assert not deployment.local
    assert somewhere.nonce() == len(ORDER)  # six contracts and the euro before them
    assert not list(somewhere.folder.glob("*.partial"))
    assert community.connect(somewhere.url, somewhere.folder / "deployment.json").deployment == deployment
    assert somewhere.deployer.signing_key.hex() not in said + told


def declare(home: Path, url: str, chain_id: int) -> None:
    """Add `fire-anvil` to the networks of a user whose home is `home`."""
    home.mkdir()
    brownie = [str(Path(sys.executable).parent / "brownie"), "networks", "add", "Fire", "fire-anvil"]
    declared = subprocess.run(
        [*brownie, f"host={url}", f"chainid={chain_id}"],
        env=os.environ | {"HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert declared.returncode == 0, declared.stdout + declared.stderr


def test_deploy__by_a_network_of_brownies_list__stands_there_on_the_euro_that_was_there(
    somewhere: Somewhere, tmp_path: Path
) -> None:
    home, kept = tmp_path / "home", ROOT / "build" / "deployments" / str(CHAIN_ID)
    declare(home, somewhere.url, CHAIN_ID)
    _, told = somewhere.start("--max-fee-gwei", "100", network="fire-anvil", home=str(home)).communicate()
    assert (somewhere.folder / "deployment.json").exists(), told
    assert "EuroToken" not in told
    opened = community.connect(somewhere.url, somewhere.folder / "deployment.json")
    assert opened.deployment.contracts == somewhere.places
    assert opened.settlement.call("euro") == somewhere.euro
    assert not kept.exists()  # Brownie would look for these contracts on the next chain of this id


def test_deploy__a_network_whose_node_is_of_another_chain__deploys_nothing(
    somewhere: Somewhere, tmp_path: Path
) -> None:
    declare(tmp_path / "home", somewhere.url, 5)
    _, told = somewhere.start(network="fire-anvil", home=str(tmp_path / "home")).communicate()
    assert told.strip().splitlines()[-1] == f"error: fire-anvil is chain 5, its node is of chain {CHAIN_ID}"
    assert somewhere.nonce() == 1


def test_deploy__a_network_nobody_declared__is_one_line(somewhere: Somewhere) -> None:
    process = somewhere.start(network="nowhere")
    _, told = process.communicate()
    assert process.returncode == 1
    assert told.strip().splitlines()[-1].startswith("error: Brownie knows no network nowhere")


def test_deploy__without_a_keystore_or_after_another_transaction__deploys_nothing(somewhere: Somewhere) -> None:
    _, told = somewhere.start(key=False).communicate()
    assert f"error: chain {CHAIN_ID} is not local: give --keystore FILE" in told
    somewhere.send({"to": somewhere.deployer.address, "value": 1, "gas": 21000})
    _, told = somewhere.start().communicate()
    assert "error: the deployer's nonce is 2, CommunityRegistry was to be deployed with 1" in told
    assert somewhere.nonce() == 2


def without(plan: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in plan.items() if name != field}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda plan: without(plan, "euroToken"), f"error: chain {CHAIN_ID} is not local: name its euro token"),
        (lambda plan: plan | {"euroToken": plan["provider"]}, "error: there is no contract at euroToken 0x"),
        (
            lambda plan: plan | {"founders": plan["founders"] * 10},
            "error: CommunityRegistry with its arguments has ",
        ),
        (
            lambda plan: plan | {"founders": [plan["founders"][0] | {"signature": "0x" + "11" * 65}]},
            "error: CommunityRegistry: the contract refused with RegistryConsentInvalid(wallet=0x",
        ),
    ],
    ids=["no euro", "no contract there", "too many founders", "a false signature"],
)
def test_deploy__a_plan_that_cannot_stand__deploys_nothing_and_says_why(
    somewhere: Somewhere, change: Callable[[dict[str, Any]], dict[str, Any]], line: str
) -> None:
    somewhere.write(change(somewhere.plan))
    process = somewhere.start()
    said, told = process.communicate()
    assert (process.returncode, said.count("deployed")) == (1, 0)
    assert told.strip().splitlines()[-1].startswith(line), told
    assert somewhere.nonce() == 1
