"""What a worker is asked, what it answers, and what it signs: mirrors of the structs in `contracts/Types.sol`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from offchain_worker.domain.hashing import ZERO32, abi_encode, keccak
from offchain_worker.domain.quantities import Cents, MicroKwh, PeriodId, Seconds

TASK_TYPE: Final = (
    "(uint8,uint32,uint16,uint16,uint64,uint32,uint32,uint16,uint32,bytes32,bytes32,bytes32,bytes32,bytes32)"
)
CONFORMITY_TYPE: Final = "(uint8,bytes32,bytes32)"
SETTLEMENT_TYPE: Final = "(bytes32,bytes32,bytes32,bytes32,bytes32,uint64,uint64,uint64)"
_DOMAIN: Final = keccak(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
_ATTESTATION: Final = keccak(b"Attestation(bytes32 taskId,bytes32 reportHash)")


class TaskKind(IntEnum):
    """The two tasks of a dataset version."""

    CONFORMITY = 0
    SETTLEMENT = 1


class Verdict(IntEnum):
    """What a conformity report says of a dataset."""

    CONFORM = 0
    HELD = 1
    REJECTED = 2


@dataclass(frozen=True)
class Task:
    """A computation on a period's dataset under its rules; hashes are 32 bytes."""

    kind: TaskKind
    period: PeriodId
    revision: int
    attempt: int
    start: Seconds
    step_seconds: int
    steps: int
    columns: int
    worker_set: int
    rules_hash: bytes
    roster_hash: bytes
    table_root: bytes
    input_digest: bytes
    readings_root: bytes

    @property
    def end(self) -> Seconds:
        """First second after the period."""
        return Seconds(self.start + self.steps * self.step_seconds)

    def abi(self) -> tuple[Any, ...]:
        """Return the task as the contracts take it."""
        return (
            int(self.kind),
            self.period,
            self.revision,
            self.attempt,
            self.start,
            self.step_seconds,
            self.steps,
            self.columns,
            self.worker_set,
            self.rules_hash,
            self.roster_hash,
            self.table_root,
            self.input_digest,
            self.readings_root,
        )


def task_from_abi(values: Sequence[Any]) -> Task:
    """Return the task a contract or an event gave."""
    kind, *numbers = values[:9]
    return Task(TaskKind(kind), *numbers, *map(bytes, values[9:]))


@dataclass(frozen=True)
class ConformityReport:
    """Whether a dataset can be used, the root of its standardised readings, and where the findings are."""

    verdict: Verdict
    readings_root: bytes
    findings_digest: bytes

    def abi(self) -> tuple[Any, ...]:
        """Return the report as the contracts take it."""
        return (int(self.verdict), self.readings_root, self.findings_digest)

    def encode(self) -> bytes:
        """Return `abi.encode(report)`."""
        return abi_encode([CONFORMITY_TYPE], [self.abi()])


@dataclass(frozen=True)
class SettlementReport:
    """What a period's allocation and bills come to; `debit` is the sum of all invoices received."""

    steps_digest: bytes
    steps_root: bytes
    result_digest: bytes
    bills_root: bytes
    net_hash: bytes
    produced: MicroKwh
    allocated: MicroKwh
    debit: Cents

    def abi(self) -> tuple[Any, ...]:
        """Return the report as the contracts take it."""
        return (
            self.steps_digest,
            self.steps_root,
            self.result_digest,
            self.bills_root,
            self.net_hash,
            self.produced,
            self.allocated,
            self.debit,
        )

    def encode(self) -> bytes:
        """Return `abi.encode(report)`."""
        return abi_encode([SETTLEMENT_TYPE], [self.abi()])


def conformity_report_from_abi(values: Sequence[Any]) -> ConformityReport:
    """Return the conformity report a contract or an event gave."""
    verdict, readings_root, findings_digest = values
    return ConformityReport(Verdict(verdict), bytes(readings_root), bytes(findings_digest))


def settlement_report_from_abi(values: Sequence[Any]) -> SettlementReport:
    """Return the settlement report a contract or an event gave."""
    return SettlementReport(*map(bytes, values[:5]), *values[5:])  # type: ignore[arg-type]


def task_id(chain_id: int, hub: str, task: Task) -> bytes:
    """Return `taskId = keccak256(abi.encode(chainid, hub, task))`."""
    return keccak(abi_encode(["uint256", "address", TASK_TYPE], [chain_id, hub, task.abi()]))


def report_hash(report: ConformityReport | SettlementReport) -> bytes:
    """Return `reportHash = keccak256(abi.encode(report))`."""
    return keccak(report.encode())


def attestation_digest(chain_id: int, hub: str, task_id: bytes, report_hash: bytes) -> bytes:
    """Return the EIP-712 digest of `Attestation(taskId, reportHash)` for the hub: what a worker signs."""
    domain = abi_encode(
        ["bytes32", "bytes32", "bytes32", "uint256", "address"],
        [_DOMAIN, keccak(b"DAISEE AttestationHub"), keccak(b"1"), chain_id, hub],
    )
    return keccak(b"\x19\x01" + keccak(domain) + keccak(_ATTESTATION + task_id + report_hash))


def net_hash(task_id: bytes, net: Sequence[int]) -> bytes:
    """Return `netHash = keccak256(abi.encode(taskId, int64[] netCents))`; entry 0 is the community, n is member n."""
    return keccak(abi_encode(["bytes32", "int64[]"], [task_id, list(net)]))


NO_TABLE: Final = ZERO32
"""`tableRoot` of a period whose key has no table."""
