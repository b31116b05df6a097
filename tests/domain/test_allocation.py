"""The engine on cases a person can compute, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from offchain_worker.domain import errors
from offchain_worker.domain.allocation import allocate
from offchain_worker.domain.key import AllocationKey, Rule, Stage
from offchain_worker.domain.quantities import MAX_ENERGY
from offchain_worker.domain.roster import Column, Direction, Roster, Source

PRO_RATA = AllocationKey((Stage(Rule.PRO_RATA),))
EQUAL = AllocationKey((Stage(Rule.EGALITARIAN),))


def static(points: tuple[int, ...], weights: tuple[int, ...]) -> AllocationKey:
    return AllocationKey((Stage(Rule.STATIC, points=points, weights=weights),))


def array(*rows: list[int]) -> np.ndarray:
    return np.array(rows, np.int64)


def roster(*columns: tuple[int, int, str]) -> Roster:
    """(point, group, "c" or "p") for each column; a point's columns follow each other in time."""
    return Roster(
        tuple(
            Column(
                point,
                at + 1,
                group,
                Direction.PRODUCTION if kind == "p" else Direction.CONSUMPTION,
                Source.SOLAR if kind == "p" else Source.NONE,
                100 * at,
                100 * at + 100,
            )
            for at, (point, group, kind) in enumerate(columns)
        )
    )


@pytest.mark.parametrize(
    ("key", "need", "made", "expected"),
    [
        (PRO_RATA, [10, 20, 30], 60, [10, 20, 30]),
        (PRO_RATA, [10, 20, 30], 100, [10, 20, 30]),
        (PRO_RATA, [10, 20, 30], 30, [5, 10, 15]),
        (PRO_RATA, [1, 1, 1], 2, [0, 0, 0]),  # ⌊2/3⌋ each: the two units are surplus
        (PRO_RATA, [0, 7, 0], 5, [0, 5, 0]),
        (PRO_RATA, [0, 0], 5, [0, 0]),
        (EQUAL, [10, 20, 30], 30, [10, 10, 10]),
        (EQUAL, [4, 20, 30], 30, [4, 13, 13]),
        (EQUAL, [4, 20, 30], 31, [4, 13, 13]),  # one unit cannot be shared by two
        (EQUAL, [4, 5, 30], 100, [4, 5, 30]),
        (EQUAL, [7, 7, 7], 20, [6, 6, 6]),
        (static((0, 1, 2), (500_000, 300_000, 200_000)), [100, 100, 5], 100, [50, 30, 5]),
        (static((2, 0), (333_333, 333_333)), [100, 100, 100], 100, [33, 0, 33]),
        (static((0,), (0,)), [100, 100, 100], 100, [0, 0, 0]),
    ],
)
def test_allocate__one_stage__gives_what_the_rule_says(
    key: AllocationKey, need: list[int], made: int, expected: list[int]
) -> None:
    found = allocate(array(need), array([made]), key)
    assert found.allocated.tolist() == [expected]
    assert found.sold.tolist() == [[sum(expected)]]
    assert found.surplus.tolist() == [[made - sum(expected)]]


def test_allocate__building_first_then_neighbourhood__passes_the_rest_on() -> None:
    key = AllocationKey((Stage(Rule.PRO_RATA, group=1), Stage(Rule.PRO_RATA, group=2)))
    who = roster((0, 1, "c"), (1, 1, "c"), (2, 2, "c"), (3, 2, "c"), (4, 1, "p"))
    found = allocate(array([30, 10, 20, 60], [100, 100, 5, 5]), array([80], [150]), key, who)
    # Step 0: the building's 40 in full, then 40 among 20 and 60. Step 1: 150 among 100 and 100, nothing left.
    assert found.allocated.tolist() == [[30, 10, 10, 30], [75, 75, 0, 0]]
    assert found.surplus.tolist() == [[0], [0]]


def test_allocate__need_met_in_part__shrinks_for_the_next_stage() -> None:
    key = AllocationKey((Stage(Rule.STATIC, points=(0,), weights=(100_000,)), Stage(Rule.EGALITARIAN)))
    found = allocate(array([30, 30]), array([50]), key)
    # 5 to point 0, then 45 shared by needs 25 and 30: 22 each, one left.
    assert found.allocated.tolist() == [[27, 22]]
    assert found.surplus.tolist() == [[1]]


def test_allocate__left_over_units_of_sold__go_to_the_lowest_columns_with_room() -> None:
    # A = 5 of P = 7 made by 0, 3, 3, 1: floors 0, 2, 2, 0; the unit over goes past column 0, which made nothing.
    found = allocate(array([5]), array([0, 3, 3, 1]), PRO_RATA)
    assert found.sold.tolist() == [[0, 3, 2, 0]]
    assert found.surplus.tolist() == [[0, 0, 1, 1]]


def test_allocate__point_with_two_columns__is_served_in_both() -> None:
    who = roster((0, 1, "c"), (0, 1, "c"), (1, 1, "c"), (2, 1, "p"))
    key = static((0, 1), (600_000, 400_000))
    found = allocate(array([100, 0, 100], [0, 100, 100]), array([100], [100]), key, who)
    assert found.allocated.tolist() == [[60, 0, 40], [0, 60, 40]]


