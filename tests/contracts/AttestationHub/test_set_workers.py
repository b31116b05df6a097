"""Changing the worker set by vote."""

from __future__ import annotations

from typing import Any

import pytest
from brownie import ZERO_ADDRESS

from tests.contracts import attesting
from tests.contracts.refusals import reverts

ENDPOINT = "http://127.0.0.1:9001"


@pytest.fixture
def set_workers(community: Any) -> Any:
    """Put these worker numbers in the set, by vote."""

    def change(numbers: list[int], quorum: int, endpoint: str = ENDPOINT) -> Any:
        addresses = [attesting.worker(number).address for number in numbers]
        return community.hub.setWorkers(addresses, [endpoint] * len(numbers), quorum, {"from": community.voted})

    return change


def test_set_workers__some_stay_some_leave_some_come__indices_stay(community: Any, set_workers: Any) -> None:
    """IAttestationHub G7: 1 and 3 stay, 0, 2 and 4 leave, 7 comes and gets a new index."""
    event = set_workers([7, 3, 1], 2, "http://127.0.0.1:9100").events["WorkersChanged"]
    assert (event["workerSet"], event["quorum"]) == (2, 2)
    assert list(event["workers"]) == [attesting.worker(i).address for i in (7, 3, 1)]
    found = [community.hub.workerAt(i) for i in range(6)]
    assert [worker[0] for worker in found] == [attesting.worker(i).address for i in (0, 1, 2, 3, 4, 7)]
    assert [worker[2] for worker in found] == [False, True, False, True, False, True]
    assert found[1][1] == "http://127.0.0.1:9100"
    assert (community.hub.workerCount(), community.hub.quorum(), community.hub.workerSet()) == (6, 2, 2)


def test_set_workers__one_comes_back__has_its_old_index(community: Any, set_workers: Any) -> None:
    """IAttestationHub G7."""
    set_workers([0, 1, 2], 2)
    set_workers([4, 0], 2)
    assert community.hub.workerAt(4)[::2] == (attesting.worker(4).address, True)
    assert community.hub.workerCount() == 5
    assert community.hub.workerSet() == 3


def test_set_workers__by_anybody_else__is_refused(community: Any, stranger: Any) -> None:
    """IAttestationHub G8."""
    for sender in (stranger, community.provider, community.grid_operator):
        with reverts("HubNotGovernor", sender):
            community.hub.setWorkers([attesting.worker(0).address], [ENDPOINT], 1, {"from": sender})


def test_set_workers__quorum_of_half_or_less__is_refused(set_workers: Any) -> None:
    """IAttestationHub G1."""
    for quorum in (0, 2, 5):
        with reverts("HubQuorumInvalid", quorum, 4):
            set_workers([0, 1, 2, 3], quorum)


def test_set_workers__a_worker_twice_or_nobody__is_refused(community: Any, set_workers: Any) -> None:
    """IAttestationHub G1."""
    with reverts("HubWorkerInvalid", attesting.worker(1).address):
        set_workers([0, 1, 1], 2)
    with reverts("HubWorkerInvalid", ZERO_ADDRESS):
        community.hub.setWorkers([ZERO_ADDRESS], [ENDPOINT], 1, {"from": community.voted})


def test_set_workers__endpoints_missing__is_refused(community: Any) -> None:
    with reverts("HubEndpointsMismatch", 1, 0):
        community.hub.setWorkers([attesting.worker(0).address], [], 1, {"from": community.voted})


def test_set_workers__more_than_256_over_time__is_refused(community: Any, set_workers: Any) -> None:
    """IAttestationHub G7: an index is one byte and is never given twice."""
    for first in (100, 160, 220):
        set_workers(list(range(first, first + 60)), 31)
    set_workers(list(range(300, 371)), 36)
    assert community.hub.workerCount() == 256
    with reverts("HubWorkersExhausted"):
        set_workers([0, 371], 2)
    set_workers([0, 370], 2)
    assert community.hub.workerAt(255)[::2] == (attesting.worker(370).address, True)
