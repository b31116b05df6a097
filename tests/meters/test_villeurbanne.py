"""The Villeurbanne example: what its files hold, read here from scratch, and what the community makes of it."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from offchain_worker import meters
from offchain_worker.domain import allocation, conformity_rules, key, tariff
from offchain_worker.domain.canonical import dumps
from offchain_worker.domain.roster import Column, Direction, Roster, Source
from offchain_worker.meters.zone import local_midnight

FOLDER = Path(__file__).resolve().parents[2] / "scripts" / "villeurbanne"
COMMUNITY = json.loads((FOLDER / "community.json").read_text("utf-8"))
STEPS = 366 * 48
FIRST = int(datetime.fromisoformat("2016-01-01T00:00:00+01:00").timestamp())


@cache
def watts(name: str) -> dict[int, int | None]:
    """UTC start of each half-hour of a file → mean watts, with nothing but the standard library."""
    with gzip.open(FOLDER / "curves" / name, "rt", encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines, delimiter=";"))[3:]
    return {
        int(datetime.fromisoformat(stamp).timestamp()) - 1800: int(value) if value else None for stamp, value in rows
    }


@cache
def watt_hours(prm: str) -> np.ndarray:
    """Wh per half-hour of the year: measured, else the operator's estimate, else 0."""
    point = next(point for point in COMMUNITY["points"] if point["prm"] == prm)
    made = np.zeros(STEPS, dtype=np.int64)
    for name in sorted(point["files"]):  # '<PRM>.csv.gz' before '<PRM>.estimated.csv.gz', which has other half-hours
        for start, value in watts(name).items():
            if value is not None:
                made[(start - FIRST) // 1800] += value // 2
    return made


def in_participations(point: dict) -> np.ndarray:
    """bool[steps]: does anybody answer for the point?"""
    inside = np.zeros(STEPS, dtype=bool)
    for part in point["participations"]:
        first = (local_midnight("Europe/Paris", part["from"]) - FIRST) // 1800
        last = (local_midnight("Europe/Paris", part["to"]) - FIRST) // 1800 if part["to"] else STEPS
        inside[first:last] = True
    return inside


@cache
def community() -> tuple[np.ndarray, np.ndarray]:
    """Production and consumption of the community, Wh per half-hour."""
    totals = {"production": np.zeros(STEPS, dtype=np.int64), "consumption": np.zeros(STEPS, dtype=np.int64)}
    for point in COMMUNITY["points"]:
        totals[point["direction"]] += watt_hours(point["prm"]) * in_participations(point)
    return totals["production"], totals["consumption"]


def month_of_steps() -> np.ndarray:
    """The local month of every half-hour."""
    bounds = [(local_midnight("Europe/Paris", f"2016-{month:02}-01") - FIRST) // 1800 for month in range(1, 13)]
    return np.searchsorted(bounds, np.arange(STEPS), side="right")


def test_year__two_stage_pro_rata__shares_73_percent_of_production_and_36_of_consumption() -> None:
    produced, consumed = community()
    shared = np.minimum(produced, consumed)  # two pro rata stages together leave nothing that could be shared
    assert 1000 * shared.sum() // produced.sum() == 729
    assert 1000 * shared.sum() // consumed.sum() == 363
    june = month_of_steps() == 6
    assert 1000 * shared[june].sum() // produced[june].sum() == 765
    assert 1000 * shared[june].sum() // consumed[june].sum() == 496


def test_year__daylight__production_is_scarce_in_most_steps() -> None:
    produced, consumed = community()
    daylight = produced > 0
    assert 100 * (produced < consumed)[daylight].sum() // daylight.sum() == 64


@pytest.mark.parametrize("month", ["2016-03", "2016-06", "2016-10"])
def test_month__redacted_through_meters_and_engine__agrees_with_the_files_read_from_scratch(month: str) -> None:
    start = local_midnight("Europe/Paris", f"{month}-01")
    after = (date.fromisoformat(f"{month}-01") + timedelta(days=32)).replace(day=1)
    end = local_midnight("Europe/Paris", after.isoformat())
    rules = conformity_rules.parse(dumps(COMMUNITY["conformity"]))
    columns, energies = [], defaultdict(list)
    for point in COMMUNITY["points"]:
        for part in point["participations"]:
            first = max(start, local_midnight("Europe/Paris", part["from"]))
            last = min(end, local_midnight("Europe/Paris", part["to"])) if part["to"] else end
            if first < last:
                direction, source = Direction[point["direction"].upper()], Source[point["source"].upper()]
                column = Column(point["point"], part["member"], part["group"], direction, source, first, last)
                files = [
                    (
                        name,
                        meters.redact(
                            (FOLDER / "curves" / name).read_bytes(), name, f"{len(columns):014}", first, last
                        ),
                    )
                    for name in point["files"]
                ]
                curve = meters.standardise(files, column, start, end, 1800, rules)
                assert not [f for f in curve.findings if f.severity is meters.Severity.ERROR]
                columns.append(column)
                energies[direction].append(curve.energy)
    roster = Roster(tuple(columns))
    shared = allocation.allocate(
        np.stack(energies[Direction.CONSUMPTION], axis=1),
        np.stack(energies[Direction.PRODUCTION], axis=1),
        key.parse(dumps(COMMUNITY["key"])),
        roster,
    )
    produced, consumed = community()
    inside = slice((start - FIRST) // 1800, (end - FIRST) // 1800)
    lost = np.minimum(produced, consumed)[inside] * 1000 - shared.allocated.sum(axis=1)
    assert lost.min() >= 0
    assert lost.max() < 30  # µkWh that flooring leaves, less than one per column
    assert (shared.allocated.sum(axis=1) + shared.surplus.sum(axis=1) == produced[inside] * 1000).all()


def test_year__yearly_energies__are_those_the_readme_states() -> None:
    totals = {point["label"]: int(watt_hours(point["prm"]).sum()) for point in COMMUNITY["points"]}
    assert abs(totals["Roof"] - 60 * 1180 * 1000) <= 1
    assert [round(totals[f"Office {n}"] / 1000) for n in (1, 2, 3)] == [30_000, 20_000, 15_000]
    assert abs(totals["Shop 1"] - 18_000_000) <= 1
    homes = [totals[f"Home {n}"] for n in range(1, 19)]
    assert 2_590_000 < sum(homes) / 18 < 2_610_000
    assert [round(totals[label] / 1000) for label in ("Solar home", "Solar home roof")] == [2011, 5891]


def test_files__every_point__is_read_with_its_days_of_23_and_25_hours_and_no_odd_watts() -> None:
    for point in COMMUNITY["points"]:
        for name in point["files"]:
            curves = meters.read((FOLDER / "curves" / name).read_bytes(), name).curves
            assert [(curve.meter, curve.direction.name.lower()) for curve in curves] == [
                (point["prm"], point["direction"])
            ]
            codes = {str(finding.code) for finding in curves[0].findings}
            assert codes <= {"gap", "clock_change", "estimated"}
            known = {start: value for start, value in watts(name).items() if value is not None}
            assert dict(zip(curves[0].starts.tolist(), (curves[0].energy // 500).tolist(), strict=True)) == known


def test_community__as_a_whole__is_what_the_rules_and_its_readme_say() -> None:
    members = {member["member"]: member for member in COMMUNITY["members"]}
    assert list(members) == list(range(1, 28))
    assert {member["consent"] for member in members.values()} == {"signed", "paper", "default_in"}
    consumed_by = defaultdict(list)
    for point in COMMUNITY["points"]:
        assert len(point["prm"]) == 14
        assert point["prm"].isdigit()
        for part in point["participations"]:
            assert part["member"] in members
            if point["direction"] == "consumption":
                consumed_by[part["member"]].append(point["label"])
    assert ["Home 7", "Shop 1"] in consumed_by.values()
    moved = {
        point["label"]: point["participations"] for point in COMMUNITY["points"] if len(point["participations"]) > 1
    }
    assert {label: (old["to"], new["from"]) for label, (old, new) in moved.items()} == {
        "Home 5": ("2016-06-16", "2016-06-16"),
        "Home 11": ("2016-10-13", "2016-10-13"),
        "Home 16": ("2016-03-12", "2016-03-19"),
    }
    assert tariff.parse(dumps(COMMUNITY["tariff"])).bands == 1
