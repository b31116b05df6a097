"""From readings to steps: sums that telescope, bounds between readings, gaps that stay gaps."""

from __future__ import annotations

import random

import pytest

from offchain_worker.collect import CollectError, Kind, Reading, collected
from offchain_worker.domain.roster import Direction

START = 1_735_686_000
MILLION = 10**6


def register(moment: int, wh: float, meter: str = "m", direction: Direction = Direction.CONSUMPTION) -> Reading:
    return Reading(meter, direction, Kind.REGISTER, START + moment, round(wh * MILLION))


def power(moment: int, watts: float) -> Reading:
    return Reading("m", Direction.CONSUMPTION, Kind.POWER, START + moment, round(watts * MILLION))


def only(
    readings: list[Reading], step: int = 900, tolerance: int = 120
) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    """Starts and energies of the one curve, and its gaps, from START."""
    made = collected(readings, step, tolerance)
    gaps = [(gap.start - START, gap.end - START) for gap in made.gaps]
    if not made.curves:
        return [], [], gaps
    ((_, _, starts, energy),) = made.curves
    return [start - START for start in starts], energy, gaps


def test_collected__readings_on_the_bounds__are_differences() -> None:
    readings = [register(900 * at, 100 * at) for at in range(4)]
    assert only(readings, tolerance=900) == ([0, 900, 1800], [100_000] * 3, [])


def test_collected__readings_beside_a_bound__share_what_lies_between_in_proportion() -> None:
    readings = [
        register(0, 0),
        register(60, 0),
        register(840, 80),
        register(960, 92),
        register(1740, 92),
        register(1800, 92),
    ]
    assert only(readings, tolerance=800) == ([0, 900], [86_000, 6_000], [])


def test_collected__any_readings__add_up_to_what_the_register_moved() -> None:
    chance = random.Random("telescope")
    for _ in range(50):
        moment, wh, readings = 0, 0, [register(0, 0)]
        while moment < 7200:
            moment, wh = min(7200, moment + chance.randint(1, 120)), wh + chance.randint(0, 50)
            readings.append(register(moment, wh))
        chance.shuffle(readings)
        starts, energy, gaps = only(readings, chance.choice([300, 600, 900, 1800, 3600]))
        assert (sum(energy), gaps, starts[0]) == (wh * 1000, [], 0)


def test_collected__hour_without_readings__is_a_gap_and_nothing_is_made_up() -> None:
    readings = [register(60 * at, at) for at in [*range(16), *range(60, 76)]]
    assert only(readings) == ([0, 3600], [15_000, 15_000], [(900, 3600)])


def test_collected__register_that_falls__is_a_gap() -> None:
    readings = [register(60 * at, 100 + at if at < 20 else at) for at in range(46)]
    starts, energy, gaps = only(readings)
    assert (starts, energy, gaps) == ([0, 1800], [15_000, 15_000], [(900, 1800)])


def test_collected__powers__are_held_until_the_next() -> None:
    readings = [power(10 * at, 360 if at % 2 else 720) for at in range(181)]
    assert only(readings) == ([0, 900], [135_000, 135_000], [])


def test_collected__powers_with_a_break__leave_the_step_out() -> None:
    readings = [power(10 * at, 360) for at in range(181) if not 100 < at < 120]
    assert only(readings) == ([0], [90_000], [(900, 1800)])


def test_collected__meter_with_a_register__is_not_reckoned_from_powers() -> None:
    readings = [register(60 * at, at) for at in range(16)] + [power(60 * at, 9999) for at in range(16)]
    assert only(readings) == ([0], [15_000], [])


def test_collected__both_directions__are_two_curves_in_order() -> None:
    readings = [register(60 * at, at, "b", side) for at in range(16) for side in reversed(Direction)]
    readings += [register(60 * at, 2 * at, "a") for at in range(16)]
    found = [(meter, side, sum(energy)) for meter, side, _, energy in collected(readings, 900).curves]
    assert found == [
        ("a", Direction.CONSUMPTION, 30_000),
        ("b", Direction.CONSUMPTION, 15_000),
        ("b", Direction.PRODUCTION, 15_000),
    ]


def test_collected__single_reading_or_none__gives_no_curve() -> None:
    assert collected([register(0, 1)], 900).curves == ()
    assert collected([], 900).curves == ()
    with pytest.raises(CollectError, match="no step of 7 s"):
        collected([], 7)
