"""Datadis and CNMC, as CSV and from the API: hours that end, days on which clocks change, decimal commas, ids."""

from __future__ import annotations

import json

import pytest

from offchain_worker import meters
from offchain_worker.domain.roster import Direction
from offchain_worker.meters.curve import Curve
from tests.meters.spanish_files import CUPS, DATADIS, OTHER, file, rows, utc

BY_CLOCK = [f"{hour:02}:00" for hour in (1, 2, 3, 3, *range(4, 25))]
HOURS = range(1, 25)


def curves(data: bytes) -> list[Curve]:
    return list(meters.read(data, "f.csv", "Europe/Madrid").curves)


def codes(curve: Curve) -> list[tuple[str, str]]:
    return [(str(finding.code), str(finding.severity)) for finding in curve.findings]


def test_datadis_csv__a_day__ends_each_hour_at_its_number() -> None:
    (curve,) = curves(file([DATADIS, *rows("16/05/2019", HOURS, ["0,141", *["0,5"] * 23])]))
    assert (curve.meter, curve.direction, curve.kind) == (CUPS, Direction.CONSUMPTION, "load")
    assert curve.starts.tolist() == list(range(utc("2019-05-16 00:00"), utc("2019-05-17 00:00"), 3600))
    assert curve.energy.tolist() == [141_000, *[500_000] * 23]
    assert (codes(curve), curve.codes.tolist()) == ([], ["R"] * 24)


@pytest.mark.parametrize(
    ("hours", "count"),
    [(range(1, 26), 25), (BY_CLOCK, 25)],
    ids=["numbered_through", "by_the_clock"],
)
def test_datadis_csv__october_day__has_25_hours_in_order(hours: list[object], count: int) -> None:
    energies = [f"0,{number:03}" for number in range(1, count + 1)]
    (curve,) = curves(file([DATADIS, *rows("26/10/2025", hours, energies)]))
    assert curve.starts.tolist() == list(range(utc("2025-10-26 00:00"), utc("2025-10-27 00:00"), 3600))
    assert curve.energy.tolist() == [number * 1000 for number in range(1, 26)]
    assert codes(curve) == [("clock_change", "info")]


@pytest.mark.parametrize(
    "hours",
    [list(range(1, 24)), [hour for hour in range(1, 25) if hour != 3]],
    ids=["numbered_through", "by_the_clock"],
)
def test_datadis_csv__march_day__has_23_hours_in_order(hours: list[int]) -> None:
    energies = [f"0,{number:03}" for number in range(1, 24)]
    (curve,) = curves(file([DATADIS, *rows("30/03/2025", hours, energies)]))
    assert curve.starts.tolist() == list(range(utc("2025-03-30 00:00"), utc("2025-03-31 00:00"), 3600))
    assert curve.energy.tolist() == [number * 1000 for number in range(1, 24)]


def test_datadis_csv__october_day_of_24_rows__says_the_guess_and_the_gap() -> None:
    (curve,) = curves(file([DATADIS, *rows("26/10/2025", HOURS, ["1"] * 24)]))
    assert len(curve.starts) == 24
    assert codes(curve) == [("clock_change", "info"), ("repeated_hour", "warning"), ("gap", "warning")]


@pytest.mark.parametrize(("filler", "severity"), [("0", "warning"), ("0,7", "error")])
def test_datadis_csv__hour_that_march_skips__is_left_out_and_said(filler: str, severity: str) -> None:
    energies = ["1", "1", filler, *["1"] * 21]
    (curve,) = curves(file([DATADIS, *rows("30/03/2025", HOURS, energies)]))
    assert (len(curve.starts), int(curve.energy.sum())) == (23, 23_000_000)
    assert ("no_such_time", severity) in codes(curve)


@pytest.mark.parametrize(
    ("day", "count"), [("26/10/2025", 100), ("30/03/2025", 92), ("01/04/2025", 96)], ids=["october", "march", "usual"]
)
def test_datadis_csv__quarter_hours_numbered_through__are_as_many_as_the_day_has(day: str, count: int) -> None:
    (curve,) = curves(file([DATADIS, *rows(day, range(1, count + 1), ["0,25"] * count)]))
    assert (len(curve.starts), set(curve.seconds.tolist())) == (count, {900})
    assert curve.span[1] - curve.span[0] == count * 900


