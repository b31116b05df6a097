"""`KeyGovernor`, its constructor and settings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.KeyGovernor.conftest import DAY, ORDINARY, QUORUM_PPM, VOTING_DELAY, VOTING_PERIOD, Town
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


def test_constructor__what_standard_tools_ask__is_answered(town: Town, alice: Any, stranger: Any, chain: Any) -> None:
    """EIP-6372 and EIP-5805: the vote source and its past, in seconds."""
    governor, registry, past = town.governor, town.registry, chain[-1].timestamp - 1
    assert governor.token() == registry
    assert [registry.getVotes(who) for who in (alice, stranger)] == [1, 0]
    assert [governor.getVotes(who, past) for who in (alice, stranger)] == [1, 0]
    assert registry.getPastTotalSupply(past) == 4
    assert registry.delegates(alice) == alice
    assert governor.supportsInterface("0x01ffc9a7") is True
    name, version, chain_id, place = governor.eip712Domain()[1:5]
    assert (name, version, chain_id, place) == ("DAISEE KeyGovernor", "1", chain.id, governor)


def test_constructor__delay_period_and_extension__cannot_be_changed(town: Town) -> None:
    """G5: the only functions that write a setting are for later proposals' quorum and majorities."""
    names = {entry["name"] for entry in town.governor.abi if entry["type"] == "function"}
    assert {name for name in names if name.startswith(("set", "update"))} == {"setQuorum", "setMajority"}


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        ((DAY, DAY, DAY, 0, 1), ("KeyGovernorQuorumInvalid", 0)),
        ((DAY, DAY, DAY, 1_000_001, 1), ("KeyGovernorQuorumInvalid", 1_000_001)),
        ((DAY, 0, 0, QUORUM_PPM, 1), ("GovernorInvalidVotingPeriod", 0)),
        ((0, DAY, 0, QUORUM_PPM, 1), ("KeyGovernorDelayZero",)),
        ((DAY, DAY, DAY + 1, QUORUM_PPM, 1), ("KeyGovernorExtensionTooLong", DAY + 1, DAY)),
    ],
)
def test_constructor__unfit_setting__is_refused(
    contracts: Any, town: Town, deployer: Any, settings: tuple[int, ...], refusal: tuple[Any, ...]
) -> None:
    with reverts(*refusal):
        contracts.KeyGovernor.deploy(town.registry, settings, [], {"from": deployer})


def test_constructor__majority_for_the_governor_itself__is_refused(contracts: Any, town: Town, deployer: Any) -> None:
    """G5."""
    itself = deployer.get_deployment_address()
    with reverts("KeyGovernorMajorityFixed", "0x01020304"):
        contracts.KeyGovernor.deploy(
            town.registry, (DAY, DAY, DAY, 1, 1), [(itself, "0x01020304", ORDINARY)], {"from": deployer}
        )
