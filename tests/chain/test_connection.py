"""A node that is away, a deployment file that does not fit: clear lines, never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from offchain_worker.chain import community, deployment
from offchain_worker.chain.connection import Connection
from offchain_worker.chain.errors import BlockGone, ChainUnavailable, DeploymentInvalid
from offchain_worker.daemon.errors import Next, next_after
from scripts import local_chain
from tests.conftest import CHAIN_START, ROOT


def test_stamp__node_away__is_unavailable_after_the_attempts() -> None:
    url = f"http://127.0.0.1:{local_chain.free_port()}"
    with pytest.raises(ChainUnavailable) as raised:
        Connection(url, attempts=2).stamp()
    assert f"the node at {url} does not answer eth_getBlockByNumber after 2 attempts" in str(raised.value)


def test_stamp__node_comes_back__answers() -> None:
    port = local_chain.free_port()
    started: list[local_chain.LocalChain] = []

    def start_late() -> None:
        time.sleep(0.5)
        started.append(local_chain.start(CHAIN_START, port=port))

    thread = threading.Thread(target=start_late)
    thread.start()
    try:
        assert Connection(f"http://127.0.0.1:{port}", attempts=8).stamp().timestamp == CHAIN_START
    finally:
        thread.join()
        started[0].stop()


def test_block__that_a_reorganisation_took__is_gone_and_tried_again() -> None:
    chain = local_chain.start(CHAIN_START)
    try:
        connection = Connection(chain.url, attempts=2)
        with pytest.raises(BlockGone, match="has no block 91"):
            connection.stamp(91)
        with pytest.raises(BlockGone, match=r"no such block .* for eth_call"):
            connection.web3.eth.call({"to": "0x" + "00" * 19 + "04", "data": "0x01"}, 91)
        assert next_after(BlockGone("")) is Next.TRY_AGAIN
    finally:
        chain.stop()


def test_command__node_away__one_line_and_exit_1(tmp_path: Path) -> None:
    places = {name: "0x" + "00" * 19 + "01" for name in deployment.CONTRACTS}
    file = tmp_path / "deployment.json"
    file.write_text(json.dumps({"chainId": 1, "block": 0, "contracts": places}))
    url = f"http://127.0.0.1:{local_chain.free_port()}"
    command = [sys.executable, "-m", "offchain_worker.cli.main", "period", "status", "2016-06"]
    done = subprocess.run(
        [*command, "--rpc", url, "--deployment", str(file)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    lines = done.stderr.strip().splitlines()
    assert sum("the node is away, trying again" in line for line in lines) == 5
    assert lines[-1].startswith(f"error: the node at {url} does not answer")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not JSON"),
        ("{}", "needs chainId, block and contracts"),
        ('{"chainId": 1, "block": 0, "contracts": {}}', "has no address for CommunityRegistry"),
        (
            '{"chainId": 1, "block": 0, "contracts": {"CommunityRegistry": "0xab"}}',
            "CommunityRegistry is not a checksummed address: 0xab",
        ),
    ],
)
def test_read__not_a_deployment__names_file_and_reason(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "deployment.json"
    path.write_text(text)
    with pytest.raises(DeploymentInvalid) as raised:
        deployment.read(path)
    assert str(raised.value).startswith(f"{path}: {reason}")


def test_connect__another_chain__names_both(chain_url: str, tmp_path: Path) -> None:
    places = {name: "0x" + "00" * 19 + "01" for name in deployment.CONTRACTS}
    path = tmp_path / "deployment.json"
    path.write_text(json.dumps({"chainId": 1, "block": 0, "contracts": places}))
    with pytest.raises(DeploymentInvalid) as raised:
        community.connect(chain_url, path)
    assert f"is for chain 1, but {chain_url} is chain 31337" in str(raised.value)


def test_connect__no_contract_there__names_it(chain_url: str, tmp_path: Path) -> None:
    places = {name: "0x00000000000000000000000000000000DeaDBeef" for name in deployment.CONTRACTS}
    path = tmp_path / "deployment.json"
    path.write_text(json.dumps({"chainId": 31337, "block": 0, "contracts": places}))
    with pytest.raises(DeploymentInvalid) as raised:
        community.connect(chain_url, path)
    assert "there is no contract at CommunityRegistry 0x00000000000000000000000000000000DeaDBeef" in str(raised.value)