def test_datadis_csv__quarter_hours_by_the_clock__repeat_the_hour_in_order() -> None:
    times = [(hour, minute) for hour in range(24) for minute in (15, 30, 45, 60)]
    at = times.index((2, 60)) + 1
    times[at:at] = times[at - 4 : at]
    labels = [f"{hour + minute // 60:02}:{minute % 60:02}" for hour, minute in times]
    energies = [f"0,{number:03}" for number in range(1, 101)]
    (curve,) = curves(file([DATADIS, *rows("26/10/2025", labels, energies)]))
    assert curve.starts.tolist() == list(range(utc("2025-10-26 00:00"), utc("2025-10-27 00:00"), 900))
    assert curve.energy.tolist() == [number * 1000 for number in range(1, 101)]


def test_datadis_csv__new_columns__are_surplus_and_allocations() -> None:
    header = "\ufeffcups;fecha;hora;consumo_kWh;metodoObtención;energiaVertida_kWh;energiaGenerada_kWh;"
    header += "energiaAutoconsumida_kWh;;"
    line = '"{}";"2024/01/01";"{:02}:00";"0,1";"Estimada";"0,4";"0,9";"0,5";;'
    data = file([header, "", *(line.format(CUPS.lower(), hour) for hour in HOURS)], newline="\r\n")
    found = {(curve.direction, curve.kind, curve.quantity): curve for curve in curves(data)}
    energy = {key[1:]: int(curve.energy.sum()) for key, curve in found.items()}
    assert energy == {
        ("load", ""): 9_600_000,
        ("allocation", "energiaGenerada"): 21_600_000,
        ("allocation", "energiaAutoconsumida"): 12_000_000,
    }
    consumption = found[Direction.CONSUMPTION, "load", ""]
    assert (consumption.quality, int(consumption.energy.sum())) == ("estimated", 2_400_000)
    assert set(consumption.codes.tolist()) == {"Estimada"}


def test_datadis_csv__read_and_estimated_rows__keep_their_quality() -> None:
    lines = [*rows("16/05/2019", range(1, 13), ["1"] * 12), *rows("16/05/2019", range(13, 25), ["1"] * 12, code="E")]
    (curve,) = curves(file([DATADIS, *lines]))
    assert curve.estimated.tolist() == [False] * 12 + [True] * 12
    report = meters.inspect([("f", file([DATADIS, *lines]))], "Europe/Madrid")
    assert (report["verdict"], report["curves"][0]["energy_micro_kwh"]) == ("conform", 24_000_000)


def test_datadis_csv__estimate_and_measurement_of_one_hour__measurement_stays() -> None:
    lines = [*rows("16/05/2019", HOURS, ["1"] * 24, code="E"), *rows("16/05/2019", HOURS, ["2"] * 24)]
    (curve,) = curves(file([DATADIS, *lines]))
    assert (int(curve.energy.sum()), curve.quality) == (48_000_000, "measured")
    assert ("estimated", "info") in codes(curve)


@pytest.mark.parametrize(
    ("cups", "severity"),
    [(CUPS[:20], "info"), (CUPS[:21], "warning"), ("12345678901234", "warning"), (CUPS + "X", "warning")],
)
def test_datadis_csv__cups_of_another_length__is_said(cups: str, severity: str) -> None:
    (curve,) = curves(file([DATADIS, *rows("16/05/2019", HOURS, ["1"] * 24, cups)]))
    assert ("wrong_id", severity) in codes(curve)


def test_datadis_csv__empty_value__is_missing() -> None:
    (curve,) = curves(file([DATADIS, *rows("16/05/2019", HOURS, ["1", "", *["1"] * 22])]))
    assert (len(curve.starts), codes(curve)) == (23, [("gap", "warning")])


def test_datadis_csv__without_header__is_read_in_the_usual_order() -> None:
    (curve,) = curves(file(rows("31/05/2021", HOURS, ["0.051"] * 24)))
    assert int(curve.energy.sum()) == 24 * 51_000


def test_datadis_csv__several_points__are_several_curves_and_redact_to_one() -> None:
    lines = [*rows("16/05/2019", HOURS, ["1"] * 24), *rows("16/05/2019", HOURS, ["2"] * 24, OTHER)]
    data = file([DATADIS, *lines])
    assert [curve.meter for curve in curves(data)] == [CUPS, OTHER]
    cut = meters.redact(data, "f", "0" * 22, utc("2019-05-16 01:00"), utc("2019-05-16 03:00"), OTHER)
    assert cut == file([DATADIS, *rows("16/05/2019", [2, 3], ["2", "2"], "0" * 22)])
    (again,) = curves(cut)
    assert (again.span, codes(again)) == ((utc("2019-05-16 01:00"), utc("2019-05-16 03:00")), [])


