"""
Standardisation: from a column's files to one energy and one quality for each step of a period.

What always holds of a `StandardCurve`: energies are not negative, and 0 wherever the quality is missing or outside. A
step counts as measured only if measured readings cover all of it, as estimated if the operator's estimate had to fill
it, as repaired if a voted method made any of it up, else it is missing. Finer readings are summed, coarser ones refused.
What is found is weighed as the conformity rules say. Nothing raises for what a file holds: a worker has to answer a bad
dataset with findings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.quantities import STEP_LENGTHS
from offchain_worker.domain.roster import Column, Direction, Source
from offchain_worker.domain.treatments import Method
from offchain_worker.meters import period_steps, series, treated
from offchain_worker.meters.checks import twins
from offchain_worker.meters.checks.register import on_steps
from offchain_worker.meters.curve import Curve, Mending, assemble
from offchain_worker.meters.errors import MeterFileError, RangeInvalid
from offchain_worker.meters.files import RowsByQuality, by_point, joined, read
from offchain_worker.meters.findings import Code, Finding, Severity, ignored_file
from offchain_worker.meters.period_steps import Quality
from offchain_worker.meters.rows import Rows

TOTALS = ("EA", "EA kWh", "1-0:1.8.0", "1-0:2.8.0", "counter")
"""The quantities of registers that count all of a point's active energy."""
HOUR = 3600
Place = tuple[Direction, str]
"""A direction and a meter's id."""


@dataclass(frozen=True)
class StandardCurve:
    """
    `energy` int64[steps] µkWh, `quality` uint8[steps] (`Quality`), and what was found, in order of time, as heavy as the
    rules make it.
    """

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
    found, rows, others = _rows(files, column, rules.time_zone)
    curve = None
    try:
        curve = joined(rows, _mending(rules)) if rows else None
    except MeterFileError as error:
        found.append(_about(Code.UNREADABLE, column.meter, str(error)))
    part = _Part(column.meter, column.direction, column.source, rules.power_of(column.point), others)
    bounds = (max(start, int(column.start)), min(end, int(column.end)))
    return _standard(curve, found, part, bounds, (start, end), step_seconds, rules)


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
    curves = [joined(parts, _mending(rules)) for parts in points]
    others: dict[Place, list[tuple[str, Rows]]] = {}
    for file in opened:
        for rows in file.rows:
            if rows.kind != "load":
                others.setdefault((rows.direction, rows.meter), []).append((file.name, rows))
    ignored = [ignored_file(name) for file in opened for name in file.ignored]
    step = step_seconds or max((int(curve.seconds.max()) for curve in curves if len(curve.seconds)), default=0)
    spans = [period] if period else [curve.span for curve in curves if curve.span[1]]
    if not step or not spans:
        raise RangeInvalid("the files hold no reading whose step is known")
    start, end = min(first for first, _ in spans) // step * step, -(-max(last for _, last in spans) // step) * step
    made: list[tuple[Place, StandardCurve]] = []

    def add(curve: Curve | None, place: Place, found: list[Finding]) -> None:
        others_here = others.pop(place, [])
        found = [*found, *_no_load_curves(others_here, curve is not None)]
        part = _Part(place[1], place[0], Source.NONE, rules.maximum_power_watts, others_here)
        made.append((place, _standard(curve, found, part, (start, end), (start, end), step, rules)))

    for curve, parts in zip(curves, points, strict=True):
        rows_of = [rows for named in parts.values() for _, rows in named]
        offsets = [finding for rows in rows_of for finding in series.foreign_offsets(rows, rules.time_zone)]
        add(curve, (curve.direction, curve.meter), offsets + ignored)
        ignored = []
    for place in sorted(others):
        add(None, place, [])
    alike = with_twins([standard for _, standard in made], [meter for (_, meter), _ in made], start, step, rules)
    ordered = tuple((meter, direction, standard) for ((direction, meter), _), standard in zip(made, alike, strict=True))
    return StandardFiles(start, end, step, ordered)


