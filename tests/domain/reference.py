"""A second, straightforward engine: one step at a time, exact fractions, written from DESIGN §4 alone.

The domain's results are compared with these; nothing here imports the domain.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor


def allocate_step(need: list[int], production: list[int], stages: list[dict], points: list[int], groups: list[int]):
    """Return (allocated, sold, surplus) of one step; a stage is {"rule", "group", "points", "weights"}."""
    left = sum(production)
    got = [0] * len(need)
    for stage in stages:
        served = [
            at
            for at in range(len(need))
            if (points[at] in stage["points"] if stage["points"] else stage["group"] in (0, groups[at]))
        ]
        open_need = {at: need[at] - got[at] for at in served}
        given = share(stage, left, open_need, points)
        for at, amount in given.items():
            got[at] += amount
        left -= sum(given.values())
    sold = split(sum(got), production)
    return got, sold, [made - gone for made, gone in zip(production, sold, strict=True)]


def share(stage: dict, left: int, need: dict[int, int], points: list[int]) -> dict[int, int]:
    """What one stage gives of `left`."""
    wanted = sum(need.values())
    if stage["rule"] == "STATIC":
        weights = dict(zip(stage["points"], stage["weights"], strict=True))
        return {at: min(d, floor(left * Fraction(weights[points[at]], 1_000_000))) for at, d in need.items()}
    if left >= wanted:
        return need
    if stage["rule"] == "PRO_RATA":
        return {at: floor(left * Fraction(d, wanted)) for at, d in need.items()}
    level, above = 0, max(need.values())  # the level fits, the one above does not
    while above - level > 1:
        middle = (level + above) // 2
        if sum(min(d, middle) for d in need.values()) <= left:
            level = middle
        else:
            above = middle
    return {at: min(d, level) for at, d in need.items()}


def split(allocated: int, production: list[int]) -> list[int]:
    """What each producer sold."""
    made = sum(production)
    if made == 0:
        return [0] * len(production)
    sold = [floor(Fraction(allocated * p, made)) for p in production]
    over = allocated - sum(sold)
    for at, p in enumerate(production):
        if over and sold[at] < p:
            sold[at] += 1
            over -= 1
    return sold
