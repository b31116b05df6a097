"""
Recorded frames of a Linky meter's customer output (TIC): what its registers counted between frames, which is an index,
and the points of its own load curve that standard frames carry (CCASN, CCAIN: END stamps, mean power in W).

How frames look and are checked is in `linky_frames`. A meter that says its point (PRM) goes under that, else under its
address of twelve characters. Lines with a wrong checksum are left out and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Code, Finding, Severity, iso
from offchain_worker.meters.formats.enedis_series import wrong_id
from offchain_worker.meters.formats.enedis_words import TOTAL
from offchain_worker.meters.linky_frames import ADDRESSES, CURVES, REGISTERS, Frame, frames, moment_of, seal, split
from offchain_worker.meters.rows import EARLIEST, LATEST, MILLIONTHS, Rows
from offchain_worker.meters.text import chosen_meter

NAME = "linky_tic"
SIGNATURE = "'ADSC<tab>021728123456<tab>7' or 'ADCO 021728123456 @' (Linky TIC frames)"
DIRECTIONS = {"consumption": Direction.CONSUMPTION, "production": Direction.PRODUCTION}
_ADDRESS = re.compile(rb"(?:^|[\x02\x03\r\n])(?:ADSC\t|ADCO )[0-9A-Z]{12}[\t ].")


def claims(data: bytes) -> bool:
    """Does the beginning hold the line with a meter's address?"""
    return _ADDRESS.search(data[:16384]) is not None


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """Of each meter: a register per direction, then the points of its load curves. Raises MeterFileError."""
    made: list[Rows] = []
    for meter, own in _by_meter(data, name).items():
        timely = [frame for frame in own if EARLIEST <= frame.moment <= LATEST]
        said = _findings(own, timely, meter)
        sides = sorted({side for frame in own for side in frame.registers})
        made += [_registers(meter, side, timely, said) for side in sides]
        for side in sorted({CURVES[point.label] for frame in own for point in frame.points}):
            made.append(_curve(meter, side, own))
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
    One meter's frames from `start` to `end`, with the times, registers and curve points alone, under another id, their
    checksums made anew. Raises MeterFileError.
    """
    meters = _by_meter(data, name)
    kept = chosen_meter(set(meters), meter, stand_in, name)
    written = [
        _written(frame, stand_in, (start, end), direction) for frame in meters[kept] if start <= frame.moment <= end
    ]
    return b"".join(written) or _written(meters[kept][0], stand_in, (0, 0), direction)


def _by_meter(data: bytes, name: str) -> dict[str, list[Frame]]:
    """
    The frames of each meter in order; one whose address is damaged counts as a damaged line of the frame beside it.
    Raises MeterFileError if there are none.
    """
    found: dict[str, list[Frame]] = {}
    read: list[Frame] = []
    damaged: list[int] = []
    for frame in frames(data):
        if frame.address:
            read.append(frame)
        else:
            damaged.append(frame.line)
        if read:
            read[-1].wrong += damaged
            damaged = []
    points = {frame.address: frame.point for frame in read if frame.point}
    for frame in read:
        found.setdefault(points.get(frame.address, frame.address), []).append(frame)
    if not found:
        raise MeterFileError(name, 1, "holds no frame with a meter's address and its checksum: truncated or damaged")
    return found


def _findings(own: Sequence[Frame], timely: Sequence[Frame], meter: str) -> tuple[Finding, ...]:
    first, last = (timely[0].moment, timely[-1].moment) if timely else (0, 0)
    found = wrong_id(meter, first, last)
    wrong = [line for frame in own for line in frame.wrong]
    timeless = [frame.line for frame in own if not EARLIEST <= frame.moment <= LATEST]
    degraded = [frame.line for frame in own if frame.degraded]
    for lines, code, what in (
        (wrong, Code.CHECKSUM, "lines with a wrong checksum or an impossible content, left out"),
        (timeless, Code.NO_TIME, "frames without a time, which cannot be placed"),
        (degraded, Code.DOUBTFUL, "frames whose clock the meter itself doubts"),
    ):
        if lines:
            message = f"{len(lines)} {what}, first in row {lines[0]}"
            found.append(Finding(first, last, code, Severity.WARNING, meter, len(lines), message))
    return tuple(found)


def _registers(meter: str, side: str, timely: Sequence[Frame], said: tuple[Finding, ...]) -> Rows:
    labels = [_labels(frame, side) for frame in timely]
    counts = Counter(own for own in labels if own)
    usual = max(sorted(counts), key=counts.__getitem__, default=())
    certain = [frame for frame, own in zip(timely, labels, strict=True) if own and own == usual]
    used = [frame for frame in certain if min(frame.classes[label] for label in usual) >= 0]
    lost = sum(1 for own in labels if own and own != usual)
    if lost:
        message = f"{lost} frames without all of the registers {', '.join(usual)}, left out"
        bounds = (timely[0].moment, timely[-1].moment)
        said = (*said, Finding(*bounds, Code.REGISTERS_CHANGE, Severity.WARNING, meter, lost, message))
    return Rows(
        meter=meter,
        direction=DIRECTIONS[side],
        estimated=False,
        stamped="end",
        is_power=False,
        stamps=np.array([frame.moment for frame in used], dtype=np.int64),
        amounts=np.array([frame.registers[side] * MILLIONTHS for frame in used], dtype=np.int64),
        present=np.ones(len(used), dtype=bool),
        numbers=np.array([frame.line for frame in used], dtype=np.int64),
        kind="index",
        quantity=TOTAL,
        findings=said,
    )


def _labels(frame: Frame, side: str) -> tuple[str, ...]:
    """The registers of one direction that a frame has."""
    return tuple(sorted(label for label in frame.classes if REGISTERS.get(label, "consumption") == side))


def _curve(meter: str, side: str, own: Sequence[Frame]) -> Rows:
    """The points of a load curve; a frame repeats them until the next is known, so equal ones count once."""
    points: dict[tuple[int, int], int] = {}
    for frame in own:
        for point in frame.points:
            if CURVES[point.label] == side and EARLIEST <= point.end <= LATEST:
                points.setdefault((point.end, point.watts), frame.line)
    ordered = sorted(points)
    return Rows(
        meter=meter,
        direction=DIRECTIONS[side],
        estimated=False,
        stamped="end",
        is_power=True,
        stamps=np.array([end for end, _ in ordered], dtype=np.int64),
        amounts=np.array([watts * MILLIONTHS for _, watts in ordered], dtype=np.int64),
        present=np.ones(len(ordered), dtype=bool),
        numbers=np.array([points[point] for point in ordered], dtype=np.int64),
        findings=tuple(wrong_id(meter, ordered[0][0], ordered[-1][0])) if ordered else (),
    )


def _written(frame: Frame, stand_in: str, period: tuple[int, int], direction: Direction | None) -> bytes:
    """A frame of what is needed of it: under the stand-in, its address cut or filled to its own length."""
    lines = []
    for line in frame.lines:
        parts = split(line)
        if parts is None:
            continue
        label, horodate, value = parts
        standard = b"\t" in line
        if label in ADDRESSES:
            lines.append(seal(label, stand_in[-len(value) :].rjust(len(value), "0"), standard))
        elif label == "PRM":
            lines.append(seal(label, stand_in, standard))
        elif label == "DATE" or _shown(label, horodate, period, direction):
            lines.append(line)
    time = b"" if frame.moment < 0 or any(line.startswith(b"DATE") for line in lines) else iso(frame.moment).encode()
    return time + b"\x02" + b"".join(b"\n" + line + b"\r" for line in lines) + b"\x03\n"


def _shown(label: str, horodate: str, period: tuple[int, int], direction: Direction | None) -> bool:
    """Is it a register, or a point of a curve inside the period, of the direction asked for?"""
    side = REGISTERS.get(label) or CURVES.get(label) or "consumption"
    if direction not in (None, DIRECTIONS[side]):
        return False
    end = moment_of(horodate) if label in CURVES else None
    return label not in CURVES or (end is not None and period[0] < end <= period[1])
