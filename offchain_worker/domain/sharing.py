"""The rules themselves: what some production gives to some needs, for many steps at once.

Each takes `left` (steps), what there is to share, and `need` (steps, columns), and returns what each column gets:
never more than its need, in all never more than `left`. Arrays are int64 or Python integers (dtype object) alike; the
caller chooses int64 only where no product leaves it (`allocation`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from offchain_worker.domain.quantities import PPM

Numbers = npt.NDArray[Any]


def pro_rata(left: Numbers, need: Numbers) -> Numbers:
    """Return d where `left` covers all needs, else ⌊R·d/Σd⌋."""
    wanted = need.sum(axis=1)
    shared = left[:, None] * need // np.maximum(wanted, 1)[:, None]
    return np.where((left >= wanted)[:, None], need, shared)


def static(left: Numbers, need: Numbers, weights: Numbers) -> Numbers:
    """Return min(d, ⌊R·w/10^6⌋); `weights` are ppm, one a column or a row of them for each step."""
    given: Numbers = np.minimum(need, left[:, None] * weights.astype(left.dtype) // PPM)
    return given


def egalitarian(left: Numbers, need: Numbers) -> Numbers:
    """Fill all glasses to one level: those at most as high as it are full, the rest share what these leave."""
    steps, columns = need.shape
    ordered = np.sort(need, axis=1)
    below = np.zeros((steps, columns + 1), need.dtype)
    np.cumsum(ordered, axis=1, out=below[:, 1:])
    others = np.arange(columns, -1, -1).astype(need.dtype)
    full = (below[:, :-1] + ordered * others[:-1] <= left[:, None]).sum(axis=1)
    level = (left - below[np.arange(steps), full]) // np.maximum(others[full], 1)
    return np.where((left >= below[:, -1])[:, None], need, np.minimum(need, level[:, None]))


def weighted(left: Numbers, need: Numbers, weights: Numbers) -> Numbers:
    """Return min(d, ⌊L·w/10^6⌋) with the largest L that `left` covers: glasses as wide as their weights.

    L is found by halving: all are full at the level the slowest glass needs, nobody has anything at 0.
    """
    weights = weights.astype(need.dtype)
    need = np.where(weights > 0, need, 0)
    slowest = -(-need * PPM // np.maximum(weights, 1))
    low, high = np.zeros_like(left), slowest.max(axis=1) + 1
    while (high - low > 1).any():
        middle = (low + high) // 2
        fits = _filled(middle, need, weights).sum(axis=1) <= left
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return np.where((left >= need.sum(axis=1))[:, None], need, _filled(low, need, weights))


def _filled(level: Numbers, need: Numbers, weights: Numbers) -> Numbers:
    """⌊L·w/10^6⌋ up to the need; whole millions of L are taken apart so that int64 holds the products."""
    whole, part = (level // PPM)[:, None], (level % PPM)[:, None]
    filled: Numbers = np.minimum(need, whole * weights + part * weights // PPM)
    return filled


def sold(allocated: Numbers, production: Numbers, produced: Numbers) -> Numbers:
    """Return ⌊A·P_p/P⌋ per production column, and the units left over one each, lowest index with room first."""
    shares = allocated[:, None] * production // np.maximum(produced, 1)[:, None]
    over = allocated - shares.sum(axis=1)
    room = shares < production
    first = np.cumsum(room, axis=1) <= over[:, None]
    return np.where(room & first, shares + 1, shares)


def transmitted(allocated: Numbers, produced: Numbers, decimals: int) -> Numbers:
    """Return ⌊k·P⌋ with k = a/P rounded down to so many decimals: what a grid operator makes of the coefficients."""
    scale = 10**decimals
    coefficients = allocated * scale // np.maximum(produced, 1)[:, None]
    kept: Numbers = coefficients * produced[:, None] // scale
    return kept
