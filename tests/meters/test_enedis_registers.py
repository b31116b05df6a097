"""Enedis flows R151, R15 and R171 and the CSV R64: registers become consumption between readings, never a load curve."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from offchain_worker import meters
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.roster import Column, Direction, Source
from offchain_worker.meters import Code, Severity
from tests.meters.enedis_files import (
    OTHER,
    PRM,
    R64_HEADER,
    csv,
    midnight,
    r15,
    r15_release,
    r50,
    r151,
    r151_class,
    r171,
    r171_series,
)

RULES = ConformityRules("Europe/Paris", 100_000, 500_000, 500_000)
DAYS = [("2022-02-01", 1000, 5000), ("2022-02-02", 1400, 5600), ("2022-02-03", 1900, 6100)]


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def read_one(data: bytes) -> meters.Curve:
    (curve,) = meters.read(data, "f").curves
    return curve


def test_r151__three_days__two_days_of_consumption_from_their_ends() -> None:
    curve = read_one(r151(DAYS))
    assert (curve.kind, curve.quantity, curve.direction.name) == ("index", "EA", "CONSUMPTION")
    assert curve.starts.tolist() == [midnight("2022-02-02"), midnight("2022-02-03")]
    assert curve.energy.tolist() == [1_000_000, 1_000_000]
    assert meters.verdict(curve.findings) == "conform"


def test_r151__one_file_a_day__are_joined() -> None:
    files = [(day, r151([(day, low, high)])) for day, low, high in DAYS]
    (curve,) = meters.inspect(files)["curves"]
    assert (curve["kind"], curve["intervals"], curve["energy_micro_kwh"]) == ("index", 2, 2_000_000)


def test_r151__one_reading__is_no_consumption() -> None:
    report = meters.inspect([("f", r151(DAYS[:1]))])
    assert [(curve["intervals"], curve["energy_micro_kwh"]) for curve in report["curves"]] == [(0, 0)]


def test_r151__days_of_23_and_25_hours__intervals_have_them() -> None:
    days = [("2021-03-27", 0, 0), ("2021-03-28", 0, 23), ("2021-10-30", 0, 50), ("2021-10-31", 0, 75)]
    curve = read_one(r151(days))
    assert (curve.seconds[0], curve.seconds[-1]) == (23 * 3600, 25 * 3600)


def test_r151__register_that_runs_back__is_an_error_and_left_out() -> None:
    curve = read_one(r151([*DAYS, ("2022-02-04", 1900, 6000), ("2022-02-05", 1900, 6050)]))
    assert curve.energy.tolist() == [1_000_000, 1_000_000, 50_000]
    assert [(f.code, f.severity, f.count) for f in curve.findings] == [(Code.NEGATIVE, Severity.ERROR, 1)]


def test_r151__class_missing_on_a_day__is_warned_of() -> None:
    curve = read_one(r151(DAYS).replace(r151_class("HC", 1, 1400).encode(), b""))
    assert Code.REGISTERS_CHANGE in {f.code for f in curve.findings}
    assert meters.verdict(curve.findings) == "rejected"


def test_r151__supplier_registers_alone__are_read() -> None:
    data = r151(DAYS).replace(b"_Temporelle_Distributeur>", b"_Nothing>")
    assert read_one(data).energy.tolist() == [1_000_000, 1_000_000]


def test_r151__doubtful_reading__warns() -> None:
    data = r151(DAYS).replace(b"<Indice_Vraisemblance>0", b"<Indice_Vraisemblance>3", 1)
    assert [f.code for f in read_one(data).findings] == [Code.DOUBTFUL]


def test_r15__moments_and_days__estimates_are_marked() -> None:
    data = r15(
        r15_release("2014-01-06T09:30:00Z", {"HC": 1200, "HP": 800}),
        r15_release("2014-02-06", {"HC": 1250, "HP": 810}, "ESTIME"),
        r15_release("2014-03-06T00:00:00+01:00", {"HC": 1300, "HP": 830}),
    )
    curve = read_one(data)
    assert curve.starts.tolist() == [utc("2014-01-06T09:30"), midnight("2014-02-06")]
    assert curve.energy.tolist() == [60_000_000, 70_000_000]
    assert (curve.quantity, curve.estimated.tolist(), curve.codes.tolist()) == (
        "EA kWh", [True, False], ["ESTIME", "REEL"]
    )  # fmt: skip


def test_r15__both_directions__are_two_curves_and_a_coefficient_multiplies() -> None:
    data = r15(
        r15_release("2014-01-06", {"HC": 10}), r15_release("2014-02-06", {"HC": 12}),
        r15_release("2014-01-06", {"INJ": 100}, direction=1), r15_release("2014-02-06", {"INJ": 150}, direction=1),
    ).replace(b"<Coefficient_Lecture>1<", b"<Coefficient_Lecture>40<")  # fmt: skip
    curves = meters.read(data, "f").curves
    assert [(c.direction.name, int(c.energy.sum())) for c in curves] == [
        ("CONSUMPTION", 80_000_000), ("PRODUCTION", 2_000_000_000)
    ]  # fmt: skip


MOMENTS = [("2022-02-03T02:37:56", 429229000), ("2022-02-04T01:12:00", 429309000)]


def test_r171__classes_of_one_moment__are_summed_and_others_left_out() -> None:
    other = [(moment, value // 2) for moment, value in MOMENTS]
    data = r171(
        r171_series("HPH", MOMENTS), r171_series("HCH", other),
        r171_series("HPH", MOMENTS, "ERC", "VARh"), r171_series("HPH", MOMENTS, "PMA", "VA"),
        r171_series("HPH", MOMENTS, "TF", "s"), r171_series("HPH", MOMENTS, prm=OTHER, direction="PROD"),
    )  # fmt: skip
    curves = meters.read(data, "f").curves
    assert [(c.meter, c.direction.name, c.energy.tolist()) for c in curves] == [
        (PRM, "CONSUMPTION", [120_000_000]), (OTHER, "PRODUCTION", [80_000_000])
    ]  # fmt: skip
    assert curves[0].starts[0] == utc("2022-02-03T01:37:56")
    assert {(f.code, f.count) for f in curves[0].findings} == {(Code.IGNORED_ROWS, 2)}


def test_r171__reading_in_the_hour_that_comes_twice__is_a_guess() -> None:
    curve = read_one(r171(r171_series("HPH", [("2021-10-31T02:10:00", 1), ("2021-11-01T02:10:00", 2)])))
    assert [f.code for f in curve.findings] == [Code.REPEATED_HOUR]
    assert curve.starts[0] == utc("2021-10-31T00:10")


def r64_row(day: str, register: str, value: int, prm: str = PRM) -> str:
    calendar = {"T": "", "D": "DI000003", "F": "FC000001"}[register.rpartition("_")[2][0]]
    return f"{prm};2026-01-01;2026-01-04;EA;CONS;BRUT;Wh;{day} 00:00:00;COL;AQ;;;{calendar};x;HC;x;{register};{value};0"


R64_DAYS = ["2026-01-01", "2026-01-02", "2026-01-03"]


@pytest.mark.parametrize(
    "registers",
    [["IDX_EAS_T"], ["IDX_EAS_D1", "IDX_EAS_F1"], ["IDX_EAS_F1", "IDX_EAS_D1", "IDX_EAS_T"], ["IDX_EAS_F1"]],
)
def test_r64__every_grid__gives_the_same_consumption(registers: list[str]) -> None:
    rows = [r64_row(day, register, 1000 * at) for at, day in enumerate(R64_DAYS) for register in registers]
    curve = read_one(csv(R64_HEADER, rows))
    assert curve.energy.tolist() == [1_000_000, 1_000_000]
    assert curve.starts.tolist() == [midnight(day) for day in R64_DAYS[:2]]


def test_r64__redacted__one_points_total_between_two_days() -> None:
    rows = [r64_row(day, register, 1000, prm) for day in R64_DAYS for register in ("IDX_EAS_T", "IDX_EAS_D1") for prm in (PRM, OTHER)]  # fmt: skip
    left = meters.redact(csv(R64_HEADER, rows), "f", "0" * 14, midnight("2026-01-02"), midnight("2026-01-03"), PRM)
    expected = [r64_row(day, "IDX_EAS_T", 1000, "0" * 14) for day in R64_DAYS[1:]]
    assert left == csv(R64_HEADER, expected)


@pytest.mark.parametrize(
    "data",
    [
        r151(DAYS),
        r15(r15_release("2022-02-01", {"HC": 1}), r15_release("2022-02-04", {"HC": 2})),
        r171(r171_series("HPH", [("2022-02-01T00:00:00", 1), ("2022-02-04T00:00:00", 2)])),
    ],
    ids=["r151", "r15", "r171"],
)
def test_standardise__registers_alone__are_refused_as_a_load_curve(data: bytes) -> None:
    start, end = midnight("2022-02-01"), midnight("2022-02-04")
    column = Column(0, 1, 1, Direction.CONSUMPTION, Source.NONE, start, end)
    curve = meters.standardise([("f", data)], column, start, end, 1800, RULES)
    assert not curve.energy.any()
    assert (curve.quality == meters.Quality.MISSING).all()
    assert (Code.NOT_A_LOAD_CURVE, Severity.ERROR) in {(f.code, f.severity) for f in curve.findings}


def test_standardise__registers_beside_a_load_curve__are_said_and_not_counted() -> None:
    start, end = midnight("2022-02-01"), midnight("2022-02-04")
    column = Column(0, 1, 1, Direction.CONSUMPTION, Source.NONE, start, end)
    load = r50(["2022-02-01", "2022-02-02", "2022-02-03"])
    curve = meters.standardise([("load", load), ("index", r151(DAYS))], column, start, end, 1800, RULES)
    assert curve.energy.tolist() == meters.read(load, "f").curves[0].energy.tolist()
    assert {(f.code, f.severity) for f in curve.findings} == {(Code.NOT_A_LOAD_CURVE, Severity.INFO)}


def test_standardise_all__point_with_registers_alone__is_rejected() -> None:
    made = meters.standardise_all([("load", r50(["2022-02-01"], OTHER)), ("index", r151(DAYS))], RULES)
    verdicts = {meter: meters.verdict(curve.findings) for meter, _, curve in made.curves}
    assert verdicts == {OTHER: "conform", PRM: "rejected"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (r151(DAYS).replace(b"<Unite_Mesure_Index>Wh", b"<Unite_Mesure_Index>VA"), "registers in 'va'"),
        (r151(DAYS).replace(b"<Valeur>1400<", b"<Valeur>14x0<"), "'14x0' is no reading of a register"),
        (r151(DAYS)[:-80], "is no well-formed XML"),
        (r15(r15_release("2014-01-06", {"HC": 1}, direction=3)), "neither 0 nor 1"),
        (r171(r171_series("HPH", MOMENTS, unit="kVA")), "not registers (INDEX) of active energy (EA) in Wh"),
        (r171(r171_series("HPH", MOMENTS, "ERI", "Wh")), "quantity 'ERI' cannot be in"),
        (r171(r171_series("HPH", MOMENTS, direction="BOTH")), "neither consumption (CONS) nor production"),
        (csv(R64_HEADER, [r64_row("2026-01-01", "IDX_EAS_T", 5)[:70]]), "truncated"),
    ],
)
def test_read__damaged__one_line_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(meters.MeterFileError) as caught:
        meters.read(data, "flow.xml")
    assert str(caught.value).startswith("flow.xml: ")
    assert reason in str(caught.value)


def test_redact__r151_of_a_week__keeps_the_readings_at_the_bounds_of_a_day() -> None:
    left = meters.redact(r151(DAYS), "f", "0" * 14, midnight("2022-02-02"), midnight("2022-02-03"))
    curve = read_one(left)
    assert (curve.meter, curve.energy.tolist()) == ("0" * 14, [1_000_000])
    assert b"Puissance_Maximale" not in left
    assert b"6100" not in left


def test_redact__r171_of_two_points__keeps_one_and_no_other_quantity() -> None:
    data = r171(
        r171_series("HPH", MOMENTS), r171_series("HPH", MOMENTS, "PMA", "VA"), r171_series("HPH", MOMENTS, prm=OTHER)
    )  # fmt: skip
    left = meters.redact(data, "f", "0" * 14, midnight("2022-02-03"), midnight("2022-02-04"), PRM)
    assert left.count(b"<serieMesuresDatees>") == left.count(b"<mesureDatee>") == 1
    assert PRM.encode() not in left
    assert OTHER.encode() not in left
