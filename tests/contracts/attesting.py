"""What workers sign, made here from the words of the design with eth-abi and eth-account alone.

Independent of `offchain_worker` on purpose: a mistake there cannot hide behind the same mistake here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from eth_abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import keccak

CONFORMITY, SETTLEMENT = 0, 1
CONFORM, HELD, REJECTED = 0, 1, 2

TASK = "(uint8,uint32,uint16,uint16,uint64,uint32,uint32,uint16,uint32,bytes32,bytes32,bytes32,bytes32,bytes32)"
CONFORMITY_REPORT = "(uint8,bytes32,bytes32)"
SETTLEMENT_REPORT = "(bytes32,bytes32,bytes32,bytes32,bytes32,uint64,uint64,uint64)"
ATTESTATION = {"Attestation": [{"name": "taskId", "type": "bytes32"}, {"name": "reportHash", "type": "bytes32"}]}


def worker(number: int) -> LocalAccount:
    """The key of worker `number`: the same in every run."""
    return Account.from_key(keccak(text=f"worker {number} of the tests"))


def raw(task: Sequence[Any]) -> tuple[Any, ...]:
    """A struct as Brownie returns it, in plain bytes and numbers."""
    return tuple(bytes(field) if isinstance(field, bytes) else int(field) for field in task)


def task_id(chain_id: int, hub: str, task: Sequence[Any]) -> bytes:
    """`keccak256(abi.encode(chainid, hub, task))`."""
    return keccak(encode(["uint256", "address", TASK], [chain_id, hub, raw(task)]))


def report_hash(report: Sequence[Any]) -> bytes:
    """`keccak256(abi.encode(report))`; a conformity report has 3 fields, a settlement report 8."""
    return keccak(encode([CONFORMITY_REPORT if len(report) == 3 else SETTLEMENT_REPORT], [tuple(report)]))


def net_hash(identity: bytes, net: Sequence[int]) -> bytes:
    """`keccak256(abi.encode(taskId, int64[] netCents))`."""
    return keccak(encode(["bytes32", "int64[]"], [identity, list(net)]))


def signature(
    number: int, chain_id: int, hub: str, identity: bytes, digest: bytes, *, index: int | None = None
) -> tuple[int, bytes, bytes]:
    """The `WorkerSignature` of worker `number` (at `index` of the set, its number unless given)."""
    domain = {"name": "DAISEE AttestationHub", "version": "1", "chainId": chain_id, "verifyingContract": hub}
    signed = worker(number).sign_typed_data(domain, ATTESTATION, {"taskId": identity, "reportHash": digest})
    vs = signed.s | ((signed.v - 27) << 255)
    return (number if index is None else index, signed.r.to_bytes(32, "big"), vs.to_bytes(32, "big"))


def signatures(
    numbers: Iterable[int], chain_id: int, hub: str, identity: bytes, digest: bytes
) -> list[tuple[int, bytes, bytes]]:
    """One `signature` of each worker."""
    return [signature(number, chain_id, hub, identity, digest) for number in numbers]


def digest(text: str) -> bytes:
    """Some 32 bytes that stand for an artefact in a test."""
    return keccak(text=text)
