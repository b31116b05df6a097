"""
Repairs of what is missing, by the methods a community can vote: integers only, nothing made up beyond the voted length.

Where the meter's register was read on both sides of a gap and all else between the readings is known, what is filled in
adds up to exactly what the register counted: a repair then moves energy in time, it invents none.
"""

from __future__ import annotations

import numpy as np

from offchain_worker.domain.treatments import FILLING, Handling, Method
from offchain_worker.meters.checks.register import Readings
from offchain_worker.meters.findings import runs
from offchain_worker.meters.zone import DAY, offsets

WEEK = 7 * DAY


def filled(
    energy: np.ndarray,
    known: np.ndarray,
    gaps: np.ndarray,
    moments: np.ndarray,
    time_zone: str,
    handling: Handling,
    register: Readings | None,
) -> tuple[np.ndarray, np.ndarray]:
    """
    Energies int64[n] µkWh with gaps filled, and bool[n] which steps were. `known` bool[n] are the steps with a reading,
    `gaps` bool[n] those that want one, out of the steps at `moments`. Gaps longer than `handling.steps` stay, and those
    without what the method needs: a reading on both sides, or one in another week.
    """
    made, done = energy.copy(), np.zeros(len(energy), dtype=bool)
    if handling.method not in FILLING or not gaps.any():
        return made, done
    elsewhere = _other_weeks(known, moments, time_zone) if handling.method is Method.SAME_SLOT_OTHER_WEEK else None
    for first, after in runs(gaps):
        if after - first > handling.steps:
            continue
        if elsewhere is not None:
            if (elsewhere[first:after] < 0).any():
                continue
            made[first:after] = energy[elsewhere[first:after]]
        else:
            if first == 0 or after == len(energy) or not (known[first - 1] and known[after]):
                continue
            made[first:after] = _line(int(energy[first - 1]), int(energy[after]), after - first)
        done[first:after] = True
    if register is not None and done.any():
        _keep_to_register(made, done, known | done, register)
    return made, done


def _line(before: int, behind: int, count: int) -> list[int]:
    """`count` energies on the straight line between two others, floored."""
    return [before + (behind - before) * at // (count + 1) for at in range(1, count + 1)]


def _other_weeks(known: np.ndarray, moments: np.ndarray, time_zone: str) -> np.ndarray:
    """int64[n]: the step of the same local time one week before if it is known, else one week after, else -1."""
    found = np.full(len(moments), -1, dtype=np.int64)
    step = int(moments[1] - moments[0]) if len(moments) > 1 else WEEK
    for shift in (WEEK, -WEEK):
        moved = moments + shift
        moved += offsets(time_zone, moments) - offsets(time_zone, moved)
        place = (moved - moments[0]) // step
        there = (place >= 0) & (place < len(moments))
        place = np.where(there, place, 0)
        found = np.where(there & known[place], place, found)
    return found


def _keep_to_register(made: np.ndarray, done: np.ndarray, known: np.ndarray, register: Readings) -> None:
    """Scale what was filled between two readings of the register so that the steps between add up to it."""
    for at in range(len(register.places) - 1):
        first, after = int(register.places[at]), int(register.places[at + 1])
        places = first + np.flatnonzero(done[first:after])
        if len(places) == 0 or not known[first:after].all():
            continue
        shape = [int(value) for value in made[places]]
        counted = int(register.energies[at + 1] - register.energies[at])
        rest = counted - (int(made[first:after].sum()) - sum(shape))
        if rest >= 0:
            made[places] = _shared(rest, shape)


def _shared(total: int, shape: list[int]) -> list[int]:
    """`total` in proportion to `shape` (evenly if that is all zero), exactly: differences of the floored running sum."""
    weights = shape if sum(shape) else [1] * len(shape)
    whole, running, before, shares = sum(weights), 0, 0, []
    for weight in weights:
        running += weight
        reached = total * running // whole
        shares.append(reached - before)
        before = reached
    return shares
