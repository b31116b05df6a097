"""The viewer as a voter: whether they may vote on a proposal and since when, and the ballot that counts for them now."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.data import Place, community
from app.tallies import Happened, Motion
from offchain_worker.chain.connection import BlockStamp
from offchain_worker.chain.governor import CastBallot, ProposalState


@dataclass(frozen=True)
class Voter:
    """A viewer before a proposal; times in UTC seconds, 0 for never.

    `why_not` is empty, or the catalogue's reason why there is no vote: `public`, `stranger`, `late` (no member at the
    snapshot), `young` (a member for too short), `left`.
    """

    address: str
    member: int
    since: int
    votes_from: int
    why_not: str
    ballot: CastBallot | None
    cast: Happened | None
    next_nonce: int
    delegate: int
    held: tuple[int, ...]


@st.cache_data(max_entries=256, show_spinner=False)
def standing(place: Place, block: BlockStamp, motion: Motion, address: str) -> Voter:
    """What the chain says of an address (`public` for nobody's) and this proposal."""
    if not address.startswith("0x"):
        return Voter(address, 0, 0, 0, "public", None, None, 0, 0, ())
    found = community(place)
    at, identifier = block.number, motion.proposal.identifier
    opened = motion.tally.state is not ProposalState.PENDING
    snapshot = motion.proposal.vote_start if opened else block.timestamp - 1
    then, votes_from = found.registry.call("voterAt", address, min(snapshot, block.timestamp - 1), block=at)
    member = int(then) or int(found.registry.member_of(address, at))
    since = _since(place, block, member) if member else 0
    why_not = ""
    if not then:
        why_not = "late" if member else "stranger"
    elif votes_from > motion.proposal.vote_start:
        why_not = "young"
    ballot = found.governor.ballot_of(identifier, member, at) if member else None
    return Voter(
        address,
        member,
        since,
        int(votes_from),
        why_not,
        ballot,
        _cast(place, block, identifier, member, address) if ballot else None,
        found.governor.next_nonce(identifier, address, at) if then and opened else 0,
        found.governor.delegate_of(member, at) if member else 0,
        tuple(found.governor.proxies_of(member, at)) if member else (),
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _since(place: Place, block: BlockStamp, member: int) -> int:
    found = community(place)
    enrolled = [one.enrolled_at_block for one in found.registry.members(block.number) if one.index == member]
    return found.connection.stamp(enrolled[0]).timestamp if enrolled else 0


def _cast(place: Place, block: BlockStamp, proposal: int, member: int, address: str) -> Happened | None:
    """The transaction that cast the ballot that counts: by this wallet, else by an earlier one of the member."""
    found = community(place)
    listed = [
        event
        for event in found.governor.events("VoteCast", block=block.number)
        if event["args"]["proposalId"] == proposal
    ]
    mine = [event for event in listed if event["args"]["voter"] == address] or [
        event for event in listed if found.registry.member_of(event["args"]["voter"], block.number) == member
    ]
    if not mine:
        return None
    last = mine[-1]
    stamp = found.connection.stamp(last["blockNumber"])
    return Happened(last["transactionHash"].to_0x_hex(), stamp.number, stamp.timestamp)
