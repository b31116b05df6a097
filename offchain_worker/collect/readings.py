"""One reading of a meter: a register's state or a power at a moment, as one line of text with a checksum."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from enum import StrEnum

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.rows import EARLIEST, LARGEST_READING, LATEST

LONGEST_ID = 64


class Kind(StrEnum):
    """What a value is of."""

    REGISTER = "register"
    POWER = "power"


@dataclass(frozen=True, order=True)
class Reading:
    """`value` in millionths of a Wh (a register) or of a W (a power) at `moment`, UTC seconds."""

    meter: str
    direction: Direction
    kind: Kind
    moment: int
    value: int

    def to_line(self) -> bytes:
        """A JSON list and, after a tab, its CRC-32: a line cut short or half overwritten does not fit it."""
        fields = [self.moment, self.meter, self.direction.name.lower(), str(self.kind), self.value]
        text = json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode()
        return text + b"\t%08x\n" % zlib.crc32(text)

    @property
    def is_sound(self) -> bool:
        """Are all fields within their bounds?"""
        named = 0 < len(self.meter) <= LONGEST_ID and self.meter.isprintable()
        return named and EARLIEST <= self.moment <= LATEST and 0 <= self.value < LARGEST_READING


def from_line(line: bytes) -> Reading | None:
    """The reading of a line, None if the line is damaged."""
    text, _, checksum = line.rstrip(b"\n").partition(b"\t")
    if checksum != b"%08x" % zlib.crc32(text):
        return None
    try:
        moment, meter, direction, kind, value = json.loads(text)
        reading = Reading(meter, Direction[direction.upper()], Kind(kind), moment, value)
    except (ValueError, KeyError, AttributeError, TypeError):
        return None
    sound = isinstance(meter, str) and isinstance(moment, int) and isinstance(value, int) and reading.is_sound
    return reading if sound else None
