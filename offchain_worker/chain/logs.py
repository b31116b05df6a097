"""Event logs: read in chunks a node accepts, and kept on disk once they cannot change any more.

An archive holds all logs of a contract up to a cursor that stays `SETTLED` blocks behind the head, with the hash of the
cursor's block. If the chain has another block there, it was reorganised deeper than that, or is another chain: the
archive is thrown away and read again. What is newer than the cursor is always read from the node.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog
from hexbytes import HexBytes
from web3.datastructures import AttributeDict
from web3.exceptions import Web3RPCError
from web3.types import LogReceipt

from offchain_worker.domain.errors import DaiseeError

from .connection import Connection
from .errors import BlockGone, ChainUnavailable

log = structlog.get_logger()

CHUNK = 5_000
SETTLED = 64
"""How many blocks behind the head the cursor stays."""
DIGESTS = ("blockHash", "transactionHash", "data")


class ArchiveUnwritable(DaiseeError):
    """The archive of logs cannot be written."""


def read(
    connection: Connection, address: str, start: int, end: int, topics: list[Any] | None = None
) -> Iterator[LogReceipt]:
    """All logs of a contract in these blocks, in order. A range the node refuses is halved until it takes it."""
    chunk = CHUNK
    while start <= end:
        last = min(start + chunk - 1, end)
        asked: dict[str, Any] = {"address": address, "fromBlock": start, "toBlock": last}
        if topics:
            asked["topics"] = topics
        try:
            yield from connection.web3.eth.get_logs(asked)  # type: ignore[arg-type]
        except Web3RPCError as error:
            if chunk == 1:
                raise ChainUnavailable(
                    f"the node at {connection.url} does not give the logs of block {start}: {error}"
                ) from error
            chunk = max(1, chunk // 2)
            log.warning("the node refuses a range of logs, asking for less", blocks=chunk, reason=str(error))
            continue
        start = last + 1


class LogArchive:
    """Settled logs in a folder, one file per contract; harmless to delete."""

    def __init__(self, folder: Path, settled: int = SETTLED) -> None:
        self.folder = folder
        self.settled = settled
        self._known: dict[str, tuple[int, str, list[LogReceipt]]] = {}

    def logs(self, connection: Connection, address: str, first: int, last: int) -> list[LogReceipt]:
        """All logs of a contract from its first block to `last`."""
        cursor, found = self._settled_logs(connection, address, first)
        fresh = list(read(connection, address, max(first, cursor + 1), last))
        head = connection.stamp().number
        reach = min(last, head - self.settled)
        if reach > cursor:
            settled = found + [entry for entry in fresh if entry["blockNumber"] <= reach]
            self._keep(connection, address, reach, settled)
        return [entry for entry in found + fresh if entry["blockNumber"] <= last]

    def _settled_logs(self, connection: Connection, address: str, first: int) -> tuple[int, list[LogReceipt]]:
        if address not in self._known:
            self._load(address)
        cursor, digest, found = self._known.get(address, (first - 1, "", []))
        if digest and _hash_at(connection, cursor) != digest:
            log.warning("the archive is of another chain, reading it again", contract=address, block=cursor)
            del self._known[address]
            self._path(address).unlink(missing_ok=True)
            return first - 1, []
        return cursor, found

    def _load(self, address: str) -> None:
        try:
            document = json.loads(self._path(address).read_text(encoding="utf-8"))
            logs = [_revived(entry) for entry in document["logs"]]
            self._known[address] = (int(document["cursor"]), str(document["hash"]), logs)
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            log.warning("an archive of logs is damaged, reading it again", path=str(self._path(address)))

    def _keep(self, connection: Connection, address: str, cursor: int, logs: list[LogReceipt]) -> None:
        digest = _hash_at(connection, cursor)
        self._known[address] = (cursor, digest, logs)
        document = {"cursor": cursor, "hash": digest, "logs": [_plain(entry) for entry in logs]}
        path = self._path(address)
        aside = path.with_suffix(".writing")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps(document), encoding="utf-8")
            aside.replace(path)
        except OSError as error:
            raise ArchiveUnwritable(f"{path} cannot be written ({error.strerror})") from error

    def _path(self, address: str) -> Path:
        return self.folder / f"{address.lower()}.json"


def _hash_at(connection: Connection, block: int) -> str:
    try:
        return "0x" + connection.stamp(block).hash.hex()
    except (Web3RPCError, BlockGone):
        return "none"


def _plain(entry: LogReceipt) -> dict[str, Any]:
    plain = {key: "0x" + bytes(value).hex() if isinstance(value, bytes) else value for key, value in entry.items()}
    return plain | {"topics": ["0x" + bytes(topic).hex() for topic in entry["topics"]]}


def _revived(plain: dict[str, Any]) -> LogReceipt:
    values = {key: HexBytes(value) if key in DIGESTS else value for key, value in plain.items()}
    return AttributeDict(values | {"topics": [HexBytes(topic) for topic in plain["topics"]]})  # type: ignore[return-value]
