"""The relayer: takes signed ballots, checks each as the contract would, sends them in batches, and pays.

It can delay a ballot or drop it, and both show; it cannot change one. A voter gets a signed receipt once the ballot is on
the disk, and may send the same ballot alone at any time. It pays for members only: a ballot the contract would not count
now is refused at the door, and each member and each address has a bounded number of tries.
"""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from eth_account import Account
from eth_account.messages import encode_defunct
from web3.logs import DISCARD

from offchain_worker.chain import ballots
from offchain_worker.chain.ballots import BallotInvalid, Fault, SignedBallot
from offchain_worker.chain.community import Community
from offchain_worker.chain.errors import ChainUnavailable, ContractRefused
from offchain_worker.chain.governor import CLOSED, FAULTS, SKIPPED, ProposalState
from offchain_worker.chain.transactions import Sender

from .ballot_queue import BallotQueue, Entry, State

log = structlog.get_logger()

BATCH = 50
MAXIMUM_QUEUED = 10_000
TRIES_PER_ADDRESS = (60, 60.0)
TRIES_PER_MEMBER = (20, 3600.0)

TOO_MANY = "TOO_MANY"
RELAY_FULL = Fault("RELAY_FULL", "the relayer's queue is full: send the ballot alone, or later")
CHAIN_AWAY = Fault("CHAIN_AWAY", "the relayer's node does not answer: try again soon, or send the ballot alone")
WAITS_ALREADY = Fault("SUPERSEDED", "a ballot of the voter with the same or a higher nonce waits already")


class Refused(Exception):
    """A ballot the relayer does not take; `retry_after` seconds where waiting helps."""

    def __init__(self, fault: Fault, retry_after: int = 0) -> None:
        super().__init__(fault.message)
        self.fault, self.retry_after = fault, retry_after


@dataclass
class Quota:
    """At most `number` tries in `seconds` for each name; forgets names that are quiet."""

    number: int
    seconds: float
    now: Callable[[], float] = time.monotonic
    _tries: dict[object, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, name: object, what: str) -> None:
        """Count a try. Raises Refused when there were too many."""
        with self._lock:
            now = self.now()
            if len(self._tries) > 10_000:
                quiet = [each for each, tries in self._tries.items() if tries[-1] <= now - self.seconds]
                for each in quiet:
                    del self._tries[each]
            tries = self._tries[name]
            while tries and tries[0] <= now - self.seconds:
                tries.popleft()
            if len(tries) >= self.number:
                wait = max(1, round(tries[0] + self.seconds - now))
                raise Refused(Fault(TOO_MANY, f"too many ballots from this {what}: wait {wait} s"), wait)
            tries.append(now)


