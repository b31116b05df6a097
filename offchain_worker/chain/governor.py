"""`KeyGovernor`: proposals, ballots, proxies and tallies, as OpenZeppelin's Governor and ours tell them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from .ballots import LAST_NONCE, Fault, SignedBallot, signed_by_key
from .contract import DeployedContract, abi_of
from .errors import ContractRefused

PROPOSER = "#proposer="
NAMED = re.compile(r"\s*#(what-if|confirmed)=(0x[0-9a-f]{64})(?=\s|$)")
"""Names what is pinned for the voters: answers of `daisee simulate --pin`, one for each month, and the documents of
those who confirmed them."""


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


class Majority(IntEnum):
    """What a proposal needs, from the least to the most strict (`IKeyGovernor.Majority`)."""

    UNLISTED = 0
    ORDINARY = 1
    TWO_THIRDS = 2
    DOUBLE = 3


# What the contract may answer to a ballot: its error or `BallotFault`, our code, and words for the voter.
FAULTS = {
    "KeyGovernorNotMember": Fault("NOT_MEMBER", "the voter was no member when the vote's list was closed"),
    "KeyGovernorMemberTooNew": Fault("MEMBER_TOO_NEW", "the voter had not been a member for long enough"),
    "GovernorInvalidVoteType": Fault("SUPPORT_UNKNOWN", "a ballot is 0 (against), 1 (for) or 2 (abstain)"),
    "KeyGovernorNonceTooHigh": Fault("NONCE_TOO_HIGH", f"a signed ballot's nonce is at most {LAST_NONCE}"),
    "KeyGovernorBallotSuperseded": Fault("SUPERSEDED", "a later ballot of the voter counts already"),
    "GovernorInvalidSignature": Fault("SIGNATURE_INVALID", "the voter did not sign this ballot"),
    "GovernorNonexistentProposal": Fault("PROPOSAL_UNKNOWN", "there is no such proposal here"),
}
NOT_OPEN = Fault("VOTE_NOT_OPEN", "the vote has not opened yet")
CLOSED = Fault("VOTE_CLOSED", "the vote is over")
WRONG_CHAIN = Fault("WRONG_CHAIN", "the ballot was signed for another chain")
WRONG_GOVERNOR = Fault("WRONG_GOVERNOR", "the ballot was signed for another contract")
# In the order of `IKeyGovernor.BallotFault`.
SKIPPED = (
    None,
    FAULTS["KeyGovernorNotMember"],
    FAULTS["KeyGovernorMemberTooNew"],
    FAULTS["GovernorInvalidVoteType"],
    FAULTS["KeyGovernorNonceTooHigh"],
    FAULTS["KeyGovernorBallotSuperseded"],
    FAULTS["GovernorInvalidSignature"],
)


def signed_description(
    question: str, proposer: str, answers: Sequence[bytes] = (), confirmations: Sequence[bytes] = ()
) -> str:
    """The question with its proposer, as the governor wants it: the id is then nobody else's.

    `answers` are digests of pinned what-ifs, which the ballot shows to each member, `confirmations` those of the
    workers' signatures under them.
    """
    named = "".join(f" #what-if=0x{digest.hex()}" for digest in answers)
    named += "".join(f" #confirmed=0x{digest.hex()}" for digest in confirmations)
    return f"{question}{named} {PROPOSER}{proposer.lower()}"


@dataclass(frozen=True)
class Proposal:
    """A proposal as proposed; times in UTC seconds, `vote_end` before any extension."""

    identifier: int
    proposer: str
    targets: tuple[str, ...]
    values: tuple[int, ...]
    calls: tuple[bytes, ...]
    vote_start: int
    vote_end: int
    description: str

    @property
    def question(self) -> str:
        """The description without its proposer and what it names."""
        return NAMED.sub("", self.description.rpartition(PROPOSER)[0]).strip() or self.description

    @property
    def answers(self) -> tuple[bytes, ...]:
        """Digests of the pinned what-ifs that the description names."""
        return self._named("what-if")

    @property
    def confirmations(self) -> tuple[bytes, ...]:
        """Digests of the signatures under them that the description names."""
        return self._named("confirmed")

    def _named(self, mark: str) -> tuple[bytes, ...]:
        return tuple(bytes.fromhex(digest[2:]) for kind, digest in NAMED.findall(self.description) if kind == mark)


@dataclass(frozen=True)
class Colleges:
    """Members at the snapshot by college, and how they voted."""

    producers: int
    producers_for: int
    producers_against: int
    consumers: int
    consumers_for: int
    consumers_against: int


@dataclass(frozen=True)
class Tally:
    """Votes so far and what is needed. Before the snapshot `quorum` and `members` are what they would be now."""

    against: int
    in_favour: int
    abstain: int
    quorum: int
    members: int
    state: ProposalState
    majority: Majority
    closes: int
    prolonged: bool
    colleges: Colleges | None

    @property
    def quorum_reached(self) -> bool:
        """Whether those for and abstaining are enough."""
        return self.in_favour + self.abstain >= self.quorum

    @property
    def majority_met(self) -> bool:
        """Whether the votes so far meet the majority, the quorum aside: the contract's own rule."""
        if self.in_favour <= self.against:
            return False
        if self.majority is Majority.ORDINARY:
            return True
        if self.in_favour < 2 * self.against:
            return False
        if self.majority is Majority.TWO_THIRDS or self.colleges is None:
            return True
        c = self.colleges
        return (c.producers == 0 or c.producers_for > c.producers_against) and (
            c.consumers == 0 or c.consumers_for > c.consumers_against
        )


