"""What the votes say: a proposal with its tally, its status in a word, its bar with the quorum's tick, its timeline.

Everything is read from the chain at one block and is the same for all viewers.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import streamlit as st

from app.data import Place, community
from app.effects import Trial
from app.words import Words
from app.written import cell
from offchain_worker.chain import calls
from offchain_worker.chain.community import Community
from offchain_worker.chain.connection import BlockStamp
from offchain_worker.chain.governor import Majority, Proposal, ProposalState, Tally
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.tariff import Tariff

COLOURS = {"for": "#2c9a58", "abstain": "#7488a5", "against": "#b4552d"}
"""For is the colour of local energy; no colour stands without its word and number."""
OVER = (
    ProposalState.CANCELED,
    ProposalState.DEFEATED,
    ProposalState.SUCCEEDED,
    ProposalState.EXECUTED,
    ProposalState.EXPIRED,
)


@dataclass(frozen=True)
class Happened:
    """Something that happened to a proposal."""

    transaction: str
    block: int
    timestamp: int


@dataclass(frozen=True)
class Motion:
    """A proposal by its number, with its votes, when it was made and how it ended."""

    number: int
    proposal: Proposal
    tally: Tally
    made: Happened
    executed: Happened | None
    cancelled: Happened | None
    key: AllocationKey | None
    tariff: Tariff | None

    @property
    def question(self) -> str:
        """The question to show: whoever proposed it, nothing in it is read as Markdown, no link, no picture."""
        return cell(self.proposal.question)

    @property
    def status(self) -> str:
        """The status as the catalogue names it, worked out from the votes so far."""
        tally = self.tally
        if tally.state is ProposalState.PENDING:
            return "pending"
        if tally.state in (ProposalState.CANCELED, ProposalState.EXECUTED, ProposalState.EXPIRED):
            return {"CANCELED": "cancelled", "EXECUTED": "executed", "EXPIRED": "expired"}[tally.state.name]
        if tally.state in (ProposalState.SUCCEEDED, ProposalState.QUEUED):
            return "passed"
        way = "failing" if tally.state is ProposalState.ACTIVE else "failed"
        if not tally.quorum_reached:
            return f"{way}_quorum"
        if not tally.majority_met:
            return f"{way}_majority"
        return "passing"

    @property
    def trial(self) -> Trial:
        """The rule it would adopt, with the pinned answers it names."""
        return Trial(self.key, self.tariff, self.proposal.answers, self.proposal.confirmations)

    @property
    def is_open(self) -> bool:
        """Whether ballots count now."""
        return self.tally.state is ProposalState.ACTIVE

    @property
    def is_over(self) -> bool:
        """Whether ballots counted and no longer do."""
        return self.tally.state not in (ProposalState.PENDING, ProposalState.ACTIVE)


BADGES = {
    "pending": ("gray", "schedule"),
    "passing": ("green", "trending_up"),
    "failing_quorum": ("orange", "group_off"),
    "failing_majority": ("orange", "trending_down"),
    "passed": ("green", "check_circle"),
    "failed_quorum": ("red", "cancel"),
    "failed_majority": ("red", "cancel"),
    "executed": ("blue", "task_alt"),
    "cancelled": ("gray", "block"),
    "expired": ("gray", "block"),
}


@st.cache_data(max_entries=16, show_spinner=False)
def motions(place: Place, block: BlockStamp) -> list[Motion]:
    """Every proposal at this block, the newest first."""
    found = community(place)
    made = {e["args"]["proposalId"]: e for e in found.governor.events("ProposalCreated", block=block.number)}
    executed = {e["args"]["proposalId"]: e for e in found.governor.events("ProposalExecuted", block=block.number)}
    cancelled = {e["args"]["proposalId"]: e for e in found.governor.events("ProposalCanceled", block=block.number)}
    listed = [
        Motion(
            number,
            proposal,
            found.governor.tally(proposal, block.number),
            _happened(found, made[proposal.identifier]),
            _happened(found, executed[proposal.identifier]) if proposal.identifier in executed else None,
            _happened(found, cancelled[proposal.identifier]) if proposal.identifier in cancelled else None,
            calls.proposed_key(found, proposal),
            calls.proposed_tariff(found, proposal),
        )
        for number, proposal in enumerate(found.governor.proposals(block.number), start=1)
    ]
    return listed[::-1]


def _happened(found: Community, event: dict[str, object] | object) -> Happened:
    number = int(event["blockNumber"])  # type: ignore[index]
    digest = event["transactionHash"].to_0x_hex()  # type: ignore[index]
    return Happened(digest, number, found.connection.stamp(number).timestamp)


def badge(say: Words, motion: Motion) -> None:
    """The status word with its colour and icon."""
    colour, icon = BADGES[motion.status]
    st.badge(say(f"proposals.status.{motion.status}"), icon=f":material/{icon}:", color=colour)  # type: ignore[arg-type]


def bar(say: Words, tally: Tally) -> str:
    """The votes as a bar over all members with the quorum's tick: HTML with its text alternative."""
    members = max(tally.members, 1)
    votes = {"for": tally.in_favour, "abstain": tally.abstain, "against": tally.against}
    parts = "".join(
        f'<div style="width:{100 * number / members:.2f}%;background:{COLOURS[name]};height:100%"></div>'
        for name, number in votes.items()
        if number
    )
    tick = min(100.0, 100 * tally.quorum / members)
    alt = say(
        "proposals.bar_alt",
        quorum=tally.quorum,
        members=tally.members,
        **{name: str(number) for name, number in votes.items()},
    )
    return (
        f'<div role="img" aria-label="{escape(alt, quote=True)}" style="position:relative;margin:.35rem 0 .2rem">'
        f'<div style="display:flex;height:1.15rem;border-radius:.4rem;overflow:hidden;background:rgba(128,140,135,.25)">'
        f"{parts}</div>"
        f'<div style="position:absolute;left:{tick:.2f}%;top:-.3rem;height:1.75rem;border-left:3px solid currentColor">'
        f"</div></div>"
    )


def votes_line(say: Words, tally: Tally) -> str:
    """The numbers of the bar in words, each with its colour's mark."""
    return say(
        "proposals.votes",
        green=":green[■]",
        red=":orange[■]",
        grey=":gray[■]",
        in_favour=tally.in_favour,
        against=tally.against,
        abstain=tally.abstain,
        quorum=tally.quorum,
        members=tally.members,
    )


def needs(say: Words, tally: Tally) -> str:
    """What the proposal needs, and how the colleges stand if they count."""
    said = say(f"proposals.needs.{tally.majority.name.lower()}", quorum=tally.quorum, members=tally.members)
    if tally.majority is Majority.DOUBLE and tally.colleges is not None:
        c = tally.colleges
        said += " " + say(
            "proposals.colleges",
            producers_for=c.producers_for,
            producers_against=c.producers_against,
            consumers_for=c.consumers_for,
            consumers_against=c.consumers_against,
        )
    return said


def left(say: Words, seconds: int) -> str:
    """Seconds as `2 days 3 hours`."""
    days, hours, minutes = seconds // 86_400, seconds % 86_400 // 3_600, seconds % 3_600 // 60
    if days:
        return say.count("proposals.days", days) + " " + say.count("proposals.hours", hours)
    if hours:
        return say.count("proposals.hours", hours) + " " + say.count("proposals.minutes", minutes)
    return say.count("proposals.minutes", max(minutes, 1))
