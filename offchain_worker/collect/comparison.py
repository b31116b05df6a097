"""
Two sources for one point: what the operator measured beside what the owner's own meter reader wrote down.

Both are put on the same spans of time: the coarsest interval that both can be summed to, or, where the operator gives a
register only, the spans between its readings. A span is compared where both sources cover all of it; both values
stand beside each other in µkWh, so that whoever contests a reading can point to it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from offchain_worker.domain.quantities import PPM
from offchain_worker.domain.roster import Direction
from offchain_worker.meters.curve import HOUR, Curve
from offchain_worker.meters.errors import RangeInvalid
from offchain_worker.meters.findings import Code, Finding, Severity, iso, runs


@dataclass(frozen=True)
class Source:
    """Energies of consecutive or separate intervals: `starts`, `ends` UTC seconds and `energy` µkWh, int64[n] each."""

    meter: str
    direction: Direction
    starts: np.ndarray
    ends: np.ndarray
    energy: np.ndarray
    is_register: bool = False


@dataclass(frozen=True)
class Tolerance:
    """Values agree that differ by at most so many Wh, or by at most so many ppm of the operator's."""

    watt_hours: int
    ppm: int

    def exceeded(self, operator: np.ndarray, own: np.ndarray) -> np.ndarray:
        """bool[n]: do energies int64[n] µkWh differ by more than that?"""
        most = np.maximum(
            self.watt_hours * 1000, np.abs(operator) // PPM * self.ppm + np.abs(operator) % PPM * self.ppm // PPM
        )
        differ: np.ndarray = np.abs(operator - own) > most
        return differ


@dataclass(frozen=True)
class Comparison:
    """
    n spans in order: `starts`, `ends`, both energies int64[n] µkWh, `both` bool[n] whether both sources cover it, and
    `differ` bool[n]. `total_differs` says it of the sums over the spans that both cover.
    """

    meter: str
    direction: Direction
    starts: np.ndarray
    ends: np.ndarray
    operator: np.ndarray
    own: np.ndarray
    operator_known: np.ndarray
    own_known: np.ndarray
    differ: np.ndarray
    total_differs: bool

    @property
    def both(self) -> np.ndarray:
        """bool[n]: the spans that both sources cover."""
        known: np.ndarray = self.operator_known & self.own_known
        return known

    @property
    def agree(self) -> bool:
        """Do the sources agree wherever they can be compared?"""
        return not self.total_differs and not bool(self.differ.any())

    @property
    def findings(self) -> list[Finding]:
        """A finding for each stretch of spans that differ, with both values."""
        found = []
        for first, after in runs(self.differ):
            operator, own = int(self.operator[first:after].sum()), int(self.own[first:after].sum())
            message = f"operator {operator} µkWh, own {own} µkWh, difference {own - operator} µkWh"
            bounds = int(self.starts[first]), int(self.ends[after - 1])
            found.append(Finding(*bounds, Code.SOURCES_DIFFER, Severity.WARNING, self.meter, after - first, message))
        return found

    def report(self) -> dict[str, Any]:
        """What `daisee compare --json` prints of one direction."""
        both = self.both
        operator, own = int(self.operator[both].sum()), int(self.own[both].sum())
        return {
            "meter": self.meter,
            "direction": self.direction.name.lower(),
            "start": iso(int(self.starts[0])),
            "end": iso(int(self.ends[-1])),
            "compared": int(both.sum()),
            "operator_only": int((self.operator_known & ~self.own_known).sum()),
            "own_only": int((self.own_known & ~self.operator_known).sum()),
            "operator_micro_kwh": operator,
            "own_micro_kwh": own,
            "difference_micro_kwh": own - operator,
            "agree": self.agree,
            "differences": [
                {
                    "start": iso(int(self.starts[first])),
                    "end": iso(int(self.ends[after - 1])),
                    "steps": after - first,
                    "operator_micro_kwh": int(self.operator[first:after].sum()),
                    "own_micro_kwh": int(self.own[first:after].sum()),
                }
                for first, after in runs(self.differ)
            ],
        }


def of_curve(curve: Curve) -> Source:
    """A load curve's intervals, or the spans between a register's readings."""
    return Source(curve.meter, curve.direction, curve.starts, curve.ends, curve.energy, curve.kind == "index")


def common_step(sources: Sequence[Source]) -> int:
    """The shortest interval in seconds that all the load curves can be summed to. Raises RangeInvalid beyond an hour."""
    lengths = {int(length) for source in sources for length in np.unique(source.ends - source.starts)}
    step = math.lcm(*lengths)
    if step > HOUR or HOUR % step:
        raise RangeInvalid(
            f"intervals of {', '.join(map(str, sorted(lengths)))} s have no common step of an hour at most"
        )
    return step


def compare(operator: Source, own: Source, tolerance: Tolerance) -> Comparison:
    """
    The two sources side by side. Raises RangeInvalid if they share no span of time that both cover.
    """
    if operator.is_register:
        starts, ends = operator.starts, operator.ends
    else:
        step = common_step([operator, own])
        first = min(int(operator.starts[0]), int(own.starts[0])) // step * step
        last = -(-max(int(operator.ends[-1]), int(own.ends[-1])) // step) * step
        starts = np.arange(first, last, step, dtype=np.int64)
        ends = starts + step
    theirs, theirs_known = _over(operator, starts, ends)
    mine, mine_known = _over(own, starts, ends)
    both = theirs_known & mine_known
    if not both.any():
        raise RangeInvalid("the two sources cover no common span of time: nothing can be compared")
    sums = np.array([theirs[both].sum()]), np.array([mine[both].sum()])
    return Comparison(
        meter=operator.meter,
        direction=operator.direction,
        starts=starts,
        ends=ends,
        operator=theirs,
        own=mine,
        operator_known=theirs_known,
        own_known=mine_known,
        differ=both & tolerance.exceeded(theirs, mine),
        total_differs=bool(tolerance.exceeded(*sums)[0]),
    )


def _over(source: Source, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The source's energy in each span, int64[n] (0 where it does not cover it), and whether it covers it, bool[n]."""
    energies = np.concatenate([[0], np.cumsum(source.energy)])
    lengths = np.concatenate([[0], np.cumsum(source.ends - source.starts)])
    first = np.searchsorted(source.starts, starts, side="left")
    after = np.maximum(np.searchsorted(source.ends, ends, side="right"), first)
    covered = lengths[after] - lengths[first] == ends - starts
    return np.where(covered, energies[after] - energies[first], 0), covered
