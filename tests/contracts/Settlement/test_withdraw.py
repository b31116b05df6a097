"""Drawing one's money."""

from __future__ import annotations

from typing import Any

import brownie

from tests.contracts.community import CENT, DAY, ZERO, calendar
from tests.contracts.refusals import reverts


def test_withdraw__a_producers_credit__goes_to_its_wallet(community: Any) -> None:
    """ILedger G2, G3: paid with the guarantee behind the debtor."""
    community.guarantee(500)
    community.whole_period(201605, [0, 500, -500, 0, 0, 0])
    wallet = community.wallets[0]
    event = community.settlement.withdraw(450, {"from": wallet}).events["Withdrawn"]
    assert event == {"member": 1, "cents": 450, "to": wallet, "bankReference": "0x" + ZERO.hex()}
    assert community.settlement.balanceOf(1) == 50
    assert community.euro.balanceOf(wallet) == 450 * CENT
    assert community.euro.balanceOf(community.settlement) == 50 * CENT


def test_withdraw__more_than_the_balance__is_refused(community: Any) -> None:
    """ILedger G4."""
    community.pay_in(1, 500)
    with reverts("LedgerBalanceShort", 1, 501, 500):
        community.settlement.withdraw(501, {"from": community.wallets[0]})


def test_withdraw__in_debt__is_refused(community: Any) -> None:
    """ILedger G4."""
    community.guarantee(500)
    community.whole_period(201605, [0, 500, -500, 0, 0, 0])
    with reverts("LedgerBalanceShort", 2, 1, 0):
        community.settlement.withdraw(1, {"from": community.wallets[1]})


def test_withdraw__by_a_stranger_or_of_nothing__is_refused(community: Any, stranger: Any) -> None:
    """ILedger G3."""
    with reverts("LedgerNotMember", stranger):
        community.settlement.withdraw(1, {"from": stranger})
    with reverts("LedgerAmountZero"):
        community.settlement.withdraw(0, {"from": community.wallets[0]})


def test_withdraw__while_participating__leaves_the_reserve(community: Any) -> None:
    """ILedger G4: 500 less 300."""
    community.pay_in(1, 500)
    community.settlement.setReserve(300, {"from": community.voted})
    assert community.settlement.availableTo(1) == 200
    with reverts("LedgerBalanceShort", 1, 201, 200):
        community.settlement.withdraw(201, {"from": community.wallets[0]})
    community.settlement.withdraw(200, {"from": community.wallets[0]})
    assert community.settlement.availableTo(1) == 0


def test_withdraw__moved_out_and_settled__takes_all(community: Any) -> None:
    """ILedger G4: member 2 ends on 31 May; the reserve is free once May is settled, and not before."""
    community.pay_in(2, 500)
    community.settlement.setReserve(300, {"from": community.voted})
    community.registry.closeParticipation(2, calendar()[1], {"from": community.provider})
    assert community.settlement.availableTo(2) == 200
    community.whole_period(201605, [0, 100, -100, 0, 0, 0])
    assert community.settlement.settledThrough() == calendar()[1]
    assert community.settlement.availableTo(2) == 400
    wallet = community.wallets[1]
    community.registry.leave({"from": wallet})
    community.settlement.withdraw(400, {"from": wallet})
    assert community.euro.balanceOf(wallet) == 400 * CENT


def test_withdraw__wallet_replaced__only_the_new_one_draws(community: Any, stranger: Any) -> None:
    """ILedger G3: the account is the member's, not the wallet's."""
    community.pay_in(1, 500)
    community.registry.requestWalletReplacement(1, stranger, {"from": community.provider})
    brownie.chain.mine(timedelta=7 * DAY)
    community.registry.completeWalletReplacement(1, {"from": stranger})
    with reverts("LedgerNotMember", community.wallets[0]):
        community.settlement.withdraw(1, {"from": community.wallets[0]})
    community.settlement.withdraw(500, {"from": stranger})
    assert community.euro.balanceOf(stranger) == 500 * CENT
