"""How evenly something is spread over the members, in integer ppm: exact, so that everybody gets the same figure."""

from __future__ import annotations

from collections.abc import Sequence

from offchain_worker.domain.quantities import PPM


def jain_ppm(values: Sequence[int]) -> int:
    """Jain's index ⌊10^6 · (Σx)² / (n·Σx²)⌋: 10^6 if all have the same, 10^6/n if one has all; 0 of nothing."""
    squares = sum(value * value for value in values)
    return sum(values) ** 2 * PPM // (len(values) * squares) if squares else 0


def gini_ppm(values: Sequence[int]) -> int:
    """The Gini coefficient ⌊10^6 · Σ|x_i − x_j| / (2n·Σx)⌋ over all pairs: 0 if all have the same; 0 of nothing."""
    ordered, count, total = sorted(values), len(values), sum(values)
    differences = sum((2 * place - count + 1) * value for place, value in enumerate(ordered))
    return differences * PPM // (count * total) if total else 0
