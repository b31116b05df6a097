"""How the example's curves are made from relative profiles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from scripts.villeurbanne import profiles


def year() -> profiles.Profiles:
    """The quarter-hours of local 2016; a value tells day and quarter, 1,000,000 more in the second 02:xx of October."""
    first = datetime(2015, 12, 31, 23, tzinfo=UTC)
    local = [(first + timedelta(minutes=15 * n)).astimezone(ZoneInfo("Europe/Paris")) for n in range(35_136)]
    day = np.array([(moment.date() - local[0].date()).days for moment in local])
    quarter = np.array([moment.hour * 4 + moment.minute // 15 for moment in local])
    fold = np.array([moment.fold for moment in local])
    return profiles.Profiles({"p": day * 100 + quarter + fold * 1_000_000}, day, quarter)


def test_shifted__three_weeks__same_weekday_and_wall_clock() -> None:
    made = year()
    moved = profiles.shifted(made, "p", 3)
    at = np.flatnonzero((made.day == 150) & (made.quarter == 33))[0]
    assert moved[at] == (150 + 21) * 100 + 33
    elsewhere = made.day + 21 != 86  # a day moved from 27 March takes 01:xx for its missing 02:xx
    assert np.array_equal((moved % 100)[elsewhere], made.quarter[elsewhere])


def test_shifted__into_and_out_of_clock_changes__no_hour_is_lost_or_moved() -> None:
    made = year()
    from_spring = profiles.shifted(made, "p", 1)[(made.day == 86 - 7) & (made.quarter == 9)]
    assert from_spring.tolist() == [86 * 100 + 5]  # 27 March has no 02:15: 01:15 stands in
    autumn = 31 + 29 + 31 + 30 + 31 + 30 + 31 + 31 + 30 + 29  # 30 October, counted from 0
    into_autumn = profiles.shifted(made, "p", -1)[(made.day == autumn) & (made.quarter == 9)]
    assert into_autumn.tolist() == [(autumn - 7) * 100 + 9] * 2
    from_autumn = profiles.shifted(made, "p", 1)[(made.day == autumn - 7) & (made.quarter == 9)]
    assert from_autumn.tolist() == [autumn * 100 + 9]


def test_scaled__adds_up_to_the_total_exactly() -> None:
    quarters = profiles.scaled(np.array([1, 2, 0, 4]), 7)
    assert quarters.tolist() == [1_000_000, 2_000_000, 0, 4_000_000]
    assert int(profiles.scaled(np.array([1, 1, 1]), 10).sum()) == 10_000_000


def test_half_hours__differences_of_a_register_of_whole_watt_hours() -> None:
    quarters = np.array([400_000, 400_000, 100_000, 200_000, 0, 900_000])  # register 0.8, 1.1, 2.0 Wh
    assert profiles.half_hours(quarters).tolist() == [0, 1, 1]


def test_behind_one_meter__only_the_difference_is_seen() -> None:
    withdrawn, fed_in = profiles.behind_one_meter(np.array([5, 2, 3]), np.array([1, 7, 3]))
    assert (withdrawn.tolist(), fed_in.tolist()) == ([4, 0, 0], [0, 5, 0])
