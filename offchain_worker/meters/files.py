"""
Reading files of meter readings: gzip or plain, the format told from the content, everything a pure function of the
bytes. Several files may add to one curve: next months, or the operator's estimate of what was not measured.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import formats, series
from offchain_worker.meters.curve import Curve, assemble
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import limited
from offchain_worker.meters.rows import Rows

GZIP = b"\x1f\x8b"
LARGEST_FILE = 512 * 2**20
TIME_ZONE = "Europe/Paris"


RowsByQuality = dict[bool, list[tuple[str, Rows]]]
"""One point's rows with the names of their files: measured under False, estimated under True."""


@dataclass(frozen=True)
class MeterFile:
    """What a file holds: its format and its curves in the order in which they appear; `rows` are the file's own."""

    name: str
    format: str
    rows: tuple[Rows, ...]
    curves: tuple[Curve, ...]


def unpacked(data: bytes, name: str) -> bytes:
    """The bytes of a gzip file, or the bytes themselves. Raises MeterFileError if damaged or over 512 MiB."""
    if data.startswith(GZIP):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(LARGEST_FILE + 1)
        except (EOFError, OSError, zlib.error):
            raise MeterFileError(name, 0, "is no complete gzip file: truncated or damaged") from None
    if len(data) > LARGEST_FILE:
        raise MeterFileError(name, 0, "is larger than 512 MiB")
    return data


def read(data: bytes, name: str, time_zone: str = TIME_ZONE) -> MeterFile:
    """The file's curves, each with all that is found in it. Raises MeterFileError or UnknownFormat."""
    data = unpacked(data, name)
    form = formats.detect(data, name)
    rows = form.parse(data, name)
    curves = tuple(with_findings(assemble([part]), [part], time_zone) for part in rows)
    return MeterFile(name, form.NAME, rows, curves)


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
    A file that shows nothing but the intervals inside [start, end), under `stand_in` (as long as the real id).

    Lines above the readings stay byte for byte but for the id; gzip is unpacked. Of a file of several points, `meter`
    names the one to keep; `direction` keeps one of a meter that has both. A file without such an interval comes back
    with its head alone. Raises MeterFileError.
    """
    data = unpacked(data, name)
    redacted: bytes = formats.detect(data, name).redact(data, name, stand_in, start, end, meter, direction)
    return redacted


def merged(files: Sequence[MeterFile], time_zone: str) -> list[Curve]:
    """
    One curve per point, direction, kind and quantity over all files, in order of (direction, id): measured readings
    first, the operator's estimate where there are none. Raises MeterFileError if two files write one curve in
    different ways.
    """
    return [
        with_findings(joined(parts), [rows for named in parts.values() for _, rows in named], time_zone)
        for parts in by_curve(files)
    ]


def by_point(files: Sequence[MeterFile]) -> list[RowsByQuality]:
    """The load curves' rows of each point and direction over all files, in order of (direction, id)."""
    return [parts for parts in by_curve(files) if next(iter(parts.values()))[0][1].kind == "load"]


def by_curve(files: Sequence[MeterFile]) -> list[RowsByQuality]:
    """The rows of each point, direction, kind and quantity over all files, in order of (direction, id)."""
    points: dict[tuple[Direction, str, bool, str, str], RowsByQuality] = {}
    for file in files:
        for rows in file.rows:
            key = (rows.direction, rows.meter, rows.kind != "load", rows.kind, rows.quantity)
            points.setdefault(key, {}).setdefault(rows.estimated, []).append((file.name, rows))
    return [parts for _, parts in sorted(points.items())]


def joined(parts: RowsByQuality) -> Curve:
    """One point's measured rows, filled with the estimated ones. Raises MeterFileError if they cannot be compared."""
    made = {}
    for estimated, named in parts.items():
        first = named[0][1]
        for name, rows in named[1:]:
            if (rows.stamped, rows.is_power) != (first.stamped, first.is_power):
                raise MeterFileError(name, 0, f"is in another unit than {named[0][0]} for one point")
        steps = {rows.step for _, rows in named}
        made[estimated] = assemble([replace(rows, step=first.step if len(steps) == 1 else 0) for _, rows in named])
    if len(made) == 1:
        return next(iter(made.values()))
    return series.filled(made[False], made[True])


def with_findings(curve: Curve, rows: Sequence[Rows], time_zone: str) -> Curve:
    """The curve with what is found in its rows and in the series they make, in order of time."""
    offsets = [finding for part in rows for finding in series.foreign_offsets(part, time_zone)]
    found = [*limited(list(curve.findings)), *offsets, *series.findings(curve, time_zone)]
    return replace(curve, findings=tuple(sorted(dict.fromkeys(found))))
