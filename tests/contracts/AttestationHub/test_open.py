"""Asking the workers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import attesting
from tests.contracts.refusals import reverts

CONFORMITY, SETTLEMENT = attesting.CONFORMITY, attesting.SETTLEMENT


@pytest.fixture(autouse=True)
def published(community: Any) -> None:
    """May 2016 has its first dataset."""
    community.create(201605)
    community.publish(201605)


def test_open__by_anyone__asks_what_the_registry_says(community: Any, stranger: Any) -> None:
    """IAttestationHub G6: first attempt, first worker set."""
    expected = list(attesting.raw(community.meter_data.taskOf(CONFORMITY, 201605)))
    expected[3], expected[8] = 1, 1
    identity = "0x" + community.task_id(tuple(expected)).hex()
    opened = community.hub.open(CONFORMITY, 201605, {"from": stranger})
    event = opened.events["TaskOpened"]
    assert (event["taskId"], event["kind"], event["period"]) == (identity, CONFORMITY, 201605)
    assert attesting.raw(event["task"]) == tuple(expected)
    assert opened.return_value == identity


def test_open__while_open__is_refused(community: Any, stranger: Any) -> None:
    """IAttestationHub G5."""
    _, identity = community.open(CONFORMITY, 201605)
    with reverts("HubTaskOpen", identity):
        community.hub.open(CONFORMITY, 201605, {"from": stranger})


def test_open__once_answered__is_refused(community: Any, stranger: Any) -> None:
    """IAttestationHub G3: for a verdict that keeps the state as for one that changes it."""
    task, identity = community.open(CONFORMITY, 201605)
    report = (attesting.HELD, task[-1], attesting.digest("findings"))
    community.hub.submitConformity(task, report, community.sign(identity, report), {"from": stranger})
    with reverts("HubTaskAnswered", identity):
        community.hub.open(CONFORMITY, 201605, {"from": stranger})


def test_open__settlement_before_the_verdict__is_refused(community: Any, stranger: Any) -> None:
    """IAttestationHub G6: what is not ready is not asked."""
    with reverts("MeterDataWrongState", 201605, 2):
        community.hub.open(SETTLEMENT, 201605, {"from": stranger})


def test_open__period_without_data_or_unknown__is_refused(community: Any, stranger: Any) -> None:
    community.create(201606)
    with reverts("MeterDataWrongState", 201606, 1):
        community.hub.open(CONFORMITY, 201606, {"from": stranger})
    with reverts("MeterDataPeriodUnknown", 201607):
        community.hub.open(CONFORMITY, 201607, {"from": stranger})


def test_open__next_dataset_version__is_another_attempt(community: Any) -> None:
    """IAttestationHub G4, G5: attempts count on, so even a digest that comes back makes a new task."""
    community.open(CONFORMITY, 201605)
    community.publish(201605, version=2)
    second, _ = community.open(CONFORMITY, 201605)
    community.publish(201605, version=1)
    third, _ = community.open(CONFORMITY, 201605)
    assert (second[3], third[3]) == (2, 3)
    assert third[12] == attesting.digest("dataset 201605 version 1")


def test_open__other_kind_and_other_period__have_tasks_of_their_own(community: Any) -> None:
    """IAttestationHub G5."""
    community.judge(201605)
    community.create(201606)
    community.publish(201606)
    first, _ = community.open(SETTLEMENT, 201605)
    second, _ = community.open(CONFORMITY, 201606)
    assert (first[3], second[3]) == (1, 1)
