"""What `inspect` reports of one file and of several, and that nothing outside the bytes enters."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from offchain_worker import meters
from tests.meters.customer_space import PRM, day, file, head, readings

ROOT = Path(__file__).resolve().parents[2]


def test_inspect__a_sound_day__is_conform() -> None:
    assert meters.inspect([("f.csv", day())]) == {
        "format": "enedis_customer_space",
        "verdict": "conform",
        "curves": [
            {
                "meter": PRM,
                "direction": "consumption",
                "kind": "load",
                "quantity": "",
                "start": "2016-05-31T22:00:00Z",
                "end": "2016-06-01T22:00:00Z",
                "steps": {"1800": 48},
                "intervals": 48,
                "missing": 0,
                "energy_micro_kwh": 4_800_000,
            }
        ],
        "findings": [],
    }


def test_inspect__measured_and_estimated_file__are_one_curve() -> None:
    measured = file([*head(), *readings("2016-06-01", [200] * 10 + [None] * 5 + [200] * 33)])
    report = meters.inspect([("m.csv", measured), ("e.csv.gz", gzip.compress(day(watts=100, stage="Comptage Estime")))])
    (curve,) = report["curves"]
    assert (curve["intervals"], curve["missing"], curve["energy_micro_kwh"]) == (48, 0, 4_550_000)
    found = [(f["code"], f["severity"], f["count"]) for f in report["findings"]]
    assert found == [("estimated", "info", 43), ("estimated", "info", 5)]
    assert report["verdict"] == "conform"


def test_inspect__two_months_in_two_files__are_one_curve_with_the_gap_between() -> None:
    report = meters.inspect([("b.csv", day("2016-06-03")), ("a.csv", day("2016-06-01"))])
    (curve,) = report["curves"]
    assert (curve["intervals"], curve["missing"]) == (96, 48)
    assert [(f["code"], f["severity"], f["start"], f["end"], f["count"]) for f in report["findings"]] == [
        ("gap", "warning", "2016-06-01T22:00:00Z", "2016-06-02T22:00:00Z", 48)
    ]
    assert report["verdict"] == "repairable"


def test_inspect__two_files_that_contradict__are_rejected() -> None:
    report = meters.inspect([("a.csv", day(watts=200)), ("b.csv", day(watts=202))])
    assert report["verdict"] == "rejected"
    assert {f["code"]: f["count"] for f in report["findings"]} == {"conflict": 96, "gap": 48}


def test_inspect__two_formats_of_one_point__names_the_second_file() -> None:
    rows = f"interval_start,meter,direction,energy_micro_kwh\n2016-06-01T00:00:00Z,{PRM},consumption,5\n"
    with pytest.raises(meters.MeterFileError, match=r"^b\.csv: is in another unit than a\.csv for one point$"):
        meters.inspect([("a.csv", day()), ("b.csv", rows.encode())])


def test_inspect__every_sixth_row_missing_for_a_month__report_stays_short() -> None:
    rows = [row for n, row in enumerate(readings("2016-06-01", [2] * 1440)) if n % 6]
    report = meters.inspect([("f.csv", file([*head(), *rows]))])
    gaps = [f for f in report["findings"] if f["code"] == "gap"]
    assert len(gaps) == 50
    assert sum(f["count"] for f in gaps) == report["curves"][0]["missing"] == 239  # the first row is no gap


@pytest.mark.parametrize("cut", [1, 9, 40])
def test_inspect__truncated_gzip__is_refused_in_one_line(cut: int) -> None:
    with pytest.raises(meters.MeterFileError, match=r"^f\.gz: is no complete gzip file: truncated or damaged$"):
        meters.inspect([("f.gz", gzip.compress(day())[:-cut])])


def test_inspect__other_locale_time_zone_and_hash_seed__the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(file([*head(), *readings("2016-10-29", range(0, 300, 2))]))
    script = (
        "import json, pathlib, sys; from offchain_worker import meters;"
        "print(json.dumps(meters.inspect([('f', pathlib.Path(sys.argv[1]).read_bytes())])))"
    )
    told = set()
    for surroundings in ({"TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONTZPATH": ""}, {"TZ": "UTC", "PYTHONHASHSEED": "1"}):
        command = [sys.executable, "-c", script, str(path)]
        told.add(
            subprocess.run(
                command, cwd=ROOT, env={**os.environ, **surroundings}, capture_output=True, check=True
            ).stdout
        )
    assert len(told) == 1
    assert json.loads(told.pop())["findings"][0]["count"] == 50


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save it as .xlsx"),
        (b"%PDF-1.7\n", "ask for the readings as CSV"),
        (b"\n<!DOCTYPE html><html><body>Connexion</body></html>", "sign in and fetch the file again"),
    ],
)
def test_inspect__files_taken_for_readings__say_what_to_do(data: bytes, hint: str) -> None:
    with pytest.raises(meters.MeterFileError, match=hint):
        meters.inspect([("f", data)])


@pytest.mark.parametrize(("word", "direction"), [("Soutirage", "consumption"), ("Injection", "production")])
def test_inspect__the_grids_words_for_the_directions__are_known(word: str, direction: str) -> None:
    assert meters.inspect([("f", day(kind=word))])["curves"][0]["direction"] == direction
