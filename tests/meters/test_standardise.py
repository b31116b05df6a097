"""Standardisation to a period's steps: quality, sums, refusals, and what a worker says of bad files."""

from __future__ import annotations

import numpy as np
import pytest

from offchain_worker import meters
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.roster import Column, Direction, Source
from offchain_worker.meters import Code, Quality, Severity
from offchain_worker.meters.zone import local_midnight
from tests.meters.customer_space import PRM, day, file, head, readings

RULES = ConformityRules("Europe/Paris", 100_000, 1_000_000, 1_000_000)
START, END = local_midnight("Europe/Paris", "2016-06-01"), local_midnight("Europe/Paris", "2016-06-02")


def column(direction: Direction = Direction.CONSUMPTION, start: int = START, end: int = END) -> Column:
    source = Source.SOLAR if direction is Direction.PRODUCTION else Source.NONE
    return Column(0, 1, 1, direction, source, start, end)


def standard(*files: bytes, step: int = 1800, rules: ConformityRules = RULES, **of: object) -> meters.StandardCurve:
    named = [(f"{number}.csv", data) for number, data in enumerate(files)]
    return meters.standardise(named, column(**of), START, END, step, rules)


def codes(curve: meters.StandardCurve) -> list[str]:
    return [str(finding.code) for finding in curve.findings]


def test_standardise__a_whole_day__is_measured_to_the_watt_hour() -> None:
    curve = standard(day(watts=200))
    assert (curve.energy == 100_000).all()
    assert (curve.quality == Quality.MEASURED).all()
    assert curve.findings == ()
    assert (curve.energy.dtype, curve.quality.dtype, len(curve.energy)) == (np.int64, np.uint8, 48)


def test_standardise__quarter_hours__are_summed() -> None:
    curve = standard(file([*head(), *readings("2016-06-01", range(96), minutes=15)]))
    assert curve.energy.tolist() == [250 * (4 * step + 1) for step in range(48)]


def test_standardise__ten_minutes__steps_add_up_to_the_total_within_one_micro_kwh() -> None:
    curve = standard(file([*head(), *readings("2016-06-01", [100, 0, 0] * 48, minutes=10)]))
    assert curve.energy.tolist() == [16_666, 16_667, 16_667] * 16
    assert int(curve.energy.sum()) == 100 * 1000 * 48 // 6


def test_standardise__ten_minutes_with_a_gap__the_running_sum_restarts_after_it() -> None:
    rows = readings("2016-06-01", [100, 0, 0] * 48, minutes=10)
    del rows[4]  # second step incomplete
    curve = standard(file([*head(), *rows]))
    assert curve.energy[:4].tolist() == [16_666, 0, 16_666, 16_667]
    assert curve.quality[:4].tolist() == [0, 2, 0, 0]


def test_standardise__hourly_file_for_half_hour_steps__is_refused() -> None:
    curve = standard(file([*head(), *readings("2016-06-01", [100] * 24, minutes=60)]))
    assert (curve.quality == Quality.MISSING).all()
    assert [(f.code, f.count) for f in curve.findings if f.severity is Severity.ERROR] == [(Code.COARSE_STEP, 24)]


def test_standardise__hours_from_half_hours__are_summed() -> None:
    assert standard(day(watts=200), step=3600).energy.tolist() == [200_000] * 24


def test_standardise__measured_and_estimated_file__measured_wins_and_the_estimate_fills() -> None:
    measured = file([*head(), *readings("2016-06-01", [200] * 10 + [None] * 5 + [200] * 33)])
    estimated = day(watts=100, stage="Comptage Estime")
    curve = standard(estimated, measured)
    assert curve.energy.tolist() == [100_000] * 10 + [50_000] * 5 + [100_000] * 33
    assert curve.quality.tolist() == [0] * 10 + [1] * 5 + [0] * 33
    assert [(f.code, f.count) for f in curve.findings] == [(Code.ESTIMATED, 43), (Code.ESTIMATED, 5)]


def test_standardise__estimate_alone__is_estimated() -> None:
    assert (standard(day(stage="Comptage Estime")).quality == Quality.ESTIMATED).all()


def test_standardise__missing_readings__are_zero_and_said_as_one_stretch() -> None:
    curve = standard(file([*head(), *readings("2016-06-01", [200] * 40)]))
    assert curve.energy[40:].tolist() == [0] * 8
    assert curve.quality.tolist() == [0] * 40 + [2] * 8
    (gap,) = curve.findings
    assert (gap.code, gap.severity, gap.count, gap.end) == (Code.GAP, Severity.WARNING, 8, END)


