"""Damaged files, several hundred of them: whatever the damage, an answer or one line of error, never a traceback."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from offchain_worker import meters
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.roster import Column, Direction, Source
from offchain_worker.meters.formats import canonical
from offchain_worker.meters.zone import local_midnight
from tests.meters.customer_space import PRM, day, file, head, readings

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "samples" / "enedis_customer_space_csv" / "consoexemple.csv"
RULES = ConformityRules("Europe/Paris", 100_000, 500_000, 500_000)
START, END = local_midnight("Europe/Paris", "2016-10-30"), local_midnight("Europe/Paris", "2016-10-31")


def _cut(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: chance.randrange(len(data))])


def _flip(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _digits(data: bytearray, chance: random.Random) -> bytes:
    places = [at for at, byte in enumerate(data) if byte in b"0123456789:-+;T"]
    for at in chance.sample(places, min(6, len(places))):
        data[at] = chance.choice(b"0123456789:-+;T")
    return bytes(data)


def _drop(data: bytearray, chance: random.Random) -> bytes:
    first = chance.randrange(len(data))
    return bytes(data[:first] + data[first + chance.randint(1, 200) :])


def _lines(data: bytearray, chance: random.Random) -> bytes:
    lines = bytes(data).split(b"\n")
    for _ in range(chance.randint(1, 6)):
        at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                lines[at], lines[other] = lines[other], lines[at]
            case 1:
                lines.insert(at, lines[other])
            case 2 if len(lines) > 1:
                del lines[at]
            case _:
                lines[at] += chance.choice(
                    [b";", b";;", b"\r", b" ", b"\x00", b"9999999999", "é".encode(), b"\xff", b","]
                )
    return b"\n".join(lines)


def _twice(data: bytearray, _: random.Random) -> bytes:
    return bytes(data + data)


MUTATIONS: list[Callable[[bytearray, random.Random], bytes]] = [_cut, _flip, _digits, _drop, _lines, _twice]


def originals() -> dict[str, bytes]:
    sound = file([*head(), *readings("2016-10-29", range(0, 200, 2))])
    two = sound + file([*head("2" * 14, "Production", unit="kW"), *readings("2016-10-30", ["0.5"] * 20, 10)], bom=False)
    table = canonical.table_of([(PRM, "consumption", np.arange(START, END, 1800), np.arange(50))])
    made = {"sound": sound, "two": two, "gzip": gzip.compress(sound, mtime=0)}
    return made | {"csv": canonical.csv_bytes(table), "parquet": canonical.parquet_bytes(table)}


@pytest.mark.parametrize("original", list(originals()))
def test_meters__hundred_damaged_files__answer_or_one_line(original: str) -> None:
    chance = random.Random(f"daisee {original}")
    data = originals()[original]
    column = Column(0, 1, 1, Direction.CONSUMPTION, Source.NONE, START, END)
    for number in range(100):
        damaged = chance.choice(MUTATIONS)(bytearray(data), chance)
        if chance.random() < 0.3 and damaged:
            damaged = chance.choice(MUTATIONS)(bytearray(damaged), chance)
        try:
            report = meters.inspect([(f"{number}.csv", damaged)])
            assert report["verdict"] in ("conform", "repairable", "rejected")
            assert all(curve["energy_micro_kwh"] >= 0 for curve in report["curves"])
            redacted = meters.redact(damaged, f"{number}.csv", "0" * 14, START, END)
            meters.inspect([("redacted", redacted)])
        except DaiseeError as error:
            assert "\n" not in str(error)
            assert str(error).isprintable()
        curve = meters.standardise([(f"{number}.csv", damaged)], column, START, END, 1800, RULES)
        assert len(curve.energy) == len(curve.quality) == 50
        assert curve.energy.min() >= 0
        assert not curve.energy[curve.quality >= meters.Quality.MISSING].any()


@pytest.mark.skipif(not SAMPLE.exists(), reason="the genuine sample is not in this tree")
def test_meters__genuine_export_damaged__answers_or_one_line() -> None:
    chance = random.Random("genuine")
    data = SAMPLE.read_bytes()
    for number in range(20):
        try:
            meters.inspect([(f"{number}.csv", chance.choice(MUTATIONS)(bytearray(data), chance))])
        except DaiseeError as error:
            assert "\n" not in str(error)


def test_meters__empty_and_tiny_files__are_refused() -> None:
    for data in (b"", b"\n", b"\xef\xbb\xbf", b"\x1f\x8b", b"PAR1", b"PAR1PAR1", gzip.compress(b""), day()[:20]):
        with pytest.raises(meters.MeterFileError):
            meters.inspect([("f", data)])


def test_canonical__written_and_read__is_the_same_table() -> None:
    table = canonical.table_of([(PRM, "consumption", np.arange(START, END, 1800), np.arange(50))])
    curve = meters.read(canonical.parquet_bytes(table), "f").curves[0]
    assert pl.Series(curve.energy).to_list() == list(range(50))
