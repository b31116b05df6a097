"""`CommunityRegistry`, what a vote asks: who votes since when, and who produces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contracts import consents
from tests.contracts.CommunityRegistry.conftest import VOTING_AGE, point_id
from tests.contracts.people import PLACES
from tests.contracts.refusals import reverts


def test_voter_at__founder_and_newcomer__have_a_vote_at_once_and_later(
    registry: Any, provider: Any, clock: Callable[[int], None], alice: Any, dave: Any, stranger: Any
) -> None:
    """G12: to the second; EIP-5805's answers agree."""
    consent = consents.signed(PLACES["dave"], dave.address, registry.address)
    joined = registry.enrol(consent, {"from": provider}).timestamp
    clock(joined + VOTING_AGE)

    assert registry.votingAge() == VOTING_AGE
    assert tuple(registry.voterAt(dave, joined)) == (4, joined + VOTING_AGE)
    assert tuple(registry.voterAt(dave, joined - 1)) == (0, 0)
    assert tuple(registry.voterAt(stranger, joined)) == (0, 0)
    member, since = registry.voterAt(alice, joined)
    assert (member, registry.getPastVotes(alice, since)) == (1, 1)
    assert registry.getPastVotes(dave, joined + VOTING_AGE - 1) == 0
    assert registry.getVotes(dave) == 1
    packed = registry.votersAt([dave, stranger, alice], joined)
    assert list(packed) == [(joined + VOTING_AGE) << 16 | 4, 0, since << 16 | 1]


def test_voter_at__founder_who_came_back__is_new(registry: Any, provider: Any, clock: Any, bob: Any) -> None:
    """G12."""
    registry.leave({"from": bob})
    consent = consents.signed(PLACES["bob"], bob.address, registry.address, 1)
    joined = registry.enrol(consent, {"from": provider}).timestamp
    clock(joined + 1)
    assert tuple(registry.voterAt(bob, joined)) == (2, joined + VOTING_AGE)


def test_voter_at__wallet_replaced__keeps_its_age(registry: Any, clock: Any, alice: Any, dave: Any) -> None:
    """G5, G12."""
    asked = registry.requestWalletReplacement(1, dave, {"from": alice})
    clock(asked.timestamp + registry.replacementDelay())
    registry.completeWalletReplacement(1, {"from": dave})
    clock(asked.timestamp + registry.replacementDelay() + 10)
    member, since = registry.voterAt(dave, asked.timestamp)
    assert (member, since <= asked.timestamp) == (1, True)
    assert tuple(registry.voterAt(alice, asked.timestamp)) == (0, 0)


def test_producers_at__participations_entered_and_closed__are_dated_by_the_entry(
    points: Any, provider: Any, clock: Callable[[int], None]
) -> None:
    """G12: two plants of alice; consumption makes nobody a producer; an end in the past moves no past."""
    points.addPoint(point_id(3), 1, 1, {"from": provider})
    points.openParticipation(0, 1, 1, 0, point_id(0), {"from": provider})
    entered = points.openParticipation(2, 1, 0, 100, point_id(2), {"from": provider}).timestamp
    points.openParticipation(3, 1, 0, 100, point_id(3), {"from": provider})
    points.closeParticipation(2, 200, {"from": provider})
    points.closeParticipation(2, 150, {"from": provider})
    closed = points.closeParticipation(3, 300, {"from": provider}).timestamp
    clock(closed + 1)

    alone = 1 << 1
    assert [points.producersAt(0, t) for t in (entered - 1, entered, closed - 1, closed)] == [0, alone, alone, 0]
    assert points.producersAt(1, entered) == 0


def test_voters__a_second_that_is_not_past__is_refused(registry: Any, chain: Any, alice: Any) -> None:
    """G12."""
    now = chain[-1].timestamp
    calls = (
        lambda: registry.voterAt(alice, now),
        lambda: registry.votersAt([alice], now),
        lambda: registry.producersAt(0, now),
        lambda: registry.getPastTotalSupply(now),
    )
    for call in calls:
        with reverts("RegistryFutureLookup", now, now):
            call()
