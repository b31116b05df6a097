"""P1 telegrams: genuine ones to the digit, checksums, times, several meters, what a register is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from offchain_worker import meters
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.roster import Column, Direction, Source
from offchain_worker.meters.curve import Curve
from offchain_worker.meters.formats.dsmr_telegram import crc16

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "samples" / "dsmr_p1"
METER = "4B384547303034303436333935353037"


def telegram(time: str, taken: str, fed_in: str = "000001.000", meter: str = METER, unpadded: bool = False) -> bytes:
    body = f"/ISk5\\2MT382-1000\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0({time})\r\n0-0:96.1.1({meter})\r\n"
    body += (
        f"1-0:1.8.1({taken}*kWh)\r\n1-0:1.8.2(000002.000*kWh)\r\n1-0:2.8.1({fed_in}*kWh)\r\n1-0:1.7.0(00.244*kW)\r\n"
    )
    body += "0-0:96.13.0(48616C6C6F)\r\n0-1:24.2.1(170102161005W)(00000.107*m3)\r\n!"
    checksum = _crc(body.encode())
    return body.encode() + (f"{checksum:X}" if unpadded else f"{checksum:04X}").encode() + b"\r\n"


def _crc(data: bytes) -> int:
    """CRC16/ARC bit by bit, as the standard defines it."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


def curves(data: bytes) -> list[Curve]:
    return list(meters.read(data, "f.txt").curves)


def codes(curve: Curve) -> list[tuple[str, str]]:
    return [(str(finding.code), str(finding.severity)) for finding in curve.findings]


@pytest.mark.skipif(not FOLDER.exists(), reason="the genuine samples are not in this tree")
@pytest.mark.parametrize(
    ("name", "meter", "taken", "fed_in", "time"),
    [
        ("telegram_v4_2.txt", "3960221976967177082151037881335713", 3_016_829_000, 0, "2016-11-13T19:57:57Z"),
        ("telegram_v5.txt", METER, 6_825_000, 2_444_000, "2017-01-02T18:20:02Z"),
    ],
)
def test_dsmr_p1__genuine_telegram__has_its_registers(
    name: str, meter: str, taken: int, fed_in: int, time: str
) -> None:
    report = meters.inspect([(name, (FOLDER / name).read_bytes())])
    assert (report["format"], report["verdict"], report["findings"]) == ("dsmr_p1", "conform", [])
    assert [
        (c["meter"], c["direction"], c["kind"], c["register_micro_kwh"]["last"], c["start"]) for c in report["curves"]
    ] == [(meter, "consumption", "index", taken, time), (meter, "production", "index", fed_in, time)]


def test_crc16__check_value__is_the_one_of_the_standard() -> None:
    assert crc16(b"123456789") == 0xBB3D


def test_dsmr_p1__several_telegrams__give_what_was_used_between_them() -> None:
    data = b"".join([telegram("250101000000W", "000004.426"), b"\x00log 1\n", telegram("250101001500W", "000004.676")])
    consumption, production = curves(data)
    assert (consumption.direction, consumption.kind, consumption.quantity) == (
        Direction.CONSUMPTION,
        "index",
        "1-0:1.8.0",
    )
    assert (consumption.energy.tolist(), production.energy.tolist()) == ([250_000], [0])
    assert consumption.starts.tolist() == [1735686000]
    assert consumption.seconds.tolist() == [900]


def test_dsmr_p1__summer_and_winter__are_told_by_the_time_itself() -> None:
    data = telegram("251026023000S", "000004.000") + telegram("251026023000W", "000005.000")
    assert curves(data)[0].seconds.tolist() == [3600]


def test_dsmr_p1__unpadded_checksum_and_lost_carriage_returns__are_accepted() -> None:
    number = next(n for n in range(10_000) if _crc(telegram("250101000000W", f"{n:06}.000")[:-6]) < 0x1000)
    short = telegram("250101000000W", f"{number:06}.000", unpadded=True)
    assert len(short) < len(telegram("250101000000W", f"{number:06}.000"))
    for data in (short, short.replace(b"\r\n", b"\n")):
        assert codes(curves(data)[0]) == []


def test_dsmr_p1__changed_digit__leaves_the_telegram_out() -> None:
    sound = telegram("250101000000W", "000004.426")
    data = sound + telegram("250101001500W", "000004.676").replace(b"4.676", b"9.676")
    consumption = curves(data)[0]
    assert (len(consumption.starts), codes(consumption)) == (0, [("checksum", "warning")])
    with pytest.raises(meters.MeterFileError, match="no telegram has the checksum it states"):
        curves(sound.replace(b"4.426", b"4.427"))


def test_dsmr_p1__register_that_falls__is_an_error() -> None:
    data = telegram("250101000000W", "000005.000") + telegram("250101001500W", "000004.000")
    assert ("negative", "error") in codes(curves(data)[0])


def test_dsmr_p1__older_meter_without_time__reads_its_register_and_says_so() -> None:
    data = b"/ESY5Q3DB1024 V3.04\r\n\r\n1-0:0.0.0*255(0272031312565)\r\n1-0:1.8.0*255(00052185.7825309*kWh)\r\n!\r\n  25\r\n"
    (curve,) = curves(data + b"\xff" * 20)
    assert (curve.meter, ("no_time", "warning") in codes(curve)) == ("0272031312565", True)
    assert any("52185782 Wh" in finding.message for finding in curve.findings)


