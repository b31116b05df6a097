"""`CommunityRegistry.isMemberAt`, `membersAt` and `getPastVotes`: membership at a second."""

from __future__ import annotations

from typing import Any

from tests.contracts import consents
from tests.contracts.refusals import reverts

DAY = 86400


def test_is_member_at__stranger__is_none(registry: Any, stranger: Any) -> None:
    assert tuple(registry.isMemberAt(stranger, registry.clock())) == (False, 0)
    assert registry.isMemberAt(consents.NOBODY, registry.clock())[0] is False


def test_is_member_at__a_second_to_come__is_refused(registry: Any, alice: Any) -> None:
    """G6."""
    now = registry.clock()
    for lookup in (lambda: registry.isMemberAt(alice, now + 10**6), lambda: registry.membersAt(now + 10**6)):
        with reverts("RegistryFutureLookup", now + 10**6, now):
            lookup()


def test_get_past_votes__present_second__is_refused(registry: Any, alice: Any) -> None:
    """G6: it can still change."""
    now = registry.clock()
    with reverts("RegistryFutureLookup", now, now):
        registry.getPastVotes(alice, now)
    assert registry.getPastVotes(alice, now - 1) in (0, 1)


def test_get_past_votes__members__have_one_vote_each(registry: Any, alice: Any, stranger: Any, chain: Any) -> None:
    enrolled = registry.clock()
    chain.mine(timestamp=enrolled + DAY)

    assert registry.getPastVotes(alice, enrolled) == 1
    assert registry.getPastVotes(alice, enrolled - 1) == 0
    assert registry.getPastVotes(stranger, enrolled) == 0


def test_members_at__comings_and_goings__counts_each_second(
    registry: Any, provider: Any, alice: Any, chain: Any
) -> None:
    """G6: three founders, one more after a day, one fewer after two."""
    founded = registry.clock()
    chain.mine(timestamp=founded + DAY)
    joined = registry.enrol(consents.by_default(), {"from": provider}).timestamp
    chain.mine(timestamp=founded + 2 * DAY)
    left = registry.leave({"from": alice}).timestamp

    seconds = (founded - 1, founded, joined - 1, joined, left - 1, left)
    assert [registry.membersAt(second) for second in seconds] == [0, 3, 3, 4, 4, 3]


def test_clock__any_block__is_its_timestamp(registry: Any, chain: Any) -> None:
    chain.mine(timestamp=registry.clock() + DAY)

    assert registry.clock() == chain[-1].timestamp
    assert registry.CLOCK_MODE() == "mode=timestamp"
