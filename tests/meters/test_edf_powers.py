"""The supplier EDF's download of half-hourly powers: days, times that run backwards, natures, damage."""

from __future__ import annotations

import pytest

from offchain_worker import meters
from tests.meters.enedis_files import csv, midnight, stamps, starts, watts

HEAD = "Récapitulatif de mes puissances atteintes en W\n\nDate et heure de relève par le distributeur;Puissance atteinte (W);Nature de la donnée"  # fmt: skip


def rows(day: str) -> list[str]:
    times = zip(stamps(day, 30, "%H:%M:%S"), watts(50), strict=False)
    return [f"{'/'.join(reversed(day.split('-')))};;", *[f"{time};{value};Réelle" for time, value in times][::-1], ""]


def read_one(data: bytes) -> meters.Curve:
    (curve,) = meters.read(data, "f").curves
    return curve


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_read__two_days__midnight_is_the_end_of_the_day_it_stands_under(encoding: str) -> None:
    file = meters.read(csv(HEAD, rows("2025-01-18") + rows("2025-01-17"), encoding, "\r\n"), "f.csv")
    (curve,) = file.curves
    assert (file.format, curve.meter) == ("edf_powers", "")
    assert curve.starts.tolist() == starts("2025-01-17", 30) + starts("2025-01-18", 30)
    assert curve.energy.tolist() == [value * 500 for value in watts(48) * 2]
    assert "the file does not name its point" in {finding.message for finding in curve.findings}
    assert {"direction_unstated", "unsorted", "wrong_id"} == {str(finding.code) for finding in curve.findings}


def test_read__estimate__is_marked() -> None:
    lines = rows("2025-01-18")
    lines[1] = lines[1].replace("Réelle", "Estimée")
    curve = read_one(csv(HEAD, lines))
    assert curve.estimated.tolist() == [False] * 47 + [True]


def test_redact__two_hours__only_they_are_left() -> None:
    start = midnight("2025-01-18")
    left = meters.redact(csv(HEAD, rows("2025-01-18") + rows("2025-01-17")), "f", "", start - 1800, start + 3600)
    curve = read_one(left)
    assert curve.starts.tolist() == [start - 1800, start, start + 1800]
    assert curve.energy.tolist() == [value * 500 for value in [watts(48)[-1], *watts(2)]]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("18/01/2025;;", "", "row 5: '00:00:00;\\d+;R.*' is neither a day nor a time"),
        ("01:00:00", "1h", "row \\d+: '1h;\\d+;R.*' is neither a day nor a time"),
        ("01:00:00", "01:60:00", "'18/01/2025 01:60:00' is no moment"),
        (";Réelle", "", "is neither a day nor a time"),
        (";200;", ";2OO;", "'2OO' is no number"),
    ],
)
def test_read__damaged__one_line(old: str, new: str, reason: str) -> None:
    with pytest.raises(meters.MeterFileError, match=reason):
        meters.read("\n".join([HEAD, *rows("2025-01-18")]).replace(old, new).encode(), "f.csv")
