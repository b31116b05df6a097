"""Taking a report from the hub."""

from __future__ import annotations

from typing import Any

from tests.contracts import attesting
from tests.contracts.community import DAY, act_as
from tests.contracts.refusals import reverts

NET = [0, 500, -200, -100, -150, -50]
REPORTED = 1


def test_accept__from_the_hub__keeps_its_hash_and_the_end_of_its_window(community: Any) -> None:
    """ISettlement G1: the report is in the event."""
    community.check(201605)
    task, identity = community.open(attesting.SETTLEMENT, 201605)
    report = community.report_of(identity, NET)
    sent = community.hub.submitSettlement(task, report, community.sign(identity, report), {"from": community.provider})
    event = sent.events["ReportAccepted"]
    assert (event["period"], event["taskId"]) == (201605, "0x" + identity.hex())
    assert attesting.report_hash([bytes(f) if isinstance(f, bytes) else f for f in event["report"]]) == (
        attesting.report_hash(report)
    )
    assert event["windowEnd"] == sent.timestamp + 2 * DAY
    reported = ("0x" + attesting.report_hash(report).hex(), sent.timestamp + 2 * DAY, REPORTED)
    assert tuple(community.settlement.reportOf(201605)) == reported
    assert community.settlement.isReported(201605) is True


def test_accept__from_anybody_else__is_refused(community: Any, stranger: Any) -> None:
    """ISettlement G1: not even from the provider or a vote."""
    community.check(201605)
    report = community.report_of(attesting.digest("task"), NET)
    for sender in (stranger, community.provider, community.voted):
        with reverts("SettlementNotHub", sender):
            community.settlement.accept(201605, attesting.digest("task"), report, {"from": sender})


def test_accept__second_report__is_refused(community: Any) -> None:
    """ISettlement G1."""
    community.check(201605)
    report = community.accept(201605, NET)
    with reverts("SettlementReported", 201605):
        community.settlement.accept(201605, attesting.digest("task"), report, {"from": act_as(community.hub.address)})


def test_accept__more_allocated_than_produced__is_refused(community: Any) -> None:
    """ISettlement G1: a quorum cannot make energy."""
    community.check(201605)
    task, identity = community.open(attesting.SETTLEMENT, 201605)
    report = community.report_of(identity, NET, produced=100, allocated=101)
    with reverts("SettlementOverAllocated", 101, 100):
        community.hub.submitSettlement(task, report, community.sign(identity, report), {"from": community.provider})


def test_accept__all_produced_is_allocated__is_taken(community: Any) -> None:
    community.check(201605)
    community.accept(201605, NET, produced=100, allocated=100)
    assert community.settlement.isReported(201605) is True
