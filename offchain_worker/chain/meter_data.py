"""`MeterDataRegistry`: periods, dataset versions, verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from offchain_worker.domain import task as tasks
from offchain_worker.domain.quantities import MemberIndex, PeriodId
from offchain_worker.domain.task import Task, TaskKind

from .contract import DeployedContract


class PeriodState(IntEnum):
    """Where a period stands as far as its data goes; the settlement has a state of its own."""

    NONE = 0
    OPEN = 1
    DATA = 2
    CHECKED = 3
    REJECTED = 4


@dataclass(frozen=True)
class Period:
    """A period's record; times in UTC seconds."""

    state: PeriodState
    version: int
    revision: int
    columns: int
    highest_member: MemberIndex
    start: int
    end: int
    steps: int
    rules_hash: bytes
    roster_hash: bytes
    input_digest: bytes
    readings_root: bytes
    relayed: bool


@dataclass(frozen=True)
class Dataset:
    """A published dataset version."""

    period: PeriodId
    version: int
    input_digest: bytes
    readings_root: bytes
    envelopes_digest: bytes
    publisher: str
    relay_evidence: bytes
    block: int
    transaction: str


@dataclass(frozen=True)
class VerdictRecord:
    """An attested verdict on a dataset."""

    verdict: int
    readings_root: bytes
    findings_digest: bytes
    block: int
    transaction: str


class MeterDataRegistry(DeployedContract):
    """Typed reads of the meter-data registry."""

    name = "MeterDataRegistry"

    def period(self, period: PeriodId, block: int | str = "latest") -> Period:
        """The period's record (state NONE if it was never created)."""
        found = self.call("periodOf", period, block=block)
        state, version, revision, columns, highest, start, end, steps, rules, roster, inputs, readings, relayed = found
        return Period(
            PeriodState(state),
            version,
            revision,
            columns,
            MemberIndex(highest),
            start,
            end,
            steps,
            bytes(rules),
            bytes(roster),
            bytes(inputs),
            bytes(readings),
            relayed,
        )

    def task(self, kind: TaskKind, period: PeriodId, block: int | str = "latest") -> Task:
        """The task the period is ready for, with attempt and worker set still zero."""
        return tasks.task_from_abi(self.call("taskOf", int(kind), period, block=block))

    def datasets(self, period: PeriodId, block: int | str = "latest") -> list[Dataset]:
        """The published versions, oldest first."""
        return [
            Dataset(
                period,
                event["args"]["version"],
                bytes(event["args"]["inputDigest"]),
                bytes(event["args"]["readingsRoot"]),
                bytes(event["args"]["envelopesDigest"]),
                event["args"]["publisher"],
                bytes(event["args"]["relayEvidence"]),
                event["blockNumber"],
                event["transactionHash"].to_0x_hex(),
            )
            for event in self.events("DatasetPublished", block=block, period=period)
        ]

    def envelopes(self, period: PeriodId, block: int | str = "latest") -> list[bytes]:
        """Digests of the period's envelope documents, the newest first."""
        found = [
            (e["blockNumber"], e["logIndex"], bytes(e["args"]["envelopesDigest"]))
            for e in self.events("DatasetPublished", block=block, period=period)
        ]
        found += [
            (e["blockNumber"], e["logIndex"], bytes(e["args"]["digest"]))
            for e in self.events("EnvelopesPublished", block=block, period=period)
        ]
        return [digest for _, _, digest in sorted(found, reverse=True)]

    def bounds(self, period: PeriodId, block: int | str = "latest") -> tuple[int, int]:
        """Start and end of a month of the calendar, begun or not, in UTC seconds."""
        start, end = self.call("boundsOf", period, block=block)
        return int(start), int(end)

    def step_seconds(self, block: int | str = "latest") -> int:
        """The length of a step."""
        return int(self.call("stepSeconds", block=block))

    def table_root(self, period: PeriodId, block: int | str = "latest") -> bytes:
        """Root of the table committed for the key in force in a month; zeros if none is."""
        return bytes(self.call("tableOf", period, block=block))

    def table_digest(self, period: PeriodId, root: bytes, block: int | str = "latest") -> bytes | None:
        """Digest of the pinned table that was committed with this root, None if none was."""
        for event in self.events("TableCommitted", block=block, period=period):
            if bytes(event["args"]["root"]) == root:
                return bytes(event["args"]["digest"])
        return None

    def table_digests(self, block: int | str = "latest") -> list[tuple[PeriodId, bytes]]:
        """Every committed table: its month, which need not have begun, and its digest."""
        found = self.events("TableCommitted", block=block)
        return [(PeriodId(event["args"]["period"]), bytes(event["args"]["digest"])) for event in found]

    def verdicts(self, period: PeriodId, block: int | str = "latest") -> list[VerdictRecord]:
        """The attested verdicts, oldest first."""
        return [
            VerdictRecord(
                event["args"]["verdict"],
                bytes(event["args"]["readingsRoot"]),
                bytes(event["args"]["findingsDigest"]),
                event["blockNumber"],
                event["transactionHash"].to_0x_hex(),
            )
            for event in self.events("VerdictRecorded", block=block, period=period)
        ]

    def periods(self, block: int | str = "latest") -> list[PeriodId]:
        """Every created period, in order."""
        return [PeriodId(event["args"]["period"]) for event in self.events("PeriodCreated", block=block)]
