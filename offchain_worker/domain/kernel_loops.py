"""The rules of `sharing` as compiled loops over integers, one step after the other; nothing here is inexact.

Every loop works in int64 within the bounds `kernel` states, and a step beyond them is only marked, for the reference to
compute. Quotients ⌊R·d/D⌋ with R < D come from a reciprocal: with M = ⌊R·2^31/D⌋ and d < 2^32, ⌊M·d/2^31⌋ is the
quotient or at most 2 less, and the remainder R·d - q·D, which is less than 3·D, says which; it is right although R·d
itself may leave 64 bits, as both products wrap alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])

PPM: Final = 1_000_000
NEED: Final = 2**32
"""A need in the kernel is less: 4,294 kWh a step."""
PRODUCED: Final = 2**40
"""What one producer makes in a step is at most this, and all together at most four times as much."""
PRO_RATA: Final = 0
STATIC: Final = 1
EGALITARIAN: Final = 2
WEIGHTED: Final = 3
TABLE: Final = 4


def compiled(function: Function) -> Function:
    """Compile to machine code, kept beside the source in `__pycache__`."""
    made: Any = njit(cache=True, nogil=True, error_model="numpy")(function)
    return cast(Function, made)


@compiled
def share_rows(
    consumption: Any,
    production: Any,
    pooled: bool,
    passes: Any,
    rules: Any,
    begins: Any,
    positions: Any,
    weights: Any,
    places: Any,
    straight: Any,
    table: Any,
    bounds: Any,
    scale: int,
    allocated: Any,
    sold: Any,
    left: Any,
    first: int,
    last: int,
) -> None:
    """Compute the steps from `first` up to `last`; those it cannot are marked in `left`.

    Stage s of pass p is one of `rules[passes[p]:passes[p + 1]]` and serves `positions[begins[s]:begins[s + 1]]`, with
    ppm `weights` beside them, or those of `table[t]` at `places`, which are `straight` if one follows the other; `bounds` are where each table in `table` begins.
    """
    columns, producers = consumption.shape[1], production.shape[1]
    need, shares, given = np.empty(columns, np.int64), np.empty(columns, np.int64), np.empty(columns, np.int64)
    for t in range(first, last):
        if _beyond(consumption[t], production[t], scale) or _unfit(table, t, bounds):
            left[t] = 1
            continue
        row = allocated[t]
        row[:] = 0
        for p in range(len(passes) - 1):
            entered = 0
            if pooled:
                for at in range(producers):
                    entered += production[t, at]
            else:
                entered = production[t, p]
            remains = entered
            if not pooled or scale > 1:
                given[:] = 0
            for stage in range(passes[p], passes[p + 1]):
                begin, count = begins[stage], begins[stage + 1] - begins[stage]
                if count == 0 or remains == 0:
                    continue
                everyone, rule = count == columns, rules[stage]
                fresh = p == 0 and stage == 0
                if fresh and everyone and rule == PRO_RATA and scale == 1:
                    remains -= _pro_rata_into(remains, consumption[t], row, columns)
                    continue
                if fresh and everyone and rule == STATIC and scale == 1:
                    remains -= _static_into(remains, consumption[t], weights[begin : begin + count], row, columns)
                    continue
                if fresh and everyone and rule == TABLE and scale == 1 and straight[stage]:
                    place = places[begin]
                    remains -= _static_into(remains, consumption[t], table[t, place : place + count], row, columns)
                    continue
                wanted = 0
                if everyone:
                    for at in range(columns):
                        need[at] = consumption[t, at] - row[at]
                        wanted += need[at]
                else:
                    for at in range(count):
                        place = positions[begin + at]
                        need[at] = consumption[t, place] - row[place]
                        wanted += need[at]
                if rule == PRO_RATA:
                    _pro_rata(remains, wanted, need, count)
                elif rule == EGALITARIAN:
                    _egalitarian(remains, wanted, need, count)
                elif rule == WEIGHTED:
                    _weighted(remains, need, weights[begin : begin + count], count)
                elif rule == TABLE:
                    for at in range(count):
                        shares[at] = table[t, places[begin + at]]
                    _static(remains, need, shares, count)
                else:
                    _static(remains, need, weights[begin : begin + count], count)
                if everyone:
                    for at in range(columns):
                        row[at] += need[at]
                        remains -= need[at]
                else:
                    for at in range(count):
                        row[positions[begin + at]] += need[at]
                        remains -= need[at]
                if scale > 1:
                    for at in range(count):
                        given[positions[begin + at]] += need[at]
            if scale > 1:
                remains = entered - _transmitted(row, given, entered, scale, columns)
            if pooled:
                _sold(entered - remains, entered, production[t], sold[t], producers)
            else:
                sold[t, p] = entered - remains


@compiled
def _beyond(need: Any, made: Any, scale: int) -> bool:
    """Whether a step leaves the kernel's bounds."""
    beyond = 0
    for at in range(len(need)):
        beyond |= need[at] & ~(NEED - 1)
    total = 0
    for at in range(len(made)):
        if made[at] < 0 or made[at] > PRODUCED:
            return True
        total += made[at]
    return beyond != 0 or total > 4 * PRODUCED or total > (1 << 62) // scale


@compiled
def _unfit(table: Any, t: int, bounds: Any) -> bool:
    """Whether a row of weights has one outside 0 to 10^6 ppm or is over that in all."""
    for stage in range(len(bounds) - 1):
        total, signs = 0, 0
        for at in range(bounds[stage], bounds[stage + 1]):
            total += table[t, at]
            signs |= table[t, at] | (PPM - table[t, at])
        if signs < 0 or total > PPM:
            return True
    return False


