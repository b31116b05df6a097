"""What settling and moving money cost, in a community of 50."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import attesting, gas
from tests.contracts.community import Community, deploy

MEMBERS = 50
# Every member's balance changes: three producers earn, the others pay, the community takes its fee.
PAID = [-(1_000 + 37 * member % 900) for member in range(4, MEMBERS + 1)]
EARNED = -sum(PAID)
NET = [EARNED // 50, EARNED // 2, EARNED // 4, EARNED - EARNED // 50 - EARNED // 2 - EARNED // 4, *PAID]


@pytest.fixture(scope="module")
def community(contracts: Any, module_isolation: None) -> Community:  # noqa: ARG001 (a loaded project, a clean chain)
    """Forty members with wallets, ten without; the deposits of half of them cover a period."""
    community = deploy(wallets=40, paper=10)
    community.guarantee(200_000)
    return community


def test_gas__two_periods_and_money__as_recorded(community: Any) -> None:
    sender = {"from": community.provider}
    measured = {}
    for label, when in ((201605, "first period"), (201606, "later period")):
        settled = community.whole_period(label, NET).gas_used
        measured[f"settle, 50 members, {when}"] = settled
        measured[f"settle, per member of 50, {when}"] = settled // MEMBERS
    assert [community.settlement.balanceOf(member) for member in range(MEMBERS + 1)] == [2 * net for net in NET]
    wallet = community.wallets[9]
    community.pay_in(10, 5_000)
    measured["deposit"] = community.pay_in(10, 5_000).gas_used
    measured["withdraw"] = community.settlement.withdraw(100, {"from": wallet}).gas_used
    measured["depositFor"] = community.pay_in(50, 9_000).gas_used
    reference = attesting.digest("transfer back")
    measured["payOut"] = community.settlement.payOut(50, 100, reference, sender).gas_used
    gas.check("Settlement", measured)
    assert measured["settle, per member of 50, later period"] <= 4_800
