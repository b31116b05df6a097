"""
Genuine files of operators, where they are at hand: counts and energies against sums made here with `csv` and `re` alone.
They are not part of this tree; `DAISEE_SAMPLES` names their folder.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from offchain_worker import meters

SAMPLES = Path(os.environ.get("DAISEE_SAMPLES", Path(__file__).resolve().parents[3] / "shared" / "samples"))
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the genuine samples are not beside this tree")


def report(*parts: str) -> dict[str, list[dict[str, object]]]:
    path = SAMPLES.joinpath(*parts)
    return meters.inspect([(path.name, path.read_bytes())])


def stamped_rows(*parts: str) -> list[tuple[int, str]]:
    """(UTC second, value) of all rows that begin with a stamp."""
    with SAMPLES.joinpath(*parts).open(encoding="utf-8-sig", newline="") as text:
        rows = [row for row in csv.reader(text, delimiter=";") if row and re.match(r"\d{4}-\d\d-\d\dT", row[0])]
    return [(int(datetime.fromisoformat(row[0]).timestamp()), row[1]) for row in rows]


def test_customer_space__a_year__every_half_hour_and_every_watt_hour() -> None:
    rows = stamped_rows("enedis_customer_space_csv", "consoexemple.csv")
    (curve,) = report("enedis_customer_space_csv", "consoexemple.csv")["curves"]
    assert curve["steps"] == {"1800": len(rows)} == {"1800": 17_520}
    assert curve["energy_micro_kwh"] == sum(int(value) for _, value in rows) * 500 == 7_302_599_000
    assert (curve["start"], curve["end"]) == ("2022-07-28T22:00:00Z", "2023-07-28T22:00:00Z")


def test_sge_hdm__hourly_then_half_hourly__as_many_of_each_and_their_sum() -> None:
    rows = stamped_rows("enedis_sge_hdm_csv", "C5-CDC_Enedis_SGE_HDM_A06NW0ZI.csv")
    (curve,) = report("enedis_sge_hdm_csv", "C5-CDC_Enedis_SGE_HDM_A06NW0ZI.csv")["curves"]
    moments = sorted(moment for moment, _ in rows)
    steps = {after: after - before for before, after in pairwise(moments)}
    filled = [(moment, int(value)) for moment, value in rows if value]
    usual = Counter(steps[moment] for moment, _ in filled if moment in steps and steps[moment] <= 3600)
    assert sum(curve["steps"].values()) == len(filled)
    assert set(curve["steps"]) == {"1800", "3600"} <= {str(step) for step in usual}
    halves, hours = curve["steps"]["1800"], curve["steps"]["3600"]
    assert abs(halves - usual[1800]) <= 2
    assert abs(hours - usual[3600]) <= 2
    energy = sum(value * 1000 for moment, value in filled if steps.get(moment, 3600) == 3600)
    energy += sum(value * 500 for moment, value in filled if steps.get(moment, 3600) == 1800)
    uncertain = [value * 1000 for moment, value in filled if steps.get(moment, 0) not in (1800, 3600)]
    assert abs(curve["energy_micro_kwh"] - energy) <= sum(uncertain)


def test_r50__a_day__every_point_of_the_file() -> None:
    text = SAMPLES.joinpath("enedis_flux_xml", "R50.xml").read_text("utf-8")
    values = re.findall(r"<PDC>.*?<V>(\d+)</V>.*?</PDC>", text, re.DOTALL)
    (curve,) = report("enedis_flux_xml", "R50.xml")["curves"]
    assert curve["meter"] == re.findall(r"<Id_PRM>(\d+)<", text)[0]
    assert (curve["intervals"], curve["energy_micro_kwh"]) == (len(values), sum(map(int, values)) * 500)


def test_green_button__hours__every_reading_of_the_feed() -> None:
    text = SAMPLES.joinpath("greenbutton_espi", "electric_containerized.xml").read_text("utf-8")
    found = [
        curve for curve in report("greenbutton_espi", "electric_containerized.xml")["curves"] if curve["intervals"]
    ]
    readings = re.findall(r"<IntervalReading>(.*?)</IntervalReading>", text, re.DOTALL)
    values = [int(re.findall(r"<value>(\d+)</value>", reading)[0]) for reading in readings]
    assert sum(curve["intervals"] for curve in found) == len(values)
    assert sum(curve["energy_micro_kwh"] for curve in found) == sum(values) * 1000


@pytest.mark.parametrize("name", ["telegram_v4_2.txt", "telegram_v5.txt"])
def test_p1__one_telegram__its_registers_and_its_time(name: str) -> None:
    text = SAMPLES.joinpath("dsmr_p1", name).read_text("latin-1")
    curves = report("dsmr_p1", name)["curves"]
    for direction, register in (("consumption", 1), ("production", 2)):
        (curve,) = [each for each in curves if each["direction"] == direction]
        tariffs = re.findall(rf"1-0:{register}\.8\.[12]\((\d+)\.(\d{{3}})\*kWh\)", text)
        shown = sum(int(whole + part) * 1000 for whole, part in tariffs)
        assert len(tariffs) == 2
        assert curve["register_micro_kwh"] == {"first": shown, "last": shown}
        assert curve["kind"] == "index"
    digits = re.findall(r"0-0:1\.0\.0\((\d{12})W\)", text)[0]
    local = datetime.strptime(digits + "+0100", "%y%m%d%H%M%S%z")
    assert int(datetime.fromisoformat(str(curves[0]["start"])).timestamp()) == int(local.timestamp())
