"""`KeyGovernor.castVoteBySig` and `castBallotBySig`: somebody else sends one ballot, the member signs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from offchain_worker.chain.ballots import Ballot, SignedBallot, sign
from tests.contracts import consents
from tests.contracts.KeyGovernor.conftest import ABSTAIN, AGAINST, FOR, SUCCEEDED, Motion, Town
from tests.contracts.people import PLACES
from tests.contracts.refusals import reverts

ONLY_ACTIVE = "0x" + f"{1 << 1:064x}"


def ballot(
    town: Town, motion: Motion, support: int, signer: str, voter: str, nonce: int = 0, reason: str = "", **domain: Any
) -> SignedBallot:
    """A ballot signed by the person named."""
    place = {"chain_id": consents.CHAIN_ID, "governor": town.governor.address} | domain
    unsigned = Ballot(motion.identifier, support, voter, nonce, reason)
    return sign(unsigned, place["chain_id"], place["governor"], consents.private_key(PLACES[signer]))


def test_cast_vote_by_sig__first_ballot_as_standard_tools_sign_it__counts(
    town: Town, motion: Motion, alice: Any, stranger: Any
) -> None:
    """G2: OpenZeppelin's type with the account's nonce, which is 0."""
    nonce = town.governor.nonces(alice)
    signed = ballot(town, motion, FOR, "alice", alice.address, nonce)
    tx = town.governor.castVoteBySig(motion.identifier, FOR, alice, signed.signature, {"from": stranger})

    assert tx.events["VoteCast"]["voter"] == alice
    assert tuple(town.governor.proposalVotes(motion.identifier)) == (0, 1, 0)
    assert tuple(town.governor.ballotOf(motion.identifier, 1)) == (True, FOR, 1)


def test_cast_vote_by_sig__with_a_reason__says_it(town: Town, motion: Motion, alice: Any, stranger: Any) -> None:
    first = ballot(town, motion, FOR, "alice", alice.address, 0, "because it is fairer")
    tx = town.governor.castVoteWithReasonAndParamsBySig(
        motion.identifier, FOR, alice, "because it is fairer", b"", first.signature, {"from": stranger}
    )
    assert tx.events["VoteCast"]["reason"] == "because it is fairer"

    second = ballot(town, motion, ABSTAIN, "alice", alice.address, 1, "on reflection")
    tx = town.governor.castBallotBySig(motion.identifier, second.abi(), {"from": stranger})
    assert tx.events["VoteCast"]["reason"] == "on reflection"
    with reverts("KeyGovernorParamsUnknown"):
        town.governor.castVoteWithReasonAndParamsBySig(
            motion.identifier, FOR, alice, "", b"\1", first.signature, {"from": stranger}
        )


def test_cast_vote_by_sig__ballot_for_something_else__is_refused(
    town: Town, motion: Motion, propose: Callable[..., Motion], alice: Any, stranger: Any
) -> None:
    """G7: the other choice, another nonce, reason, proposal, chain or contract, somebody else's hand, no hand."""
    other = propose("another question")
    good = ballot(town, motion, FOR, "alice", alice.address)
    for flawed in (
        ballot(town, motion, AGAINST, "alice", alice.address),
        ballot(town, motion, FOR, "alice", alice.address, nonce=1),
        ballot(town, motion, FOR, "alice", alice.address, reason="because"),
        ballot(town, other, FOR, "alice", alice.address),
        ballot(town, motion, FOR, "alice", alice.address, chain_id=1),
        ballot(town, motion, FOR, "alice", alice.address, governor=town.registry.address),
        ballot(town, motion, FOR, "bob", alice.address),
    ):
        sent = (alice.address, FOR, 0, "", flawed.signature)
        with reverts("GovernorInvalidSignature", alice):
            town.governor.castBallotBySig(motion.identifier, sent, {"from": stranger})
        with reverts("GovernorInvalidSignature", alice):
            town.governor.castVoteBySig(motion.identifier, FOR, alice, flawed.signature, {"from": stranger})
    for signature in (b"", b"\0" * 65, good.signature[:64], good.signature + b"\0", _malleable(good.signature)):
        with reverts("GovernorInvalidSignature", alice):
            town.governor.castBallotBySig(motion.identifier, (alice, FOR, 0, "", signature), {"from": stranger})


def _malleable(signature: bytes) -> bytes:
    """The same signature with its other s, which names the same signer."""
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    s = order - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


