"""Asking again what nobody answered."""

from __future__ import annotations

from typing import Any

import brownie
import pytest

from tests.contracts import attesting
from tests.contracts.community import DAY
from tests.contracts.refusals import reverts

CONFORMITY, SETTLEMENT = attesting.CONFORMITY, attesting.SETTLEMENT


@pytest.fixture(autouse=True)
def published(community: Any) -> None:
    """May 2016 has its first dataset."""
    community.create(201605)
    community.publish(201605)


def test_reopen__after_the_delay__is_the_next_attempt(community: Any, stranger: Any) -> None:
    """IAttestationHub G4, G6: the old attempt is dead."""
    task, identity = community.open(CONFORMITY, 201605)
    brownie.chain.mine(timedelta=DAY)
    reopened = community.hub.reopen(CONFORMITY, 201605, {"from": stranger})
    again = attesting.raw(reopened.events["TaskOpened"]["task"])
    assert again == (*task[:3], 2, *task[4:])
    report = (attesting.CONFORM, task[-1], attesting.digest("findings"))
    with reverts("HubTaskSuperseded", identity):
        community.hub.submitConformity(task, report, community.sign(identity, report), {"from": stranger})
    fresh = community.sign(community.task_id(again), report)
    community.hub.submitConformity(again, report, fresh, {"from": stranger})
    assert community.meter_data.periodOf(201605)[0] == 3


def test_reopen__before_the_delay_is_over__is_refused(community: Any, stranger: Any) -> None:
    """IAttestationHub G6: nobody can take the time to answer away from the workers."""
    opened = community.hub.open(CONFORMITY, 201605, {"from": stranger})
    from_second = opened.timestamp + DAY
    brownie.chain.mine(timestamp=from_second - 10)
    with reverts("HubReopenTooEarly", from_second):
        community.hub.reopen(CONFORMITY, 201605, {"from": stranger})


def test_reopen__after_a_change_of_the_set__is_possible_at_once(community: Any, stranger: Any) -> None:
    """IAttestationHub G4: the new attempt names the new set."""
    community.open(CONFORMITY, 201605)
    workers = [attesting.worker(i).address for i in range(1, 4)]
    community.hub.setWorkers(workers, ["http://127.0.0.1:9001"] * 3, 2, {"from": community.voted})
    reopened = community.hub.reopen(CONFORMITY, 201605, {"from": stranger})
    task = reopened.events["TaskOpened"]["task"]
    assert (task[3], task[8]) == (2, 2)


def test_reopen__never_opened__is_refused(community: Any, stranger: Any) -> None:
    with reverts("HubTaskMissing", CONFORMITY, 201605):
        community.hub.reopen(CONFORMITY, 201605, {"from": stranger})


def test_reopen__answered__is_refused(community: Any, stranger: Any) -> None:
    """IAttestationHub G3: not even after the delay."""
    task, identity = community.open(CONFORMITY, 201605)
    report = (attesting.CONFORM, task[-1], attesting.digest("findings"))
    community.hub.submitConformity(task, report, community.sign(identity, report), {"from": stranger})
    brownie.chain.mine(timedelta=DAY)
    with reverts("HubTaskAnswered", identity):
        community.hub.reopen(CONFORMITY, 201605, {"from": stranger})


def test_reopen__dataset_replaced__is_refused(community: Any, stranger: Any) -> None:
    """IAttestationHub G4: the new dataset's task is opened, not reopened."""
    _, identity = community.open(CONFORMITY, 201605)
    community.publish(201605, version=2)
    brownie.chain.mine(timedelta=DAY)
    with reverts("HubTaskSuperseded", identity):
        community.hub.reopen(CONFORMITY, 201605, {"from": stranger})
