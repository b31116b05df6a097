"""How evenly a good is spread over members, and whether it follows what they gave: exact, in integer ppm.

The good is any integer of at least 0 per member: energy bought, a rate of self-sufficiency, cents saved. All results are
floors of exact fractions, so everybody who computes them has the same figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isqrt

from offchain_worker.domain.indicators import rate_ppm
from offchain_worker.domain.quantities import PPM


def jain_ppm(values: Sequence[int]) -> int:
    """Return Jain's index ⌊10^6·(Σx)²/(n·Σx²)⌋: 10^6 if all have the same, 10^6/n if one has all; 0 of nothing."""
    squares = sum(value * value for value in values)
    return sum(values) ** 2 * PPM // (len(values) * squares) if squares else 0


def gini_ppm(values: Sequence[int]) -> int:
    """Return the Gini coefficient ⌊10^6·Σ|x_i - x_j|/(2·n·Σx)⌋ over all pairs: 0 if all have the same, or nothing."""
    ordered, count, whole = sorted(values), len(values), sum(values)
    differences = sum((2 * place - count + 1) * value for place, value in enumerate(ordered))
    return differences * PPM // (count * whole) if whole else 0


def min_max_ppm(values: Sequence[int]) -> int:
    """Return ⌊10^6·min/max⌋: what the worst served has of what the best served has; 0 of nothing."""
    highest = max(values, default=0)
    return min(values) * PPM // highest if highest else 0


def merit_ppm(benefits: Sequence[int], contributions: Sequence[int]) -> int:
    """Return Pearson's correlation of benefit with contribution, from -10^6 to 10^6, towards 0; 0 if either is constant.

    r = (n·Σxy - Σx·Σy)/√((n·Σx² - (Σx)²)·(n·Σy² - (Σy)²)), the root taken exactly on r² scaled by 10^12.
    """
    count = len(benefits)
    both = count * sum(x * y for x, y in zip(benefits, contributions, strict=True))
    covariance = both - sum(benefits) * sum(contributions)
    spread = 1
    for values in (benefits, contributions):
        spread *= count * sum(value * value for value in values) - sum(values) ** 2
    if not spread:
        return 0
    size = isqrt(covariance * covariance * PPM * PPM // spread)
    return size if covariance > 0 else -size


def of_shares(members: Iterable[tuple[int, int, int, int]]) -> dict[str, int]:
    """Return how evenly local energy covers consumption, and whether exchange follows size, in ppm.

    Each member is (bought, sold, consumed, produced) in µkWh. Jain, Gini and min-max are over the members that consume;
    merit correlates what a member exchanges with what it consumes and produces.
    """
    listed = list(members)
    covered = [rate_ppm(bought, consumed) for bought, _, consumed, _ in listed if consumed]
    return {
        "jainPpm": jain_ppm(covered),
        "giniPpm": gini_ppm(covered),
        "minMaxPpm": min_max_ppm(covered),
        "meritPpm": merit_ppm(
            [bought + sold for bought, sold, _, _ in listed],
            [consumed + produced for _, _, consumed, produced in listed],
        ),
    }
