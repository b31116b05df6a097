"""Publishing a dataset: by whom, when, and what a new version does."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.contracts import attesting
from tests.contracts.community import ZERO, calendar
from tests.contracts.refusals import reverts

DATA, CHECKED, REJECTED = 2, 3, 4
COLUMN = "(uint16,uint16,uint16,uint8,uint8,uint64,uint64)"
ANSWER = attesting.digest("the operator's answer")


@pytest.fixture(autouse=True)
def created(community: Any) -> None:
    """May 2016 exists."""
    community.create(201605)


def test_publish_dataset__by_the_grid_operator__is_version_1_and_not_relayed(community: Any) -> None:
    """IMeterDataRegistry G4."""
    event = community.publish(201605).events["DatasetPublished"]
    assert event["version"] == 1
    assert event["publisher"] == community.grid_operator
    assert event["inputDigest"] == "0x" + attesting.digest("dataset 201605 version 1").hex()
    assert event["relayEvidence"] == "0x" + ZERO.hex()
    period = community.meter_data.periodOf(201605)
    assert (period[0], period[1], period[-1]) == (DATA, 1, False)


def test_publish_dataset__relayed_by_the_provider__says_so(community: Any) -> None:
    """IMeterDataRegistry G4."""
    published = community.publish(201605, sender=community.provider, relay_evidence=ANSWER)
    assert published.events["DatasetPublished"]["publisher"] == community.provider
    assert published.events["DatasetPublished"]["relayEvidence"] == "0x" + ANSWER.hex()
    assert community.meter_data.periodOf(201605)[-1] is True


def test_publish_dataset__evidence_on_the_wrong_side__is_refused(community: Any) -> None:
    """IMeterDataRegistry G4."""
    with reverts("MeterDataEvidenceUnneeded"):
        community.publish(201605, relay_evidence=ANSWER)
    with reverts("MeterDataEvidenceMissing"):
        community.publish(201605, sender=community.provider)


def test_publish_dataset__by_a_stranger__is_refused(community: Any, stranger: Any) -> None:
    """IMeterDataRegistry G4: neither with nor without evidence."""
    for evidence in (ZERO, ANSWER):
        with reverts("MeterDataNotPublisher", stranger):
            community.publish(201605, sender=stranger, relay_evidence=evidence)


def test_publish_dataset__first_version__freezes_the_roster(community: Any) -> None:
    """IMeterDataRegistry G6: the plant and five homes, all of May."""
    community.publish(201605)
    start, end = calendar()[:2]
    roster = [(0, 1, 0, 1, 1, start, end)] + [(i, i, 1, 0, 0, start, end) for i in range(1, 6)]
    period = community.meter_data.periodOf(201605)
    assert period[9] == "0x" + keccak(encode([f"{COLUMN}[]"], [roster])).hex()
    assert (period[3], period[4]) == (6, 5)
    assert community.meter_data.entriesOf(201605) == 6


def test_publish_dataset__later_version__keeps_the_roster_and_goes_back_to_data(community: Any) -> None:
    """IMeterDataRegistry G6, G7: a checked period loses its verdict with its dataset."""
    community.publish(201605)
    community.judge(201605)
    before = community.meter_data.periodOf(201605)
    assert before[0] == CHECKED
    published = community.publish(201605, version=2)
    after = community.meter_data.periodOf(201605)
    assert (after[0], after[1]) == (DATA, 2)
    assert after[10] == "0x" + attesting.digest("dataset 201605 version 2").hex()
    assert after[3:10] == before[3:10]
    assert "RosterFrozen" not in published.events


def test_publish_dataset__after_a_rejection__is_taken(community: Any) -> None:
    """IMeterDataRegistry G7."""
    community.publish(201605)
    community.judge(201605, attesting.REJECTED)
    assert community.meter_data.periodOf(201605)[0] == REJECTED
    community.publish(201605, version=2)
    assert community.meter_data.periodOf(201605)[0] == DATA


def test_publish_dataset__before_the_period_ends__is_refused(community: Any) -> None:
    """IMeterDataRegistry G5."""
    arguments = (attesting.digest("input"), attesting.digest("root"), attesting.digest("envelopes"), ZERO)
    with reverts("MeterDataNotEnded", 201605, calendar()[1]):
        community.meter_data.publishDataset(201605, *arguments, {"from": community.grid_operator})


def test_publish_dataset__once_a_report_is_in__is_refused(community: Any) -> None:
    """IMeterDataRegistry G5: from then on a correction is a revision."""
    community.publish(201605)
    community.judge(201605)
    community.accept(201605, [0] * 6)
    with reverts("MeterDataReported", 201605):
        community.publish(201605, version=2)


def test_publish_dataset__same_digest_again__is_refused(community: Any) -> None:
    community.publish(201605)
    with reverts("MeterDataUnchanged", attesting.digest("dataset 201605 version 1")):
        community.publish(201605)


@pytest.mark.parametrize("missing", ["input_digest", "readings_root", "envelopes_digest"])
def test_publish_dataset__a_digest_left_out__is_refused(community: Any, missing: str) -> None:
    with reverts("MeterDataDigestMissing"):
        community.publish(201605, **{missing: ZERO})


def test_publish_dataset__period_not_created__is_refused(community: Any) -> None:
    with reverts("MeterDataPeriodUnknown", 201606):
        community.publish(201606)
