"""Excel exports of Enedis' customer space, and such sheets saved as CSV: points, times, values, clock changes."""

from __future__ import annotations

import pytest

from offchain_worker import meters
from offchain_worker.meters import xlsx
from offchain_worker.meters.xlsx import Cell
from tests.meters.enedis_files import PRM, midnight, stamps, starts, watts

ABOVE = [["", "", "Consommation Horaire"], ["", "", "Point Référence Mesure", "", PRM], ["", "", "Plage horaire"]]
HEADER = ["", "", "Début", "Fin", "Valeur (en kW)"]
FORM = "%d/%m/%Y %H:%M:%S"


def kilowatts(count: int) -> list[str]:
    return [f"{value // 1000},{value % 1000:03}" for value in watts(count)]


def table(day: str, minutes: int = 30) -> list[list[str]]:
    bounds = stamps(day, minutes, FORM, end=False), stamps(day, minutes, FORM)
    return [["", "", begin, end, value] for begin, end, value in zip(*bounds, kilowatts(300), strict=False)]


def book(*lines: list[str], title: str = "Consommation Horaire") -> bytes:
    return xlsx.written(title, [*ABOVE, HEADER, *lines])


def read_one(data: bytes) -> meters.Curve:
    (curve,) = meters.read(data, "f").curves
    return curve


@pytest.mark.parametrize(("day", "count"), [("2025-06-01", 48), ("2025-03-30", 46), ("2025-10-26", 50)])
def test_read__day__every_half_hour_at_its_utc_start(day: str, count: int) -> None:
    file = meters.read(book(*table(day)), "f.xlsx")
    (curve,) = file.curves
    assert (file.format, curve.meter) == ("enedis_workbook", PRM)
    assert curve.starts.tolist() == starts(day, 30)
    assert curve.energy.tolist() == [value * 500 for value in watts(count)]
    assert meters.verdict(curve.findings) == "conform"


def test_read__numbers_and_times_as_excel_stores_them__the_same() -> None:
    days = 45809  # 2025-06-01
    lines = [
        ["", "", Cell(repr(days + at / 48), True), Cell(repr(days + (at + 1) / 48), True), Cell(repr(value / 1000), True)]
        for at, value in enumerate(watts(48))
    ]  # fmt: skip
    above = [["PRM", Cell("1.2345678901234E13", True)]]
    curve = read_one(xlsx.written("Consommation Horaire", [*above, HEADER, *lines]))
    assert (curve.meter, curve.starts.tolist()) == (PRM, starts("2025-06-01", 30))
    assert curve.energy.tolist() == [value * 500 for value in watts(48)]


def test_read__na__is_missing_and_a_gap() -> None:
    lines = table("2025-06-01")
    lines[7][4] = "NA"
    curve = read_one(book(*lines))
    assert len(curve.starts) == 47
    assert {str(finding.code) for finding in curve.findings} >= {"gap"}


def test_read__na_in_the_hour_that_spring_skips__costs_nothing_but_a_warning() -> None:
    lines = table("2025-03-30")
    lines.insert(4, ["", "", "30/03/2025 02:00:00", "30/03/2025 02:30:00", "NA"])
    curve = read_one(book(*lines))
    assert curve.starts.tolist() == starts("2025-03-30", 30)
    assert meters.verdict(curve.findings) == "repairable"


@pytest.mark.parametrize(("title", "direction"), [("Production Horaire", "PRODUCTION"), ("Feuil1", "CONSUMPTION")])
def test_read__direction__is_that_of_the_sheet_or_of_what_stands_above(title: str, direction: str) -> None:
    (rows,) = meters.read(book(*table("2025-06-01"), title=title), "f.xlsx").rows
    assert (rows.direction.name, rows.direction_stated) == (direction, True)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_read__saved_as_csv__the_same(delimiter: str) -> None:
    quoted = [[f'"{field}"' if "," in field else field for field in line] for line in [*ABOVE, HEADER, *table("2025-06-01")]]  # fmt: skip
    for encoding in ("utf-8-sig", "cp1252"):
        data = "\r\n".join(delimiter.join(line) for line in quoted).encode(encoding) + b"\r\n"
        curve = read_one(data)
        assert (curve.meter, curve.energy.tolist()) == (PRM, [value * 500 for value in watts(48)])


def test_read__only_the_table_copied__has_no_point() -> None:
    lines = ["Début;Fin;Valeur (en Kw)", *(";".join(line[2:]) for line in table("2025-06-01"))]
    curve = read_one("\n".join(lines).encode())
    assert (curve.meter, len(curve.starts)) == ("", 48)
    assert {"direction_unstated", "wrong_id"} <= {str(finding.code) for finding in curve.findings}


def test_read__days__are_an_index() -> None:
    lines = [*ABOVE, ["", "Date", "Valeur (en kWh)"], ["", "01/06/2025", "12,571"], ["", "02/06/2025", "9,2"]]
    (curve,) = meters.read(xlsx.written("Export Consommation Quotidienne", lines), "f.xlsx").curves
    assert (curve.kind, curve.quantity, curve.energy.tolist()) == ("index", "EA by day", [12_571_000, 9_200_000])


@pytest.mark.parametrize("packed", [True, False])
def test_redact__two_hours__nothing_else_is_left(packed: bool) -> None:
    data = book(*table("2025-06-01")) if packed else "\n".join(";".join(line) for line in [*ABOVE, HEADER, *table("2025-06-01")]).encode()  # fmt: skip
    start = midnight("2025-06-01")
    left = meters.redact(data, "f", "0" * 14, start + 3600, start + 10800, PRM)
    assert PRM.encode() not in left
    curve = read_one(left)
    assert (curve.meter, curve.starts.tolist()) == ("0" * 14, starts("2025-06-01", 30)[2:6])
    assert curve.energy.tolist() == [value * 500 for value in watts(48)[2:6]]


@pytest.mark.parametrize(
    ("place", "text", "reason"),
    [
        (2, "1/6/25", "row 9: '1/6/25' is no moment"),
        (3, "01/06/2025 09:00:00", "row 9: .* is not 5, 10, 15, 30 or 60 minutes after"),
        (4, "4,03O", "row 9: '4,03O' is no number"),
        (2, "", "row 9: '' is no moment"),
    ],
)
def test_read__damaged_cell__one_line(place: int, text: str, reason: str) -> None:
    lines = table("2025-06-01")
    lines[4][place] = text
    with pytest.raises(meters.MeterFileError, match=reason):
        meters.read(book(*lines), "f.xlsx")


def test_read__decimal_commas_without_quotes_between_commas__are_refused() -> None:
    lines = [HEADER, *table("2025-06-01")]
    with pytest.raises(meters.MeterFileError, match="has more fields than the header"):
        meters.read("\n".join(",".join(line) for line in lines).encode(), "f.csv")


def test_read__point_shortened_by_a_spreadsheet__is_refused() -> None:
    lines = [["PRM", "1,23457E+13"], HEADER, *table("2025-06-01")]
    with pytest.raises(meters.MeterFileError, match="a spreadsheet has cut its digits"):
        meters.read("\n".join(";".join(line) for line in lines).encode(), "f.csv")
