"""The steps of a period as a curve's intervals make them: energy, quality, and by which method a step was repaired."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.treatments import Treatment
from offchain_worker.meters.curve import Curve, whole_energy
from offchain_worker.meters.findings import Code, Finding, Severity


class Quality(IntEnum):
    """Where a step's energy comes from; `REPAIRED` is made up, wholly or in part, by a method the community voted."""

    MEASURED = 0
    ESTIMATED = 1
    MISSING = 2
    OUTSIDE = 3
    REPAIRED = 4


@dataclass
class Steps:
    """
    n steps from `moments` int64[n] (UTC seconds, `seconds` apart): `energy` int64[n] µkWh, `quality` uint8[n],
    `methods` uint8[n] the method of a repair as a place in `curve.METHODS`, 0 for none. Treatments change them in place.
    """

    moments: np.ndarray
    seconds: int
    energy: np.ndarray
    quality: np.ndarray
    methods: np.ndarray

    @property
    def known(self) -> np.ndarray:
        """bool[n]: the steps that have an energy."""
        there: np.ndarray = (self.quality != Quality.MISSING) & (self.quality != Quality.OUTSIDE)
        return there

    def span(self, first: int, after: int) -> tuple[int, int]:
        """The UTC bounds of steps from `first` to before `after`."""
        return int(self.moments[first]), int(self.moments[after - 1]) + self.seconds


def missing(start: int, end: int, step_seconds: int) -> Steps:
    """Steps of which nothing is known."""
    moments = np.arange(start, end, step_seconds, dtype=np.int64)
    count = len(moments)
    return Steps(
        moments,
        step_seconds,
        np.zeros(count, dtype=np.int64),
        np.full(count, Quality.MISSING, dtype=np.uint8),
        np.zeros(count, dtype=np.uint8),
    )


def plausible(curve: Curve, step_seconds: int, watts: int, rules: ConformityRules, found: list[Finding]) -> Curve:
    """
    The curve without intervals that do not add up to steps, or are beyond the point's largest power in `watts` (unless
    the rules ignore that), said in `found`.
    """
    coarse = (step_seconds % curve.seconds) != 0
    beyond = curve.numerators > watts * 250 * (curve.seconds // 300) * 1_000_000
    coarse_message = f"readings whose interval does not add up to steps of {step_seconds // 60} minutes"
    beyond_message = f"readings above {watts} W, the largest power the rules allow"
    found += _said(curve, Code.COARSE_STEP, Severity.ERROR, coarse, coarse_message)
    found += _said(curve, Code.POWER, Severity.ERROR, beyond, beyond_message)
    kept = rules.handling(Code.POWER).treatment is Treatment.IGNORE
    return curve.kept(~coarse if kept else ~coarse & ~beyond)


def _said(curve: Curve, code: Code, severity: Severity, mask: np.ndarray, what: str) -> list[Finding]:
    if not mask.any():
        return []
    wrong = curve.kept(mask)
    first, last, count = int(wrong.starts[0]), int(wrong.ends[-1]), len(wrong.starts)
    return [Finding(first, last, code, severity, curve.meter, count, f"{count} {what}")]


def summed(curve: Curve, steps: Steps) -> None:
    """Fill in each step that intervals cover wholly."""
    count = len(steps.moments)
    at = (curve.starts - steps.moments[0]) // steps.seconds
    covered = np.zeros(count, dtype=np.int64)
    np.add.at(covered, at, curve.seconds)
    estimated = np.zeros(count, dtype=bool)
    np.logical_or.at(estimated, at, curve.estimated)
    whole = covered == steps.seconds
    numerators = np.zeros(count, dtype=np.int64)
    np.add.at(numerators, at, curve.numerators)
    numerators[~whole] = 0
    restarts = np.concatenate([[True], ~whole[:-1]])
    steps.energy = whole_energy(numerators, restarts)
    np.maximum.at(steps.methods, at, curve.repaired)
    steps.methods[~whole] = 0
    quality = np.where(estimated, Quality.ESTIMATED, Quality.MEASURED)
    quality = np.where(steps.methods > 0, Quality.REPAIRED, quality)
    steps.quality = np.where(whole, quality, Quality.MISSING).astype(np.uint8)
