"""The engine: who gets which part of what was produced, step by step.

In every step, exactly: Σ allocated + surplus = production, and 0 ≤ allocated ≤ consumption for each column. What
flooring leaves over passes on to the next stage, in the end to the surplus. `share` is the reference, in plain array
arithmetic: steps whose products fit 64 bits are computed in int64, the others in Python integers by the same code, so
no result depends on its size. `allocate` takes the compiled kernel where that is exact, and the reference elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from offchain_worker.domain import energiedelen, energy, kernel, sharing
from offchain_worker.domain import roster as rosters
from offchain_worker.domain import table as tables
from offchain_worker.domain.energy import Energies
from offchain_worker.domain.errors import EnergyMisplaced, EnergyShape, EnergyType
from offchain_worker.domain.key import AllocationKey, check_points
from offchain_worker.domain.passes import Pass, Served, passes
from offchain_worker.domain.quantities import MAX_ENERGY, PPM
from offchain_worker.domain.roster import Roster
from offchain_worker.domain.sharing import Numbers
from offchain_worker.domain.stages import ENERGIEDELEN, Rule

CHUNK: Final = 8192
"""Steps computed at a time, so that the work stays in the processor's cache."""
WEIGHTED_NEED: Final = 2**42
"""Largest need whose level, times 10^6, stays in int64."""


@dataclass(frozen=True)
class Allocation:
    """int64 µkWh: `allocated` (steps, consumption columns), `sold` and `surplus` (steps, production columns).

    With a key per producer, `share` also tells who got what of whom: `by_producer` (steps, consumption columns,
    production columns), whose sums are `allocated` and `sold`.
    """

    allocated: Energies
    sold: Energies
    surplus: Energies
    by_producer: Energies | None = None


def allocate(
    consumption: Any,
    production: Any,
    key: AllocationKey,
    roster: Roster | None = None,
    table: Any = None,
    out: Any = None,
    threads: int | None = None,
) -> Allocation:
    """Share `production` among `consumption` by `key`.

    Both are int64 µkWh arrays of shape (steps, columns), columns in the order of `roster.consumption` and
    `roster.production`; without a roster, points are numbered from 0 over the consumption columns, then the production
    columns, all in group 1. `table` gives a key with TABLE stages their rows: a `table.Table`, int64 ppm by stage, or,
    for one such stage, an array of shape (steps, points). `out` takes the allocated array, as an int64 array of the
    consumption's shape. The result is the same whatever the number of `threads` (as many as processors).

    Raises `EnergyType`, `EnergyShape`, `EnergyNegative`, `EnergyTooLarge` (a step's total beyond 2^63 - 1 µkWh),
    `EnergyMisplaced` (one point with energy in two columns of a step), `TableInvalid` (rows missing or out of bounds)
    and `KeyInvalid` (a point that is not there).
    """
    energy.check_kind(consumption, "consumption")
    energy.check_kind(production, "production")
    if consumption.shape[0] != production.shape[0]:
        raise EnergyShape(f"consumption has {consumption.shape[0]} steps, production {production.shape[0]}")
    if roster is None:
        roster = rosters.numbered(consumption.shape[1], production.shape[1])
    if out is not None:
        _check_out(out, consumption.shape)
    check_points(key, roster.consumption_points, production_points=roster.production_points)
    rows = tables.rows_of(table, key, len(consumption))
    _check_columns(consumption, production, roster)
    ways = passes(key, roster, rows)
    allocated = np.empty(consumption.shape, np.int64) if out is None else out
    sold = np.empty(production.shape, np.int64)
    left = kernel.run(consumption, production, ways, key.coefficient_decimals, allocated, sold, threads)
    for part in np.array_split(left, range(CHUNK, len(left), CHUNK)):
        _by_reference(part, consumption, production, key, roster, rows, allocated, sold)
    return Allocation(allocated, sold, production - sold)


def share(
    consumption: Energies,
    production: Energies,
    key: AllocationKey,
    roster: Roster,
    table: Mapping[int, npt.NDArray[np.int64]] | None = None,
) -> Allocation:
    """Do what `allocate` does for energies already checked by `energy.check`, without the kernel.

    A point the key names without a column on the roster gets nothing: it has no participation in this period. Where
    nobody consumes or nobody produces, nothing is allocated. `table` gives the rows of each TABLE stage; a stage
    without gives nothing.
    """
    _check_columns(consumption, production, roster)
    allocated, sold = np.zeros_like(consumption, order="C"), np.zeros_like(production, order="C")
    shape = (*consumption.shape, production.shape[1])
    pairs = np.zeros(shape, np.int64) if key.per_producer else None
    if not roster.consumption or not roster.production:
        return Allocation(allocated, sold, production - sold, pairs)
    ways = passes(key, roster, table or {})
    for start in range(0, len(consumption), CHUNK):
        rows = slice(start, start + CHUNK)
        fits = _fits(consumption[rows], production[rows], key)
        for mask, kind in ((fits, np.int64), (~fits, object)):
            if mask.any():
                at = start + np.flatnonzero(mask)
                got, gone, whose = _steps(consumption[at], production[at], ways, key.coefficient_decimals, at, kind)
                allocated[at], sold[at] = got, gone
                if pairs is not None:
                    pairs[at] = whose
    return Allocation(allocated, sold, production - sold, pairs)


