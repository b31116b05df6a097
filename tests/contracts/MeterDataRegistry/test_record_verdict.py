"""What the workers' verdict does to a period."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import attesting
from tests.contracts.community import act_as
from tests.contracts.refusals import reverts

DATA, CHECKED, REJECTED = 2, 3, 4
INPUT = attesting.digest("dataset 201605 version 1")
ROOT = attesting.digest("readings 201605 version 1")
OTHER = attesting.digest("something else")
FINDINGS = attesting.digest("findings 201605")


@pytest.fixture
def hub(community: Any) -> Any:
    """The hub as a sender, for what the real hub would never send."""
    return act_as(community.hub.address)


@pytest.fixture(autouse=True)
def published(community: Any) -> None:
    """May 2016 has its first dataset."""
    community.create(201605)
    community.publish(201605)


@pytest.mark.parametrize(
    ("verdict", "state"), [(attesting.CONFORM, CHECKED), (attesting.HELD, DATA), (attesting.REJECTED, REJECTED)]
)
def test_record_verdict__attested__moves_the_period(community: Any, verdict: int, state: int) -> None:
    """IMeterDataRegistry G8."""
    event = community.judge(201605, verdict).events["VerdictRecorded"]
    assert event == {
        "period": 201605,
        "verdict": verdict,
        "readingsRoot": "0x" + ROOT.hex(),
        "findingsDigest": "0x" + FINDINGS.hex(),
    }
    assert community.meter_data.periodOf(201605)[0] == state


def test_record_verdict__by_a_stranger__is_refused(community: Any, stranger: Any) -> None:
    """IMeterDataRegistry G8: not even the grid operator judges its own data."""
    for sender in (stranger, community.grid_operator, community.provider):
        with reverts("MeterDataNotHub", sender):
            community.meter_data.recordVerdict(201605, INPUT, (0, ROOT, FINDINGS), {"from": sender})


def test_record_verdict__conform_with_another_root__is_refused(community: Any) -> None:
    """IMeterDataRegistry G8: a quorum cannot call conform what the publisher did not commit."""
    task, identity = community.open(attesting.CONFORMITY, 201605)
    report = (attesting.CONFORM, OTHER, FINDINGS)
    with reverts("MeterDataRootMismatch", ROOT, OTHER):
        community.hub.submitConformity(task, report, community.sign(identity, report), {"from": community.provider})


@pytest.mark.parametrize("verdict", [attesting.HELD, attesting.REJECTED])
def test_record_verdict__not_conform_with_another_root__is_taken(community: Any, verdict: int) -> None:
    """IMeterDataRegistry G8: data may be refused because they do not have the committed root."""
    task, identity = community.open(attesting.CONFORMITY, 201605)
    report = (verdict, OTHER, FINDINGS)
    community.hub.submitConformity(task, report, community.sign(identity, report), {"from": community.provider})
    assert community.meter_data.periodOf(201605)[0] != CHECKED


def test_record_verdict__about_a_replaced_dataset__is_refused(community: Any, hub: Any) -> None:
    """IMeterDataRegistry G7."""
    community.publish(201605, version=2)
    with reverts("MeterDataSuperseded", INPUT, attesting.digest("dataset 201605 version 2")):
        community.meter_data.recordVerdict(201605, INPUT, (0, ROOT, FINDINGS), {"from": hub})


def test_record_verdict__when_none_is_due__is_refused(community: Any, hub: Any) -> None:
    """IMeterDataRegistry G8."""
    community.judge(201605)
    with reverts("MeterDataWrongState", 201605, CHECKED):
        community.meter_data.recordVerdict(201605, INPUT, (2, ROOT, FINDINGS), {"from": hub})
    with reverts("MeterDataPeriodUnknown", 201606):
        community.meter_data.recordVerdict(201606, INPUT, (0, ROOT, FINDINGS), {"from": hub})
