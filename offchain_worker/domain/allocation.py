"""The engine: who gets which part of what was produced, step by step.

In every step, exactly: Σ allocated + surplus = production, and 0 ≤ allocated ≤ consumption for each column. What
flooring leaves over passes on to the next stage, in the end to the surplus. Steps whose products fit 64 bits are
computed in int64, the others in Python integers by the same code, so no result depends on its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from offchain_worker.domain import energy
from offchain_worker.domain import roster as rosters
from offchain_worker.domain.energy import Energies
from offchain_worker.domain.errors import EnergyMisplaced, EnergyShape, EnergyType, KeyInvalid
from offchain_worker.domain.errors import KeyFault as Fault
from offchain_worker.domain.key import AllocationKey, Rule, Stage, check_points
from offchain_worker.domain.quantities import MAX_ENERGY, PPM
from offchain_worker.domain.roster import Roster

Numbers = npt.NDArray[Any]
CHUNK: Final = 8192
"""Steps computed at a time, so that the work stays in the processor's cache."""


@dataclass(frozen=True)
class Allocation:
    """int64 µkWh: `allocated` (steps, consumption columns), `sold` and `surplus` (steps, production columns)."""

    allocated: Energies
    sold: Energies
    surplus: Energies


def allocate(
    consumption: Any,
    production: Any,
    key: AllocationKey,
    roster: Roster | None = None,
    table: Any = None,
    out: Any = None,
) -> Allocation:
    """Share `production` among `consumption` by `key`, DESIGN §4.

    Both are int64 µkWh arrays of shape (steps, columns), columns in the order of `roster.consumption` and
    `roster.production`; without a roster, points are numbered from 0 over the consumption columns, then the production
    columns, all in group 1. `out` takes the allocated array, as an int64 array of the consumption's shape. `table` is
    for keys with a row of weights per step, which are not supported: it stays None.

    Raises `EnergyType`, `EnergyShape`, `EnergyNegative`, `EnergyTooLarge` (a step's total beyond 2^63 - 1 µkWh),
    `EnergyMisplaced` (one point with energy in two columns of a step) and `KeyInvalid` (a point that is not there).
    """
    if table is not None:
        raise KeyInvalid(Fault.NOT_SUPPORTED, "a table of weights is not supported")
    energy.check(consumption, "consumption")
    energy.check(production, "production")
    if consumption.shape[0] != production.shape[0]:
        raise EnergyShape(f"consumption has {consumption.shape[0]} steps, production {production.shape[0]}")
    if roster is None:
        roster = rosters.numbered(consumption.shape[1], production.shape[1])
    if out is not None:
        _check_out(out, consumption.shape)
    check_points(key, roster.consumption_points, production_points=roster.production_points)
    found = share(consumption, production, key, roster)
    if out is None:
        return found
    out[...] = found.allocated
    return Allocation(out, found.sold, found.surplus)


def share(consumption: Energies, production: Energies, key: AllocationKey, roster: Roster) -> Allocation:
    """Do what `allocate` does for energies already checked by `energy.check`.

    A point the key names without a column on the roster gets nothing: it has no participation in this period. Where
    nobody consumes or nobody produces, nothing is allocated.
    """
    for name, energies, columns in (
        ("consumption", consumption, roster.consumption),
        ("production", production, roster.production),
    ):
        if energies.shape[1] != len(columns):
            raise EnergyShape(f"{name}: {energies.shape[1]} columns, the roster has {len(columns)}")
        _refuse_doubled(name, energies, [roster.columns[at].point for at in columns])
    allocated, sold = np.zeros_like(consumption, order="C"), np.zeros_like(production, order="C")
    if not roster.consumption or not roster.production:
        return Allocation(allocated, sold, production - sold)
    served = [_served(stage, roster) for stage in key.stages]
    for start in range(0, len(consumption), CHUNK):
        rows = slice(start, start + CHUNK)
        fits = _fits(consumption[rows], production[rows])
        for mask, kind in ((fits, np.int64), (~fits, object)):
            if mask.any():
                needs, given = consumption[rows][mask].astype(kind), production[rows][mask].astype(kind)
                got, gone = _steps(needs, given, served)
                allocated[rows][mask], sold[rows][mask] = got.astype(np.int64), gone.astype(np.int64)
    return Allocation(allocated, sold, production - sold)


