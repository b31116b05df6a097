"""`daisee inspect` and `daisee standardise` as a user meets them: output, files and exit codes."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import polars as pl
import pytest

from offchain_worker.cli import main
from tests.meters.customer_space import PRM, day, file, head, readings


@pytest.fixture
def daisee(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """Run the command in this process: (exit code, stdout, stderr)."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["daisee", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main.run()
        out, err = capfd.readouterr()
        return int(caught.value.code or 0), out, err

    return run


def test_inspect__sound_gzip_file__prints_the_report_and_exits_0(daisee, tmp_path: Path) -> None:
    path = tmp_path / "june.csv.gz"
    path.write_bytes(gzip.compress(day()))
    code, out, _ = daisee("inspect", path, "--json")
    assert code == 0
    assert json.loads(out)["curves"][0]["energy_micro_kwh"] == 4_800_000


def test_inspect__negative_reading__prints_the_report_and_exits_1(daisee, tmp_path: Path) -> None:
    path = tmp_path / "june.csv"
    path.write_bytes(file([*head(), *readings("2016-06-01", [2, -2, 2])]))
    code, out, _ = daisee("inspect", path, "--json")
    assert (code, json.loads(out)["verdict"]) == (1, "rejected")


def test_inspect__for_people__names_meter_total_and_verdict(daisee, tmp_path: Path) -> None:
    path = tmp_path / "june.csv"
    path.write_bytes(day())
    code, out, _ = daisee("inspect", path)
    assert code == 0
    assert "4.800" in out
    assert "enedis_customer_space: conform" in out


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (day()[:-12], "row 51: truncated"),
        (b"hello", "no known format"),
        (None, "cannot be read"),
    ],
)
def test_inspect__unreadable_file__one_line_and_exit_1(
    daisee, tmp_path: Path, data: bytes | None, message: str
) -> None:
    path = tmp_path / "june.csv"
    if data is not None:
        path.write_bytes(data)
    code, out, err = daisee("inspect", path, "--json")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(f"error: {path}: ")
    assert message in err


@pytest.mark.parametrize("arguments", [["inspect"], ["standardise"], ["standardise", "x", "--out", "y", "--step", "7"]])
def test_meters__wrong_use__exit_2(daisee, arguments: list[str]) -> None:
    assert daisee(*arguments)[0] == 2


def test_standardise__measured_and_estimated__writes_curves_and_report(daisee, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes(file([*head(), *readings("2016-06-01", [200] * 40 + [None] * 8)]))
    (tmp_path / "e.csv").write_bytes(file([*head(stage="Comptage Estime"), *readings("2016-06-01T20:00", [100] * 6)]))
    out = tmp_path / "out"
    code, printed, _ = daisee("standardise", tmp_path / "m.csv", tmp_path / "e.csv", "--out", out, "--json")
    assert code == 0
    report = json.loads(printed)
    assert report == json.loads((out / "conformity.json").read_text("utf-8"))
    assert (report["verdict"], report["step_seconds"]) == ("repairable", 1800)
    assert report["curves"] == [
        {
            "meter": PRM,
            "direction": "consumption",
            "measured": 40,
            "estimated": 6,
            "repaired": 0,
            "missing": 2,
            "energy_micro_kwh": 4_300_000,
        }
    ]
    csv, parquet = pl.read_csv(out / "curves.csv"), pl.read_parquet(out / "curves.parquet")
    assert csv.columns == parquet.columns == ["interval_start", "meter", "direction", "energy_micro_kwh", "quality"]
    assert csv["quality"].to_list() == parquet["quality"].to_list() == ["measured"] * 40 + ["estimated"] * 6
    assert csv["interval_start"].to_list() == [f"{time:%Y-%m-%dT%H:%M:%SZ}" for time in parquet["interval_start"]]
    assert csv["interval_start"][0] == "2016-05-31T22:00:00Z"
    assert (len(csv), csv["energy_micro_kwh"].sum()) == (46, 4_300_000)


def test_standardise__hours__sums_half_hours(daisee, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes(day())
    code, _, _ = daisee("standardise", tmp_path / "m.csv", "--out", tmp_path, "--step", "60")
    assert code == 0
    assert pl.read_csv(tmp_path / "curves.csv")["energy_micro_kwh"].to_list() == [200_000] * 24


def test_standardise__rejected__writes_the_report_but_no_curves(daisee, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes(file([*head(), *readings("2016-06-01", [2, -2, 2])]))
    code, _, _ = daisee("standardise", tmp_path / "m.csv", "--out", tmp_path / "out")
    assert code == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["conformity.html", "conformity.json"]


def test_standardise__one_unreadable_file__writes_nothing(daisee, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes(day())
    (tmp_path / "bad.csv").write_bytes(b"hello")
    code, _, err = daisee("standardise", tmp_path / "m.csv", tmp_path / "bad.csv", "--out", tmp_path / "out")
    assert code == 1
    assert "bad.csv: no known format" in err
    assert not (tmp_path / "out").exists()
