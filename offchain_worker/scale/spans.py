"""One span: canonical curves in a Parquet file, shared block by block into another Parquet file.

The file goes by time and lists the same meters in the same order in every step, as this project writes it; anything
else is refused with its place. Memory holds one block of steps, whatever the length of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from offchain_worker.domain import roster as rosters
from offchain_worker.domain.allocation import allocate
from offchain_worker.domain.energy import Energies, total
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.roster import Direction, Roster

CELLS = 1 << 18
"""Readings in a block, at least one step."""
COLUMNS = ["interval_start", "meter", "direction", "energy_micro_kwh"]
WORDS = ["meter", "direction"]
"""Columns of few different values, read and written as places in a list of these."""
SCHEMA = pa.schema(
    [
        ("interval_start", pa.timestamp("s", "UTC")),
        ("meter", pa.dictionary(pa.int32(), pa.string())),
        ("allocated_micro_kwh", pa.int64()),
    ]
)


class SpanUnusable(DaiseeError):
    """A file of curves that cannot be shared block by block."""


@dataclass(frozen=True)
class Totals:
    """What a span came to, µkWh."""

    steps: int
    produced: int
    consumed: int
    allocated: int

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.steps + other.steps,
            self.produced + other.produced,
            self.consumed + other.consumed,
            self.allocated + other.allocated,
        )


NOTHING = Totals(0, 0, 0, 0)


def share_span(
    source: Path, target: Path, key: AllocationKey, roster: Roster | None = None, threads: int | None = None
) -> Totals:
    """Share the curves of `source` by `key` into `target`; a file that is not whole is not left behind.

    Raises SpanUnusable for files that are not in order, and what `allocate` raises.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    found = NOTHING
    try:
        if sorted(set(pq.read_schema(source).names) - {"quality"}) != sorted(COLUMNS):
            raise SpanUnusable(f"{source}: columns {pq.read_schema(source).names}, expected {COLUMNS}")
        with (
            pq.ParquetFile(source, read_dictionary=WORDS) as curves,
            pq.ParquetWriter(part, SCHEMA, compression="zstd", use_dictionary=["meter"]) as writer,
        ):
            lines = _Lines.of(curves, source, roster)
            for starts, energies in _blocks(curves, source, lines, threads != 1):
                consumption, production = energies[:, lines.consumption], energies[:, lines.production]
                shared = allocate(consumption, production, key, lines.roster, threads=threads)
                writer.write_table(_table(starts, lines, shared.allocated))
                found += Totals(len(starts), total(production), total(consumption), total(shared.allocated))
        part.replace(target)
    except (OSError, pa.ArrowException) as error:
        raise SpanUnusable(f"{source}: {str(error).splitlines()[0]}") from None
    finally:
        part.unlink(missing_ok=True)
    return found


@dataclass(frozen=True)
class _Lines:
    """The meters of each step in the file's order, where the roster's columns stand among them, and the consumers' names."""

    meters: pa.StringArray
    directions: pa.StringArray
    roster: Roster
    names: pa.StringArray
    consumption: npt.NDArray[np.intp]
    production: npt.NDArray[np.intp]

    @classmethod
    def of(cls, curves: pq.ParquetFile, source: Path, roster: Roster | None) -> _Lines:
        meters: list[str] = []
        directions: list[str] = []
        first = None
        for batch in curves.iter_batches(CELLS, columns=COLUMNS, use_threads=False):
            starts = _seconds(batch, source)
            first = int(starts[0]) if first is None else first
            count = int((starts != first).argmax()) if (starts != first).any() else len(starts)
            meters += batch.column("meter")[:count].to_pylist()
            directions += batch.column("direction")[:count].to_pylist()
            if count < len(starts):
                break
        places = {line: at for at, line in enumerate(zip(directions, meters, strict=True))}
        if not places or len(places) < len(meters):
            raise SpanUnusable(f"{source}: no readings, or a meter twice in one step")
        if roster is None:
            kinds = [[m for d, m in places if d == kind] for kind in ("consumption", "production")]
            roster = rosters.default(*kinds)
        where: dict[Direction, list[int]] = {Direction.CONSUMPTION: [], Direction.PRODUCTION: []}
        for column in roster.columns:
            line = (column.direction.name.lower(), column.meter)
            if line not in places:
                raise SpanUnusable(f"{source}: meter {column.meter} ({line[0]}) of the roster has no readings")
            where[column.direction].append(places[line])
        if len(roster.columns) != len(places):
            raise SpanUnusable(f"{source}: {len(places)} meters, the roster has {len(roster.columns)} columns")
        return cls(
            pa.array(meters, pa.string()),
            pa.array(directions, pa.string()),
            roster,
            pa.array([roster.columns[at].meter for at in roster.consumption], pa.string()),
            np.array(where[Direction.CONSUMPTION], np.intp),
            np.array(where[Direction.PRODUCTION], np.intp),
        )


