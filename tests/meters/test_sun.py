"""The sun in integers, against the formulas in floating point and the almanac's sunrise in Lyon."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from offchain_worker.meters import sun

LYON = (45_766_000, 4_880_000)
HORIZON = -14_538_080  # the sine of -0.833 degrees: the upper rim, refracted, is on the horizon


def height_in_floats(moment: int, latitude: float, longitude: float) -> float:
    """The sine of the elevation by right ascension, declination and hour angle (Astronomical Almanac, page C5)."""
    days = (moment - 946_728_000) / 86_400
    anomaly = math.radians(357.528 + 0.9856003 * days)
    along = math.radians(280.460 + 0.9856474 * days + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly))
    tilt = math.radians(23.439 - 0.0000004 * days)
    ascension = math.atan2(math.cos(tilt) * math.sin(along), math.cos(along))
    declination = math.asin(math.sin(tilt) * math.sin(along))
    hour = math.radians((18.697374558 + 24.06570982441908 * days) * 15 + longitude) - ascension
    north = math.radians(latitude)
    return math.sin(north) * math.sin(declination) + math.cos(north) * math.cos(declination) * math.cos(hour)


@pytest.mark.parametrize("place", [(45.766, 4.88), (-33.9, 151.2), (68.0, 20.0), (0.0, -75.0)])
def test_height__anywhere_from_2005_to_2040__is_the_formula_in_floats(place: tuple[float, float]) -> None:
    moments = np.random.default_rng(4).integers(1_100_000_000, 2_200_000_000, 500)
    found = sun.height(moments, int(place[0] * 10**6), int(place[1] * 10**6))
    wanted = [height_in_floats(int(moment), *place) for moment in moments]
    assert np.abs(found / sun.BILLION - wanted).max() < 3e-5  # 0.002 degrees


@pytest.mark.parametrize(
    ("day", "rises", "sets"),
    [("2016-06-21", "03:51", "19:34"), ("2016-12-21", "07:19", "16:00"), ("2016-03-20", "05:43", "17:52")],
)
def test_height__in_lyon__rises_and_sets_when_the_almanac_says(day: str, rises: str, sets: str) -> None:
    midnight = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    minutes = np.arange(midnight, midnight + 86_400, 60)
    up = np.flatnonzero(sun.height(minutes, *LYON) > HORIZON)
    found = [datetime.fromtimestamp(int(minutes[at]), UTC) for at in (up[0], up[-1])]
    for moment, said in zip(found, (rises, sets), strict=True):
        hour, minute = map(int, said.split(":"))
        assert abs(moment.hour * 60 + moment.minute - (hour * 60 + minute)) <= 3


def test_sine__every_angle__is_exact_to_four_in_ten_million() -> None:
    angles = np.arange(-400_000_000, 400_000_000, 123_457)
    assert np.abs(sun.sine(angles) / sun.BILLION - np.sin(np.radians(angles / 10**6))).max() < 4e-7
    assert sun.sine(np.array([0, 30_000_000, 90_000_000, 270_000_000])).tolist() == [0, 500_000_000, 10**9, -(10**9)]


def test_is_down__midnight_and_noon__is_true_and_false() -> None:
    midnight = int(datetime(2016, 6, 20, 23, 40, tzinfo=UTC).timestamp())  # solar midnight in Lyon
    assert sun.is_down(np.array([midnight, midnight + 43_200]), 1800, *LYON).tolist() == [True, False]
