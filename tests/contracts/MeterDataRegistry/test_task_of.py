"""What workers may be asked about a period, and when."""

from __future__ import annotations

from typing import Any

from tests.contracts import attesting
from tests.contracts.community import STEP, ZERO, calendar
from tests.contracts.refusals import reverts

OPEN, DATA, CHECKED, REJECTED = 1, 2, 3, 4
KINDS = (attesting.CONFORMITY, attesting.SETTLEMENT)


def test_task_of__conformity_of_a_dataset__has_the_periods_words(community: Any) -> None:
    community.create(201605)
    community.publish(201605)
    period = community.meter_data.periodOf(201605)
    none = "0x" + ZERO.hex()
    assert tuple(community.meter_data.taskOf(attesting.CONFORMITY, 201605)) == (
        attesting.CONFORMITY, 201605, 0, 0, calendar()[0], STEP, 1488, 6, 0, *period[8:10], none, *period[10:12],
    )  # fmt: skip


def test_task_of__settlement_of_a_checked_dataset__differs_by_its_kind_only(community: Any) -> None:
    community.create(201605)
    community.publish(201605)
    conformity = community.meter_data.taskOf(attesting.CONFORMITY, 201605)
    community.judge(201605)
    settlement = community.meter_data.taskOf(attesting.SETTLEMENT, 201605)
    assert tuple(settlement) == (attesting.SETTLEMENT, *conformity[1:])


def test_task_of__in_another_state__is_refused(community: Any) -> None:
    """IMeterDataRegistry G7: a settlement needs a verdict on the dataset that stands."""

    def refused(state: int, kinds: tuple[int, ...]) -> None:
        for kind in kinds:
            with reverts("MeterDataWrongState", 201605, state):
                community.meter_data.taskOf(kind, 201605)

    for kind in KINDS:
        with reverts("MeterDataPeriodUnknown", 201605):
            community.meter_data.taskOf(kind, 201605)
    community.create(201605)
    refused(OPEN, KINDS)
    community.publish(201605)
    refused(DATA, (attesting.SETTLEMENT,))
    community.judge(201605)
    refused(CHECKED, (attesting.CONFORMITY,))
    community.publish(201605, version=2)
    refused(DATA, (attesting.SETTLEMENT,))
    community.judge(201605, attesting.REJECTED)
    refused(REJECTED, KINDS)


def test_describe__before_the_first_dataset__is_refused(community: Any) -> None:
    community.create(201605)
    with reverts("MeterDataNoDataset", 201605):
        community.meter_data.describe(attesting.CONFORMITY, 201605)


def test_describe__whatever_the_state__has_the_words_of_the_task(community: Any) -> None:
    community.create(201605)
    community.publish(201605)
    task = community.meter_data.taskOf(attesting.CONFORMITY, 201605)
    community.judge(201605, attesting.REJECTED)
    assert tuple(community.meter_data.describe(attesting.CONFORMITY, 201605)) == tuple(task)