def _blocks(
    curves: pq.ParquetFile, source: Path, lines: _Lines, threaded: bool
) -> Iterator[tuple[npt.NDArray[np.int64], Energies]]:
    """Whole steps, as many as `CELLS` holds: their starts and energies (steps, lines)."""
    width = len(lines.meters)
    rows = max(1, CELLS // width) * width
    rest: list[pa.RecordBatch] = []
    for batch in curves.iter_batches(rows, columns=COLUMNS, use_threads=threaded):
        rest.append(batch)
        have = sum(len(each) for each in rest)
        if have >= rows:
            table = pa.Table.from_batches(rest)
            yield _block(table.slice(0, rows), source, lines)
            rest = table.slice(rows).to_batches()
    if rest and sum(len(each) for each in rest):
        yield _block(pa.Table.from_batches(rest), source, lines)


def _block(table: pa.Table, source: Path, lines: _Lines) -> tuple[npt.NDArray[np.int64], Energies]:
    width = len(lines.meters)
    starts = _seconds(table, source)
    if len(starts) % width:
        raise SpanUnusable(f"{source}, {starts[-1]} s: {len(starts) % width} readings in a step of {width} meters")
    starts = starts.reshape(-1, width)
    if (starts != starts[:, :1]).any() or (np.diff(starts[:, 0]) <= 0).any():
        raise SpanUnusable(f"{source}: not in order of time with every meter in each step; `daisee standardise` first")
    for name, wanted in (("meter", lines.meters), ("direction", lines.directions)):
        column = table.column(name).combine_chunks().dictionary_encode()
        same = np.asarray(column.indices).reshape(-1, width)
        if (same != same[0]).any() or not column.slice(0, width).cast(pa.string()).equals(wanted):
            raise SpanUnusable(f"{source}, {starts[0, 0]} s: the {name}s do not stand as in the first step")
    column = table.column("energy_micro_kwh")
    if column.null_count or column.type != pa.int64():
        raise SpanUnusable(f"{source}, {starts[0, 0]} s: an energy is missing or no 64-bit integer")
    return np.ascontiguousarray(starts[:, 0]), column.to_numpy().reshape(-1, width)


def _seconds(table: pa.Table | pa.RecordBatch, source: Path) -> npt.NDArray[np.int64]:
    column = table.column("interval_start")
    if not pa.types.is_timestamp(column.type) or column.null_count:
        raise SpanUnusable(f"{source}: interval_start is no timestamp with a time zone in every row")
    found: npt.NDArray[np.int64] = column.cast(pa.timestamp("s", "UTC")).cast(pa.int64()).to_numpy()
    return found


def _table(starts: npt.NDArray[np.int64], lines: _Lines, allocated: Energies) -> pa.Table:
    """Rows by time, then in the roster's order."""
    codes = np.tile(np.arange(len(lines.names), dtype=np.int32), len(starts))
    meters = pa.DictionaryArray.from_arrays(pa.array(codes), lines.names)
    times = pa.array(np.repeat(starts, len(lines.names))).cast(pa.timestamp("s", "UTC"))
    return pa.Table.from_arrays([times, meters, pa.array(allocated.reshape(-1))], schema=SCHEMA)
