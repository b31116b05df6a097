"""Giving further readers their keys."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import attesting
from tests.contracts.community import ZERO
from tests.contracts.refusals import reverts

DIGEST = attesting.digest("further envelopes")


@pytest.mark.parametrize("publisher", ["grid_operator", "provider"])
def test_publish_envelopes__by_a_publisher__is_on_chain(community: Any, publisher: str) -> None:
    """IMeterDataRegistry G4: whoever published the dataset, both may add readers."""
    community.create(201605)
    community.publish(201605)
    published = community.meter_data.publishEnvelopes(201605, DIGEST, {"from": getattr(community, publisher)})
    assert published.events["EnvelopesPublished"] == {"period": 201605, "digest": "0x" + DIGEST.hex()}


def test_publish_envelopes__by_a_stranger__is_refused(community: Any, stranger: Any) -> None:
    """IMeterDataRegistry G4."""
    with reverts("MeterDataNotPublisher", stranger):
        community.meter_data.publishEnvelopes(201605, DIGEST, {"from": stranger})


def test_publish_envelopes__without_digest_dataset_or_period__is_refused(community: Any) -> None:
    """IMeterDataRegistry G5: there is nothing to give access to before the first dataset."""
    sender = {"from": community.grid_operator}
    with reverts("MeterDataPeriodUnknown", 201605):
        community.meter_data.publishEnvelopes(201605, DIGEST, sender)
    community.create(201605)
    with reverts("MeterDataNoDataset", 201605):
        community.meter_data.publishEnvelopes(201605, DIGEST, sender)
    with reverts("MeterDataDigestMissing"):
        community.meter_data.publishEnvelopes(201605, ZERO, sender)
