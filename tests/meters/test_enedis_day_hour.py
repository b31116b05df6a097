"""Older SGE curves with the day and the hour in two columns: times, describing columns, encodings, clock changes."""

from __future__ import annotations

import pytest

from offchain_worker import meters
from tests.meters.enedis_files import OTHER, PRM, csv, day_after, midnight, stamps, starts, watts
from tests.meters.mutation_cases_sheets import HEADER


def french(day: str) -> str:
    return "/".join(reversed(day.split("-")))


def rows(day: str, minutes: int = 30, prm: str = PRM, direction: str = "Consommation") -> list[str]:
    described = f"{prm};Courbe de charge;{french(day)};{french(day_after(day))};{direction};Energie active;Brut;W;{minutes}"  # fmt: skip
    times = stamps(day, minutes, "%d/%m/%Y;%H:%M:%S", end=minutes > 10)
    return [f"{time};{value};Brute;{described}" for time, value in zip(times, watts(300), strict=False)]


def read_one(data: bytes) -> meters.Curve:
    (curve,) = meters.read(data, "f").curves
    return curve


@pytest.mark.parametrize(
    ("day", "minutes", "count"),
    [("2021-06-01", 30, 48), ("2021-03-28", 30, 46), ("2021-10-31", 30, 50), ("2021-10-31", 10, 150), ("2021-06-01", 60, 24)],
)  # fmt: skip
def test_read__day__every_interval_at_its_utc_start(day: str, minutes: int, count: int) -> None:
    file = meters.read(csv(HEADER, rows(day, minutes)), "f")
    (curve,) = file.curves
    assert file.format == "enedis_day_hour"
    assert curve.starts.tolist() == starts(day, minutes)
    assert abs(int(curve.energy.sum()) - sum(watts(count)) * 1000 * minutes // 60) <= 1
    assert meters.verdict(curve.findings) == "conform"


@pytest.mark.parametrize(("encoding", "newline"), [("latin-1", "\r\n"), ("utf-8-sig", "\n"), ("utf-16", "\r\n")])
def test_read__encodings_and_line_ends__the_same(encoding: str, newline: str) -> None:
    curve = read_one(csv(HEADER, rows("2021-06-01"), encoding, newline))
    assert curve.energy.tolist() == [value * 500 for value in watts(48)]


@pytest.mark.parametrize("late", [True, False])
def test_read__midnight_beside_the_last_time_of_its_own_day__is_its_end(late: bool) -> None:
    written = rows("2021-06-01") + rows("2021-06-02")
    for at, day in ((47, "01/06/2021"), (95, "02/06/2021")):
        written[at] = f"{day};{'24:00:00' if late else '00:00:00'}" + written[at][19:]
    for order in (written, written[::-1]):
        curve = read_one(csv(HEADER, order))
        assert curve.starts.tolist() == starts("2021-06-01", 30) + starts("2021-06-02", 30)
        assert curve.energy.tolist() == [value * 500 for value in watts(48) * 2]


def test_read__only_the_first_row_describes_the_point__the_others_are_of_it() -> None:
    written = rows("2021-06-01")
    written[1:] = [";".join(row.split(";")[:4]) + ";" * 9 for row in written[1:]]
    assert read_one(csv(HEADER, written)).energy.tolist() == [value * 500 for value in watts(48)]
    left = meters.redact(csv(HEADER, written), "f", "0" * 14, midnight("2021-06-01") + 3600, midnight("2021-06-02"))
    assert PRM.encode() not in left
    assert len(read_one(left).starts) == 46


def test_read__estimates_and_reactive_energy__are_told_apart() -> None:
    written = rows("2021-06-01")
    written[3] = written[3].replace(";Brute;", ";Estimée;")
    reactive = [row.replace("Energie active", "Energie réactive") for row in rows("2021-06-01")]
    curve = read_one(csv(HEADER, written + reactive))
    assert curve.estimated.tolist() == [at == 3 for at in range(48)]
    assert {"estimated", "ignored_rows"} <= {str(finding.code) for finding in curve.findings}


def test_redact__two_points__the_other_is_gone() -> None:
    data = csv(HEADER, rows("2021-06-01") + rows("2021-06-01", prm=OTHER, direction="Production"))
    left = meters.redact(data, "f", "0" * 14, midnight("2021-06-01"), midnight("2021-06-01") + 7200, PRM)
    assert PRM.encode() not in left and OTHER.encode() not in left
    assert read_one(left).energy.tolist() == [value * 500 for value in watts(4)]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (PRM, "1,23457E+13", "row 2: the id of the point reads '1,23457E\\+13': a spreadsheet has cut its digits"),
        (";W;", ";kVA;", "unit 'kVA' is not one of"),
        ("Courbe de charge", "Index", "holds no load curve"),
        ("01/06/2021;02:00:00", "01/06/2021;25:00:00", "row 5: '01/06/2021 25:00:00' is no moment"),
        ("Consommation", "Reactive", "direction 'Reactive' is neither"),
    ],
)
def test_read__damaged__one_line(old: str, new: str, reason: str) -> None:
    with pytest.raises(meters.MeterFileError, match=reason):
        meters.read(csv(HEADER, [row.replace(old, new) for row in rows("2021-06-01")]), "f")
