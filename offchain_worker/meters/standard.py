"""
Standardisation: from a column's files to one energy and one quality for each step of a period.

What always holds of a `StandardCurve`: energies are not negative, and 0 wherever the quality is missing or outside. A
step counts as measured only if measured readings cover all of it, as estimated if the operator's estimate had to fill
it, else it is missing. Finer readings are summed, coarser ones refused. Nothing raises for what a file holds: a worker
has to answer a bad dataset with findings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.quantities import PPM, STEP_LENGTHS
from offchain_worker.domain.roster import Column, Direction
from offchain_worker.meters import series
from offchain_worker.meters.curve import Curve, whole_energy
from offchain_worker.meters.errors import MeterFileError, RangeInvalid
from offchain_worker.meters.files import RowsByQuality, by_point, joined, read
from offchain_worker.meters.findings import Code, Finding, Severity, ignored_file, limited, runs
from offchain_worker.meters.rows import Rows


class Quality(IntEnum):
    """Where a step's energy comes from."""

    MEASURED = 0
    ESTIMATED = 1
    MISSING = 2
    OUTSIDE = 3
    REPAIRED = 4


@dataclass(frozen=True)
class StandardCurve:
    """`energy` int64[steps] µkWh, `quality` uint8[steps] (`Quality`), and what was found, in order of time."""

    energy: np.ndarray
    quality: np.ndarray
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class StandardFiles:
    """The curves of files without a roster: (meter, direction, curve) in order of (direction, id), on one range."""

    start: int
    end: int
    step_seconds: int
    curves: tuple[tuple[str, Direction, StandardCurve], ...]


def standardise(
    files: Sequence[tuple[str, bytes]],
    column: Column,
    start: int,
    end: int,
    step_seconds: int,
    rules: ConformityRules,
) -> StandardCurve:
    """
    The steps of [start, end) of one column, from all its files as (name, bytes). Steps outside the participation
    [column.start, column.end) are 0 and `OUTSIDE`. Raises RangeInvalid for bounds or a step no period can have.
    """
    found, rows = _rows(files, column, rules.time_zone)
    curve = None
    try:
        curve = joined(rows) if rows else None
    except MeterFileError as error:
        found.append(_about(Code.UNREADABLE, column.meter, str(error)))
    bounds = (max(start, int(column.start)), min(end, int(column.end)))
    return _standard(curve, found, column.meter, column.direction, bounds, (start, end), step_seconds, rules)


def standardise_all(
    files: Sequence[tuple[str, bytes]],
    rules: ConformityRules,
    step_seconds: int = 0,
    period: tuple[int, int] | None = None,
) -> StandardFiles:
    """
    Every curve of the files, over `period` (whole steps) or from the first reading of any to the last. `step_seconds` 0
    takes the coarsest step there is. Raises MeterFileError or UnknownFormat for a file that cannot be read, RangeInvalid
    for another step.
    """
    opened = [read(data, name, rules.time_zone) for name, data in files]
    points = by_point(opened)
    curves = [joined(parts) for parts in points]
    others = [(file.name, rows) for file in opened for rows in file.rows if rows.kind != "load"]
    ignored = [ignored_file(name) for file in opened for name in file.ignored]
    step = step_seconds or max((int(curve.seconds.max()) for curve in curves if len(curve.seconds)), default=0)
    spans = [period] if period else [curve.span for curve in curves if curve.span[1]]
    if not step or not spans:
        raise RangeInvalid("the files hold no reading whose step is known")
    start, end = min(first for first, _ in spans) // step * step, -(-max(last for _, last in spans) // step) * step
    made = []
    for curve, parts in zip(curves, points, strict=True):
        offsets = [
            f for named in parts.values() for _, rows in named for f in series.foreign_offsets(rows, rules.time_zone)
        ]
        bounds = (start, end)
        offsets += _no_load_curves([o for o in others if _place(o[1]) == (curve.direction, curve.meter)], True)
        standard = _standard(curve, offsets + ignored, curve.meter, curve.direction, bounds, bounds, step, rules)
        made.append((curve.meter, curve.direction, standard))
        ignored = []
    lonely = {_place(rows) for _, rows in others} - {(curve.direction, curve.meter) for curve in curves}
    for direction, meter in sorted(lonely):
        said = _no_load_curves([o for o in others if _place(o[1]) == (direction, meter)], False)
        made.append(
            (meter, direction, _standard(None, said, meter, direction, (start, end), (start, end), step, rules))
        )
    return StandardFiles(start, end, step, tuple(made))


