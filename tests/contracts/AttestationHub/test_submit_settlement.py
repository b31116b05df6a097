"""Handing in a settlement report with its signatures, and every way in which a signature does not count."""

from __future__ import annotations

from typing import Any

import brownie
import pytest

from tests.contracts import attesting
from tests.contracts.community import DAY
from tests.contracts.refusals import reverts

CONFORMITY, SETTLEMENT = attesting.CONFORMITY, attesting.SETTLEMENT
NET = [0, 500, -200, -100, -150, -50]


@pytest.fixture
def asked(community: Any) -> tuple[tuple[Any, ...], bytes]:
    """The settlement task of May 2016, and its id."""
    community.check(201605)
    return community.open(SETTLEMENT, 201605)


@pytest.fixture
def submit(community: Any, stranger: Any) -> Any:
    """Submit as somebody without any role."""

    def send(task: Any, report: Any, signatures: Any) -> Any:
        return community.hub.submitSettlement(task, report, signatures, {"from": stranger})

    return send


def test_submit_settlement__signed_by_a_quorum__is_attested_and_accepted(
    community: Any, asked: Any, submit: Any
) -> None:
    """IAttestationHub G1, G6."""
    task, identity = asked
    report = community.report_of(identity, NET)
    events = submit(task, report, community.sign(identity, report, (1, 2, 3))).events
    assert events["Attested"]["signers"] == 0b01110
    assert events["ReportAccepted"]["taskId"] == "0x" + identity.hex()
    assert community.settlement.reportOf(201605)[0] == "0x" + attesting.report_hash(report).hex()


def test_submit_settlement__more_signatures_than_needed__are_taken(community: Any, asked: Any, submit: Any) -> None:
    """IAttestationHub G1."""
    task, identity = asked
    report = community.report_of(identity, NET)
    assert submit(task, report, community.sign(identity, report, range(5))).events["Attested"]["signers"] == 0b11111


@pytest.mark.parametrize("got", [0, 1, 2])
def test_submit_settlement__too_few_signatures__are_refused(community: Any, asked: Any, submit: Any, got: int) -> None:
    """IAttestationHub G1."""
    task, identity = asked
    report = community.report_of(identity, NET)
    with reverts("HubQuorumNotReached", got, 3):
        submit(task, report, community.sign(identity, report, range(got)))


def test_submit_settlement__repeated_signer__is_refused(community: Any, asked: Any, submit: Any) -> None:
    """IAttestationHub G1: three signatures of two workers are two."""
    task, identity = asked
    report = community.report_of(identity, NET)
    with reverts("HubSignerRepeated", 1):
        submit(task, report, community.sign(identity, report, (0, 1, 1)))


def test_submit_settlement__signer_who_left__is_refused(community: Any, submit: Any) -> None:
    """IAttestationHub G1: the task is asked anew under the set without worker 4, which still signs."""
    community.check(201605)
    community.open(SETTLEMENT, 201605)
    workers = [attesting.worker(i).address for i in range(4)]
    community.hub.setWorkers(workers, ["http://127.0.0.1:9001"] * 4, 3, {"from": community.voted})
    reopened = community.hub.reopen(SETTLEMENT, 201605, {"from": community.provider})
    task = attesting.raw(reopened.events["TaskOpened"]["task"])
    identity = community.task_id(task)
    report = community.report_of(identity, NET)
    with reverts("HubWorkerLeft", 4):
        submit(task, report, community.sign(identity, report, (0, 1, 4)))
    submit(task, report, community.sign(identity, report, (0, 1, 2)))


def test_submit_settlement__stranger_among_the_signers__is_refused(community: Any, asked: Any, submit: Any) -> None:
    """IAttestationHub G1: an index never given, and a key that is not that of its index."""
    task, identity = asked
    report = community.report_of(identity, NET)
    digest = attesting.report_hash(report)
    good = community.sign(identity, report, (0, 1))
    place = (brownie.chain.id, community.hub.address, identity, digest)
    with reverts("HubWorkerUnknown", 5):
        submit(task, report, [*good, attesting.signature(5, *place)])
    with reverts("HubSignatureMismatch", 2):
        submit(task, report, [*good, attesting.signature(5, *place, index=2)])
    with reverts("HubSignatureMismatch", 2):
        submit(task, report, [*good, attesting.signature(0, *place, index=2)])


def test_submit_settlement__signature_of_another_report__is_refused(community: Any, asked: Any, submit: Any) -> None:
    """IAttestationHub G1, G2: worker 2 computed something else."""
    task, identity = asked
    report = community.report_of(identity, NET)
    other = community.report_of(identity, NET, allocated=6_999_999_999)
    signatures = [*community.sign(identity, report, (0, 1)), *community.sign(identity, other, (2,))]
    with reverts("HubSignatureMismatch", 2):
        submit(task, report, signatures)


def test_submit_settlement__signature_of_another_task__is_refused(community: Any, asked: Any, submit: Any) -> None:
    """IAttestationHub G2: June's signatures on the same report do not count for May."""
    task, identity = asked
    community.check(201606)
    june_task, june = community.open(SETTLEMENT, 201606)
    report = community.report_of(identity, NET)
    with reverts("HubSignatureMismatch", 0):
        submit(task, report, community.sign(june, report))
    with reverts("HubSignatureMismatch", 0):
        submit(june_task, report, community.sign(identity, report))


