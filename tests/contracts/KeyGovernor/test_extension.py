"""`KeyGovernor`, a quorum reached late prolongs the vote: once, and by no more than was fixed. Quorum: two of four."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from offchain_worker.chain.ballots import batch
from tests.contracts.KeyGovernor.conftest import AGAINST, DEFEATED, EXTENSION, FOR, SUCCEEDED, Motion, Town
from tests.contracts.KeyGovernor.test_cast_vote_by_sig import ballot


@pytest.mark.parametrize("way", ["transaction", "batch", "proxy"])
def test_extension__quorum_in_the_last_second__leaves_time_to_answer(
    town: Town, motion: Motion, clock: Callable[[int], None], alice: Any, bob: Any, carol: Any, stranger: Any, way: str
) -> None:
    """G10: whatever way the ballot comes; those against still come, and a second extension does not."""
    governor = town.governor
    governor.giveProxy(carol, {"from": bob})
    governor.castVote(motion.identifier, FOR, {"from": alice})
    clock(motion.deadline - 1)
    if way == "transaction":
        tx = governor.castVote(motion.identifier, FOR, {"from": bob})
    elif way == "batch":
        signed = ballot(town, motion, FOR, "bob", bob.address)
        tx = governor.castVotesBySig(motion.identifier, *batch([signed]), {"from": stranger})
    else:
        tx = governor.castProxies(motion.identifier, [2], FOR, "", {"from": carol})

    until = motion.deadline + EXTENSION
    assert tx.events["ProposalExtended"] == {"proposalId": motion.identifier, "extendedDeadline": until}
    assert governor.proposalDeadline(motion.identifier) == until
    assert governor.termsOf(motion.identifier)[2] is True
    clock(until - 3)
    governor.castVote(motion.identifier, AGAINST, {"from": bob})
    governor.castVote(motion.identifier, FOR, {"from": bob})
    governor.castVote(motion.identifier, AGAINST, {"from": carol})
    assert governor.proposalDeadline(motion.identifier) == until
    clock(until + 1)
    assert governor.state(motion.identifier) == SUCCEEDED


def test_extension__quorum_in_time__moves_nothing(
    town: Town, motion: Motion, clock: Callable[[int], None], alice: Any, bob: Any, carol: Any
) -> None:
    """G10."""
    clock(motion.deadline - EXTENSION - 2)
    for wallet in (alice, bob):
        town.governor.castVote(motion.identifier, FOR, {"from": wallet})
    clock(motion.deadline - 1)
    town.governor.castVote(motion.identifier, FOR, {"from": carol})
    assert town.governor.proposalDeadline(motion.identifier) == motion.deadline


def test_extension__quorum_left_and_reached_again_late__prolongs(
    town: Town, motion: Motion, clock: Callable[[int], None], alice: Any, bob: Any
) -> None:
    """G10: a choice held back and given again at the end is late too."""
    for wallet in (alice, bob):
        town.governor.castVote(motion.identifier, FOR, {"from": wallet})
    town.governor.castVote(motion.identifier, AGAINST, {"from": bob})
    clock(motion.deadline - 1)
    town.governor.castVote(motion.identifier, FOR, {"from": bob})
    assert town.governor.proposalDeadline(motion.identifier) == motion.deadline + EXTENSION


def test_extension__ballots_late_without_a_quorum__prolong_nothing(
    town: Town, motion: Motion, clock: Callable[[int], None], alice: Any, carol: Any
) -> None:
    """G10."""
    clock(motion.deadline - 2)
    town.governor.castVote(motion.identifier, FOR, {"from": alice})
    town.governor.castVote(motion.identifier, AGAINST, {"from": carol})
    clock(motion.deadline + 1)
    assert town.governor.state(motion.identifier) == DEFEATED
