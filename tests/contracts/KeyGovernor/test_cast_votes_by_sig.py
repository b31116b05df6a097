"""`KeyGovernor.castVotesBySig`: many ballots in one transaction; what cannot count is passed over, with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from offchain_worker.chain.ballots import batch
from tests.contracts import consents
from tests.contracts.KeyGovernor.conftest import (
    AGAINST,
    FOR,
    MEMBER_TOO_NEW,
    NONCE_TOO_HIGH,
    NOT_MEMBER,
    PENDING,
    SIGNATURE_INVALID,
    SUPERSEDED,
    SUPPORT_UNKNOWN,
    VOTING_AGE,
    Motion,
    Town,
    proposal,
)
from tests.contracts.KeyGovernor.test_cast_vote_by_sig import ONLY_ACTIVE, ballot
from tests.contracts.people import PLACES
from tests.contracts.refusals import reverts


def skipped(tx: Any) -> list[tuple[str, int, int]]:
    """Voter, nonce and fault of what was passed over, in order."""
    return [(e["voter"], e["nonce"], e["fault"]) for e in tx.events["BallotSkipped"]]


def test_cast_votes_by_sig__all_good__count_and_keep_their_reasons(
    town: Town, motion: Motion, alice: Any, bob: Any, stranger: Any
) -> None:
    """G2, G8."""
    ballots = [
        ballot(town, motion, FOR, "alice", alice.address),
        ballot(town, motion, AGAINST, "bob", bob.address, 2, "dear"),
    ]
    tx = town.governor.castVotesBySig(motion.identifier, *batch(ballots), {"from": stranger})

    assert [(e["voter"], e["support"], e["reason"]) for e in tx.events["VoteCast"]] == [
        (alice.address, FOR, ""),
        (bob.address, AGAINST, "dear"),
    ]
    assert "BallotSkipped" not in tx.events
    assert tuple(town.governor.proposalVotes(motion.identifier)) == (1, 1, 0)


def test_cast_votes_by_sig__bad_ones_among_them__are_passed_over_with_their_reason(
    town: Town, clock: Callable[[int], None], provider: Any, alice: Any, bob: Any, carol: Any, dave: Any, stranger: Any
) -> None:
    """G3, G7, G8: each fault once, and the good ballots count."""
    consent = consents.signed(PLACES["dave"], dave.address, town.registry.address)
    town.registry.enrol(consent, {"from": provider})
    vote = proposal(town, "many hands", None, alice)
    clock(vote.snapshot + 1)
    ballots = [
        ballot(town, vote, FOR, "stranger", stranger.address),
        ballot(town, vote, FOR, "dave", dave.address),
        ballot(town, vote, 3, "alice", alice.address),
        ballot(town, vote, FOR, "alice", alice.address, 14),
        ballot(town, vote, FOR, "alice", alice.address, 0),
        ballot(town, vote, AGAINST, "alice", alice.address, 0),
        ballot(town, vote, FOR, "carol", bob.address),
        ballot(town, vote, AGAINST, "carol", carol.address, 1),
    ]
    tx = town.governor.castVotesBySig(vote.identifier, *batch(ballots), {"from": stranger})

    assert skipped(tx) == [
        (stranger.address, 0, NOT_MEMBER),
        (dave.address, 0, MEMBER_TOO_NEW),
        (alice.address, 0, SUPPORT_UNKNOWN),
        (alice.address, 14, NONCE_TOO_HIGH),
        (alice.address, 0, SUPERSEDED),
        (bob.address, 0, SIGNATURE_INVALID),
    ]
    assert tuple(town.governor.proposalVotes(vote.identifier)) == (1, 1, 0)
    assert vote.snapshot - town.registry.voterAt(alice, vote.snapshot)[1] < VOTING_AGE


def test_cast_votes_by_sig__sent_again__changes_nothing(
    town: Town, motion: Motion, alice: Any, bob: Any, stranger: Any
) -> None:
    """G7: a batch that is replayed, or overlaps another relayer's, is harmless."""
    given = [ballot(town, motion, FOR, name, wallet.address) for name, wallet in (("alice", alice), ("bob", bob))]
    for _ in range(2):
        tx = town.governor.castVotesBySig(motion.identifier, *batch(given), {"from": stranger})
    assert skipped(tx) == [(alice.address, 0, SUPERSEDED), (bob.address, 0, SUPERSEDED)]
    assert tuple(town.governor.proposalVotes(motion.identifier)) == (0, 2, 0)


def test_cast_votes_by_sig__vote_not_open__is_refused_as_a_whole(
    town: Town, propose: Callable[..., Motion], alice: Any, stranger: Any
) -> None:
    early = propose("another time")
    with reverts("GovernorUnexpectedProposalState", early.identifier, PENDING, ONLY_ACTIVE):
        given = [ballot(town, early, FOR, "alice", alice.address)]
        town.governor.castVotesBySig(early.identifier, *batch(given), {"from": stranger})


def test_cast_votes_by_sig__wallet_that_burns_all_gas__cannot_stop_the_others(
    found: Callable[..., Town], contracts: Any, clock: Callable[[int], None], alice: Any, bob: Any, stranger: Any
) -> None:
    """G8."""
    burner = contracts.GasBurner.deploy({"from": stranger})
    town = found(lambda _: [consents.on_paper(each) for each in (alice.address, burner.address, bob.address)])
    vote = proposal(town, "patience", None, alice)
    clock(vote.snapshot + 1)
    given = [
        ballot(town, vote, FOR, "alice", alice.address),
        ballot(town, vote, FOR, "stranger", burner.address),
        ballot(town, vote, FOR, "bob", bob.address),
    ]
    tx = town.governor.castVotesBySig(vote.identifier, *batch(given), {"from": stranger})

    assert skipped(tx) == [(burner.address, 0, SIGNATURE_INVALID)]
    assert tuple(town.governor.proposalVotes(vote.identifier)) == (0, 2, 0)
    assert tx.gas_used < 600_000


def test_cast_votes_by_sig__contract_wallet_among_keys__counts(
    found: Callable[..., Town], contracts: Any, clock: Callable[[int], None], alice: Any, dave: Any, stranger: Any
) -> None:
    """G2, G8: ERC-1271, with a signature of its own length."""
    wallet = contracts.SmartWallet.deploy(dave, {"from": dave})
    town = found(lambda _: [consents.on_paper(alice.address), consents.on_paper(wallet.address)])
    vote = proposal(town, "wallets", None, alice)
    clock(vote.snapshot + 1)
    given = [ballot(town, vote, AGAINST, "dave", wallet.address), ballot(town, vote, FOR, "alice", alice.address)]
    town.governor.castVotesBySig(vote.identifier, *batch(given), {"from": stranger})
    assert tuple(town.governor.proposalVotes(vote.identifier)) == (1, 1, 0)


def test_cast_votes_by_sig__reasons_for_some_only__is_refused(
    town: Town, motion: Motion, alice: Any, stranger: Any
) -> None:
    words, signatures, _ = batch([ballot(town, motion, FOR, "alice", alice.address)])
    with reverts("KeyGovernorBatchInvalid", 1, 2):
        town.governor.castVotesBySig(motion.identifier, words, signatures, ["a", "b"], {"from": stranger})
