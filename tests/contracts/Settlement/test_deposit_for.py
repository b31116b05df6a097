"""Paying in for a member whose money came by bank."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import attesting
from tests.contracts.community import CENT, ZERO
from tests.contracts.refusals import reverts

REFERENCE = attesting.digest("bank transfer 4711")


@pytest.mark.parametrize("member", [0, 2, 5])
def test_deposit_for__by_the_provider__is_credited_with_the_reference(community: Any, member: int) -> None:
    """ILedger G2: the community, a member with a wallet and one without."""
    community.fund(community.provider, 300)
    paid = community.settlement.depositFor(member, 300, REFERENCE, {"from": community.provider})
    assert paid.events["Deposited"] == {"member": member, "cents": 300, "bankReference": "0x" + REFERENCE.hex()}
    assert community.settlement.balanceOf(member) == 300
    assert community.euro.balanceOf(community.settlement) == 300 * CENT


def test_deposit_for__by_anybody_else__is_refused(community: Any, stranger: Any) -> None:
    """ILedger G6."""
    for sender in (stranger, community.wallets[0]):
        with reverts("LedgerNotProvider", sender):
            community.settlement.depositFor(5, 300, REFERENCE, {"from": sender})


@pytest.mark.parametrize("member", [6, 65535])
def test_deposit_for__no_such_member__is_refused(community: Any, member: int) -> None:
    """ILedger G3: money that nobody could draw is not taken."""
    with reverts("LedgerMemberUnknown", member):
        community.settlement.depositFor(member, 300, REFERENCE, {"from": community.provider})


def test_deposit_for__without_reference_or_amount__is_refused(community: Any) -> None:
    with reverts("LedgerBankReferenceMissing"):
        community.settlement.depositFor(5, 300, ZERO, {"from": community.provider})
    with reverts("LedgerAmountZero"):
        community.settlement.depositFor(5, 0, REFERENCE, {"from": community.provider})
