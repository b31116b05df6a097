"""A settled period as bills need it: the facts from the chain, and every bill the reader's keys open, checked.

No figure is believed: each bill must stand under the report's `billsRoot`, its invoices must add up to it, and its
balance must be what was booked. Who reads everything gets every bill, a member its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from offchain_worker.chain.community import Community
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.quantities import PeriodId
from offchain_worker.domain.roster import Roster
from offchain_worker.domain.tariff import Tariff
from offchain_worker.domain.task import TaskKind
from offchain_worker.jobs import gathering, results
from offchain_worker.storage.encryption import MemberKeys
from offchain_worker.storage.identity import Identity
from offchain_worker.storage.store import ContentStore


class NotSettled(DaiseeError):
    """Invoices are made of settled periods only."""


class BillDiffers(DaiseeError):
    """The bills do not give what the settlement booked."""


@dataclass(frozen=True)
class Facts:
    """What every document of a settled period says of it; `settled_at` in UTC seconds."""

    period: str
    revision: int
    start: int
    end: int
    time_zone: str
    settled_at: int
    chain_id: int
    settlement: str
    transaction: str
    task_id: bytes
    result_digest: bytes
    bills_root: bytes
    leaves: int
    key: AllocationKey
    tariff: Tariff
    roster: Roster
    net: tuple[int, ...]


@dataclass(frozen=True)
class PeriodBills:
    """The facts of a period and the `daisee.bill/1` documents read, by member; `complete` if they are everybody's."""

    facts: Facts
    bills: dict[int, dict[str, Any]]
    complete: bool


def read(community: Community, store: ContentStore, period: PeriodId, identity: Identity) -> PeriodBills:
    """Read a settled period. Raises NotSettled, EnvelopeError, ResultDiffers, BillDiffers, BlobMissing."""
    label = f"{period // 100:04d}-{period % 100:02d}"
    block = community.connection.stamp().number
    record = community.meter_data.period(period, block)
    settled = community.settlement.settled(period, block)
    accepted = community.settlement.accepted(period, block)
    if settled is None or accepted is None:
        raise NotSettled(f"{label} is not settled yet, so there is nothing to invoice; see `daisee period status`")
    rules = community.rules.rules_at(record.start, block)
    task = community.hub.current_task(TaskKind.SETTLEMENT, period, block)
    facts = Facts(
        period=label,
        revision=task.task.revision if task else record.revision,
        start=record.start,
        end=record.end,
        time_zone=rules.conformity.time_zone,
        settled_at=community.connection.stamp(settled.block).timestamp,
        chain_id=community.deployment.chain_id,
        settlement=community.settlement.address,
        transaction=settled.transaction,
        task_id=settled.task_id,
        result_digest=accepted.report.result_digest,
        bills_root=accepted.report.bills_root,
        leaves=record.highest_member + 1,
        key=rules.key,
        tariff=rules.tariff,
        roster=community.registry.roster(record.start, record.end, block),
        net=tuple(settled.net_cents),
    )
    envelopes = community.meter_data.envelopes(period, block)
    keys = gathering.keys(store, envelopes, record.input_digest, identity)
    result = results.open_result(store, accepted.report.result_digest)
    members = (
        [keys.index] if isinstance(keys, MemberKeys) else [entry["member"] for entry in result.document["members"]]
    )
    found = PeriodBills(
        facts, {member: result.bill(keys, member) for member in members}, not isinstance(keys, MemberKeys)
    )
    check(found)
    return found


def check(found: PeriodBills) -> None:
    """Compare every bill with the report's root and the booked vector. Raises ResultDiffers or BillDiffers."""
    facts = found.facts
    for member, bill in found.bills.items():
        results.check_bill(bill, facts.bills_root, facts.leaves)
        if int(bill["net"]) != facts.net[member]:
            raise BillDiffers(
                f"{facts.period}: member {member}'s bill is {bill['net']}, booked {facts.net[member]} cents"
            )
    if not found.complete:
        return
    missing = [member for member, cents in enumerate(facts.net) if member and cents and member not in found.bills]
    fees = sum(int(i["total"]) for bill in found.bills.values() for i in bill["received"] if i["issuer"] == 0)
    if missing or fees != facts.net[0]:
        raise BillDiffers(
            f"{facts.period}: the bills do not give the booked vector (members without a bill: {missing})"
        )
    for bill in found.bills.values():
        _check_numbers(facts.period, bill)


def _check_numbers(period: str, bill: dict[str, Any]) -> None:
    numbers = [invoice["number"] for invoice in bill["issued"]]
    if numbers != list(range(1, len(numbers) + 1)):
        raise BillDiffers(f"{period}: the invoices of member {bill['member']} are not numbered from 1 without a gap")
