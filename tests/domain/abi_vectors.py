"""One golden vector: a document, its ABI values, bytes and hash; made with eth-abi alone."""

from __future__ import annotations

from typing import Any

from eth_abi import encode
from eth_utils import keccak


def word(text: str) -> bytes:
    """A recognisable 32 bytes."""
    return keccak(text.encode())


def hexed(value: Any) -> Any:
    """Bytes as 0x hex, through lists and tuples."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, list | tuple):
        return [hexed(item) for item in value]
    return value


def vector(name: str, document: Any, abi_type: str, values: Any) -> dict[str, Any]:
    encoded = encode([abi_type], [values])
    return {
        "name": name,
        "json": document,
        "values": hexed(values),
        "abi": hexed(encoded),
        "hash": hexed(keccak(encoded)),
    }
