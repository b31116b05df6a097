"""
What a curve usually shows at a time of day: the median of each local slot over all its days, and how far readings lie
from it (the median absolute deviation), which a few wrong values cannot move.
"""

from __future__ import annotations

import numpy as np

from offchain_worker.meters.zone import DAY, offsets

UNKNOWN = np.iinfo(np.int64).max


class History:
    """
    Of n steps from `moments` (int64[n] UTC seconds): per step, what its slot of the local day usually shows. `known`
    bool[n] says which steps count. `days` int64[n] are how many do in the slot, `median` int64[n] and `deviation`
    int64[n] are in µkWh (the lower of two middles), `upper` int64[n] is what a quarter of them reach, and `typical`
    what nine in ten of all positive readings do not exceed, 0 if there are none.
    """

    def __init__(
        self, energy: np.ndarray, known: np.ndarray, moments: np.ndarray, step_seconds: int, time_zone: str
    ) -> None:
        local = moments + offsets(time_zone, moments)
        slots = local % DAY // step_seconds
        day = local // DAY
        table = np.full((int(day[-1] - day[0]) + 1, DAY // step_seconds), UNKNOWN, dtype=np.int64)
        table[(day - day[0])[known], slots[known]] = energy[known]
        there = table != UNKNOWN
        counts = there.sum(axis=0)
        ordered = np.sort(table, axis=0)
        columns = np.arange(table.shape[1])
        middle = np.maximum(counts - 1, 0) // 2
        median = np.where(counts > 0, ordered[middle, columns], 0)
        upper = np.where(counts > 0, ordered[np.maximum(counts - 1, 0) * 3 // 4, columns], 0)
        away = np.sort(np.where(there, np.abs(np.where(there, table, 0) - median), UNKNOWN), axis=0)
        deviation = np.where(counts > 0, away[middle, columns], 0)
        positive = np.sort(energy[known & (energy > 0)])
        self.days = counts[slots]
        self.median = median[slots]
        self.upper = upper[slots]
        self.deviation = deviation[slots]
        self.typical = int(positive[(len(positive) - 1) * 9 // 10]) if len(positive) else 0
