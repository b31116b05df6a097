"""Paying in with a signature instead of an approval."""

from __future__ import annotations

from typing import Any

import brownie
import pytest
from eth_account import Account

from tests.contracts.community import CENT
from tests.contracts.consents import private_key
from tests.contracts.people import CROWD
from tests.contracts.refusals import reverts

FIELDS = ("owner", "spender", "value", "nonce", "deadline")
PERMIT = {"Permit": [{"name": name, "type": "address" if name in FIELDS[:2] else "uint256"} for name in FIELDS]}


@pytest.fixture
def permit(community: Any) -> Any:
    """Member 1 has 500 cents and signs a permit for `cents`: (deadline, v, r, s)."""
    wallet = community.wallets[0]
    community.euro.mint(wallet, 500 * CENT, {"from": wallet})

    def sign(cents: int) -> tuple[int, int, bytes, bytes]:
        deadline = 2**64
        signed = Account.sign_typed_data(
            private_key(CROWD),
            {
                "name": community.euro.name(),
                "version": "1",
                "chainId": brownie.chain.id,
                "verifyingContract": community.euro.address,
            },
            PERMIT,
            {
                "owner": wallet.address,
                "spender": community.settlement.address,
                "value": cents * CENT,
                "nonce": community.euro.nonces(wallet),
                "deadline": deadline,
            },
        )
        return deadline, signed.v, signed.r.to_bytes(32, "big"), signed.s.to_bytes(32, "big")

    return sign


def test_deposit_with_permit__in_one_transaction__is_credited(community: Any, permit: Any) -> None:
    community.settlement.depositWithPermit(500, *permit(500), {"from": community.wallets[0]})
    assert community.settlement.balanceOf(1) == 500
    assert community.euro.allowance(community.wallets[0], community.settlement) == 0


def test_deposit_with_permit__used_first_by_somebody_else__still_goes_through(
    community: Any, permit: Any, stranger: Any
) -> None:
    """ILedger G5: the front-runner only pays for the permit."""
    wallet, signed = community.wallets[0], permit(500)
    community.euro.permit(wallet, community.settlement, 500 * CENT, *signed, {"from": stranger})
    community.settlement.depositWithPermit(500, *signed, {"from": wallet})
    assert community.settlement.balanceOf(1) == 500


def test_deposit_with_permit__for_less_than_the_deposit__is_refused_by_the_token(community: Any, permit: Any) -> None:
    """ILedger G2, G5: no permit, no allowance, no credit."""
    with reverts("ERC20InsufficientAllowance", community.settlement, 0, 500 * CENT):
        community.settlement.depositWithPermit(500, *permit(499), {"from": community.wallets[0]})


def test_deposit_with_permit__of_another_wallet__is_refused(community: Any, permit: Any) -> None:
    """ILedger G2: member 2 cannot pay in with member 1's money."""
    with reverts("ERC20InsufficientAllowance", community.settlement, 0, 500 * CENT):
        community.settlement.depositWithPermit(500, *permit(500), {"from": community.wallets[1]})
