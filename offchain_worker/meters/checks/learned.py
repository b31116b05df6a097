"""Checks of one curve against its own past and the sun: implausible, stuck, dead, producing at night."""

from __future__ import annotations

import numpy as np

from offchain_worker.domain.conformity_rules import Checks
from offchain_worker.domain.roster import Source
from offchain_worker.meters import sun
from offchain_worker.meters.checks.history import History
from offchain_worker.meters.findings import Code, runs

HOUR = 3600
Suspicion = tuple[Code, np.ndarray, str]
"""What is suspected, in which steps (bool[n]), and what is said of a number of steps."""


def suspicious(
    energy: np.ndarray,
    known: np.ndarray,
    moments: np.ndarray,
    step_seconds: int,
    source: Source,
    time_zone: str,
    checks: Checks,
) -> list[Suspicion]:
    """What the listed checks suspect in the steps that are `known` (bool[n]); those without anything are left out."""
    found: list[Suspicion] = []
    if not known.any():
        return found
    if checks.implausible or checks.dead:
        past = History(energy, known, moments, step_seconds, time_zone)
        if checks.implausible:
            mask = known & implausible(energy, past, checks.implausible.factor, checks.implausible.days)
            found.append((Code.IMPLAUSIBLE, mask, "steps far above what this time of day usually shows"))
        if checks.dead:
            mask = dead(energy, known, past, checks.dead.hours * HOUR // step_seconds)
            found.append((Code.DEAD, mask, "steps of zero where there usually is something"))
    if checks.stuck:
        mask = stuck(energy, known, checks.stuck.hours * HOUR // step_seconds)
        found.append((Code.STUCK, mask, "steps of one and the same value"))
    if checks.night and source is Source.SOLAR:
        dark = sun.is_down(moments, step_seconds, checks.night.latitude, checks.night.longitude)
        limit = checks.night.watts * step_seconds * 10  # W·s·10: 36 µkWh of energy are 1 µkWh·36
        mask = known & dark & (energy * 36 > limit)
        found.append((Code.NIGHT_PRODUCTION, mask, "steps with solar production while the sun is down"))
    return [suspicion for suspicion in found if suspicion[1].any()]


def implausible(energy: np.ndarray, past: History, factor: int, days: int) -> np.ndarray:
    """
    bool[n]: is a reading above the median of its slot by `factor` times what is usual or more? Usual is the larger of
    the slot's deviation and the curve's typical reading, so that a quiet hour is no reason to suspect a busy one: what
    is found is a wrong unit or a digit too many, not a party.
    """
    usual = np.maximum(past.deviation, past.typical)
    far: np.ndarray = (past.days >= days) & (usual > 0) & ((energy - past.median) // np.maximum(usual, 1) >= factor)
    return far


def stuck(energy: np.ndarray, known: np.ndarray, steps: int) -> np.ndarray:
    """bool[n]: is a step in a run of at least `steps` known steps of one value, not zero?"""
    same = known[1:] & known[:-1] & (energy[1:] == energy[:-1]) & (energy[1:] > 0)
    mask = np.zeros(len(energy), dtype=bool)
    for first, after in runs(same):
        if after - first + 1 >= steps:
            mask[first : after + 1] = True
    return mask


def dead(energy: np.ndarray, known: np.ndarray, past: History, steps: int) -> np.ndarray:
    """
    bool[n]: is a step zero in a run of at least `steps` zeros, counting only steps in which a quarter of the days or
    more shows something? Steps that are zero on most days, such as a plant's nights, neither count nor end the run.
    """
    expected = np.flatnonzero(known & (past.upper > 0))
    mask = np.zeros(len(energy), dtype=bool)
    for first, after in runs(energy[expected] == 0):
        if after - first >= steps:
            mask[expected[first:after]] = True
    return mask
