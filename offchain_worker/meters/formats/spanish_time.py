"""
The moments of Spanish rows: hours numbered through the day or read off the clock, told apart day by day, and flags of
summer time where a file has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from offchain_worker.meters import local_time
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.local_time import Doubt
from offchain_worker.meters.zone import DAY, local_midnight, offsets

if TYPE_CHECKING:
    from offchain_worker.meters.formats.spanish import Readings

TIME_ZONE = "Europe/Madrid"
HOUR = 3600


def placed(
    readings: Readings, chosen: np.ndarray, values: np.ndarray, present: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """UTC stamps int64[n] of one point's rows, how sure they are (`Doubt` uint8[n]), and their local times int64[n]."""
    days, labels = readings.days[chosen], readings.labels[chosen]
    local = days + labels
    stamps, doubt = np.zeros(len(local), dtype=np.int64), np.zeros(len(local), dtype=np.uint8)
    through = np.zeros(len(local), dtype=bool)
    for day in np.unique(days):
        begin = midnight(int(day))
        length = midnight(int(day) + DAY) - begin
        if length != DAY:
            rows = np.flatnonzero(days == day)
            counted, unreal = _numbered_through(labels[rows], values[rows], present[rows], length, readings.stamped)
            doubt[rows[unreal]] = Doubt.NO_SUCH_TIME
            if counted:
                through[rows] = True
                stamps[rows] = begin + labels[rows]
        else:
            extra = (days == day) & (labels > DAY if readings.stamped == "end" else labels >= DAY)
            doubt[extra] = Doubt.NO_SUCH_TIME
    by_clock = np.flatnonzero(~through)
    stamps[by_clock], guessed = local_time.moments(TIME_ZONE, local[by_clock], readings.stamped)
    doubt[by_clock] = np.maximum(doubt[by_clock], guessed)
    return stamps, doubt, local


def flagged(
    readings: Readings, chosen: np.ndarray, stamps: np.ndarray, doubt: np.ndarray, local: np.ndarray, meter: str
) -> tuple[np.ndarray, np.ndarray, list[Finding]]:
    """Stamps and doubts once the rows' summer time flags are heard, and a warning about flags that cannot be right."""
    if readings.summer is None:
        return stamps, doubt, []
    ahead = np.where(readings.summer[chosen], 2 * HOUR, HOUR)
    told = local - ahead
    fits = (offsets(TIME_ZONE, told) == ahead) | (offsets(TIME_ZONE, told - 1) == ahead)
    stamps, doubt = np.where(fits, told, stamps), np.where(fits, Doubt.NONE, doubt)
    if fits.all():
        return stamps, doubt, []
    count, first = int((~fits).sum()), int(readings.numbers[chosen][~fits].min())
    message = f"{count} rows carry summer time in winter or winter time in summer, first in row {first}"
    begin, end = int(stamps[~fits].min()), int(stamps[~fits].max())
    return stamps, doubt, [Finding(begin, end, Code.OFFSET, Severity.WARNING, meter, count, message)]


def midnight(day: int) -> int:
    return local_midnight(TIME_ZONE, str(np.datetime64(day, "s"))[:10])


def _numbered_through(
    labels: np.ndarray, values: np.ndarray, present: np.ndarray, length: int, stamped: str
) -> tuple[bool, np.ndarray]:
    """
    Of a day of 23 or 25 hours: are its hours counted from midnight rather than read off the clock? And which rows
    (bool) are of an hour that the day does not have.
    """
    none = np.zeros(len(labels), dtype=bool)
    shift = 0 if stamped == "end" else HOUR
    ends = labels + shift
    if length > DAY:
        return bool((ends > DAY).any()), none
    skipped = (ends > 2 * HOUR) & (ends <= 3 * HOUR)
    last = ends > length
    if not skipped.any() or not (ends == 2 * HOUR).any():
        return False, none
    if not last.any():
        return True, none
    if not values[skipped & present].any():
        return False, skipped
    if not values[last & present].any():
        return True, last
    return False, skipped
