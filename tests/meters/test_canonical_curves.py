"""Canonical curves as CSV and Parquet: the same readings from both, rows named when they are wrong."""

from __future__ import annotations

import io

import numpy as np
import polars as pl
import pytest

from offchain_worker import meters
from offchain_worker.meters.formats import canonical

HEADER = "interval_start,meter,direction,energy_micro_kwh"
ROWS = [
    "2016-06-01T00:00:00Z,b,production,7",
    "2016-06-01T00:00:00Z,a,consumption,1",
    "2016-06-01T00:30:00Z,b,production,8",
    "2016-06-01T00:30:00Z,a,consumption,2",
    "2016-06-01T01:30:00Z,a,consumption,3",
    "2016-06-01T02:00:00Z,a,consumption,4",
]
FIRST = 1464739200  # 2016-06-01T00:00:00Z


def csv(*rows: str) -> bytes:
    return ("\n".join([HEADER, *rows]) + "\n").encode()


def parquet(frame: pl.DataFrame) -> bytes:
    written = io.BytesIO()
    frame.write_parquet(written)
    return written.getvalue()


def frame(stamp: pl.DataType | None = None) -> pl.DataFrame:
    table = pl.read_csv(csv(*ROWS))
    return (
        table.with_columns(pl.col("interval_start").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC"))
        if stamp
        else table
    )


def seen(data: bytes) -> list[tuple[str, str, list[int], list[int]]]:
    return [
        (curve.meter, curve.direction.name, curve.starts.tolist(), curve.energy.tolist())
        for curve in meters.read(data, "f").curves
    ]


EXPECTED = [
    ("b", "PRODUCTION", [FIRST, FIRST + 1800], [7, 8]),
    ("a", "CONSUMPTION", [FIRST, FIRST + 1800, FIRST + 5400, FIRST + 7200], [1, 2, 3, 4]),
]


@pytest.mark.parametrize(
    "data",
    [
        csv(*ROWS),
        b"\xef\xbb\xbf" + csv(*ROWS),
        csv(*(row.replace("T", " ").replace("Z", "+00:00") for row in ROWS)),
        parquet(frame()),
        parquet(frame(pl.Datetime())),
        canonical.csv_bytes(
            canonical.table_of([
                (meter, direction.lower(), np.array(starts), np.array(energy))
                for meter, direction, starts, energy in EXPECTED
            ])
        ),
    ],
    ids=["csv", "bom", "spaces", "parquet text", "parquet time", "written"],
)  # fmt: skip
def test_read__canonical_in_every_guise__gives_the_same_curves(data: bytes) -> None:
    assert seen(data) == EXPECTED
    assert meters.read(data, "f").format == "canonical"


def test_read__canonical_gap__is_found() -> None:
    curve = meters.read(csv(*ROWS), "f").curves[1]
    assert [(str(f.code), f.count, f.start) for f in curve.findings] == [("gap", 1, FIRST + 3600)]


@pytest.mark.parametrize(
    ("bad", "row", "reason"),
    [
        ("2016-06-01T02:30:00,a,consumption,5", 8, "interval_start"),
        ("2016-13-01T02:30:00Z,a,consumption,5", 8, "interval_start"),
        ("2016-06-01T02:30:00Z,a,both,5", 8, "direction"),
        ("2016-06-01T02:30:00Z,a,consumption,5.5", 8, "energy_micro_kwh"),
        ("2016-06-01T02:30:00Z,a,consumption,9999999999999999999", 8, "energy_micro_kwh"),
        ("2016-06-01T02:30:00Z,a,consumption,1000000000001", 8, "energy_micro_kwh"),
        ("2016-06-01T02:30:00Z,a,consumption", 8, "4 fields"),
        ("2016-06-01T02:30:00Z,a,consumption,", 8, "4 fields"),
        ("2016-06-01T02:30:00Z,a,consumption,5,6", 8, "4 fields"),
        ("2016-06-01T02:30:00Z,,consumption,5", 8, "4 fields"),
    ],
)
def test_read__canonical_with_a_bad_row__names_it(bad: str, row: int, reason: str) -> None:
    with pytest.raises(meters.MeterFileError) as caught:
        meters.read(csv(*ROWS, bad), "c.csv")
    assert str(caught.value).startswith(f"c.csv: row {row}: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    "table",
    [
        frame().rename({"meter": "counter"}),
        frame().with_columns(pl.col("energy_micro_kwh").cast(pl.Float64)),
        frame(pl.Datetime()).with_columns(pl.col("interval_start").dt.replace_time_zone(None)),
    ],
    ids=["columns", "float energy", "naive time"],
)
def test_read__parquet_of_other_columns__is_refused(table: pl.DataFrame) -> None:
    with pytest.raises(meters.MeterFileError, match=r"^c\.parquet: "):
        meters.read(parquet(table), "c.parquet")


def test_read__truncated_parquet__is_refused() -> None:
    with pytest.raises(meters.MeterFileError, match=r"^c\.parquet: is no readable Parquet file"):
        meters.read(parquet(frame())[:-20], "c.parquet")


GRADED = (
    b"interval_start,meter,direction,energy_micro_kwh,quality\n"
    b"2016-06-01T00:00:00Z,a,consumption,5,measured\n"
    b"2016-06-01T00:30:00Z,a,consumption,6,estimated\n"
    b"2016-06-01T01:00:00Z,a,consumption,7,repaired\n"
)


def test_read__canonical_with_quality__keeps_who_says_it() -> None:
    curve = meters.read(GRADED, "f").curves[0]
    assert curve.energy.tolist() == [5, 6, 7]
    assert curve.estimated.tolist() == [False, True, True]
    assert curve.codes.tolist() == ["", "estimated", "repaired"]


def test_redact__canonical_with_quality__keeps_it() -> None:
    start = int(meters.read(GRADED, "f").curves[0].starts[0])
    assert meters.redact(GRADED, "f", "0", start, start + 3600) == GRADED.replace(b",a,", b",0,").rpartition(b"2016")[0]


def test_read__canonical_with_an_unknown_quality__names_the_row() -> None:
    with pytest.raises(meters.MeterFileError, match="row 4: quality is none of measured, estimated, repaired"):
        meters.read(GRADED.replace(b"repaired", b"guessed"), "f")


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_read__saved_again_by_a_spreadsheet__the_same(delimiter: str) -> None:
    lines = ["interval_start,meter,direction,energy_micro_kwh", *(f"2024-06-01T{hour:02}:00:00Z,12345678901234,consumption,{hour}" for hour in range(24))]  # fmt: skip
    plain, saved = "\n".join(lines).encode(), "\r\n".join(lines).replace(",", delimiter).encode("utf-8-sig")
    (curve,) = meters.read(saved, "f.csv").curves
    assert curve.energy.tolist() == meters.read(plain, "f.csv").curves[0].energy.tolist() == list(range(24))
    with pytest.raises(meters.MeterFileError, match=r"row 2: the id of the point reads '1\.23457E\+13': a spreadsheet"):
        meters.read(saved.replace(b"12345678901234", b"1.23457E+13"), "f.csv")
