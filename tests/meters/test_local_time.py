"""Which moment a local time without an offset means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain_worker.meters.local_time import Doubt, moments
from offchain_worker.meters.zone import offsets
from tests.meters.enedis_files import midnight

HOUR = 3600


def local(utc: np.ndarray, zone: str = "Europe/Paris") -> np.ndarray:
    return utc + offsets(zone, utc)


@settings(max_examples=60, deadline=None)
@given(
    start=st.integers(midnight("2010-01-01") // 1800, midnight("2030-01-01") // 1800),
    count=st.integers(1, 400),
    step=st.sampled_from([300, 600, 900, 1800, 3600]),
    stamped=st.sampled_from(["start", "end"]),
    backwards=st.booleans(),
)
def test_moments__any_unbroken_series_read_back__is_itself(
    start: int, count: int, step: int, stamped: str, backwards: bool
) -> None:
    # whole days, so that both passes of a repeated hour are there
    first = start * 1800 - start * 1800 % 86400
    utc = np.arange(first, first + -(-count * step // 86400) * 86400, step, dtype=np.int64)
    utc = utc[::-1] if backwards else utc
    read, doubt = moments("Europe/Paris", local(utc), stamped)
    assert read.tolist() == utc.tolist()
    assert not doubt.any()


AUTUMN = midnight("2023-10-29")
CHANGE = AUTUMN + 3 * HOUR  # 01:00 UTC, when 03:00 becomes 02:00
LOW = CHANGE + HOUR  # 02:00 on the local clock


@pytest.mark.parametrize(
    ("labels", "second", "guessed"),
    [
        ([0, 30, 0, 30], [0, 0, 1, 1], [0, 0, 0, 0]),
        ([0, 0, 30, 30], [0, 1, 0, 1], [0, 0, 0, 0]),
        ([30, 0, 30], [0, 1, 1], [0, 1, 0]),
        ([0, 30, 30], [0, 0, 1], [1, 0, 0]),
        ([30, 0], [0, 1], [0, 0]),
        ([0, 30], [0, 0], [1, 1]),
        ([10], [0], [1]),
        ([0, 0, 0, 0], [0, 1, 0, 1], [1, 1, 1, 1]),
    ],
)
def test_moments__in_the_repeated_hour__by_order_else_by_counting(
    labels: list[int], second: list[int], guessed: list[int]
) -> None:
    before, after = [LOW - HOUR], [LOW + 2 * HOUR]
    clock = np.array(before + [LOW + 60 * label for label in labels] + after, dtype=np.int64)
    utc, doubt = moments("Europe/Paris", clock, "start")
    expected = [CHANGE - HOUR + 60 * label + HOUR * late for label, late in zip(labels, second, strict=True)]
    assert utc[1:-1].tolist() == expected
    if labels == [30, 0, 30]:  # the step back says it: nothing is a guess
        guessed = [0, 0, 0]
    assert doubt[1:-1].tolist() == guessed


def test_moments__hour_that_spring_skips__is_no_time_but_its_first_moment_may_end_an_interval() -> None:
    change = midnight("2024-03-31") + 2 * HOUR  # 01:00 UTC, when 02:00 becomes 03:00
    clock = np.array([change + HOUR, change + HOUR + 1800, change + 2 * HOUR], dtype=np.int64)  # 02:00, 02:30, 03:00
    utc, doubt = moments("Europe/Paris", clock, "end")
    assert utc[[0, 2]].tolist() == [change, change]
    assert doubt.tolist() == [Doubt.NONE, Doubt.NO_SUCH_TIME, Doubt.NONE]
    assert moments("Europe/Paris", clock, "start")[1].tolist() == [2, 2, 0]


def test_moments__zone_of_the_southern_half__both_changes() -> None:
    utc = np.arange(midnight("2023-01-01"), midnight("2024-01-01"), 1800, dtype=np.int64)
    read, doubt = moments("Australia/Adelaide", local(utc, "Australia/Adelaide"), "start")
    assert read.tolist() == utc.tolist()
    assert not doubt.any()


def test_moments__million_rows_in_one_hour__takes_no_time() -> None:
    clock = np.full(200_000, LOW, dtype=np.int64)
    assert moments("Europe/Paris", clock, "start")[1].all()


def test_moments__nothing__is_nothing() -> None:
    utc, doubt = moments("Europe/Paris", np.zeros(0, dtype=np.int64), "end")
    assert len(utc) == len(doubt) == 0
