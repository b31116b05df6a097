"""Sums and checks of energy arrays, exact at every size: a total beyond the bound is refused, never wrapped."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from offchain_worker.domain.errors import EnergyNegative, EnergyShape, EnergyTooLarge, EnergyType
from offchain_worker.domain.quantities import MAX_ENERGY

Energies = npt.NDArray[np.int64]
_HALF: Final = 32


def check_kind(energies: Any, name: str) -> Energies:
    """Return `energies` if it is an int64 array (steps, columns) of at least one column."""
    if not isinstance(energies, np.ndarray) or energies.dtype != np.int64:
        kind = energies.dtype if isinstance(energies, np.ndarray) else type(energies).__name__
        raise EnergyType(f"{name}: {kind}, expected a numpy array of int64 µkWh")
    if energies.ndim != 2:
        raise EnergyShape(f"{name}: shape {energies.shape}, expected (steps, columns)")
    if energies.shape[1] == 0:
        raise EnergyShape(f"{name}: no columns; a community has one at least")
    checked: Energies = energies
    return checked


def check(energies: Any, name: str, steps: npt.NDArray[np.intp] | None = None) -> Energies:
    """Return `energies` if it is an int64 µkWh array (steps, columns) of at least one column, with nothing negative.

    `steps` are the numbers of the rows where they are not all. Raises `EnergyType`, `EnergyShape`, `EnergyNegative`,
    or `EnergyTooLarge` if a step adds up beyond `MAX_ENERGY`.
    """
    checked = check_kind(energies, name)
    if energies.size and int(energies.min()) < 0:
        t, column = map(int, np.argwhere(energies < 0)[0])
        step = t if steps is None else int(steps[t])
        raise EnergyNegative(f"{name}, step {step}, column {column}: {energies[t, column]} µkWh is below zero")
    if energies.size and int(energies.max()) > MAX_ENERGY // energies.shape[1]:
        for t, total in enumerate(totals(energies, axis=1)):
            if total > MAX_ENERGY:
                step = t if steps is None else int(steps[t])
                raise EnergyTooLarge(f"{name}, step {step}: {total} µkWh in all, more than {MAX_ENERGY}")
    return checked


def totals(energies: Energies, axis: int) -> list[int]:
    """Return the exact sums along an axis as Python integers, whatever their size."""
    high = (energies >> _HALF).sum(axis=axis).tolist()
    low = (energies & (2**_HALF - 1)).sum(axis=axis).tolist()
    return [(above << _HALF) + below for above, below in zip(high, low, strict=True)]


def total(energies: Energies) -> int:
    """Return the exact sum of all energies."""
    return sum(totals(energies.reshape(-1, energies.shape[-1]), axis=0)) if energies.size else 0
