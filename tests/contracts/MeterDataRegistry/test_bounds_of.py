"""The bounds of a period by the calendar."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.contracts.community import month_start
from tests.contracts.refusals import reverts

HOUR = 3600


def test_bounds_of__every_month__joins_the_next(community: Any) -> None:
    """IMeterDataRegistry G1: over the turn of the year as well."""
    labels = [*range(201605, 201613), *range(201701, 201705)]
    bounds = [community.meter_data.boundsOf(label) for label in labels]
    assert bounds[0][0] == month_start(2016, 5)
    assert bounds[-1][1] == month_start(2017, 5)
    assert all(first[1] == second[0] for first, second in pairwise(bounds))


def test_bounds_of__clock_changes__make_a_month_an_hour_longer_or_shorter(community: Any) -> None:
    """IMeterDataRegistry G1: October has 31 days and an hour, March 31 days less one."""
    october = community.meter_data.boundsOf(201610)
    march = community.meter_data.boundsOf(201703)
    assert october[1] - october[0] == 31 * 24 * HOUR + HOUR
    assert march[1] - march[0] == 31 * 24 * HOUR - HOUR


@pytest.mark.parametrize("label", [201604, 201705, 201600, 201613, 0, 2**32 - 1])
def test_bounds_of__a_label_outside__is_refused(community: Any, label: int) -> None:
    with reverts("MeterDataOutsideCalendar", label):
        community.meter_data.boundsOf(label)
