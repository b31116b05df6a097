"""`KeyGovernor.castVoteBySig`: somebody else sends the ballot, the member signs it."""

from __future__ import annotations

from typing import Any

from eth_account import Account

from tests.contracts import consents
from tests.contracts.KeyGovernor.conftest import AGAINST, FOR, Motion, Town
from tests.contracts.people import PLACES
from tests.contracts.refusals import reverts


def ballot(town: Town, motion: Motion, support: int, signer: str, voter: str, nonce: int = 0) -> bytes:
    """OpenZeppelin's `Ballot`, signed by the person named."""
    fields = (("proposalId", "uint256"), ("support", "uint8"), ("voter", "address"), ("nonce", "uint256"))
    values = (motion.identifier, support, voter, nonce)
    signed = Account.sign_typed_data(
        consents.private_key(PLACES[signer]),
        {
            "name": "DAISEE KeyGovernor",
            "version": "1",
            "chainId": consents.CHAIN_ID,
            "verifyingContract": town.governor.address,
        },
        {"Ballot": [{"name": name, "type": kind} for name, kind in fields]},
        dict(zip((name for name, _ in fields), values, strict=True)),
    )
    return bytes(signed.signature)


def test_cast_vote_by_sig__signed_ballot__counts_for_the_member(
    town: Town, motion: Motion, alice: Any, stranger: Any
) -> None:
    """G2."""
    signature = ballot(town, motion, FOR, "alice", alice.address)
    tx = town.governor.castVoteBySig(motion.identifier, FOR, alice, signature, {"from": stranger})

    assert tx.events["VoteCast"]["voter"] == alice
    assert tuple(town.governor.proposalVotes(motion.identifier)) == (0, 1, 0)


def test_cast_vote_by_sig__ballot_for_something_else__is_refused(
    town: Town, motion: Motion, alice: Any, stranger: Any
) -> None:
    """G2: the other choice, the wrong nonce, somebody else's hand."""
    for flawed in (
        ballot(town, motion, AGAINST, "alice", alice.address),
        ballot(town, motion, FOR, "alice", alice.address, nonce=1),
        ballot(town, motion, FOR, "bob", alice.address),
    ):
        with reverts("GovernorInvalidSignature", alice):
            town.governor.castVoteBySig(motion.identifier, FOR, alice, flawed, {"from": stranger})


def test_cast_vote_by_sig__stranger_signs__is_refused(town: Town, motion: Motion, stranger: Any) -> None:
    """G3."""
    signature = ballot(town, motion, FOR, "stranger", stranger.address)
    with reverts("KeyGovernorNotMember", stranger, motion.snapshot):
        town.governor.castVoteBySig(motion.identifier, FOR, stranger, signature, {"from": stranger})
