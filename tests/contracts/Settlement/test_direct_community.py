"""Spending what the community earned."""

from __future__ import annotations

from typing import Any

from tests.contracts.community import CENT, ZERO
from tests.contracts.refusals import reverts


def test_direct_community__by_vote__is_paid_from_its_account(community: Any, stranger: Any) -> None:
    """ILedger G3: the fee of May, 100 cents; the reserve is the members' matter."""
    community.guarantee(100)
    community.settlement.setReserve(1_000, {"from": community.voted})
    community.whole_period(201605, [100, 0, -60, -40, 0, 0])
    event = community.settlement.directCommunity(stranger, 70, {"from": community.voted}).events["Withdrawn"]
    assert event == {"member": 0, "cents": 70, "to": stranger, "bankReference": "0x" + ZERO.hex()}
    assert community.settlement.balanceOf(0) == 30
    assert community.euro.balanceOf(stranger) == 70 * CENT


def test_direct_community__more_than_it_has__is_refused(community: Any, stranger: Any) -> None:
    """ILedger G4."""
    with reverts("LedgerBalanceShort", 0, 1, 0):
        community.settlement.directCommunity(stranger, 1, {"from": community.voted})


def test_direct_community__by_anybody_else__is_refused(community: Any, stranger: Any) -> None:
    """ILedger G3."""
    for sender in (stranger, community.provider, community.wallets[0]):
        with reverts("LedgerNotGovernor", sender):
            community.settlement.directCommunity(sender, 1, {"from": sender})