def test_cast_ballot_by_sig__sent_twice_or_late__is_superseded(
    town: Town, motion: Motion, alice: Any, stranger: Any
) -> None:
    """G7: who keeps an old ballot cannot bring it back."""
    ballots = [
        ballot(town, motion, support, "alice", alice.address, nonce) for nonce, support in ((0, FOR), (3, AGAINST))
    ]
    for each in ballots:
        town.governor.castBallotBySig(motion.identifier, each.abi(), {"from": stranger})
    assert town.governor.nextNonce(motion.identifier, alice) == 4
    for each in ballots:
        with reverts("KeyGovernorBallotSuperseded", alice, 4):
            town.governor.castBallotBySig(motion.identifier, each.abi(), {"from": stranger})
    assert tuple(town.governor.proposalVotes(motion.identifier)) == (1, 0, 0)


def test_cast_ballot_by_sig__after_a_transaction__is_superseded_for_ever(
    town: Town, motion: Motion, alice: Any, stranger: Any
) -> None:
    """G7."""
    town.governor.castVote(motion.identifier, AGAINST, {"from": alice})
    for nonce in (0, 13):
        signed = ballot(town, motion, FOR, "alice", alice.address, nonce)
        with reverts("KeyGovernorBallotSuperseded", alice, 15):
            town.governor.castBallotBySig(motion.identifier, signed.abi(), {"from": stranger})


@pytest.mark.parametrize("nonce", [14, 15, 255])
def test_cast_ballot_by_sig__nonce_beyond_the_last__is_refused(
    town: Town, motion: Motion, alice: Any, stranger: Any, nonce: int
) -> None:
    """G7: a signature never takes the place of a transaction."""
    signed = ballot(town, motion, FOR, "alice", alice.address, nonce)
    with reverts("KeyGovernorNonceTooHigh", alice, nonce):
        town.governor.castBallotBySig(motion.identifier, signed.abi(), {"from": stranger})


def test_cast_ballot_by_sig__stranger_signs__is_refused(town: Town, motion: Motion, stranger: Any) -> None:
    """G3: the voter is checked, not who sends; a member who sends it changes nothing."""
    signed = ballot(town, motion, FOR, "stranger", stranger.address)
    with reverts("KeyGovernorNotMember", stranger, motion.snapshot):
        town.governor.castVoteBySig(motion.identifier, FOR, stranger, signed.signature, {"from": stranger})
    with reverts("KeyGovernorNotMember", stranger, motion.snapshot):
        town.governor.castBallotBySig(motion.identifier, signed.abi(), {"from": town.registry.walletOf(1)})


def test_cast_ballot_by_sig__no_such_choice__is_refused(town: Town, motion: Motion, alice: Any, stranger: Any) -> None:
    signed = ballot(town, motion, 3, "alice", alice.address)
    with reverts("GovernorInvalidVoteType"):
        town.governor.castBallotBySig(motion.identifier, signed.abi(), {"from": stranger})


def test_cast_ballot_by_sig__after_the_vote__is_refused(town: Town, passed: Motion, carol: Any, stranger: Any) -> None:
    signed = ballot(town, passed, AGAINST, "carol", carol.address)
    with reverts("GovernorUnexpectedProposalState", passed.identifier, SUCCEEDED, ONLY_ACTIVE):
        town.governor.castBallotBySig(passed.identifier, signed.abi(), {"from": stranger})


def test_cast_ballot_by_sig__contract_wallet__signs_as_its_owner_does(
    found: Callable[..., Town], contracts: Any, clock: Callable[[int], None], dave: Any, alice: Any, stranger: Any
) -> None:
    """G2, G7: ERC-1271."""
    from tests.contracts.KeyGovernor.conftest import proposal

    wallet = contracts.SmartWallet.deploy(dave, {"from": dave})
    town = found(lambda _: [consents.on_paper(alice.address), consents.on_paper(wallet.address)])
    vote = proposal(town, "wallets", None, alice)
    clock(vote.snapshot + 1)
    town.governor.castBallotBySig(
        vote.identifier, ballot(town, vote, FOR, "dave", wallet.address).abi(), {"from": stranger}
    )
    with reverts("GovernorInvalidSignature", wallet):
        forged = ballot(town, vote, AGAINST, "alice", wallet.address, 1)
        town.governor.castBallotBySig(vote.identifier, forged.abi(), {"from": stranger})
    assert tuple(town.governor.proposalVotes(vote.identifier)) == (0, 1, 0)