@dataclass(frozen=True)
class CastBallot:
    """The ballot that counts for a member now: by `proxy`, `signature` or `transaction`."""

    support: Support
    sequence: int

    @property
    def way(self) -> str:
        """How it was cast."""
        return {0: "proxy", 15: "transaction"}.get(self.sequence, "signature")


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

    def tally(self, proposal: Proposal, block: int | str = "latest") -> Tally:
        """The proposal's votes and terms, all at one block."""
        stamp = self.connection.stamp(block)
        at, identifier = stamp.number, proposal.identifier
        against, in_favour, abstain = self.call("proposalVotes", identifier, block=at)
        majority, ppm, prolonged = self.call("termsOf", identifier, block=at)
        members = self._members(min(proposal.vote_start, stamp.timestamp), at)
        opened = stamp.timestamp > proposal.vote_start
        colleges = self.call("collegesOf", identifier, block=at) if opened and majority == Majority.DOUBLE else None
        return Tally(
            against,
            in_favour,
            abstain,
            -(-members * ppm // 1_000_000),
            members,
            self.state(identifier, at),
            Majority(majority),
            self.call("proposalDeadline", identifier, block=at),
            prolonged,
            Colleges(*colleges) if colleges else None,
        )

    def ballot_of(self, proposal: int, member: int, block: int | str = "latest") -> CastBallot | None:
        """The member's ballot that counts now; None if there is none."""
        cast, support, sequence = self.call("ballotOf", proposal, member, block=block)
        return CastBallot(Support(support), sequence) if cast else None

    def next_nonce(self, proposal: int, voter: str, block: int | str = "latest") -> int:
        """The nonce of the voter's next signed ballot; above `LAST_NONCE` only a transaction is left."""
        return int(self.call("nextNonce", proposal, voter, block=block))

    def fault(self, signed: SignedBallot, block: int | str = "latest") -> Fault | None:
        """What the contract would say to this ballot now; None if it would count."""
        if signed.chain_id != self.connection.chain_id:
            return WRONG_CHAIN
        if signed.governor != self.address:
            return WRONG_GOVERNOR
        if signed.ballot.nonce > LAST_NONCE:
            return FAULTS["KeyGovernorNonceTooHigh"]
        try:
            self.call("castBallotBySig", signed.ballot.proposal, signed.abi(), block=block)
        except ContractRefused as error:
            if error.name == "GovernorUnexpectedProposalState":
                return NOT_OPEN if error.arguments.get("current") == ProposalState.PENDING else CLOSED
            if error.name in FAULTS:
                return FAULTS[error.name]
            if not signed_by_key(signed):
                return FAULTS["GovernorInvalidSignature"]  # a contract wallet that reverts
            raise
        return None

    def delegate_of(self, member: int, block: int | str = "latest") -> int:
        """Who votes in the member's place; 0 for nobody."""
        return int(self.call("delegateOf", member, block=block))

    def proxies_of(self, delegate: int, block: int | str = "latest") -> list[int]:
        """The members whose proxies the delegate holds, lowest first."""
        given = {e["args"]["delegator"] for e in self.events("ProxyGiven", block=block, delegate=delegate)}
        return sorted(member for member in given if self.delegate_of(member, block) == delegate)

    def _members(self, timepoint: int, block: int) -> int:
        registry = self.call("registry", block=block)
        contract = self.connection.web3.eth.contract(address=registry, abi=abi_of("CommunityRegistry"))
        return int(contract.functions.membersAt(timepoint).call(block_identifier=block))
