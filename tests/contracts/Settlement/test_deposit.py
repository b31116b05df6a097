"""Paying in by oneself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.community import CENT, ZERO
from tests.contracts.refusals import reverts


def test_deposit__by_a_member__is_credited_and_taken_from_the_wallet(community: Any) -> None:
    """ILedger G2: 12.34 € are 12,340,000 units."""
    wallet = community.wallets[1]
    community.fund(wallet, 1_234)
    event = community.settlement.deposit(1_234, {"from": wallet}).events["Deposited"]
    assert event == {"member": 2, "cents": 1_234, "bankReference": "0x" + ZERO.hex()}
    assert community.settlement.balanceOf(2) == 1_234
    assert community.euro.balanceOf(community.settlement) == 12_340_000
    assert community.euro.balanceOf(wallet) == 0


def test_deposit__against_a_debt__lowers_the_total_debt(community: Any) -> None:
    """ILedger G1: 200 owed; 150 paid in, then 100."""
    community.guarantee(200)
    community.whole_period(201605, [0, 200, -200, 0, 0, 0])
    community.pay_in(2, 150)
    assert (community.settlement.balanceOf(2), community.settlement.totalDebt()) == (-50, 50)
    community.pay_in(2, 100)
    assert (community.settlement.balanceOf(2), community.settlement.totalDebt()) == (50, 0)


def test_deposit__by_a_stranger__is_refused(community: Any, stranger: Any) -> None:
    """ILedger G6."""
    community.fund(stranger, 100)
    with reverts("LedgerNotMember", stranger):
        community.settlement.deposit(100, {"from": stranger})


def test_deposit__of_nothing__is_refused(community: Any) -> None:
    with reverts("LedgerAmountZero"):
        community.settlement.deposit(0, {"from": community.wallets[0]})


def test_deposit__without_allowance__is_refused_by_the_token(community: Any) -> None:
    """ILedger G2: nothing is credited that did not come in."""
    wallet = community.wallets[0]
    community.euro.mint(wallet, 100 * CENT, {"from": wallet})
    with reverts("ERC20InsufficientAllowance", community.settlement, 0, 100 * CENT):
        community.settlement.deposit(100, {"from": wallet})
    assert community.settlement.balanceOf(1) == 0


@pytest.mark.parametrize("cents", [2**63, 2**64 - 1])
def test_deposit__beyond_a_balance__is_refused(community: Any, cents: int) -> None:
    """ILedger G2: a huge amount is not taken for a negative one."""
    with reverts("SafeCastOverflowedIntDowncast", 64, cents):
        community.settlement.deposit(cents, {"from": community.wallets[0]})
