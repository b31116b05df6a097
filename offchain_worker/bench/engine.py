"""Speed of the engine: each rule over a community's year in memory, in times of one `numpy.copyto` of the same bytes."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from offchain_worker.domain.allocation import allocate
from offchain_worker.domain.energy import Energies
from offchain_worker.domain.key import AllocationKey, Rule, Stage
from offchain_worker.domain.readings import Readings
from offchain_worker.domain.roster import Column, Direction, Roster, Source

from . import plain

COMMITTER: Final = "0x" + "c0" * 20
BOUNDS: Final = {"pro rata": 1.5, "two pro rata stages": 2.5}
OTHER_BOUND: Final = 5.0
REPEATS: Final = 15


@dataclass(frozen=True)
class Fastest:
    """Of some runs: seconds that passed, and seconds of processors that were spent, each the least there was."""

    seconds: float
    processor: float


def beside(work: Callable[[], Any], yardstick: Callable[[], Any], repeats: int = REPEATS) -> tuple[Fastest, Fastest]:
    """The fastest run of each, taken in turns so that what else runs on the machine slows both alike.

    The first runs are not counted.
    """
    seconds: tuple[list[float], list[float]] = ([], [])
    processor: tuple[list[float], list[float]] = ([], [])
    for counted in range(-1, repeats):
        for at, each in enumerate((work, yardstick)):
            start, spent = time.perf_counter(), time.process_time()
            each()
            if counted >= 0:
                processor[at].append(time.process_time() - spent)
                seconds[at].append(time.perf_counter() - start)
    one, other = (Fastest(min(seconds[at]), min(processor[at])) for at in (0, 1))
    return one, other


def community(steps: int, columns: int, producers: int = 10) -> tuple[Energies, Energies, Roster]:
    """Readings of homes up to 1.5 kWh a step, of plants that make about what two thirds of them need, two groups."""
    chance = np.random.default_rng(2016)
    consumption = chance.integers(0, 1_500_000, (steps, columns))
    production = chance.integers(0, max(1, 1_000_000 * columns // producers), (steps, producers))
    who = [Column(at, at + 1, 1 + at % 2, Direction.CONSUMPTION, Source.NONE, 0, 1) for at in range(columns)]
    who += [  # half of the plants belong to members who consume as well
        Column(columns + at, at + 1 + at % 2 * columns, 1, Direction.PRODUCTION, Source.SOLAR, 0, 1)
        for at in range(producers)
    ]
    return consumption, production, Roster(tuple(who))


def rules(steps: int, columns: int) -> dict[str, tuple[AllocationKey, Energies | None]]:
    """The keys measured, with the table of the one that has some."""
    chance = np.random.default_rng(31)
    points = tuple(range(columns))
    weights = tuple(chance.integers(1, 2 * 10**6 // (2 * columns) + 1, columns).tolist())
    table = chance.integers(0, 10**6 // columns + 1, (steps, columns))
    return {
        "pro rata": (AllocationKey((Stage(Rule.PRO_RATA),)), None),
        "two pro rata stages": (AllocationKey((Stage(Rule.PRO_RATA, 1), Stage(Rule.PRO_RATA, 2))), None),
        "static": (AllocationKey((Stage(Rule.STATIC, points=points, weights=weights),)), None),
        "egalitarian": (AllocationKey((Stage(Rule.EGALITARIAN),)), None),
        "weighted": (AllocationKey((Stage(Rule.WEIGHTED, points=points, weights=weights),)), None),
        "table": (AllocationKey((Stage(Rule.TABLE, points=points),), committer=COMMITTER), table),
        "coefficients": (AllocationKey((Stage(Rule.PRO_RATA),), coefficient_decimals=6), None),
        **{
            rule.name.lower(): (AllocationKey((Stage(rule, points=points, weights=weights),), True, False), None)
            for rule in (Rule.VAST, Rule.RELATIEF, Rule.OPTIMAAL)
        },
    }


def measure(steps: int, columns: int, tell: Callable[[str], None]) -> dict[str, Any]:
    """Seconds and ratios of every rule, and of some in pandas.

    `quiet_ratio` is what the ratio would be if nothing else ran: the processors' time spent, spread evenly over them
    (for pandas, which uses one, over one), to that of the copy.
    """
    processors = os.cpu_count() or 1
    consumption, production, roster = community(steps, columns)
    out = np.empty_like(consumption)
    found, copies = [], []

    def compare(name: str, work: Callable[[], Any], repeats: int = REPEATS) -> dict[str, Any]:
        tell(name)
        run, copy = beside(work, lambda: np.copyto(out, consumption), repeats)
        copies.append(copy.seconds)
        quiet = run.processor / processors / copy.processor
        return {"rule": name, "seconds": run.seconds, "ratio": run.seconds / copy.seconds, "quiet_ratio": quiet}

    for name, (key, table) in rules(steps, columns).items():
        work = functools.partial(allocate, consumption, production, key, roster, table, out)
        bound = BOUNDS.get(name, OTHER_BOUND)
        each = compare(name, work)
        found.append({**each, "bound": bound, "holds": each["ratio"] <= bound})
    processors = 1
    frame, plants = pd.DataFrame(consumption), pd.DataFrame(production)
    shares = pd.Series(np.full(columns, 1 / columns))
    compared = [
        compare("pro rata", lambda: plain.pro_rata(frame, plants), 1),
        compare("static", lambda: plain.static(frame, plants, shares), 1),
        compare("egalitarian", lambda: plain.egalitarian(frame, plants), 1),
    ]
    return {"steps": steps, "columns": columns, "copyto_seconds": min(copies), "engine": found, "pandas": compared}


def roots(columns: int, steps: int) -> dict[str, Any]:
    """Seconds for the readings' tree of a month."""
    chance = np.random.default_rng(7)
    these = Readings(
        chance.integers(0, 10**6, (steps, columns)),
        np.zeros(steps, np.uint8),
        chance.bytes(16 * steps),
        [chance.bytes(16 * steps) for _ in range(columns)],
    )
    start, spent = time.perf_counter(), time.process_time()
    assert these.tree.root
    seconds, quiet = time.perf_counter() - start, (time.process_time() - spent) / (os.cpu_count() or 1)
    return {
        "columns": columns,
        "steps": steps,
        "seconds": seconds,
        "quiet_seconds": quiet,
        "bound": 3.0,
        "holds": seconds <= 3.0,
    }
