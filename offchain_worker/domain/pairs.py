"""Who sold to whom over a period: rows add up to what was bought, columns to what was sold, exactly.

From a pool it follows from the sums of the period; with a key per producer the allocation itself says it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from offchain_worker.domain.energy import Energies
from offchain_worker.domain.errors import EnergyShape


def by_lane(energies: Energies, bands: npt.NDArray[np.uint8], lanes: int) -> Energies:
    """Return each column's energy by lane, shape (columns, lanes), from that of each step, shape (steps, columns)."""
    sums = [energies[bands == lane].sum(axis=0) for lane in range(lanes)]
    return np.stack(sums, axis=1)


def pairs(bought: Energies, sold: Energies) -> Energies:
    """Return the µkWh each consumption column bought of each production column, shape (lanes, consumers, producers).

    `bought` has shape (consumers, lanes), `sold` (producers, lanes), with the same sum in each lane. A pair is
    ⌊bought·sold/A⌋ with A that sum; the rest is filled in column order, as much as row and column still lack.
    """
    if bought.shape[1] != sold.shape[1]:
        raise EnergyShape(f"pairs: bought has {bought.shape[1]} lanes, sold {sold.shape[1]}")
    found = np.zeros((bought.shape[1], bought.shape[0], sold.shape[0]), np.int64)
    for lane in range(bought.shape[1]):
        rows = _lane(bought[:, lane].tolist(), sold[:, lane].tolist(), lane)
        found[lane] = np.array(rows, np.int64).reshape(found[lane].shape)
    return found


def pairs_of_lanes(bought: Energies, producers: int, bands: int) -> Energies:
    """Return the pairs of a key per producer, whose lanes they are: `bought` (consumers, producers · bands) by lane."""
    if not producers:
        return np.zeros((bands, len(bought), 0), np.int64)
    return np.ascontiguousarray(bought.reshape(len(bought), producers, bands).transpose(2, 0, 1))


def _lane(bought: list[int], sold: list[int], lane: int) -> list[list[int]]:
    total = sum(bought)
    if total != sum(sold):
        raise EnergyShape(f"pairs, lane {lane}: {total} µkWh bought, {sum(sold)} sold")
    rows = [[row * column // max(total, 1) for column in sold] for row in bought]
    lacking = [column - sum(row[at] for row in rows) for at, column in enumerate(sold)]
    for row, amount in zip(rows, bought, strict=True):
        short = amount - sum(row)
        for at, lack in enumerate(lacking):
            extra = min(short, lack)
            row[at] += extra
            lacking[at] -= extra
            short -= extra
    return rows
