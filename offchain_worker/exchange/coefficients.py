"""Sharing coefficients: the part of a step's production that each consumer gets, as an operator takes it.

For coefficients k the operator allocates min(consumption, ⌊k·production⌋) in each step. With a the key's allocation, k
is a/P rounded up to d decimals where that gives exactly a and Σ k stays at most 1, else rounded down: nobody ever gets
more than the key says, and with a key of `coefficientDecimals` d everybody gets the same to the µkWh. With a key per producer there is one k for each
pair of producer and consumer (French "full dynamic" type), else one for each consumer from the pool ("simple dynamic").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from offchain_worker.domain import table as tables
from offchain_worker.domain.allocation import share
from offchain_worker.domain.energy import Energies
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.quantities import PPM
from offchain_worker.domain.roster import Roster
from offchain_worker.domain.stages import Rule, Stage
from offchain_worker.domain.table import Table
from offchain_worker.meters import coefficients as spanish
from offchain_worker.meters.coefficients import Coefficients
from offchain_worker.meters.findings import iso

HEAD = "interval_start;producer;consumer;coefficient"
LARGEST_DECIMALS = 9


class CannotSend(DaiseeError):
    """A key that this operator's file cannot express."""


@dataclass(frozen=True)
class StepCoefficients:
    """`values` int64 in units of 10^-decimals, (steps, consumption columns, producers); one producer column: the pool.

    `allocated` is what the operator will make of them, `wanted` what the key gives, both (steps, consumption columns).
    """

    start: int
    step_seconds: int
    decimals: int
    per_producer: bool
    values: Energies
    allocated: Energies
    wanted: Energies

    @property
    def largest_difference(self) -> int:
        """The most a consumer gets less in a step, in µkWh; 0 if the operator's result is the key's."""
        return int((self.wanted - self.allocated).max(initial=0))

    @property
    def total_difference(self) -> int:
        """What all get less over all steps, in µkWh."""
        return int((self.wanted - self.allocated).sum())


