"""ABI encoding and keccak-256, as the contracts make them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from eth_abi.abi import encode as _encode
from eth_hash.backends.pysha3 import keccak256 as _keccak  # named, so that no environment variable chooses another

ZERO32: Final = bytes(32)


def keccak(data: bytes) -> bytes:
    """Return the 32 bytes of keccak-256."""
    return _keccak(data)


def abi_encode(types: Sequence[str], values: Sequence[Any]) -> bytes:
    """Return `abi.encode(values…)` for Solidity types given as canonical strings, e.g. `(uint16,bytes32)[]`."""
    return bytes(_encode(types, values))