def _standard(
    curve: Curve | None,
    found: list[Finding],
    meter: str,
    direction: Direction,
    bounds: tuple[int, int],
    period: tuple[int, int],
    step_seconds: int,
    rules: ConformityRules,
) -> StandardCurve:
    start, end = period
    if step_seconds not in STEP_LENGTHS or start >= end or start % step_seconds or end % step_seconds:
        raise RangeInvalid(f"no whole steps of {step_seconds} s from {start} to {end}: use 5, 10, 15, 30 or 60 minutes")
    moments = np.arange(start, end, step_seconds, dtype=np.int64)
    outside = (moments < bounds[0]) | (moments + step_seconds > bounds[1])
    energy, quality = np.zeros(len(moments), dtype=np.int64), np.full(len(moments), Quality.MISSING, dtype=np.uint8)
    if curve is not None:
        meter = curve.meter
        found += [finding for finding in curve.findings if _concerns(finding, bounds)]
        curve = curve.kept((curve.starts >= bounds[0]) & (curve.ends <= bounds[1]))
        found += [*series.step_changes(curve), *series.clock_change_days(curve, rules.time_zone)]
        energy, quality = _summed(_plausible(curve, step_seconds, rules, found), moments, step_seconds)
    energy[outside], quality[outside] = 0, Quality.OUTSIDE
    found += _shares(quality, moments, step_seconds, direction, meter, rules)
    return StandardCurve(energy, quality, tuple(sorted(dict.fromkeys(found))))


def _concerns(finding: Finding, bounds: tuple[int, int]) -> bool:
    """Is it about these bounds? What a file promises beyond them, or that it holds nothing, is not."""
    if finding.code in (Code.EMPTY, Code.DECLARED_RANGE):
        return False
    return finding.end >= bounds[0] and finding.start <= bounds[1]


def _rows(files: Sequence[tuple[str, bytes]], column: Column, time_zone: str) -> tuple[list[Finding], RowsByQuality]:
    """The column's rows by quality, and an error for each file that cannot be one of its files."""
    found: list[Finding] = []
    rows: RowsByQuality = {}
    meters: set[str] = set()
    others: list[tuple[str, Rows]] = []
    for name, data in files:
        try:
            file = read(data, name, time_zone)
        except MeterFileError as error:
            found.append(_about(Code.UNREADABLE, column.meter, str(error)))
            continue
        found += map(ignored_file, file.ignored)
        for part in file.rows:
            if part.kind != "load":
                others.append((name, part))
                continue
            meters.add(part.meter)
            if part.direction != column.direction and part.direction_stated:
                message = f"{name}: is {part.direction.name.lower()}, the column is {column.direction.name.lower()}"
                found.append(_about(Code.DIRECTION, part.meter, message))
            elif len(meters) > 1:
                message = f"{name}: holds another point than the column's other readings"
                found.append(_about(Code.MIXED_POINTS, part.meter, message))
            else:
                rows.setdefault(part.estimated, []).append((name, part))
                found += series.foreign_offsets(part, time_zone)
    found += _no_load_curves(others, bool(rows))
    return found, rows


def _place(rows: Rows) -> tuple[Direction, str]:
    return rows.direction, rows.meter


def _no_load_curves(others: Sequence[tuple[str, Rows]], has_curve: bool) -> list[Finding]:
    """What is said of registers and allocations: an info where the point has a load curve too, else an error."""
    severity = Severity.INFO if has_curve else Severity.ERROR
    found = []
    for name, part in others:
        message = f"{name}: an {part.kind} ({part.quantity}), which is no load curve, is not counted"
        found.append(Finding(0, 0, Code.NOT_A_LOAD_CURVE, severity, part.meter, 1, message))
    return found


