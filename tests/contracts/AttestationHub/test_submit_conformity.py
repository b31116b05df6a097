"""Handing in a verdict with its signatures."""

from __future__ import annotations

from typing import Any

import pytest
from brownie.exceptions import VirtualMachineError

from tests.contracts import attesting
from tests.contracts.refusals import reverts

CONFORMITY, SETTLEMENT = attesting.CONFORMITY, attesting.SETTLEMENT
FINDINGS = attesting.digest("findings")


@pytest.fixture
def asked(community: Any) -> tuple[tuple[Any, ...], bytes]:
    """The conformity task of May 2016, and its id."""
    community.create(201605)
    community.publish(201605)
    return community.open(CONFORMITY, 201605)


def test_submit_conformity__signed_by_a_quorum__is_attested_and_passed_on(
    community: Any, stranger: Any, asked: Any
) -> None:
    """IAttestationHub G1, G6: workers 0, 2 and 4 of five, in no order, by whoever collected them."""
    task, identity = asked
    report = (attesting.CONFORM, task[-1], FINDINGS)
    sent = community.hub.submitConformity(task, report, community.sign(identity, report, (4, 0, 2)), {"from": stranger})
    assert sent.events["Attested"] == {
        "taskId": "0x" + identity.hex(),
        "reportHash": "0x" + attesting.report_hash(report).hex(),
        "signers": 0b10101,
    }
    assert "VerdictRecorded" in sent.events
    assert community.meter_data.periodOf(201605)[0] == 3


def test_submit_conformity__same_task_again__is_refused(community: Any, stranger: Any, asked: Any) -> None:
    """IAttestationHub G3: a held verdict leaves the period in DATA, but its task is answered."""
    task, identity = asked
    report = (attesting.HELD, task[-1], FINDINGS)
    community.hub.submitConformity(task, report, community.sign(identity, report), {"from": stranger})
    other = (attesting.CONFORM, task[-1], FINDINGS)
    with reverts("HubTaskAnswered", identity):
        community.hub.submitConformity(task, other, community.sign(identity, other), {"from": stranger})


def test_submit_conformity__dataset_replaced__is_refused(community: Any, stranger: Any, asked: Any) -> None:
    """IAttestationHub G4."""
    task, identity = asked
    community.publish(201605, version=2)
    report = (attesting.CONFORM, task[-1], FINDINGS)
    with reverts("HubTaskSuperseded", identity):
        community.hub.submitConformity(task, report, community.sign(identity, report), {"from": stranger})


def test_submit_conformity__settlement_task__is_refused(community: Any, stranger: Any, asked: Any) -> None:
    """IAttestationHub G2."""
    community.hub.submitConformity(
        asked[0],
        (attesting.CONFORM, asked[0][-1], FINDINGS),
        community.sign(asked[1], (attesting.CONFORM, asked[0][-1], FINDINGS)),
        {"from": stranger},
    )
    task, identity = community.open(SETTLEMENT, 201605)
    report = (attesting.REJECTED, task[-1], FINDINGS)
    with reverts("HubWrongKind", SETTLEMENT):
        community.hub.submitConformity(task, report, community.sign(identity, report), {"from": stranger})


def test_submit_conformity__verdict_that_does_not_exist__is_refused(community: Any, stranger: Any, asked: Any) -> None:
    """IAttestationHub G1: the fourth of three verdicts has no meaning to sign."""
    task, identity = asked
    report = (3, task[-1], FINDINGS)
    signatures = community.sign(identity, report)
    # The ABI decoder refuses it, before any code of ours and without a word.
    with pytest.raises(VirtualMachineError, match=r"^revert$"):
        community.hub.submitConformity(task, report, signatures, {"from": stranger})
    assert community.meter_data.periodOf(201605)[0] == 2
