"""emoncms feeds: powers and counters, stated and unstated units, ten-second readings summed exactly."""

from __future__ import annotations

import json

import pytest

from offchain_worker import meters
from offchain_worker.domain.roster import Direction
from offchain_worker.meters.curve import Curve

START = 1_704_067_200
UNSTATED = ["direction_unstated", "unit_unstated"]


def feed(values: list[object], step: int = 1800, **described: object) -> bytes:
    data = [[(START + step * at) * 1000, value] for at, value in enumerate(values)]
    return json.dumps(described | {"data": data} if described else data).encode()


def curves(data: bytes) -> list[Curve]:
    return list(meters.read(data, "f.json").curves)


def codes(curve: Curve) -> list[str]:
    return [str(finding.code) for finding in curve.findings]


def test_emoncms__described_power__is_a_mean_over_its_interval() -> None:
    (curve,) = curves(feed([400.5, None, 200, 200], id=7, name="use", unit="W"))
    assert (curve.meter, curve.direction, curve.kind) == ("7", Direction.CONSUMPTION, "load")
    assert curve.energy.tolist() == [200_250, 100_000, 100_000]
    assert (curve.starts[0], codes(curve)) == (START, ["gap"])


@pytest.mark.parametrize("name", ["solar", "PV power", "grid export"])
def test_emoncms__name_of_a_plant__means_production(name: str) -> None:
    (curve,) = curves(feed([1, 2, 1, 2], id=7, name=name, unit="kW"))
    assert (curve.direction, curve.energy.tolist()) == (Direction.PRODUCTION, [500_000, 1_000_000] * 2)


def test_emoncms__bare_list__is_taken_for_watts_and_said() -> None:
    (curve,) = curves(feed([400, 300, 400, 300]))
    assert (curve.energy.tolist(), codes(curve)) == ([200_000, 150_000] * 2, UNSTATED)


def test_emoncms__bare_list_that_grows__is_taken_for_a_counter_of_kwh_and_said() -> None:
    (curve,) = curves(feed([1000.0, 1000.25, 1000.25, 1001]))
    assert (curve.kind, curve.energy.tolist()) == ("index", [250_000, 0, 750_000])
    assert codes(curve) == UNSTATED


def test_emoncms__ten_second_readings__sum_to_five_minutes_with_exact_energy() -> None:
    values = [100.1 + at % 7 for at in range(90)]
    (curve,) = curves(feed(values, 10, id=1, name="use", unit="W"))
    exact = sum(round(value * 10) for value in values)
    assert curve.seconds.tolist() == [300] * 3
    assert int(curve.energy.sum()) == exact * 10 // 36  # a tenth of a W for 10 s is 1 J, 3.6 J are 1 µkWh


def test_emoncms__five_minutes_with_a_reading_missing__are_absent() -> None:
    values: list[object] = [100] * 90
    values[35] = None
    (curve,) = curves(feed(values, 10, id=1, name="use", unit="W"))
    assert (curve.starts.tolist(), "gap" in codes(curve)) == ([START, START + 600], True)


def test_emoncms__csv_in_seconds__is_read() -> None:
    text = "\n".join(f"{START + 1800 * at}, {400 - at}" for at in range(4))
    (curve,) = curves(("time,value\n" + text + "\n").encode())
    assert curve.energy.tolist() == [200_000, 199_500, 199_000, 198_500]
    (curve,) = curves(("time,value\n" + text).encode())
    assert sorted(codes(curve)) == sorted([*UNSTATED, "doubtful"])


def test_emoncms__several_feeds__are_several_curves() -> None:
    parts = [
        {"feedid": number, "data": [[(START + 1800 * at) * 1000, 5 - at % 2] for at in range(4)]} for number in (1, 2)
    ]
    assert [curve.meter for curve in curves(json.dumps(parts).encode())] == ["1", "2"]


def test_emoncms__redacted__keeps_what_it_was_read_as() -> None:
    data = feed([1000.0, 1000.25, 1000.25, 1001])
    cut = meters.redact(data, "f", "0000", START + 1800, START + 3600)
    (curve,) = curves(cut)
    assert (curve.meter, curve.kind, curve.energy.tolist(), codes(curve)) == ("0000", "index", [0], UNSTATED)
    load = meters.redact(feed([1, 2, 3, 4], id=12, name="home of A", unit="W"), "f", "00", START + 1800, START + 5400)
    assert b"home" not in load
    assert json.loads(load)["data"] == [[(START + 1800) * 1000, 2], [(START + 3600) * 1000, 3]]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (feed([1, 2], id=1, unit="A"), "unit 'a' is not one of W, kW, Wh, kWh"),
        (feed([1, "x"], id=1, unit="W"), "'x' is no reading"),
        (feed([1, 2, 3]).replace(b"1704067200000", b"17040672000"), "is no time in seconds or milliseconds"),
        (feed([1, 2, 3])[:-3], "is no JSON"),
        (b"1704067200,1\n2024-01-01 00:30:00,2\n", "export unix times"),
        (feed([1, 10**13], id=1, unit="W"), "is no reading below 1 GW"),
    ],
)
def test_emoncms__damaged__is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(meters.MeterFileError, match=reason):
        curves(data)