def _plausible(curve: Curve, step_seconds: int, rules: ConformityRules, found: list[Finding]) -> Curve:
    """The curve without intervals that do not add up to steps or are beyond the largest power, said in `found`."""
    coarse = (step_seconds % curve.seconds) != 0
    limit = rules.maximum_power_watts * 250 * (curve.seconds // 300) * 1_000_000
    beyond = curve.numerators > limit
    coarse_message = f"readings whose interval does not add up to steps of {step_seconds // 60} minutes"
    beyond_message = f"readings above {rules.maximum_power_watts} W, the largest power the rules allow"
    for code, mask, what in ((Code.COARSE_STEP, coarse, coarse_message), (Code.POWER, beyond, beyond_message)):
        if mask.any():
            wrong = curve.kept(mask)
            first, last, count = int(wrong.starts[0]), int(wrong.ends[-1]), len(wrong.starts)
            found.append(Finding(first, last, code, Severity.ERROR, curve.meter, count, f"{count} {what}"))
    return curve.kept(~coarse & ~beyond)


def _summed(curve: Curve, moments: np.ndarray, step_seconds: int) -> tuple[np.ndarray, np.ndarray]:
    """Energy and quality of each step: covered wholly by intervals or missing."""
    at = (curve.starts - moments[0]) // step_seconds
    covered = np.zeros(len(moments), dtype=np.int64)
    np.add.at(covered, at, curve.seconds)
    estimated = np.zeros(len(moments), dtype=bool)
    np.logical_or.at(estimated, at, curve.estimated)
    whole = covered == step_seconds
    numerators = np.zeros(len(moments), dtype=np.int64)
    np.add.at(numerators, at, curve.numerators)
    numerators[~whole] = 0
    restarts = np.concatenate([[True], ~whole[:-1]])
    quality = np.where(whole, np.where(estimated, Quality.ESTIMATED, Quality.MEASURED), Quality.MISSING)
    return whole_energy(numerators, restarts), quality.astype(np.uint8)


def _shares(
    quality: np.ndarray,
    moments: np.ndarray,
    step_seconds: int,
    direction: Direction,
    meter: str,
    rules: ConformityRules,
) -> list[Finding]:
    """Steps that are missing or estimated, and whether they are more than the rules allow."""
    inside = int((quality != Quality.OUTSIDE).sum())
    found = []
    for value, code, severity, what in (
        (Quality.MISSING, Code.GAP, Severity.WARNING, "missing"),
        (Quality.ESTIMATED, Code.ESTIMATED, Severity.INFO, "estimated by the operator"),
    ):
        stretches = [
            (int(moments[first]), int(moments[after - 1]) + step_seconds, after - first)
            for first, after in runs(quality == value)
        ]
        found += limited(
            [
                Finding(begin, stop, code, severity, meter, count, f"{count} steps {what}")
                for begin, stop, count in stretches
            ]
        )
    missing, estimated = int((quality == Quality.MISSING).sum()), int((quality == Quality.ESTIMATED).sum())
    first, last = int(moments[0]), int(moments[-1]) + step_seconds
    if missing and direction == Direction.PRODUCTION:
        message = f"{missing} steps of production are missing: nothing can be shared until they are there"
        found.append(Finding(first, last, Code.PRODUCTION_MISSING, Severity.WARNING, meter, missing, message))
    for count, most, code, what in (
        (missing, rules.maximum_missing_ppm, Code.MISSING_TOO_MUCH, "missing"),
        (estimated, rules.maximum_estimated_ppm, Code.ESTIMATED_TOO_MUCH, "estimated"),
    ):
        if count * PPM > most * inside:
            message = f"{count} of {inside} steps {what}, more than the {most} ppm the rules allow"
            found.append(Finding(first, last, code, Severity.ERROR, meter, count, message))
    return found


def _about(code: Code, meter: str, message: str) -> Finding:
    return Finding(0, 0, code, Severity.ERROR, meter, 1, message)
