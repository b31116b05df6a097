"""`CommunityRegistry.vetoWalletReplacement`: who still holds the wallet keeps it."""

from __future__ import annotations

from typing import Any

from tests.contracts.refusals import reverts


def test_veto_wallet_replacement__old_wallet__stops_it(
    registry: Any, provider: Any, alice: Any, dave: Any, chain: Any
) -> None:
    """G5: even at the last moment."""
    asked = registry.requestWalletReplacement(1, dave, {"from": provider})
    chain.mine(timestamp=asked.timestamp + 7 * 86400)
    tx = registry.vetoWalletReplacement(1, {"from": alice})

    assert tx.events["WalletReplacementVetoed"] == {"member": 1, "newWallet": dave.address, "by": alice.address}
    with reverts("RegistryReplacementUnknown", 1):
        registry.completeWalletReplacement(1, {"from": dave})
    assert registry.memberOf(alice) == 1


def test_veto_wallet_replacement__provider__withdraws_its_own_request(registry: Any, provider: Any, dave: Any) -> None:
    registry.requestWalletReplacement(3, dave, {"from": provider})
    tx = registry.vetoWalletReplacement(3, {"from": provider})

    assert tx.events["WalletReplacementVetoed"]["by"] == provider


def test_veto_wallet_replacement__provider__may_not_stop_the_members(
    registry: Any, provider: Any, alice: Any, dave: Any
) -> None:
    """G5."""
    registry.requestWalletReplacement(1, dave, {"from": alice})
    with reverts("RegistryUnauthorised", provider):
        registry.vetoWalletReplacement(1, {"from": provider})


def test_veto_wallet_replacement__anybody_else__is_refused(
    registry: Any, provider: Any, bob: Any, dave: Any, stranger: Any
) -> None:
    registry.requestWalletReplacement(1, dave, {"from": provider})
    for caller in (bob, dave, stranger):
        with reverts("RegistryUnauthorised", caller):
            registry.vetoWalletReplacement(1, {"from": caller})


def test_veto_wallet_replacement__nothing_waits__is_refused(registry: Any, alice: Any) -> None:
    with reverts("RegistryReplacementUnknown", 1):
        registry.vetoWalletReplacement(1, {"from": alice})
