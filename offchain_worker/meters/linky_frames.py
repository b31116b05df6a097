"""
Frames of a Linky meter's customer output (TIC), in historic and standard mode, as a serial line gives them.

    STX LF ADSC HT 021728123456 HT 7 CR LF DATE HT H220202120005 HT HT G CR LF EAST HT 001234567 HT 3 CR … ETX   standard
    STX LF ADCO SP 021728123456 SP @ CR LF BASE SP 001234567 SP 9 CR LF PAPP SP 00430 SP ( CR … ETX             historic

Every line carries a checksum: the sum of its characters up to it (in standard mode with the tabulator before it), six bits
of it, plus 0x20. A line whose checksum does not fit is no information and is left out. Text files without STX and ETX are
read as well: a frame then begins at the meter's address. Historic frames carry no time; a line with nothing but a time
(ISO 8601 with its offset) gives it to the frame that follows. (Enedis-NOI-CPT_54E)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

ADDRESSES = ("ADSC", "ADCO")
CONSUMED = re.compile(r"BASE|HCHC|HCHP|EJPHN|EJPHPM|BBRHC?P?J[BWR]")
REGISTERS = {"EAST": "consumption", "EAIT": "production"}
CURVES = {"CCASN": "consumption", "CCASN-1": "consumption", "CCAIN": "production", "CCAIN-1": "production"}
INSTANTANEOUS = ("SINSTS", "SINSTI", "PAPP", "IINST", "IRMS1", "URMS1")
LARGEST_FRAME = 200
"""Lines; a frame has about 50."""
_LINE = re.compile(rb"[\x02\x03\x04\r\n]+")
_HORODATE = re.compile(r"([HEhe ])(\d{12})")
_SEASONS = {"H": 3600, "E": 7200}


@dataclass(frozen=True)
class Point:
    """A point of the meter's own load curve: the END of its interval (UTC seconds) and the mean power in W."""

    label: str
    end: int
    watts: int


@dataclass
class Frame:
    """
    One frame: the meter's address and the point's id if it has one, the moment (UTC seconds, -1 if it has none), registers
    in Wh by label, points of load curves, instantaneous values as written; the numbers of lines that say nothing
    certain, and the bytes of those that do.
    """

    line: int
    address: str = ""
    point: str = ""
    moment: int = -1
    degraded: bool = False
    classes: dict[str, int] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)
    instantaneous: dict[str, int] = field(default_factory=dict)
    wrong: list[int] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)

    @property
    def registers(self) -> dict[str, int]:
        """Wh by direction: the total of standard frames, the sum of the price classes of historic ones."""
        counted: dict[str, int] = {}
        for label, value in self.classes.items():
            side = REGISTERS.get(label, "consumption")
            counted[side] = counted.get(side, 0) + value if min(value, counted.get(side, 0)) >= 0 else -1
        return {side: value for side, value in counted.items() if value >= 0}


def checksum(text: bytes) -> int:
    """The character that follows `text`, which is all of a line before it (and in historic mode before its space)."""
    return (sum(text) & 0x3F) + 0x20


def split(line: bytes) -> tuple[str, str, str] | None:
    """Label, horodate ("" if it has none) and value of a line whose checksum fits, else None."""
    for separator in (b"\t", b" "):
        parts = line.split(separator)
        if separator == b" " and line.endswith(b"  "):  # the checksum is itself a space
            parts = [*line[:-2].split(separator), b" "]
        elif separator == b" " and len(parts) == 2 and checksum(line) == 0x20:  # and an editor has taken it away
            return split(line + b"  ")
        if len(parts) < 3 or len(parts[-1]) != 1:
            continue
        body = line[:-1] if separator == b"\t" else line[:-2]
        if checksum(body) != line[-1]:
            continue
        try:
            words = [part.decode("ascii") for part in parts[:-1]]
        except UnicodeDecodeError:
            return None
        return (words[0], words[1], words[2]) if len(words) == 3 and separator == b"\t" else (words[0], "", words[-1])
    return None


def seal(label: str, value: str, standard: bool) -> bytes:
    """A line with its checksum."""
    separator = b"\t" if standard else b" "
    body = label.encode() + separator + value.encode()
    return body + separator + bytes([checksum(body + separator if standard else body)])


def moment_of(horodate: str) -> int | None:
    """UTC seconds of `H220202120005` (H winter, E summer time; small if the meter's clock is in doubt), else None."""
    found = _HORODATE.fullmatch(horodate)
    if found is None or found[1] == " ":
        return None
    try:
        local = datetime.strptime("20" + found[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(local.timestamp()) - _SEASONS[found[1].upper()]


def frames(data: bytes) -> list[Frame]:
    """
    The frames of the bytes in order; one that does not begin with an address and its checksum has none. What stands
    before the first frame is the rest of one, as recordings begin, and left out.
    """
    made: list[Frame] = []
    frame: Frame | None = None
    given, opened = -1, False
    number, at = 1, 0
    for separator in [*_LINE.finditer(data), None]:
        stop = separator.start() if separator else len(data)
        line = data[at:stop]
        if line.strip():
            parts = split(line)
            time = _given(line) if parts is None else None
            if time is not None:
                given, frame = time, None
            elif line[:4].decode("latin-1") in ADDRESSES or (frame is None and opened):
                sound = parts is not None and parts[0] in ADDRESSES
                frame = Frame(number, address=parts[2] if parts and sound else "", moment=given, lines=[line])
                made.append(frame)
                given, opened = -1, False
            elif frame is not None and len(frame.lines) < LARGEST_FRAME:
                _take(frame, line, number, parts)
        if separator:
            if b"\x03" in separator[0] or b"\x02" in separator[0]:
                frame, opened = None, b"\x02" in separator[0]
            number += separator[0].count(b"\n")
            at = separator.end()
    return made


def _given(line: bytes) -> int | None:
    """UTC seconds of a line that is nothing but a time with its offset."""
    text = line.strip().decode("latin-1")
    if not 20 <= len(text) <= 32 or not text[:4].isdigit():
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int(time.timestamp()) if time.tzinfo is not None else None


def _take(frame: Frame, line: bytes, number: int, parts: tuple[str, str, str] | None) -> None:
    """Add a line to the frame it stands in."""
    if parts is None:
        frame.wrong.append(number)
        return
    label, horodate, value = parts
    whole = int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else None
    if label == "DATE":
        # DATE has its time where other lines have theirs, and an empty value
        moment = moment_of(horodate or value)
        if moment is None:
            frame.wrong.append(number)
            return
        frame.moment = moment
        frame.degraded = (horodate or value)[:1] in ("h", "e")
    elif label == "PRM":
        frame.point = value
    elif whole is None:
        if label in REGISTERS or label in CURVES or CONSUMED.fullmatch(label):
            frame.wrong.append(number)
        return
    elif label in REGISTERS or CONSUMED.fullmatch(label):
        if frame.classes.setdefault(label, whole) != whole:
            frame.wrong.append(number)  # twice in one frame: of two frames, then
            frame.classes[label] = -1
            return
    elif label in CURVES:
        end = moment_of(horodate)
        if end is None:
            frame.wrong.append(number)
            return
        frame.points.append(Point(label, end, whole))
    elif label in INSTANTANEOUS:
        frame.instantaneous[label] = whole
        return
    else:
        return
    frame.lines.append(line)
