"""R63 and R64 as JSON, and Data Connect's answers since 2026: counts and energies that anybody can add up."""

from __future__ import annotations

import json

import pytest

from offchain_worker import meters
from offchain_worker.domain.roster import Direction
from offchain_worker.meters import Code
from tests.meters.enedis_files import (
    OTHER,
    PRM,
    day_after,
    midnight,
    stamps,
    starts,
    watts,
    zoned,
)
from tests.meters.enedis_json_files import measured, measures

DAY = "2021-06-01"
DAYS = [f"2021-06-{day:02}" for day in range(1, 8)]


def codes(curve: meters.Curve) -> list[str]:
    return [str(finding.code) for finding in curve.findings]


def registers(total: bool = True) -> dict[str, object]:
    """R64: two classes of the distributor, one of the supplier that counts both, and the total."""

    def values(step: int, first: int = 0) -> list[dict[str, object]]:
        return [{"d": f"{day} 00:00:00", "v": first + step * at, "iv": 0} for at, day in enumerate(DAYS)]

    classes = [
        {"idClasseTemporelle": "HP", "codeCadran": "01", "valeur": values(700)},
        {"idClasseTemporelle": "HC", "codeCadran": "02", "valeur": values(300)},
    ]
    quantity: dict[str, object] = {
        "grandeurMetier": "CONS",
        "grandeurPhysique": "EA",
        "unite": "Wh",
        "calendrier": [
            {"idCalendrier": "DI000001", "libelleGrille": "Distributeur", "classeTemporelle": classes},
            {
                "idCalendrier": "FC000049",
                "libelleGrille": "Fournisseur",
                "classeTemporelle": [{"idClasseTemporelle": "BASE", "codeCadran": "01", "valeur": values(1000)}],
            },
        ],
    }
    if total:
        quantity["cadranTotalisateur"] = {"codeCadran": "TOT", "valeur": values(1000, 5)}
    peak = {
        "grandeurMetier": "CONS",
        "grandeurPhysique": "PMA",
        "unite": "VA",
        "cadranTotalisateur": {"codeCadran": "TOT", "valeur": [{"d": f"{DAY} 00:00:00", "v": 42, "iv": None}]},
    }
    context = {"etapeMetier": "BRUT", "contexteReleve": "COL", "typeReleve": "AQ", "grandeur": [quantity, peak]}
    return {"idPrm": PRM, "periode": {"dateDebut": DAYS[0], "dateFin": DAYS[-1]}, "contexte": [context]}


@pytest.mark.parametrize(("day", "count"), [("2021-03-28", 46), (DAY, 48), ("2021-10-31", 50)])
@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "zoned"])
def test_read__half_hours_of_any_day__are_at_their_utc_starts(day: str, count: int, form: str) -> None:
    written = zoned(day, 30) if form == "zoned" else stamps(day, 30, form)
    values = watts(count)
    curve = meters.read(measures(measured(written, values)), "r63.json").curves[0]
    assert curve.starts.tolist() == starts(day, 30)
    assert curve.energy.tolist() == [value * 500 for value in values]
    assert (curve.meter, curve.direction, curve.kind) == (PRM, Direction.CONSUMPTION, "load")


@pytest.mark.parametrize(("minutes", "at_end"), [(5, False), (10, False), (15, True), (60, True)])
def test_read__steps__of_5_and_10_minutes_stand_at_the_start(minutes: int, at_end: bool) -> None:
    written = stamps(DAY, minutes, end=at_end)
    part = measured(written, [60] * len(written), f"PT{minutes}M" if minutes < 60 else "PT1H")
    curve = meters.read(measures(part), "r63.json").curves[0]
    assert curve.starts.tolist() == starts(DAY, minutes)
    assert int(curve.energy.sum()) == 60 * 24 * 1000


def test_read__several_points_and_quantities__are_apart_and_reactive_is_left_out() -> None:
    points = [
        measured(stamps(DAY, 30), watts(48)),
        measured(stamps(DAY, 30), watts(48), prm=OTHER, business="PROD"),
        measured(stamps(DAY, 30), watts(48), physical="PRI", unit="var"),
    ]
    found = meters.read(measures(*points), "r63.json")
    assert [(curve.meter, curve.direction) for curve in found.curves] == [
        (PRM, Direction.CONSUMPTION),
        (OTHER, Direction.PRODUCTION),
    ]
    assert str(Code.IGNORED_ROWS) in codes(found.curves[0])


