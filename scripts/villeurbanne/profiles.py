"""
From SimBench's relative profiles to whole watt-hours per half-hour.

SimBench gives 15-minute means relative to a maximum, stamped with the local time at which each quarter-hour starts;
27 March 2016 has no 02:xx and 30 October has 02:xx twice. Everything here is integer arithmetic on billionths, so the
same profile always gives the same file. What holds: a scaled profile adds up to its yearly total to 1 Wh, and each
half-hour is the difference of two readings of a register that counts whole watt-hours, as in a real meter.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

FOLDER = "simbench/networks/1-complete_data-mixed-all-0-sw/"
BILLION = 10**9
QUARTERS_OF_A_DAY = 96
WHOLE_WEEKS_IN_DAYS = 364
SPRING_DAY = 86  # 27 March 2016, counted from 0
SPRING_HOUR = slice(8, 12)  # its missing quarter-hours, 02:00 to 03:00
HOUR_BEFORE = slice(4, 8)


@dataclass(frozen=True)
class Profiles:
    """Relative profiles in billionths, int64[35136] each; `day` and `quarter` place a row in the local year."""

    curves: dict[str, np.ndarray]
    day: np.ndarray
    quarter: np.ndarray


def read(wheel: Path, loads: set[str], plants: set[str]) -> Profiles:
    """The named load profiles (`H0-A` is column `H0-A_pload`) and plant profiles (`PV4`) of SimBench's wheel."""
    with zipfile.ZipFile(wheel) as archive:
        load = pl.read_csv(archive.read(FOLDER + "LoadProfile.csv"), separator=";", infer_schema=False)
        plant = pl.read_csv(archive.read(FOLDER + "RESProfile.csv"), separator=";", infer_schema=False)
    if not load["time"].equals(plant["time"]):
        raise ValueError("SimBench: load and plant profiles are not stamped alike")
    curves = {name: _billionths(load[f"{name}_pload"]) for name in loads}
    curves.update({name: _billionths(plant[name]) for name in plants})
    stamps = load["time"].str.to_datetime("%d.%m.%Y %H:%M").to_numpy().astype("datetime64[m]").astype(np.int64)
    minutes = stamps - np.datetime64("2016-01-01", "m").astype(np.int64)
    return Profiles(curves, minutes // 1440, minutes % 1440 // 15)


def _billionths(column: pl.Series) -> np.ndarray:
    """At most nine decimals and values up to 1: doubles hold them exactly enough to be rounded back."""
    return np.rint(column.cast(pl.Float64).to_numpy() * BILLION).astype(np.int64)


def shifted(profiles: Profiles, name: str, weeks: int) -> np.ndarray:
    """
    The profile as it was `weeks` whole weeks later, at the same weekday and wall-clock time, round the year.

    A day that has no 02:xx takes 01:xx in its place when it moves elsewhere; a second 02:xx repeats the first.
    """
    curve = profiles.curves[name]
    if weeks == 0:
        return curve
    wall = np.zeros((366, QUARTERS_OF_A_DAY), dtype=np.int64)
    places, firsts = np.unique(profiles.day * QUARTERS_OF_A_DAY + profiles.quarter, return_index=True)
    wall.reshape(-1)[places] = curve[firsts]  # the first 02:xx of October
    wall[SPRING_DAY, SPRING_HOUR] = wall[SPRING_DAY, HOUR_BEFORE]
    shifted_curve: np.ndarray = wall[(profiles.day + 7 * weeks) % WHOLE_WEEKS_IN_DAYS, profiles.quarter]
    return shifted_curve


def scaled(profile: np.ndarray, watt_hours: int) -> np.ndarray:
    """Energy per quarter-hour in millionths of a Wh (int64), adding up to `watt_hours` exactly."""
    running = np.cumsum(profile).astype(object) * (watt_hours * 1_000_000) // int(profile.sum())
    return np.diff(np.concatenate([[0], running])).astype(np.int64)


def half_hours(quarters: np.ndarray) -> np.ndarray:
    """Whole Wh per half-hour from millionths of a Wh per quarter-hour: differences of a register's whole Wh."""
    register = np.cumsum(quarters)[1::2] // 1_000_000
    return np.diff(np.concatenate([[0], register])).astype(np.int64)


def behind_one_meter(consumed: np.ndarray, produced: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a meter sees of a home with its own panels: (withdrawn, fed in), netted within each quarter-hour."""
    net = consumed - produced
    return np.maximum(net, 0), np.maximum(-net, 0)
