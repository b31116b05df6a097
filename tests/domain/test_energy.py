"""Sums beyond 64 bits stay exact."""

from __future__ import annotations

import numpy as np

from offchain_worker.domain import energy


def test_totals__beyond_64_bits__are_exact() -> None:
    largest = 2**63 - 1
    energies = np.array([[largest, 1], [largest, 2], [largest - 5, 3]], np.int64)
    assert energy.totals(energies, axis=0) == [3 * largest - 5, 6]
    assert energy.totals(energies, axis=1) == [largest + 1, largest + 2, largest - 2]
    assert energy.total(energies) == 3 * largest + 1


def test_total__nothing__is_zero() -> None:
    assert energy.total(np.zeros((0, 3), np.int64)) == 0