def of_key(
    key: AllocationKey,
    roster: Roster,
    energies: Energies,
    start: int,
    step_seconds: int,
    decimals: int,
    table: Table | None = None,
) -> StepCoefficients:
    """The coefficients of a period's readings, int64 µkWh (steps, columns of the roster).

    `table` gives a key its committed rows. Raises CannotSend for more than 9 decimals or steps of over 9 GWh, KeyInvalid.
    """
    consumption, production = (
        np.ascontiguousarray(energies[:, list(columns)]) for columns in (roster.consumption, roster.production)
    )
    if not 1 <= decimals <= LARGEST_DECIMALS:
        raise CannotSend(f"coefficients: {decimals} decimals; give 1 to {LARGEST_DECIMALS}")
    scale = 10**decimals
    if len(production) and int(production.sum(axis=1).max()) >= 2**63 // scale:
        raise CannotSend(f"coefficients: a step produces too much for {decimals} decimals; give fewer")
    if key.tables and (table is None or table.key_hash != key.hash()):
        raise CannotSend(
            "coefficients: the key has a TABLE stage, and no table of its rows is committed for this month; "
            "with --curves give them by --table"
        )
    rows = tables.rows_of(table, key, len(energies)) if key.tables else {}
    found = share(consumption, production, key, roster, rows)
    pooled = found.by_producer is None
    wanted = found.allocated[:, :, None] if found.by_producer is None else found.by_producer
    made = production.sum(axis=1, keepdims=True) if pooled else production
    whole = np.maximum(made, 1)[:, None, :]
    down, up = wanted * scale // whole, -(-wanted * scale // whole)
    given = up * made[:, None, :] // scale
    exact = (np.minimum(given, consumption[:, :, None]) if pooled else given) == wanted
    values = np.where(exact, up, down)
    values = np.where((values.sum(axis=1) > scale)[:, None, :], down, values)
    allocated = np.minimum(consumption, (values * made[:, None, :] // scale).sum(axis=2))
    return StepCoefficients(start, step_seconds, decimals, not pooled, values, allocated, found.allocated)


def generic_csv(found: StepCoefficients, consumers: list[str], producers: list[str]) -> bytes:
    """The documented CSV: UTF-8, semicolons, decimal point, UTC starts; `producer` is empty where production is pooled.

    The operator knows meters, not who answers for them: columns of one name, a meter that changed hands, are one.
    """
    values, consumers = _merged(found.values, consumers, 1)
    sources = [""]
    if found.per_producer:
        values, sources = _merged(values, producers, 2)
    lines = [HEAD]
    unit = 10**found.decimals
    for t, row in enumerate(values.tolist()):
        moment = iso(found.start + t * found.step_seconds)
        lines += [
            f"{moment};{source};{consumer};{value // unit}.{value % unit:0{found.decimals}d}"
            for consumer, of_consumer in zip(consumers, row, strict=True)
            for source, value in zip(sources, of_consumer, strict=True)
        ]
    return ("\n".join(lines) + "\n").encode()


def _merged(values: Energies, names: list[str], axis: int) -> tuple[Energies, list[str]]:
    """Columns of the same name added up; outside its participation a column has 0, so nothing is counted twice."""
    once = list(dict.fromkeys(names))
    added = [values.take([at for at, each in enumerate(names) if each == name], axis).sum(axis) for name in once]
    return np.stack(added, axis), once


def spanish_file(key: AllocationKey, cau: str, year: int, cups: dict[int, str]) -> Coefficients:
    """The β file of a Spanish community, fixed in advance: for a key of one STATIC stage whose weights are all of 1.

    `cups` is each point's supply code. Spain allocates min(consumption, β·production), exactly as STATIC does. Raises
    CannotSend for another key, CoefficientsInvalid for a CAU or CUPS that an operator would refuse.
    """
    stage = _only_static(key)
    if stage is None:
        raise CannotSend("Spain takes coefficients fixed in advance: a key of one STATIC stage, not per producer")
    if sum(stage.weights) != PPM:
        raise CannotSend(f"Spain: the weights add up to {sum(stage.weights)} ppm; they must be exactly 1000000")
    missing = [point for point in stage.points if point not in cups]
    if missing:
        raise CannotSend(f"Spain: no CUPS is given for point {missing[0]}; add it to the list of meters")
    millionths = np.array([stage.weights], np.int64)
    found = Coefficients(cau, year, tuple(cups[point] for point in stage.points), millionths)
    spanish.to_bytes(found)
    return found


def constant(key: AllocationKey) -> dict[int, int] | None:
    """The weights in ppm by point of a key that is one STATIC stage (the French "static" type), else None."""
    stage = _only_static(key)
    return (
        None
        if stage is None
        else {int(point): weight for point, weight in zip(stage.points, stage.weights, strict=True)}
    )


def method(key: AllocationKey) -> str:
    """Which of the four French types a key is: `static`, `default dynamic` (nothing to send), `simple`, `full dynamic`."""
    if constant(key) is not None:
        return "static"
    first = key.stages[0]
    alone = len(key.stages) == 1 and first.rule is Rule.PRO_RATA and not first.group and not first.points
    if alone and not key.per_producer:
        return "default dynamic"
    return "full dynamic" if key.per_producer else "simple dynamic"


def _only_static(key: AllocationKey) -> Stage | None:
    stage = key.stages[0]
    return stage if len(key.stages) == 1 and stage.rule is Rule.STATIC and not key.per_producer else None


def summary(found: StepCoefficients, key: AllocationKey) -> dict[str, Any]:
    """What a person should know of an export before sending it."""
    return {
        "method": method(key),
        "decimals": found.decimals,
        "exact": not found.largest_difference,
        "largestDifferenceMicroKwh": found.largest_difference,
        "totalDifferenceMicroKwh": found.total_difference,
    }
