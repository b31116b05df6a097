"""What the pages read: everything of a period on the chain, and the artefacts the viewer's keys open.

Reads are cached by the block they were made at (by its hash, so that another chain is another entry). What was opened
with keys is cached for the viewer's own session only, under the viewer's address.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from offchain_worker.chain.community import Community, connect
from offchain_worker.chain.connection import BlockStamp
from offchain_worker.chain.hub import Attestation, OpenTask, Worker
from offchain_worker.chain.meter_data import Dataset, Period, VerdictRecord
from offchain_worker.chain.rule_book import Rules
from offchain_worker.chain.settlement import AcceptedReport, Record, Settled
from offchain_worker.cli.settings import Settings
from offchain_worker.domain.quantities import PeriodId
from offchain_worker.domain.roster import Roster
from offchain_worker.domain.task import TaskKind
from offchain_worker.jobs import gathering, results
from offchain_worker.storage.encryption import DatasetSecret, Keys
from offchain_worker.storage.identity import Identity
from offchain_worker.storage.places import open_store
from offchain_worker.storage.store import ContentStore

ATTEMPTS = 2
"""A person waits in front of the page: a node that is away is said to be away soon."""


@dataclass(frozen=True)
class Place:
    """Where the community is: node, store, deployment file."""

    rpc: str
    store: str
    deployment: Path

    @classmethod
    def of(cls, settings: Settings) -> Place:
        """The place of these settings. Raises SettingsInvalid naming what is missing."""
        return cls(settings.need_rpc(), settings.need_store(), settings.need_deployment())

    @property
    def blobs(self) -> ContentStore:
        """The content store."""
        return open_store(self.store)


@dataclass(frozen=True)
class Event:
    """Something that happened on the chain, with what it cost."""

    transaction: str
    block: int
    timestamp: int
    gas: int


@dataclass(frozen=True)
class Records:
    """A period as the chain tells it at one block; what has not happened yet is None or empty."""

    period_id: PeriodId
    period: Period
    roster: Roster
    rules: Rules
    workers: tuple[Worker, ...]
    quorum: int
    datasets: tuple[Dataset, ...]
    verdict: VerdictRecord | None
    conformity: OpenTask | None
    conformity_attestation: Attestation | None
    settlement_attestation: Attestation | None
    record: Record
    accepted: AcceptedReport | None
    settled: Settled | None
    events: dict[str, Event]

    @property
    def zone(self) -> str:
        """The community's time zone."""
        return self.rules.conformity.time_zone

    def columns_of(self, member: int) -> list[int]:
        """The roster columns of a member."""
        return [at for at, column in enumerate(self.roster.columns) if column.member == member]


def community(place: Place) -> Community:
    """The community's contracts. Raises DeploymentInvalid, ChainUnavailable."""
    changed = place.deployment.stat().st_mtime_ns if place.deployment.exists() else 0
    return _connected(place, changed)


@st.cache_resource(max_entries=8, show_spinner=False)
def _connected(place: Place, changed: int) -> Community:  # noqa: ARG001 - `changed` makes a new file a new connection
    return connect(place.rpc, place.deployment, ATTEMPTS)


@st.cache_data(max_entries=64, show_spinner=False)
def periods(place: Place, block: BlockStamp) -> list[PeriodId]:
    """Every period created so far, the newest first."""
    return community(place).meter_data.periods(block.number)[::-1]


