"""
What is said of a curve as a whole: gaps, steps that change, days on which clocks change, stamps that do not carry the
local offset, and how an operator's estimate fills what was not measured.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from offchain_worker.meters.curve import DENOMINATOR, Curve
from offchain_worker.meters.findings import Code, Finding, Severity, iso, limited
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.zone import DAY, clock_changes, local_midnight, offsets


def filled(measured: Curve, estimated: Curve) -> Curve:
    """The measured curve with every estimated interval that overlaps no measured one. Findings of both are kept."""
    after = np.searchsorted(measured.starts, estimated.ends, side="left")
    ends = np.concatenate([[np.iinfo(np.int64).min], measured.ends])
    keep = ends[after] <= estimated.starts
    extra = estimated.kept(keep)
    said = _left_out(measured, estimated.kept(~keep))
    starts = np.concatenate([measured.starts, extra.starts])
    order = np.argsort(starts, kind="stable")
    spans = [curve.span for curve in (measured, estimated) if curve.span != (0, 0)] or [(0, 0)]
    return replace(
        measured,
        starts=starts[order],
        seconds=np.concatenate([measured.seconds, extra.seconds])[order],
        numerators=np.concatenate([measured.numerators, extra.numerators])[order],
        estimated=np.concatenate([measured.estimated, extra.estimated])[order],
        repaired=np.concatenate([measured.repaired, extra.repaired])[order],
        codes=np.concatenate([measured.codes, extra.codes])[order],
        span=(min(first for first, _ in spans), max(last for _, last in spans)),
        findings=tuple(dict.fromkeys((*measured.findings, *estimated.findings, *said))),
    )


def _left_out(measured: Curve, others: Curve) -> list[Finding]:
    """An info about estimates that differ from what is also measured, with both energies of the first."""
    if not len(others.starts) or not len(measured.starts):
        return []
    at = np.clip(np.searchsorted(measured.starts, others.starts), 0, len(measured.starts) - 1)
    same = (measured.starts[at] == others.starts) & (measured.seconds[at] == others.seconds)
    differ = np.flatnonzero(same & (measured.numerators[at] != others.numerators))
    if not len(differ):
        return []
    first, last = int(differ[0]), int(differ[-1])
    values = (int(measured.numerators[at[first]]) // DENOMINATOR, int(others.numerators[first]) // DENOMINATOR)
    message = f"{len(differ)} estimates of what is also measured, left out ({values[0]} µkWh measured, {values[1]} "
    message += f"estimated at {iso(int(others.starts[first]))})"
    bounds = (int(others.starts[first]), int(others.ends[last]))
    return [Finding(*bounds, Code.ESTIMATED, Severity.INFO, measured.meter, len(differ), message)]


def missing_stretches(curve: Curve) -> list[tuple[int, int, int]]:
    """What of the span no interval covers: (start, end, how many intervals of the step that follows or precedes)."""
    if len(curve.starts) == 0:
        known = curve.stamp_seconds[curve.stamp_seconds > 0]
        step = int(known.min()) if len(known) else 0
        return [(*curve.span, (curve.span[1] - curve.span[0]) // step)] if step else []
    begins = np.concatenate([[curve.span[0]], curve.ends])
    stops = np.concatenate([curve.starts, [curve.span[1]]])
    steps = np.concatenate([curve.seconds, curve.seconds[-1:]])
    gaps = np.flatnonzero(stops > begins)
    return [(int(begins[at]), int(stops[at]), -(-int(stops[at] - begins[at]) // int(steps[at]))) for at in gaps]


def findings(curve: Curve, time_zone: str) -> list[Finding]:
    """Gaps, changes of step, clock changes and estimates of the curve; of an index, which has no step, estimates."""
    said: list[Finding] = []
    if curve.kind != "index":
        gaps = [
            Finding(start, end, Code.GAP, Severity.WARNING, curve.meter, count, f"{count} readings missing")
            for start, end, count in missing_stretches(curve)
        ]
        said = [*limited(gaps), *step_changes(curve), *clock_change_days(curve, time_zone)]
    if count := int(curve.estimated.sum()):
        covered = curve.kept(curve.estimated)
        first, last = int(covered.starts[0]), int(covered.ends[-1])
        message = f"{count} readings estimated by the operator"
        said.append(Finding(first, last, Code.ESTIMATED, Severity.INFO, curve.meter, count, message))
    return said


def step_changes(curve: Curve) -> list[Finding]:
    """A warning at each interval that is longer or shorter than the one before it."""
    said = []
    for at in np.flatnonzero(np.diff(curve.seconds)) + 1:
        before, after = int(curve.seconds[at - 1]) // 60, int(curve.seconds[at]) // 60
        start, end = int(curve.starts[at]), int(curve.ends[at])
        message = f"the step changes from {before} to {after} minutes"
        said.append(Finding(start, end, Code.STEP_CHANGE, Severity.WARNING, curve.meter, 1, message))
    return limited(said)


def clock_change_days(curve: Curve, time_zone: str) -> list[Finding]:
    """One info per local day of 23 or 25 hours inside the span, with the readings it has."""
    first, last = curve.span
    if first == last:
        return []
    years = (datetime.fromtimestamp(first, UTC).year, datetime.fromtimestamp(last, UTC).year)
    said = []
    for moment, ahead in clock_changes(time_zone, *years)[1:]:
        if first <= moment < last:
            day = datetime.fromtimestamp(moment + ahead, UTC).strftime("%Y-%m-%d")
            begin = local_midnight(time_zone, day)
            end = local_midnight(time_zone, datetime.fromtimestamp(moment + ahead + DAY, UTC).strftime("%Y-%m-%d"))
            count = int(((curve.starts >= begin) & (curve.starts < end)).sum())
            message = f"clocks change at {iso(moment)}: {day} has {(end - begin) / 3600:g} hours, {count} readings"
            said.append(Finding(begin, end, Code.CLOCK_CHANGE, Severity.INFO, curve.meter, count, message))
    return said


def foreign_offsets(rows: Rows, time_zone: str) -> list[Finding]:
    """A warning if stamps carry another offset than local time has at their interval's end or start."""
    if rows.offsets is None or len(rows.stamps) == 0:
        return []
    shift = 1 if rows.stamped == "end" else 0  # the end of the last interval before a change may carry either offset
    fits = rows.offsets == offsets(time_zone, rows.stamps)
    fits |= rows.offsets == offsets(time_zone, rows.stamps - shift)
    if fits.all():
        return []
    stamps, numbers = rows.stamps[~fits], rows.numbers[~fits]
    count = len(stamps)
    message = f"{count} stamps do not carry the offset of {time_zone}, first in row {int(numbers.min())}"
    return [Finding(int(stamps.min()), int(stamps.max()), Code.OFFSET, Severity.WARNING, rows.meter, count, message)]
