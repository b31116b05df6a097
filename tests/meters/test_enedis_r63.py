"""R63 CSV: naive local time through both clock changes, whatever the order of rows; units, steps, codes, encodings."""

from __future__ import annotations

import random

import numpy as np
import pytest

from offchain_worker import meters
from offchain_worker.meters import Code, Severity
from offchain_worker.meters.delimited import plain
from tests.meters.enedis_files import OTHER, PRM, R63_HEADER, csv, midnight, r63_rows, starts, watts

AUTUMN = "2023-10-29"


def read_one(data: bytes) -> meters.Curve:
    (curve,) = meters.read(data, "f").curves
    return curve


def codes(curve: meters.Curve) -> set[str]:
    return {str(f.code) for f in curve.findings if f.severity is not Severity.INFO}


@pytest.mark.parametrize(
    ("day", "minutes", "count"),
    [
        ("2024-03-31", 30, 46), (AUTUMN, 30, 50), ("2024-03-31", 15, 92), (AUTUMN, 15, 100), ("2024-06-01", 60, 24),
        ("2024-03-31", 5, 276), (AUTUMN, 5, 300), ("2024-03-31", 10, 138), (AUTUMN, 10, 150), (AUTUMN, 60, 25),
    ],
)  # fmt: skip
def test_read__day__every_interval_at_its_utc_start(day: str, minutes: int, count: int) -> None:
    curve = read_one(csv(R63_HEADER, r63_rows(day, minutes)))
    assert len(curve.starts) == count
    assert curve.starts.tolist() == starts(day, minutes)
    assert set(curve.seconds.tolist()) == {minutes * 60}
    assert abs(int(curve.energy.sum()) - sum(watts(count)) * 1000 * minutes // 60) <= 1
    assert codes(curve) == set()


def test_read__autumn_day_backwards_or_sorted_by_local_time__is_the_same_curve() -> None:
    rows = r63_rows(AUTUMN)
    expected = read_one(csv(R63_HEADER, rows)).energy.tolist()
    for order in (rows[::-1], sorted(rows, key=lambda row: row.split(";")[7])):
        curve = read_one(csv(R63_HEADER, order))
        assert curve.starts.tolist() == starts(AUTUMN, 30)
        assert curve.energy.tolist() == expected
        assert codes(curve) == {"unsorted"}


def test_read__autumn_day_shuffled__has_all_intervals_and_says_that_the_hour_is_a_guess() -> None:
    rows = r63_rows(AUTUMN)
    random.Random(4).shuffle(rows)
    curve = read_one(csv(R63_HEADER, rows))
    assert curve.starts.tolist() == starts(AUTUMN, 30)
    assert int(curve.energy.sum()) == sum(watts(50)) * 500
    assert codes(curve) == {"unsorted", "repeated_hour"}


@pytest.mark.parametrize("gone", [3, 4, 5, 6])
def test_read__one_row_of_the_repeated_hours_gone__the_others_keep_their_places(gone: int) -> None:
    rows = r63_rows(AUTUMN)
    expected = dict(zip(starts(AUTUMN, 30), watts(50), strict=True))
    del rows[gone], expected[starts(AUTUMN, 30)[gone]]
    curve = read_one(csv(R63_HEADER, rows))
    assert dict(zip(curve.starts.tolist(), (curve.energy // 500).tolist(), strict=True)) == expected
    assert {"gap"} <= codes(curve) <= {"gap", "repeated_hour"}


def test_read__ends_labelled_with_the_offset_of_their_interval__are_understood() -> None:
    rows = r63_rows(AUTUMN)
    labels = ["02:30:00", "03:00:00", "02:30:00", "03:00:00"]  # instead of 02:30, 02:00, 02:30, 03:00
    rows[4:8] = [row.replace(row.split(";")[7][-8:], label) for row, label in zip(rows[4:8], labels, strict=True)]
    assert read_one(csv(R63_HEADER, rows)).starts.tolist() == starts(AUTUMN, 30)


def test_read__a_reading_in_the_hour_that_spring_skips__is_an_error() -> None:
    rows = r63_rows("2024-03-31")
    extra = rows[0].replace("2024-03-31 00:30:00;200", "2024-03-31 02:30:00;5")
    curve = read_one(csv(R63_HEADER, [*rows, extra]))
    assert curve.starts.tolist() == starts("2024-03-31", 30)
    assert (Code.NO_SUCH_TIME, Severity.ERROR, 1) in [(f.code, f.severity, f.count) for f in curve.findings]
    empty = read_one(csv(R63_HEADER, [*rows, extra.replace(";5;B", ";;B")]))
    assert meters.verdict(empty.findings) == "repairable"


@pytest.mark.parametrize(
    ("header", "encoding", "newline"),
    [
        (R63_HEADER, "utf-8-sig", "\n"),
        (R63_HEADER, "latin-1", "\r\n"),
        (R63_HEADER, "cp1252", "\n"),
        (R63_HEADER, "utf-16", "\r\n"),
        (R63_HEADER.encode("ascii", "ignore").decode(), "utf-8", "\n"),
        ("Identifiant PRM;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Horodate;Valeur;"
         "Nature;Pas;Indice de vraisemblance;Etat complementaire", "utf-8", "\n"),
        (R63_HEADER.encode().decode("latin-1"), "utf-8", "\n"),
        (R63_HEADER.upper(), "utf-8", "\n\n"),
        (";".join(f'"{name}"' for name in R63_HEADER.split(";")), "utf-8", "\r\n"),
    ],
)  # fmt: skip
def test_read__header_and_encoding_vary__the_same(header: str, encoding: str, newline: str) -> None:
    curve = read_one(csv(header, r63_rows("2024-06-01"), encoding, newline))
    assert curve.energy.tolist() == [value * 500 for value in watts(48)]


def test_read__columns_in_another_order_with_more_of_them__the_same() -> None:
    order = [7, 8, 0, 3, 4, 6, 10, 9, 5]
    lines = [";".join([*(line.split(";")[at] for at in order), "x"]) for line in [R63_HEADER, *r63_rows("2024-06-01")]]
    curve = read_one(csv(lines[0], lines[1:]))
    assert curve.energy.tolist() == [value * 500 for value in watts(48)]
    assert curve.codes.tolist() == ["B"] * 48


def test_read__comma_separated_and_french_dates__the_same() -> None:
    rows = [row.replace("2024-06-01 ", "01/06/2024 ").replace("2024-06-02 ", "02/06/2024 ") for row in r63_rows("2024-06-01")]  # fmt: skip
    data = csv(R63_HEADER, rows).replace(b";", b",")
    assert read_one(data).starts.tolist() == starts("2024-06-01", 30)


@pytest.mark.parametrize(
    ("kind", "value", "micro_kwh"),
    [("PA;CONS;BRUT;W", "330", 165_000), ("PA;CONS;BRUT;kW", "0,33", 165_000), ("EA;CONS;BRUT;Wh", "165", 165_000), ("EA;PROD;BRUT;kWh", "0.165", 165_000)],
)  # fmt: skip
def test_read__units__are_exact(kind: str, value: str, micro_kwh: int) -> None:
    curve = read_one(csv(R63_HEADER, r63_rows("2024-06-01", values=[value] * 48, kind=kind)))
    assert curve.energy.tolist() == [micro_kwh] * 48
    assert curve.direction.name == ("PRODUCTION" if "PROD" in kind else "CONSUMPTION")


def test_read__daily_energies__are_an_index_over_local_days() -> None:
    days = ["2023-10-28", AUTUMN, "2023-10-30"]
    rows = [f"{PRM};{days[0]};2023-10-31;EA;CONS;BRUT;Wh;{day} 00:00:00;{1000 * at};;P1D;;" for at, day in enumerate(days, 1)]  # fmt: skip
    curve = read_one(csv(R63_HEADER, rows))
    assert (curve.kind, curve.energy.tolist()) == ("index", [1_000_000, 2_000_000, 3_000_000])
    assert curve.seconds.tolist() == [86400, 90000, 86400]
    assert curve.starts.tolist() == [midnight(day) for day in days]


def test_read__two_points_both_directions_and_reactive_power_mixed__each_for_itself() -> None:
    parts = [
        r63_rows("2024-06-01"), r63_rows("2024-06-01", prm=OTHER), r63_rows("2024-06-01", kind="PA;PROD;BRUT;W"),
        r63_rows("2024-06-01", kind="PRI;CONS;BRUT;VAr"),
    ]  # fmt: skip
    rows = [row for at in zip(*parts, strict=True) for row in at]
    curves = meters.read(csv(R63_HEADER, rows), "f").curves
    assert [(c.meter, c.direction.name, len(c.starts)) for c in curves] == [
        (PRM, "CONSUMPTION", 48), (OTHER, "CONSUMPTION", 48), (PRM, "PRODUCTION", 48)
    ]  # fmt: skip
    assert [(f.code, f.count) for f in curves[0].findings] == [(Code.IGNORED_ROWS, 48)]


def test_read__step_changes_inside__both_hold() -> None:
    rows = [*r63_rows("2024-06-01", 60), *r63_rows("2024-06-02", 30)]
    curve = read_one(csv(R63_HEADER, rows))
    assert curve.starts.tolist() == [*starts("2024-06-01", 60), *starts("2024-06-02", 30)]
    assert codes(curve) == {"step_change"}


def test_read__codes_of_quality__survive_per_interval() -> None:
    rows = r63_rows("2024-06-01")
    rows[0] = rows[0].replace(";B;PT30M;0;0", ";E;PT30M;1;2")
    rows[1] = rows[1].replace(";B;PT30M;0;0", ";B;PT30M;null;null")
    curve = read_one(csv(R63_HEADER, rows))
    assert curve.codes.tolist()[:3] == ["E/1/2", "B", "B/0/0"]
    assert np.flatnonzero(curve.estimated).tolist() == [0]
    assert codes(curve) == {"doubtful"}


def test_read__completed_beside_raw__measured_wins_and_the_estimate_fills() -> None:
    raw = r63_rows("2024-06-01", values=[100] * 40 + [""] * 8)
    better = [row.replace(";B;", ";;") for row in r63_rows("2024-06-01", values=[200] * 48, kind="PA;CONS;COMPLETE;W")]
    report = meters.inspect([("f", csv(R63_HEADER, [*raw, *better]))])
    (curve,) = report["curves"]
    assert (curve["intervals"], curve["energy_micro_kwh"]) == (48, 40 * 50_000 + 8 * 100_000)
    assert [f["code"] for f in report["findings"]] == ["estimated", "estimated"]
    left_out = "40 estimates of what is also measured, left out (50000 µkWh measured, 100000 estimated at 2024-05-31T22:00:00Z)"  # fmt: skip
    assert left_out in [f["message"] for f in report["findings"]]


@pytest.mark.parametrize("declared", ["2024-06-01 00:00:00;2024-06-04 00:00:00", "2024-05-30 00:00:00;2024-06-02 00:00:00"])  # fmt: skip
def test_read__readings_that_do_not_fill_the_declared_days__are_said(declared: str) -> None:
    rows = [row.replace("2024-06-01 00:00:00;2024-06-02 00:00:00", declared) for row in r63_rows("2024-06-01")]
    (finding,) = read_one(csv(R63_HEADER, rows)).findings
    assert (finding.code, finding.count) == (Code.DECLARED_RANGE, 2)


ROWS = r63_rows("2024-06-01")


@pytest.mark.parametrize(
    ("rows", "row", "reason"),
    [
        ([*ROWS[:5], ROWS[5][:70]], 7, "truncated"),
        ([*ROWS[:5], ROWS[5].replace(";PT30M;", ";PT37M;")], 7, "step 'PT37M'"),
        ([*ROWS[:5], ROWS[5].replace(" 03:00:00", " 03:00:61")], 7, "is no moment"),
        ([*ROWS[:5], ROWS[5].replace("2024-06-01 03", "1924-06-01 03")], 7, "between 2000 and 2100"),
        ([row.replace(";W;", ";VA;") for row in ROWS], 2, "unit 'VA'"),
        ([row.replace(";PA;", ";PX;") for row in ROWS], 2, "quantity 'PX' cannot be in 'W'"),
        ([row.replace(";PA;", ";EA;") for row in ROWS], 2, "EA cannot be in 'W'"),
        ([row.replace(";CONS;", ";BOTH;") for row in ROWS], 2, "direction 'BOTH'"),
        ([row.replace(PRM, "") for row in ROWS], 2, "no usable id"),
        ([*ROWS[:5], ROWS[5].replace(";B;", ";1e3;", 1).replace(ROWS[5].split(";")[8] + ";1e3", "1e3;B")], 7, "'1e3' is no number"),
    ],
)  # fmt: skip
def test_read__damaged__one_line_with_file_row_and_reason(rows: list[str], row: int, reason: str) -> None:
    with pytest.raises(meters.MeterFileError) as caught:
        meters.read(csv(R63_HEADER, rows), "r63.csv")
    assert str(caught.value).startswith(f"r63.csv: row {row}: ")
    assert reason in str(caught.value)


def test_redact__two_points__rows_of_one_inside_under_the_stand_in() -> None:
    rows = [row for day in ("2024-06-01", "2024-06-02") for prm in (PRM, OTHER) for row in r63_rows(day, prm=prm)]
    left = meters.redact(csv(R63_HEADER, rows, "latin-1"), "f", "0" * 14, midnight("2024-06-02"), midnight("2024-06-03"), PRM)  # fmt: skip
    assert left == csv(R63_HEADER, r63_rows("2024-06-02", prm="0" * 14), "latin-1")
    assert plain("Identifiant PRM") == "identifiantprm"


def test_redact__autumn_hours__stay_apart() -> None:
    begin = midnight(AUTUMN)
    left = meters.redact(csv(R63_HEADER, r63_rows(AUTUMN)), "f", "0" * 14, begin, begin + 25 * 3600)
    assert read_one(left).starts.tolist() == starts(AUTUMN, 30)


@pytest.mark.parametrize("last", ["2024-06-01T24:00:00", "2024-06-01 24:00", "01/06/2024 24:00"])
def test_read__midnight_as_hour_24__is_the_end_of_its_day(last: str) -> None:
    rows = r63_rows("2024-06-01")
    rows[-1] = rows[-1].replace("2024-06-02 00:00:00;244", f"{last};244")
    assert last in rows[-1]
    assert read_one(csv(R63_HEADER, rows)).starts.tolist() == starts("2024-06-01", 30)


def test_read__offset_of_whole_hours__is_understood() -> None:
    curve = read_one(
        csv(
            R63_HEADER,
            [row.replace(":00;2", ":00+02;2").replace(":00;3", ":00+02;3") for row in r63_rows("2024-06-01")],
        )
    )
    assert curve.starts.tolist() == starts("2024-06-01", 30)


@pytest.mark.parametrize("written", ["'{}", '="{}"', '"=""{}"""'])
def test_read__id_guarded_against_spreadsheets__is_the_id(written: str) -> None:
    data = csv(R63_HEADER, [row.replace(PRM, written.format(PRM)) for row in r63_rows("2024-06-01")])
    curve = read_one(data)
    assert (curve.meter, codes(curve)) == (PRM, set())
    left = meters.redact(data, "f", "0" * 14, midnight("2024-06-01"), midnight("2024-06-02"))
    assert PRM.encode() not in left
    assert read_one(left).meter == "0" * 14
