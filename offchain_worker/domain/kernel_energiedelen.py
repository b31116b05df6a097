"""The compiled form of `energiedelen`: the same levels and rounds, in numbers of two words, for whole rows.

It takes the steps in which every need is under 2^32 µkWh, all production together is at most 2^36 µkWh (68 MWh) and at
most 64 rounds are needed; then no number leaves 128 bits. A step in which the protocol gives a producer back more than
it made, or beyond these bounds, is only marked, for the reference to compute. Levels are kept by class: 0 are the
members who produce nothing, then each member who does.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from offchain_worker.domain.kernel_compile import compiled
from offchain_worker.domain.kernel_wide import ONE, ZERO, minus, over, part_of, plus, scaled, times

NEED: Final = 2**32
PRODUCED: Final = 2**36
ROUNDS: Final = 64
VAST: Final = 5
OPTIMAAL: Final = 7
MILLION = np.uint64(1_000_000)
HALF = np.uint64(2**63)
NOTHING = np.uint64(2**24)


@compiled
def share_energiedelen(
    consumption: Any,
    production: Any,
    rule: int,
    weights: Any,
    order: Any,
    bounds: Any,
    sellers: Any,
    allocated: Any,
    sold: Any,
    left: Any,
    first: int,
    last: int,
) -> None:
    """Compute the steps from `first` up to `last`; those it cannot are marked in `left`.

    `weights` are by consumption column, `sellers` the class of each production column; `order` lists the
    columns class by class, each from `bounds[c]` up to `bounds[c + 1]`.
    """
    count, producers, kinds = consumption.shape[1], production.shape[1], len(bounds) - 1
    need, parts, rest = np.empty(count, np.int64), weights[order], np.empty(count, np.uint64)
    plain = weights.copy()  # of who produces nothing; the few others are looked at one class after the other
    for at in range(bounds[1], count):
        plain[order[at]] = 0
    levels, widths = np.zeros((kinds, 2), np.uint64), np.zeros(kinds, np.uint64)
    have, kept = np.zeros((producers, 2), np.uint64), np.zeros((producers, 2), np.uint64)
    every = np.zeros(kinds, np.uint64)
    for kind in range(kinds):
        for at in range(bounds[kind], bounds[kind + 1]):
            every[kind] += np.uint64(parts[at])
    for t in range(first, last):
        if _beyond(consumption[t], production[t]):
            left[t] = 1
            continue
        levels[:] = ZERO
        widths[:] = every
        for p in range(producers):
            have[p, 0], have[p, 1] = np.uint64(production[t, p]), ZERO
        given_high, given_low = ZERO, ZERO
        if rule == OPTIMAAL:
            for at in range(bounds[1], count):
                need[at] = consumption[t, order[at]]
        rounds, going = 0, True
        while going and rounds < ROUNDS:
            rounds += 1
            offered_high, offered_low = _offer(rule, levels, widths, have, kept, sellers)
            if rule == OPTIMAAL:
                now_high, now_low = _given(consumption[t], plain, need, parts, levels, widths, bounds)
            else:
                now_high, now_low = _write(consumption[t], weights, order, bounds, levels, rest, allocated[t])
            moved_high, moved_low = minus(now_high, now_low, given_high, given_low)
            given_high, given_low = now_high, now_low
            _return(have, kept, offered_high, offered_low, moved_high, moved_low)
            going = rule == OPTIMAAL and (moved_high > ZERO or moved_low >= NOTHING)
        if going:
            left[t] = 1
            continue
        if rule == OPTIMAAL:
            _write(consumption[t], weights, order, bounds, levels, rest, allocated[t])
        if not _sell(production[t], have, allocated[t], sold[t]):
            left[t] = 1


@compiled
def _beyond(need: Any, made: Any) -> bool:
    """Whether a step leaves the bounds."""
    beyond = 0
    for at in range(len(need)):
        beyond |= need[at] & ~(NEED - 1)
    total = 0
    for at in range(len(made)):
        if made[at] < 0 or made[at] > PRODUCED:
            return True
        total += made[at]
    return beyond != 0 or total > PRODUCED


@compiled
def _offer(rule: int, levels: Any, widths: Any, have: Any, kept: Any, sellers: Any) -> tuple[Any, Any]:
    """Raise the levels by what the producers have; writes what each keeps, returns what all offer."""
    whole, high, low, all_high, all_low = ZERO, ZERO, ZERO, ZERO, ZERO
    for kind in range(len(widths)):
        whole += widths[kind]
    for p in range(len(sellers)):
        others = whole - widths[sellers[p]]
        divisor = MILLION if rule == VAST else max(others, ONE)
        rate_high, rate_low = over(have[p, 0], have[p, 1], divisor)
        if others > ZERO:
            own = sellers[p]
            levels[own, 0], levels[own, 1] = minus(levels[own, 0], levels[own, 1], rate_high, rate_low)
            all_high, all_low = plus(all_high, all_low, rate_high, rate_low)
        gone_high, gone_low = times(rate_high, rate_low, others)
        kept[p, 0], kept[p, 1] = minus(have[p, 0], have[p, 1], gone_high, gone_low)
        high, low = plus(high, low, gone_high, gone_low)
    for kind in range(len(widths)):
        levels[kind, 0], levels[kind, 1] = plus(levels[kind, 0], levels[kind, 1], all_high, all_low)
    return high, low


@compiled
def _given(row: Any, plain: Any, need: Any, weights: Any, levels: Any, widths: Any, bounds: Any) -> tuple[Any, Any]:
    """What all have at their levels; `widths` become the weights of those who still lack something."""
    high, low = ZERO, ZERO
    for kind in range(len(widths)):
        begin, end = bounds[kind], bounds[kind + 1]
        if kind == 0:
            full, width = _full(row, plain, levels[kind, 0], levels[kind, 1])
        else:
            full, width = _full(need[begin:end], weights[begin:end], levels[kind, 0], levels[kind, 1])
        widths[kind] = width
        more_high, more_low = times(levels[kind, 0], levels[kind, 1], width)
        high, low = plus(high, low, more_high + full, more_low)
    return high, low


@compiled
def _full(need: Any, weights: Any, top: Any, bottom: Any) -> tuple[Any, Any]:
    """The needs of the columns that a level fills, and the weights of the others."""
    full, width = 0, 0
    for at in range(len(need)):
        share, _ = times(top, bottom, np.uint64(weights[at]))
        enough = share >= np.uint64(need[at])
        full += need[at] if enough else 0
        width += 0 if enough else weights[at]
    return np.uint64(full), np.uint64(width)


@compiled
def _write(need: Any, weights: Any, order: Any, bounds: Any, levels: Any, rest: Any, row: Any) -> tuple[Any, Any]:
    """Write what each has at its level, rounded along the running sum; returns the exact sum. `rest` is scratch."""
    top, bottom = levels[0, 0], levels[0, 1]
    for at in range(len(need)):
        _place(at, need, weights, top, bottom, rest, row)
    for kind in range(1, len(levels)):
        for place in range(bounds[kind], bounds[kind + 1]):
            _place(order[place], need, weights, levels[kind, 0], levels[kind, 1], rest, row)
    carried = HALF
    for at in range(len(need)):
        before = carried
        carried += rest[at]
        row[at] += np.int64(carried < before)
    total = 0
    for at in range(len(need)):  # apart, since only the sum before needs one column after the other
        total += row[at]
    return minus(np.uint64(total), carried, ZERO, HALF)


@compiled
def _place(at: Any, need: Any, weights: Any, top: Any, bottom: Any, rest: Any, row: Any) -> None:
    """Write one column's whole µkWh and what is beyond them."""
    share, below = times(top, bottom, np.uint64(weights[at]))
    enough = share >= np.uint64(need[at])
    row[at] = need[at] if enough else np.int64(share)
    rest[at] = ZERO if enough else below


