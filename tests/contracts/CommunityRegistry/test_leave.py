"""`CommunityRegistry.leave`: a member ends its own membership."""

from __future__ import annotations

from typing import Any

from tests.contracts.refusals import reverts

DAY = 86400
OPEN = 2**64 - 1


def test_leave__member__is_none_from_that_second_on(registry: Any, alice: Any) -> None:
    """G6: a member until the second before; the wallet still stands for the index, to withdraw."""
    tx = registry.leave({"from": alice})

    assert tx.events["MemberLeft"] == {"member": 1, "wallet": alice.address}
    assert registry.memberOf(alice) == 1
    assert registry.walletOf(1) == alice
    assert registry.membersAt(tx.timestamp) == 2
    assert tuple(registry.isMemberAt(alice, tx.timestamp)) == (False, 0)


def test_leave__later__leaves_the_past_as_it_was(registry: Any, alice: Any, chain: Any) -> None:
    """G6."""
    before = registry.clock()
    chain.mine(timestamp=before + DAY)
    registry.leave({"from": alice})

    assert registry.membersAt(before) == 3
    assert tuple(registry.isMemberAt(alice, before)) == (True, 1)


def test_leave__stranger__is_refused(registry: Any, stranger: Any) -> None:
    with reverts("RegistryNotMember", stranger):
        registry.leave({"from": stranger})


def test_leave__twice__is_refused(registry: Any, alice: Any) -> None:
    registry.leave({"from": alice})
    with reverts("RegistryNotMember", alice):
        registry.leave({"from": alice})


def test_leave__participation_open__is_refused(points: Any, provider: Any, alice: Any) -> None:
    """G4."""
    points.openParticipation(0, 1, 1, points.clock(), points.pointOf(0)[0], {"from": provider})
    with reverts("RegistryStillParticipating", 1, OPEN):
        points.leave({"from": alice})


def test_leave__participation_ends_later__is_refused_until_then(
    points: Any, provider: Any, alice: Any, chain: Any
) -> None:
    """G4."""
    end = points.clock() + 10 * DAY
    points.openParticipation(0, 1, 1, points.clock(), points.pointOf(0)[0], {"from": provider})
    points.closeParticipation(0, end, {"from": provider})
    with reverts("RegistryStillParticipating", 1, end):
        points.leave({"from": alice})

    chain.mine(timestamp=end)
    points.leave({"from": alice})
    assert points.membersAt(points.clock()) == 2
