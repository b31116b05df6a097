"""The four hashes a period's rules are bound by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from offchain_worker.domain.hashing import abi_encode, keccak

ABI_TYPE: Final = "(bytes32,bytes32,bytes32,bytes32)"


@dataclass(frozen=True)
class RuleHashes:
    """Mirror of `RuleHashes` in `contracts/Types.sol`."""

    key: bytes
    tariff: bytes
    conformity: bytes
    program: bytes

    def abi(self) -> tuple[bytes, bytes, bytes, bytes]:
        """Return the hashes as the contracts take them."""
        return (self.key, self.tariff, self.conformity, self.program)

    def hash(self) -> bytes:
        """Return `rulesHash = keccak256(abi.encode(keyHash, tariffHash, conformityHash, programHash))`."""
        return keccak(abi_encode([ABI_TYPE], [self.abi()]))


def from_abi(values: Sequence[bytes]) -> RuleHashes:
    """Return the hashes a contract gave."""
    return RuleHashes(*map(bytes, values))
