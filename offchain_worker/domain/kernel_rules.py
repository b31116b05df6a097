"""The rules of `sharing` as compiled loops over one row of needs; nothing here is inexact.

Quotients ⌊R·d/D⌋ with R < D come from a reciprocal: with M = ⌊R·2^31/D⌋ and d < 2^32, ⌊M·d/2^31⌋ is the quotient or at
most 2 less, and the remainder R·d - q·D, which is less than 3·D, says which; it is right although R·d itself may leave
64 bits, as both products wrap alike. Fixed denominators need no remainder: ⌊p·w/10^6⌋ with p, w ≤ 10^6 is
⌊M·w/2^40⌋ with M = ⌈p·2^40/10^6⌉, since M·w is too large by less than 2^40/10^6.
"""

from __future__ import annotations

from typing import Any, Final

from offchain_worker.domain.kernel_compile import compiled

PPM: Final = 1_000_000
SAMPLE: Final = 16
"""A row of at least eight times as many glasses is first looked at by its first eighth."""
NEAR: Final = 17
"""A level that moves by less than one part in 2^17 is near enough to be searched for exactly."""
HIGHEST: Final = 2**32 * PPM
"""Where every glass is full."""
FULL: Final = -(2**62)
"""The rest of a glass that takes no more."""


@compiled
def pro_rata(left: int, wanted: int, need: Any, count: int) -> None:
    if left >= wanted:
        return
    inverse = reciprocal(left, wanted)
    for at in range(count):
        amount = need[at]
        quotient = (inverse * amount) >> 31
        remainder = left * amount - quotient * wanted
        need[at] = quotient + (remainder >= wanted) + (remainder >= 2 * wanted)


@compiled
def pro_rata_into(left: int, need: Any, row: Any, count: int) -> int:
    """Pro rata of a whole row that has nothing yet, without the detour over scratch; returns what it gave."""
    wanted = 0
    for at in range(count):
        wanted += need[at]
    if left >= wanted:
        row[:] = need
        return wanted
    inverse, total = reciprocal(left, wanted), 0
    for at in range(count):
        amount = need[at]
        quotient = (inverse * amount) >> 31
        remainder = left * amount - quotient * wanted
        quotient += (remainder >= wanted) + (remainder >= 2 * wanted)
        row[at] = quotient
        total += quotient
    return total


@compiled
def pro_rata_among(left: int, need: Any, among: Any, row: Any, count: int) -> int:
    """Pro rata of the columns that have nothing yet where `among` is all ones, not zero; returns what it gave.

    It looks at the whole row, which is faster than going from place to place.
    """
    wanted = 0
    for at in range(count):
        wanted += need[at] & among[at]
    if left >= wanted:
        for at in range(count):
            row[at] += need[at] & among[at]
        return wanted
    inverse, total = reciprocal(left, wanted), 0
    for at in range(count):
        amount = need[at] & among[at]
        quotient = (inverse * amount) >> 31
        remainder = left * amount - quotient * wanted
        quotient += (remainder >= wanted) + (remainder >= 2 * wanted)
        row[at] += quotient
        total += quotient
    return total


@compiled
def reciprocal(left: int, wanted: int) -> int:
    """⌊R·2^31/D⌋ for R < D, bit by bit."""
    found, rest = 0, left
    for _ in range(31):
        rest <<= 1
        found <<= 1
        if rest >= wanted:
            rest -= wanted
            found |= 1
    return found


@compiled
def split(level: int) -> tuple[int, int]:
    """The whole millions of a level, and the rest of it in parts of 2^40, rounded up."""
    return level // PPM, ((level % PPM << 40) + PPM - 1) // PPM


@compiled
def static(left: int, need: Any, weights: Any, count: int) -> None:
    """min(d, ⌊R·w/10^6⌋)."""
    whole, part = split(left)
    for at in range(count):
        weight = weights[at]
        need[at] = min(need[at], whole * weight + (part * weight >> 40))


@compiled
def static_into(left: int, need: Any, weights: Any, row: Any, count: int) -> int:
    """Fixed shares of a whole row that has nothing yet; returns what it gave."""
    whole, part = split(left)
    total = 0
    for at in range(count):
        weight = weights[at]
        amount = min(need[at], whole * weight + (part * weight >> 40))
        row[at] = amount
        total += amount
    return total


@compiled
def egalitarian(left: int, wanted: int, need: Any, count: int) -> None:
    """Raise the level to what the glasses not yet full leave for each, until no more of them is full."""
    if left >= wanted:
        return
    level = left // count
    while True:
        below, others = 0, count
        for at in range(count):
            full = need[at] <= level
            below += need[at] if full else 0
            others -= full
        higher = (left - below) // others
        if higher == level:
            break
        level = higher
    for at in range(count):
        need[at] = min(need[at], level)


