"""The compiled engine's way through a key: stage after stage, one step after the other; nothing here is inexact.

Every loop works in int64 within the bounds `kernel` states, and a step beyond them is only marked, for the reference to
compute.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from offchain_worker.domain.kernel_compile import compiled
from offchain_worker.domain.kernel_rules import (
    PPM,
    egalitarian,
    pro_rata,
    pro_rata_among,
    pro_rata_into,
    reciprocal,
    static,
    static_into,
    weighted,
)

NEED: Final = 2**32
"""A need in the kernel is less: 4,294 kWh a step."""
PRODUCED: Final = 2**40
"""What one producer makes in a step is at most this, and all together at most four times as much."""
PRO_RATA: Final = 0
STATIC: Final = 1
EGALITARIAN: Final = 2
WEIGHTED: Final = 3
TABLE: Final = 4


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
    fresh_at: Any,
    among: Any,
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
    ppm `weights` beside them, or those of `table[t]` at `places`, which are `straight` if one follows the other; a
    stage with `fresh_at` not below 0 serves columns that got nothing before it, those of `among[fresh_at]`; `bounds` are
    where each table in `table` begins.
    """
    columns, producers = consumption.shape[1], production.shape[1]
    need, shares, given = np.empty(columns, np.int64), np.empty(columns, np.int64), np.empty(columns, np.int64)
    room, rest, rises = (np.empty(columns, np.int64), np.empty(columns, np.int64), np.empty(4 * columns + 16, np.int64))
    inverses, widths = (1 << 30) // np.maximum(weights, 1), np.zeros(len(rules), np.int64)
    for stage in range(len(rules)):
        widths[stage] = weights[begins[stage] : begins[stage + 1]].sum()
    eights = np.zeros((columns + 7) >> 3, np.int64)
    taking = eights.view(np.bool_)
    # Whether the first stage writes all of a row, which then need not be made 0 before.
    whole = passes[1] > 0 and begins[1] == columns and scale == 1
    whole = whole and (rules[0] in (PRO_RATA, STATIC, WEIGHTED) or (rules[0] == TABLE and straight[0]))
    for t in range(first, last):
        if _beyond(consumption[t], production[t], scale) or _unfit(table, t, bounds):
            left[t] = 1
            continue
        row = allocated[t]
        if not whole:
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
                    if whole and p == 0 and stage == 0:
                        row[:] = 0
                    continue
                everyone, rule = count == columns, rules[stage]
                fresh = p == 0 and stage == 0
                if fresh and everyone and rule == PRO_RATA and scale == 1:
                    remains -= pro_rata_into(remains, consumption[t], row, columns)
                    continue
                if fresh_at[stage] >= 0 and rule == PRO_RATA and scale == 1:
                    remains -= pro_rata_among(remains, consumption[t], among[fresh_at[stage]], row, columns)
                    continue
                if fresh and everyone and rule == STATIC and scale == 1:
                    remains -= static_into(remains, consumption[t], weights[begin : begin + count], row, columns)
                    continue
                if fresh and everyone and rule == WEIGHTED and scale == 1:
                    part, inverse = weights[begin : begin + count], inverses[begin : begin + count]
                    remains -= weighted(
                        remains,
                        consumption[t],
                        part,
                        inverse,
                        widths[stage],
                        count,
                        row,
                        room,
                        rest,
                        rises,
                        taking,
                        eights,
                    )
                    continue
                if fresh and everyone and rule == TABLE and scale == 1 and straight[stage]:
                    place = places[begin]
                    remains -= static_into(remains, consumption[t], table[t, place : place + count], row, columns)
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
                    pro_rata(remains, wanted, need, count)
                elif rule == EGALITARIAN:
                    egalitarian(remains, wanted, need, count)
                elif rule == WEIGHTED:
                    part, inverse = weights[begin : begin + count], inverses[begin : begin + count]
                    width = widths[stage]
                    weighted(remains, need, part, inverse, width, count, need, room, rest, rises, taking, eights)
                elif rule == TABLE:
                    for at in range(count):
                        shares[at] = table[t, places[begin + at]]
                    static(remains, need, shares, count)
                else:
                    static(remains, need, weights[begin : begin + count], count)
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
def _transmitted(row: Any, given: Any, entered: int, scale: int, columns: int) -> int:
    """Round what each got in this pass to its coefficient; returns what is left of it in all."""
    if entered == 0:
        return 0
    coefficient = reciprocal(min(scale, entered - 1), entered)
    whole, part = entered // scale, entered % scale
    back, total = reciprocal(part, scale), 0
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
