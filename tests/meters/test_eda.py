"""Austrian reports and messages: what is measured and what allocated, qualities, clock-change days, workbooks."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from offchain_worker import meters
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.roster import Column, Direction, Source
from offchain_worker.meters.curve import Curve
from tests.meters.eda_files import CONSUMER, LABELS, PRODUCER, Digits, quarters, report, utc, workbook

DAYS = [("2025-10-26", 100), ("2025-03-30", 92), ("2025-06-01", 96)]


def columns(count: int) -> list[tuple[str, str, str, list[object]]]:
    return [
        (CONSUMER, "CONSUMPTION", LABELS["G.01"], [Digits(f"0.{number:03}") for number in range(1, count + 1)]),
        (CONSUMER, "CONSUMPTION", LABELS["G.02"], [0.2] * count),
        (CONSUMER, "CONSUMPTION", LABELS["G.03"], [Digits("0.11799999999999999")] * count),
        (PRODUCER, "GENERATION", LABELS["G.01P"], [0.3] * count),
        (PRODUCER, "GENERATION", LABELS["P.01"], [0.123456] * count),
    ]


def curves(data: bytes) -> dict[tuple[str, str, str], Curve]:
    read = meters.read(data, "f", "Europe/Vienna").curves
    return {(curve.meter, curve.kind, curve.quantity): curve for curve in read}


def codes(curve: Curve) -> list[tuple[str, str]]:
    return [(str(finding.code), str(finding.severity)) for finding in curve.findings]


@pytest.mark.parametrize("newer", [False, True], ids=["older", "newer"])
@pytest.mark.parametrize(("day", "count"), DAYS)
def test_eda_report__a_day__has_its_quarter_hours_and_tells_measured_from_allocated(
    day: str, count: int, newer: bool
) -> None:
    found = curves(report(quarters(day), columns(count), "1" * count if newer else ""))
    assert {key: int(curve.energy.sum()) for key, curve in found.items()} == {
        (CONSUMER, "load", ""): count * (count + 1) // 2 * 1000,
        (CONSUMER, "allocation", "G.02"): count * 200_000,
        (CONSUMER, "allocation", "G.03"): count * 118_000,
        (PRODUCER, "load", ""): count * 300_000,
        (PRODUCER, "allocation", "P.01"): count * 123_456,
    }
    curve = found[CONSUMER, "load", ""]
    assert curve.starts.tolist() == [utc(day) + 900 * at for at in range(count)]
    assert curve.energy.tolist() == [1000 * number for number in range(1, count + 1)]
    assert {code for code, _ in codes(curve)} <= {"clock_change"}
    assert found[PRODUCER, "load", ""].direction == Direction.PRODUCTION


def test_eda_report__qualities__are_kept_and_substitutes_are_estimates() -> None:
    found = curves(report(quarters("2025-06-01"), columns(96), "1" * 90 + "222" + "333"))
    curve = found[CONSUMER, "load", ""]
    assert curve.codes.tolist() == ["L1"] * 90 + ["L2"] * 3 + ["L3"] * 3
    assert (int(curve.estimated.sum()), codes(curve)) == (6, [("estimated", "info")])


def test_eda_report__redacted__holds_one_point_and_no_name() -> None:
    data = report(quarters("2025-10-26"), columns(100), "1" * 100)
    cut = meters.redact(data, "f", "0" * 33, utc("2025-10-26 01:00"), utc("2025-10-26 04:00"), CONSUMER)
    found = curves(cut)
    assert {key[0] for key in found} == {"0" * 33}
    assert found["0" * 33, "load", ""].energy.tolist() == [1000 * number for number in range(5, 21)]
    with zipfile.ZipFile(io.BytesIO(cut)) as archive:
        inside = b"".join(archive.read(part) for part in archive.namelist())
    assert all(trace not in inside for trace in (CONSUMER.encode(), PRODUCER.encode(), b"Erika"))
    assert cut == meters.redact(data, "f", "0" * 33, utc("2025-10-26 01:00"), utc("2025-10-26 04:00"), CONSUMER)


def test_eda_report__allocated_energy__never_reaches_a_period() -> None:
    start, end = utc("2025-06-01"), utc("2025-06-02")
    data = meters.redact(report(quarters("2025-06-01"), columns(96)), "f", "0" * 33, start, end, CONSUMER)
    column = Column(0, 1, 1, Direction.CONSUMPTION, Source.NONE, start, end)
    curve = meters.standardise([("f", data)], column, start, end, 900, ConformityRules("Europe/Vienna", 10**6, 0, 0))
    assert curve.energy.tolist() == [1000 * number for number in range(1, 97)]
    assert {(str(f.code), str(f.severity)) for f in curve.findings} == {("not_a_load_curve", "info")}


def test_eda_report__unknown_column__is_passed_over_and_said() -> None:
    strange = (CONSUMER, "CONSUMPTION", "Blindarbeit [KVARH]", [1] * 96)
    found = curves(report(quarters("2025-06-01"), [*columns(96)[:1], strange]))
    assert codes(found[CONSUMER, "load", ""]) == [("ignored_rows", "warning")]


def test_eda_report__short_id__is_said() -> None:
    (curve,) = curves(report(quarters("2025-06-01"), [(CONSUMER[:32], *columns(96)[0][1:])])).values()
    assert codes(curve) == [("wrong_id", "warning")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data[: len(data) // 2], "no known format|no complete"),
        (lambda data: data.replace(b"xl/workbook.xml", b"xl/workbooo.xml"), "no known format"),
    ],
)
def test_eda_report__damaged_workbook__is_refused(change: object, reason: str) -> None:
    data = report(quarters("2025-06-01"), columns(96))
    with pytest.raises(meters.MeterFileError, match=reason):
        curves(change(data))  # type: ignore[operator]


def test_eda_report__text_in_place_of_energy__is_refused_by_its_row() -> None:
    wrong = (CONSUMER, "CONSUMPTION", LABELS["G.01"], ["fehlt", *[1] * 95])
    with pytest.raises(meters.MeterFileError, match="row 9: 'fehlt' is no energy"):
        curves(report(quarters("2025-06-01"), [wrong]))


def test_xlsx__part_that_unpacks_beyond_the_bounds__is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook>" + b" " * 2**24 + b"</workbook>")
    with pytest.raises(meters.MeterFileError):
        curves(made.getvalue())


def test_xlsx__entities__are_refused() -> None:
    data = workbook([("Energiedaten", [["MeteringpointID", CONSUMER], ["Metercode", LABELS["G.01"]]])])
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(made, "w") as archive:
        for part in source.namelist():
            text = source.read(part)
            archive.writestr(
                part, text.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>') if "sheet1" in part else text
            )
    with pytest.raises(meters.MeterFileError):
        curves(made.getvalue())


def message(codes_: dict[str, list[dict[str, object]]], **more: object) -> bytes:
    data = [{"meterCode": code, "value": values} for code, values in codes_.items()]
    body = {"meter": {"meteringPoint": CONSUMER, **more}, "ecId": "TE1", "energy": [{"interval": "QH", "data": data}]}
    return json.dumps({"message": {"messageId": CONSUMER + "1", **body}}).encode()


def values(day: str, energies: list[object], method: str = "L1") -> list[dict[str, object]]:
    begin = utc(day)
    return [
        {"from": (begin + 900 * at) * 1000, "to": (begin + 900 * at + 900) * 1000, "method": method, "value": energy}
        for at, energy in enumerate(energies)
    ]


def test_eda_message__codes__are_a_load_curve_and_allocations() -> None:
    day = "2025-10-26"
    found = curves(message({
        "1-1:1.9.0 G.01": values(day, [0.118] * 100),
        "1-1:1.9.0 G.01T": values(day, [0.059] * 100),
        "1-1:2.9.0 G.02": values(day, [0.2] * 100),
        "1-1:2.9.0 G.03": values(day, [0.1] * 100, "L3"),
    }))  # fmt: skip
    assert {key[1:]: int(curve.energy.sum()) for key, curve in found.items()} == {
        ("load", ""): 11_800_000,
        ("allocation", "G.01T"): 5_900_000,
        ("allocation", "G.02"): 20_000_000,
        ("allocation", "G.03"): 10_000_000,
    }
    assert {curve.direction for curve in found.values()} == {Direction.CONSUMPTION}
    assert found[CONSUMER, "allocation", "G.03"].quality == "estimated"


def test_eda_message__codes_of_production__make_a_producer() -> None:
    found = curves(message({"1-1:2.9.0 G.01": values("2025-06-01", [1] * 4), "1-1:2.9.0 P.01": []}))
    assert {curve.direction for curve in found.values()} == {Direction.PRODUCTION}


def test_eda_message__redacted__keeps_the_values_inside_and_no_message_id() -> None:
    data = message({"1-1:1.9.0 G.01": values("2025-06-01", [0.1, 0.2, 0.3, 0.4])}, direction="CONSUMPTION")
    cut = meters.redact(data, "f", "0" * 33, utc("2025-06-01 00:15"), utc("2025-06-01 00:45"))
    (curve,) = curves(cut).values()
    assert (curve.meter, curve.energy.tolist()) == ("0" * 33, [200_000, 300_000])
    assert CONSUMER.encode() not in cut


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (message({"1-1:1.9.0 G.01": [{"from": 1, "to": 2, "value": 1}]}), "is no time in milliseconds"),
        (message({"1-1:1.9.0 G.01": values("2025-06-01", ["x"])}), "'x' is no energy"),
        (message({"9-9:9.9.9 X.99": values("2025-06-01", [1])}), "meter code .* is not known"),
        (message({"1-1:1.9.0 G.01": values("2025-06-01", [1])})[:-4], "is no JSON"),
        (
            message({"1-1:1.9.0 G.01": values("2025-06-01", [1])}).replace(CONSUMER.encode(), b""),
            "names no metering point",
        ),
    ],
)
def test_eda_message__damaged__is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(meters.MeterFileError, match=reason):
        curves(data)


@pytest.mark.parametrize("newer", [False, True])
def test_report__first_time_damaged__is_refused_rather_than_passed_over(newer: bool) -> None:
    times = quarters("2025-06-03")
    column = (CONSUMER, "CONSUMPTION", LABELS["G.01"], [0.5] * 96)
    whole = report(times, [column], "1" * 96 if newer else "")
    before = b"03.06.2025 00:00:00" if newer else b"<v>45811.0</v>"
    after = b"03.06.2025 00_00:00" if newer else b"<v>458110</v>"
    damaged = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive, zipfile.ZipFile(damaged, "w") as made:
        for part in archive.namelist():
            made.writestr(part, archive.read(part).replace(before, after))
    with pytest.raises(meters.MeterFileError, match=r"row 9: .* is no time: damaged"):
        meters.read(damaged.getvalue(), "r.xlsx")
