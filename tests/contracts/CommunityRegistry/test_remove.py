"""`CommunityRegistry.remove`: members without a wallet by the provider, any member by vote."""

from __future__ import annotations

from typing import Any

from tests.contracts import consents
from tests.contracts.refusals import reverts

OPEN = 2**64 - 1


def test_remove__member_without_wallet__ends_the_membership(registry: Any, provider: Any) -> None:
    tx = registry.remove(3, {"from": provider})

    assert tx.events["MemberLeft"] == {"member": 3, "wallet": consents.NOBODY}
    assert registry.membersAt(tx.timestamp) == 2


def test_remove__index_of_one_removed__is_never_given_again(registry: Any, provider: Any) -> None:
    """G1."""
    registry.remove(3, {"from": provider})
    tx = registry.enrol(consents.by_default(), {"from": provider})

    assert tx.events["MemberEnrolled"]["member"] == 4


def test_remove__exclusion_by_vote__ends_any_membership(registry: Any, governor_account: Any, alice: Any) -> None:
    tx = registry.remove(1, {"from": governor_account})

    assert tx.events["MemberLeft"] == {"member": 1, "wallet": alice.address}
    assert tuple(registry.isMemberAt(alice, tx.timestamp)) == (False, 0)


def test_remove__member_with_wallet__the_provider_may_not(registry: Any, provider: Any) -> None:
    """G3."""
    with reverts("RegistryMemberHasWallet", 1):
        registry.remove(1, {"from": provider})


def test_remove__stranger_calls__is_refused(registry: Any, stranger: Any) -> None:
    """G3."""
    with reverts("RegistryUnauthorised", stranger):
        registry.remove(3, {"from": stranger})


def test_remove__nobody_has_the_index__is_refused(registry: Any, provider: Any) -> None:
    for member in (0, 4):
        with reverts("RegistryMemberUnknown", member):
            registry.remove(member, {"from": provider})


def test_remove__twice__is_refused(registry: Any, provider: Any) -> None:
    registry.remove(3, {"from": provider})
    with reverts("RegistryMemberUnknown", 3):
        registry.remove(3, {"from": provider})


def test_remove__participation_open__is_refused_even_by_vote(points: Any, provider: Any, governor_account: Any) -> None:
    """G4."""
    points.openParticipation(0, 3, 1, points.clock(), points.pointOf(0)[0], {"from": provider})
    for sender in (provider, governor_account):
        with reverts("RegistryStillParticipating", 3, OPEN):
            points.remove(3, {"from": sender})
