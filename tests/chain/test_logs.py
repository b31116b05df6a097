"""Event logs: halved when a node refuses the range, kept once settled, thrown away when the chain is another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from web3.exceptions import Web3RPCError

from offchain_worker.chain import logs
from offchain_worker.chain.connection import Connection
from offchain_worker.chain.errors import ChainUnavailable
from offchain_worker.chain.logs import LogArchive
from scripts import local_chain
from tests.conftest import CHAIN_START

# Emits one empty log, whatever it is called with.
BELL_CODE = "0x5f5fa000"
PLACE = "0x00000000000000000000000000000000000000Be"


@pytest.fixture
def connection() -> Iterator[Connection]:
    with local_chain.running(CHAIN_START) as chain:
        found = Connection(chain.url)
        found.web3.provider.make_request("anvil_setCode", [PLACE, BELL_CODE])  # type: ignore[arg-type]
        yield found


def ring(connection: Connection, times: int) -> None:
    """One log in each of the next blocks."""
    sender = connection.web3.eth.accounts[0]
    for _ in range(times):
        connection.web3.eth.send_transaction({"from": sender, "to": PLACE})  # type: ignore[typeddict-item]


def blocks(found: list[Any]) -> list[int]:
    return [entry["blockNumber"] for entry in found]


def test_read__a_node_that_takes_two_blocks_at_most__gives_all_the_same(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(connection, 7)
    true, asked = connection.web3.eth.get_logs, []

    def narrow(wanted: Any) -> Any:
        asked.append(wanted["toBlock"] - wanted["fromBlock"] + 1)
        if asked[-1] > 2:
            raise Web3RPCError("query exceeds max block range")
        return true(wanted)

    monkeypatch.setattr(connection.web3.eth, "get_logs", narrow)
    assert blocks(list(logs.read(connection, PLACE, 1, 7))) == [1, 2, 3, 4, 5, 6, 7]
    assert max(asked[-4:]) <= 2


def test_read__a_node_that_gives_nothing__says_so(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_wanted: Any) -> Any:
        raise Web3RPCError("no")

    monkeypatch.setattr(connection.web3.eth, "get_logs", refuse)
    with pytest.raises(ChainUnavailable, match="does not give the logs of block 1"):
        list(logs.read(connection, PLACE, 1, 7))


def test_archive__a_second_process__asks_only_for_what_is_not_settled(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring(connection, 10)
    assert blocks(LogArchive(tmp_path, settled=4).logs(connection, PLACE, 1, 10)) == list(range(1, 11))
    ring(connection, 2)
    asked: list[int] = []
    true = connection.web3.eth.get_logs
    monkeypatch.setattr(
        connection.web3.eth, "get_logs", lambda wanted: (asked.append(wanted["fromBlock"]), true(wanted))[1]
    )
    second = LogArchive(tmp_path, settled=4)
    assert blocks(second.logs(connection, PLACE, 1, 12)) == list(range(1, 13))
    assert asked == [7]
    assert blocks(second.logs(connection, PLACE, 1, 5)) == [1, 2, 3, 4, 5]


def test_archive__a_reorganisation_below_the_cursor__is_read_again(connection: Connection, tmp_path: Path) -> None:
    ring(connection, 3)
    snapshot = connection.web3.provider.make_request("evm_snapshot", [])["result"]  # type: ignore[arg-type]
    ring(connection, 70)
    archive = LogArchive(tmp_path, settled=2)
    assert len(archive.logs(connection, PLACE, 1, 73)) == 73
    connection.web3.provider.make_request("evm_revert", [snapshot])  # type: ignore[arg-type]
    connection.web3.provider.make_request("anvil_mine", [hex(80)])  # type: ignore[arg-type]
    assert blocks(archive.logs(connection, PLACE, 1, 80)) == [1, 2, 3]
    assert blocks(LogArchive(tmp_path, settled=2).logs(connection, PLACE, 1, 80)) == [1, 2, 3]


@pytest.mark.parametrize("damage", ["", "{}", '{"cursor": 1, "hash": "0x", "logs": [7]}'])
def test_archive__a_damaged_file__is_read_again(connection: Connection, tmp_path: Path, damage: str) -> None:
    ring(connection, 5)
    LogArchive(tmp_path, settled=1).logs(connection, PLACE, 1, 5)
    (file,) = tmp_path.iterdir()
    file.write_text(damage)
    assert blocks(LogArchive(tmp_path, settled=1).logs(connection, PLACE, 1, 5)) == [1, 2, 3, 4, 5]