@compiled
def _return(have: Any, kept: Any, offered_high: Any, offered_low: Any, moved_high: Any, moved_low: Any) -> None:
    """Give what was offered and not taken back to the producers, to each as to what it had."""
    if moved_high > offered_high or (moved_high == offered_high and moved_low >= offered_low):
        for p in range(len(have)):
            have[p, 0], have[p, 1] = kept[p, 0], kept[p, 1]
        return
    back_high, back_low = minus(offered_high, offered_low, moved_high, moved_low)
    made_high, made_low = ZERO, ZERO
    for p in range(len(have)):
        made_high, made_low = plus(made_high, made_low, have[p, 0], have[p, 1])
    part = part_of(back_high, back_low, made_high, made_low)
    for p in range(len(have)):
        more_high, more_low = scaled(have[p, 0], have[p, 1], part)
        have[p, 0], have[p, 1] = plus(kept[p, 0], kept[p, 1], more_high, more_low)


@compiled
def _sell(made: Any, have: Any, row: Any, sold: Any) -> bool:
    """Write what each producer sold, as much as is allocated in all; False if one would have sold less than nothing."""
    total, carried = 0, HALF
    for at in range(len(row)):
        total += row[at]
    for p in range(len(made)):
        high, low = minus(np.uint64(made[p]), ZERO, have[p, 0], have[p, 1])
        if high >= HALF:
            return False
        after = carried + low
        sold[p] = np.int64(high + (ONE if after < carried else ZERO))
        carried = after
        total -= sold[p]
    for p in range(len(made)):
        more = max(-sold[p], min(total, made[p] - sold[p]))
        sold[p] += more
        total -= more
    return True
