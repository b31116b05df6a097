"""Linky frames: checksums, registers of both modes, points of the meter's own curve, frames that cannot be placed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from offchain_worker import meters
from offchain_worker.meters.linky_frames import frames, moment_of, split
from tests.meters.enedis_files import PRM, horodate, midnight, tic_frame, tic_historic, tic_line, tic_standard

NOON = midnight("2022-02-02") + 12 * 3600
MINUTES = [NOON + 60 * at for at in range(60)]


def standard() -> bytes:
    """An hour of frames, one a minute: 10 Wh used and 5 fed in each, the half-hour's mean power as it becomes known."""
    return b"".join(
        tic_standard(moment, 1000 + 10 * at, 5 * at, (moment // 1800 * 1800, 500 + 2 * (at // 30)))
        for at, moment in enumerate(MINUTES)
    )


def historic() -> bytes:
    return b"".join(tic_historic(5000 + at, 7000 + 2 * at, moment) for at, moment in enumerate(MINUTES))


def codes(data: bytes) -> list[tuple[str, int]]:
    return [(f["code"], f["count"]) for f in meters.inspect([("f", data)])["findings"]]


def test_read__standard_frames__registers_of_both_directions_and_the_meters_own_curve() -> None:
    consumed, produced, load = meters.read(standard(), "f").curves
    assert [(c.meter, c.direction.name, c.kind) for c in (consumed, produced, load)] == [
        (PRM, "CONSUMPTION", "index"), (PRM, "PRODUCTION", "index"), (PRM, "CONSUMPTION", "load")
    ]  # fmt: skip
    assert consumed.energy.tolist() == [10_000] * 59
    assert produced.energy.tolist() == [5_000] * 59
    assert consumed.starts.tolist() == MINUTES[:-1]
    assert (load.starts.tolist(), load.energy.tolist()) == ([NOON - 1800, NOON], [250_000, 251_000])
    assert codes(standard()) == []


def test_read__historic_frames_with_times__price_classes_are_summed() -> None:
    (curve,) = meters.read(historic(), "f").curves
    assert (curve.meter, curve.kind, curve.energy.tolist()) == ("021728123456", "index", [3_000] * 59)
    assert codes(historic()) == [("wrong_id", 1)]


def test_read__historic_frames_without_times__cannot_be_placed() -> None:
    report = meters.inspect([("f", b"".join(tic_historic(5000 + at, 7000) for at in range(9)))])
    assert report["verdict"] == "rejected"
    assert ("no_time", 9) in [(f["code"], f["count"]) for f in report["findings"]]


@pytest.mark.parametrize("label", [b"EAST\t", b"DATE\t", b"CCASN\t"])
def test_read__line_with_a_wrong_checksum__is_left_out_and_counted(label: bytes) -> None:
    data = bytearray(standard())
    place = data.index(label, 2000) + len(label) + 4
    data[place] ^= 1
    report = meters.inspect([("f", bytes(data))])
    consumed = next(c for c in report["curves"] if c["kind"] == "index" and c["direction"] == "consumption")
    assert consumed["energy_micro_kwh"] == 590_000
    assert consumed["intervals"] == (59 if label == b"CCASN\t" else 58)
    assert ("checksum", 1) in [(f["code"], f["count"]) for f in report["findings"]]


def test_read__historic_frame_that_lost_one_register__is_no_reading() -> None:
    data = historic().replace(tic_line("HCHP", "000007040", standard=False), b"HCHP 000007040 ?")
    (curve,) = meters.read(data, "f").curves
    assert int(curve.energy.sum()) == 177_000
    assert len(curve.starts) == 58
    assert {("checksum", 1), ("registers_change", 1)} <= set(codes(data))


def test_read__register_twice_in_a_frame__neither_is_used() -> None:
    frame = tic_standard(NOON + 3600, 1600, 300)
    twice = frame.replace(
        tic_line("EAST", "000001600"), tic_line("EAST", "000001600") + b"\r\n" + tic_line("EAST", "000001700")
    )
    (consumed, *_) = meters.read(standard() + twice, "f").curves
    assert int(consumed.energy.sum()) == 590_000


@pytest.mark.parametrize(("day", "hours"), [("2021-03-28", 23), ("2021-10-31", 25)])
def test_read__days_of_clock_changes__the_meter_says_which_hour(day: str, hours: int) -> None:
    begin = midnight(day)
    data = b"".join(tic_standard(begin + 3600 * at, 100 * at) for at in range(hours + 1))
    consumed = meters.read(data, "f").curves[0]
    assert consumed.starts.tolist() == [begin + 3600 * at for at in range(hours)]


def test_read__text_dump_without_control_characters__the_same() -> None:
    text = historic().replace(b"\x02", b"").replace(b"\x03", b"").replace(b"\r", b"")
    assert meters.read(text, "f").curves[0].energy.tolist() == [3_000] * 59


def test_frames__instantaneous_values_and_what_stands_before_the_first_address() -> None:
    read = frames(standard()[40:])
    assert len(read) == 59
    assert read[0].instantaneous == {"SINSTS": 430}
    assert read[0].registers == {"consumption": 1010, "production": 5}


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (tic_line("EAST", "001234567"), ("EAST", "", "001234567")),
        (tic_line("CCASN", "H220202120000", "00500"), ("CCASN", "H220202120000", "00500")),
        (tic_line("NGTF", "      BASE      "), ("NGTF", "", "      BASE      ")),
        (b"ADCO 021728123456 @", ("ADCO", "", "021728123456")),
        (b"PAPP 00430 *", None),
        (b"EAST\t001234567", None),
        (b"", None),
        (b"\t\t\t", None),
        (b"  ", None),
    ],
)
def test_split__line__its_parts_if_the_checksum_fits(line: bytes, parts: object) -> None:
    if line.startswith(b"ADCO"):
        line = line[:-1] + bytes([(sum(line[:-2]) & 0x3F) + 0x20])
    assert split(line) == parts