def test_standardise__missing_production__is_said_apart() -> None:
    curve = standard(
        file([*head(kind="Production"), *readings("2016-06-01", [200] * 40)]), direction=Direction.PRODUCTION
    )
    assert codes(curve) == ["production_missing", "gap"]


def test_standardise__no_file_at_all__everything_is_missing() -> None:
    curve = standard()
    assert (curve.quality == Quality.MISSING).all()
    assert not curve.energy.any()


def test_standardise__participation_of_part_of_the_period__steps_outside_are_zero_and_outside() -> None:
    noon = START + 12 * 3600
    curve = standard(day(watts=200), start=noon)
    assert curve.energy.tolist() == [0] * 24 + [100_000] * 24
    assert curve.quality.tolist() == [3] * 24 + [0] * 24
    assert curve.findings == ()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", Code.UNREADABLE),
        (b"\x1f\x8b\x08", Code.UNREADABLE),
        (day()[:-15], Code.UNREADABLE),
        (day(kind="Production"), Code.DIRECTION),
        (file([*head(), *readings("2016-06-01", [2, -2, 2])]), Code.NEGATIVE),
        (file([*head(), *readings("2016-06-01", [2, 100_002, 2])]), Code.POWER),
        (file([*head(), *readings("2016-06-01", [2, 2, 2]), *readings("2016-06-01", [4])]), Code.CONFLICT),
        (day() + day(prm="9" * 14, ).lstrip(b"\xef\xbb\xbf"), Code.MIXED_POINTS),
    ],
)  # fmt: skip
def test_standardise__bad_file__is_an_error_finding_and_no_exception(data: bytes, code: Code) -> None:
    curve = standard(data)
    assert [f.code for f in curve.findings if f.severity is Severity.ERROR] == [code]
    assert curve.energy.min() >= 0


def test_standardise__power_at_the_limit__is_allowed() -> None:
    assert codes(standard(day(watts=100_000))) == []


def test_standardise__more_missing_than_the_rules_allow__is_an_error() -> None:
    strict = ConformityRules("Europe/Paris", 100_000, 100_000, 100_000)
    data = file([*head(), *readings("2016-06-01", [200] * 43)])
    assert codes(standard(data, rules=strict)) == ["missing_too_much", "gap"]
    lenient = ConformityRules("Europe/Paris", 100_000, 104_167, 0)  # 5 of 48 steps
    assert codes(standard(data, rules=lenient)) == ["gap"]


def test_standardise__a_file_of_another_month__is_missing_without_further_findings() -> None:
    july = file([*head(), *readings("2016-07-01", [-2, 3, 3])])
    assert codes(standard(july)) == ["gap"]


@pytest.mark.parametrize("step", [0, 60, 1200, 7200])
def test_standardise__step_no_period_can_have__is_refused(step: int) -> None:
    with pytest.raises(meters.RangeInvalid, match="no whole steps"):
        standard(day(), step=step)


def test_standardise_all__several_points__are_in_order_on_one_range_and_the_coarsest_step() -> None:
    files = [
        ("a.csv", file([*head("2" * 14), *readings("2016-06-01", [100] * 24, minutes=60)])),
        ("b.csv", file([*head("3" * 14, "Production"), *readings("2016-06-01T12:00", [200] * 24)])),
        ("c.csv", file([*head("1" * 14), *readings("2016-06-01", [200] * 48)])),
    ]
    made = meters.standardise_all(files, RULES)
    assert (made.start, made.end, made.step_seconds) == (START, END, 3600)
    assert [(meter, direction.name) for meter, direction, _ in made.curves] == [
        ("1" * 14, "CONSUMPTION"),
        ("2" * 14, "CONSUMPTION"),
        ("3" * 14, "PRODUCTION"),
    ]
    assert [int(curve.energy.sum()) for _, _, curve in made.curves] == [4_800_000, 2_400_000, 2_400_000]


def test_standardise_all__without_a_known_step__is_refused() -> None:
    with pytest.raises(meters.RangeInvalid, match="no reading whose step is known"):
        meters.standardise_all([("a.csv", file([*head(PRM), *readings("2016-06-01", [2])]))], RULES)