def test_datadis_csv__redacted_to_nothing__leaves_the_header_and_reads_as_empty() -> None:
    data = file([DATADIS, *rows("16/05/2019", HOURS, ["1"] * 24)])
    cut = meters.redact(data, "f", "0" * 22, 0, 1)
    assert cut == file([DATADIS])
    assert codes(curves(cut)[0]) == [("empty", "error")]


def test_datadis_csv__redacted_direction__empties_the_other_columns() -> None:
    header = "cups;fecha;hora;consumo_kWh;metodoObtencion;energiaVertida_kWh"
    data = file([header, *(f"{CUPS};2024/01/01;{hour:02}:00;0,1;Real;0,4" for hour in HOURS)])
    cut = meters.redact(data, "f", "0" * 22, 0, 2**40, CUPS, Direction.PRODUCTION)
    assert cut.splitlines()[1] == b"0000000000000000000000;2024/01/01;01:00;;Real;0,4"
    assert [(curve.direction, int(curve.energy.sum())) for curve in curves(cut)] == [(Direction.PRODUCTION, 9_600_000)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{CUPS};16/05/2019;3;abc;R", "row 4: 'abc' is no energy"),
        (f"{CUPS};16/05/2019;26;1;R", "row 4: an hour that no day has"),
        (f"{CUPS};32/05/2019;3;1;R", "row 4: .* has no day and hour"),
        (f"{CUPS};16/05/1999;3;1;R", "row 4: no such moment between the years 2000 and 2100"),
        (f"{CUPS};16/05/2019;3;1000000;R", "row 4: a reading of 1 GWh or more"),
        (f"{CUPS};16/05", "row 4: .* has 2 fields, others 5: truncated or damaged"),
        (f"{CUPS};16/05/2019;03:00;1;R", "writes some hours as 1 to 24 and others as hh:mm"),
        (f"{CUPS};16/05/2019;3;1.234;R", "row 4: '1.234': other rows have decimal commas"),
    ],
)
def test_datadis_csv__damaged_row__is_refused_by_its_row(line: str, reason: str) -> None:
    with pytest.raises(meters.MeterFileError, match=reason):
        curves(file([DATADIS, *rows("16/05/2019", [1, 2], ["1,5", "1,5"]), line]))


def test_datadis_csv__unknown_quality__counts_as_measured_and_is_said() -> None:
    (curve,) = curves(file([DATADIS, *rows("16/05/2019", HOURS, ["1"] * 24, code="Z")]))
    assert (curve.quality, codes(curve)) == ("measured", [("unknown_code", "warning")])


def entry(hour: int, **more: object) -> dict[str, object]:
    time = {"cups": CUPS, "date": "2022/10/22", "time": f"{hour:02}:00", "obtainMethod": "Real"}
    return time | {"consumptionKWh": 0.078, "surplusEnergyKWh": None} | more


def test_datadis_api__a_day__is_exact_to_the_digit() -> None:
    data = json.dumps([entry(hour, consumptionKWh=0.1 + 0.2) for hour in HOURS]).encode()
    (curve,) = curves(data)
    assert curve.starts[0] == utc("2022-10-22 00:00")
    assert (curve.energy.tolist(), codes(curve)) == ([300_000] * 24, [])


def test_datadis_api__october_day__has_25_hours() -> None:
    entries = [entry(int(label[:2]), date="2025/10/26", consumptionKWh=at) for at, label in enumerate(BY_CLOCK)]
    (curve,) = curves(json.dumps({"response": entries}).encode())
    assert curve.starts.tolist() == list(range(utc("2025-10-26 00:00"), utc("2025-10-27 00:00"), 3600))
    assert curve.energy.tolist() == [at * 1_000_000 for at in range(25)]


def test_datadis_api__second_version__is_read_by_its_names() -> None:
    entries = [
        {
            "cups": CUPS,
            "date": "2024/01/01",
            "hour": f"{hour:02}:00",
            "measureMagnitudeActive": 0.5,
            "energyPoured": 0.25,
        }
        for hour in HOURS
    ]
    energies = [(c.direction, int(c.energy.sum())) for c in curves(json.dumps({"timeCurve": entries}).encode())]
    assert energies == [(Direction.CONSUMPTION, 12_000_000), (Direction.PRODUCTION, 6_000_000)]


