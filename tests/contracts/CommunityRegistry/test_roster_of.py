"""`CommunityRegistry.rosterOf`, against a plain model: any history of moves, any bounds."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contracts.CommunityRegistry.conftest import point_id, rows

DAY = 86400
ORIGIN = 1464732000  # 2016-06-01 00:00 in Paris
OPEN = 2**64 - 1

# One entry of the provider's: at which point, for which member and group, after how many idle days, for how many days.
# Whoever comes last on a point stays.
entries = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(1, 2), st.integers(0, 9), st.integers(0, 20)),
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=entries, start=st.integers(0, 60), days=st.integers(0, 40))
def test_roster_of__any_history__is_what_a_list_would_give(
    points: Any, provider: Any, chain: Any, history: Any, start: int, days: int
) -> None:
    """G7, G9: clipped to the bounds, by (point, from), voided participations left out; `participatesUntil` agrees."""
    before = chain._take_snapshot()
    model: dict[int, list[list[int]]] = {0: [], 1: [], 2: []}
    for number, (point, member, group, idle, length) in enumerate(history):
        theirs = model[point]
        if theirs and theirs[-1][3] == OPEN:
            theirs[-1][3] = theirs[-1][2] + length * DAY
            points.closeParticipation(point, theirs[-1][3], {"from": provider})
        begin = (theirs[-1][3] if theirs else ORIGIN) + idle * DAY
        same_owner = not theirs or theirs[-1][0] == member
        identity = points.pointOf(point)[0] if same_owner else point_id(100 + number)
        points.openParticipation(point, member, group, begin, identity, {"from": provider})
        theirs.append([member, group, begin, OPEN])

    low, high = ORIGIN + start * DAY, ORIGIN + (start + days) * DAY
    expected = [
        (point, member, group, int(point == 2), int(point == 2), max(begin, low), min(end, high))
        for point in range(3)
        for member, group, begin, end in model[point]
        if max(begin, low) < min(end, high)
    ]
    assert rows(points.rosterOf(low, high)) == expected
    for member in (1, 2, 3):
        ends = [end for theirs in model.values() for who, _, _, end in theirs if who == member]
        assert points.participatesUntil(member) == max(ends, default=0)
    chain._revert(before)
