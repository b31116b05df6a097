"""What all contracts' readers share: the ABI, calls pinned to a block, events, and refusals in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from eth_abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils import keccak
from eth_utils.abi import event_abi_to_log_topic
from web3.contract.contract import ContractFunction
from web3.exceptions import ContractCustomError, ContractLogicError
from web3.types import EventData, LogReceipt

from . import logs
from .connection import Connection
from .errors import ContractRefused

ABI_FOLDER = Path(__file__).parent / "abi"


@cache
def abi_of(name: str) -> list[dict[str, Any]]:
    """The ABI of a contract, as the compiler wrote it (`scripts/export_abi.py`)."""
    return json.loads((ABI_FOLDER / f"{name}.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _canonical_type(component: dict[str, Any]) -> str:
    if not component["type"].startswith("tuple"):
        return str(component["type"])
    inner = ",".join(_canonical_type(part) for part in component["components"])
    return f"({inner}){component['type'][len('tuple') :]}"


@cache
def _errors() -> dict[bytes, dict[str, Any]]:
    """Every custom error of every contract, by selector: a call may be refused by a contract further down."""
    found = {}
    for path in sorted(ABI_FOLDER.glob("*.json")):
        for entry in abi_of(path.stem):
            if entry["type"] == "error":
                signature = f"{entry['name']}({','.join(_canonical_type(part) for part in entry['inputs'])})"
                found[keccak(text=signature)[:4]] = entry
    return found


def selector(name: str, function: str) -> bytes:
    """The four bytes a call of the contract's function begins with."""
    for entry in abi_of(name):
        if entry["type"] == "function" and entry["name"] == function:
            return keccak(text=f"{function}({','.join(_canonical_type(part) for part in entry['inputs'])})")[:4]
    raise KeyError(f"{name} has no function {function}")


def refusal(call: str, error: ContractLogicError) -> ContractRefused:
    """Turn a revert into the error's name and arguments, or what the node said if no contract of ours has it."""
    data = error.data if isinstance(error.data, str) else ""
    raw = bytes.fromhex(data.removeprefix("0x")) if data.startswith("0x") else b""
    entry = _errors().get(raw[:4])
    if entry is None:
        return ContractRefused(call, str(error.message or "revert"), {})
    try:
        values = decode([_canonical_type(part) for part in entry["inputs"]], raw[4:])
    except DecodingError:
        values = ("?",) * len(entry["inputs"])
    shown = ["0x" + value.hex() if isinstance(value, bytes) else value for value in values]
    arguments = {
        part["name"] or str(i): value for i, (part, value) in enumerate(zip(entry["inputs"], shown, strict=True))
    }
    return ContractRefused(call, entry["name"], arguments)


def as_tuple(value: Any) -> Any:
    """A struct from an event (a mapping in field order) as the nested tuple that the ABI encoder takes."""
    if hasattr(value, "values"):
        return tuple(as_tuple(part) for part in value.values())
    if isinstance(value, (list, tuple)):
        return tuple(as_tuple(part) for part in value)
    return value


class DeployedContract:
    """One contract at one address; subclasses give its functions types."""

    name: str

    def __init__(self, connection: Connection, address: str, first_block: int) -> None:
        self.connection = connection
        self.address = address
        self.first_block = first_block
        self.contract = connection.web3.eth.contract(address=address, abi=abi_of(self.name))  # type: ignore[call-overload]

    def function(self, function: str, *arguments: Any) -> ContractFunction:
        """The function with its arguments, to be called or sent."""
        return self.contract.functions[function](*arguments)  # type: ignore[no-any-return]

    def call(self, function: str, *arguments: Any, block: int | str = "latest") -> Any:
        """Read. Raises ContractRefused with the contract's own error."""
        try:
            return self.function(function, *arguments).call(block_identifier=block)  # type: ignore[arg-type]
        except (ContractCustomError, ContractLogicError) as error:
            raise refusal(f"{self.name}.{function}", error) from error

    def events(
        self, event: str, *, block: int | str = "latest", since: int | None = None, **filters: Any
    ) -> Iterator[EventData]:
        """Events up to and including `block`, oldest first, read in chunks a public node accepts."""
        last = self.connection.stamp(block).number
        start = self.first_block if since is None else since
        kind = self.contract.events[event]()
        topic = event_abi_to_log_topic(kind.abi)
        if self.connection.archive is not None:
            found: Iterable[LogReceipt] = self.connection.archive.logs(
                self.connection, self.address, self.first_block, last
            )
        else:
            found = logs.read(self.connection, self.address, start, last, ["0x" + topic.hex()])
        for entry in found:
            if entry["blockNumber"] >= start and entry["topics"] and bytes(entry["topics"][0]) == topic:
                said = kind.process_log(entry)
                if all(said["args"][name] == value for name, value in filters.items()):
                    yield said