@st.cache_data(max_entries=64, show_spinner=False)
def records(place: Place, block: BlockStamp, period_id: PeriodId) -> Records:
    """Everything the chain says of a period at this block."""
    found, at = community(place), block.number
    period = found.meter_data.period(period_id, at)
    conformity = found.hub.current_task(TaskKind.CONFORMITY, period_id, at)
    settlement = found.hub.current_task(TaskKind.SETTLEMENT, period_id, at)
    datasets = tuple(found.meter_data.datasets(period_id, at))
    verdicts = found.meter_data.verdicts(period_id, at)
    accepted = found.settlement.accepted(period_id, at)
    settled = found.settlement.settled(period_id, at)
    created = next(iter(found.meter_data.events("PeriodCreated", block=at, period=period_id)))
    places = {"created": (created["transactionHash"].to_0x_hex(), created["blockNumber"])}
    happened = {"data": datasets[-1:], "checked": verdicts[-1:], "reported": [accepted], "settled": [settled]}
    places |= {name: (one.transaction, one.block) for name, those in happened.items() for one in those if one}
    return Records(
        period_id,
        period,
        found.registry.roster(period.start, period.end, at),
        found.rules.rules_at(period.start, at),
        tuple(found.hub.workers(at)),
        found.hub.quorum(at),
        datasets,
        verdicts[-1] if verdicts else None,
        conformity,
        found.hub.attestation(conformity.task_id, at) if conformity else None,
        found.hub.attestation(settlement.task_id, at) if settlement else None,
        found.settlement.record(period_id, at),
        accepted,
        settled,
        {name: _event(found, *spot) for name, spot in places.items()},
    )


@st.cache_data(max_entries=256, show_spinner=False)
def balance(place: Place, block: BlockStamp, member: int) -> int:
    """A member's balance in cents, as the ledger holds it at this block; everybody can read it."""
    return int(community(place).settlement.balance(member, block.number))


def _event(found: Community, transaction: str, block: int) -> Event:
    receipt = found.connection.web3.eth.get_transaction_receipt(transaction)  # type: ignore[arg-type]
    return Event(transaction, block, found.connection.stamp(block).timestamp, int(receipt["gasUsed"]))


def keys(place: Place, block: BlockStamp, records: Records, identity: Identity) -> DatasetSecret | Keys:
    """What the identity may open of the period's newest dataset. Raises EnvelopeError, BlobMissing, BlobCorrupt."""
    digests = community(place).meter_data.envelopes(records.period_id, block.number)
    return gathering.keys(place.blobs, digests, records.period.input_digest, identity)


@dataclass(frozen=True)
class Reader:
    """Reads artefacts of a reported period with a viewer's keys."""

    place: Place
    block: BlockStamp
    records: Records
    address: str
    keys: Keys

    @property
    def reads_all(self) -> bool:
        """Whether the keys open everybody's artefacts."""
        return isinstance(self.keys, DatasetSecret)

    @property
    def result(self) -> results.Result:
        """The settlement's artefacts. Raises ResultDiffers while there is no report."""
        if self.records.accepted is None:
            raise results.ResultDiffers("the period has no settlement report yet")
        return results.open_result(self.place.blobs, self.records.accepted.report.result_digest)

    def community(self) -> dict[str, Any]:
        """The figures every member may read."""
        return self._open("community", 0)

    def bill(self, member: int) -> dict[str, Any]:
        """A member's bill."""
        return self._open("bill", member)

    def curve(self, column: int) -> dict[str, Any]:
        """A column's curve."""
        return self._open("curve", column)

    def findings(self, column: int) -> dict[str, Any]:
        """What the conformity task found in a column's files."""
        return self._open("findings", column)

    def _open(self, kind: str, number: int) -> dict[str, Any]:
        verdict = self.records.verdict
        if kind == "findings" and verdict is not None:
            return results.open_findings(self.place.blobs, verdict.findings_digest, self.keys, number)
        read = getattr(self.result, kind)
        return read(self.keys) if kind == "community" else read(self.keys, number)


class SessionReader(Reader):
    """A reader that remembers what it opened for as long as the viewer's browser session lasts."""

    def _open(self, kind: str, number: int) -> dict[str, Any]:
        records = self.records
        report = records.accepted.report.result_digest if records.accepted else b""
        findings = records.verdict.findings_digest if records.verdict else b""
        return _remembered(self.address, self.place.store, report, findings, kind, number, self)


@st.cache_data(max_entries=500, show_spinner=False, scope="session")
def _remembered(
    address: str,  # noqa: ARG001 - viewer, store and digests are what tells entries apart
    store: str,  # noqa: ARG001
    report: bytes,  # noqa: ARG001
    findings: bytes,  # noqa: ARG001
    kind: str,
    number: int,
    _reader: Reader,
) -> dict[str, Any]:
    return Reader._open(_reader, kind, number)
