"""
Files of readings damaged on purpose, for every format: rows dropped, swapped and repeated, digits changed, bytes cut and
flipped, encodings changed. What must hold of each: an answer or one line of error; redaction and standardisation
never fail otherwise; and a file that is found conform has the energy that stands in it, read here in another way, over
an unbroken span.

    python -m tests.meters.mutations --count 10000 --seed soak [CASE …]

prints what became of the files. One that breaks a promise is named with all that is needed to make it again; the others
are tried all the same, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import gzip
import html
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import pairwise

from offchain_worker import meters
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.roster import Column, Direction, Source
from tests.meters.enedis_files import midnight

RULES = ConformityRules("Europe/Paris", 10**9, 500_000, 500_000)
Span = tuple[int, int]


@dataclass(frozen=True)
class Case:
    """
    A sound file; `row` matches one row of it, whole; `written` computes the µkWh that a file like it states (all curves
    added up), in its own way; `day` is inside the file, `meter` its only id. Where the rows stand in a part of the file
    that is packed (a sheet of a workbook), `data` is that part and `pack` makes the file of it.
    """

    name: str
    data: bytes
    row: re.Pattern[bytes]
    written: Callable[[bytes], Fraction]
    day: str
    meter: str
    pack: Callable[[bytes], bytes] = bytes

    @property
    def file(self) -> bytes:
        """The sound file."""
        return self.pack(self.data)


def text_of(data: bytes) -> str:
    """The text of a file, whatever its encoding and line ends, entities of XML resolved."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return html.unescape(text) if "</" in text else text


def amount(text: str) -> Fraction:
    """A number with a point or a comma, exactly."""
    return Fraction(text.replace(",", "."))


def mutants(case: Case, seed: str, count: int) -> Iterator[tuple[int, str, bytes]]:
    """(number, kind, bytes) of damaged files; the same seed gives the same files, each its own whatever the count."""
    for number in range(count):
        chance = random.Random(f"{seed} {case.name} {number}")
        kinds = [chance.choice(list(MUTATIONS))]
        if chance.random() < 0.25:
            kinds.append(chance.choice(list(MUTATIONS)))
        data = case.data
        for kind in kinds:
            data = MUTATIONS[kind](data, [found.span() for found in case.row.finditer(data)], chance)
        yield number, "+".join(kinds), case.pack(data)


def outcome(case: Case, data: bytes, thorough: bool) -> str:
    """What the file was found to be; an AssertionError if a promise is broken."""
    try:
        report = meters.inspect([("damaged", data)])
    except DaiseeError as error:
        _one_line(error)
        verdict = "error"
    else:
        verdict = report["verdict"]
        assert verdict in ("conform", "repairable", "rejected"), verdict
        assert all(curve["energy_micro_kwh"] >= 0 for curve in report["curves"])
        if verdict == "conform":
            _holds_what_is_written(case, data, report["curves"])
    if thorough:
        _survives(case, data)
    return verdict


def _holds_what_is_written(case: Case, data: bytes, curves: list[dict[str, object]]) -> None:
    total = sum(int(curve["energy_micro_kwh"]) for curve in curves)  # type: ignore[call-overload]
    written = case.written(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)
    assert abs(total - written) <= len(curves), f"conform with {total} µkWh, {float(written)} are written"
    for curve in curves:
        if curve["kind"] == "load":
            begin, end = (datetime.fromisoformat(str(curve[bound])) for bound in ("start", "end"))
            steps: dict[str, int] = curve["steps"]  # type: ignore[assignment]
            covered = sum(int(step) * count for step, count in steps.items())
            assert covered == (end - begin).total_seconds(), f"conform with holes: {curve}"


def _survives(case: Case, data: bytes) -> None:
    start = midnight(case.day)
    column = Column(0, 1, 1, Direction.CONSUMPTION, Source.NONE, start, start + 86400)
    curve = meters.standardise([("damaged", data)], column, start, start + 86400, 1800, RULES)
    assert len(curve.energy) == 48
    assert curve.energy.min() >= 0
    assert not curve.energy[curve.quality >= meters.Quality.MISSING].any()
    try:
        left = meters.redact(data, "damaged", "0" * len(case.meter), start, start + 86400, case.meter)
        assert case.meter.encode() not in left, "the id is left"
        meters.inspect([("redacted", left)])
    except DaiseeError as error:
        _one_line(error)


def _one_line(error: DaiseeError) -> None:
    assert str(error).isprintable(), f"no single printable line: {error!s}"


def _some(spans: list[Span], chance: random.Random, most: int = 3) -> list[Span]:
    return chance.sample(spans, min(len(spans), chance.randint(1, most)))


def _rows_dropped(data: bytes, spans: list[Span], chance: random.Random) -> bytes:
    if chance.random() < 0.5 and spans:
        at = chance.randrange(len(spans))
        chosen = spans[at : at + chance.randint(1, 6)]
    else:
        chosen = _some(spans, chance, 6)
    for begin, end in sorted(chosen, reverse=True):
        data = data[:begin] + data[end:]
    return data