def test_read__data_connect_2026__is_one_point_without_header() -> None:
    point = measured(stamps(DAY, 30), watts(48)) | {"periode": {"dateDebut": DAY, "dateFin": day_after(DAY)}}
    curve = meters.read(json.dumps(point).encode(), "answer.json").curves[0]
    assert (len(curve.starts), codes(curve)) == (48, [])


def test_read__daily_energy__is_an_index_whose_step_stands_once() -> None:
    points = [{"d": day, "v": str(9000 + at)} for at, day in enumerate(DAYS)]
    quantity = {"grandeurMetier": "CONS", "grandeurPhysique": "EA", "unite": "Wh", "points": points}
    document = {"idPrm": PRM, "etapeMetier": "BRUT", "pas": "P1D", "grandeur": [quantity]}
    curve = meters.read(json.dumps(document).encode(), "answer.json").curves[0]
    assert (curve.kind, int(curve.energy.sum())) == ("index", sum(range(9000, 9007)) * 1000)


def test_read__missing_values_and_estimates__are_said() -> None:
    part = measured(stamps(DAY, 30), [None, *watts(47)])
    part["grandeur"][0]["points"][5]["n"] = "E"  # type: ignore[index]
    curve = meters.read(measures(part), "r63.json").curves[0]
    assert {str(Code.GAP), str(Code.ESTIMATED)} <= set(codes(curve))
    assert int(curve.estimated.sum()) == 1


@pytest.mark.parametrize("total", [True, False])
def test_read__r64__is_the_total_or_the_distributors_classes(total: bool) -> None:
    curve = meters.read(measures(registers(total), flow="R64"), "r64.json").curves[0]
    assert (curve.kind, int(curve.energy.sum())) == ("index", 6 * 1_000_000)
    assert curve.stamps.tolist() == [midnight(day) for day in DAYS]


def test_redact__one_point_of_two__shows_its_period_and_nothing_of_the_request() -> None:
    days = ["2021-05-31", DAY]
    written = [stamp for day in days for stamp in stamps(day, 30)]
    both = measures(measured(written, watts(96)), measured(written, watts(96), prm=OTHER))
    bounds = midnight(DAY), midnight(day_after(DAY))
    left = meters.redact(both, "r63.json", "0" * 14, *bounds, PRM)
    assert not any(text in left for text in (PRM.encode(), OTHER.encode(), b"M053Q0D3", b"2021-05-31 12"))
    curves = meters.read(left, "left.json").curves
    assert [(curve.meter, curve.starts.tolist()) for curve in curves] == [("0" * 14, starts(DAY, 30))]
    assert curves[0].energy.tolist() == [value * 500 for value in watts(96)[48:]]


def test_redact__registers__keep_the_readings_from_start_to_end() -> None:
    left = meters.redact(measures(registers(), flow="R64"), "r64.json", "0" * 14, midnight(DAYS[1]), midnight(DAYS[3]))
    curve = meters.read(left, "left.json").curves[0]
    assert curve.stamps.tolist() == [midnight(day) for day in DAYS[1:4]]
    assert b"PMA" not in left


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"mesures": [{"idPrm": "1", "grandeur": 3}]}', "holds"),
        (measures(measured(["yesterday"], [2])), "is no moment"),
        (measures(measured(stamps(DAY, 30)[:1], ["two"])), "is no number"),
        (measures(measured(stamps(DAY, 30)[:1], [2], business="BOTH")), "neither consumption"),
        (measures(measured(stamps(DAY, 30)[:1], [2], physical="PRI", unit="var")), "only active energy"),
        (measures(measured(stamps(DAY, 30), watts(48)))[:-20], "no JSON"),
        (measures(measured(stamps(DAY, 30)[:1], [2])).replace(b'"v"', b'"d"'), "twice in one object"),
    ],
)
def test_read__bad_measures__one_line(data: bytes, reason: str) -> None:
    with pytest.raises(meters.MeterFileError, match=reason) as caught:
        meters.read(data, "bad.json")
    assert "\n" not in str(caught.value)
