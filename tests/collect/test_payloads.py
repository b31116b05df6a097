"""What adapters publish: Linky, P1 and OpenEnergyMonitor, with their own time or that of arrival."""

from __future__ import annotations

import json

import pytest

from offchain_worker.collect import Kind, Reading
from offchain_worker.collect.payloads import Decoder
from offchain_worker.domain.roster import Direction
from tests.collect.frames import historic, linky, telegram

NOW = 1_735_686_000
TAKEN, FED_IN = Direction.CONSUMPTION, Direction.PRODUCTION


@pytest.fixture
def decoder() -> Decoder:
    return Decoder(lambda: NOW)


def register(meter: str, side: Direction, moment: int, wh: int) -> Reading:
    return Reading(meter, side, Kind.REGISTER, moment, wh * 10**6)


def test_decoder__raw_telegram__gives_its_registers_at_its_time(decoder: Decoder) -> None:
    assert decoder.readings("any/topic", telegram("250101001500W", "000004.426", "000001.000")) == [
        register("4B384547", TAKEN, NOW + 900, 4426),
        register("4B384547", FED_IN, NOW + 900, 1000),
    ]


def test_decoder__telegram_with_a_changed_digit__says_nothing(decoder: Decoder) -> None:
    assert decoder.readings("t", telegram("250101001500W", "000004.426").replace(b"4.426", b"4.427")) == []
    assert decoder.unread == 1


def test_decoder__raw_frames_of_linky__give_their_registers(decoder: Decoder) -> None:
    assert decoder.readings("t", linky("H250101001500", 1234, 56)) == [
        register("021728123456", TAKEN, NOW + 900, 1234),
        register("021728123456", FED_IN, NOW + 900, 56),
    ]
    assert decoder.readings("t", historic(777)) == [register("021728123456", TAKEN, NOW, 777)]


def test_decoder__teleinfo2mqtt__is_read_by_its_labels(decoder: Decoder) -> None:
    payload = {
        "ADSC": {"raw": "021728123456", "value": 21728123456},
        "DATE": {"raw": "", "value": "", "timestamp": {"date": "2024-12-31T23:15:00.000Z", "dst": "winter"}},
        "EAST": {"raw": "000001234", "value": 1234},
        "EAIT": {"raw": "000000056", "value": 56},
        "NGTF": {"raw": "BASE", "value": "BASE"},
    }
    assert decoder.readings("teleinfo/021728123456", json.dumps(payload).encode()) == [
        register("021728123456", TAKEN, NOW + 900, 1234),
        register("021728123456", FED_IN, NOW + 900, 56),
    ]


def test_decoder__price_classes_of_a_historic_meter__are_added_up(decoder: Decoder) -> None:
    payload = {"ADCO": {"raw": "021728123456"}, "HCHC": {"raw": "009058688"}, "HCHP": {"raw": "009752846"}}
    assert decoder.readings("teleinfo/x", json.dumps(payload).encode()) == [
        register("021728123456", TAKEN, NOW, 9_058_688 + 9_752_846)
    ]


def test_decoder__tasmota__is_read_below_its_key(decoder: Decoder) -> None:
    payload = b'{"Time": "2025-01-01T00:00:00", "TIC": {"ADCO": "021728123456", "BASE": "000000777"}}'
    assert decoder.readings("tele/linky/SENSOR", payload) == [register("021728123456", TAKEN, NOW, 777)]


def test_decoder__dsmr_reader__adds_the_tariffs_once_both_are_there(decoder: Decoder) -> None:
    assert decoder.readings("dsmr/reading/electricity_delivered_1", b"1581.123") == []
    assert decoder.readings("dsmr/reading/electricity_delivered_2", b"1435.706") == [
        register("dsmr/reading", TAKEN, NOW, 3_016_829)
    ]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("power1", "412.5", Reading("emontx/power1", TAKEN, Kind.POWER, NOW, 412_500_000)),
        ("solar", "1000", Reading("emontx/solar", FED_IN, Kind.POWER, NOW, 1_000_000_000)),
        ("E1", "12345", register("emontx/E1", TAKEN, NOW, 12_345)),
        ("use_kwh", "12.345", register("emontx/use_kwh", TAKEN, NOW, 12_345)),
        ("export_kwh", "1", register("emontx/export_kwh", FED_IN, NOW, 1000)),
        ("Vrms", "231.2", None),
        ("temp1", "21", None),
        ("power2", "-5", None),
    ],
)
def test_decoder__emon__knows_powers_from_counters_by_name(
    decoder: Decoder, name: str, text: str, expected: Reading | None
) -> None:
    assert decoder.readings(f"emon/emontx/{name}", text.encode()) == ([expected] if expected else [])


def test_decoder__emon_as_json__takes_its_own_time(decoder: Decoder) -> None:
    payload = b'{"time": 1735686010.0, "P1": 400, "Vrms": 230, "E1": 7}'
    assert decoder.readings("emon/emonpi2", payload) == [
        Reading("emonpi2/P1", TAKEN, Kind.POWER, NOW + 10, 400_000_000),
        register("emonpi2/E1", TAKEN, NOW + 10, 7),
    ]


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[1]", b'{"a": ' * 2000, b"\xff\xfe", b"x" * 100_000, b'{"ADSC": 1, "EAST": {}}', b"/\n!"]
)
def test_decoder__anything_else__says_nothing(decoder: Decoder, payload: bytes) -> None:
    for topic in ("emon/a/power", "dsmr/reading/electricity_delivered_1", "teleinfo/1", ""):
        assert decoder.readings(topic, payload) == []
