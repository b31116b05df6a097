"""
Stamps without an offset: which moment a local time means, also where clocks change.

In spring an hour of local time is missing, in autumn one comes twice. What always holds: a stamp outside those hours
has one meaning; of two equal stamps in the repeated hour the earlier row (in a file that runs backwards, the later) is
the first; what had to be guessed or cannot be is said for each row, never passed over.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from enum import IntEnum
from itertools import pairwise

import numpy as np

from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.zone import DAY, clock_changes


class Doubt(IntEnum):
    """How sure the moment of a row is."""

    NONE = 0
    GUESSED = 1
    NO_SUCH_TIME = 2


def moments(time_zone: str, local: np.ndarray, stamped: str) -> tuple[np.ndarray, np.ndarray]:
    """
    UTC seconds int64[n] and `Doubt` uint8[n] of local times (int64[n], seconds from 1970 on the local clock) of one
    curve in the order of its file; `stamped` "end" or "start" says where in its interval a stamp stands.

    The end of the last interval before the spring change may be written 02:00 or 03:00. In autumn the ends of the
    first 02:xx hour are 02:00 to 02:30 where stamps carry the new offset, 02:30 to 03:00 where they carry the old one.
    """
    doubt = np.zeros(len(local), dtype=np.uint8)
    if len(local) == 0:
        return local, doubt
    years = [datetime.fromtimestamp(int(second), UTC).year for second in (local.min(), local.max())]
    changes = clock_changes(time_zone, *years)
    steps = [(moment, earlier, later) for (_, earlier), (moment, later) in pairwise(changes)]
    thresholds = np.array([moment + max(earlier, later) for moment, earlier, later in steps], dtype=np.int64)
    ahead = np.array([offset for _, offset in changes], dtype=np.int64)
    utc: np.ndarray = local - ahead[np.searchsorted(thresholds, local, side="right")]
    for moment, earlier, later in steps:
        if earlier < later:
            missing = (local >= moment + earlier) & (local < moment + later)
            if stamped == "end":
                missing &= local != moment + earlier
            doubt[missing] = Doubt.NO_SUCH_TIME
        else:
            rows, second, guessed = _repeated_hour(local, moment + later, moment + earlier, stamped)
            utc[rows] = local[rows] - np.where(second, later, earlier)
            doubt[rows] = np.where(guessed, Doubt.GUESSED, Doubt.NONE)
    return utc, doubt


def doubts(local: np.ndarray, utc: np.ndarray, doubt: np.ndarray, present: np.ndarray, meter: str) -> list[Finding]:
    """What is said of rows whose moment was guessed (a warning) or does not exist (an error if they have a value)."""
    said = []
    no_value = Severity.WARNING
    for kind, code, severity, what in (
        (Doubt.GUESSED, Code.REPEATED_HOUR, Severity.WARNING, "in the hour that comes twice, which of them is a guess"),
        (Doubt.NO_SUCH_TIME, Code.NO_SUCH_TIME, Severity.ERROR, "at a local time that the spring clock change skips"),
    ):
        mask = doubt == kind
        if mask.any():
            count, first = int(mask.sum()), datetime.fromtimestamp(int(local[mask].min()), UTC)
            message = f"{count} rows {what}, first at {first:%Y-%m-%d %H:%M}"
            weight = severity if bool(present[mask].any()) else no_value
            said.append(Finding(int(utc[mask].min()), int(utc[mask].max()), code, weight, meter, count, message))
    return said


def _repeated_hour(local: np.ndarray, low: int, high: int, stamped: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows in the repeated hour of local time [low, high): indices, which are of its second pass, which guessed."""
    inside = (local >= low) & (local < high)
    if stamped == "end" and (local == high).sum() == 2 and (local == low).sum() == 1:
        inside = (local > low) & (local <= high)
    rows = np.flatnonzero(inside)
    steps = np.diff(local[(local > low - DAY) & (local < high + DAY) & ~inside])
    if (steps < 0).sum() > (steps > 0).sum():
        rows, steps = rows[::-1], -steps
    second, guessed = _passes(local[rows].tolist())
    return rows, second, guessed | bool((steps < 0).any())


def _passes(labels: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """
    Which rows of a repeated hour are of its second pass, and which of that had to be guessed (bool each).

    Equal stamps are taken in turn. A stamp that comes only once is of the pass in which it stands, if the rows go
    back in time once; else it is taken for the first. Where they only stand still, rows may be sorted by local time.
    """
    back = [at for at in range(1, len(labels)) if labels[at] <= labels[at - 1]]
    told = len(back) == 1 and labels[back[0]] < labels[back[0] - 1]
    counts = Counter(labels)
    met: dict[int, int] = {}
    second, guessed = np.zeros(len(labels), dtype=bool), np.zeros(len(labels), dtype=bool)
    for at, label in enumerate(labels):
        if counts[label] == 1:
            second[at] = len(back) == 1 and at >= back[0]
            guessed[at] = not told
        else:
            second[at] = met.get(label, 0) % 2 == 1
            guessed[at] = counts[label] != 2
        met[label] = met.get(label, 0) + 1
    return second, guessed
