"""What the voted rules do about findings: reject, repair by a named method marked in the quality, ignore."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from offchain_worker import meters
from offchain_worker.domain.conformity_rules import Checks, ConformityRules, Register
from offchain_worker.domain.roster import Column, Direction, Source
from offchain_worker.domain.treatments import Handling, Method, Treatment
from offchain_worker.meters import Code, Quality, Severity
from offchain_worker.meters.zone import local_midnight
from tests.meters.customer_space import day, file, head, readings
from tests.meters.enedis_files import PRM as LINKY
from tests.meters.enedis_files import r151

BOUNDS = ConformityRules("Europe/Paris", 100_000, 1_000_000, 1_000_000)
START = local_midnight("Europe/Paris", "2016-06-01")
DAY = 86_400
REJECT, IGNORE = Handling(Treatment.REJECT), Handling(Treatment.IGNORE)


def repair(method: Method, steps: int = 0) -> Handling:
    return Handling(Treatment.REPAIR, method, steps)


def voted(**handlings: Handling) -> ConformityRules:
    return replace(BOUNDS, voted=handlings)


def standard(*files: bytes, rules: ConformityRules = BOUNDS, days: int = 1, **of: Any) -> meters.StandardCurve:
    direction = of.get("direction", Direction.CONSUMPTION)
    source = Source.SOLAR if direction is Direction.PRODUCTION else Source.NONE
    start = of.get("start", START)
    column = Column(of.get("point", 0), 1, 1, direction, source, start, start + days * DAY)
    named = [(f"{number}.csv", data) for number, data in enumerate(files)]
    return meters.standardise(named, column, start, start + days * DAY, 1800, rules)


def said(curve: meters.StandardCurve) -> list[tuple[str, str]]:
    return [(str(finding.code), str(finding.severity)) for finding in curve.findings]


def rows(*values: object, of_day: str = "2016-06-01") -> list[str]:
    return readings(of_day, values)


CONFLICT = file([*head(), *rows(*[200] * 11), *rows(*[None] * 10, 900)[10:], *rows(*[200] * 48)[11:]])
NEGATIVE = file([*head(), *rows(*[200] * 10, -40, *[200] * 37)])
HOLES = file([*head(), *rows(*[200] * 10, None, None, *[500] * 36)])


def test_conflict__without_a_vote__is_an_error_and_the_step_missing() -> None:
    curve = standard(CONFLICT)
    assert said(curve) == [("gap", "warning"), ("conflict", "error")]
    assert (curve.quality[10], curve.energy[10]) == (Quality.MISSING, 0)


def test_conflict__keep_first_voted__is_the_first_value_and_marked_as_repaired() -> None:
    curve = standard(CONFLICT, rules=voted(conflict=repair(Method.KEEP_FIRST)))
    assert said(curve) == [("repaired", "warning"), ("conflict", "warning")]
    assert curve.findings[0].message == "1 steps repaired by keep_first"
    assert (curve.quality[10], curve.energy[10]) == (Quality.REPAIRED, 100_000)
    assert (curve.quality != Quality.MEASURED).sum() == 1


def test_conflict__leave_out_and_interpolate_voted__is_bridged() -> None:
    rules = voted(conflict=repair(Method.LEAVE_OUT), gap=repair(Method.INTERPOLATE, 1))
    curve = standard(CONFLICT, rules=rules)
    assert said(curve) == [("repaired", "warning"), ("conflict", "warning")]
    assert (curve.quality[10], curve.energy[10]) == (Quality.REPAIRED, 100_000)


def test_negative__clip_voted__is_zero_and_marked() -> None:
    curve = standard(NEGATIVE, rules=voted(negative=repair(Method.CLIP_TO_ZERO)))
    assert said(curve) == [("repaired", "warning"), ("negative", "warning")]
    assert (curve.quality[10], curve.energy[10]) == (Quality.REPAIRED, 0)


def test_gap__interpolate__is_a_line_floored_step_by_step() -> None:
    curve = standard(HOLES, rules=voted(gap=repair(Method.INTERPOLATE, 2)))
    assert curve.energy[9:13].tolist() == [100_000, 150_000, 200_000, 250_000]
    assert curve.quality[9:13].tolist() == [0, 4, 4, 0]
    assert said(curve) == [("repaired", "warning")]


def test_gap__longer_than_voted__stays_missing() -> None:
    curve = standard(HOLES, rules=voted(gap=repair(Method.INTERPOLATE, 1)))
    assert curve.quality[9:13].tolist() == [0, 2, 2, 0]
    assert said(curve) == [("gap", "warning")]


@pytest.mark.parametrize("count", [47, 46])
def test_gap__at_the_end_of_the_range__has_no_line_to_follow(count: int) -> None:
    curve = standard(day(count=count), rules=voted(gap=repair(Method.INTERPOLATE, 9)))
    assert (curve.quality == Quality.MISSING).sum() == 48 - count


def test_gap__beside_another_participation__is_not_bridged_from_outside() -> None:
    named = [("0.csv", HOLES)]
    column = Column(0, 1, 1, Direction.CONSUMPTION, Source.NONE, START + 10 * 1800, START + DAY)
    curve = meters.standardise(named, column, START, START + DAY, 1800, voted(gap=repair(Method.INTERPOLATE, 2)))
    assert curve.quality[8:13].tolist() == [3, 3, 2, 2, 0]


def test_gap__same_slot_of_the_week_before__else_after() -> None:
    values = [[watts] * 48 for watts in (100, 200, 300, 400, 500, 600, 700, 800, 900, 1000)]
    values[8][5] = values[0][7] = None  # 9 June, from 2 June; 1 June, from 8 June
    month = file([*head(), *readings("2016-06-01", [value for of_day in values for value in of_day])])
    curve = standard(month, rules=voted(gap=repair(Method.SAME_SLOT_OTHER_WEEK, 1)), days=10)
    assert (curve.energy[8 * 48 + 5], curve.energy[7]) == (100_000, 400_000)
    assert np.flatnonzero(curve.quality == Quality.REPAIRED).tolist() == [7, 8 * 48 + 5]


def test_gap__same_slot_across_the_clock_change__is_the_same_local_time() -> None:
    start = local_midnight("Europe/Paris", "2016-03-24")
    values: list[object] = list(range(0, 2 * 48 * 11, 2))
    lost = 48 * 8 - 2 + 10  # 1 April 05:00 local, after the day of 23 hours
    values[lost] = None
    month = file([*head(), *readings("2016-03-24", values[: 48 * 11 - 2])])
    rules = voted(gap=repair(Method.SAME_SLOT_OTHER_WEEK, 1))
    curve = standard(month, rules=rules, days=10, start=start)
    assert curve.energy[lost] == 500 * 2 * (48 + 10)  # 25 March 05:00 local


def test_gap__with_the_register_read_on_both_sides__adds_up_to_the_register() -> None:
    curve_file = file(
        [*head(LINKY), *readings("2022-02-02", [200] * 10 + [None, None] + [500] * 36)],
    )
    register = r151([("2022-02-01", 1000, 5000), ("2022-02-02", 1400, 15_000)])
    start = local_midnight("Europe/Paris", "2022-02-02")
    rules = replace(voted(gap=repair(Method.INTERPOLATE, 2)), checks=Checks(register=Register(0, 0)))
    curve = standard(curve_file, register, rules=rules, start=start)
    # The register counted 16,400 - 6,000 Wh = 10,400 Wh; what was measured is 1,000 + 9,000 Wh.
    assert int(curve.energy.sum()) == 10_400_000
    assert curve.energy[10:12].tolist() == [171_428, 228_572]  # 400 Wh as 150 to 200
    assert [code for code, _ in said(curve)] == ["not_a_load_curve", "repaired"]


def test_register__another_energy_than_the_curve__is_found_with_both_values() -> None:
    curve_file = file([*head(LINKY), *readings("2022-02-02", [200] * 48)])
    register = r151([("2022-02-01", 1000, 5000), ("2022-02-02", 1400, 9500)])
    start = local_midnight("Europe/Paris", "2022-02-02")
    tolerant, strict = Register(100, 20_000), Register(99, 20_000)
    found = standard(curve_file, register, rules=replace(BOUNDS, checks=Checks(register=strict)), start=start)
    (difference,) = [finding for finding in found.findings if finding.code is Code.REGISTER_DIFFERENCE]
    assert difference.message == "the curve adds up to 4800 Wh, the register to 4900 Wh"
    assert (difference.start, difference.end, difference.count) == (start, start + DAY, 48)
    within = standard(curve_file, register, rules=replace(BOUNDS, checks=Checks(register=tolerant)), start=start)
    assert [code for code, _ in said(within)] == ["not_a_load_curve"]


def test_production__gap__is_filled_only_if_the_rules_say_so() -> None:
    holes = HOLES.replace(b"Consommation", b"Production")
    of = {"direction": Direction.PRODUCTION}
    for_consumers = standard(holes, rules=voted(gap=repair(Method.INTERPOLATE, 2)), **of)
    assert said(for_consumers) == [("production_missing", "warning"), ("gap", "warning")]
    curve = standard(holes, rules=voted(production_missing=repair(Method.INTERPOLATE, 2)), **of)
    assert said(curve) == [("repaired", "warning")]
    assert curve.energy[9:13].tolist() == [100_000, 150_000, 200_000, 250_000]


def test_gap__too_long__is_held_by_the_rules_alone() -> None:
    rules = replace(BOUNDS, maximum_gap_seconds=1800)
    assert said(standard(HOLES, rules=rules)) == [("gap", "warning"), ("gap_too_long", "error")]
    assert said(standard(HOLES, rules=replace(rules, maximum_gap_seconds=3600))) == [("gap", "warning")]
    ignoring = replace(rules, voted={"gap_too_long": IGNORE})
    assert said(standard(HOLES, rules=ignoring)) == [("gap", "warning"), ("gap_too_long", "info")]


def test_repaired__counts_as_estimated__and_is_bounded() -> None:
    rules = replace(voted(gap=repair(Method.INTERPOLATE, 2)), maximum_estimated_ppm=41_666)  # 2 of 48 are 41,666.7
    assert said(standard(HOLES, rules=rules)) == [("estimated_too_much", "error"), ("repaired", "warning")]
    assert said(standard(HOLES, rules=replace(rules, maximum_estimated_ppm=41_667))) == [("repaired", "warning")]


def test_gap__rejected_by_vote__is_an_error() -> None:
    assert said(standard(HOLES, rules=voted(gap=REJECT))) == [("gap", "error")]


def test_power__of_a_point_of_its_own__and_ignored() -> None:
    loud = day(watts=5000)
    rules = replace(BOUNDS, powers={7: 4000})
    assert said(standard(loud, rules=rules, point=6)) == []
    strict = standard(loud, rules=rules, point=7)
    assert said(strict) == [("gap", "warning"), ("power", "error")]
    assert "above 4000 W" in strict.findings[1].message
    ignoring = standard(loud, rules=replace(rules, voted={"power": IGNORE}), point=7)
    assert (said(ignoring), int(ignoring.energy.sum())) == ([("power", "info")], 48 * 2_500_000)


def test_warning__ignored_by_vote__stays_as_an_info() -> None:
    odd = file([*head(), *rows(*[201] * 48)])
    assert said(standard(odd)) == [("odd_watts", "warning")]
    (finding,) = standard(odd, rules=voted(odd_watts=IGNORE)).findings
    assert finding.severity is Severity.INFO
    assert said(standard(odd, rules=voted(odd_watts=REJECT))) == [("odd_watts", "error")]
