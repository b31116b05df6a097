"""A vote on the settled month: a relayer of its own process, an open proposal, ballots signed by personas; undone after."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from offchain_worker.chain.governor import Proposal, Tally
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.stages import Rule, Stage
from scripts.demo import vote as demo_vote

QUESTION = "Share in proportion to what each consumes?"
PRO_RATA = AllocationKey((Stage(Rule.PRO_RATA),))
EQUALLY = AllocationKey((Stage(Rule.EGALITARIAN),))
PROPOSER = "shop-2"


@dataclass(frozen=True)
class Vote:
    """The stage it plays on, and the open proposal."""

    stage: Any
    proposal: Proposal

    @property
    def governor(self) -> Any:
        """The contract."""
        return self.stage.community.governor

    @property
    def tally(self) -> Tally:
        """The votes now."""
        found: Tally = self.governor.tally(self.proposal)
        return found

    def member(self, name: str) -> int:
        """A persona's member index."""
        return int(self.stage.community.registry.member_of(self.stage.identity(name).address))

    def ballot(self, name: str) -> Any:
        """The ballot that counts for a persona now."""
        return self.governor.ballot_of(self.proposal.identifier, self.member(name))


@contextmanager
def undone(stage: Any) -> Iterator[None]:
    """Undo everything that is done to the chain."""
    ask = stage.connection.web3.provider.make_request
    taken = ask("evm_snapshot", [])["result"]
    try:
        yield
    finally:
        assert ask("evm_revert", [taken])["result"] is True


@contextmanager
def voting(stage: Any, key: AllocationKey = PRO_RATA, pinned: bool = False) -> Iterator[Vote]:
    """An open vote on a key, with a pinned answer that a worker confirmed if `pinned`, and a relayer that runs."""
    store = stage.folder / "store"
    before = set(store.iterdir())
    with undone(stage):
        try:
            with demo_vote.relaying(stage):
                digest, confirmed = demo_vote.pin_answer(stage, key, (1,)) if pinned else ("", [])
                answers = [digest] if digest else []
                start = demo_vote.next_month_start(stage)
                proposal = demo_vote.propose(stage, PROPOSER, key, QUESTION, start, answers, confirmed)
                stage.clock.advance_to(proposal.vote_start + 1)
                yield Vote(stage, proposal)
        finally:
            # The chain forgets its ballots; the relayer must, too, and the store what was pinned for the vote.
            shutil.rmtree(stage.folder / demo_vote.RELAYER, ignore_errors=True)
            for block in set(store.iterdir()) - before:
                block.unlink()