def test_split__checksum_that_is_a_space__with_and_without_it() -> None:
    line = next(
        line for at in range(10**6) if (line := tic_line("BASE", f"{at:09}", standard=False)).endswith(b"  ")
    )  # fmt: skip
    assert split(line) == split(line.rstrip()) == ("BASE", "", line[5:14].decode())


@pytest.mark.parametrize(
    ("text", "moment"),
    [(horodate(NOON), NOON), ("e" + horodate(NOON)[1:], NOON - 3600), ("H221302120000", None), (" 220202120000", None), ("", None)],
)  # fmt: skip
def test_moment_of__horodate__utc_second(text: str, moment: int | None) -> None:
    assert moment_of(text) == moment


def test_read__clock_the_meter_doubts__warns() -> None:
    assert ("doubtful", 1) in codes(tic_frame([
        tic_line("ADSC", "021728123456"), tic_line("DATE", "h220202120000", ""), tic_line("EAST", "000000001"),
        tic_line("PRM", PRM),
    ]) + standard()[len(tic_standard(NOON, 1000, 0, (NOON, 500))) :])  # fmt: skip


def test_redact__standard_frames__those_between_with_new_checksums() -> None:
    left = meters.redact(standard(), "f", "0" * 14, NOON + 600, NOON + 900)
    assert len(frames(left)) == 6
    assert not [frame for frame in frames(left) if frame.wrong]
    assert meters.read(left, "f").curves[0].energy.tolist() == [10_000] * 5
    assert b"SINSTS" not in left
    for real in (PRM.encode(), b"021728123456"):
        assert real not in left


def test_redact__one_direction_of_historic_and_standard__and_times_of_historic() -> None:
    production = meters.read(standard(), "f").curves[1].direction
    left = meters.redact(standard(), "f", "0" * 14, NOON, NOON + 3600, PRM, production)
    assert [c.direction.name for c in meters.read(left, "f").curves] == ["PRODUCTION"]
    left = meters.redact(historic(), "f", "0" * 12, NOON + 600, NOON + 900)
    assert meters.read(left, "f").curves[0].starts.tolist() == MINUTES[10:15]


def test_read__no_complete_address__is_refused() -> None:
    with pytest.raises(meters.MeterFileError, match="holds no frame with a meter's address"):
        meters.read(b"\x02\nADSC\t021728123456\t!\r\nEAST\t1\t!\r\x03", "f")


def priced(at: int, tariff: str, registers: dict[str, int]) -> bytes:
    """A historic frame of a three-phase meter, with the logger's time above it."""
    named = [("ADCO", "021728123456"), ("OPTARIF", tariff), *((name, f"{value:09}") for name, value in registers.items())]  # fmt: skip
    named += [("IINST1", "001"), ("IINST2", "002"), ("IINST3", "000"), ("PAPP", "00800"), ("MOTDETAT", "000000"), ("PPOT", "00")]  # fmt: skip
    above = datetime.fromtimestamp(NOON + 900 * at, UTC).isoformat().encode()
    return above + b"\n" + tic_frame([tic_line(*line, standard=False) for line in named]) + b"\n"


@pytest.mark.parametrize(
    ("tariff", "still", "used"),
    [("BASE", {}, "BASE"), ("EJP.", {"EJPHPM": 200}, "EJPHN"), ("BBR(", {"BBRHCJB": 7, "BBRHCJW": 1, "BBRHPJW": 2, "BBRHCJR": 3, "BBRHPJR": 4}, "BBRHPJB")],
)  # fmt: skip
def test_read__historic_frames_of_every_tariff_on_three_phases__count_all_their_registers(
    tariff: str, still: dict[str, int], used: str
) -> None:
    data = b"".join(priced(at, tariff, {**still, used: 5000 + 3 * at}) for at in range(5))
    (curve,) = meters.read(data, "f").curves
    assert (curve.kind, curve.energy.tolist()) == ("index", [3000] * 4)
    assert curve.registers is not None
    assert int(curve.registers[0]) == (sum(still.values()) + 5000) * 1_000_000
