"""Curves as tables: local days, days of 23 and 25 hours, exact sums; and flows of a made-up bill."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from app import charts, frames
from app.frames import Series
from app.words import Words

EN = Words("en")
HALF_HOUR = 1800


def constant(first: datetime, steps: int) -> Series:
    """A curve of 1 kWh local, 2 kWh from the grid, 3 kWh surplus in every half-hour."""
    energies = [np.full(steps, kwh * 10**6, dtype=np.int64) for kwh in (1, 2, 0, 3)]
    return Series(int(first.timestamp()), HALF_HOUR, "Europe/Paris", *energies)


@pytest.mark.parametrize(
    ("day", "hours"), [(datetime(2016, 3, 26, 23, tzinfo=UTC), 23), (datetime(2016, 10, 29, 22, tzinfo=UTC), 25)]
)
def test_daily__around_a_clock_change__has_days_of_23_and_25_hours(day: datetime, hours: int) -> None:
    frame = frames.daily(constant(day, 2 * hours + 48), EN)
    assert frame["Local"].to_list() == [2.0 * hours, 48.0]
    assert frame["Surplus"].to_list() == [6.0 * hours, 144.0]
    assert frame["When"].to_list()[0].startswith("Sun")


def test_steps__of_the_long_day__tell_the_two_two_oclocks_apart() -> None:
    series = constant(datetime(2016, 10, 29, 22, tzinfo=UTC), 98)
    labels = frames.steps(series, date(2016, 10, 30), 1, EN)["When"].to_list()
    assert labels[4:8] == ["02:00", "02:30", "02:00′", "02:30′"]
    assert len(labels) == len(set(labels)) == 50


def test_csv__of_a_curve__is_exact_and_in_utc() -> None:
    series = constant(datetime(2016, 5, 31, 22, tzinfo=UTC), 2)
    assert frames.csv(series).splitlines() == [
        "interval_start,local_time,local_kwh,grid_kwh,surplus_kwh",
        "2016-05-31T22:00:00Z,2016-06-01T00:00:00+02:00,1.000000,2.000000,3.000000",
        "2016-05-31T22:30:00Z,2016-06-01T00:30:00+02:00,1.000000,2.000000,3.000000",
    ]


def test_days_of_quality__names_the_local_days() -> None:
    start = int(datetime(2016, 5, 31, 22, tzinfo=UTC).timestamp())
    document = {"start": start, "stepSeconds": HALF_HOUR, "qualities": "0" * 48 + "2" * 2 + "1" * 46}
    assert frames.days_of_quality([document], "missing", "Europe/Paris") == [date(2016, 6, 2)]
    assert frames.qualities([document]) == {"measured": 48, "estimated": 46, "missing": 2, "repaired": 0}


def test_curve_chart__of_a_producer__draws_what_leaves_below_the_line() -> None:
    series = constant(datetime(2016, 5, 31, 22, tzinfo=UTC), 48)
    option = charts.curve(frames.daily(series, EN), series.parts, fine=False)
    source = option["dataset"]["source"]
    assert source.row(0) == ("Wed 1", 48.0, 96.0, -144.0)
    assert [part["name"] for part in option["series"]] == ["Local", "From the grid", "Surplus"]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("page", ["#ffffff", "#14181a"])
@pytest.mark.parametrize("part", charts.COLOURS)
def test_colours__on_both_pages__stand_out(part: str, page: str) -> None:
    """Graphics need a contrast of 3 to 1 (WCAG 2, 1.4.11)."""
    dark, light = sorted([luminance(charts.COLOURS[part]), luminance(page)])
    assert (light + 0.05) / (dark + 0.05) >= 3
