"""Numbers of 128 bits as two words, high and low, for compiled loops; every argument and result is uint64.

Sums and products wrap at 128 bits; the callers' bounds keep them below.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from offchain_worker.domain.kernel_compile import compiled

HALF_WORD = np.uint64(32)
LOW = np.uint64(2**32 - 1)
ZERO, ONE, TOP = np.uint64(0), np.uint64(1), np.uint64(63)


@compiled
def times(high: Any, low: Any, factor: Any) -> tuple[Any, Any]:
    """A wide number times one below 2^32."""
    below = (low & LOW) * factor
    above = (low >> HALF_WORD) * factor + (below >> HALF_WORD)
    return high * factor + (above >> HALF_WORD), low * factor


@compiled
def high_of(one: Any, other: Any) -> Any:
    """The high word of the product of two words."""
    a, b = one >> HALF_WORD, one & LOW
    c, d = other >> HALF_WORD, other & LOW
    middle = a * d + (b * d >> HALF_WORD)
    second = b * c + (middle & LOW)
    return a * c + (middle >> HALF_WORD) + (second >> HALF_WORD)


@compiled
def plus(high: Any, low: Any, more_high: Any, more_low: Any) -> tuple[Any, Any]:
    """The sum of two wide numbers."""
    total = low + more_low
    return high + more_high + (ONE if total < low else ZERO), total


@compiled
def minus(high: Any, low: Any, less_high: Any, less_low: Any) -> tuple[Any, Any]:
    """The difference of two wide numbers."""
    return high - less_high - (ONE if low < less_low else ZERO), low - less_low


@compiled
def over(high: Any, low: Any, divisor: Any) -> tuple[Any, Any]:
    """A wide number divided by one below 2^32, floored."""
    first = high // divisor
    rest = high - first * divisor
    upper = (rest << HALF_WORD) | (low >> HALF_WORD)
    second = upper // divisor
    lower = ((upper - second * divisor) << HALF_WORD) | (low & LOW)
    return first, (second << HALF_WORD) | (lower // divisor)


@compiled
def part_of(high: Any, low: Any, whole_high: Any, whole_low: Any) -> Any:
    """⌊x·2^64/y⌋ of wide x ≤ y < 2^120, at most 2^64 - 1, in two digits of 32 bits.

    A digit guessed from the leading 32 bits of y is off by a few at most, and what it leaves, which wraps, says by how
    many.
    """
    if high == whole_high and low == whole_low:
        return ~ZERO
    places = ZERO
    if whole_high > ZERO:
        while (whole_high >> places) > ZERO:
            places += ONE
        places += HALF_WORD
    else:
        while (whole_low >> places) > LOW:
            places += ONE
    leading = _shifted(whole_high, whole_low, places)
    found = ZERO
    for _ in range(2):
        digit = (_shifted(high, low, places) << HALF_WORD) // leading
        digit = min(digit, LOW)
        high, low = (high << HALF_WORD) | (low >> HALF_WORD), low << HALF_WORD
        taken_high, taken_low = times(whole_high, whole_low, digit)
        high, low = minus(high, low, taken_high, taken_low)
        while high >> TOP:
            high, low = plus(high, low, whole_high, whole_low)
            digit -= ONE
        while high > whole_high or (high == whole_high and low >= whole_low):
            high, low = minus(high, low, whole_high, whole_low)
            digit += ONE
        found = (found << HALF_WORD) | digit
    return found


@compiled
def _shifted(high: Any, low: Any, places: Any) -> Any:
    """A wide number shifted right by fewer than 128 places, its low word."""
    if places > TOP:
        return high >> (places - TOP - ONE)
    if places == ZERO:
        return low
    return (high << (TOP + ONE - places)) | (low >> places)


@compiled
def scaled(high: Any, low: Any, part: Any) -> tuple[Any, Any]:
    """⌊x·part/2^64⌋ of a wide number."""
    return plus(high_of(high, part), high * part, ZERO, high_of(low, part))
