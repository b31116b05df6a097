"""Raising and lowering the guarantee."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.community import CENT
from tests.contracts.refusals import reverts


def test_deposit_guarantee__by_the_provider__adds_up(community: Any) -> None:
    """ILedger G2."""
    community.guarantee(1_000)
    assert community.guarantee(500).events["GuaranteeChanged"] == {"guarantee": 1_500}
    assert community.settlement.guarantee() == 1_500
    assert community.euro.balanceOf(community.settlement) == 1_500 * CENT


def test_withdraw_guarantee__what_no_debt_needs__is_paid_back(community: Any) -> None:
    """ILedger G1: 1,000 put up, 200 owed: 800 can go, not 801."""
    community.guarantee(1_000)
    community.whole_period(201605, [0, 200, -200, 0, 0, 0])
    sender = {"from": community.provider}
    with reverts("LedgerGuaranteeShort", 1):
        community.settlement.withdrawGuarantee(801, sender)
    lowered = community.settlement.withdrawGuarantee(800, sender)
    assert lowered.events["GuaranteeChanged"] == {"guarantee": 200}
    assert community.euro.balanceOf(community.provider) == 800 * CENT


@pytest.mark.parametrize("cents", [1_001, 2**64 - 1])
def test_withdraw_guarantee__more_than_there_is__is_refused(community: Any, cents: int) -> None:
    """ILedger G1."""
    community.guarantee(1_000)
    with reverts("LedgerGuaranteeShort", cents - 1_000):
        community.settlement.withdrawGuarantee(cents, {"from": community.provider})


@pytest.mark.parametrize("method", ["depositGuarantee", "withdrawGuarantee"])
def test_guarantee__by_anybody_else_or_of_nothing__is_refused(community: Any, stranger: Any, method: str) -> None:
    """ILedger G6."""
    for sender in (stranger, community.wallets[0], community.voted):
        with reverts("LedgerNotProvider", sender):
            getattr(community.settlement, method)(100, {"from": sender})
    with reverts("LedgerAmountZero"):
        getattr(community.settlement, method)(0, {"from": community.provider})
