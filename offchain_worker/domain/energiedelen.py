"""The three methods of the Flemish protocol "energiedelen" v3.1: Vast, Relatief, Optimaal.

All producers of a step are looked at together, and nobody gets its own production. With w the weights of the points and
m(p) the member of producer p, p offers ⌊P_p·w_i/10^6⌋ (Vast), or P_p·w_i/Σ w over the points of others (Relatief), to
each point i of another member. A point takes at most its need; what needs cut off goes back to the producers in
proportion to what they injected. Optimaal does Relatief again with what is left, without the points that have all they
need, until nothing moves.

Every point of a member stands at one level: what each ppm of its weight has been offered so far, µkWh with 64 binary
places, by all producers but its own. So a point has min(need, w·level), rounded once, along the running sum; every
column's energy is within 1 µkWh of the exact fraction, at most its need, and what is allocated is what is sold.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from offchain_worker.domain.quantities import PPM
from offchain_worker.domain.stages import Rule

PLACES = 64
HALF = 1 << (PLACES - 1)
MOST = (1 << PLACES) - 1
NOTHING = 1 << 24
"""2^-40 µkWh: a round that moves less moves nothing."""
OTHERS = 0
"""The member that nobody is: those who produce nothing stand at one level."""


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
    whose = [member if member in producers else OTHERS for member in members]
    levels = dict.fromkeys([OTHERS, *producers], 0)
    left = [made << PLACES for made in production]
    open_ = [weight > 0 for weight in weights]
    given = 0
    while True:
        offered = _offer(rule, weights, open_, whose, levels, left, producers)
        got = [
            min(amount << PLACES, weight * levels[member])
            for amount, weight, member in zip(need, weights, whose, strict=True)
        ]
        moved, given = sum(got) - given, sum(got)
        left = _returned(left, offered, max(0, sum(offered) - moved))
        open_ = [amount << PLACES > has for amount, has in zip(need, got, strict=True)]
        if rule is not Rule.OPTIMAAL or moved < NOTHING:
            break
    bought = _rounded(got)
    gone = [(made << PLACES) - rest for made, rest in zip(production, left, strict=True)]
    sold = _together(_rounded(_taken(gone, sum(bought) << PLACES)), production, sum(bought))
    return bought, sold, pair_step(bought, sold, members, producers)


def _offer(
    rule: Rule,
    weights: Sequence[int],
    open_: Sequence[bool],
    whose: Sequence[int],
    levels: dict[int, int],
    left: Sequence[int],
    producers: Sequence[int],
) -> list[int]:
    """Raise the levels by what is `left`, once; returns what each producer offers."""
    width = dict.fromkeys(levels, 0)
    for weight, lacks, member in zip(weights, open_, whose, strict=True):
        width[member] += weight if lacks else 0
    offered, whole = [], sum(width.values())
    for rest, producer in zip(left, producers, strict=True):
        others = whole - width[producer]
        rate = rest // PPM if rule is Rule.VAST else rest // max(others, 1)
        for member in levels:
            levels[member] += rate if member != producer else 0
        offered.append(rate * others)
    return offered


def _returned(left: Sequence[int], offered: Sequence[int], back: int) -> list[int]:
    """What producers have after an offer of which so much came back: it goes to each as to what it had before."""
    part = min((back << PLACES) // max(sum(left), 1), MOST)
    return [had - gone + (had * part >> PLACES) for had, gone in zip(left, offered, strict=True)]


def _rounded(amounts: Sequence[int]) -> list[int]:
    """Whole µkWh whose running sum is that of `amounts`, rounded half up."""
    found, carried = [], HALF
    for amount in amounts:
        carried += amount
        found.append(carried >> PLACES)
        carried &= MOST
    return found


def _taken(gone: list[int], total: int) -> list[int]:
    """What is gone of each producer's energy; where the protocol gives one back more than it made, that one sold
    nothing and the others in proportion."""
    if min(gone, default=0) >= 0:
        return gone
    gone = [max(0, amount) for amount in gone]
    whole, marks = max(sum(gone), 1), [0]
    for running in accumulate(gone):
        marks.append(running * total // whole)
    return [after - before for before, after in pairwise(marks)]


def _together(sold: list[int], production: Sequence[int], total: int) -> list[int]:
    """Bring what was sold to a total; a unit more or less is the first producer's that can have it."""
    over = total - sum(sold)
    for at, made in enumerate(production):
        more = max(-sold[at], min(over, made - sold[at]))
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
