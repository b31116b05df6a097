"""
Numbers as files write them, made integers digit by digit: a reading never passes through a binary float.

A comma or a point is the decimal separator; where both stand, the first groups thousands. A number with more digits
than the unit has room for is rounded half up and reported as such, unless its digits are only what a binary float
leaves behind (`0.11799999999999999` for 0.118).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:[.]([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*([.,])[0-9]+")
MISSING = {"", "null", "nan", "none", "-", "--", "n/a"}
LONGEST = 40
LARGEST = 10**18
FLOAT_DIGITS = 15
"""A binary float holds this many decimal digits; what stands behind them is left over from its conversion."""


@dataclass(frozen=True)
class Amounts:
    """`values` int64[n], 0 where not `present` (bool[n]); `rounded` the rows (from 0) that had more digits than fit."""

    values: np.ndarray
    present: np.ndarray
    rounded: tuple[int, ...]


def scaled(text: str, power: int) -> tuple[int, bool] | None:
    """The number times 10^power as an integer, and whether it is exact; None if it is no number below 10^18."""
    text = text.strip()
    if len(text) > LONGEST:
        return None
    grouped = _GROUPED.fullmatch(text)
    if grouped and grouped[1] != grouped[2]:
        text = text.replace(grouped[1], "")
    found = _NUMBER.fullmatch(text.replace(",", "."))
    if not found or not (found[2] or found[3]):
        return None
    sign, whole, part, exponent = found[1], found[2], found[3] or "", int(found[4] or 0)
    digits = (whole + part).lstrip("0")
    shift = power + exponent - len(part)
    if len(digits) + shift > 18:
        return (0, True) if not digits else None
    if shift >= 0:
        value, exact = int(digits or 0) * 10**shift, True
    else:
        unit = 10**-shift
        value, rest = divmod(int(digits or 0), unit)
        exact = rest == 0
        value += 2 * rest >= unit
        if not exact and len(digits) > FLOAT_DIGITS:
            exact = min(rest, unit - rest) * 10**FLOAT_DIGITS <= 4 * int(digits)
    return (-value if sign == "-" else value), exact


def amounts(texts: Sequence[str], power: int) -> tuple[Amounts, int]:
    """
    The numbers of a column; an empty one is absent. The second value is the first row that is none, -1 if all are: a
    number that begins with its separator is none where others below 1 have a digit before it, as one may be lost.
    """
    bare_is_lost = any(text.startswith(("0,", "0.")) for text in texts)
    values, present = np.zeros(len(texts), dtype=np.int64), np.zeros(len(texts), dtype=bool)
    rounded: list[int] = []
    for row, text in enumerate(texts):
        if text.strip().lower() in MISSING:
            continue
        found = scaled(text, power)
        if found is None or abs(found[0]) > LARGEST or (bare_is_lost and text[:1] in (",", ".")):
            return Amounts(values, present, tuple(rounded)), row
        values[row], exact = found
        present[row] = True
        if not exact:
            rounded.append(row)
    return Amounts(values, present, tuple(rounded)), -1


def mixed_separators(texts: Sequence[str]) -> bool:
    """Do some numbers have a decimal comma and others a point? Then `1.234` may be either of two numbers."""
    signs = {max(",.", key=text.rfind) for text in texts if "," in text or "." in text}
    return len(signs) > 1
