"""
Telegrams of the P1 port (DSMR, eMUCS, and meters that speak like them): one frame taken apart and checked.

A telegram begins with a line `/ident` and ends with a line `!` and, from version 4 on, a CRC16/ARC (polynomial 0xA001
reflected, start 0) in hexadecimal over every byte from `/` to `!`; some meters leave leading zeros out. Lines end with
CR LF; a file that lost the CR is checked as if it had them. `1.8.n` is energy taken, `2.8.n` energy fed in, in kWh or Wh, n = 0
the total or 1, 2 … the tariffs. The time carries W for winter (UTC+1) or S for summer (UTC+2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import decimals
from offchain_worker.meters.rows import EARLIEST, LARGEST_READING, LATEST

LONGEST = 16_384
"""Bytes of a telegram; the longest of the standards is some 4 KiB."""
DIRECTIONS = {b"1": Direction.CONSUMPTION, b"2": Direction.PRODUCTION}
_FRAME = re.compile(rb"^/[^\r\n]*\r?\n(?:(?!/).*\r?\n)*?!([0-9A-Fa-f]{0,4})[ \t]*(?=\r|\n|\Z)", re.MULTILINE)
_VERSION_4 = re.compile(rb"^1-3:0\.2\.8(?:\*255)?\([4-9]", re.MULTILINE)
_BEGINS = re.compile(rb"^/", re.MULTILINE)
_ENDS = re.compile(rb"^!", re.MULTILINE)
_REGISTER = re.compile(rb"^(?:1-[0-9]+:)?([12])\.8\.([0-9]+)(?:\*255)?\(([0-9.,]{1,24})\*?(kWh|Wh)\)", re.MULTILINE)
_TIME = re.compile(rb"^0-0:1\.0\.0(?:\*255)?\(([0-9]{12})([WS]?)\)", re.MULTILINE)
_IDENTITIES = (
    re.compile(rb"^0-0:96\.1\.1(?:\*255)?\(([^)\r\n]{1,64})\)", re.MULTILINE),
    re.compile(rb"^0-0:42\.0\.0(?:\*255)?\(([^)\r\n]{1,64})\)", re.MULTILINE),
    re.compile(rb"^0-0:96\.1\.0(?:\*255)?\(([^)\r\n]{1,64})\)", re.MULTILINE),
    re.compile(rb"^1-0:0\.0\.0(?:\*255)?\(([^)\r\n]{1,64})\)", re.MULTILINE),
    re.compile(rb"^0-0:96\.1\.255(?:\*255)?\(([^)\r\n]{1,64})\)", re.MULTILINE),
    re.compile(rb"^/([^\r\n]{1,64})"),
)
_LOGGED = re.compile(
    rb"(?:^|\n)\s*(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d))[ \t]*\r?\n\s*\Z"
)
"""A line with a logger's time, just above a telegram."""
_POWERS = {b"kWh": 9, b"Wh": 6}


@dataclass(frozen=True)
class Telegram:
    """
    `raw` from `/` to the checksum, beginning on `line` (from 1); `checked` is None if it carries no checksum and its
    version knows none; `moment` UTC seconds, -1 if it has no time; `registers` in millionths of a Wh; `faults` what
    could not be read; `logged` says that the time is a logger's, not the meter's.
    """

    raw: bytes
    line: int
    meter: str
    checked: bool | None
    moment: int
    registers: dict[Direction, int]
    faults: tuple[str, ...]
    logged: bool = False


def crc16(data: bytes) -> int:
    """CRC16/ARC."""
    value = 0
    for byte in data:
        value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
    return value


def _row(index: int) -> int:
    for _ in range(8):
        index = (index >> 1) ^ 0xA001 if index & 1 else index >> 1
    return index


_TABLE = tuple(_row(index) for index in range(256))


def telegrams(data: bytes) -> tuple[list[Telegram], int]:
    """Every complete telegram, whatever stands between them, and how many others begin or end and are not complete."""
    found = []
    line, counted, past, incomplete = 1, 0, 0, 0
    for frame in _FRAME.finditer(data):
        line += data.count(b"\n", counted, frame.start())
        counted = frame.start()
        if len(frame[0]) > LONGEST:
            continue
        found.append(_placed(read(frame[0], line), data[max(past, frame.start() - 80) : frame.start()]))
        incomplete += _incomplete(data[past : frame.start()])
        past = frame.end()
    return found, incomplete + _incomplete(data[past:])


def _placed(telegram: Telegram, above: bytes) -> Telegram:
    """The telegram; if it has no time of its own, at the one with its offset that a logger wrote above it."""
    found = _LOGGED.search(above) if telegram.moment < 0 else None
    if found is None:
        return telegram
    try:
        moment = int(datetime.fromisoformat(found[1].decode()).timestamp())
    except ValueError:
        return telegram
    return replace(telegram, moment=moment, logged=True) if EARLIEST <= moment <= LATEST else telegram


def _incomplete(between: bytes) -> int:
    return max(len(_BEGINS.findall(between)), len(_ENDS.findall(between)))


def read(raw: bytes, line: int = 1) -> Telegram:
    """One telegram taken apart."""
    body, _, stated = raw.rpartition(b"!")
    stated = stated.strip()
    checked = False if _VERSION_4.search(raw) else None
    if stated:
        as_sent = re.sub(rb"\r?\n", b"\r\n", body)
        checked = int(stated, 16) in (crc16(body + b"!"), crc16(as_sent + b"!"))
    faults: list[str] = []
    return Telegram(raw, line, _meter(raw), checked, _moment(raw), _registers(raw, faults), tuple(faults))


def _meter(raw: bytes) -> str:
    found = next(match for pattern in _IDENTITIES if (match := pattern.search(raw)))
    return found[1].decode("latin-1").strip()


def _moment(raw: bytes) -> int:
    found = _TIME.search(raw)
    if not found:
        return -1
    try:
        local = datetime.strptime(found[1].decode(), "%y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return -1
    moment = int(local.timestamp()) - (7200 if found[2] == b"S" else 3600)
    return moment if EARLIEST <= moment <= LATEST else -1


def _registers(raw: bytes, faults: list[str]) -> dict[Direction, int]:
    """The total of each direction: its own register if there is one, else the sum of the tariffs'."""
    by_tariff: dict[Direction, dict[int, int]] = {}
    for side, tariff, text, unit in _REGISTER.findall(raw):
        found = decimals.scaled(text.decode(), _POWERS[unit])
        if found is None or found[0] >= LARGEST_READING or int(tariff) > 255:
            faults.append(f"register {side.decode()}.8.{tariff.decode()} reads {text.decode()!a}")
            continue
        known = by_tariff.setdefault(DIRECTIONS[side], {})
        if known.get(int(tariff), found[0]) != found[0]:
            faults.append(f"register {side.decode()}.8.{tariff.decode()} reads two values")
        known[int(tariff)] = found[0]
    return {side: known[0] if 0 in known else sum(known.values()) for side, known in by_tariff.items()}
