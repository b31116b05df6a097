"""The first worker set."""

from __future__ import annotations

from typing import Any

import pytest
from brownie import ZERO_ADDRESS

from tests.contracts import attesting
from tests.contracts.refusals import reverts

WORKERS = [attesting.worker(i).address for i in range(5)]


@pytest.fixture
def deploy(contracts: Any, community: Any, deployer: Any) -> Any:
    """Deploy a hub with these workers beside the community's."""

    def make(workers: list[str], quorum: int, endpoints: list[str] | None = None) -> Any:
        endpoints = ["http://127.0.0.1:9001"] * len(workers) if endpoints is None else endpoints
        places = (community.governor, community.meter_data, community.settlement)
        return contracts.AttestationHub.deploy(*places, workers, endpoints, quorum, 60, {"from": deployer})

    return make


@pytest.mark.parametrize(("workers", "quorum"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (5, 5)])
def test_constructor__more_than_half_of_the_workers__is_a_quorum(deploy: Any, workers: int, quorum: int) -> None:
    """IAttestationHub G1."""
    hub = deploy(WORKERS[:workers], quorum)
    assert (hub.workerCount(), hub.quorum(), hub.workerSet(), hub.reopenDelay()) == (workers, quorum, 1, 60)
    assert [hub.workerAt(i)[0] for i in range(workers)] == WORKERS[:workers]


@pytest.mark.parametrize(("workers", "quorum"), [(0, 0), (1, 0), (2, 1), (4, 2), (5, 2), (5, 6), (0, 1)])
def test_constructor__another_quorum__is_refused(deploy: Any, workers: int, quorum: int) -> None:
    """IAttestationHub G1."""
    with reverts("HubQuorumInvalid", quorum, workers):
        deploy(WORKERS[:workers], quorum)


def test_constructor__a_worker_twice_or_nobody__is_refused(deploy: Any) -> None:
    """IAttestationHub G1: one key cannot sign for two."""
    with reverts("HubWorkerInvalid", WORKERS[0]):
        deploy([WORKERS[0], WORKERS[1], WORKERS[0]], 2)
    with reverts("HubWorkerInvalid", ZERO_ADDRESS):
        deploy([WORKERS[0], ZERO_ADDRESS], 2)


def test_constructor__endpoints_missing__is_refused(deploy: Any) -> None:
    with reverts("HubEndpointsMismatch", 2, 1):
        deploy(WORKERS[:2], 2, ["http://127.0.0.1:9001"])