def _fits(consumption: Energies, production: Energies, key: AllocationKey) -> npt.NDArray[np.bool_]:
    """Steps in which no product leaves int64: production · the largest factor, and the number of columns · a need."""
    need = consumption.max(axis=1)
    largest = max(PPM, 10**key.coefficient_decimals)
    factor = np.maximum(np.maximum(need, production.max(axis=1)), largest)
    fits: npt.NDArray[np.bool_] = (production.sum(axis=1) <= MAX_ENERGY // factor) & (
        need <= MAX_ENERGY // consumption.shape[1]
    )
    if any(stage.rule is Rule.WEIGHTED for stage in key.stages):
        fits &= need <= WEIGHTED_NEED
    return fits


def _steps(
    consumption: Energies, production: Energies, passes: Sequence[Pass], decimals: int, at: npt.NDArray[Any], kind: Any
) -> tuple[Numbers, Numbers, Numbers]:
    """Return allocated, sold and pairs of the steps `at`, computed in `kind`: int64 or Python integers."""
    needs, produced = consumption.astype(kind), production.astype(kind)
    if any(stage.rule in ENERGIEDELEN for stage in passes[0].stages):
        return _energiedelen(consumption, production, passes[0])
    need = needs.copy()
    pairs = np.zeros((*needs.shape, len(passes) if len(passes) > 1 else 0), np.int64)
    sold = np.zeros_like(produced)
    for each in passes:
        entered = produced[:, list(each.producers)].sum(axis=1)
        got = _through(each.stages, entered, need, at)
        if decimals:
            got = sharing.transmitted(got, entered, decimals)
        need -= got
        if pairs.shape[2]:
            pairs[:, :, each.producers[0]] = got
        given = got.sum(axis=1)
        own = produced[:, list(each.producers)]
        sold[:, list(each.producers)] = sharing.sold(given, own, entered)
    got = needs - need
    if not pairs.shape[2]:
        pairs = got[:, :, None]
    return got.astype(np.int64), sold.astype(np.int64), pairs.astype(np.int64)


def _through(stages: Sequence[Served], left: Numbers, need: Numbers, at: npt.NDArray[Any]) -> Numbers:
    """Return what each column gets of `left` from all stages together."""
    got, left = np.zeros_like(need), left.copy()
    for stage in stages:
        if not len(stage.positions):
            continue
        wanted = need[:, stage.positions] - got[:, stage.positions]
        weights = stage.weights if stage.table is None else stage.table[np.ix_(at, stage.places)]
        if stage.rule is Rule.PRO_RATA:
            given = sharing.pro_rata(left, wanted)
        elif stage.rule is Rule.EGALITARIAN:
            given = sharing.egalitarian(left, wanted)
        elif stage.rule is Rule.WEIGHTED:
            given = sharing.weighted(left, wanted, weights)
        else:
            given = sharing.static(left, wanted, weights)
        got[:, stage.positions] += given
        left -= given.sum(axis=1)
    return got


def _energiedelen(consumption: Energies, production: Energies, whole: Pass) -> tuple[Numbers, Numbers, Numbers]:
    stage = whole.stages[0]
    weights = np.zeros(consumption.shape[1], np.int64)
    weights[stage.positions] = stage.weights
    found = [
        energiedelen.share_step(stage.rule, need, weights.tolist(), whole.members, made, whole.sellers)
        for need, made in zip(consumption.tolist(), production.tolist(), strict=True)
    ]
    bought, sold, pairs = zip(*found, strict=True)
    return np.array(bought, np.int64), np.array(sold, np.int64), np.array(pairs, np.int64)


def _by_reference(
    at: npt.NDArray[np.intp],
    consumption: Energies,
    production: Energies,
    key: AllocationKey,
    roster: Roster,
    rows: Mapping[int, npt.NDArray[np.int64]],
    allocated: Energies,
    sold: Energies,
) -> None:
    """Compute the steps `at` that the kernel left, after the checks it leaves with them."""
    needs, made = energy.check(consumption[at], "consumption", at), energy.check(production[at], "production", at)
    weights = {stage: tables.check_rows(each[at], f"table, stage {stage + 1}", at) for stage, each in rows.items()}
    found = share(needs, made, key, roster, weights)
    allocated[at], sold[at] = found.allocated, found.sold


def _check_columns(consumption: Energies, production: Energies, roster: Roster) -> None:
    for name, energies, columns in (
        ("consumption", consumption, roster.consumption),
        ("production", production, roster.production),
    ):
        if energies.shape[1] != len(columns):
            raise EnergyShape(f"{name}: {energies.shape[1]} columns, the roster has {len(columns)}")
        _refuse_doubled(name, energies, [roster.columns[at].point for at in columns])


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
