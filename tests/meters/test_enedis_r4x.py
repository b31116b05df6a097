"""Enedis flows R4H, R4M and R4Q: START stamps, kW, statuses, other quantities left out."""

from __future__ import annotations

import numpy as np
import pytest

from offchain_worker import meters
from offchain_worker.domain.roster import Direction
from offchain_worker.meters import Code
from tests.meters.enedis_files import PRM, midnight, r4x, r4x_curve, starts


@pytest.mark.parametrize(
    ("day", "minutes", "count"),
    [("2021-03-28", 10, 138), ("2021-10-31", 10, 150), ("2021-10-31", 5, 300), ("2022-02-02", 10, 144)],
)
def test_read__day__intervals_start_at_their_stamps(day: str, minutes: int, count: int) -> None:
    (curve,) = meters.read(r4x(r4x_curve(day, minutes)), "R4Q.xml").curves
    assert curve.starts.tolist() == starts(day, minutes)
    kilowatts = [20 + at % 7 for at in range(count)]
    assert abs(int(curve.energy.sum()) - sum(kilowatts) * 1_000_000 * minutes // 60) <= 1
    assert meters.verdict(curve.findings) == "conform"
    assert set(curve.codes.tolist()) == {"R"}


def test_read__statuses__estimates_are_marked_and_power_cuts_are_not() -> None:
    data = r4x(r4x_curve("2022-02-02"))
    for at, status in enumerate("EHPCKDSTFG"):
        data = data.replace(f'T00:{at // 6 * 60 + at % 6}0:00+01:00"'.encode(), b"", 0)
        stamp = f"2022-02-02T0{at // 6}:{at % 6}0:00+01:00"
        before, _, after = data.partition(stamp.encode())
        data = before + stamp.encode() + after.replace(b'Statut_Point ="R"', f'Statut_Point ="{status}"'.encode(), 1)
    (curve,) = meters.read(data, "f").curves
    assert curve.codes.tolist()[:11] == [*"EHPCKDSTFG", "R"]
    assert np.flatnonzero(curve.estimated).tolist() == [0, 1, 2, 3, 4, 5]
    assert curve.quality == "measured"
    assert [(f.code, f.count) for f in curve.findings] == [(Code.ESTIMATED, 6)]


def test_read__unknown_status__is_taken_as_an_estimate_and_warned_of() -> None:
    data = r4x(r4x_curve("2022-02-02")).replace(b'Statut_Point ="R"', b'Statut_Point ="Z"', 1)
    (curve,) = meters.read(data, "f").curves
    assert (Code.UNKNOWN_CODE, 1) in [(f.code, f.count) for f in curve.findings]
    assert int(curve.estimated.sum()) == 1


def test_read__both_directions_and_reactive_energy__two_curves_and_a_note() -> None:
    data = r4x(
        r4x_curve("2022-02-02"),
        r4x_curve("2022-02-02", direction="PROD"),
        r4x_curve("2022-02-02", quantity="ERI", unit="kWr"),
        r4x_curve("2022-02-02", quantity="E", unit="V"),
    )
    curves = meters.read(data, "f").curves
    assert [curve.direction.name for curve in curves] == ["CONSUMPTION", "PRODUCTION"]
    assert [(f.code, f.count, f.severity) for f in curves[0].findings] == [
        (Code.IGNORED_ROWS, 144, "info"), (Code.IGNORED_ROWS, 144, "info")
    ]  # fmt: skip


def test_read__value_or_status_not_there__is_missing_or_unmarked() -> None:
    data = r4x(r4x_curve("2022-02-02"))
    data = data.replace(b' Valeur_Point ="20"', b"", 1).replace(b' Statut_Point ="R"', b"", 2)
    (curve,) = meters.read(data, "f").curves
    assert len(curve.starts) == 143
    assert curve.codes.tolist()[:2] == ["", "R"]


@pytest.mark.parametrize(
    ("quantity", "unit", "reason"),
    [("EA", "W", "not active energy (EA) in kW"), ("ERC", "kW", "quantity 'ERC' cannot be in 'kW'"), ("ERC", "kWr", "holds 'ERC' alone")],
)  # fmt: skip
def test_read__quantity_and_unit_that_do_not_fit__are_refused(quantity: str, unit: str, reason: str) -> None:
    with pytest.raises(meters.MeterFileError) as caught:
        meters.read(r4x(r4x_curve("2022-02-02", quantity=quantity, unit=unit)), "f.xml")
    assert reason in str(caught.value)


def test_redact__both_directions__keeps_one_and_its_hours() -> None:
    data = r4x(
        r4x_curve("2022-02-02"),
        r4x_curve("2022-02-02", direction="PROD"),
        r4x_curve("2022-02-02", quantity="E", unit="V"),
    )
    begin = midnight("2022-02-02") + 3600
    left = meters.redact(data, "f", "0" * 14, begin, begin + 7200, PRM, meters.read(data, "f").curves[1].direction)
    (curve,) = meters.read(left, "f").curves
    assert (curve.direction.name, curve.starts[0], len(curve.starts)) == ("PRODUCTION", begin, 12)
    assert PRM.encode() not in left
    assert left.count(b"<Donnees_Point_Mesure") == 12


def test_read__direction_that_the_flow_leaves_out__is_read_as_consumption_and_said() -> None:
    data = r4x(r4x_curve("2022-02-02")).replace(b"<Grandeur_Metier>CONS</Grandeur_Metier>", b"")
    curve = meters.read(data, "r4q.xml").curves[0]
    assert (curve.direction, len(curve.starts)) == (Direction.CONSUMPTION, 144)
    assert [str(finding.code) for finding in curve.findings] == ["direction_unstated"]
