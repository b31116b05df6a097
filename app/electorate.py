"""Who may vote on a proposal and since when, member by member, and why those who may not have no vote.

The contract answers for all wallets in one call, at the second the list was closed (the proposal's opening; now, as
long as it is not open). Members are numbers: the chain knows no names, and how somebody voted is not told here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import streamlit as st

from app import shown
from app.data import Place, community
from app.scene import Surroundings
from app.tallies import Motion
from offchain_worker.chain.connection import BlockStamp
from offchain_worker.chain.governor import ProposalState

MEMBER_BITS = 16
REASONS = ("no_wallet", "young", "late")


@dataclass(frozen=True)
class Elector:
    """A member before a proposal; times in UTC seconds, `votes_from` 0 where there is no such time.

    `why_not` is empty for who may vote, else `no_wallet`, `young` (a member for too short), `late` (a member only
    after the list was closed).
    """

    member: int
    since: int
    votes_from: int
    why_not: str


@dataclass(frozen=True)
class Membership:
    """From when until when (0 while it lasts) somebody is a member, and the wallet, if any."""

    since: int
    until: int
    wallet: str | None


@st.cache_data(max_entries=32, show_spinner=False)
def electors(place: Place, block: BlockStamp, motion: Motion) -> list[Elector]:
    """Everybody who was a member when the list was closed or is one now, by number."""
    registry, opens = community(place).registry, motion.proposal.vote_start
    pending = motion.tally.state is ProposalState.PENDING
    asked = min(opens, block.timestamp - 1)
    known = {
        number: one
        for number, one in _memberships(place, block).items()
        if not one.until or one.since <= asked < one.until
    }
    wallets = [one.wallet for one in known.values() if one.wallet is not None]
    answers = dict(zip(wallets, registry.call("votersAt", wallets, asked, block=block.number), strict=True))
    voting_age = int(registry.call("votingAge", block=block.number))
    listed = []
    for number, one in sorted(known.items()):
        votes_from, why_not = 0, ""
        if one.since > asked and not pending:
            why_not = "late"
        elif one.wallet is None:
            why_not = "no_wallet"
        else:
            # Who joined in this very second is no voter of the second before; the age counts from now.
            votes_from = int(answers[one.wallet]) >> MEMBER_BITS or one.since + voting_age
            why_not = "young" if votes_from > opens else ""
        listed.append(Elector(number, one.since, votes_from, why_not))
    return listed


@st.cache_data(max_entries=16, show_spinner=False)
def _memberships(place: Place, block: BlockStamp) -> dict[int, Membership]:
    """Each member's last membership."""
    found, at = community(place), block.number
    events = [*found.registry.events("MemberEnrolled", block=at), *found.registry.events("MemberLeft", block=at)]
    times = {number: found.connection.stamp(number).timestamp for number in {event["blockNumber"] for event in events}}
    spans: dict[int, Membership] = {}
    for event in sorted(events, key=lambda event: (event["blockNumber"], event["logIndex"])):
        member, time = int(event["args"]["member"]), times[event["blockNumber"]]
        if event["event"] == "MemberLeft":
            spans[member] = replace(spans[member], until=time)
        else:
            spans[member] = Membership(time, 0, found.registry.wallet_of(member, at))
    return spans


def summary(scene: Surroundings, motion: Motion, where: str) -> str:
    """How many may vote, how many may not and why; `where` is the time zone."""
    say, listed = scene.say, electors(scene.place, scene.block, motion)
    against = Counter(one.why_not for one in listed)
    pending = "_pending" if motion.tally.state is ProposalState.PENDING else ""
    opens = say.moment(motion.proposal.vote_start, where)
    lines = [say.count(f"electorate.may{pending}", against[""], when=opens)]
    lines += [say.count(f"electorate.{reason}", against[reason]) for reason in REASONS if against[reason]]
    return " ".join(lines)


def show_list(scene: Surroundings, motion: Motion, where: str, lead: str = "") -> None:
    """The list of all under a line about it, folded away."""
    say = scene.say
    with st.expander(say("electorate.list"), icon=":material/group:"):
        st.markdown(lead)
        rows = [
            (say("common.member", number=one.member), say.date(one.since, where), _told(scene, one, where))
            for one in electors(scene.place, scene.block, motion)
        ]
        shown.table([say("electorate.member"), say("electorate.since"), say("electorate.votes")], rows)


def _told(scene: Surroundings, one: Elector, where: str) -> str:
    say = scene.say
    key = f"electorate.why.{one.why_not}" if one.why_not else "electorate.yes"
    return say(key, when=say.date(one.votes_from, where) if one.votes_from else "")
