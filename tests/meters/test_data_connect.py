"""Answers of Data Connect: END stamps in naive local time, daily energies, directions that are not stated."""

from __future__ import annotations

import json

import pytest

from offchain_worker import meters
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.roster import Column, Direction, Source
from offchain_worker.meters import Code
from tests.meters.enedis_files import PRM, data_connect, day_after, midnight, stamps, starts, watts

RULES = ConformityRules("Europe/Paris", 100_000, 500_000, 500_000)


def curve_of(day: str, minutes: int = 30, **kind: str) -> bytes:
    marked = stamps(day, minutes)
    rows = zip(marked, watts(len(marked)), strict=True)
    return data_connect(rows, (day, day_after(day)), f"PT{minutes}M", **kind)


def read_one(data: bytes) -> meters.Curve:
    (curve,) = meters.read(data, "f").curves
    return curve


@pytest.mark.parametrize(("day", "minutes", "count"), [("2023-03-26", 30, 46), ("2023-10-29", 30, 50), ("2023-10-29", 15, 100), ("2023-06-01", 60, 24)])  # fmt: skip
def test_read__day__every_interval_at_its_utc_start(day: str, minutes: int, count: int) -> None:
    curve = read_one(curve_of(day, minutes))
    assert curve.starts.tolist() == starts(day, minutes)
    assert int(curve.energy.sum()) == sum(watts(count)) * 1000 * minutes // 60
    assert meters.verdict(curve.findings) == "conform"
    assert curve.codes.tolist() == ["B"] * count


def test_read__daily_energies__are_an_index() -> None:
    days = ["2023-10-28", "2023-10-29", "2023-10-30"]
    data = data_connect(zip(days, [21547, 14528, 10258], strict=True), (days[0], "2023-10-31"), "")
    curve = read_one(data)
    assert (curve.kind, curve.energy.tolist()) == ("index", [21_547_000, 14_528_000, 10_258_000])
    assert curve.seconds.tolist() == [86400, 90000, 86400]


def test_read__answer_without_its_outer_name_and_a_list_of_answers__the_same() -> None:
    days = [json.loads(curve_of(day)) for day in ("2023-06-01", "2023-06-02")]
    bare = json.dumps(days[0]["meter_reading"]).encode()
    assert read_one(bare).energy.tolist() == read_one(curve_of("2023-06-01")).energy.tolist()
    (curve,) = meters.inspect([("f", json.dumps(days).encode())])["curves"]
    assert (curve["intervals"], curve["missing"]) == (96, 0)


def test_read__null_value_and_hole__are_missing() -> None:
    answer = json.loads(curve_of("2023-06-01"))
    answer["meter_reading"]["interval_reading"][3]["value"] = "null"
    answer["meter_reading"]["interval_reading"][4]["value"] = None
    del answer["meter_reading"]["interval_reading"][10]
    curve = read_one(json.dumps(answer).encode())
    assert [(f.code, f.count) for f in curve.findings if f.code is Code.GAP] == [(Code.GAP, 2), (Code.GAP, 1)]


@pytest.mark.parametrize(("flow", "direction"), [("forward", "CONSUMPTION"), ("reverse", "PRODUCTION")])
def test_read__direction_that_is_stated__holds(flow: str, direction: str) -> None:
    curve = read_one(curve_of("2023-06-01", flow_direction=flow))
    assert (curve.direction.name, curve.findings) == (direction, ())


def test_standardise__direction_that_is_not_stated__goes_with_a_column_of_production() -> None:
    start, end = midnight("2023-06-01"), midnight("2023-06-02")
    column = Column(0, 1, 1, Direction.PRODUCTION, Source.SOLAR, start, end)
    curve = meters.standardise([("f", curve_of("2023-06-01"))], column, start, end, 1800, RULES)
    assert curve.energy.tolist() == [value * 500 for value in watts(48)]
    stated = meters.standardise(
        [("f", curve_of("2023-06-01", flow_direction="forward"))], column, start, end, 1800, RULES
    )
    assert Code.DIRECTION in {f.code for f in stated.findings}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (curve_of("2023-06-01")[:-40], "is no JSON: truncated or damaged"),
        (curve_of("2023-06-01").replace(b'"average"', b'"maximum"'), "'power maximum'"),
        (curve_of("2023-06-01", unit="VA"), "unit 'VA'"),
        (curve_of("2023-06-01", flow_direction="up"), "neither forward nor reverse"),
        (curve_of("2023-06-01").replace(b'"200"', b'"2x0"', 1), "row 1: '2x0' is no number"),
        (curve_of("2023-06-01").replace(b"01:00:00", b"25:00:00", 1), "row 2: '2023-06-01 25:00:00' is no moment"),
        (b'{"usage_point_id": "1", "interval_reading": {"a": 1}}', "has no list of readings"),
        (b'{"usage_point_id": ["1"], "interval_reading": []}', "unit '' is not one of"),
    ],
)
def test_read__damaged__one_line_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(meters.MeterFileError) as caught:
        meters.read(data, "dc.json")
    assert str(caught.value).startswith("dc.json: ")
    assert reason in str(caught.value)


def test_redact__two_days__one_of_them_under_the_stand_in_and_nothing_else() -> None:
    answers = [json.loads(curve_of(day)) for day in ("2023-06-01", "2023-06-02")]
    answers[0]["meter_reading"]["customer"] = "Jeanne"
    left = meters.redact(json.dumps(answers).encode(), "f", "0" * 14, midnight("2023-06-01"), midnight("2023-06-02"))
    curves = meters.read(left, "f").curves
    assert sum(len(curve.starts) for curve in curves) == 48
    assert {curve.meter for curve in curves} == {"0" * 14}
    assert b"Jeanne" not in left
    assert PRM.encode() not in left


def test_read__answer_that_states_no_step__covers_what_it_declares() -> None:
    document = json.loads(
        data_connect(zip(stamps("2024-06-01", 30), watts(48), strict=True), ("2024-06-01", "2024-06-02"))
    )
    for row in document["meter_reading"]["interval_reading"]:
        del row["interval_length"]
    (curve,) = meters.read(json.dumps(document).encode(), "f").curves
    assert len(curve.starts) == 48
    assert "declared_range" not in {str(finding.code) for finding in curve.findings}
