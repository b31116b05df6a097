"""Redaction: only a participation's intervals leave, under another id, everything else byte for byte."""

from __future__ import annotations

import gzip

import pytest

from offchain_worker import meters
from offchain_worker.domain.roster import Direction
from offchain_worker.meters.zone import local_midnight
from tests.meters.customer_space import HEADER, PRM, day, file, head, readings

STAND_IN = "00000000000007"
START, END = local_midnight("Europe/Paris", "2016-06-01"), local_midnight("Europe/Paris", "2016-06-02")


def test_redact__year_to_a_day__keeps_its_rows_and_the_head_under_the_stand_in() -> None:
    rows = readings("2016-05-31", range(0, 288, 2))
    data = meters.redact(file([*head(), *rows]), "f.csv", STAND_IN, START, END)
    assert data.decode() == "\ufeff" + "\n".join([HEADER, head(STAND_IN)[1], "Horodate;Valeur", *rows[48:96]]) + "\n"
    assert PRM.encode() not in data


def test_redact__damaged_rows_inside__stay_as_they_are() -> None:
    rows = readings("2016-06-01", [2, None, -4, 6, 7])
    lines = [*rows, rows[0] + "2", rows[4]]
    data = meters.redact(file([*head(), *lines], newline="\r\n"), "f.csv", STAND_IN, START, END)
    assert data.decode().split("\r\n")[3:-1] == lines


def test_redact__gzip__comes_back_unpacked() -> None:
    packed = gzip.compress(day())
    assert meters.redact(packed, "f.csv.gz", STAND_IN, START, END) == meters.redact(
        day(), "f.csv", STAND_IN, START, END
    )


def test_redact__nothing_inside__leaves_the_head_and_standardises_to_nothing() -> None:
    data = meters.redact(day("2016-05-01"), "f.csv", STAND_IN, START, END)
    assert data == file(head(STAND_IN))
    (curve,) = meters.read(data, "f.csv").curves
    assert (len(curve.starts), [str(f.code) for f in curve.findings]) == (0, ["empty"])


def test_redact__file_of_two_points__keeps_the_one_named() -> None:
    other = "2" * 14
    data = file([*head(), *readings("2016-06-01", [2] * 3), *head(other), *readings("2016-06-01", [4] * 3)], bom=False)
    assert meters.redact(data, "f.csv", STAND_IN, START, END, other) == file(
        [*head(STAND_IN), *readings("2016-06-01", [4] * 3)], bom=False
    )
    with pytest.raises(meters.MeterFileError, match=r"^f\.csv: holds 2 points: say which one"):
        meters.redact(data, "f.csv", STAND_IN, START, END)


def test_redact__meter_of_both_directions__keeps_the_one_named() -> None:
    consumed, produced = readings("2016-06-01", [2] * 3), readings("2016-06-01", [4] * 3)
    data = file([*head(), *consumed, *head(kind="Production"), *produced], bom=False)
    kept = meters.redact(data, "f.csv", STAND_IN, START, END, PRM, Direction.PRODUCTION)
    assert kept == file([*head(STAND_IN, "Production"), *produced], bom=False)


@pytest.mark.parametrize(
    ("stand_in", "meter", "reason"),
    [("7", "", "stand-in of 1 characters for an id of 14"), (STAND_IN, "9" * 14, "does not hold the point")],
)
def test_redact__wrong_stand_in_or_point__is_refused(stand_in: str, meter: str, reason: str) -> None:
    with pytest.raises(meters.MeterFileError, match=reason):
        meters.redact(day(), "f.csv", stand_in, START, END, meter)


def test_redact__canonical__writes_its_rows_under_the_stand_in() -> None:
    data = (
        b"interval_start,meter,direction,energy_micro_kwh\n"
        b"2016-05-31T21:30:00Z,abc,production,5\n"
        b"2016-05-31T22:00:00Z,abc,production,6\n"
        b"2016-05-31T22:30:00Z,abc,production,7\n"
    )
    assert meters.redact(data, "f.csv", "xyz", START, END) == (
        b"interval_start,meter,direction,energy_micro_kwh\n"
        b"2016-05-31T22:00:00Z,xyz,production,6\n"
        b"2016-05-31T22:30:00Z,xyz,production,7\n"
    )
