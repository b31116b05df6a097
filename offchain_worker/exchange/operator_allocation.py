"""The operator's own allocation: read from its files, sealed for who may read each column, compared with ours.

Its figures come with a resolution, the last digit it writes; it agrees with a column if no interval differs by more
than that. A difference is a finding with its point and its span. The documents: `daisee.operator-allocation/1` names
the sealed `daisee.operator-curve/1` of each column; they belong to one dataset version.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from offchain_worker import meters
from offchain_worker.domain import canonical
from offchain_worker.domain.energy import Energies
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.roster import Direction, Roster
from offchain_worker.jobs.documents import hexed, unhexed
from offchain_worker.meters.findings import iso
from offchain_worker.storage.encryption import Keys, decrypt_output, encrypt_output
from offchain_worker.storage.store import ContentStore, get_large, put_large

SCHEMA, CURVE_SCHEMA, KIND = "daisee.operator-allocation/1", "daisee.operator-curve/1", "operator-allocation"
LOCAL = frozenset({"G.03", "AE_AUTOCONS", "EHAC", "selfConsumptionEnergy", "energiaAutoconsumida"})
"""What operators call the energy that a consumer got of the community: Austria; e-distribución, UFD, Datadis (Spain)."""
CSV_HEAD = ("meter", "direction", "start", "end", "local_kwh")
_KWH = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,6}))?")
MICRO_KWH_DECIMALS = 6
LEAST_DECIMALS = 3
"""No file of an operator that is read as an allocation has fewer: a Wh is the coarsest resolution assumed of it."""


class OperatorFileInvalid(DaiseeError):
    """A file of the operator's results that cannot be used."""


@dataclass(frozen=True)
class OperatorCurve:
    """What the operator allocated to one column: int64 UTC `starts`, `seconds`, µkWh `energy`; `resolution` in µkWh."""

    column: int
    resolution: int
    starts: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.int64]
    energy: Energies


@dataclass(frozen=True)
class Difference:
    """A span in which the operator's figures are not ours; `largest` is the largest |difference|, in µkWh."""

    column: int
    point: int
    start: int
    end: int
    count: int
    largest: int

    def __str__(self) -> str:
        span = f"{iso(self.start)} to {iso(self.end)}"
        return f"point {self.point} (column {self.column}), {span}: {self.count} intervals, up to {self.largest} µkWh"


@dataclass(frozen=True)
class _Series:
    meter: str
    direction: Direction
    resolution: int
    starts: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.int64]
    energy: Energies


def read(
    files: Sequence[tuple[str, bytes]],
    roster: Roster,
    meter_of: Mapping[int, str],
    start: int,
    end: int,
    unknown: set[str] | None = None,
) -> list[OperatorCurve]:
    """The operator's results of a period, by column; `meter_of` is each point's meter.

    `unknown`, if given, takes up the meters of the files that are none of these.

    Reads what `meters` reads as an allocation (Austrian EDA, Spanish files), and the CSV of `CSV_HEAD`. Raises
    OperatorFileInvalid for files without any result of these meters in the period, MeterFileError.
    """
    series = [one for name, data in files for one in _series(name, data)]
    if unknown is not None:
        unknown |= {one.meter for one in series} - set(meter_of.values())
    found = []
    for at, column in enumerate(roster.columns):
        meter = meter_of.get(column.point)
        first, last = max(start, column.start), min(end, column.end)
        parts = []
        for one in series:
            if (one.meter, one.direction) == (meter, column.direction):
                kept = (one.starts >= first) & (one.starts + one.seconds <= last)
                if kept.any():
                    parts.append((one, kept))
        if parts:
            found.append(_joined(at, parts))
    if not found:
        names = ", ".join(name for name, _ in files)
        raise OperatorFileInvalid(f"{names}: no result of the operator for these meters in this period")
    return found


def _joined(column: int, parts: list[tuple[_Series, npt.NDArray[np.bool_]]]) -> OperatorCurve:
    starts, seconds, energy = (
        np.concatenate([getattr(one, name)[kept] for one, kept in parts]) for name in ("starts", "seconds", "energy")
    )
    order = np.argsort(starts, kind="stable")
    starts, seconds, energy = starts[order], seconds[order], energy[order]
    overlapping = np.flatnonzero(starts[1:] < (starts + seconds)[:-1])
    if len(overlapping):
        moment = iso(int(starts[overlapping[0] + 1]))
        raise OperatorFileInvalid(f"column {column}, {moment}: the operator gives two results for one time")
    return OperatorCurve(column, max(one.resolution for one, _ in parts), starts, seconds, energy)


def _series(name: str, data: bytes) -> list[_Series]:
    if data.removeprefix(b"\xef\xbb\xbf").startswith(";".join(CSV_HEAD).encode()):
        return _csv(name, data)
    curves = [
        curve
        for curve in meters.read(data, name).curves
        if curve.kind == "allocation" and curve.quantity in LOCAL and len(curve.starts)
    ]
    resolution = resolution_of([curve.energy for curve in curves])
    return [
        _Series(
            curve.meter,
            curve.direction,
            resolution,
            curve.starts.astype(np.int64),
            curve.seconds.astype(np.int64),
            curve.energy,
        )
        for curve in curves
    ]


def resolution_of(energies: Sequence[Energies]) -> int:
    """The unit of the last digit that a file writes, in µkWh: the largest power of ten, up to 1 Wh, in all its values."""
    for decimals in range(LEAST_DECIMALS, 0, -1):
        if not any((energy % 10**decimals).any() for energy in energies):
            return int(10**decimals)
    return 1


