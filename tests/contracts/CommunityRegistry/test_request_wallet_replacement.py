"""`CommunityRegistry.requestWalletReplacement`: another wallet for a member, after a delay."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import consents
from tests.contracts.refusals import reverts

DELAY = 7 * 86400


@pytest.mark.parametrize("asker", ["provider", "alice"])
def test_request_wallet_replacement__provider_or_wallet__waits_for_the_delay(
    registry: Any, alice: Any, dave: Any, asker: str, request: pytest.FixtureRequest
) -> None:
    """G5: nothing changes yet."""
    tx = registry.requestWalletReplacement(1, dave, {"from": request.getfixturevalue(asker)})

    assert tx.events["WalletReplacementRequested"] == {
        "member": 1,
        "oldWallet": alice.address,
        "newWallet": dave.address,
        "completableAt": tx.timestamp + DELAY,
    }
    assert tuple(registry.replacementOf(1)) == (dave.address, tx.timestamp + DELAY)
    assert registry.memberOf(alice) == 1
    assert registry.memberOf(dave) == 0


def test_request_wallet_replacement__stranger_or_other_member__is_refused(
    registry: Any, stranger: Any, bob: Any, dave: Any
) -> None:
    """G5."""
    for caller in (stranger, bob):
        with reverts("RegistryUnauthorised", caller):
            registry.requestWalletReplacement(1, dave, {"from": caller})


def test_request_wallet_replacement__unknown_member__is_refused(registry: Any, provider: Any, dave: Any) -> None:
    for member in (0, 4):
        with reverts("RegistryMemberUnknown", member):
            registry.requestWalletReplacement(member, dave, {"from": provider})


def test_request_wallet_replacement__nobody__is_refused(registry: Any, provider: Any) -> None:
    with reverts("RegistryAddressZero"):
        registry.requestWalletReplacement(1, consents.NOBODY, {"from": provider})


def test_request_wallet_replacement__wallet_of_a_member__is_refused(registry: Any, provider: Any, bob: Any) -> None:
    """G1: also the wallet of one who left, which may still have money to withdraw."""
    with reverts("RegistryWalletTaken", bob, 2):
        registry.requestWalletReplacement(1, bob, {"from": provider})
    registry.leave({"from": bob})
    with reverts("RegistryWalletTaken", bob, 2):
        registry.requestWalletReplacement(1, bob, {"from": provider})


def test_request_wallet_replacement__another_waits__is_refused(
    registry: Any, provider: Any, alice: Any, dave: Any, carol: Any
) -> None:
    """G5: else a request could be swapped at the end of the delay."""
    registry.requestWalletReplacement(1, dave, {"from": alice})
    for caller in (provider, alice):
        with reverts("RegistryReplacementPending", 1):
            registry.requestWalletReplacement(1, carol, {"from": caller})
