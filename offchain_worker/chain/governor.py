"""`KeyGovernor`: proposals and ballots, as OpenZeppelin's Governor tells them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from .contract import DeployedContract


class ProposalState(IntEnum):
    """OpenZeppelin's `IGovernor.ProposalState`."""

    PENDING = 0
    ACTIVE = 1
    CANCELED = 2
    DEFEATED = 3
    SUCCEEDED = 4
    QUEUED = 5
    EXPIRED = 6
    EXECUTED = 7


class Support(IntEnum):
    """A ballot's choice."""

    AGAINST = 0
    FOR = 1
    ABSTAIN = 2


@dataclass(frozen=True)
class Proposal:
    """A proposal as proposed; times in UTC seconds."""

    identifier: int
    proposer: str
    targets: tuple[str, ...]
    values: tuple[int, ...]
    calls: tuple[bytes, ...]
    vote_start: int
    vote_end: int
    description: str


@dataclass(frozen=True)
class Tally:
    """Votes so far and what is needed."""

    against: int
    in_favour: int
    abstain: int
    quorum: int
    members: int
    state: ProposalState


class KeyGovernor(DeployedContract):
    """Typed reads of the governor."""

    name = "KeyGovernor"

    def proposals(self, block: int | str = "latest") -> list[Proposal]:
        """Every proposal, oldest first."""
        return [
            Proposal(
                args["proposalId"],
                args["proposer"],
                tuple(args["targets"]),
                tuple(args["values"]),
                tuple(bytes(call) for call in args["calldatas"]),
                args["voteStart"],
                args["voteEnd"],
                args["description"],
            )
            for args in (event["args"] for event in self.events("ProposalCreated", block=block))
        ]

    def state(self, proposal: int, block: int | str = "latest") -> ProposalState:
        """The proposal's state."""
        return ProposalState(self.call("state", proposal, block=block))

    def tally(self, proposal: Proposal, members: int, block: int | str = "latest") -> Tally:
        """The proposal's votes; `members` is the number of members at its snapshot."""
        against, in_favour, abstain = self.call("proposalVotes", proposal.identifier, block=block)
        now = self.connection.stamp(block).timestamp
        quorum = self.call("quorum", min(proposal.vote_start, now - 1), block=block)
        return Tally(against, in_favour, abstain, quorum, members, self.state(proposal.identifier, block))
