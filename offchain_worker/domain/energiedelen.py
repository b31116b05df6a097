"""The three methods of the Flemish protocol "energiedelen" v3.1: Vast, Relatief, Optimaal.

All producers of a step are looked at together, and nobody gets its own production. With w the weights of the points and
m(p) the member of producer p, p offers ⌊P_p·w_i/10^6⌋ (Vast), or P_p·w_i/Σ w over the points of others (Relatief), to
each point i of another member. A point takes at most its need; what needs cut off goes back to the producers in
proportion to what they injected. Optimaal does Relatief again with what is left, without the points that have all they
need, until nothing moves.

Shares are carried with 64 binary places and rounded once, along their running sum, so every column's energy is within
1 µkWh of the exact fraction, at most its need, and what is allocated is what is sold.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from offchain_worker.domain.quantities import PPM
from offchain_worker.domain.stages import Rule

PLACES = 64
NOTHING = 1 << 24
"""2^-40 µkWh: what is less is a rounding of the shares and counts as nothing."""


def share_step(
    rule: Rule,
    need: Sequence[int],
    weights: Sequence[int],
    members: Sequence[int],
    production: Sequence[int],
    producers: Sequence[int],
) -> tuple[list[int], list[int], list[list[int]]]:
    """Return bought by consumption column, sold by production column and who bought what of whom, in µkWh of a step.

    `members` and `producers` name the member of each column; `weights` are ppm, 0 for a column that is not served.
    """
    lacking = [amount << PLACES for amount in need]
    given = [0] * len(need)
    left = [amount << PLACES for amount in production]
    shares = list(weights)
    while True:
        moved = _round(rule, lacking, shares, members, left, producers)
        given = [so_far + more for so_far, more in zip(given, moved, strict=True)]
        shares = [weight if lack else 0 for weight, lack in zip(shares, lacking, strict=True)]
        if rule is not Rule.OPTIMAAL or sum(moved) < NOTHING:
            break
    bought = _rounded(given, sum(given))
    gone = [max(0, (amount << PLACES) - rest) for amount, rest in zip(production, left, strict=True)]
    sold = _within(_rounded(gone, sum(bought) << PLACES), production, sum(bought))
    return bought, sold, pair_step(bought, sold, members, producers)


def _round(
    rule: Rule, lacking: list[int], shares: list[int], members: Sequence[int], left: list[int], producers: Sequence[int]
) -> list[int]:
    """Offer what is `left`, once; changes `lacking` and `left`, returns what each column takes."""
    made = sum(left)
    injected = list(left)
    offered = [0] * len(lacking)
    for at, producer in enumerate(producers):
        whole = PPM
        if rule is not Rule.VAST:
            whole = sum(share for share, member in zip(shares, members, strict=True) if member != producer)
        for column, (share, member) in enumerate(zip(shares, members, strict=True)):
            if whole and member != producer:
                offer = injected[at] * share // whole
                offered[column] += offer
                left[at] -= offer
    taken = []
    for column, offer in enumerate(offered):
        take = min(offer, lacking[column])
        lacking[column] -= take
        if lacking[column] < NOTHING:
            take, lacking[column] = take + lacking[column], 0
        taken.append(take)
    back = max(0, sum(offered) - sum(taken))
    for at, amount in enumerate(injected):
        left[at] += back * amount // max(made, 1)
    return taken


def _rounded(amounts: Sequence[int], total: int) -> list[int]:
    """Whole µkWh whose running sum is that of `amounts`, scaled to `total`, rounded half up."""
    whole = max(sum(amounts), 1)
    running, marks = 0, [0]
    for amount in amounts:
        running += amount
        exact = running * total // whole
        marks.append((exact + (1 << (PLACES - 1))) >> PLACES)
    return [after - before for before, after in pairwise(marks)]


def _within(sold: list[int], production: Sequence[int], total: int) -> list[int]:
    """Bring what was sold within what was produced; what is over goes to the first producers with room."""
    sold = [min(amount, made) for amount, made in zip(sold, production, strict=True)]
    over = total - sum(sold)
    for at, made in enumerate(production):
        more = min(over, made - sold[at])
        sold[at] += more
        over -= more
    return sold


def pair_step(
    bought: Sequence[int], sold: Sequence[int], members: Sequence[int], producers: Sequence[int]
) -> list[list[int]]:
    """Return who bought what of whom: rows add up to `bought`, columns to `sold`.

    Each gets of each other member's energy in proportion, the rest in column order. A pair inside one member is left
    only where the protocol gives back so much to the others that no other seller remains.
    """
    rows = [[0] * len(sold) for _ in bought]
    lack, room = list(bought), list(sold)
    for column, amount in enumerate(bought):
        others = sum(sold[at] for at in range(len(sold)) if producers[at] != members[column])
        for at, available in enumerate(sold):
            if producers[at] != members[column] and others:
                _move(rows, lack, room, column, at, min(amount * available // others, room[at]))
    for own in (False, True):
        for column in range(len(lack)):
            for at in range(len(room)):
                if own and lack[column] and room[at]:
                    _exchange(rows, lack, room, column, at, members, producers)
                if own or producers[at] != members[column]:
                    _move(rows, lack, room, column, at, min(lack[column], room[at]))
    return rows


def _move(rows: list[list[int]], lack: list[int], room: list[int], column: int, at: int, amount: int) -> None:
    rows[column][at] += amount
    lack[column] -= amount
    room[at] -= amount


def _exchange(
    rows: list[list[int]],
    lack: list[int],
    room: list[int],
    column: int,
    at: int,
    members: Sequence[int],
    producers: Sequence[int],
) -> None:
    """Let another buyer take the energy of `at` and leave `column` what that one had of another seller."""
    for other, row in enumerate(rows):
        for seller in range(len(row)):
            if producers[at] != members[other] and producers[seller] != members[column]:
                amount = min(lack[column], room[at], row[seller])
                row[seller] -= amount
                row[at] += amount
                rows[column][seller] += amount
                lack[column] -= amount
                room[at] -= amount
