"""Canonical curves as arrays for the engine: every column has a reading in each of its steps, or the file is refused.

A gap, a reading that stands twice or below zero, steps of several lengths, a meter that nobody described: each is one
line naming the file, the meter and the time. There is never a partial result.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from offchain_worker.domain import roster as rosters
from offchain_worker.domain.energy import Energies, check_kind
from offchain_worker.domain.quantities import STEP_LENGTHS
from offchain_worker.domain.roster import Direction, Roster
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.files import unpacked
from offchain_worker.meters.findings import iso
from offchain_worker.meters.formats import canonical
from offchain_worker.meters.rows import Rows

ABSENT = -1


class CurvesUnusable(MeterFileError):
    """Curves the engine cannot take."""

    def __init__(self, name: str, reason: str, row: int = 0) -> None:
        super().__init__(name, row, reason)


@dataclass(frozen=True)
class WholeCurves:
    """`starts` int64 (steps), UTC seconds; energies int64 µkWh (steps, columns) in the order of the roster's
    `consumption` and `production`; `step_seconds` is 0 if there is one step only.
    """

    starts: npt.NDArray[np.int64]
    step_seconds: int
    roster: Roster
    consumption: Energies
    production: Energies


def read(data: bytes, name: str, roster: Roster | None = None) -> WholeCurves:
    """Read CSV or Parquet, plain or gzip; without a roster each meter is a column of its own. Raises MeterFileError."""
    data = unpacked(data, name)
    if not canonical.claims(data):
        raise CurvesUnusable(name, f"looked for {canonical.SIGNATURE}; `daisee standardise` makes them of meter files")
    curves = {(rows.direction, rows.meter): _ordered(rows, name) for rows in canonical.parse(data, name)}
    if not curves:
        raise CurvesUnusable(name, "has no readings")
    if roster is None:
        consumption, production = (
            [meter for kind, meter in curves if kind is direction]
            for direction in (Direction.CONSUMPTION, Direction.PRODUCTION)
        )
        roster = rosters.default(consumption, production)
    _check_meters(name, set(curves), roster)
    step = _step(curves, name)
    first = min(int(rows.stamps[0]) for rows in curves.values())
    last = max(int(rows.stamps[-1]) for rows in curves.values())
    starts = np.arange(first, last + 1, step or 1, dtype=np.int64)
    arrays = [
        np.stack([_column(roster.columns[at], curves, starts, step, name) for at in columns], axis=1)
        if columns
        else np.zeros((len(starts), 0), np.int64)
        for columns in (roster.consumption, roster.production)
    ]
    for kind, energies in zip(("consumption", "production"), arrays, strict=True):
        check_kind(energies, f"{name}: {kind}")
    return WholeCurves(starts, step, roster, *arrays)


@dataclass(frozen=True)
class _Ordered:
    stamps: npt.NDArray[np.int64]
    energy: Energies


def _label(direction: Direction, meter: str) -> str:
    return f"meter {meter} ({direction.name.lower()})"


def _ordered(rows: Rows, name: str) -> _Ordered:
    """A meter's rows in order of time, none twice, none below zero."""
    label = _label(rows.direction, rows.meter)
    order = np.argsort(rows.stamps, kind="stable")
    stamps = rows.stamps[order]
    energy, numbers = rows.amounts[order] // canonical.MICRO_KWH, rows.numbers[order]
    for fault, reason in (
        (np.concatenate([[False], stamps[1:] == stamps[:-1]]), "a reading stands twice"),
        (energy < 0, "a reading is below zero"),
    ):
        if fault.any():
            at = int(fault.argmax())
            raise CurvesUnusable(name, f"{label}, {iso(int(stamps[at]))}: {reason}", int(numbers[at]))
    return _Ordered(stamps, energy)


def _check_meters(name: str, found: set[tuple[Direction, str]], roster: Roster) -> None:
    described = set()
    for at, column in enumerate(roster.columns):
        if not column.meter:
            raise CurvesUnusable(name, f"roster, column {at} (point {column.point}): has no meter; name it")
        if (column.direction, column.meter) not in found:
            raise CurvesUnusable(name, f"{_label(column.direction, column.meter)} of the roster has no readings")
        described.add((column.direction, column.meter))
    for direction, meter in sorted(found - described):
        raise CurvesUnusable(name, f"{_label(direction, meter)} is not on the roster")


def _step(curves: dict[tuple[Direction, str], _Ordered], name: str) -> int:
    """The one length of all steps in seconds, 0 if every meter has one reading at the same time."""
    counted: Counter[int] = Counter()
    usual: dict[tuple[Direction, str], int] = {}
    for who, rows in curves.items():
        lengths = Counter(np.diff(rows.stamps).tolist())
        counted += lengths
        if lengths:
            usual[who] = max(lengths, key=lambda length: (lengths[length], -length))
    if not counted:
        first = {int(rows.stamps[0]) for rows in curves.values()}
        if len(first) > 1:
            raise CurvesUnusable(name, "one reading a meter, at different times; give whole curves")
        return 0
    step = max(counted, key=lambda length: (counted[length], -length))
    if step not in STEP_LENGTHS:
        raise CurvesUnusable(name, f"steps of {step} s; a step has 5, 10, 15, 30 or 60 minutes")
    origin = int(next(iter(curves.values())).stamps[0])
    for who, rows in curves.items():
        if usual.get(who, step) != step and usual[who] in STEP_LENGTHS:
            reason = f"steps of {usual[who] // 60} minutes among steps of {step // 60}; run `daisee standardise` first"
            raise CurvesUnusable(name, f"{_label(*who)}: {reason}")
        off = (rows.stamps - origin) % step != 0
        if off.any():
            moment = iso(int(rows.stamps[int(off.argmax())]))
            raise CurvesUnusable(name, f"{_label(*who)}, {moment}: is between two steps of {step // 60} minutes")
    return step


def _column(
    column: rosters.Column,
    curves: dict[tuple[Direction, str], _Ordered],
    starts: npt.NDArray[np.int64],
    step: int,
    name: str,
) -> Energies:
    """A column's energy in every step, 0 outside its participation; refused if a reading inside it is absent."""
    rows = curves[column.direction, column.meter]
    energy = np.full(len(starts), ABSENT, np.int64)
    energy[(rows.stamps - starts[0]) // (step or 1)] = rows.energy
    energy[(starts < column.start) | (starts >= column.end)] = 0
    absent = energy == ABSENT
    if absent.any():
        count, moment = int(absent.sum()), iso(int(starts[int(absent.argmax())]))
        label = _label(column.direction, column.meter)
        raise CurvesUnusable(name, f"{label}, {moment}: no reading ({count} of {len(starts)} steps are missing)")
    return energy
