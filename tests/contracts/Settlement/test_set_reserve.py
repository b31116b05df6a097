"""Voting the reserve."""

from __future__ import annotations

from typing import Any

from tests.contracts.refusals import reverts


def test_set_reserve__by_vote__holds_for_everybody_at_once(community: Any) -> None:
    """ILedger G6: a reserve above the balance leaves nothing to draw, and never makes a debt."""
    community.pay_in(1, 500)
    changed = community.settlement.setReserve(800, {"from": community.voted})
    assert changed.events["ReserveChanged"] == {"cents": 800}
    assert (community.settlement.reserve(), community.settlement.availableTo(1)) == (800, 0)
    community.settlement.setReserve(2**64 - 1, {"from": community.voted})
    assert community.settlement.availableTo(1) == 0
    assert community.settlement.totalDebt() == 0


def test_set_reserve__by_anybody_else__is_refused(community: Any, stranger: Any) -> None:
    """ILedger G6."""
    for sender in (stranger, community.provider, community.wallets[0]):
        with reverts("LedgerNotGovernor", sender):
            community.settlement.setReserve(0, {"from": sender})
