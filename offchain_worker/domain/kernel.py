"""The compiled engine: the same integers as the reference in `allocation`, threaded over the steps.

It takes the steps in which every need is under 2^32 µkWh (4,294 kWh), each producer makes at most 2^40 and all together
at most 2^42 µkWh; within that no quantity it computes leaves 64 bits. What lies beyond, is negative or has weights out
of bounds is left to the reference, which computes it in Python integers or names what is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from offchain_worker.domain.energy import Energies
from offchain_worker.domain.stages import ENERGIEDELEN, Rule

if TYPE_CHECKING:
    from offchain_worker.domain.allocation import Pass

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
    stages = [stage for each in passes for stage in each.stages]
    if (
        consumption.size * len(stages) < small
        or decimals > MAX_STEPS_DECIMALS
        or any(stage.rule in ENERGIEDELEN for stage in stages)
    ):
        return np.arange(steps)
    from numba import get_num_threads

    from offchain_worker.domain.kernel_loops import share_rows

    tables = [stage.table for stage in stages if stage.rule is Rule.TABLE and stage.table is not None]
    table, offsets, bounds = _joined(tables)
    places = [
        stage.places + offsets[id(stage.table)] if stage.table is not None else np.zeros(len(stage.positions), np.int64)
        for stage in stages
    ]
    direct = allocated if _plain(allocated) and not np.may_share_memory(allocated, consumption) else None
    out = np.empty(consumption.shape, np.int64) if direct is None else direct
    left = np.zeros(steps, np.uint8)
    arguments = (
        np.ascontiguousarray(consumption),
        np.ascontiguousarray(production),
        len(passes) == 1 and len(passes[0].producers) == production.shape[1],
        np.cumsum([0, *(len(each.stages) for each in passes)]),
        np.array([int(stage.rule) for stage in stages], np.int64),
        np.cumsum([0, *(len(stage.positions) for stage in stages)]),
        _flat([stage.positions for stage in stages]).astype(np.uintp),  # no index counts from the end
        _flat([stage.weights for stage in stages]),
        _flat(places),
        np.array([bool((np.diff(part) == 1).all()) for part in places]),
        table,
        bounds,
        10**decimals,
        out,
        sold,
        left,
    )
    block = max(1, BLOCK // consumption.shape[1])
    spans = [(first, min(first + block, steps)) for first in range(0, steps, block)]
    workers = min(threads or get_num_threads(), len(spans))
    if workers <= 1:
        share_rows(*arguments, 0, steps)
    else:
        with ThreadPoolExecutor(workers) as pool:
            for done in [pool.submit(share_rows, *arguments, *span) for span in spans]:
                done.result()
    if direct is None:
        allocated[...] = out
    return np.flatnonzero(left)


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
