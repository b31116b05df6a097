"""
Local time from the pinned `tzdata` package, never from the system: two workers with different systems must place the
same reading in the same step and the same price band.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import numpy as np

from offchain_worker.meters.errors import UnknownTimeZone

DAY = 86400
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of that name, e.g. `Europe/Paris`; raises UnknownTimeZone."""
    if _NAME.fullmatch(name):
        source = files("tzdata.zoneinfo").joinpath(*name.split("/"))
        if source.is_file():
            with source.open("rb") as data:
                try:
                    return ZoneInfo.from_file(data, key=name)
                except ValueError:
                    pass  # a text file of the package, such as its index
    raise UnknownTimeZone(f"no time zone {name!r}: use a name such as Europe/Paris")


def offset(name: str, moment: int) -> int:
    """Seconds that local time is ahead of UTC at a moment of UTC."""
    ahead = datetime.fromtimestamp(moment, UTC).astimezone(zone(name)).utcoffset()
    return int((ahead or timedelta()).total_seconds())


@cache
def clock_changes(name: str, first_year: int, last_year: int) -> tuple[tuple[int, int], ...]:
    """Every change between the start of one year and the end of another: (UTC second, offset from then on).

    The first entry stands for the offset in force at the start.
    """
    start = int(datetime(first_year, 1, 1, tzinfo=UTC).timestamp()) - DAY
    end = int(datetime(last_year + 1, 1, 1, tzinfo=UTC).timestamp()) + DAY
    changes = [(start, offset(name, start))]
    for day in range(start, end, DAY):
        if offset(name, day + DAY) != changes[-1][1]:
            low, high = day, day + DAY
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(name, middle) == changes[-1][1] else (low, middle)
            changes.append((high, offset(name, high)))
    return tuple(changes)


def offsets(name: str, moments: np.ndarray) -> np.ndarray:
    """`offset` of every moment (int64[n], UTC seconds)."""
    if len(moments) == 0:
        return np.zeros(0, dtype=np.int64)
    years = [datetime.fromtimestamp(int(moment), UTC).year for moment in (moments.min(), moments.max())]
    changes = np.array(clock_changes(name, *years), dtype=np.int64)
    ahead: np.ndarray = changes[np.searchsorted(changes[:, 0], moments, side="right") - 1, 1]
    return ahead


def local_midnight(name: str, day: str) -> int:
    """The UTC second at which a local day (`2016-06-16`) begins."""
    moment = datetime.fromisoformat(day).replace(tzinfo=zone(name))
    return int(moment.timestamp())
