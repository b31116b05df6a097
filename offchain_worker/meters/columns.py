"""
Columns of text, as files of readings have them, taken for stamps and amounts: exactly or not at all.

A stamp is ISO 8601 with `T` or a space, with or without seconds and an offset, or a French date `dd/mm/yyyy hh:mm`;
24:00 is the end of its day. An amount is a whole or decimal number (point or comma, six places at most); empty, `null`
and `NaN` are missing values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from offchain_worker.meters.rows import LARGEST_READING, MILLIONTHS
from offchain_worker.meters.zone import DAY

_ISO = r"^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.0+)?)?)?(Z|[+-]\d\d(?::?\d\d)?)?$"
_FRENCH = r"^(\d\d)/(\d\d)/(\d{4}) (\d?\d:\d\d)(?::(\d\d))?$"
_AMOUNT = r"^(-)?0*(\d{1,12})(?:[.,](\d{1,6})0*)?$"
MISSING = ["", "null", "nan", "none"]


@dataclass(frozen=True)
class Stamps:
    """`local` int64[n] seconds from 1970 on the clock that the text shows, `offsets` int64[n] ahead of UTC where `zoned`
    bool[n], `good` bool[n] False where the text is no moment."""

    local: np.ndarray
    offsets: np.ndarray
    zoned: np.ndarray
    good: np.ndarray


def stamps(texts: pl.Series) -> Stamps:
    """Every text as a moment on its own clock."""
    iso = texts.str.extract_groups(_ISO).struct.unnest()
    days, times, seconds, zones = (iso[str(group)] for group in range(1, 5))
    if days.null_count():
        french = texts.str.extract_groups(_FRENCH).struct.unnest()
        days = _first(days, french["3"] + "-" + french["2"] + "-" + french["1"])
        times = _first(times, french["4"].str.zfill(5))
        seconds = _first(seconds, french["5"])
    ends = ((times == "24:00") & (seconds.fill_null("00") == "00")).fill_null(False)
    if ends.any():
        times = pl.select(pl.when(ends).then(pl.lit("00:00")).otherwise(times)).to_series()
    written = days + "T" + times.fill_null("00:00") + ":" + seconds.fill_null("00")
    local = written.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="ms", strict=False).dt.epoch("s")
    if ends.any():
        local += ends.cast(pl.Int64) * DAY
    digits = zones.str.replace("Z", "+0000", literal=True).str.replace(":", "", literal=True)
    digits = digits.str.pad_end(5, "0")
    ahead = digits.str.slice(1, 2).cast(pl.Int64) * 3600 + digits.str.slice(3, 2).cast(pl.Int64) * 60
    sign = pl.select(pl.when(digits.str.starts_with("-")).then(-1).otherwise(1)).to_series()
    return Stamps(
        local.fill_null(0).to_numpy(),
        (ahead * sign).fill_null(0).to_numpy(),
        zones.is_not_null().to_numpy(),
        local.is_not_null().to_numpy(),
    )


def amounts(texts: pl.Series, factor: int, limit: int = LARGEST_READING) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Millionths int64[n] of a W or Wh, where a text's unit is `factor` of them, bool[n] whether there is a value, and
    bool[n] whether the text is an amount below `limit` (in millionths) or missing.
    """
    groups = texts.str.extract_groups(_AMOUNT).struct.unnest()
    whole = groups["2"].cast(pl.Int64).fill_null(0).to_numpy()
    millionths = groups["3"].fill_null("").str.pad_end(6, "0").cast(pl.Int64).to_numpy()
    present = groups["2"].is_not_null().to_numpy()
    good = present | texts.str.to_lowercase().is_in(MISSING).to_numpy()
    good &= whole < limit // MILLIONTHS // factor
    values = np.where(good, whole * MILLIONTHS + millionths, 0) * factor
    return np.where(groups["1"].is_not_null().to_numpy(), -values, values), present, good


def _first(series: pl.Series, other: pl.Series) -> pl.Series:
    return pl.select(pl.coalesce(series, other)).to_series()
