"""`KeyGovernor.castVote`: one member, one vote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts import consents
from tests.contracts.KeyGovernor.conftest import (
    ABSTAIN,
    AGAINST,
    DEFEATED,
    FOR,
    PENDING,
    SUCCEEDED,
    VOTING_AGE,
    VOTING_DELAY,
    Motion,
    Town,
    proposal,
)
from tests.contracts.people import PLACES
from tests.contracts.refusals import reverts

REPLACEMENT_DELAY = 7 * 86400
ONLY_ACTIVE = "0x" + f"{1 << 1:064x}"


@pytest.mark.parametrize(("support", "votes"), [(AGAINST, (1, 0, 0)), (FOR, (0, 1, 0)), (ABSTAIN, (0, 0, 1))])
def test_cast_vote__member__counts_one(
    town: Town, motion: Motion, alice: Any, support: int, votes: tuple[int, ...]
) -> None:
    """G2."""
    tx = town.governor.castVote(motion.identifier, support, {"from": alice})

    assert tx.events["VoteCast"] == {
        "voter": alice.address,
        "proposalId": motion.identifier,
        "support": support,
        "weight": 1,
        "reason": "",
    }
    assert tuple(town.governor.proposalVotes(motion.identifier)) == votes
    assert town.governor.hasVoted(motion.identifier, alice) is True


def test_cast_vote__three_members__are_counted_apart(
    town: Town, motion: Motion, alice: Any, bob: Any, carol: Any, stranger: Any
) -> None:
    """G2."""
    for wallet, support in ((bob, FOR), (alice, AGAINST), (carol, ABSTAIN)):
        town.governor.castVote(motion.identifier, support, {"from": wallet})

    assert tuple(town.governor.proposalVotes(motion.identifier)) == (1, 1, 1)
    voted = [town.governor.hasVoted(motion.identifier, wallet) for wallet in (alice, bob, carol, stranger)]
    assert voted == [True, True, True, False]


def test_cast_vote__with_a_reason__says_it(town: Town, motion: Motion, alice: Any) -> None:
    tx = town.governor.castVoteWithReason(motion.identifier, FOR, "fairer", {"from": alice})

    assert tx.events["VoteCast"]["reason"] == "fairer"


def test_cast_vote__again__replaces_the_ballot(town: Town, motion: Motion, alice: Any, bob: Any) -> None:
    """G2: people err; while the vote is open the last choice counts."""
    town.governor.castVote(motion.identifier, ABSTAIN, {"from": bob})
    for support, votes in ((FOR, (0, 1, 1)), (AGAINST, (1, 0, 1)), (AGAINST, (1, 0, 1)), (ABSTAIN, (0, 0, 2))):
        town.governor.castVote(motion.identifier, support, {"from": alice})
        assert tuple(town.governor.proposalVotes(motion.identifier)) == votes
        assert tuple(town.governor.ballotOf(motion.identifier, 1)) == (True, support, 15)


def test_cast_vote__with_parameters__is_refused(town: Town, motion: Motion, alice: Any) -> None:
    with reverts("KeyGovernorParamsUnknown"):
        town.governor.castVoteWithReasonAndParams(motion.identifier, FOR, "", b"\1", {"from": alice})
    town.governor.castVoteWithReasonAndParams(motion.identifier, FOR, "fair", b"", {"from": alice})
    assert tuple(town.governor.proposalVotes(motion.identifier)) == (0, 1, 0)


@pytest.mark.parametrize("support", [3, 255])
def test_cast_vote__no_such_choice__is_refused(town: Town, motion: Motion, alice: Any, support: int) -> None:
    with reverts("GovernorInvalidVoteType"):
        town.governor.castVote(motion.identifier, support, {"from": alice})


def test_cast_vote__stranger__is_refused(town: Town, motion: Motion, stranger: Any, provider: Any) -> None:
    """G3."""
    for caller in (stranger, provider):
        with reverts("KeyGovernorNotMember", caller, motion.snapshot):
            town.governor.castVote(motion.identifier, FOR, {"from": caller})


def test_cast_vote__enrolled_after_the_snapshot__is_refused(
    town: Town, motion: Motion, provider: Any, dave: Any
) -> None:
    """G3."""
    consent = consents.signed(PLACES["dave"], dave.address, town.registry.address)
    town.registry.enrol(consent, {"from": provider})
    with reverts("KeyGovernorNotMember", dave, motion.snapshot):
        town.governor.castVote(motion.identifier, FOR, {"from": dave})


@pytest.mark.parametrize("seconds_short", [0, 1])
def test_cast_vote__new_member__votes_from_the_voting_age_on(
    town: Town, clock: Callable[[int], None], chain: Any, provider: Any, alice: Any, dave: Any, seconds_short: int
) -> None:
    """G3: thirty days of membership at the snapshot, to the second; the founders voted at once."""
    consent = consents.signed(PLACES["dave"], dave.address, town.registry.address)
    votes_from = town.registry.enrol(consent, {"from": provider}).timestamp + VOTING_AGE
    clock(votes_from - VOTING_DELAY - 1 - seconds_short)
    vote = proposal(town, "another time", None, alice)
    assert vote.snapshot == votes_from - seconds_short
    clock(vote.snapshot + 1)

    if seconds_short:
        with reverts("KeyGovernorMemberTooNew", dave, votes_from, vote.snapshot):
            town.governor.castVote(vote.identifier, FOR, {"from": dave})
    else:
        town.governor.castVote(vote.identifier, FOR, {"from": dave})
        assert tuple(town.governor.proposalVotes(vote.identifier)) == (0, 1, 0)


def test_cast_vote__left_before_the_snapshot__is_refused(
    town: Town, propose: Callable[..., Motion], clock: Callable[[int], None], bob: Any
) -> None:
    """G3: in the snapshot's own second too."""
    proposed = propose("another time")
    clock(proposed.snapshot - 1)
    assert town.registry.leave({"from": bob}).timestamp == proposed.snapshot
    clock(proposed.snapshot + 1)
    with reverts("KeyGovernorNotMember", bob, proposed.snapshot):
        town.governor.castVote(proposed.identifier, FOR, {"from": bob})