def _csv(name: str, data: bytes) -> list[_Series]:
    """`meter;direction;start;end;local_kwh`: ISO 8601 with offset, decimal point or comma; the decimals are the resolution."""
    rows: dict[tuple[str, Direction], list[tuple[int, int, int]]] = {}
    fewest: dict[tuple[str, Direction], int] = {}
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig", "replace")), delimiter=";")
    next(reader)
    for row in reader:
        place = f"{name}, line {reader.line_num}"
        if not row:
            continue
        if len(row) != len(CSV_HEAD):
            raise OperatorFileInvalid(f"{place}: {len(row)} cells, {len(CSV_HEAD)} are wanted")
        meter, direction, first, last, text = (cell.strip() for cell in row)
        amount = _KWH.fullmatch(text)
        if direction not in ("consumption", "production") or not amount:
            raise OperatorFileInvalid(f"{place}: wants consumption or production, and kWh with at most 6 decimals")
        start, end = _moment(first, place), _moment(last, place)
        if end <= start:
            raise OperatorFileInvalid(f"{place}: ends at {last}, before it starts")
        decimals = amount[2] or ""
        who = (meter, Direction[direction.upper()])
        fewest[who] = min(fewest.get(who, MICRO_KWH_DECIMALS), len(decimals))
        energy = int(amount[1]) * 10**MICRO_KWH_DECIMALS + int(decimals.ljust(MICRO_KWH_DECIMALS, "0"))
        rows.setdefault(who, []).append((start, end - start, energy))
    return [
        _Series(meter, direction, 10 ** (MICRO_KWH_DECIMALS - fewest[meter, direction]), *np.array(found, np.int64).T)
        for (meter, direction), found in rows.items()
    ]


def _moment(text: str, place: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise OperatorFileInvalid(f"{place}: {text!r} is not a time such as 2016-06-01T00:00:00+02:00") from None
    if moment.tzinfo is None:
        raise OperatorFileInvalid(f"{place}: {text!r} does not say how far ahead of UTC it is; add Z or +02:00")
    return int(moment.astimezone(UTC).timestamp())


def compare(
    curve: OperatorCurve, local: Energies, point: int, start: int, step_seconds: int
) -> tuple[list[Difference], int]:
    """Compare a column with ours, `local` int64 µkWh a step from `start`; returns the differences and steps compared.

    An interval agrees if it differs by at most the operator's resolution; neighbouring ones that do not make one span.
    Raises OperatorFileInvalid for intervals that do not fall on the period's steps.
    """
    end = start + len(local) * step_seconds
    ends = curve.starts + curve.seconds
    off = ((curve.starts - start) % step_seconds != 0) | (curve.seconds % step_seconds != 0)
    if off.any() or (curve.starts < start).any() or (ends > end).any():
        at = int(off.argmax()) if off.any() else int(((curve.starts < start) | (ends > end)).argmax())
        moment = iso(int(curve.starts[at]))
        raise OperatorFileInvalid(
            f"column {curve.column}, {moment}: an interval that does not fall on the period's steps"
        )
    sums = np.concatenate([[0], np.cumsum(local)])
    first, last = (curve.starts - start) // step_seconds, (ends - start) // step_seconds
    deltas = np.abs(curve.energy - (sums[last] - sums[first]))
    found: list[Difference] = []
    for at in np.flatnonzero(deltas > curve.resolution).tolist():
        begin, stop, largest = int(curve.starts[at]), int(ends[at]), int(deltas[at])
        if found and found[-1].end == begin:
            before = found[-1]
            found[-1] = Difference(
                curve.column, point, before.start, stop, before.count + 1, max(before.largest, largest)
            )
        else:
            found.append(Difference(curve.column, point, begin, stop, 1, largest))
    return found, int((last - first).sum())


def seal(curves: Sequence[OperatorCurve], input_digest: bytes, keys: Keys, store: ContentStore) -> bytes:
    """Pin the operator's results, each sealed under its column's key; returns the digest of the manifest."""
    listed = []
    for curve in curves:
        document = canonical.dumps(
            {
                "schema": CURVE_SCHEMA,
                "inputDigest": hexed(input_digest),
                "column": curve.column,
                "resolution": str(curve.resolution),
                "starts": curve.starts.tolist(),
                "seconds": curve.seconds.tolist(),
                "energies": list(map(str, curve.energy.tolist())),
            }
        )
        sealed = encrypt_output(keys.column(curve.column), input_digest, KIND, document)
        listed.append({"column": curve.column, "blocks": [hexed(digest) for digest in put_large(store, sealed)]})
    return store.put(canonical.dumps({"schema": SCHEMA, "inputDigest": hexed(input_digest), "columns": listed}))


def columns_of(store: ContentStore, digest: bytes, input_digest: bytes) -> dict[int, list[str]]:
    """The columns an import covers, with their blocks. Raises OperatorFileInvalid for that of another dataset."""
    found = canonical.loads(store.get(digest), SCHEMA, exact=True)
    if unhexed(found["inputDigest"]) != input_digest:
        raise OperatorFileInvalid(f"0x{digest.hex()} belongs to another dataset version; import the files again")
    return {entry["column"]: entry["blocks"] for entry in found["columns"]}


def open_curve(
    store: ContentStore, blocks: Sequence[str], input_digest: bytes, keys: Keys, column: int
) -> OperatorCurve:
    """A column's result, opened with a reader's keys. Raises NotReadable, Undecryptable."""
    sealed = get_large(store, [unhexed(block) for block in blocks])
    data = decrypt_output(keys.column(column), input_digest, KIND, sealed, f"the operator's result of column {column}")
    found: dict[str, Any] = canonical.loads(data, CURVE_SCHEMA, exact=True)
    starts, seconds, energy = (
        np.array(list(map(int, found[name])), np.int64) for name in ("starts", "seconds", "energies")
    )
    return OperatorCurve(column, int(found["resolution"]), starts, seconds, energy)
