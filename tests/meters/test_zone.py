"""Local time from the pinned time zone data."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime

import numpy as np
import pytest

from offchain_worker.meters import UnknownTimeZone
from offchain_worker.meters.zone import clock_changes, local_midnight, offset, offsets, zone


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_clock_changes__paris_2016__the_two_of_the_law() -> None:
    assert clock_changes("Europe/Paris", 2016, 2016)[1:] == (
        (utc("2016-03-27T01:00"), 7200),
        (utc("2016-10-30T01:00"), 3600),
    )


def test_offsets__an_hour_around_each_change__agree_with_the_zone() -> None:
    moments = np.arange(utc("2015-12-31"), utc("2017-01-02"), 1800)
    assert offsets("Europe/Paris", moments).tolist() == [offset("Europe/Paris", int(moment)) for moment in moments]


def test_local_midnight__summer_and_winter() -> None:
    assert local_midnight("Europe/Paris", "2016-06-16") == utc("2016-06-15T22:00")
    assert local_midnight("Europe/Paris", "2016-10-31") == utc("2016-10-30T23:00")


def test_zone__system_path_pointing_nowhere__is_not_asked() -> None:
    before = zoneinfo.TZPATH
    zone.cache_clear()
    zoneinfo.reset_tzpath(to=[])
    try:
        assert offset("America/New_York", utc("2016-07-01")) == -4 * 3600
    finally:
        zoneinfo.reset_tzpath(to=before)


@pytest.mark.parametrize(
    "name", ["Europe/Nowhere", "", "../../etc/passwd", "/etc/localtime", "zones", "Europe", "Europe/"]
)
def test_zone__unknown_name__is_refused(name: str) -> None:
    with pytest.raises(UnknownTimeZone, match="no time zone"):
        zone(name)
