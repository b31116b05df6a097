"""
Where the sun is, in integers: every worker has to say the same of the same step, and floating sines are not the same on
every machine.

Low-precision formulas of the Astronomical Almanac (good to about 0.01 degrees from 1950 to 2050): mean longitude and
anomaly, the equation of the centre, the obliquity, and sidereal time. Angles are millionths of a degree, sines
billionths, from a table of 0.1 degrees with linear interpolation (off by less than 4e-7).
"""

from __future__ import annotations

from functools import cache

import numpy as np

BILLION = 10**9
CIRCLE = 360_000_000
TENTH = 100_000
DAY = 86_400
J2000 = 946_728_000
"""2000-01-01 12:00 UTC."""
TWILIGHT = -104_528_463
"""The sine of -6 degrees: below it civil twilight is over, and no panel gives anything."""
_PI = 3_141_592_653_589_793  # in 1e-15


@cache
def _quarter() -> np.ndarray:
    """Sines in billionths of 0, 0.1 … 90 degrees, int64[901], by their series in exact integers."""
    scale = 10**30
    sines = []
    for tenth in range(901):
        angle = _PI * 10**15 * tenth // 1800
        term = total = angle
        for order in range(1, 20):
            term = -term * angle // scale * angle // scale // ((2 * order) * (2 * order + 1))
            total += term
        sines.append((total * BILLION * 2 + scale) // (2 * scale))
    return np.array(sines, dtype=np.int64)


def sine(angles: np.ndarray) -> np.ndarray:
    """Sines in billionths, int64[n], of angles int64[n] in millionths of a degree."""
    turned = angles % CIRCLE
    lower = turned >= CIRCLE // 2
    half = np.where(lower, turned - CIRCLE // 2, turned)
    quarter = np.minimum(half, CIRCLE // 2 - half)
    place, rest = np.divmod(quarter, TENTH)
    table = np.append(_quarter(), BILLION)
    value = table[place] + (table[place + 1] - table[place]) * rest // TENTH
    signed: np.ndarray = np.where(lower, -value, value)
    return signed


def cosine(angles: np.ndarray) -> np.ndarray:
    """Cosines in billionths, int64[n], of angles int64[n] in millionths of a degree."""
    return sine(angles + CIRCLE // 4)


def height(moments: np.ndarray, latitude: int, longitude: int) -> np.ndarray:
    """
    The sine of the sun's elevation in billionths, int64[n], at moments int64[n] of UTC seconds and a place in millionths
    of a degree (north and east positive). Refraction is not counted.
    """
    since = moments - J2000
    mean = 280_460_000 + since * 9_856_474 // (DAY * 10)  # 0.9856474 degrees a day
    anomaly = 357_528_000 + since * 9_856_003 // (DAY * 10)
    centre = (1_915_000 * sine(anomaly) + 20_000 * sine(2 * anomaly)) // BILLION
    longitude_of_sun = mean + centre
    tilt = 23_439_000 - since * 4 // (DAY * 10)
    along, across = cosine(longitude_of_sun), sine(longitude_of_sun)
    east = cosine(tilt) * across // BILLION
    north = sine(tilt) * across // BILLION
    sidereal = 280_460_620 + since % DAY * 12_500 // 3 + since * 9_856_474 // (DAY * 10) + longitude
    toward = (along * cosine(sidereal) + east * sine(sidereal)) // BILLION
    where = np.full(len(moments), latitude, dtype=np.int64)
    found: np.ndarray = (north * sine(where) + toward * cosine(where)) // BILLION
    return found


def is_down(moments: np.ndarray, step_seconds: int, latitude: int, longitude: int) -> np.ndarray:
    """bool[n]: is civil twilight over during the whole of each step that starts at `moments`?"""
    dark = height(moments, latitude, longitude) < TWILIGHT
    later = height(moments + step_seconds, latitude, longitude) < TWILIGHT
    down: np.ndarray = dark & later
    return down
