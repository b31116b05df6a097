"""Who sold to whom: by hand."""

from __future__ import annotations

import numpy as np
import pytest

from offchain_worker.domain.errors import EnergyShape
from offchain_worker.domain.pairs import by_lane, pairs


def lane(*amounts: int) -> np.ndarray:
    return np.array([[amount] for amount in amounts], np.int64)


def test_pairs__even_division__is_proportional() -> None:
    assert pairs(lane(30, 10), lane(20, 20)).tolist() == [[[15, 15], [5, 5]]]


def test_pairs__rest_of_flooring__is_filled_in_column_order() -> None:
    # ⌊5·4/9⌋ = 2, ⌊5·5/9⌋ = 2, ⌊4·4/9⌋ = 1, ⌊4·5/9⌋ = 2: row 0 lacks 1, row 1 lacks 1; columns lack 1 and 1.
    assert pairs(lane(5, 4), lane(4, 5)).tolist() == [[[3, 2], [1, 3]]]


def test_pairs__nothing_in_a_lane__is_nothing() -> None:
    bought, sold = np.array([[0, 7]], np.int64), np.array([[0, 3], [0, 4]], np.int64)
    assert pairs(bought, sold).tolist() == [[[0, 0]], [[3, 4]]]


def test_pairs__products_beyond_64_bits__stay_exact() -> None:
    big = 2**61
    assert pairs(lane(big, big), lane(big, big)).tolist() == [[[big // 2, big // 2]] * 2]


def test_pairs__sums_that_differ__are_refused() -> None:
    with pytest.raises(EnergyShape, match="lane 0: 5 µkWh bought, 4 sold"):
        pairs(lane(5), lane(4))
    with pytest.raises(EnergyShape, match="bought has 1 lanes, sold 2"):
        pairs(lane(5), np.array([[5, 0]], np.int64))


def test_by_lane__steps_of_two_bands__are_summed_apart() -> None:
    energies = np.array([[1, 10], [2, 20], [4, 40]], np.int64)
    assert by_lane(energies, np.array([0, 1, 0], np.uint8), 3).tolist() == [[5, 2, 0], [50, 20, 0]]