def test_allocate__out_given__takes_the_allocated_array() -> None:
    out = np.full((1, 2), 9, np.int64)
    found = allocate(array([1, 2]), array([3]), PRO_RATA, out=out)
    assert found.allocated is out
    assert out.tolist() == [[1, 2]]


def test_allocate__out_over_the_input__is_right_and_other_inputs_stay() -> None:
    need, made = array([4, 20, 30]), array([30])
    allocate(need, made, EQUAL, out=need)
    assert need.tolist() == [[4, 13, 13]]
    assert made.tolist() == [[30]]


def test_allocate__views_and_any_memory_order__give_the_same() -> None:
    wide = np.arange(24, dtype=np.int64).reshape(4, 6)
    made = array([5], [6], [70], [8])
    straight = allocate(np.ascontiguousarray(wide[:, ::2]), made, EQUAL)
    for same in (wide[:, ::2], np.asfortranarray(wide[:, ::2])):
        assert allocate(same, made, EQUAL).allocated.tolist() == straight.allocated.tolist()


def test_allocate__no_steps__gives_none() -> None:
    found = allocate(np.zeros((0, 2), np.int64), np.zeros((0, 1), np.int64), PRO_RATA)
    assert found.allocated.shape == (0, 2)
    assert found.surplus.shape == (0, 1)


def test_allocate__products_beyond_64_bits__stay_exact() -> None:
    # 2^61 · 2^61 / 2^62 needs 122 bits; beside it a step that fits in 64.
    big = 2**61
    found = allocate(array([big, big], [3, 4]), array([big + 1], [5]), PRO_RATA)
    assert found.allocated.tolist() == [[2**60, 2**60], [2, 2]]
    assert found.surplus.tolist() == [[1], [1]]


@pytest.mark.parametrize("key", [PRO_RATA, EQUAL, static((0,), (1_000_000,))])
def test_allocate__largest_energy__is_taken(key: AllocationKey) -> None:
    found = allocate(array([MAX_ENERGY]), array([MAX_ENERGY]), key)
    assert found.allocated.tolist() == [[MAX_ENERGY]]


@pytest.mark.parametrize(
    ("consumption", "production", "error"),
    [
        ([[1]], array([1]), errors.EnergyType),
        (np.array([[1.0]]), array([1]), errors.EnergyType),
        (array([1]), np.array([[1]], np.int32), errors.EnergyType),
        (np.array([[1]], np.uint64), array([1]), errors.EnergyType),
        (np.array([[1]], object), array([1]), errors.EnergyType),
        (np.array([1], np.int64), array([1]), errors.EnergyShape),
        (array([1]), np.array([1], np.int64), errors.EnergyShape),
        (array([1], [2]), array([1]), errors.EnergyShape),
        (np.zeros((1, 0), np.int64), array([1]), errors.EnergyShape),
        (array([1]), np.zeros((1, 0), np.int64), errors.EnergyShape),
        (array([1, -1]), array([1]), errors.EnergyNegative),
        (array([1]), array([-(2**63)]), errors.EnergyNegative),
        (array([MAX_ENERGY, 1]), array([1]), errors.EnergyTooLarge),
        (array([1]), array([2**62, 2**62]), errors.EnergyTooLarge),
    ],
)
def test_allocate__energies_it_cannot_take__are_refused_by_name(
    consumption: Any, production: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        allocate(consumption, production, PRO_RATA)


def test_allocate__negative_reading__names_the_place() -> None:
    with pytest.raises(errors.EnergyNegative, match=r"^consumption, step 1, column 2: -7 µkWh is below zero$"):
        allocate(array([1, 2, 3], [4, 5, -7]), array([1], [1]), PRO_RATA)


def test_allocate__roster_of_other_columns__is_refused() -> None:
    with pytest.raises(errors.EnergyShape, match="consumption: 3 columns, the roster has 2"):
        allocate(array([1, 2, 3]), array([1]), PRO_RATA, roster((0, 1, "c"), (1, 1, "c"), (2, 1, "p")))


def test_allocate__point_with_energy_in_two_columns_of_a_step__is_refused() -> None:
    who = roster((0, 1, "c"), (0, 1, "c"), (1, 1, "p"))
    with pytest.raises(errors.EnergyMisplaced, match="consumption, step 1: point 0 has energy in two columns"):
        allocate(array([1, 0], [1, 1]), array([1], [1]), PRO_RATA, who)


@pytest.mark.parametrize(
    ("point", "fault"), [(7, errors.KeyFault.POINT_UNKNOWN), (2, errors.KeyFault.POINT_NOT_CONSUMING)]
)
def test_allocate__key_that_names_no_consumption_point__is_refused(point: int, fault: errors.KeyFault) -> None:
    with pytest.raises(errors.KeyInvalid) as refused:
        allocate(array([1, 2]), array([1]), static((0, point), (1, 1)))
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("out", "error"),
    [
        ([[0]], errors.EnergyType),
        (np.zeros((1, 1)), errors.EnergyType),
        (np.zeros((1, 2), np.int64), errors.EnergyShape),
        (np.broadcast_to(np.zeros(1, np.int64), (1, 1)), errors.EnergyType),
    ],
)
def test_allocate__out_that_cannot_take_the_result__is_refused(out: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        allocate(array([1]), array([1]), PRO_RATA, out=out)
