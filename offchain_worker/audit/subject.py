"""What is audited: a period's records on the chain, read at one block, and the store they point into."""

from __future__ import annotations

from dataclasses import dataclass

from offchain_worker.chain.community import Community
from offchain_worker.chain.hub import Attestation, OpenTask
from offchain_worker.chain.meter_data import Dataset, Period, PeriodState, VerdictRecord
from offchain_worker.chain.settlement import AcceptedReport, Record, Settled
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.quantities import PeriodId
from offchain_worker.domain.task import TaskKind
from offchain_worker.storage.store import ContentStore


class NothingToAudit(DaiseeError):
    """The period has no settlement report yet."""


@dataclass(frozen=True)
class Subject:
    """A period that has a report, as the chain held it at `block`."""

    community: Community
    store: ContentStore
    block: int
    period_id: PeriodId
    period: Period
    dataset: Dataset
    verdict: VerdictRecord
    conformity: OpenTask
    settlement: OpenTask
    conformity_attestation: Attestation | None
    settlement_attestation: Attestation | None
    record: Record
    accepted: AcceptedReport
    settled: Settled | None


def read(community: Community, store: ContentStore, period_id: PeriodId) -> Subject:
    """Read everything the chain says of a period. Raises NothingToAudit while there is no report."""
    label = f"{period_id // 100}-{period_id % 100:02d}"
    block = community.connection.stamp().number
    period = community.meter_data.period(period_id, block)
    if period.state is PeriodState.NONE:
        raise NothingToAudit(f"period {label} does not exist on this chain; see `daisee period status`")
    accepted = community.settlement.accepted(period_id, block)
    conformity = community.hub.current_task(TaskKind.CONFORMITY, period_id, block)
    settlement = community.hub.current_task(TaskKind.SETTLEMENT, period_id, block)
    datasets = community.meter_data.datasets(period_id, block)
    verdicts = community.meter_data.verdicts(period_id, block)
    if accepted is None or conformity is None or settlement is None or not datasets or not verdicts:
        raise NothingToAudit(f"period {label} has no settlement report yet; see `daisee period status`")
    return Subject(
        community,
        store,
        block,
        period_id,
        period,
        datasets[-1],
        verdicts[-1],
        conformity,
        settlement,
        community.hub.attestation(conformity.task_id, block),
        community.hub.attestation(settlement.task_id, block),
        community.settlement.record(period_id, block),
        accepted,
        community.settlement.settled(period_id, block),
    )
