"""A load curve against the register of the same meter: between two readings both must have counted the same energy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from offchain_worker.domain.conformity_rules import Register
from offchain_worker.domain.quantities import PPM
from offchain_worker.meters.curve import Curve

MICRO_KWH = 1000
"""Millionths of a Wh in a µkWh; also µkWh in a Wh."""


@dataclass(frozen=True)
class Readings:
    """Readings of a register at bounds of steps: `places` int64[m] ascending from 0 to n, `energies` int64[m] µkWh."""

    places: np.ndarray
    energies: np.ndarray


def on_steps(indexes: Sequence[Curve], moments: np.ndarray, step_seconds: int) -> Readings | None:
    """
    The readings of the first register (of the total) that stand at bounds of the steps; None without two of them.
    """
    for index in indexes:
        if index.registers is None:
            continue
        since = index.stamps - moments[0]
        fits = (since >= 0) & (since <= len(moments) * step_seconds) & (since % step_seconds == 0)
        if fits.sum() > 1:
            return Readings(since[fits] // step_seconds, index.registers[fits] // MICRO_KWH)
    return None


def compared(
    energy: np.ndarray, known: np.ndarray, readings: Readings, rule: Register
) -> list[tuple[int, int, int, int]]:
    """
    Where curve and register differ by more than the rule allows: (first step, after the last, the curve's µkWh, the
    register's). Spans in which a step is not known are not compared.
    """
    sums = np.concatenate([[0], np.cumsum(energy)])
    gaps = np.concatenate([[0], np.cumsum(~known)])
    found = []
    for at in range(len(readings.places) - 1):
        first, after = int(readings.places[at]), int(readings.places[at + 1])
        if gaps[after] - gaps[first]:
            continue
        curve, register = int(sums[after] - sums[first]), int(readings.energies[at + 1] - readings.energies[at])
        most = max(rule.watt_hours * MICRO_KWH, abs(register) * rule.ppm // PPM)
        if abs(curve - register) > most:
            found.append((first, after, curve, register))
    return found