def with_twins(
    curves: Sequence[StandardCurve], meters: Sequence[str], start: int, step_seconds: int, rules: ConformityRules
) -> list[StandardCurve]:
    """The curves of one range, those that show the same as another with a finding that says so; `meters` are theirs."""
    if rules.checks.twin is None or len(curves) < 2:
        return list(curves)
    known = [(curve.quality == Quality.MEASURED) | (curve.quality == Quality.ESTIMATED) for curve in curves]
    masks = twins([curve.energy for curve in curves], known, rules.checks.twin.hours * HOUR // step_seconds)
    made = []
    for curve, meter, mask in zip(curves, meters, masks, strict=True):
        steps = period_steps.missing(start, start + len(mask) * step_seconds, step_seconds)
        said = treated.said(steps, mask, Code.TWIN, Severity.WARNING, meter, "steps identical to another meter's")
        found = [*curve.findings, *treated.weighed(said, rules)]
        made.append(replace(curve, findings=tuple(sorted(found))) if said else curve)
    return made


@dataclass(frozen=True)
class _Part:
    """Whose steps they are: id, direction, source, largest power in W, and its files' rows that are no load curve."""

    meter: str
    direction: Direction
    source: Source
    watts: int
    others: Sequence[tuple[str, Rows]]


def _mending(rules: ConformityRules) -> Mending:
    return Mending(
        keep_first=rules.handling(Code.CONFLICT).method is Method.KEEP_FIRST,
        clip_to_zero=rules.handling(Code.NEGATIVE).method is Method.CLIP_TO_ZERO,
    )


def _standard(
    curve: Curve | None,
    found: list[Finding],
    part: _Part,
    bounds: tuple[int, int],
    period: tuple[int, int],
    step_seconds: int,
    rules: ConformityRules,
) -> StandardCurve:
    start, end = period
    if step_seconds not in STEP_LENGTHS or start >= end or start % step_seconds or end % step_seconds:
        raise RangeInvalid(f"no whole steps of {step_seconds} s from {start} to {end}: use 5, 10, 15, 30 or 60 minutes")
    steps = period_steps.missing(start, end, step_seconds)
    outside = (steps.moments < bounds[0]) | (steps.moments + step_seconds > bounds[1])
    meter = part.meter
    if curve is not None:
        meter = curve.meter
        found += [finding for finding in curve.findings if _concerns(finding, bounds)]
        curve = curve.kept((curve.starts >= bounds[0]) & (curve.ends <= bounds[1]))
        found += [*series.step_changes(curve), *series.clock_change_days(curve, rules.time_zone)]
        period_steps.summed(period_steps.plausible(curve, step_seconds, part.watts, rules, found), steps)
    steps.energy[outside], steps.quality[outside], steps.methods[outside] = 0, Quality.OUTSIDE, 0
    register = on_steps(_registers(part), steps.moments, step_seconds)
    found += treated.checked(steps, meter, part.source, rules, register)
    treated.filled(steps, part.direction, rules, register)
    found += treated.summed_up(steps, part.direction, meter, rules)
    weighed = treated.weighed(dict.fromkeys(found), rules)
    return StandardCurve(steps.energy, steps.quality, tuple(sorted(weighed)))


def _registers(part: _Part) -> list[Curve]:
    """The point's registers of all its energy, in the order of their quantities."""
    kinds: dict[str, list[Rows]] = {}
    for _, rows in part.others:
        if rows.kind == "index" and rows.seconds is None and rows.quantity in TOTALS:
            kinds.setdefault(rows.quantity, []).append(rows)
    return [assemble(kinds[quantity]) for quantity in sorted(kinds)]


def _concerns(finding: Finding, bounds: tuple[int, int]) -> bool:
    """Is it about these bounds? What a file promises beyond them, or that it holds nothing, is not."""
    if finding.code in (Code.EMPTY, Code.DECLARED_RANGE):
        return False
    return finding.end >= bounds[0] and finding.start <= bounds[1]


def _rows(
    files: Sequence[tuple[str, bytes]], column: Column, time_zone: str
) -> tuple[list[Finding], RowsByQuality, list[tuple[str, Rows]]]:
    """The column's rows by quality, an error for each file that cannot be one of its files, rows of no load curve."""
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
    own = [(name, part) for name, part in others if part.direction == column.direction]
    return found, rows, own


def _no_load_curves(others: Sequence[tuple[str, Rows]], has_curve: bool) -> list[Finding]:
    """What is said of registers and allocations: an info where the point has a load curve too, else an error."""
    severity = Severity.INFO if has_curve else Severity.ERROR
    found = []
    for name, part in others:
        message = f"{name}: an {part.kind} ({part.quantity}), which is no load curve, is not counted"
        found.append(Finding(0, 0, Code.NOT_A_LOAD_CURVE, severity, part.meter, 1, message))
    return found


def _about(code: Code, meter: str, message: str) -> Finding:
    return Finding(0, 0, code, Severity.ERROR, meter, 1, message)
