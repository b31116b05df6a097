"""Enedis customer-space CSV: what is read, and what is refused with the row it is in."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from offchain_worker import meters
from offchain_worker.meters import Code
from tests.meters.customer_space import HEADER, PRM, day, file, head, readings

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "samples" / "enedis_customer_space_csv" / "consoexemple.csv"


def read_one(data: bytes) -> meters.Curve:
    (curve,) = meters.read(data, "f.csv").curves
    return curve


def codes(data: bytes) -> list[str]:
    return [str(finding.code) for finding in read_one(data).findings]


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.skipif(not SAMPLE.exists(), reason="the genuine sample is not in this tree")
def test_read__genuine_export__17520_half_hours_and_7302_599_kwh() -> None:
    curve = read_one(SAMPLE.read_bytes())
    assert len(curve.starts) == 17_520
    assert int(curve.energy.sum()) == 7_302_599_000
    assert (curve.starts[0], curve.ends[-1]) == (utc("2022-07-28T22:00"), utc("2023-07-28T22:00"))
    found = {(str(finding.code), finding.count) for finding in curve.findings}
    assert found == {("wrong_id", 1), ("clock_change", 50), ("clock_change", 46)}


def test_read__half_hours__energy_is_half_the_watts_at_the_start_of_the_interval() -> None:
    curve = read_one(file([*head(), "2016-06-01T00:30:00+02:00;330", "2016-06-01T01:00:00+02:00;2"]))
    assert (curve.meter, curve.direction.name, curve.quality) == (PRM, "CONSUMPTION", "measured")
    assert curve.starts.tolist() == [utc("2016-05-31T22:00"), utc("2016-05-31T22:30")]
    assert curve.energy.tolist() == [165_000, 1_000]


@pytest.mark.parametrize(
    ("local_day", "count", "first_of_the_third_hour"),
    [("2016-03-27", 46, "2016-03-27T01:00"), ("2016-10-30", 50, "2016-10-30T00:00")],
)
def test_read__clock_change_day__46_or_50_half_hours_without_a_gap_in_utc(
    local_day: str, count: int, first_of_the_third_hour: str
) -> None:
    curve = read_one(file([*head(), *readings(local_day, range(0, 2 * count, 2))]))
    assert len(curve.starts) == count
    assert (np.diff(curve.starts) == 1800).all()
    assert curve.starts[4] == utc(first_of_the_third_hour)  # after 00:00, 00:30, 01:00, 01:30 local time
    (change,) = curve.findings
    assert (change.code, change.count, change.end - change.start) == (Code.CLOCK_CHANGE, count, count * 1800)


@pytest.mark.parametrize(
    ("unit", "value", "micro_kwh"),
    [
        ("W", "330", 165_000),
        ("kW", "0,33", 165_000),
        ("kW", "0.330", 165_000),
        ("Wh", "165", 165_000),
        ("kWh", "0.165", 165_000),
    ],
)
def test_read__units__are_exact(unit: str, value: str, micro_kwh: int) -> None:
    assert read_one(file([*head(unit=unit), *readings("2016-06-01", [value] * 3)])).energy.tolist() == [micro_kwh] * 3


@pytest.mark.parametrize(("bom", "newline"), [(True, "\n"), (False, "\r\n")])
def test_read__with_and_without_bom_and_carriage_returns__the_same(bom: bool, newline: str) -> None:
    lines = [*head(), *readings("2016-06-01", [2, 4, 6])]
    assert read_one(file(lines, bom, newline)).energy.tolist() == [1000, 2000, 3000]


def test_read__accents_and_no_final_newline__the_same() -> None:
    text = day(count=3).decode().replace("Type de donnees", "Type de données").replace("Energie", "Énergie").rstrip()
    assert len(read_one(text.encode()).starts) == 3


def test_read__ten_minute_means__keep_their_thirds_in_the_total() -> None:
    curve = read_one(file([*head(), *readings("2016-06-01", [100] * 7, minutes=10)]))
    assert curve.energy.tolist() == [16_666, 16_667, 16_667] * 2 + [16_666]  # 100 W for 10 min is 16,666.67 µkWh
    assert int(curve.energy[:6].sum()) == 100_000


def test_read__empty_values_and_absent_rows__are_gaps() -> None:
    rows = readings("2016-06-01", [2, None, None, 2, 2, 2, 2, 2])
    del rows[5]
    curve = read_one(file([*head(), *rows]))
    assert [(f.code, f.count) for f in curve.findings] == [(Code.GAP, 2), (Code.GAP, 1)]
    assert curve.findings[0].start == utc("2016-05-31T22:30")
    assert len(curve.starts) == 5


def test_read__hours_then_half_hours__step_follows_from_the_stamps() -> None:
    rows = readings("2016-06-01", [100] * 24, minutes=60) + readings("2016-06-02", [100] * 48)
    curve = read_one(file([*head(), *rows]))
    assert np.unique(curve.seconds, return_counts=True)[1].tolist() == [48, 24]
    assert int(curve.energy.sum()) == 4_800_000
    assert [(f.code, f.start) for f in curve.findings] == [(Code.STEP_CHANGE, utc("2016-06-01T22:00"))]


def test_read__repeated_rows__count_once() -> None:
    rows = readings("2016-06-01", [2, 4, 6, 8])
    curve = read_one(file([*head(), *rows, rows[1], rows[1]]))
    assert curve.energy.tolist() == [1000, 2000, 3000, 4000]
    assert {(f.code, f.count) for f in curve.findings} == {(Code.DUPLICATE, 2), (Code.UNSORTED, 1)}


def test_read__a_value_and_an_empty_row_of_one_time__the_value_holds() -> None:
    rows = readings("2016-06-01", [2, None, 6, 8])
    curve = read_one(file([*head(), *rows[:2], rows[1] + "4", *rows[2:]]))
    assert curve.energy.tolist() == [1000, 2000, 3000, 4000]


def test_read__two_values_of_one_time__neither_is_used_and_it_is_an_error() -> None:
    rows = readings("2016-06-01", [2, 4, 6, 8])
    curve = read_one(file([*head(), *rows[:2], rows[1] + "0", *rows[2:]]))
    assert curve.energy.tolist() == [1000, 3000, 4000]
    assert meters.verdict(curve.findings) == "rejected"
    conflict = next(f for f in curve.findings if f.code is Code.CONFLICT)
    assert (conflict.count, "row 5" in conflict.message) == (2, True)


def test_read__rows_out_of_order__are_sorted() -> None:
    rows = readings("2016-06-01", [2, 4, 6, 8])
    assert read_one(file([*head(), *rows[::-1]])).energy.tolist() == [1000, 2000, 3000, 4000]
    assert codes(file([*head(), *rows[::-1]])) == ["unsorted"]


def test_read__negative_reading__is_left_out_and_rejects() -> None:
    curve = read_one(file([*head(), *readings("2016-06-01", [2, -4, 6])]))
    assert curve.energy.tolist() == [1000, 3000]
    assert meters.verdict(curve.findings) == "rejected"
    assert {f.code for f in curve.findings} == {Code.NEGATIVE, Code.GAP}


def test_read__odd_watts__warn_in_half_hours_only() -> None:
    assert codes(file([*head(), *readings("2016-06-01", [2, 3, 5])])) == ["odd_watts"]
    assert codes(file([*head(), *readings("2016-06-01", [2, 3, 5], minutes=60)])) == []


def test_read__stamps_with_winter_offset_in_june__are_taken_as_written_and_warned_of() -> None:
    lines = [*head(), *(row.replace("+02:00", "+01:00") for row in readings("2016-06-01", [2, 4, 6]))]
    curve = read_one(file(lines))
    assert curve.starts[0] == utc("2016-05-31T23:00")
    assert [str(f.code) for f in curve.findings] == ["offset"]


def test_read__readings_stop_before_the_declared_end__is_warned_of() -> None:
    data = day(count=48).replace(b"01/01/2016;Energie", b"05/06/2016;Energie")
    (found,) = read_one(data).findings
    assert (found.code, found.count) == (Code.DECLARED_RANGE, 3)


def test_read__two_points_in_one_file__are_two_curves() -> None:
    data = file(
        [*head(), *readings("2016-06-01", [2] * 3), *head("2" * 14, "Production"), *readings("2016-06-01", [4] * 3)]
    )
    curves = meters.read(data, "f.csv").curves
    assert [(c.meter, c.direction.name, int(c.energy.sum())) for c in curves] == [
        (PRM, "CONSUMPTION", 3_000),
        ("2" * 14, "PRODUCTION", 6_000),
    ]


def test_read__a_head_repeated_and_months_stacked__are_one_curve() -> None:
    lines = [*head()[:2], "", *head(), *readings("2016-05-31T23:00", [2, 2]), *head(), *readings("2016-06-01", [2, 2])]
    assert len(read_one(file(lines)).starts) == 4


@pytest.mark.parametrize("prm", ["1111111111111", "123456789012345", "1234567890123A"])
def test_read__id_that_is_no_prm__warns(prm: str) -> None:
    curve = read_one(day(prm=prm))
    assert [(f.code, f.meter) for f in curve.findings] == [(Code.WRONG_ID, prm)]


LINES = [*head(), *readings("2016-06-01", [2] * 4)]


@pytest.mark.parametrize(
    ("lines", "row", "reason"),
    [
        ([*LINES[:-1], "2016-06-01T02:0"], 7, "truncated"),
        ([*LINES, "<R50><En_Tete_Flux>", "2016-06-01T02:30:00+02:00;2"], 8, "files mixed"),
        ([*LINES, "interval_start,meter,direction,energy_micro_kwh", LINES[-1]], 8, "files mixed"),
        ([*LINES[:2], *LINES[3:]], 3, "a reading before the line 'Horodate;Valeur'"),
        (LINES[:2], 3, "ends where its columns should follow: truncated"),
        (LINES[:1], 2, "ends where its description should follow: truncated"),
        ([*LINES, HEADER], 9, "truncated"),
        ([*LINES, "2016-06-31T02:30:00+02:00;2"], 8, "no such moment"),
        ([*LINES, "1916-06-01T02:30:00+02:00;2"], 8, "no such moment"),
        ([*LINES, "2016-06-01T02:30:00+77:00;2"], 8, "no such moment"),
        ([*LINES, "2016-06-01T02:30:00+02:00;1000000000"], 8, "1 GW"),
        ([*LINES, "2016-06-01T02:30:00+02:00;2e3", LINES[-1]], 8, "is no reading"),
        ([LINES[0], LINES[1].replace(";W;", ";VA;"), *LINES[2:]], 2, "unit 'va' is not one of W, kW, Wh, kWh"),
        ([LINES[0], LINES[1].replace("Consommation", "Echange"), *LINES[2:]], 2, "direction 'echange'"),
        ([LINES[0], LINES[1].replace("Energie active", "Energie reactive"), *LINES[2:]], 2, "only active energy"),
        ([LINES[0], LINES[1].replace("Courbe de charge", "Index"), *LINES[2:]], 2, "not a load curve"),
        ([LINES[0], LINES[1][:30], *LINES[2:]], 2, "truncated"),
        ([*LINES[:2], LINES[1].replace(PRM, "2" * 14), *LINES[2:]], 3, "mixed files"),
    ],
)
def test_read__damaged_file__names_file_row_and_reason_in_one_line(lines: list[str], row: int, reason: str) -> None:
    with pytest.raises(meters.MeterFileError) as caught:
        meters.read(file(lines), "june.csv")
    message = str(caught.value)
    assert message.startswith(f"june.csv: row {row}: ")
    assert reason in message
    assert "\n" not in message


def test_read__row_with_a_stray_byte__names_the_row() -> None:
    with pytest.raises(meters.MeterFileError, match=r"f\.csv: row 4: truncated: '\\xe9' is no complete reading"):
        meters.read(file(head()) + "é".encode("latin-1"), "f.csv")


def test_read__other_file__says_what_was_looked_for_and_how_it_begins() -> None:
    with pytest.raises(meters.UnknownFormat) as caught:
        meters.read(b"Zaehler;Datum;kWh\n1;01.06.2016;0,1\n", "stadtwerk.csv")
    message = str(caught.value)
    assert message.startswith("stadtwerk.csv: no known format: looked for 'Identifiant PRM;")
    assert "Zaehler;Datum;kWh" in message


ACCENTED = (
    "Identifiant PRM;Type de données;Date de début;Date de fin;Grandeur physique;Grandeur métier;Étape métier;Unité;"
    "Pas en minutes"
)
DESCRIBED = f"{PRM};Courbe de charge;01/06/2016;02/06/2016;Énergie active;Consommation;Comptage Brut;W"


@pytest.mark.parametrize(
    "data",
    [
        "\r\n".join([ACCENTED, DESCRIBED + ";30", "Horodate;Valeur", *readings("2016-06-01", [200] * 48)]).encode(),
        "\r\n".join([ACCENTED, DESCRIBED + ";", "Horodate;Valeur", *readings("2016-06-01", [200] * 48)]).encode(
            "latin-1"
        ),
        "\r\n".join([ACCENTED, DESCRIBED + ";", "Horodate;Valeur", *readings("2016-06-01", [200] * 48)]).encode(
            "utf-16"
        ),
        "\n".join([ACCENTED[:-15], DESCRIBED, "Horodate;Valeur", *readings("2016-06-01", [200] * 48)]).encode(),
        "\n".join(
            [ACCENTED[:-14], DESCRIBED + ";", "", "Horodate;Valeur", *readings("2016-06-01", [200] * 48)]
        ).encode(),
        "\n".join(
            f'"{line}"'.replace(";", '";"')
            for line in [ACCENTED, DESCRIBED + ";", "Horodate;Valeur", *readings("2016-06-01", [200] * 48)]
        ).encode(),
    ],
    ids=["accents", "latin-1", "utf-16", "eight columns", "eight columns and a blank line", "quotes"],
)
def test_read__same_day_in_any_guise__is_the_same_curve(data: bytes) -> None:
    curve = meters.read(data, "f.csv").curves[0]
    assert (curve.meter, len(curve.starts), int(curve.energy.sum()), curve.findings) == (PRM, 48, 4_800_000, ())
    left = meters.redact(data, "f.csv", "0" * 14, int(curve.starts[0]), int(curve.ends[1]))
    assert PRM.encode() not in left
    again = meters.read(left, "left.csv").curves[0]
    assert (again.meter, again.starts.tolist()) == ("0" * 14, curve.starts[:2].tolist())


def saved_again(delimiter: str) -> bytes:
    """As a spreadsheet saves it: every row as wide as the widest, perhaps with another delimiter."""
    rows = [*head(PRM), *readings("2021-06-01", range(200, 296, 2))]
    wide = [row + ";" * (8 - row.count(";")) for row in rows]
    return ("\r\n".join(wide) + "\r\n").replace(";", delimiter).encode("utf-8-sig")


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_read__saved_again_by_a_spreadsheet__the_same(delimiter: str) -> None:
    (curve,) = meters.read(saved_again(delimiter), "f.csv").curves
    assert (curve.meter, curve.energy.tolist()) == (PRM, [value * 500 for value in range(200, 296, 2)])
    left = meters.redact(saved_again(delimiter), "f.csv", "0" * 14, int(curve.starts[2]), int(curve.starts[4]))
    assert meters.read(left, "f.csv").curves[0].energy.tolist() == [102_000, 103_000]


def test_read__point_shortened_by_a_spreadsheet__is_refused() -> None:
    with pytest.raises(meters.MeterFileError, match="row 2: the id of the point reads '1,23457E\\+13': a spreadsheet"):
        meters.read(saved_again(";").replace(PRM.encode(), b"1,23457E+13"), "f.csv")
