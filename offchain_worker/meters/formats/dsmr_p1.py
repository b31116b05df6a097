"""
Telegrams of the P1 port of a smart meter, one or many in a file, as they come or as a logger wrote them down.

    /ISk5\\2MT382-1000
    …
    0-0:1.0.0(170102192002W)
    0-0:96.1.1(4B384547303034303436333935353037)
    1-0:1.8.1(000004.426*kWh)
    …
    !6EEE

Registers are an index: several telegrams give the consumption between them, never a load curve. A telegram that is
not complete or has a wrong checksum is left out and said; one without a time (older meters send none) stands where a
logger's line above it says (ISO 8601 with its offset), else cannot be placed, which is said too. A meter is known by the text of its equipment identifier. Times carry their offset, so no time zone
enters.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Code, Finding, Severity, iso
from offchain_worker.meters.formats import dsmr_telegram
from offchain_worker.meters.formats.dsmr_telegram import Telegram, crc16
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter

NAME = "dsmr_p1"
SIGNATURE = "'/XXX5…' with lines like '1-0:1.8.1(000004.426*kWh)' (DSMR P1 telegrams)"

_BEGINS = re.compile(rb"^/[A-Za-z]{3}[^\r\n]{0,61}\r?\n", re.MULTILINE)
_LINE = re.compile(rb"^[0-9]{1,3}-[0-9]{1,3}:[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?:\*[0-9]{1,3})?\(", re.MULTILINE)
_NOTHING = re.compile(rb"\r\n![0-9A-F]{0,4}\r\n\Z")
_TIME = re.compile(rb"^0-0:1\.0\.0\b")
_KEPT = re.compile(
    rb"^(?:1-3:0\.2\.8|0-0:96\.1\.4|0-0:1\.0\.0|0-0:96\.1\.[01]|0-0:42\.0\.0|1-0:0\.0\.0|0-0:96\.1\.255)\b"
)
_REGISTER = re.compile(rb"^(?:1-[0-9]+:)?([12])\.8\.")
QUANTITIES = {Direction.CONSUMPTION: "1-0:1.8.0", Direction.PRODUCTION: "1-0:2.8.0"}


def claims(data: bytes) -> bool:
    """Does a line like `/ISk5…` and a line of a register or the like come near the beginning?"""
    beginning = data.removeprefix(BOM_UTF8)[:65_536]
    found = _BEGINS.search(beginning)
    return bool(found and (_LINE.search(beginning, found.end()) or _NOTHING.match(beginning, found.end())))


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """An index per meter and direction, in order of first appearance. Raises MeterFileError if no telegram is whole."""
    read, incomplete = _read(data, name)
    made = []
    for meter in dict.fromkeys(telegram.meter for telegram in read):
        own = [telegram for telegram in read if telegram.meter == meter]
        sides = sorted({side for telegram in own for side in telegram.registers})
        made += [_rows(own, meter, side, incomplete) for side in sides or [Direction.CONSUMPTION]]
    return tuple(made)


def redact(
    data: bytes,
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str = "",
    direction: Direction | None = None,
) -> bytes:
    """
    The meter's telegrams between the two moments, both included, with the time and the registers alone, under the
    stand-in, their checksums made anew.
    """
    read, _ = _read(data, name)
    kept = chosen_meter({telegram.meter for telegram in read}, meter, stand_in, name)
    own = [telegram for telegram in read if telegram.meter == kept]
    written = [
        _written(t, kept, stand_in, direction) for t in own if t.checked is not False and start <= t.moment <= end
    ]
    return b"".join(written) or _written(own[0], kept, stand_in, direction, empty=True)


def _read(data: bytes, name: str) -> tuple[list[Telegram], int]:
    read, incomplete = dsmr_telegram.telegrams(data.removeprefix(BOM_UTF8))
    if not read:
        raise MeterFileError(name, 1, "holds no complete telegram (from '/' to '!'): truncated or damaged")
    for telegram in read:
        if telegram.faults and telegram.checked is not False:
            raise MeterFileError(name, telegram.line, f"{telegram.faults[0]}: damaged")
    if all(telegram.checked is False for telegram in read):
        raise MeterFileError(name, read[0].line, "no telegram has the checksum it states: damaged")
    return read, incomplete


def _rows(own: list[Telegram], meter: str, side: Direction, incomplete: int) -> Rows:
    wrong = [telegram for telegram in own if telegram.checked is False]
    timeless = [telegram for telegram in own if telegram.checked is not False and telegram.moment < 0]
    used = [t for t in own if t.checked is not False and t.moment >= 0]
    present = np.array([side in telegram.registers for telegram in used], dtype=bool)
    stamps = np.array([telegram.moment for telegram in used], dtype=np.int64)
    first, last = (int(stamps.min()), int(stamps.max())) if len(stamps) else (0, 0)
    found = []
    if incomplete:
        message = f"{incomplete} telegrams of the file are not complete (from '/' to '!'), left out"
        found.append(Finding(first, last, Code.IGNORED_ROWS, Severity.WARNING, meter, incomplete, message))
    for telegrams, code, what in (
        (wrong, Code.CHECKSUM, "telegrams with a wrong checksum, left out"),
        (timeless, Code.NO_TIME, "telegrams without a time, which cannot be placed"),
    ):
        if telegrams:
            message = f"{len(telegrams)} {what}, first in row {telegrams[0].line}"
            found.append(Finding(first, last, code, Severity.WARNING, meter, len(telegrams), message))
    if not len(stamps):
        last_read = next((t for t in reversed(timeless) if side in t.registers), None)
        if last_read is not None:
            message = f"the register reads {last_read.registers[side] // 1_000_000} Wh at an unknown time"
            found.append(Finding(0, 0, Code.NO_TIME, Severity.INFO, meter, 1, message))
    return Rows(
        meter=meter,
        direction=side,
        estimated=False,
        stamped="end",
        is_power=False,
        stamps=stamps,
        amounts=np.array([telegram.registers.get(side, 0) for telegram in used], dtype=np.int64),
        present=present,
        numbers=np.array([telegram.line for telegram in used], dtype=np.int64),
        kind="index",
        quantity=QUANTITIES[side],
        findings=tuple(found),
    )


def _written(telegram: Telegram, meter: str, stand_in: str, direction: Direction | None, empty: bool = False) -> bytes:
    """A telegram of what is needed of it, under another id."""
    lines = []
    for line in telegram.raw.split(b"\n")[:-1]:
        register = _REGISTER.match(line)
        side = dsmr_telegram.DIRECTIONS[register[1]] if register else None
        opens = line.startswith(b"/")
        is_kept = bool(_KEPT.match(line))
        wanted = is_kept or (side is not None and direction in (None, side))
        if empty:
            wanted = is_kept and not _TIME.match(line)
        if opens or wanted:
            lines.append(line.rstrip(b"\r").replace(meter.encode("latin-1"), stand_in.encode("latin-1")))
        if opens:
            lines.append(b"")
    body = b"\r\n".join(lines) + b"\r\n!"
    checksum = b"" if telegram.checked is None else b"%04X" % crc16(body)
    above = iso(telegram.moment).encode() + b"\r\n" if telegram.logged and not empty else b""
    return above + body + checksum + b"\r\n"
