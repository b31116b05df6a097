"""Enedis flow R50: what is read of a genuine flow and of written ones, what is left of one point after redaction."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from offchain_worker import meters
from offchain_worker.meters import Code
from tests.meters.enedis_files import OTHER, PRM, midnight, r50, r50_of, starts, watts, zoned

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "samples" / "enedis_flux_xml" / "R50.xml"


@pytest.mark.skipif(not SAMPLE.exists(), reason="the genuine sample is not in this tree")
def test_read__genuine_flow__48_half_hours_and_20_681_kwh() -> None:
    (curve,) = meters.read(SAMPLE.read_bytes(), "R50.xml").curves
    written = [int(value) for value in re.findall(r"<V>(\d+)</V>", SAMPLE.read_text("utf-8"))]
    assert curve.energy.tolist() == [value * 500 for value in written]
    assert int(curve.energy.sum()) == 20_681_000
    assert curve.starts.tolist() == starts("2022-02-02", 30)
    assert (curve.meter, curve.direction.name, curve.kind, curve.findings) == (
        "09111642617347", "CONSUMPTION", "load", ()
    )  # fmt: skip


@pytest.mark.parametrize(("day", "count"), [("2021-03-28", 46), ("2021-10-31", 50), ("2021-06-01", 48)])
def test_read__days_of_clock_changes__every_half_hour_at_its_utc_start(day: str, count: int) -> None:
    (curve,) = meters.read(r50([day]), "f").curves
    assert len(curve.starts) == count
    assert curve.starts.tolist() == starts(day, 30)
    assert curve.energy.tolist() == [value * 500 for value in watts(count)]


def test_read__value_that_is_not_there__is_missing() -> None:
    (curve,) = meters.read(r50(["2021-06-01"], values=[2, None, 4, *[2] * 45]), "f").curves
    assert [(f.code, f.count) for f in curve.findings] == [(Code.GAP, 1)]
    assert len(curve.starts) == 47


def test_read__value_the_operator_doubts__warns_and_keeps_its_code() -> None:
    data = r50(["2021-06-01"]).replace(b"<IV>0</IV></PDC>", b"<IV>1</IV></PDC>", 1)
    (curve,) = meters.read(data, "f").curves
    assert [(f.code, f.count) for f in curve.findings] == [(Code.DOUBTFUL, 1)]
    assert curve.codes.tolist()[:2] == ["1", "0"]


def test_read__day_whose_last_hour_is_not_there__is_said() -> None:
    data = r50(["2021-06-01"], values=watts(46))
    assert [f.code for f in meters.read(data, "f").curves[0].findings] == [Code.DECLARED_RANGE]


def test_read__two_points_and_two_days__are_two_curves() -> None:
    points = [r50(["2021-06-01", "2021-06-02"], prm).split(b"</En_Tete_Flux>")[1][:-8] for prm in (PRM, OTHER)]
    data = r50(["2021-06-01"]).split(b"</En_Tete_Flux>")[0] + b"</En_Tete_Flux>" + b"".join(points) + b"\n</R50>\n"
    curves = meters.read(data, "f").curves
    assert [(curve.meter, len(curve.starts)) for curve in curves] == [(PRM, 96), (OTHER, 96)]


@pytest.mark.parametrize(
    "disguise",
    [
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\n \n" + data,
        lambda data: data.replace(b"<R50>", b'<x:R50 xmlns:x="urn:x">').replace(b"</R50>", b"</x:R50>"),
        lambda data: data.replace(b"\n", b""),
        lambda data: data.replace(b"<R50>", b"<!-- a > b --><R50>"),
    ],
    ids=["bom", "crlf", "blank lines", "prefix", "one line", "comment"],
)
def test_read__in_disguise__is_the_same(disguise: object) -> None:
    (curve,) = meters.read(disguise(r50(["2021-06-01"])), "f").curves  # type: ignore[operator]
    assert curve.energy.tolist() == [value * 500 for value in watts(48)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data[:-60], "is no well-formed XML"),
        (lambda data: data.replace(b"<R50>", b'<!DOCTYPE a [<!ENTITY b "c">]><R50>'), "document type or entities"),
        (lambda data: data.replace(b"<V>200</V>", b"<V>2e2</V>"), "row 4: '2e2' is no number"),
        (lambda data: data.replace(b"<V>200</V>", b"<V>1000000000</V>"), "is no number that a meter shows"),
        (lambda data: data.replace(b"T00:30:00+02:00", b"T00:30:99+02:00"), "is no moment"),
        (lambda data: data.replace(b"2021-06-01T00:30", b"1921-06-01T00:30"), "not between 2000 and 2100"),
        (lambda data: data.replace(b"<Pas_Publication>30", b"<Pas_Publication>37"), "step '37' is not 5"),
        (lambda data: data.replace(b"<Date_Releve>2021-06-01", b"<Date_Releve>2021-06-31"), "'2021-06-31' is no day"),
        (lambda data: data.replace(PRM.encode(), b""), "no usable id"),
    ],
    ids=["cut", "entities", "value", "too large", "moment", "year", "step", "day", "id"],
)
def test_read__damaged__one_line_with_file_row_and_reason(change: object, reason: str) -> None:
    with pytest.raises(meters.MeterFileError) as caught:
        meters.read(change(r50(["2021-06-01"])), "flow.xml")  # type: ignore[operator]
    assert str(caught.value).startswith("flow.xml: ")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_redact__two_points_and_three_days__one_points_day_stays_byte_for_byte() -> None:
    days = ["2021-06-01", "2021-06-02", "2021-06-03"]
    points = [
        (prm, r50(days, prm).decode().split(f"<Id_PRM>{prm}</Id_PRM>\n")[1].split("\n</PRM>")[0])
        for prm in (PRM, OTHER)
    ]
    data = r50_of(points)
    stand_in = "0" * 14
    left = meters.redact(data, "f", stand_in, midnight(days[1]), midnight(days[2]), PRM)
    releases = "\n".join(
        f"<Donnees_Releve><Date_Releve>{day}</Date_Releve><Id_Affaire>M0</Id_Affaire>\n"
        + (points[0][1].split(day + "</Date_Releve><Id_Affaire>M0</Id_Affaire>\n")[1].split("\n</Donnees")[0] + "\n" if day == days[1] else "")
        + "</Donnees_Releve>"
        for day in days
    )  # fmt: skip
    assert left.decode().replace("\n", "") == r50_of([(stand_in, releases)]).decode().replace("\n", "")
    (curve,) = meters.read(left, "f").curves
    assert (curve.meter, curve.starts.tolist()) == (stand_in, starts(days[1], 30))
    assert all(stamp in left.decode() for stamp in zoned(days[1], 30))