def test_submit_settlement__signature_of_another_chain_or_hub__is_refused(
    community: Any, asked: Any, submit: Any
) -> None:
    """IAttestationHub G2: the same task id, signed for another domain."""
    task, identity = asked
    report = community.report_of(identity, NET)
    digest = attesting.report_hash(report)
    here, hub = brownie.chain.id, community.hub.address
    with reverts("HubSignatureMismatch", 0):
        submit(task, report, attesting.signatures(range(3), here + 1, hub, identity, digest))
    with reverts("HubSignatureMismatch", 0):
        submit(task, report, attesting.signatures(range(3), here, community.settlement.address, identity, digest))
    for elsewhere in (attesting.task_id(here + 1, hub, task), attesting.task_id(here, community.euro.address, task)):
        with reverts("HubSignatureMismatch", 0):
            submit(task, report, attesting.signatures(range(3), here, hub, elsewhere, digest))


def test_submit_settlement__another_attempt__is_refused(community: Any, asked: Any, submit: Any) -> None:
    """IAttestationHub G2, G4: neither the old task nor its signatures on the new one."""
    task, identity = asked
    report = community.report_of(identity, NET)
    old = community.sign(identity, report)
    brownie.chain.mine(timedelta=DAY)
    reopened = community.hub.reopen(SETTLEMENT, 201605, {"from": community.provider})
    again = attesting.raw(reopened.events["TaskOpened"]["task"])
    with reverts("HubTaskSuperseded", identity):
        submit(task, report, old)
    with reverts("HubSignatureMismatch", 0):
        submit(again, report, old)


def test_submit_settlement__a_task_nobody_opened__is_refused(community: Any, asked: Any, submit: Any) -> None:
    """IAttestationHub G2: every field of the task counts."""
    task, identity = asked
    report = community.report_of(identity, NET)
    for place, field in enumerate(task[1:], start=1):
        other = attesting.digest("other") if isinstance(field, bytes) else field + 1
        forged = (*task[:place], other, *task[place + 1 :])
        forged_id = community.task_id(forged)
        with reverts("HubTaskUnknown", forged_id):
            submit(forged, report, community.sign(forged_id, report))


def test_submit_settlement__conformity_task__is_refused(community: Any, submit: Any) -> None:
    """IAttestationHub G2."""
    community.create(201605)
    community.publish(201605)
    task, identity = community.open(CONFORMITY, 201605)
    report = community.report_of(identity, NET)
    with reverts("HubWrongKind", CONFORMITY):
        submit(task, report, community.sign(identity, report))


def test_submit_settlement__second_report__is_refused(community: Any, asked: Any, submit: Any) -> None:
    """IAttestationHub G3."""
    task, identity = asked
    report = community.report_of(identity, NET)
    submit(task, report, community.sign(identity, report))
    other = community.report_of(identity, [0] * 6)
    with reverts("HubTaskAnswered", identity):
        submit(task, other, community.sign(identity, other, (2, 3, 4)))


def test_submit_settlement__dataset_replaced__is_refused(community: Any, asked: Any, submit: Any) -> None:
    """IAttestationHub G4: before and after the new dataset has been checked."""
    task, identity = asked
    report = community.report_of(identity, NET)
    signatures = community.sign(identity, report)
    community.publish(201605, version=2)
    with reverts("HubTaskSuperseded", identity):
        submit(task, report, signatures)
    community.judge(201605)
    with reverts("HubTaskSuperseded", identity):
        submit(task, report, signatures)


def test_submit_settlement__set_changed_since__is_refused(community: Any, asked: Any, submit: Any) -> None:
    """IAttestationHub G4: even if the new set has the same workers."""
    task, identity = asked
    report = community.report_of(identity, NET)
    workers = [attesting.worker(i).address for i in range(5)]
    community.hub.setWorkers(workers, ["http://127.0.0.1:9001"] * 5, 3, {"from": community.voted})
    with reverts("HubWorkerSetChanged", 1, 2):
        submit(task, report, community.sign(identity, report))


def test_submit_settlement__malleable_or_malformed_signature__is_refused(
    community: Any, asked: Any, submit: Any
) -> None:
    """IAttestationHub G1: the other root of the same signature, and noise."""
    task, identity = asked
    report = community.report_of(identity, NET)
    good = community.sign(identity, report)
    index, r, vs = good[2]
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    s, parity = int.from_bytes(vs, "big") & (2**255 - 1), vs[0] >> 7
    # 255 bits hold s; an s above half the order is what the compact form cannot carry without being refused.
    mirrored = ((order - s) & (2**255 - 1)) | ((1 - parity) << 255)
    for bad in ((index, r, mirrored.to_bytes(32, "big")), (index, b"\0" * 32, vs), (index, r, b"\xff" * 32)):
        with reverts("HubSignatureMismatch", 2):
            submit(task, report, [*good[:2], bad])