def _rows_swapped(data: bytes, spans: list[Span], chance: random.Random) -> bytes:
    if len(spans) < 2:
        return data
    one = chance.randrange(len(spans) - 1)
    other = one + 1 if chance.random() < 0.5 else chance.randrange(one + 1, len(spans))
    (a, b), (c, d) = spans[one], spans[other]
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def _rows_repeated(data: bytes, spans: list[Span], chance: random.Random) -> bytes:
    for begin, end in sorted(_some(spans, chance), reverse=True):
        place = end if chance.random() < 0.5 else chance.choice(spans)[0]
        data = data[:place] + data[begin:end] + data[place:]
    return data


def _rows_shuffled(data: bytes, spans: list[Span], chance: random.Random) -> bytes:
    if len(spans) < 2:
        return data
    at = chance.randrange(len(spans) - 1)
    window = spans[at : at + chance.randint(2, 12)]
    if any(before[1] != after[0] for before, after in pairwise(window)):
        return data
    rows = [data[begin:end] for begin, end in window]
    chance.shuffle(rows)
    return data[: window[0][0]] + b"".join(rows) + data[window[-1][1] :]


def _digits(data: bytes, spans: list[Span], chance: random.Random) -> bytes:
    changed = bytearray(data)
    begin, end = chance.choice(spans) if spans and chance.random() < 0.7 else (0, len(data))
    places = [at for at in range(begin, end) if data[at] in b"0123456789"]
    for at in chance.sample(places, min(len(places), chance.randint(1, 3))):
        changed[at] = chance.choice(b"0123456789")
    return bytes(changed)


def _cut(data: bytes, spans: list[Span], chance: random.Random) -> bytes:
    if spans and chance.random() < 0.3:
        return data[: chance.choice(spans)[1]]
    return data[: chance.randrange(len(data) + 1)]


def _bytes_dropped(data: bytes, _: list[Span], chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.choice([1, 1, 2, 5, 40, 300]) :]


def _bytes_flipped(data: bytes, _: list[Span], chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _time in range(chance.randint(1, 4)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.choice([chance.randrange(256), *b"0 ;,.<>-\n\r\x00"])
    return bytes(changed)


def _bytes_added(data: bytes, _: list[Span], chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    extra = [
        b";",
        b";;",
        b"\r",
        b"\n",
        b" ",
        b"\x00",
        b"0",
        b"9999999999",
        "é".encode(),
        b"\xff",
        b",",
        b"-",
        b"&#48;",
        b'"',
    ]
    return data[:at] + chance.choice(extra) + data[at:]  # fmt: skip


def _encoding(data: bytes, _: list[Span], chance: random.Random) -> bytes:
    text = text_of(data)
    match chance.randrange(8):
        case 0:
            return text.encode("latin-1", "replace")
        case 1:
            return text.encode("utf-16")
        case 2:
            return text.encode("utf-16-le")
        case 3:
            return b"\xef\xbb\xbf" + data
        case 4:
            return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        case 5:
            return data.replace(b"\n", b"\r")
        case 6:
            return text.encode().decode("latin-1").encode()
        case _:
            return gzip.compress(data, mtime=0)


def _twice(data: bytes, _: list[Span], __: random.Random) -> bytes:
    return data + data


MUTATIONS: dict[str, Callable[[bytes, list[Span], random.Random], bytes]] = {
    "rows dropped": _rows_dropped,
    "rows swapped": _rows_swapped,
    "rows repeated": _rows_repeated,
    "rows shuffled": _rows_shuffled,
    "digits": _digits,
    "more digits": _digits,
    "cut": _cut,
    "bytes dropped": _bytes_dropped,
    "bytes flipped": _bytes_flipped,
    "bytes added": _bytes_added,
    "encoding": _encoding,
    "twice": _twice,
}


def main() -> None:
    """Run many; print the outcomes of each case."""
    from tests.meters import mutation_cases, mutation_cases_beyond_france

    options = argparse.ArgumentParser()
    options.add_argument("cases", nargs="*", metavar="CASE")
    options.add_argument("--count", type=int, default=10_000)
    options.add_argument("--seed", default="soak")
    chosen = options.parse_args()
    broken = 0
    for case in (*mutation_cases.CASES, *mutation_cases_beyond_france.CASES):
        if chosen.cases and case.name not in chosen.cases:
            continue
        counts: Counter[str] = Counter()
        for number, kind, data in mutants(case, chosen.seed, chosen.count):
            try:
                counts[outcome(case, data, number % 5 == 0)] += 1
            except Exception as error:  # noqa: BLE001 - whatever breaks is what is looked for
                broken += 1
                counts["broken"] += 1
                print(f"{case.name}: number {number} of seed {chosen.seed!r} ({kind}): {error!r}", flush=True)
        print(f"{case.name}: {chosen.count} files of seed {chosen.seed!r}: {dict(sorted(counts.items()))}", flush=True)
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