@dataclass(frozen=True)
class _Served:
    """A stage's rule on positions among the consumption columns."""

    rule: Rule
    positions: npt.NDArray[np.intp]
    weights: npt.NDArray[np.int64]


def _served(stage: Stage, roster: Roster) -> _Served:
    weights = dict(zip(stage.points, stage.weights, strict=False))
    positions = [
        position
        for position, at in enumerate(roster.consumption)
        if (roster.columns[at].point in stage.points if stage.points else stage.group in (0, roster.columns[at].group))
    ]
    shares = [weights.get(roster.columns[roster.consumption[position]].point, 0) for position in positions]
    return _Served(stage.rule, np.array(positions, np.intp), np.array(shares, np.int64))


def _fits(consumption: Energies, production: Energies) -> npt.NDArray[np.bool_]:
    """Steps in which no product leaves int64: production · the largest factor, and the number of columns · a need."""
    need = consumption.max(axis=1)
    factor = np.maximum(np.maximum(need, production.max(axis=1)), PPM)
    fits: npt.NDArray[np.bool_] = (production.sum(axis=1) <= MAX_ENERGY // factor) & (
        need <= MAX_ENERGY // consumption.shape[1]
    )
    return fits


def _steps(consumption: Numbers, production: Numbers, stages: Sequence[_Served]) -> tuple[Numbers, Numbers]:
    """Return allocated and sold of some steps, in the numbers given: int64 or Python integers."""
    produced = production.sum(axis=1)
    left, need = produced.copy(), consumption.copy()
    for stage in stages:
        if not len(stage.positions):
            continue
        wanted = need[:, stage.positions]
        if stage.rule is Rule.PRO_RATA:
            given = _pro_rata(left, wanted)
        elif stage.rule is Rule.STATIC:
            given = np.minimum(wanted, left[:, None] * stage.weights.astype(left.dtype) // PPM)
        else:
            given = _egalitarian(left, wanted)
        need[:, stage.positions] -= given
        left -= given.sum(axis=1)
    return consumption - need, _sold(produced - left, production, produced)


def _pro_rata(left: Numbers, need: Numbers) -> Numbers:
    wanted = need.sum(axis=1)
    shared = left[:, None] * need // np.maximum(wanted, 1)[:, None]
    return np.where((left >= wanted)[:, None], need, shared)


def _egalitarian(left: Numbers, need: Numbers) -> Numbers:
    """Fill all glasses to one level: those at most as high as it are full, the rest share what these leave."""
    steps, columns = need.shape
    ordered = np.sort(need, axis=1)
    below = np.zeros((steps, columns + 1), need.dtype)
    np.cumsum(ordered, axis=1, out=below[:, 1:])
    others = np.arange(columns, -1, -1).astype(need.dtype)
    full = (below[:, :-1] + ordered * others[:-1] <= left[:, None]).sum(axis=1)
    level = (left - below[np.arange(steps), full]) // np.maximum(others[full], 1)
    return np.where((left >= below[:, -1])[:, None], need, np.minimum(need, level[:, None]))


def _sold(allocated: Numbers, production: Numbers, produced: Numbers) -> Numbers:
    """Return ⌊A·P_p/P⌋ per production column, and the units left over one each, lowest index with room first."""
    sold = allocated[:, None] * production // np.maximum(produced, 1)[:, None]
    over = allocated - sold.sum(axis=1)
    room = sold < production
    first = np.cumsum(room, axis=1) <= over[:, None]
    return np.where(room & first, sold + 1, sold)


def _refuse_doubled(name: str, energies: Energies, points: Sequence[int]) -> None:
    """A point can have several columns (a move), but its energy of one step stands in one of them."""
    for second in range(1, len(points)):
        first = second - 1
        while first >= 0 and points[first] == points[second]:
            both = (energies[:, first] > 0) & (energies[:, second] > 0)
            if both.any():
                step = int(both.argmax())
                raise EnergyMisplaced(f"{name}, step {step}: point {points[first]} has energy in two columns")
            first -= 1


def _check_out(out: Any, shape: tuple[int, ...]) -> None:
    if not isinstance(out, np.ndarray) or out.dtype != np.int64:
        raise EnergyType("out: give a numpy array of int64")
    if out.shape != shape:
        raise EnergyShape(f"out: shape {out.shape}, expected {shape}")
    if not out.flags.writeable:
        raise EnergyType("out: cannot be written to")
