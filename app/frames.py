"""Curves as tables: what was local, what came from the grid, what was left over, by half-hour or by local day.

Sums are made of the exact µkWh; kilowatt-hours (floating point) appear in the tables to show only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from app.words import Words
from offchain_worker.domain.roster import Direction, Roster

Micro = NDArray[np.int64]
PARTS = ("local", "grid", "sold", "surplus")
QUALITIES = {"measured": "0", "estimated": "1", "missing": "2", "repaired": "4"}


@dataclass(frozen=True)
class Series:
    """µkWh by step: consumption is `local` + `grid`, production that left the meter `sold` + `surplus`.

    For the community as a whole what is sold is what is local, so `sold` is zero there.
    """

    start: int
    step_seconds: int
    zone: str
    local: Micro
    grid: Micro
    sold: Micro
    surplus: Micro

    @property
    def starts(self) -> list[int]:
        """The steps' starts, UTC seconds."""
        return [self.start + self.step_seconds * at for at in range(len(self.local))]

    @property
    def parts(self) -> list[str]:
        """The parts worth showing: what was consumed unless nothing but production is there, and what is not nothing."""
        found = [part for part in PARTS if getattr(self, part).any()]
        always = [] if found and not {"local", "grid"} & set(found) else ["local", "grid"]
        return [part for part in PARTS if part in found or part in always]


def of_community(document: dict[str, Any], zone: str) -> Series:
    """The community's curve from its `daisee.community/1`."""
    produced, consumed, allocated = (_micro(document[name]) for name in ("produced", "consumed", "allocated"))
    nothing = np.zeros_like(allocated)
    start, step = document["start"], document["stepSeconds"]
    return Series(start, step, zone, allocated, consumed - allocated, nothing, produced - allocated)


def of_curves(documents: Iterable[dict[str, Any]], roster: Roster, zone: str) -> Series:
    """One member's curve from the `daisee.curve/1` of its columns, one at least."""
    local = grid = sold = surplus = np.int64(0)
    start = step = 0
    for document in documents:
        energies, shared = _micro(document["energies"]), _micro(document["local"])
        start, step = document["start"], document["stepSeconds"]
        nothing = np.zeros_like(energies)
        consumes = roster.columns[document["column"]].direction is Direction.CONSUMPTION
        local = local + (shared if consumes else nothing)
        grid = grid + (energies - shared if consumes else nothing)
        sold = sold + (nothing if consumes else shared)
        surplus = surplus + (nothing if consumes else energies - shared)
    return Series(start, step, zone, *map(np.asarray, (local, grid, sold, surplus)))


def days(series: Series) -> list[date]:
    """The local days of the curve."""
    return sorted({day.date() for day in _local(series)})


def daily(series: Series, say: Words) -> pl.DataFrame:
    """One row per local day: its label and the parts in kWh."""
    frame = _frame(series).group_by("day", maintain_order=True).agg(pl.col(*series.parts).sum())
    labels = [f"{say.weekday(day.weekday())} {day.day}" for day in frame["day"]]
    return _shown(frame, labels, series.parts, say)


def steps(series: Series, first: date, number: int, say: Words) -> pl.DataFrame:
    """One row per step of `number` local days from `first`; an hour that comes twice is told apart by a mark."""
    moments = _local(series)
    chosen = [at for at, moment in enumerate(moments) if 0 <= (moment.date() - first).days < number]
    frame = _frame(series)[chosen]
    labels: list[str] = []
    for moment in (moments[at] for at in chosen):
        label = f"{moment:%H:%M}" if number == 1 else f"{say.weekday(moment.weekday())} {moment.day} {moment:%H:%M}"
        labels.append(f"{label}′" if label in labels else label)
    return _shown(frame, labels, series.parts, say)


def csv(series: Series) -> str:
    """The whole curve, step by step, exact: UTC start, local time, kWh with six decimals."""
    columns = {"interval_start": list(pl.from_epoch(pl.Series(series.starts)).dt.strftime("%Y-%m-%dT%H:%M:%SZ"))}
    columns["local_time"] = [moment.isoformat() for moment in _local(series)]
    for part in series.parts:
        columns[f"{part}_kwh"] = [f"{value // 10**6}.{value % 10**6:06d}" for value in getattr(series, part).tolist()]
    return pl.DataFrame(columns).write_csv()


def qualities(documents: Iterable[dict[str, Any]]) -> dict[str, int]:
    """How many steps of the curves are measured, estimated by the operator, missing."""
    text = "".join(document["qualities"] for document in documents)
    return {name: text.count(code) for name, code in QUALITIES.items()}


def days_of_quality(documents: Iterable[dict[str, Any]], quality: str, zone: str) -> list[date]:
    """The local days on which a curve has steps of this quality."""
    where = ZoneInfo(zone)
    return sorted(
        {
            datetime.fromtimestamp(document["start"] + at * document["stepSeconds"], where).date()
            for document in documents
            for at, code in enumerate(document["qualities"])
            if code == QUALITIES[quality]
        }
    )


def _micro(values: list[str]) -> Micro:
    return np.array([int(value) for value in values], dtype=np.int64)


def _local(series: Series) -> list[datetime]:
    found = pl.from_epoch(pl.Series(series.starts)).dt.replace_time_zone("UTC").dt.convert_time_zone(series.zone)
    return found.to_list()


def _frame(series: Series) -> pl.DataFrame:
    return pl.DataFrame(
        {"day": [moment.date() for moment in _local(series)], **{part: getattr(series, part) for part in series.parts}}
    )


def _shown(frame: pl.DataFrame, labels: list[str], parts: list[str], say: Words) -> pl.DataFrame:
    return pl.DataFrame(
        {
            say("chart.when"): labels,
            **{say(f"chart.{part}"): [round(value / 10**6, 3) for value in frame[part].to_list()] for part in parts},
        }
    )
