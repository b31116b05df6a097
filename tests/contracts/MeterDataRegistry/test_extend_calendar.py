"""Adding months to the calendar."""

from __future__ import annotations

from typing import Any

from tests.contracts.community import calendar, month_start
from tests.contracts.refusals import reverts


def test_extend_calendar__by_vote__adds_months_at_the_end(community: Any) -> None:
    """IMeterDataRegistry G9: and changes no month there was."""
    june = tuple(community.meter_data.boundsOf(201606))
    starts = [month_start(2017, 6), month_start(2017, 7)]
    extended = community.meter_data.extendCalendar(starts, {"from": community.voted})
    assert extended.events["CalendarExtended"] == {"last": 201706, "end": month_start(2017, 7)}
    assert tuple(community.meter_data.boundsOf(201705)) == (month_start(2017, 5), month_start(2017, 6))
    assert tuple(community.meter_data.boundsOf(201706)) == (month_start(2017, 6), month_start(2017, 7))
    assert tuple(community.meter_data.boundsOf(201606)) == june


def test_extend_calendar__by_anybody_else__is_refused(community: Any, stranger: Any) -> None:
    """IMeterDataRegistry G9."""
    for sender in (stranger, community.provider, community.grid_operator):
        with reverts("MeterDataNotGovernor", sender):
            community.meter_data.extendCalendar([month_start(2017, 6)], {"from": sender})


def test_extend_calendar__with_a_gap_or_nothing__is_refused(community: Any) -> None:
    """IMeterDataRegistry G1: position 13 follows the 13 starts there are."""
    assert len(calendar()) == 13
    with reverts("MeterDataCalendarInvalid", 13):
        community.meter_data.extendCalendar([month_start(2017, 7)], {"from": community.voted})
    with reverts("MeterDataCalendarInvalid", 13):
        community.meter_data.extendCalendar([], {"from": community.voted})
