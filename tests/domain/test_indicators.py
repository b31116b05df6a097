"""Indicators on a community small enough to do by hand: two homes, a roof and a mill, three steps."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain_worker.domain import fairness, indicators
from offchain_worker.domain.allocation import allocate
from offchain_worker.domain.key import AllocationKey, Rule, Stage
from offchain_worker.domain.roster import Column, Direction, Roster, Source

KWH = 1_000_000
ROSTER = Roster(
    (
        Column(0, 1, 1, Direction.CONSUMPTION, Source.NONE, 0, 1),
        Column(1, 2, 1, Direction.CONSUMPTION, Source.NONE, 0, 1),
        Column(2, 3, 1, Direction.PRODUCTION, Source.SOLAR, 0, 1),
        Column(3, 4, 1, Direction.PRODUCTION, Source.HYDRO, 0, 1),
    )
)
CONSUMPTION = np.array([[3, 1], [2, 2], [6, 0]], np.int64) * KWH
PRODUCTION = np.array([[1, 1], [0, 0], [8, 2]], np.int64) * KWH
FOUND = allocate(CONSUMPTION, PRODUCTION, AllocationKey((Stage(Rule.PRO_RATA),)), ROSTER)


def test_balance__three_steps__is_what_flows_from_and_to_the_grid() -> None:
    assert FOUND.allocated.tolist() == [[1_500_000, 500_000], [0, 0], [6 * KWH, 0]]
    found = indicators.balance(CONSUMPTION, FOUND)
    assert found.residual.tolist() == [2 * KWH, 4 * KWH, 0]
    assert found.surplus.tolist() == [0, 0, 4 * KWH]
    assert (found.peak, found.peak_step, found.surplus_peak) == (4 * KWH, 1, 4 * KWH)
    assert indicators.peak_reduction_ppm(CONSUMPTION, FOUND) == 333_333  # from 6 to 4 kWh
    assert indicators.local_steps_ppm(FOUND) == 666_666


def test_origin__two_sources__adds_up_to_what_was_allocated() -> None:
    # Step 0: 1 of 1 each. Step 2: 6 of 10, the roof made 8 of them.
    assert indicators.origin(ROSTER, FOUND) == {Source.SOLAR: KWH + 4_800_000, Source.HYDRO: KWH + 1_200_000}


def test_rates__whole_and_by_column__are_those_of_the_sums() -> None:
    found = indicators.indicators(CONSUMPTION, PRODUCTION, FOUND)
    assert (found.scr_ppm, found.ssr_ppm) == (666_666, 571_428)
    assert indicators.ssr_by_column(CONSUMPTION, FOUND) == [681_818, 166_666]


def test_savings__dearer_and_cheaper_supplier__are_signed_and_rounded_half_up() -> None:
    assert indicators.savings(10 * KWH, 120, 200_000) == 80
    assert indicators.savings(10 * KWH, 120, 100_000) == -20
    assert indicators.savings(50_000, 0, 100_000) == 1  # half a cent


@pytest.mark.parametrize(
    ("values", "jain", "gini", "min_max"),
    [
        ([5, 5, 5, 5], 1_000_000, 0, 1_000_000),
        ([0, 0, 0, 7], 250_000, 750_000, 0),
        ([1, 3], 800_000, 250_000, 333_333),
        ([0, 0], 0, 0, 0),
        ([], 0, 0, 0),
    ],
)
def test_fairness__by_hand__agrees(values: list[int], jain: int, gini: int, min_max: int) -> None:
    assert fairness.jain_ppm(values) == jain
    assert fairness.gini_ppm(values) == gini
    assert fairness.min_max_ppm(values) == min_max


@pytest.mark.parametrize(
    ("benefits", "contributions", "merit"),
    [
        ([1, 2, 3], [10, 20, 30], 1_000_000),
        ([3, 2, 1], [10, 20, 30], -1_000_000),
        ([1, 1, 1], [1, 2, 3], 0),
        ([0, 1, 0], [0, 1, 2], 0),
        ([1, 2, 4], [1, 2, 3], 981_980),  # 9/√84
    ],
)
def test_merit__by_hand__agrees(benefits: list[int], contributions: list[int], merit: int) -> None:
    assert fairness.merit_ppm(benefits, contributions) == merit


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 2**70), min_size=1, max_size=8))
def test_fairness__any_values__are_the_floors_of_their_definitions(values: list[int]) -> None:
    if not sum(values):
        return
    count, whole = len(values), sum(values)
    jain = Fraction(whole**2, count * sum(v * v for v in values))
    gini = Fraction(sum(abs(a - b) for a in values for b in values), 2 * count * whole)
    assert fairness.jain_ppm(values) == jain * 10**6 // 1
    assert fairness.gini_ppm(values) == gini * 10**6 // 1
