"""Paying a member without a wallet through the bank."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import attesting
from tests.contracts.community import CENT, ZERO
from tests.contracts.refusals import reverts

REFERENCE = attesting.digest("bank transfer 4712")


def test_pay_out__against_a_bank_reference__gives_the_provider_the_tokens(community: Any) -> None:
    """ILedger G3."""
    community.pay_in(5, 300)
    event = community.settlement.payOut(5, 120, REFERENCE, {"from": community.provider}).events["Withdrawn"]
    assert event == {"member": 5, "cents": 120, "to": community.provider, "bankReference": "0x" + REFERENCE.hex()}
    assert community.settlement.balanceOf(5) == 180
    assert community.euro.balanceOf(community.provider) == 120 * CENT


def test_pay_out__member_with_a_wallet__is_refused(community: Any) -> None:
    """ILedger G3: its money is its own to draw."""
    community.pay_in(1, 300)
    with reverts("LedgerMemberHasWallet", 1, community.wallets[0]):
        community.settlement.payOut(1, 300, REFERENCE, {"from": community.provider})


def test_pay_out__more_than_is_free__is_refused(community: Any) -> None:
    """ILedger G4: the reserve holds for members without a wallet as well."""
    community.pay_in(5, 300)
    community.settlement.setReserve(50, {"from": community.voted})
    with reverts("LedgerBalanceShort", 5, 251, 250):
        community.settlement.payOut(5, 251, REFERENCE, {"from": community.provider})


def test_pay_out__by_anybody_else__is_refused(community: Any, stranger: Any) -> None:
    """ILedger G3."""
    for sender in (stranger, community.voted):
        with reverts("LedgerNotProvider", sender):
            community.settlement.payOut(5, 1, REFERENCE, {"from": sender})


@pytest.mark.parametrize("member", [0, 6])
def test_pay_out__community_or_nobody__is_refused(community: Any, member: int) -> None:
    """ILedger G3: the community's account moves by vote only."""
    with reverts("LedgerMemberUnknown", member):
        community.settlement.payOut(member, 1, REFERENCE, {"from": community.provider})


def test_pay_out__without_reference_or_amount__is_refused(community: Any) -> None:
    """ILedger G3."""
    with reverts("LedgerBankReferenceMissing"):
        community.settlement.payOut(5, 1, ZERO, {"from": community.provider})
    with reverts("LedgerAmountZero"):
        community.settlement.payOut(5, 0, REFERENCE, {"from": community.provider})
