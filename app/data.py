"""What the pages read from the chain: everything of a period, typed, at one block.

Reads are cached by the block they were made at (by its hash, so that another chain is another entry); they are the
same for all viewers. What only some may read is `app.reader`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
