"""`daisee relay` as a process on a real chain: killed after a receipt, it sends the ballot when it is back."""

from __future__ import annotations

import shutil
import signal
from typing import Any

import httpx
import pytest

from offchain_worker.chain import relay_client
from offchain_worker.chain.governor import Support
from offchain_worker.chain.relay_client import RelayRefused
from scripts.demo import vote as demo_vote
from tests.voting import PRO_RATA, PROPOSER, QUESTION, Vote, undone


def opened(stage: Any) -> Vote:
    proposal = demo_vote.propose(stage, PROPOSER, PRO_RATA, QUESTION, demo_vote.next_month_start(stage))
    stage.clock.advance_to(proposal.vote_start + 1)
    return Vote(stage, proposal)


def test_relay__killed_after_its_receipt__sends_the_ballot_once_it_is_back(
    settled_period: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = settled_period
    try:
        with undone(stage):
            vote = opened(stage)
            ballot = demo_vote.signed_ballot(stage, "home-1", vote.proposal, Support.FOR)
            # An hour between two batches: the ballot waits when the process is killed.
            monkeypatch.setattr(demo_vote, "SECONDS_A_BATCH", 3600.0)
            with demo_vote.relaying(stage) as process:
                receipt = relay_client.post(stage.relay_url, ballot)
                assert relay_client.state(stage.relay_url, ballot.identifier).state == "queued"
                process.send_signal(signal.SIGKILL)
                process.wait(timeout=20)
            assert vote.ballot("home-1") is None
            with pytest.raises(RelayRefused, match="RELAY_AWAY"):
                relay_client.state(stage.relay_url, ballot.identifier)

            monkeypatch.setattr(demo_vote, "SECONDS_A_BATCH", 1.0)
            with demo_vote.relaying(stage):
                demo_vote.hand_in(stage, [ballot])
                assert relay_client.post(stage.relay_url, ballot) == receipt
                about = httpx.get(f"{stage.relay_url}/relay").json()
            assert vote.ballot("home-1").support is Support.FOR
            assert (about["relayer"], about["queued"]) == (receipt.relayer, 0)
            assert receipt.relayer == stage.identity("relayer").address
    finally:
        # The chain forgot the ballot; the relayer must, too.
        shutil.rmtree(stage.folder / demo_vote.RELAYER, ignore_errors=True)