class Relay:
    """A relayer over a community, a queue and an account that pays."""

    def __init__(
        self,
        community: Community,
        queue: BallotQueue,
        key: bytes,
        *,
        batch: int = BATCH,
        per_address: tuple[int, float] = TRIES_PER_ADDRESS,
        per_member: tuple[int, float] = TRIES_PER_MEMBER,
    ) -> None:
        self.community, self.queue, self.batch = community, queue, batch
        self.account = Account.from_key(key)
        self.sender = Sender(community.connection, self.account)
        self._addresses, self._members = Quota(*per_address), Quota(*per_member)
        self._door = threading.Lock()

    # -------------------------------------------------------------------------------------------- the door

    def take(self, document: bytes, address: str) -> tuple[str, bool]:
        """Take a ballot that came from `address`; the receipt, and whether the ballot is new. Raises Refused."""
        self._addresses.take(address, "address")
        try:
            signed = ballots.parse(document)
        except BallotInvalid as error:
            raise Refused(error.fault) from error
        with self._door:
            known = self.queue.entry(signed.identifier)
            if known is not None and known.state is not State.DROPPED and known.signed.signature == signed.signature:
                return known.receipt, False
            member, now = self._checked(signed)
            self._members.take(member, "member")
            if self.queue.pending_nonce(signed.ballot.proposal, member) >= signed.ballot.nonce:
                raise Refused(WAITS_ALREADY)
            if self.queue.count() >= MAXIMUM_QUEUED:
                raise Refused(RELAY_FULL)
            receipt = known.receipt if known else self._receipt(signed, now)
            self.queue.add(signed, member, receipt, now)
        log.info("took a ballot", ballot=signed.identifier, member=member)
        return receipt, known is None

    def _checked(self, signed: SignedBallot) -> tuple[int, int]:
        """Whose ballot it is, and the newest block's time: what a vote's end is measured by, so what receipts name."""
        governor = self.community.governor
        try:
            fault = governor.fault(signed)
            if fault is not None:
                raise Refused(fault)
            member = int(self.community.registry.member_of(signed.ballot.voter))
            return member, self.community.connection.stamp().timestamp
        except ChainUnavailable as error:
            raise Refused(CHAIN_AWAY, 5) from error

    def _receipt(self, signed: SignedBallot, received: int) -> str:
        said = self.account.sign_message(encode_defunct(text=receipt_text(signed.identifier, received)))
        return json.dumps(
            {
                "schema": "daisee.receipt/1",
                "id": signed.identifier,
                "chainId": signed.chain_id,
                "governor": signed.governor,
                "relayer": self.account.address,
                "receivedAt": received,
                "signature": "0x" + bytes(said.signature).hex(),
            }
        )

    # ------------------------------------------------------------------------------------------- the batch

    def cycle(self) -> int:
        """Learn what became of what was sent, then send what waits; the block it looked at."""
        block = self.community.connection.stamp().number
        self._settle_sent()
        by_proposal: dict[int, list[Entry]] = defaultdict(list)
        for entry in self.queue.waiting(self.batch):
            by_proposal[entry.signed.ballot.proposal].append(entry)
        for proposal, entries in by_proposal.items():
            self._send(proposal, entries)
        return block

    def _send(self, proposal: int, entries: list[Entry]) -> None:
        governor = self.community.governor
        state = governor.state(proposal)
        if state is not ProposalState.ACTIVE:
            self._drop(entries, CLOSED)
            return
        good = []
        for entry in entries:
            fault = governor.fault(entry.signed)
            if fault is None:
                good.append(entry)
            elif self._counts(entry):
                self.queue.mark([entry.signed.identifier], State.COUNTED)  # somebody sent it, or we before a kill
            else:
                self._drop([entry], fault)
        if not good:
            return
        # Neighbours share a word; of one member's ballots the later nonce comes last.
        good.sort(key=lambda entry: (entry.member, entry.signed.ballot.nonce))
        call = governor.function("castVotesBySig", proposal, *ballots.batch([entry.signed for entry in good]))
        names = [entry.signed.identifier for entry in good]
        try:
            mined = self.sender.send(call, before=lambda sent: self.queue.mark(names, State.SENT, batch=sent))
        except ContractRefused as error:
            log.warning("a batch was refused, its ballots wait", reason=str(error))
            self.queue.mark(names, State.QUEUED)
            return
        if mined is not None:
            # Where the fee was raised, the transaction that was mined need not be the last one noted.
            self.queue.mark(names, State.SENT, batch=mined["transactionHash"].to_0x_hex())
        self._settle_sent()

    def _counts(self, entry: Entry) -> bool:
        ballot = entry.signed.ballot
        found = self.community.governor.ballot_of(ballot.proposal, entry.member)
        return found is not None and (found.sequence, found.support) == (ballot.nonce + 1, ballot.support)

    def _settle_sent(self) -> None:
        for entry in self.queue.sent():
            self._settle(entry)

    def _settle(self, entry: Entry) -> None:
        """Ask the chain what became of a ballot in a batch: mined, gone, or still on its way."""
        receipt = self.community.connection.receipt(entry.batch)
        name = entry.signed.identifier
        if receipt is None:
            if not self.community.connection.knows(entry.batch):
                self.queue.mark([name], State.QUEUED)  # the node forgot it: send it again
            return
        if receipt["status"] != 1:
            self.queue.mark([name], State.QUEUED)
            return
        for event in self.community.governor.contract.events.BallotSkipped().process_receipt(receipt, errors=DISCARD):
            args = event["args"]
            if args["voter"] == entry.signed.ballot.voter and args["nonce"] == entry.signed.ballot.nonce:
                fault = SKIPPED[args["fault"]] or FAULTS["GovernorInvalidSignature"]
                self.queue.mark([name], State.DROPPED, fault=fault)
                return
        self.queue.mark([name], State.COUNTED)

    def _drop(self, entries: list[Entry], fault: Fault) -> None:
        self.queue.mark([entry.signed.identifier for entry in entries], State.DROPPED, fault=fault)
        for entry in entries:
            log.info("dropped a ballot", ballot=entry.signed.identifier, code=fault.code)


def receipt_text(identifier: str, received: int) -> str:
    """What a relayer signs on a receipt (EIP-191)."""
    return f"daisee receipt {identifier} {received}"
