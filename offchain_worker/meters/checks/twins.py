"""Meters that show one curve: most often one file given to two points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from offchain_worker.meters.findings import runs

FEWEST_CHANGES = 4
"""One in so many steps of a twin stretch changes its value: two constant loads are no twins."""


def twins(energies: Sequence[np.ndarray], known: Sequence[np.ndarray], steps: int) -> list[np.ndarray]:
    """
    Per curve, bool[n]: the steps that lie in a run of at least `steps` in which another curve shows the same. Steps
    count that are known in both and not zero in both; the value has to change in one of four of them.
    """
    masks = [np.zeros(len(energy), dtype=bool) for energy in energies]
    for one, other in _alike(np.stack(energies), np.stack(known), steps):
        counted = np.flatnonzero(known[one] & known[other] & ((energies[one] > 0) | (energies[other] > 0)))
        mine = energies[one][counted]
        for first, after in runs(mine == energies[other][counted]):
            changes = int((np.diff(mine[first:after]) != 0).sum())
            if after - first >= steps and changes * FEWEST_CHANGES >= after - first:
                masks[one][counted[first:after]] = True
                masks[other][counted[first:after]] = True
    return masks


def _alike(energies: np.ndarray, known: np.ndarray, steps: int) -> Iterator[tuple[int, int]]:
    """The pairs of rows, of (curves, steps) arrays, that are equal and not zero in at least so many steps."""
    for one in range(len(energies) - 1):
        there = np.flatnonzero(known[one] & (energies[one] > 0))
        if len(there) < steps:
            continue
        equal = (energies[one + 1 :, there] == energies[one, there]) & known[one + 1 :, there]
        for other in np.flatnonzero(equal.sum(axis=1) >= steps):
            yield one, one + 1 + int(other)
