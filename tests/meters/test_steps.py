"""The length of intervals from their stamps alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain_worker.meters.steps import interval_seconds


def stamps(*minutes: int) -> np.ndarray:
    return np.array(minutes, dtype=np.int64) * 60


@pytest.mark.parametrize(
    ("ends", "minutes"),
    [
        (stamps(30, 60, 90, 120, 150), [30] * 5),
        (stamps(30, 60, 120, 150, 180, 210, 240), [30] * 7),  # 90 is missing
        (stamps(60, 120, 180, 240, 300, 330, 360, 390, 420), [60] * 5 + [30] * 4),
        (stamps(30, 60, 90, 120, 150, 210, 270, 330, 390), [30] * 5 + [60] * 4),
        (stamps(60, 120, 180, 240, 300, 420, 480), [60] * 7),  # 360 is missing
        (stamps(30, 60), [30, 30]),
        (stamps(30), [0]),
        (stamps(30, 37, 1000), [0] * 3),
        (stamps(30, 60, 90, 120, 150, 165, 180, 210), [30] * 5 + [15, 15, 30]),
    ],
)
def test_interval_seconds__ends__step_is_the_repeated_distance(ends: np.ndarray, minutes: list[int]) -> None:
    assert (interval_seconds(ends, "end") // 60).tolist() == minutes


def test_interval_seconds__starts__a_row_lasts_until_the_next() -> None:
    assert (interval_seconds(stamps(0, 60, 120, 180, 240, 270, 300, 330, 360), "start") // 60).tolist() == [60] * 4 + [
        30
    ] * 5


def test_interval_seconds__stated_step__holds() -> None:
    assert interval_seconds(stamps(60, 120, 180), "end", 1800).tolist() == [1800] * 3


@settings(max_examples=100, deadline=None)
@given(step=st.sampled_from([5, 10, 15, 30, 60]), gone=st.sets(st.integers(0, 95), max_size=8))
def test_interval_seconds__single_rows_missing__never_change_the_step(step: int, gone: set[int]) -> None:
    kept = [n for n in range(96) if n not in gone or {n - 1, n + 1, n - 2, n + 2} & gone]
    assert set((interval_seconds(stamps(*(step * n for n in kept)), "end") // 60).tolist()) == {step}
