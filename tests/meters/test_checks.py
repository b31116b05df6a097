"""Checks that learn, on curves whose truth is constructed: what they must find, and what they must leave alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from offchain_worker import meters
from offchain_worker.domain.conformity_rules import Checks, ConformityRules, Implausible, Lasting, Night
from offchain_worker.domain.roster import Source
from offchain_worker.domain.treatments import Handling, Method, Treatment
from offchain_worker.meters import Code, Quality, StandardCurve
from offchain_worker.meters.checks import History, suspicious, twins
from offchain_worker.meters.period_steps import Steps, missing
from offchain_worker.meters.treated import checked
from offchain_worker.meters.zone import local_midnight

START = local_midnight("Europe/Paris", "2016-06-01")
DAYS, SLOTS, STEP = 30, 48, 1800
MOMENTS = np.arange(START, START + DAYS * 86_400, STEP)
LYON = Night(45_766_000, 4_880_000, 100)


def home(seed: int = 1) -> np.ndarray:
    """A month of a home: 60 to 120 W at rest, more in the morning and evening, an oven now and then."""
    random = np.random.default_rng(seed)
    watts = random.integers(60, 121, (DAYS, SLOTS))
    watts[:, 14:17] += random.integers(0, 600, (DAYS, 3))
    watts[:, 36:44] += random.integers(0, 900, (DAYS, 8))
    watts[random.random((DAYS, SLOTS)) < 0.02] += 2500
    return watts.reshape(-1).astype(np.int64) * 500


def plant() -> np.ndarray:
    """A month of a solar plant, from 06:00 to 21:00 local time."""
    hours = np.arange(SLOTS) / 2
    shape = np.clip(np.sin((hours - 6) / 15 * np.pi), 0, None)
    clouds = np.random.default_rng(2).integers(2, 11, (DAYS, 1))
    return (shape * clouds * 300).astype(np.int64).reshape(-1) * 500


def suspected(energy: np.ndarray, source: Source = Source.NONE, **checks: object) -> dict[str, list[int]]:
    """The steps that each check suspects."""
    known = np.ones(len(energy), dtype=bool)
    found = suspicious(energy, known, MOMENTS, STEP, source, "Europe/Paris", Checks(**checks))
    return {str(code): np.flatnonzero(mask).tolist() for code, mask, _ in found}


ALL = {"implausible": Implausible(20, 8), "stuck": Lasting(24), "dead": Lasting(48), "night": LYON}


@pytest.mark.parametrize("seed", range(20))
def test_suspicious__an_ordinary_home__is_left_alone(seed: int) -> None:
    assert suspected(home(seed), **ALL) == {}


def test_suspicious__an_ordinary_plant__is_left_alone() -> None:
    assert suspected(plant(), Source.SOLAR, **ALL) == {}


def test_implausible__a_reading_in_the_wrong_unit__is_found_alone() -> None:
    energy = home()
    energy[700] *= 1000
    assert suspected(energy, implausible=ALL["implausible"]) == {"implausible": [700]}


def test_implausible__a_whole_day_a_thousandfold__is_found_where_the_past_is_known() -> None:
    energy = home()
    energy[480:528] *= 1000
    assert suspected(energy, implausible=ALL["implausible"]) == {"implausible": list(range(480, 528))}


def test_implausible__too_few_days_to_know__is_not_said() -> None:
    energy = home()
    energy[700] *= 1000
    assert suspected(energy, implausible=Implausible(20, 31)) == {}


def test_stuck__one_value_for_a_day__is_found_and_a_step_less_is_not() -> None:
    energy = home()
    energy[100:148] = 123_000
    assert suspected(energy, stuck=Lasting(24)) == {"stuck": list(range(100, 148))}
    energy[147] += 500
    assert suspected(energy, stuck=Lasting(24)) == {}


def test_stuck__zeros__are_not_a_stuck_meter() -> None:
    energy = plant()
    energy[:200] = 0
    assert suspected(energy, Source.SOLAR, stuck=Lasting(24)) == {}


def test_dead__zeros_where_there_always_is_something__are_found() -> None:
    energy = home()
    energy[200:296] = 0
    assert suspected(energy, dead=Lasting(48)) == {"dead": list(range(200, 296))}
    energy[250] = 500
    assert suspected(energy, dead=Lasting(48)) == {}


def test_dead__a_plant__counts_days_and_not_its_nights() -> None:
    energy = plant()
    energy[10 * SLOTS : 12 * SLOTS] = 0  # two days: 29 half-hours of light each
    assert suspected(energy, Source.SOLAR, dead=Lasting(30)) == {}
    found = suspected(energy, Source.SOLAR, dead=Lasting(28))["dead"]
    assert set(found) <= set(range(10 * SLOTS, 12 * SLOTS))
    assert len(found) == 2 * int((plant()[:SLOTS] > 0).sum())


def test_dead__a_home_that_stands_empty_all_month__is_nothing_to_learn_from() -> None:
    assert suspected(np.zeros(DAYS * SLOTS, dtype=np.int64), **ALL) == {}


def test_night__a_plant_with_its_clock_twelve_hours_off__is_found_if_it_is_solar() -> None:
    turned = np.roll(plant(), 24)
    found = suspected(turned, Source.SOLAR, night=LYON)["night_production"]
    assert len(found) > 200
    assert suspected(turned, Source.HYDRO, night=LYON) == {}


def test_night__below_the_voted_watts__is_not_said() -> None:
    energy = np.zeros(DAYS * SLOTS, dtype=np.int64)
    energy[2] = 50_000  # 100 W on average, at 01:00
    assert suspected(energy, Source.SOLAR, night=LYON) == {}
    energy[2] += 1
    assert suspected(energy, Source.SOLAR, night=LYON) == {"night_production": [2]}


def test_history__of_three_days__is_the_lower_middle_and_how_far_the_others_are() -> None:
    moments = np.arange(START, START + 3 * 86_400, STEP)
    energy = np.zeros(3 * SLOTS, dtype=np.int64)
    energy[[0, SLOTS, 2 * SLOTS]] = [10, 40, 100]
    past = History(energy, np.ones(len(energy), dtype=bool), moments, STEP, "Europe/Paris")
    assert (past.median[0], past.deviation[0], past.days[0], past.upper[0]) == (40, 30, 3, 40)
    known = np.ones(len(energy), dtype=bool)
    known[SLOTS] = False
    two = History(energy, known, moments, STEP, "Europe/Paris")
    assert (two.median[0], two.deviation[0], two.days[0]) == (10, 0, 2)


def test_history__days_of_23_and_25_hours__keep_the_local_hour() -> None:
    for day in ("2016-03-26", "2016-10-29"):
        start = local_midnight("Europe/Paris", day)
        moments = np.arange(start, start + 3 * 86_400, STEP)
        local_noon = [local_midnight("Europe/Paris", f"{day[:8]}{int(day[8:]) + n:02}") + 43_200 for n in (0, 2)]
        energy = np.isin(moments, local_noon).astype(np.int64) * 7
        past = History(energy, np.ones(len(moments), dtype=bool), moments, STEP, "Europe/Paris")
        assert past.median[np.flatnonzero(moments == local_noon[0])[0]] == 7


def test_twins__one_file_given_to_two_points__marks_both() -> None:
    curves = [home(1), home(2), home(1)]
    known = [np.ones(len(curve), dtype=bool) for curve in curves]
    first, second, third = twins(curves, known, 48)
    assert (first.all(), second.any(), third.all()) == (True, False, True)


def test_twins__two_constant_loads_or_nights_of_two_plants__are_none() -> None:
    constant = np.full(DAYS * SLOTS, 50_000)
    known = [np.ones(DAYS * SLOTS, dtype=bool)] * 2
    assert not any(mask.any() for mask in twins([constant, constant.copy()], known, 48))
    other = plant()
    other[other > 0] += 500
    assert not any(mask.any() for mask in twins([plant(), other], known, 48))


def test_with_twins__a_vote_to_reject__makes_both_errors() -> None:
    quality = np.zeros(DAYS * SLOTS, dtype=np.uint8)
    curves = [StandardCurve(home(seed), quality, ()) for seed in (1, 2, 1)]
    rules = ConformityRules("Europe/Paris", 10**6, 0, 0, checks=Checks(twin=Lasting(24)))
    found = meters.with_twins(curves, ["a", "b", "a2"], START, STEP, rules)
    assert [[(f.code, str(f.severity), f.meter, f.count) for f in curve.findings] for curve in found] == [
        [(Code.TWIN, "warning", "a", 1440)],
        [],
        [(Code.TWIN, "warning", "a2", 1440)],
    ]
    strict = replace(rules, voted={"twin": Handling(Treatment.REJECT)})
    assert meters.verdict(meters.with_twins(curves, ["a", "b", "a2"], START, STEP, strict)[0].findings) == "rejected"


@pytest.mark.parametrize(
    ("method", "energy", "quality"),
    [(Method.LEAVE_OUT, 0, Quality.MISSING), (Method.CLIP_TO_ZERO, 0, Quality.REPAIRED), (None, 50_001, 0)],
)
def test_checked__night_production__is_treated_as_voted(method: Method | None, energy: int, quality: int) -> None:
    steps: Steps = missing(START, START + DAYS * 86_400, STEP)
    steps.quality[:] = Quality.MEASURED
    steps.energy[2] = 50_001
    handling = {"night_production": Handling(Treatment.REPAIR, method)} if method else {}
    rules = ConformityRules("Europe/Paris", 10**6, 0, 0, voted=handling, checks=Checks(night=LYON))
    (finding,) = checked(steps, "m", Source.SOLAR, rules, None)
    assert (finding.code, finding.count, finding.start) == (Code.NIGHT_PRODUCTION, 1, START + 2 * STEP)
    assert (steps.energy[2], steps.quality[2]) == (energy, quality)