@compiled
def weighted(
    left: int,
    need: Any,
    weights: Any,
    inverses: Any,
    width: int,
    count: int,
    out: Any,
    full_at: Any,
    rest: Any,
    rises: Any,
    taking: Any,
    eights: Any,
) -> int:
    """Glasses as wide as their weights: first as if nothing were floored, then what flooring left, exactly.

    No weight is 0, and all are `width` together. Writes `out`, which may be `need` itself, and returns its sum.
    `inverses` are ⌊2^30/w⌋; `full_at` and `rest` are scratch as long as the row, `rises` four times as long and 16 more,
    `taking` flags, as many as eight times `eights`, which are the same bytes.
    """
    wanted = 0
    for at in range(count):
        amount = need[at]
        full_at[at] = amount * inverses[at]
        wanted += amount
    if left >= wanted:
        for at in range(count):
            out[at] = need[at]
        return wanted
    first = left * PPM // width
    guess, some = first, count >> 3
    if some >= SAMPLE:  # where the search begins, not where it ends
        guess, _, _ = _raised(left // count * some, first, first, need, weights, some, full_at)
    level, width, glasses = _raised(left, first, guess, need, weights, count, full_at)
    margin = 1
    while 4 * margin * margin < glasses:
        margin *= 2
    ahead = level + max(0, (glasses >> 1) - margin) * PPM // width  # flooring takes half a unit of each, more or less
    room = full_at
    over, width = _placed(left, ahead, need, weights, count, room, rest)
    if over < 0:
        ahead = level
        over, width = _placed(left, level, need, weights, count, room, rest)
    level = ahead
    while over > 0:
        window = max(1, (over + (over >> 2) + 4) * PPM // width)
        found = _rises(window, weights, count, room, rest, rises, taking, eights)
        while found > len(rises):
            window = max(1, window >> 1)
            found = _rises(window, weights, count, room, rest, rises, taking, eights)
        if found > over:
            level += _smallest(rises, found, over) - 1
            break
        level += window
        over, width = _placed(left, level, need, weights, count, room, rest)
    return static_into(level, need, weights, out, count)


@compiled
def _raised(
    left: int, level: int, guess: int, need: Any, weights: Any, count: int, full_at: Any
) -> tuple[int, int, int]:
    """A level that fits, raised to what the glasses not yet full leave, until next to no more of them is full.

    Which are full is only nearly right, and at first only guessed: a level that fits stays one whatever glasses are
    counted as full, since they get all they need of it. Returns it with the width and the number of the glasses that are
    not full.
    """
    guess = max(guess, level)
    while True:
        mark = (guess // PPM << 30) + (guess % PPM << 30) // PPM
        below, width, glasses = 0, 0, 0
        for at in range(count):
            full = full_at[at] <= mark
            below += need[at] if full else 0
            width += 0 if full else weights[at]
            glasses += not full
        higher = min((left - below) * PPM // max(width, 1), HIGHEST) if width > 0 and left > below else 0
        level = max(level, higher)
        if abs(level - guess) <= guess >> NEAR:
            return level, max(width, 1), glasses
        guess = level


@compiled
def _placed(left: int, level: int, need: Any, weights: Any, count: int, room: Any, rest: Any) -> tuple[int, int]:
    """Fill to a level: `room` is what each glass still takes, `rest` the millionths that flooring took off it.

    Returns what is left over, below zero if the level is too high, and the width of the glasses that are not full.
    """
    whole, part = split(level)
    remainder = level % PPM
    filled, width = 0, 0
    for at in range(count):
        weight = weights[at]
        units = part * weight >> 40
        lacks = max(need[at] - whole * weight - units, 0)
        room[at] = lacks
        rest[at] = remainder * weight - units * PPM if lacks else FULL
        filled += need[at] - lacks
        width += weight if lacks else 0
    return left - filled, width


@compiled
def _rises(window: int, weights: Any, count: int, room: Any, rest: Any, rises: Any, taking: Any, eights: Any) -> int:
    """List how much higher the level must be for each unit that glasses take within `window`; returns their number.

    Few glasses take any, so they are looked for eight at a time.
    """
    for at in range(count):
        taking[at] = window * weights[at] + rest[at] >= PPM
    found = 0
    for eight in range((count + 7) >> 3):
        if eights[eight] == 0:
            continue
        for at in range(8 * eight, min(8 * eight + 8, count)):
            if taking[at]:
                short, weight = PPM - rest[at], weights[at]
                for unit in range(min(room[at], (window * weight - short) // PPM + 1)):
                    if found < len(rises):
                        rises[found] = (short + unit * PPM + weight - 1) // weight
                    found += 1
    return found


@compiled
def _smallest(values: Any, count: int, place: int) -> int:
    """The value that would stand at `place`, from 0, if the first `count` were sorted; they change places."""
    first, last = 0, count - 1
    while first < last:
        pivot, low, high = values[(first + last) >> 1], first, last
        while low <= high:
            while values[low] < pivot:
                low += 1
            while values[high] > pivot:
                high -= 1
            if low <= high:
                values[low], values[high] = values[high], values[low]
                low += 1
                high -= 1
        if place <= high:
            last = high
        elif place >= low:
            first = low
        else:
            break
    found: int = values[place]
    return found
