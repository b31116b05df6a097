"""A second, straightforward engine: one step at a time, exact fractions, written from the rules alone.

The domain's results are compared with these; nothing here imports the domain.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import floor

MILLION = 1_000_000


def allocate_step(
    need: list[int],
    production: list[int],
    key: dict,
    columns: list[tuple[int, int, int]],
    producers: list[tuple[int, int]],
    rows: dict[int, list[int]] | None = None,
):
    """Return (allocated, sold, surplus) of one step of a pool or of a key per producer.

    `key` is the document; `columns` are (point, member, group) of the consumption columns, `producers` (point, member)
    of the production columns; `rows` the weights of this step by TABLE stage.
    """
    rows = rows or {}
    if not key["perProducer"]:
        made = sum(production)
        got = through(key, need, made, columns, None, rows)
        sold = split(sum(got), production)
    else:
        got, sold = [0] * len(need), []
        for (point, member), made in zip(producers, production, strict=True):
            still = [d - a for d, a in zip(need, got, strict=True)]
            more = through(key, still, made, columns, (point, member), rows)
            got = [a + b for a, b in zip(got, more, strict=True)]
            sold.append(sum(more))
    return got, sold, [made - gone for made, gone in zip(production, sold, strict=True)]


def through(key: dict, need: list[int], made: int, columns: list, producer: tuple[int, int] | None, rows: dict):
    """What `made` gives in all stages, rounded to the key's coefficients."""
    left, got = made, [0] * len(need)
    for at, stage in enumerate(key["stages"]):
        if producer and stage["producers"] and producer[0] not in stage["producers"]:
            continue
        named = stage["points"] or sorted({point for point, _, group in columns if stage["group"] in (0, group)})
        served = [
            i
            for i, (point, member, group) in enumerate(columns)
            if (point in stage["points"] if stage["points"] else stage["group"] in (0, group))
            and (key["selfSharing"] or member != producer[1])
        ]
        weights = dict(zip(named, rows.get(at, stage["weights"]), strict=False))
        shares = {i: weights.get(columns[i][0], 0) for i in served}
        given = share(stage["rule"], left, {i: need[i] - got[i] for i in served}, shares)
        for i, amount in given.items():
            got[i] += amount
        left -= sum(given.values())
    scale = 10 ** key["coefficientDecimals"]
    if scale > 1 and made:
        got = [floor(Fraction(floor(Fraction(a, made) * scale), scale) * made) for a in got]
    return got


def share(rule: str, left: int, need: dict[int, int], weights: dict[int, int]) -> dict[int, int]:
    """What one stage gives of `left`."""
    if rule in ("STATIC", "TABLE"):
        return {i: min(d, floor(left * Fraction(weights[i], MILLION))) for i, d in need.items()}
    if rule == "WEIGHTED":
        need = {i: d if weights[i] else 0 for i, d in need.items()}
    wanted = sum(need.values())
    if left >= wanted:
        return need
    if rule == "PRO_RATA":
        return {i: floor(left * Fraction(d, wanted)) for i, d in need.items()}
    if rule == "EGALITARIAN":
        weights = dict.fromkeys(need, MILLION)
    return filled(left, need, lambda level: {i: floor(level * Fraction(weights[i], MILLION)) for i in need})


def filled(left: int, need: dict[int, int], at_level: Callable[[int], dict[int, int]]) -> dict[int, int]:
    """The fill at the highest level that `left` covers: it fits, the one above does not."""

    def fill(level: int) -> dict[int, int]:
        return {i: min(need[i], amount) for i, amount in at_level(level).items()}

    level, above = 0, MILLION * max(need.values()) + 1
    while above - level > 1:
        middle = (level + above) // 2
        if sum(fill(middle).values()) <= left:
            level = middle
        else:
            above = middle
    return fill(level)


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


def energiedelen_step(
    rule: str, need: list[int], weights: list[int], members: list[int], production: list[int], producers: list[int]
) -> tuple[list[Fraction], list[Fraction]]:
    """Bought and surplus of the protocol "energiedelen" as exact fractions, by its steps 1 to 3, repeated for OPTIMAAL."""
    lacking, left, shares = list(map(Fraction, need)), list(map(Fraction, production)), list(map(Fraction, weights))
    bought = [Fraction(0)] * len(need)
    while True:
        offered, kept = [Fraction(0)] * len(need), []
        for producer, made in zip(producers, left, strict=True):
            others = [w if member != producer else Fraction(0) for w, member in zip(shares, members, strict=True)]
            whole = Fraction(MILLION) if rule == "VAST" else sum(others)
            offers = [made * w / whole if whole else Fraction(0) for w in others]
            offered = [a + b for a, b in zip(offered, offers, strict=True)]
            kept.append(made - sum(offers))
        taken = [min(a, d) for a, d in zip(offered, lacking, strict=True)]
        back, made = sum(offered) - sum(taken), sum(left)
        left = [k + (back * p / made if made else 0) for k, p in zip(kept, left, strict=True)]
        lacking = [d - a for d, a in zip(lacking, taken, strict=True)]
        bought = [a + b for a, b in zip(bought, taken, strict=True)]
        shares = [w if d else Fraction(0) for w, d in zip(shares, lacking, strict=True)]
        if rule != "OPTIMAAL" or not sum(taken):
            return bought, left
