"""What is asked now, and what was answered."""

from __future__ import annotations

from typing import Any

from tests.contracts import attesting
from tests.contracts.community import ZERO

CONFORMITY, SETTLEMENT = attesting.CONFORMITY, attesting.SETTLEMENT
NONE = "0x" + ZERO.hex()


def test_current_task__through_a_period__is_the_task_about_the_dataset_that_stands(community: Any) -> None:
    """IAttestationHub G4, G5."""

    def current() -> tuple[Any, str, bool]:
        task, identity, answered = community.hub.currentTask(CONFORMITY, 201605)
        return attesting.raw(task), identity, answered

    community.create(201605)
    community.publish(201605)
    assert current()[1:] == (NONE, False)
    task, identity = community.open(CONFORMITY, 201605)
    assert current() == (task, "0x" + identity.hex(), False)
    report = (attesting.CONFORM, task[-1], attesting.digest("findings"))
    community.hub.submitConformity(task, report, community.sign(identity, report), {"from": community.provider})
    assert current() == (task, "0x" + identity.hex(), True)
    community.publish(201605, version=2)
    assert current()[1:] == (NONE, False)


def test_task_id_of__a_task__is_the_hash_of_chain_hub_and_task(community: Any) -> None:
    """IAttestationHub G2."""
    community.create(201605)
    community.publish(201605)
    task, identity = community.open(CONFORMITY, 201605)
    assert community.hub.taskIdOf(task) == "0x" + identity.hex()


def test_answer_of__before_and_after_the_report__has_task_and_window(community: Any) -> None:
    assert tuple(community.hub.answerOf(SETTLEMENT, 201605)) == (NONE, 0)
    community.check(201605)
    assert community.hub.answerOf(CONFORMITY, 201605)[1] == 0
    task, identity = community.open(SETTLEMENT, 201605)
    assert tuple(community.hub.answerOf(SETTLEMENT, 201605)) == (NONE, 0)
    report = community.report_of(identity, [0] * 6)
    sent = community.hub.submitSettlement(task, report, community.sign(identity, report), {"from": community.provider})
    window_end = sent.timestamp + community.settlement.challengeWindow()
    assert tuple(community.hub.answerOf(SETTLEMENT, 201605)) == ("0x" + identity.hex(), window_end)
