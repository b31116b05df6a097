"""`daisee propose | vote | tally | execute`: change a rule by a vote of the members."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from offchain_worker.chain.community import Community
from offchain_worker.chain.governor import Proposal, Support
from offchain_worker.domain import conformity_rules, key, tariff
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.roster import Direction

from . import output
from .session import Session
from .settings import JsonOption


class ProposalUnknown(DaiseeError):
    """No proposal has this number."""


class Subject(StrEnum):
    """What a proposal changes."""

    KEY = "key"
    TARIFF = "tariff"
    CONFORMITY = "conformity"
    PROGRAM = "program"


class Choice(StrEnum):
    """A ballot."""

    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


def rule_call(community: Community, subject: Subject, document: str, effective_from: int) -> bytes:
    """The rule book's call that a proposal would make, its document checked as the contract would check it."""
    if subject is Subject.KEY:
        found = key.parse(document)
        points = community.registry.points()
        key.check_points(found, {int(p.index) for p in points if p.direction is Direction.CONSUMPTION})
        function, argument = "setKey", found.abi()
    elif subject is Subject.TARIFF:
        function, argument = "setTariff", tariff.parse(document).abi()
    elif subject is Subject.CONFORMITY:
        function, argument = "setConformity", conformity_rules.parse(document).to_bytes()
    else:
        function, argument = "setProgram", bytes.fromhex(document.strip().removeprefix("0x"))
    encoded = community.rules.contract.encode_abi(function, args=[argument, effective_from])
    return bytes.fromhex(encoded.removeprefix("0x"))


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
    as_json: JsonOption = False,
) -> None:
    """Propose a new key, tariff, conformity rules or worker program."""
    session = Session.of(context)
    community = session.community
    call = rule_call(community, subject, document.read_text(encoding="utf-8"), effective_from)
    arguments = ([community.rules.address], [0], [call], description)
    session.sender(community).send(community.governor.function("propose", *arguments))
    number = len(community.governor.proposals())
    output.emit({"proposal": number}, as_json, lambda r: output.results.print(f"proposal {r['proposal']} is made"))


def vote(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The proposal's number, see `daisee tally`")],
    choice: Annotated[Choice, typer.Argument(help="Your ballot")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for all to read")] = "",
    as_json: JsonOption = False,
) -> None:
    """Cast a ballot."""
    session = Session.of(context)
    community = session.community
    proposal = proposal_numbered(community, number)
    support = int(Support[{"for": "FOR", "against": "AGAINST", "abstain": "ABSTAIN"}[choice.value]])
    governor = community.governor
    call = (
        governor.function("castVoteWithReason", proposal.identifier, support, reason)
        if reason
        else governor.function("castVote", proposal.identifier, support)
    )
    receipt = session.sender(community).send(call)
    result = {"proposal": number, "choice": choice.value, "transaction": receipt["transactionHash"].to_0x_hex()}  # type: ignore[index]
    output.emit(result, as_json, lambda r: output.results.print(f"ballot cast: {r['choice']} ({r['transaction']})"))


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
    """A proposal's state and votes, as the command prints them."""
    now = community.connection.stamp().timestamp
    members = community.registry.call("membersAt", min(proposal.vote_start, now - 1))
    tally = community.governor.tally(proposal, members)
    return {
        "proposal": number,
        "description": proposal.description,
        "state": tally.state.name.lower(),
        "for": tally.in_favour,
        "against": tally.against,
        "abstain": tally.abstain,
        "quorum": tally.quorum,
        "members": tally.members,
        "opens": proposal.vote_start,
        "closes": proposal.vote_end,
    }


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
                f"{row['abstain']} abstain; quorum {row['quorum']} of {row['members']} members",
                markup=False,
            )

    output.emit(results, as_json, show)