def test_datadis_api__redacted__keeps_the_hours_inside_and_what_is_read() -> None:
    data = json.dumps([entry(hour, comment="at home") for hour in HOURS]).encode()
    cut = meters.redact(data, "f", "0" * 22, utc("2022-10-22 02:00"), utc("2022-10-22 04:00"))
    assert json.loads(cut) == [
        {key: value for key, value in (entry(hour) | {"cups": "0" * 22}).items()} for hour in (3, 4)
    ]
    empty = meters.redact(data, "f", "0" * 22, 0, 1)
    assert codes(curves(empty)[0]) == [("empty", "error")]


@pytest.mark.parametrize(
    "data",
    [
        b'[{"cups": "x", "date": "2022/10/22", "time": "01:00", "consumptionKWh": 0.1',
        b'[{"cups": "x", "date": "2022/10/22", "time": "01:00", "consumptionKWh": NaN}]',
        b'[{"cups": "x", "date": "2022/10/22", "time": "01:00", "consumptionKWh": {}}]',
        b'[{"cups": "x", "date": "2022/10/22", "time": "xx", "consumptionKWh": 1}]',
        b'{"consumptionKWh": "date", "date": ' + b"[" * 100_000,
    ],
)
def test_datadis_api__damaged__is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(meters.MeterFileError) as refusal:
        curves(data)
    assert "\n" not in str(refusal.value)


def test_datadis_csv__numbers_in_a_column_nobody_knows__are_mentioned() -> None:
    (curve,) = curves(
        file([DATADIS + ";Vertida_nueva", *(row + ";0,2" for row in rows("16/05/2019", HOURS, ["0,5"] * 24))])
    )
    assert codes(curve) == [("ignored_rows", "info")]
    assert "'vertidanueva'" in curve.findings[0].message


def test_datadis_csv__energy_without_unit__is_taken_for_kwh_and_said() -> None:
    (curve,) = curves(file([DATADIS.replace("_kWh", ""), *rows("16/05/2019", HOURS, ["0,5"] * 24)]))
    assert (int(curve.energy.sum()), codes(curve)) == (12_000_000, [("unit_unstated", "warning")])


def test_datadis_csv__last_column_that_no_row_has__is_tolerated_and_an_open_end_said() -> None:
    lines = [row.removesuffix(";R") for row in rows("16/05/2019", HOURS, ["0,5"] * 24)]
    (curve,) = curves(file([DATADIS, *lines]))
    assert codes(curve) == []
    (curve,) = curves(file([DATADIS, *lines]).rstrip(b"\n"))
    assert codes(curve) == [("doubtful", "warning")]
    with pytest.raises(meters.MeterFileError, match=r"row 25: .* has 4 fields, others 5"):
        curves(file([DATADIS, *rows("16/05/2019", HOURS, ["0,5"] * 24)])[:-3])


def test_csv__decimal_commas_and_a_number_grouped_by_them__is_refused_with_its_row() -> None:
    lines = [*rows("03/06/2025", range(1, 24), ["0,141"] * 23), f"{CUPS};03/06/2025;24;1,234.5;R"]
    with pytest.raises(meters.MeterFileError, match=r"row 25: '1,234\.5': other rows have decimal commas"):
        meters.read(file([DATADIS, *lines]), "f")


def test_read__answer_with_spanish_names__the_same_as_with_english_ones() -> None:
    english = ("date", "time", "consumptionKWh", "surplusEnergyKWh", "obtainMethod")
    spanish = ("fecha", "hora", "consumo_kWh", "energiaVertida_kWh", "metodoObtencion")
    curves = []
    for names in (english, spanish):
        rows = [dict(zip(names, ("2022/10/22", f"{hour:02}:00", f"0.{hour:03}", "0.5", "Real"), strict=True)) for hour in range(1, 25)]  # fmt: skip
        data = json.dumps([{"cups": CUPS} | row for row in rows]).encode()
        left = meters.redact(data, "f", "0" * len(CUPS), 0, 2**32)
        curves.append([(c.direction, c.starts.tolist(), c.energy.tolist()) for d in (data, left) for c in meters.read(d, "f").curves])  # fmt: skip
    assert curves[0] == curves[1]
    assert sum(curves[0][0][2]) == 300_000