def test_dsmr_p1__watt_hours_and_a_total__are_read_as_they_are() -> None:
    lines = "1-3:0.2.8(50)\r\n0-0:1.0.0(221006155014S)\r\n1-0:1.8.0(006545766*Wh)\r\n1-0:1.8.1(005017120*Wh)\r\n"
    body = f"/EST5\\253710000_A\r\n\r\n{lines}1-0:1.8.2(001528646*Wh)\r\n!"
    report = meters.inspect([("f", f"{body}{_crc(body.encode()):04X}\r\n".encode())])
    assert report["curves"][0]["register_micro_kwh"] == {"first": 6_545_766_000, "last": 6_545_766_000}
    assert report["curves"][0]["meter"] == "EST5\\253710000_A"


def test_dsmr_p1__index__never_reaches_a_period() -> None:
    start, end = 1735686000, 1735686000 + 3600
    data = b"".join(telegram(f"2501010{at // 4}{at % 4 * 15:02}00W", f"00000{4 + at}.000") for at in range(5))
    column = Column(0, 1, 1, Direction.CONSUMPTION, Source.NONE, start, end)
    rules = ConformityRules("Europe/Paris", 10**6, 10**6, 10**6)
    curve = meters.standardise([("f", data)], column, start, end, 900, rules)
    assert set(curve.quality.tolist()) == {meters.Quality.MISSING}
    assert "not_a_load_curve" in {str(finding.code) for finding in curve.findings}


def test_dsmr_p1__redacted__holds_the_telegrams_inside_with_registers_alone() -> None:
    other = telegram("250101000000W", "000009.000", meter="4B39")
    data = b"".join(telegram(f"2501010000{at}0W", f"00000{4 + at}.000") for at in range(4)) + other
    cut = meters.redact(data, "f", "0" * 32, 1735686010, 1735686020, METER, Direction.CONSUMPTION)
    (curve,) = curves(cut)
    assert (curve.meter, curve.energy.tolist(), codes(curve)) == ("0" * 32, [1_000_000], [])
    assert all(trace not in cut for trace in (METER.encode(), b"4B39", b"m3", b"48616C6C6F", b"2.8.1", b"1.7.0"))
    (nothing,) = curves(meters.redact(data, "f", "0" * 32, 0, 1, METER))
    assert (nothing.meter, ("empty", "error") in codes(nothing)) == ("0" * 32, True)


@pytest.mark.parametrize(
    "data", [telegram("250101000000W", "000004.426")[:200], b"/ISk5\\2MT382\r\n1-0:1.8.1(1*kWh)\r\n"]
)
def test_dsmr_p1__truncated__is_refused(data: bytes) -> None:
    with pytest.raises(meters.MeterFileError, match="no complete telegram"):
        curves(data)


def test_dsmr_p1__telegrams_that_are_not_complete__are_said() -> None:
    whole = [telegram(f"2501010{hour}0000W", f"00000{hour}.000") for hour in range(4)]
    (consumption, _) = curves(b"".join(["\ufeff".encode(), *whole]))
    assert (len(consumption.starts), codes(consumption)) == (3, [])
    for data in (whole[0][50:], whole[0][:50]):
        (consumption, _) = curves(data + b"\n" + b"".join(whole))
        assert codes(consumption) == [("ignored_rows", "warning")]


def test_dsmr_p1__version_with_checksums__is_not_believed_without_one() -> None:
    whole = [telegram(f"2501010{hour}0000W", f"00000{hour}.000") for hour in range(4)]
    (consumption, _) = curves(b"".join([*whole[:3], whole[3].rpartition(b"!")[0] + b"!\r\n"]))
    assert (len(consumption.starts), codes(consumption)) == (2, [("checksum", "warning")])


NOON = 1_622_548_800
"""2021-06-01 12:00 UTC."""


def test_read__old_meter_without_a_time__stands_where_the_logger_wrote_it_down() -> None:
    """DSMR 2.2: no time, no checksum, the gas meter's reading on a line of its own."""
    old = "/KMP5 KA6U001511209910\r\n\r\n0-0:96.1.1(204B413655303031)\r\n1-0:1.8.1({0}*kWh)\r\n1-0:2.8.1(00000.000*kWh)\r\n0-1:24.3.0(121030140000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(00070.749)\r\n!\r\n"  # fmt: skip
    moments = ["2021-06-01T12:00:00+00:00", "2021-06-01T14:15:00+02:00", "2021-06-01 12:30:00.250Z"]
    data = "".join(f"{moment}\r\n{old.format(f'{5 + at:09.3f}')}" for at, moment in enumerate(moments)).encode()
    curve = meters.read(data, "f").curves[0]
    assert curve.starts.tolist() == [NOON, NOON + 900]
    assert curve.energy.tolist() == [1_000_000, 1_000_000]
    left = meters.redact(data, "f", "0" * 16, NOON + 900, NOON + 1800)
    assert b"24.3.0" not in left and b"204B413655303031" not in left
    assert meters.read(left, "f").curves[0].energy.tolist() == [1_000_000]
