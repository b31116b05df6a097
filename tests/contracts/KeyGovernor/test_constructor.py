"""`KeyGovernor`, its constructor and settings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.KeyGovernor.conftest import DAY, QUORUM_PPM, VOTING_DELAY, VOTING_PERIOD, Town
from tests.contracts.refusals import reverts


def test_constructor__settings__are_what_governance_tools_read(town: Town, chain: Any) -> None:
    governor = town.governor
    assert governor.name() == "DAISEE KeyGovernor"
    assert (governor.votingDelay(), governor.votingPeriod(), governor.quorumPpm()) == (
        VOTING_DELAY,
        VOTING_PERIOD,
        QUORUM_PPM,
    )
    assert governor.proposalThreshold() == 1
    assert governor.registry() == town.registry
    assert governor.COUNTING_MODE() == "support=bravo&quorum=for,abstain"
    assert governor.CLOCK_MODE() == town.registry.CLOCK_MODE() == "mode=timestamp"
    assert governor.clock() == town.registry.clock() == chain[-1].timestamp


def test_constructor__settings__cannot_be_changed(town: Town) -> None:
    """G5: there is no function that writes one."""
    names = {entry["name"] for entry in town.governor.abi if entry["type"] == "function"}
    assert not [name for name in names if name.startswith(("set", "update"))]


@pytest.mark.parametrize("quorum", [0, 1_000_001])
def test_constructor__quorum_is_no_share__is_refused(contracts: Any, town: Town, deployer: Any, quorum: int) -> None:
    with reverts("KeyGovernorQuorumInvalid", quorum):
        contracts.KeyGovernor.deploy(town.registry, DAY, DAY, quorum, {"from": deployer})


def test_constructor__no_time_to_vote__is_refused(contracts: Any, town: Town, deployer: Any) -> None:
    with reverts("GovernorInvalidVotingPeriod", 0):
        contracts.KeyGovernor.deploy(town.registry, DAY, 0, QUORUM_PPM, {"from": deployer})
