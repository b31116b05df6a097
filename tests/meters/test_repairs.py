"""What always holds of repairs, whatever is missing: nothing but gaps changes, nothing is negative, registers are kept."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain_worker.domain.treatments import Handling, Method, Treatment
from offchain_worker.meters.checks.register import Readings
from offchain_worker.meters.findings import runs
from offchain_worker.meters.repairs import filled
from offchain_worker.meters.zone import local_midnight

START = local_midnight("Europe/Paris", "2016-10-24")
COUNT = 48 * 14  # two weeks, with the day of 25 hours
MOMENTS = np.arange(START, START + COUNT * 1800, 1800)
METHODS = (Method.INTERPOLATE, Method.SAME_SLOT_OTHER_WEEK)


@st.composite
def gapped(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Energies and which of them are known: up to twenty gaps of up to six hours."""
    seed = draw(st.integers(0, 2**32 - 1))
    energy = np.random.default_rng(seed).integers(0, 10**7, COUNT)
    known = np.ones(COUNT, dtype=bool)
    for _ in range(draw(st.integers(0, 20))):
        first = draw(st.integers(0, COUNT - 1))
        known[first : first + draw(st.integers(1, 12))] = False
    energy[~known] = 0
    return energy, known


@settings(max_examples=100, deadline=None)
@given(gapped(), st.sampled_from(METHODS), st.integers(1, 12))
def test_filled__any_gaps__change_alone_and_stay_within_their_neighbours(
    curve: tuple[np.ndarray, np.ndarray], method: Method, steps: int
) -> None:
    energy, known = curve
    made, done = filled(energy, known, ~known, MOMENTS, "Europe/Paris", Handling(Treatment.REPAIR, method, steps), None)
    assert (made[known] == energy[known]).all()
    assert (made[~known & ~done] == 0).all()
    assert not (done & known).any()
    assert made.min() >= 0 and made.max() <= energy.max()
    for first, after in runs(~known):
        assert done[first:after].all() or not done[first:after].any()
        if after - first > steps:
            assert not done[first:after].any()
        elif method is Method.INTERPOLATE and done[first:after].any():
            low, high = sorted((int(energy[first - 1]), int(energy[after])))
            assert low <= made[first:after].min() and made[first:after].max() <= high


@settings(max_examples=100, deadline=None)
@given(gapped(), st.sampled_from(METHODS), st.integers(0, 10**9))
def test_filled__between_readings_of_a_register__adds_up_to_it(
    curve: tuple[np.ndarray, np.ndarray], method: Method, lost: int
) -> None:
    energy, known = curve
    places = np.arange(0, COUNT + 1, 48)
    truth = energy.copy()
    truth[~known] = lost // 100
    register = Readings(places, np.concatenate([[0], np.cumsum(truth)])[places] + 7)
    handling = Handling(Treatment.REPAIR, method, 12)
    made, done = filled(energy, known, ~known, MOMENTS, "Europe/Paris", handling, register)
    assert made.min() >= 0
    assert (made[known] == energy[known]).all()
    for at in range(len(places) - 1):
        day = slice(places[at], places[at + 1])
        if done[day].any() and (known | done)[day].all():
            assert made[day].sum() == truth[day].sum()


def test_filled__a_register_that_counted_less_than_was_measured__scales_nothing() -> None:
    energy, known = np.full(COUNT, 100), np.ones(COUNT, dtype=bool)
    energy[5], known[5] = 0, False
    register = Readings(np.array([0, 48]), np.array([0, 4000]))
    handling = Handling(Treatment.REPAIR, Method.INTERPOLATE, 1)
    made, _ = filled(energy, known, ~known, MOMENTS, "Europe/Paris", handling, register)
    assert made[5] == 100
