"""
Reading files of meter readings: plain, gzip or zip, the format told from the content, everything a pure function of the
bytes. Several files may add to one curve: next months, or the operator's estimate of what was not measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import ModuleType

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import archive, formats, series
from offchain_worker.meters.archive import unpacked
from offchain_worker.meters.curve import Curve, Mending, assemble
from offchain_worker.meters.errors import MeterFileError, UnknownFormat
from offchain_worker.meters.findings import limited
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter

TIME_ZONE = "Europe/Paris"

CurveKey = tuple[Direction, str, bool, str, str]
"""What tells one curve from another: direction, point, whether it is no load curve, kind, quantity."""

RowsByQuality = dict[bool, list[tuple[str, Rows]]]
"""One point's rows with the names of their files: measured under False, estimated under True."""


@dataclass(frozen=True)
class MeterFile:
    """
    What a file holds: its format and its curves in the order in which they appear; `rows` are the file's own. Of an
    archive, `ignored` names the files in it that no format claims.
    """

    name: str
    format: str
    rows: tuple[Rows, ...]
    curves: tuple[Curve, ...]
    ignored: tuple[str, ...] = ()


def read(data: bytes, name: str, time_zone: str = TIME_ZONE) -> MeterFile:
    """The file's curves, each with all that is found in it. Raises MeterFileError or UnknownFormat."""
    held, ignored = _known(data, name)
    rows: list[Rows] = []
    for member, content, form in held:
        rows += [replace(part, file=member) for part in form.parse(content, member)]
    curves = tuple(with_findings(assemble([part]), [part], time_zone) for part in rows)
    names = sorted({form.NAME for _, _, form in held})
    return MeterFile(name, "+".join(names), tuple(rows), curves, tuple(ignored))


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
    with its head alone. Of an archive the files with the point come back, as an archive if they are several. Raises
    MeterFileError.
    """
    held, _ = _known(data, name)
    if len(held) == 1:
        member, content, form = held[0]
        redacted: bytes = form.redact(content, member, stand_in, start, end, meter, direction)
        return redacted
    meters = [{rows.meter for rows in form.parse(content, member)} for member, content, form in held]
    kept = chosen_meter(set().union(*meters), meter, stand_in, name)
    left = [
        form.redact(content, member, stand_in, start, end, kept, direction)
        for (member, content, form), there in zip(held, meters, strict=True)
        if kept in there
    ]
    return left[0] if len(left) == 1 else archive.packed(left)


def known(data: bytes, name: str) -> bool:
    """Is it a file of readings, or an archive with one? A damaged archive is, so that its damage is said."""
    try:
        return bool(_known(data, name)[0])
    except UnknownFormat:
        return False
    except MeterFileError:
        return True


def _known(data: bytes, name: str) -> tuple[list[tuple[str, bytes, ModuleType]], list[str]]:
    """
    The file, or the files in an archive, each with its format; and the names of those in it that are of none. Raises
    MeterFileError, UnknownFormat if there is no file of readings.
    """
    data = unpacked(data, name)
    if not archive.is_zip(data):
        return [(name, data, formats.detect(data, name))], []
    try:
        return [(name, data, formats.detect(data, name))], []  # a workbook is an archive too
    except UnknownFormat as error:
        nothing = error
    held: list[tuple[str, bytes, ModuleType]] = []
    ignored: list[str] = []
    for member, content in archive.members(data, name):
        try:
            held.append((member, content, formats.detect(content, member)))
        except UnknownFormat as error:
            nothing = error
            ignored.append(member)
    if not held:
        raise nothing
    return held, ignored


def merged(files: Sequence[MeterFile], time_zone: str) -> list[Curve]:
    """
    One curve per point, direction, kind and quantity over all files, in order of (direction, id): measured readings
    first, the operator's estimate where there are none. Raises MeterFileError if two files write one curve in
    different ways.
    """
    alone = {id(rows): curve for file in files for rows, curve in zip(file.rows, file.curves, strict=True)}
    made = []
    for parts in by_curve(files):
        named = [rows for of_quality in parts.values() for _, rows in of_quality]
        made.append(alone[id(named[0])] if len(named) == 1 else with_findings(joined(parts), named, time_zone))
    return made


def by_point(files: Sequence[MeterFile]) -> list[RowsByQuality]:
    """The load curves' rows of each point and direction over all files, in order of (direction, id)."""
    return [parts for parts in by_curve(files) if next(iter(parts.values()))[0][1].kind == "load"]


def by_curve(files: Sequence[MeterFile]) -> list[RowsByQuality]:
    """The rows of each point, direction, kind and quantity over all files, in order of (direction, id)."""
    points: dict[CurveKey, RowsByQuality] = {}
    for file in files:
        for rows in file.rows:
            points.setdefault(curve_key(rows), {}).setdefault(rows.estimated, []).append((file.name, rows))
    return [parts for _, parts in sorted(points.items())]


def curve_key(of: Rows | Curve) -> CurveKey:
    """Which curve rows belong to."""
    return (of.direction, of.meter, of.kind != "load", of.kind, of.quantity)


def joined(parts: RowsByQuality, mending: Mending = Mending()) -> Curve:
    """
    One point's measured rows, filled with the estimated ones, mended as the rules say. Raises MeterFileError if they
    cannot be compared.
    """
    made = {}
    for estimated, named in parts.items():
        first = named[0][1]
        for name, rows in named[1:]:
            if (rows.stamped, rows.is_power) != (first.stamped, first.is_power):
                raise MeterFileError(name, 0, f"is in another unit than {named[0][0]} for one point")
        made[estimated] = assemble([rows for _, rows in named], mending)
    if len(made) == 1:
        return next(iter(made.values()))
    return series.filled(made[False], made[True])


def with_findings(curve: Curve, rows: Sequence[Rows], time_zone: str) -> Curve:
    """The curve with what is found in its rows and in the series they make, in order of time."""
    offsets = [finding for part in rows for finding in series.foreign_offsets(part, time_zone)]
    found = [*limited(list(curve.findings)), *offsets, *series.findings(curve, time_zone)]
    return replace(curve, findings=tuple(sorted(dict.fromkeys(found))))
