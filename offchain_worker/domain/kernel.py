"""The compiled engine: the same integers as the reference in `allocation`, threaded over the steps.

It takes the steps in which every need is under 2^32 µkWh (4,294 kWh), each producer makes at most 2^40 and all together
at most 2^42 µkWh (2^36 for the Flemish methods); within that no quantity leaves 64 bits (128 there). What lies beyond,
is negative or has weights out of bounds is left to the reference, which computes it in Python integers or names what is
wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from offchain_worker.domain.energy import Energies
from offchain_worker.domain.passes import Pass, Served
from offchain_worker.domain.stages import ENERGIEDELEN, Rule

SMALL: Final = 1 << 17
"""Fewer cells than this are done by the reference before the compiled code is loaded."""
BLOCK: Final = 1 << 18
"""Cells a thread takes at a time."""
MAX_STEPS_DECIMALS: Final = 6
"""Decimals of coefficients whose products stay in 64 bits."""


def run(
    consumption: Energies,
    production: Energies,
    passes: Sequence[Pass],
    decimals: int,
    allocated: Energies,
    sold: Energies,
    threads: int | None = None,
    small: int = SMALL,
) -> npt.NDArray[np.intp]:
    """Fill `allocated` and `sold`; returns the steps it did not compute."""
    steps = len(consumption)
    stages = [_weighing(stage) for each in passes for stage in each.stages]
    if consumption.size * len(stages) < small or decimals > MAX_STEPS_DECIMALS:
        return np.arange(steps)
    left = np.zeros(steps, np.uint8)
    direct = allocated if _plain(allocated) and not np.may_share_memory(allocated, consumption) else None
    out = np.empty(consumption.shape, np.int64) if direct is None else direct
    readings = np.ascontiguousarray(consumption), np.ascontiguousarray(production)
    loop: Callable[..., None]
    if any(stage.rule in ENERGIEDELEN for stage in stages):
        from offchain_worker.domain.kernel_energiedelen import share_energiedelen

        loop, arguments = share_energiedelen, (*readings, *_methods(passes[0], stages[0]), out, sold, left)
    else:
        from offchain_worker.domain.kernel_loops import share_rows

        loop, arguments = share_rows, (*readings, *_stages(passes, stages, decimals), out, sold, left)
    _over_blocks(loop, arguments, consumption.shape, threads)
    if direct is None:
        allocated[...] = out
    return np.flatnonzero(left)


def _over_blocks(
    loop: Callable[..., None], arguments: tuple[Any, ...], shape: Sequence[int], threads: int | None
) -> None:
    """Run a loop over blocks of steps, on as many threads as there are processors if not told otherwise."""
    from numba import get_num_threads

    steps, block = shape[0], max(1, BLOCK // shape[1])
    spans = [(first, min(first + block, steps)) for first in range(0, steps, block)]
    workers = min(threads or get_num_threads(), len(spans))
    if workers <= 1:
        loop(*arguments, 0, steps)
        return
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(loop, *arguments, *span) for span in spans]:
            done.result()


def _methods(whole: Pass, stage: Served) -> tuple[Any, ...]:
    """What `share_energiedelen` takes of a key: the rule, weights, columns by class, sellers."""
    kinds = {member: 1 + at for at, member in enumerate(sorted(set(whole.sellers)))}
    classes = np.array([kinds.get(member, 0) for member in whole.members], np.int64)
    weights = np.zeros(len(classes), np.int64)
    weights[stage.positions] = stage.weights
    bounds = np.searchsorted(np.sort(classes), np.arange(len(kinds) + 2))
    sellers = np.array([kinds[member] for member in whole.sellers], np.int64)
    order = np.argsort(classes, kind="stable").astype(np.uintp)
    return int(stage.rule), weights, order, bounds, sellers


def _stages(passes: Sequence[Pass], stages: Sequence[Served], decimals: int) -> tuple[Any, ...]:
    """What `share_rows` takes of a key: its passes and stages, side by side in flat arrays, and its tables."""
    tables = [stage.table for stage in stages if stage.rule is Rule.TABLE and stage.table is not None]
    table, offsets, bounds = _joined(tables)
    places = [
        stage.places + offsets[id(stage.table)] if stage.table is not None else np.zeros(len(stage.positions), np.int64)
        for stage in stages
    ]
    return (
        len(passes) == 1 and len(passes[0].producers) == len(passes[0].sellers),
        np.cumsum([0, *(len(each.stages) for each in passes)]),
        np.array([int(stage.rule) for stage in stages], np.int64),
        np.cumsum([0, *(len(stage.positions) for stage in stages)]),
        _flat([stage.positions for stage in stages]).astype(np.uintp),  # no index counts from the end
        _flat([stage.weights for stage in stages]),
        _flat(places),
        np.array([bool((np.diff(part) == 1).all()) for part in places]),
        *_fresh(passes, stages),
        table,
        bounds,
        10**decimals,
    )


def _fresh(passes: Sequence[Pass], stages: Sequence[Served]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The stages of the first pass that serve no few columns (a quarter) and none that a stage before them serves.

    For each stage its place among these, or -1; and for each of these -1 at the columns it serves, 0 at the others.
    """
    columns = len(passes[0].members)
    places, seen = np.full(len(stages), -1), np.zeros(columns, np.bool_)
    among: list[npt.NDArray[np.int64]] = []
    for at in range(len(passes[0].stages)):
        served = stages[at].positions
        if 4 * len(served) >= columns and not seen[served].any():
            places[at] = len(among)
            mask = np.zeros(columns, np.int64)
            mask[served] = -1
            among.append(mask)
        seen[served] = True
    return places, np.array(among, np.int64).reshape(-1, columns)


def _weighing(stage: Served) -> Served:
    """A stage without the columns that its weights give nothing."""
    if stage.rule is not Rule.WEIGHTED or stage.weights.all():
        return stage
    some = stage.weights > 0
    return replace(stage, positions=stage.positions[some], weights=stage.weights[some], places=stage.places[some])


def _plain(energies: Energies) -> bool:
    return bool(energies.flags.c_contiguous and energies.flags.aligned)


def _flat(parts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[np.int64]:
    return np.concatenate([np.zeros(0, np.int64), *(part.astype(np.int64) for part in parts)])


def _joined(
    tables: Sequence[npt.NDArray[np.int64]],
) -> tuple[npt.NDArray[np.int64], dict[int, int], npt.NDArray[np.int64]]:
    """One array of all tables side by side, where each begins by its id, and all bounds; one alone is not copied."""
    distinct = list({id(table): table for table in tables}.values())
    bounds = np.cumsum([0, *(table.shape[1] for table in distinct)])
    if not distinct:
        return np.zeros((0, 0), np.int64), {}, bounds
    whole = distinct[0] if len(distinct) == 1 else np.concatenate(distinct, axis=1)
    return np.ascontiguousarray(whole), {id(table): int(bounds[at]) for at, table in enumerate(distinct)}, bounds
