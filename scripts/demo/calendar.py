"""Local months and midnights as UTC seconds, from the pinned time-zone data."""

from __future__ import annotations

from datetime import date, datetime
from importlib.resources import files
from zoneinfo import ZoneInfo


def zone(name: str) -> ZoneInfo:
    """The time zone, from the `tzdata` package and never from this machine."""
    region, _, city = name.partition("/")
    with files("tzdata.zoneinfo").joinpath(region, city).open("rb") as stream:
        return ZoneInfo.from_file(stream, key=name)


def midnight(day: date, where: ZoneInfo) -> int:
    """The UTC second at which `day` starts there."""
    return int(datetime(day.year, day.month, day.day, tzinfo=where).timestamp())


def next_month(day: date) -> date:
    """The first day of the month after `day`'s."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def previous_month(day: date) -> date:
    """The first day of the month before `day`'s."""
    return date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)


def month_starts(first: date, months: int, where: ZoneInfo) -> list[int]:
    """The starts of `months` consecutive months and of the one after them, in UTC seconds."""
    starts = []
    day = first
    for _ in range(months + 1):
        starts.append(midnight(day, where))
        day = next_month(day)
    return starts
