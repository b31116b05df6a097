"""`daisee propose | vote | proxy | tally | execute`: change a rule by a vote of the members."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from offchain_worker.chain import ballots, calls, proposing, relay_client
from offchain_worker.chain.ballots import LAST_NONCE, Ballot, SignedBallot
from offchain_worker.chain.community import Community
from offchain_worker.chain.governor import Proposal, ProposalState, Support
from offchain_worker.chain.proposing import Subject
from offchain_worker.domain.errors import DaiseeError

from . import output
from .session import Session
from .settings import JsonOption


class ProposalUnknown(DaiseeError):
    """No proposal has this number."""


class Choice(StrEnum):
    """A ballot."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


def proposal_numbered(community: Community, number: int) -> Proposal:
    """The proposal with this number (1 is the first ever). Raises ProposalUnknown."""
    proposals = community.governor.proposals()
    if not 1 <= number <= len(proposals):
        raise ProposalUnknown(f"there is no proposal {number}: there are {len(proposals)}; see `daisee tally`")
    return proposals[number - 1]


def propose(
    context: typer.Context,
    subject: Annotated[Subject, typer.Argument(help="What to change")],
    document: Annotated[Path, typer.Argument(help="The new rule's document", exists=True, dir_okay=False)],
    description: Annotated[str, typer.Option("--description", help="The question put to the members")],
    effective_from: Annotated[int, typer.Option("--from", help="Effective at the earliest (UTC seconds)")] = 0,
    what_if: Annotated[
        list[str] | None, typer.Option("--what-if", help="An answer `simulate --pin` made (0x…); several times")
    ] = None,
    confirmed: Annotated[
        list[Path] | None,
        typer.Option("--confirmed", help="A worker's `simulate --confirm`; several times", exists=True, dir_okay=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Propose a new key, tariff, conformity rules or worker program."""
    session = Session.of(context)
    community = session.community
    call = proposing.rule_call(community, subject, document.read_text(encoding="utf-8"), effective_from)
    sender = session.sender(community)
    proposing.rehearse(community, community.rules.address, call)
    named = (
        [_digest(text) for text in what_if or []],
        [session.store.put(file.read_bytes().strip()) for file in confirmed or []],
    )
    proposer = str(sender.address)
    sender.send(proposing.proposing(community, community.rules.address, call, description, proposer, *named))
    number = len(community.governor.proposals())
    output.emit({"proposal": number}, as_json, lambda r: output.results.print(f"proposal {r['proposal']} is made"))


def _digest(text: str) -> bytes:
    if not re.fullmatch(r"0x[0-9a-f]{64}", text):
        raise typer.BadParameter(f"{text!r} is not a digest: 0x and 64 hexadecimal digits")
    return bytes.fromhex(text[2:])


SUPPORTS = {Choice.FOR: Support.FOR, Choice.AGAINST: Support.AGAINST, Choice.ABSTAIN: Support.ABSTAIN}


class BallotRefused(DaiseeError):
    """The ballot cannot count, in the words a relayer would use."""


def vote(
    context: typer.Context,
    number: Annotated[int | None, typer.Argument(help="The proposal's number, see `daisee tally`")] = None,
    choice: Annotated[Choice | None, typer.Argument(help="Your ballot")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, for all to read")] = "",
    sign: Annotated[Path | None, typer.Option("--sign", help="Sign only, and write the ballot to this file")] = None,
    relay: Annotated[str | None, typer.Option("--relay", help="Sign, and hand the ballot to this relayer")] = None,
    send: Annotated[
        Path | None, typer.Option("--send", help="Send somebody's signed ballot, alone", exists=True, dir_okay=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Cast a ballot: by transaction, or signed (`--sign`, `--relay`), or send a signed one (`--send`)."""
    session = Session.of(context)
    community = session.community
    if send is not None:
        result = send_alone(session, community, send)
    elif number is None or choice is None:
        raise typer.BadParameter("name the proposal and the choice, or a signed ballot with --send")
    else:
        proposal = proposal_numbered(community, number)
        result = {"proposal": number, "choice": choice.value}
        if sign is None and relay is None:
            result |= cast(session, community, proposal, choice, reason)
        else:
            result |= hand_in(signed_ballot(session, community, proposal, choice, reason), sign, relay)

    def show(shown: dict[str, Any]) -> None:
        for name, value in shown.items():
            output.results.print(f"{name}: {value}", markup=False)

    output.emit(result, as_json, show)


def cast(session: Session, community: Community, proposal: Proposal, choice: Choice, reason: str) -> dict[str, Any]:
    """Vote by the identity's own transaction."""
    governor, support = community.governor, int(SUPPORTS[choice])
    call = (
        governor.function("castVoteWithReason", proposal.identifier, support, reason)
        if reason
        else governor.function("castVote", proposal.identifier, support)
    )
    receipt = session.sender(community).send(call)
    return {"transaction": receipt["transactionHash"].to_0x_hex()}  # type: ignore[index]


def signed_ballot(
    session: Session, community: Community, proposal: Proposal, choice: Choice, reason: str
) -> SignedBallot:
    """The identity's ballot with its next nonce, signed, and checked as the contract would."""
    governor, identity = community.governor, session.identity
    nonce = governor.next_nonce(proposal.identifier, identity.address)
    if nonce > LAST_NONCE:
        raise BallotRefused("your ballot can only be changed by a transaction now: vote without --sign and --relay")
    ballot = Ballot(proposal.identifier, int(SUPPORTS[choice]), identity.address, nonce, reason)
    signed = ballots.sign(ballot, community.deployment.chain_id, governor.address, identity.signing_key)
    fault = governor.fault(signed)
    if fault is not None:
        raise BallotRefused(f"{fault.message} ({fault.code})")
    return signed


def hand_in(signed: SignedBallot, file: Path | None, relay: str | None) -> dict[str, Any]:
    """Write the ballot to a file, hand it to a relayer, or both."""
    result: dict[str, Any] = {"ballot": signed.identifier}
    if file is not None:
        file.write_text(signed.to_json(), encoding="utf-8")
        result["file"] = str(file)
    if relay is not None:
        result["receipt"] = relay_client.post(relay, signed).document
    return result


def send_alone(session: Session, community: Community, file: Path) -> dict[str, Any]:
    """Send a signed ballot as a transaction of its own; whoever sends it pays, the voter's choice stands."""
    signed = ballots.parse(file.read_bytes())
    fault = community.governor.fault(signed)
    if fault is not None:
        raise BallotRefused(f"{file}: {fault.message} ({fault.code})")
    call = community.governor.function("castBallotBySig", signed.ballot.proposal, signed.abi())
    receipt = session.sender(community).send(call)
    return {"ballot": signed.identifier, "transaction": receipt["transactionHash"].to_0x_hex()}  # type: ignore[index]


def execute(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The proposal's number")],
    as_json: JsonOption = False,
) -> None:
    """Carry out a proposal that succeeded."""
    session = Session.of(context)
    community = session.community
    proposal = proposal_numbered(community, number)
    digest = community.connection.web3.keccak(text=proposal.description)
    arguments = (list(proposal.targets), list(proposal.values), list(proposal.calls), digest)
    session.sender(community).send(community.governor.function("execute", *arguments))
    output.emit({"proposal": number}, as_json, lambda r: output.results.print(f"proposal {r['proposal']} is executed"))


def tally_of(community: Community, number: int, proposal: Proposal) -> dict[str, Any]:
    """A proposal's state, votes and terms, as the command prints them."""
    now = community.connection.stamp().timestamp
    tally = community.governor.tally(proposal)
    found: dict[str, Any] = {
        "proposal": number,
        "id": str(proposal.identifier),
        "description": proposal.question,
        "proposer": proposal.proposer,
        "calls": [
            line
            for target, value, call in zip(proposal.targets, proposal.values, proposal.calls, strict=True)
            for line in calls.describe(community, target, value, call)
        ],
        "state": tally.state.name.lower(),
        "majority": tally.majority.name.lower(),
        "majorityMet": tally.majority_met,
        "for": tally.in_favour,
        "against": tally.against,
        "abstain": tally.abstain,
        "quorum": tally.quorum,
        "quorumReached": tally.quorum_reached,
        "members": tally.members,
        "opens": proposal.vote_start,
        "closes": tally.closes,
        "prolonged": tally.prolonged,
        "secondsLeft": max(0, tally.closes - now)
        if tally.state in (ProposalState.PENDING, ProposalState.ACTIVE)
        else 0,
    }
    if tally.colleges is not None:
        found["colleges"] = {
            "producers": [tally.colleges.producers_for, tally.colleges.producers_against, tally.colleges.producers],
            "consumers": [tally.colleges.consumers_for, tally.colleges.consumers_against, tally.colleges.consumers],
        }
    return found


def time_left(seconds: int) -> str:
    """Seconds as `2 d 3 h left`."""
    if seconds == 0:
        return "over"
    days, hours, minutes = seconds // 86_400, seconds % 86_400 // 3_600, seconds % 3_600 // 60
    return f"{days} d {hours} h left" if days else f"{hours} h {minutes} min left"


def tally(
    context: typer.Context,
    number: Annotated[int | None, typer.Argument(help="A proposal's number; all if left out")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show proposals and their votes."""
    session = Session.of(context)
    community = session.community
    if number is not None:
        chosen = [(number, proposal_numbered(community, number))]
    else:
        chosen = list(enumerate(community.governor.proposals(), start=1))
    results = [tally_of(community, index, proposal) for index, proposal in chosen]

    def show(rows: list[dict[str, Any]]) -> None:
        for row in rows:
            output.results.print(
                f"{row['proposal']}. {row['description']}\n   {row['state']}: {row['for']} for, {row['against']} against, "
                f"{row['abstain']} abstain; quorum {row['quorum']} of {row['members']} members"
                f"{' (reached)' if row['quorumReached'] else ''}; majority: {row['majority'].replace('_', ' ')}"
                f"{' (met)' if row['majorityMet'] else ''}; {time_left(row['secondsLeft'])}",
                markup=False,
            )

    output.emit(results, as_json, show)