@compiled
def _pro_rata(left: int, wanted: int, need: Any, count: int) -> None:
    if left >= wanted:
        return
    reciprocal = _reciprocal(left, wanted)
    for at in range(count):
        amount = need[at]
        quotient = (reciprocal * amount) >> 31
        remainder = left * amount - quotient * wanted
        need[at] = quotient + (remainder >= wanted) + (remainder >= 2 * wanted)


@compiled
def _pro_rata_into(left: int, need: Any, row: Any, count: int) -> int:
    """Pro rata of a whole row that has nothing yet, without the detour over scratch; returns what it gave."""
    wanted = 0
    for at in range(count):
        wanted += need[at]
    if left >= wanted:
        row[:] = need
        return wanted
    reciprocal, total = _reciprocal(left, wanted), 0
    for at in range(count):
        amount = need[at]
        quotient = (reciprocal * amount) >> 31
        remainder = left * amount - quotient * wanted
        quotient += (remainder >= wanted) + (remainder >= 2 * wanted)
        row[at] = quotient
        total += quotient
    return total


@compiled
def _reciprocal(left: int, wanted: int) -> int:
    """⌊R·2^31/D⌋ for R < D, bit by bit."""
    reciprocal, rest = 0, left
    for _ in range(31):
        rest <<= 1
        reciprocal <<= 1
        if rest >= wanted:
            rest -= wanted
            reciprocal |= 1
    return reciprocal


@compiled
def _part_of(whole: int, part: int, reciprocal: int, weight: int) -> int:
    """⌊(whole·10^6 + part)·w/10^6⌋ with part < 10^6 and its reciprocal: as pro rata, at most 1 off before the end."""
    quotient = (reciprocal * weight) >> 31
    return whole * weight + quotient + (part * weight - quotient * PPM >= PPM)


@compiled
def _static(left: int, need: Any, weights: Any, count: int) -> None:
    whole, part = left // PPM, left % PPM
    reciprocal = _reciprocal(part, PPM)
    for at in range(count):
        need[at] = min(need[at], _part_of(whole, part, reciprocal, weights[at]))


@compiled
def _static_into(left: int, need: Any, weights: Any, row: Any, count: int) -> int:
    """Fixed shares of a whole row that has nothing yet; returns what it gave."""
    whole, part = left // PPM, left % PPM
    reciprocal, total = _reciprocal(part, PPM), 0
    for at in range(count):
        amount = min(need[at], _part_of(whole, part, reciprocal, weights[at]))
        row[at] = amount
        total += amount
    return total


@compiled
def _egalitarian(left: int, wanted: int, need: Any, count: int) -> None:
    """Raise the level to what the glasses not yet full leave for each, until no more of them is full."""
    if left >= wanted:
        return
    level = left // count
    while True:
        below, others = 0, count
        for at in range(count):
            if need[at] <= level:
                below += need[at]
                others -= 1
        higher = (left - below) // others
        if higher == level:
            break
        level = higher
    for at in range(count):
        need[at] = min(need[at], level)


@compiled
def _weighted(left: int, need: Any, weights: Any, count: int) -> None:
    wanted, width = 0, 0
    for at in range(count):
        if weights[at] > 0:
            wanted += need[at]
            width += weights[at]
        else:
            need[at] = 0
    if left >= wanted:
        return
    low, high, level, jump, halving = 0, -1, left * PPM // width, 0, False
    while True:  # along the slope, which overshoots by the flooring of each share at most; then by halves
        whole, part = level // PPM, level % PPM
        reciprocal = _reciprocal(part, PPM)
        filled, slope = 0, 0
        for at in range(count):
            share = _part_of(whole, part, reciprocal, weights[at])
            full = share >= need[at]
            filled += need[at] if full else share
            slope += 0 if full else weights[at]
        if filled <= left:
            low = level
        else:
            high = level
        if filled == left or high - low == 1:
            break
        step = (left - filled) * PPM // max(slope, 1)
        if high < 0:  # nothing is known to be too high; near the end, at least twice as far as before
            jump = max(2 * jump, step, 1) if left - filled < count else max(step, 1)
            level = low + jump
            continue
        level += step
        halving = not halving
        if level <= low or level >= high or halving:
            level = (low + high) >> 1
    whole, part = low // PPM, low % PPM
    reciprocal = _reciprocal(part, PPM)
    for at in range(count):
        need[at] = min(need[at], _part_of(whole, part, reciprocal, weights[at]))


@compiled
def _transmitted(row: Any, given: Any, entered: int, scale: int, columns: int) -> int:
    """Round what each got in this pass to its coefficient; returns what is left of it in all."""
    if entered == 0:
        return 0
    coefficient = _reciprocal(min(scale, entered - 1), entered)
    whole, part = entered // scale, entered % scale
    back, total = _reciprocal(part, scale), 0
    for at in range(columns):
        amount = given[at]
        if scale < entered:
            share = (coefficient * amount) >> 31
            rest = scale * amount - share * entered
            share += (rest >= entered) + (rest >= 2 * entered)
        else:
            share = scale * amount // entered
        kept = (back * share) >> 31
        kept += whole * share + (part * share - kept * scale >= scale)
        row[at] -= amount - kept
        total += kept
    return total


@compiled
def _sold(allocated: int, entered: int, made: Any, sold: Any, producers: int) -> None:
    """⌊A·P_p/P⌋ in two halves of P_p, so that no product leaves 64 bits; the units left over one each."""
    over = allocated
    for at in range(producers):
        share = 0
        if entered > 0:
            high, low = made[at] >> 20, made[at] & 0xFFFFF
            upper = allocated * high
            share = ((upper // entered) << 20) + (((upper % entered) << 20) + allocated * low) // entered
        sold[at] = share
        over -= share
    for at in range(producers):
        if over > 0 and sold[at] < made[at]:
            sold[at] += 1
            over -= 1
