"""
How long each reading's interval is, when a file says only where intervals end (or start).

The distance to the neighbour is the interval's length where it repeats; an isolated longer distance is a gap. So a
stretch counts as coarser only when its distance comes at least four times in a row, and a file may change its step.
"""

from __future__ import annotations

import numpy as np

from offchain_worker.domain.quantities import STEP_LENGTHS

FIRM = 4
"""Equal distances in a row that make a step rather than a chain of gaps."""


def interval_seconds(stamps: np.ndarray, stamped: str, stated: int = 0) -> np.ndarray:
    """
    The length of each interval, int64[n] seconds, 0 where it cannot be known. `stamps` int64[n] ascending and distinct,
    at the "end" or the "start" of intervals; `stated` is the step the file declares, which then holds for all.
    """
    if stated:
        return np.full(len(stamps), stated, dtype=np.int64)
    if stamped == "start":
        mirrored: np.ndarray = _seconds_by_end(-stamps[::-1])[::-1]
        return mirrored
    return _seconds_by_end(stamps)


def _seconds_by_end(ends: np.ndarray) -> np.ndarray:
    count = len(ends)
    if count < 2:
        return np.zeros(count, dtype=np.int64)
    distances = np.diff(ends)
    allowed = np.isin(distances, STEP_LENGTHS)
    borders = np.flatnonzero(np.diff(distances)) + 1
    lengths = np.diff(np.concatenate([[0], borders, [count - 1]]))
    firm = allowed & (np.repeat(lengths, lengths) >= FIRM)
    if not firm.any():
        finest = distances[allowed].min() if allowed.any() else 0
        return np.full(count, finest, dtype=np.int64)
    places = np.flatnonzero(firm) + 1  # rows whose distance to the row before is their step
    after = np.searchsorted(places, np.arange(count))
    nearest = places[np.minimum(after, len(places) - 1)]  # the next such row, else the last one
    seconds = distances[nearest - 1]
    finer = np.concatenate([[False], allowed & (distances < seconds[1:])])
    seconds[finer] = distances[finer[1:]]
    return seconds
