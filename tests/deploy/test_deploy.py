"""Deploying on a chain that is not the local one: with a keystore, killed in the middle, finished, verified."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
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
from scripts import deploy, local_chain
from scripts.demo import founding, story
from scripts.demo.voice import Voice
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
        self.plan = founding.plan(stage, self.deployer.address, 0)
        (folder / "plan.json").write_text(json.dumps(self.plan))
        self.places = deploy.predicted_addresses(self.deployer.address, 0)

    def start(self, *more: str, key: bool = True) -> subprocess.Popen[str]:
        """`python -m scripts.deploy`."""
        command = [sys.executable, "-m", "scripts.deploy", "--rpc", self.url, "--plan", str(self.folder / "plan.json")]
        command += ["--out", str(self.folder / "deployment.json"), *more]
        command += ["--keystore", str(self.folder / "deployer.json")] if key else []
        environment = os.environ | {keystore.PASSWORD_FILE: str(self.folder / "password")}
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
    assert somewhere.nonce() == len(deploy.ORDER)
    assert not list(somewhere.folder.glob("*.partial"))
    assert community.connect(somewhere.url, somewhere.folder / "deployment.json").deployment == deployment
    assert somewhere.deployer.signing_key.hex() not in said + told


def test_deploy__without_a_keystore_or_after_another_transaction__deploys_nothing(somewhere: Somewhere) -> None:
    _, told = somewhere.start(key=False).communicate()
    assert f"error: chain {CHAIN_ID} is not local: give --keystore FILE" in told
    account = Account.from_key(somewhere.deployer.signing_key)
    other: dict[str, Any] = {"to": account.address, "value": 1, "gas": 21000, "nonce": 0, "gasPrice": 0}
    signed = account.sign_transaction(other | {"chainId": CHAIN_ID})
    somewhere.connection.web3.eth.send_raw_transaction(signed.raw_transaction)
    _, told = somewhere.start().communicate()
    assert "error: the deployer's nonce is 1, EuroToken was to be deployed with 0" in told
    assert somewhere.nonce() == 1
