"""
False alarms, counted: what the learned checks say of curves that are as they should be. The genuine files are those of
the samples' folder, where it is there; the year is the demo's, month by month as the workers see it.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from offchain_worker import meters
from offchain_worker.domain import conformity_rules
from offchain_worker.domain.canonical import dumps
from offchain_worker.domain.roster import Source
from offchain_worker.meters.checks import suspicious, twins
from offchain_worker.meters.zone import local_midnight

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "scripts" / "villeurbanne"
SAMPLES = ROOT.parent / "shared" / "samples"
COMMUNITY = json.loads((FOLDER / "community.json").read_text(encoding="utf-8"))
RULES = conformity_rules.parse(dumps(COMMUNITY["conformity"]))
EXAMPLE = conformity_rules.parse((ROOT / "docs" / "examples" / "conformity.json").read_text(encoding="utf-8"))
LEARNED = {"implausible", "stuck", "dead", "night_production", "twin", "register_difference"}
STEP = 1800


@cache
def year() -> tuple[int, dict[str, tuple[Source, np.ndarray, np.ndarray]]]:
    """The first second of 2016, and each point's source, energies and which of its steps are known."""
    start, end = local_midnight("Europe/Paris", "2016-01-01"), local_midnight("Europe/Paris", "2017-01-01")
    found = {}
    for point in COMMUNITY["points"]:
        name = point["files"][0]
        (curve,) = meters.read((FOLDER / "curves" / name).read_bytes(), name).curves
        at = (curve.starts - start) // STEP
        energy, known = np.zeros((end - start) // STEP, dtype=np.int64), np.zeros((end - start) // STEP, dtype=bool)
        energy[at], known[at] = curve.energy, True
        found[point["label"]] = (Source[point["source"].upper()], energy, known)
    return start, found


@pytest.mark.parametrize("month", range(1, 13))
def test_demo_year__a_month__raises_no_false_alarm(month: int) -> None:
    first, curves = year()
    begin = local_midnight("Europe/Paris", f"2016-{month:02}-01")
    after = (date(2016, month, 1) + timedelta(days=32)).replace(day=1).isoformat()
    end = local_midnight("Europe/Paris", after)
    inside = slice((begin - first) // STEP, (end - first) // STEP)
    moments = np.arange(begin, end, STEP)
    assert RULES.checks.implausible and RULES.checks.stuck and RULES.checks.dead and RULES.checks.twin
    for label, (source, energy, known) in curves.items():
        said = suspicious(energy[inside], known[inside], moments, STEP, source, "Europe/Paris", RULES.checks)
        assert [(label, str(code), int(mask.sum())) for code, mask, _ in said] == []
    energies, knowns = zip(*((energy[inside], known[inside]) for _, energy, known in curves.values()), strict=True)
    assert not any(mask.any() for mask in twins(energies, knowns, RULES.checks.twin.hours * 2))


def test_demo_year__at_the_place_it_is_set_in__the_plants_run_ahead_of_the_sun() -> None:
    """No false alarm but a true one, which the example's README explains: these profiles are of other places."""
    first, curves = year()
    moments = np.arange(first, first + len(curves["Roof"][1]) * STEP, STEP)
    counts = {}
    for label in ("Roof", "Solar home roof"):
        source, energy, known = curves[label]
        night = conformity_rules.Checks(night=EXAMPLE.checks.night)
        ((_, mask, _),) = suspicious(energy, known, moments, STEP, source, "Europe/Paris", night)
        hours = (moments[mask] % 86_400) // 3600
        assert set(hours.tolist()) <= {3, 4, 5, 6}
        counts[label] = int(mask.sum())
    assert counts == {"Roof": 130, "Solar home roof": 61}


def test_samples__genuine_files__raise_no_false_alarm() -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the folder of genuine samples is not here")
    read = 0
    for path in sorted(SAMPLES.rglob("*")):
        if path.suffix not in {".csv", ".xml"}:
            continue
        made = meters.standardise_all([(path.name, path.read_bytes())], EXAMPLE)
        for _, _, curve in made.curves:
            read += int((curve.quality == meters.Quality.MEASURED).sum())
            assert [finding for finding in curve.findings if str(finding.code) in LEARNED] == [], path.name
    assert read > 25_000


def test_demo_year__readings_in_the_wrong_unit__are_found() -> None:
    """In two hundred ordinary readings of homes and offices one is a thousand times too large: a kW taken for a W."""
    first, curves = year()
    random = np.random.default_rng(2016)
    consumers = [(energy, known) for source, energy, known in curves.values() if source is Source.NONE]
    begin = (local_midnight("Europe/Paris", "2016-06-01") - first) // STEP
    inside = slice(begin, begin + 30 * 48)
    moments = np.arange(first + begin * STEP, first + (begin + 30 * 48) * STEP, STEP)
    found = tried = 0
    while tried < 200:
        energy, known = consumers[int(random.integers(len(consumers)))]
        month, at = energy[inside].copy(), int(random.integers(30 * 48))
        if month[at] == 0 or not known[inside][at]:
            continue
        tried += 1
        month[at] *= 1000
        said = suspicious(month, known[inside], moments, STEP, Source.NONE, "Europe/Paris", RULES.checks)
        found += [(str(code), np.flatnonzero(mask).tolist()) for code, mask, _ in said] == [("implausible", [at])]
    assert found == tried
