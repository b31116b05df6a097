"""`CommunityRegistry.completeWalletReplacement`: the member stays who it was."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import consents
from tests.contracts.people import PLACES
from tests.contracts.refusals import reverts

DELAY = 7 * 86400


@pytest.fixture
def ready(registry: Any, provider: Any, dave: Any, chain: Any) -> Any:
    """The registry when alice's wallet may be replaced by dave's."""
    asked = registry.requestWalletReplacement(1, dave, {"from": provider})
    chain.mine(timestamp=asked.timestamp + DELAY)
    return registry


def test_complete_wallet_replacement__anybody__moves_the_member(
    ready: Any, alice: Any, dave: Any, stranger: Any
) -> None:
    """G1, G5: index and date of joining move with it, the old wallet stands for nobody."""
    tx = ready.completeWalletReplacement(1, {"from": stranger})

    assert tx.events["WalletReplaced"] == {"member": 1, "oldWallet": alice.address, "newWallet": dave.address}
    assert (ready.memberOf(alice), ready.memberOf(dave), ready.walletOf(1)) == (0, 1, dave)
    joined = tx.timestamp - DELAY - 1000
    assert tuple(ready.isMemberAt(dave, tx.timestamp)) == (True, 1)
    assert tuple(ready.isMemberAt(alice, tx.timestamp)) == (False, 0)
    assert tuple(ready.isMemberAt(dave, joined)) == (False, 0)
    assert ready.membersAt(tx.timestamp) == 3
    assert tuple(ready.replacementOf(1)) == (consents.NOBODY, 0)


def test_complete_wallet_replacement__vote_on_an_open_question__moves_too(
    registry: Any, provider: Any, alice: Any, dave: Any, chain: Any
) -> None:
    """G5: dave's wallet has the vote at a second when alice's had it, and alice's has it no more."""
    snapshot = registry.clock()
    asked = registry.requestWalletReplacement(1, dave, {"from": provider})
    chain.mine(timestamp=asked.timestamp + DELAY)
    assert (registry.getPastVotes(alice, snapshot), registry.getPastVotes(dave, snapshot)) == (1, 0)
    registry.completeWalletReplacement(1, {"from": dave})

    assert (registry.getPastVotes(alice, snapshot), registry.getPastVotes(dave, snapshot)) == (0, 1)


def test_complete_wallet_replacement__member_without_wallet__gets_one(
    registry: Any, provider: Any, dave: Any, chain: Any
) -> None:
    asked = registry.requestWalletReplacement(3, dave, {"from": provider})
    chain.mine(timestamp=asked.timestamp + DELAY)
    registry.completeWalletReplacement(3, {"from": provider})

    assert (registry.memberOf(dave), registry.walletOf(3)) == (3, dave)
    assert registry.memberOf(consents.NOBODY) == 0


def test_complete_wallet_replacement__member_who_left__stays_away(ready: Any, alice: Any, dave: Any) -> None:
    left = ready.leave({"from": alice}).timestamp
    ready.completeWalletReplacement(1, {"from": dave})

    assert ready.memberOf(dave) == 1
    assert tuple(ready.isMemberAt(dave, left)) == (False, 0)


def test_complete_wallet_replacement__early__is_refused(registry: Any, provider: Any, dave: Any) -> None:
    """G5."""
    asked = registry.requestWalletReplacement(1, dave, {"from": provider})
    with reverts("RegistryReplacementEarly", 1, asked.timestamp + DELAY):
        registry.completeWalletReplacement(1, {"from": dave})


def test_complete_wallet_replacement__twice__is_refused(ready: Any, dave: Any) -> None:
    ready.completeWalletReplacement(1, {"from": dave})
    with reverts("RegistryReplacementUnknown", 1):
        ready.completeWalletReplacement(1, {"from": dave})


def test_complete_wallet_replacement__wallet_enrolled_meanwhile__is_refused(
    ready: Any, provider: Any, dave: Any
) -> None:
    """G1."""
    ready.enrol(consents.signed(PLACES["dave"], dave.address, ready.address), {"from": provider})
    with reverts("RegistryWalletTaken", dave, 4):
        ready.completeWalletReplacement(1, {"from": dave})


def test_complete_wallet_replacement__old_wallet__may_become_another_member(
    ready: Any, provider: Any, alice: Any, dave: Any
) -> None:
    """G1, G2: with a consent of its own, under a new index."""
    ready.completeWalletReplacement(1, {"from": dave})
    ready.enrol(consents.signed(PLACES["alice"], alice.address, ready.address, 1), {"from": provider})

    assert (ready.memberOf(alice), ready.memberOf(dave)) == (4, 1)
