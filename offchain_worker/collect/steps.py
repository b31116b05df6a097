"""
From readings to energy per step: what a register says at the bounds of a step, or a power held over it.

What always holds: the energies of consecutive steps add up to what the register moved between their outer bounds, to
1 µkWh. A bound between two readings at most `tolerance` apart is read between them in proportion to time; a bound with no
reading near it is unknown, and the steps beside it are gaps. A register that falls (another meter, a reset) is a gap. A
power counts from its reading to the next, at most `tolerance` long. A meter with a register is not reckoned from powers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, pairwise

from offchain_worker.collect.errors import CollectError
from offchain_worker.collect.readings import Kind, Reading
from offchain_worker.domain.quantities import STEP_LENGTHS
from offchain_worker.domain.roster import Direction

TOLERANCE = 120
MILLIONTHS = 1000
"""Millionths of a Wh in a µkWh."""


@dataclass(frozen=True)
class Gap:
    """A stretch without certain energy, UTC seconds, and why."""

    meter: str
    direction: Direction
    start: int
    end: int
    reason: str


@dataclass(frozen=True)
class Collected:
    """Canonical curves: (meter, direction, starts, µkWh) in order of (direction, meter), and the gaps in them."""

    step: int
    curves: tuple[tuple[str, Direction, list[int], list[int]], ...]
    gaps: tuple[Gap, ...]


def collected(readings: Iterable[Reading], step: int, tolerance: int = TOLERANCE) -> Collected:
    """Energy per step of every meter and direction. Raises CollectError for a step no period can have."""
    if step not in STEP_LENGTHS:
        raise CollectError(f"no step of {step} s: use 5, 10, 15, 30 or 60 minutes")
    curves, gaps = [], []
    ordered = sorted(
        set(readings), key=lambda reading: (reading.direction, reading.meter, reading.moment, reading.value)
    )
    for (direction, meter), group in groupby(ordered, key=lambda reading: (reading.direction, reading.meter)):
        own = list(group)
        registers = _by_moment(own, Kind.REGISTER)
        powers = _by_moment(own, Kind.POWER)
        if len(registers) > 1 or not powers:
            steps, reasons = _from_registers(registers, step, tolerance)
        else:
            steps, reasons = _from_powers(powers, step, tolerance)
        if steps:
            curves.append((meter, direction, [start for start, _ in steps], [energy for _, energy in steps]))
        gaps += [Gap(meter, direction, start, end, reason) for start, end, reason in _joined(reasons)]
    return Collected(step, tuple(curves), tuple(gaps))


def _by_moment(readings: list[Reading], kind: Kind) -> list[tuple[int, int]]:
    """(moment, value) in order; of two values of one moment the higher, which a register read a little later has."""
    values: dict[int, int] = {}
    for reading in readings:
        if reading.kind == kind:
            values[reading.moment] = max(reading.value, values.get(reading.moment, 0))
    return sorted(values.items())


def _from_registers(
    points: list[tuple[int, int]], step: int, tolerance: int
) -> tuple[list[tuple[int, int]], list[tuple[int, int, str]]]:
    """Energies of whole steps from the first bound to the last, and the steps that have none with the reason."""
    if not points:
        return [], []
    moments = [moment for moment, _ in points]
    falls = {after for (before, high), (after, low) in pairwise(points) if low < high}
    known: dict[int, int] = {}
    first, last = -(-moments[0] // step) * step, moments[-1] // step * step
    for bound in range(first, last + 1, step):
        value = _at(points, moments, bound, tolerance, falls)
        if value is not None:
            known[bound] = value // MILLIONTHS
    steps, reasons = [], []
    for start in range(first, last, step):
        end = start + step
        if start not in known or end not in known:
            reasons.append((start, end, f"no reading within {tolerance} s of a bound"))
        elif known[end] < known[start] or any(start < moment <= end for moment in falls):
            reasons.append((start, end, "the register went back"))
        else:
            steps.append((start, known[end] - known[start]))
    return steps, reasons


def _at(points: list[tuple[int, int]], moments: list[int], bound: int, tolerance: int, falls: set[int]) -> int | None:
    """The register at a moment, in millionths of a Wh, None if it cannot be told."""
    after = bisect_right(moments, bound)
    begin, low = points[after - 1]
    if begin == bound:
        return low
    end, high = points[after]
    if end - begin > tolerance or end in falls:
        return None
    return low + (high - low) * (bound - begin) // (end - begin)


def _from_powers(
    points: list[tuple[int, int]], step: int, tolerance: int
) -> tuple[list[tuple[int, int]], list[tuple[int, int, str]]]:
    """Energies of the steps that powers cover wholly: the floor of their running sum, which restarts after a gap."""
    first, last = -(-points[0][0] // step) * step, points[-1][0] // step * step
    covered: dict[int, int] = {}
    joules: dict[int, int] = {}
    for (begin, value), (end, _) in pairwise(points):
        if end - begin > tolerance:
            continue
        at = begin
        while at < end:
            start = at // step * step
            stop = min(end, start + step)
            covered[start] = covered.get(start, 0) + stop - at
            joules[start] = joules.get(start, 0) + value * (stop - at)
            at = stop
    steps: list[tuple[int, int]] = []
    reasons = []
    running = floored = 0
    for start in range(first, last, step):
        if covered.get(start, 0) < step:
            reasons.append((start, start + step, f"no power for more than {tolerance} s"))
            running = floored = 0
            continue
        running += joules[start]
        total = running // (3600 * MILLIONTHS)
        steps.append((start, total - floored))
        floored = total
    return steps, reasons


def _joined(reasons: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Stretches that follow each other for the same reason, as one."""
    made: list[tuple[int, int, str]] = []
    for start, end, reason in reasons:
        if made and made[-1][1] == start and made[-1][2] == reason:
            made[-1] = (made[-1][0], end, reason)
        else:
            made.append((start, end, reason))
    return made