def test_cast_vote__left_and_came_back__has_no_vote_on_what_was_asked_before(
    town: Town, motion: Motion, provider: Any, bob: Any
) -> None:
    """G2, G3."""
    town.governor.castVote(motion.identifier, FOR, {"from": bob})
    town.registry.leave({"from": bob})
    town.registry.enrol(consents.signed(PLACES["bob"], bob.address, town.registry.address, 1), {"from": provider})
    with reverts("KeyGovernorNotMember", bob, motion.snapshot):
        town.governor.castVote(motion.identifier, FOR, {"from": bob})


@pytest.mark.parametrize("old_wallet_voted", [False, True])
def test_cast_vote__wallet_replaced_during_the_vote__is_one_vote_still(
    town: Town,
    propose: Callable[..., Motion],
    clock: Callable[[int], None],
    alice: Any,
    provider: Any,
    dave: Any,
    old_wallet_voted: bool,
) -> None:
    """G2: ballots are by member; dave's wallet takes alice's place and finds her ballot cast, or not."""
    asked = town.registry.requestWalletReplacement(1, dave, {"from": provider})
    clock(asked.timestamp + REPLACEMENT_DELAY - VOTING_DELAY - 100)
    open_vote = propose("another time")
    clock(open_vote.snapshot + 1)
    if old_wallet_voted:
        town.governor.castVote(open_vote.identifier, AGAINST, {"from": alice})
    clock(asked.timestamp + REPLACEMENT_DELAY)
    town.registry.completeWalletReplacement(1, {"from": dave})

    with reverts("KeyGovernorNotMember", alice, open_vote.snapshot):
        town.governor.castVote(open_vote.identifier, FOR, {"from": alice})
    assert town.governor.hasVoted(open_vote.identifier, dave) is old_wallet_voted
    assert tuple(town.governor.proposalVotes(open_vote.identifier)) == (int(old_wallet_voted), 0, 0)
    town.governor.castVote(open_vote.identifier, FOR, {"from": dave})
    assert tuple(town.governor.proposalVotes(open_vote.identifier)) == (0, 1, 0)


def test_cast_vote__before_and_after_the_vote__is_refused(
    town: Town, propose: Callable[..., Motion], clock: Callable[[int], None], alice: Any, bob: Any
) -> None:
    proposed = propose("another time")
    with reverts("GovernorUnexpectedProposalState", proposed.identifier, PENDING, ONLY_ACTIVE):
        town.governor.castVote(proposed.identifier, FOR, {"from": alice})
    clock(proposed.snapshot)
    for wallet in (alice, bob):
        town.governor.castVote(proposed.identifier, FOR, {"from": wallet})  # from the second after the snapshot
    clock(proposed.deadline - 1)
    town.governor.castVote(proposed.identifier, FOR, {"from": bob})  # the deadline's own second
    assert town.governor.state(proposed.identifier) != SUCCEEDED
    with reverts("GovernorUnexpectedProposalState", proposed.identifier, SUCCEEDED, ONLY_ACTIVE):
        town.governor.castVote(proposed.identifier, FOR, {"from": alice})


def test_cast_vote__after_a_vote_that_failed__is_refused(
    town: Town, motion: Motion, clock: Callable[[int], None], alice: Any
) -> None:
    clock(motion.deadline + 1)
    with reverts("GovernorUnexpectedProposalState", motion.identifier, DEFEATED, ONLY_ACTIVE):
        town.governor.castVote(motion.identifier, FOR, {"from": alice})


def test_cast_vote__nothing_proposed__is_refused(town: Town, alice: Any) -> None:
    with reverts("GovernorNonexistentProposal", 7):
        town.governor.castVote(7, FOR, {"from": alice})
