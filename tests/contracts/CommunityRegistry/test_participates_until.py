"""`CommunityRegistry.participatesUntil`: how long a member can still owe or be owed."""

from __future__ import annotations

from typing import Any

from tests.contracts.CommunityRegistry.conftest import point_id

DAY = 86400
START = 1464732000  # 2016-06-01 00:00 in Paris
OPEN = 2**64 - 1


def test_participates_until__no_point__is_0(registry: Any) -> None:
    assert [registry.participatesUntil(member) for member in (0, 1, 9)] == [0, 0, 0]


def test_participates_until__two_points__is_the_later_end(points: Any, provider: Any) -> None:
    """Alice's flat ends before her panels do, and her flat has a new tenant."""
    points.openParticipation(0, 1, 1, START, point_id(0), {"from": provider})
    points.openParticipation(2, 1, 0, START, point_id(2), {"from": provider})
    assert points.participatesUntil(1) == OPEN
    points.closeParticipation(0, START + 5 * DAY, {"from": provider})
    assert points.participatesUntil(1) == OPEN
    points.closeParticipation(2, START + 3 * DAY, {"from": provider})
    points.openParticipation(0, 2, 1, START + 5 * DAY, "0x" + "d3" * 32, {"from": provider})

    assert points.participatesUntil(1) == START + 5 * DAY
    assert points.participatesUntil(2) == OPEN
