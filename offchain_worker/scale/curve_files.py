"""
Standard curves written as canonical CSV and Parquet with their quality, by time, then in the order of the curves.

However many curves: they are spooled to a temporary file as they come, and memory holds one block of steps of all.

Schema of `curves.parquet`: `interval_start` timestamp(µs, UTC), the START of the step; `meter` string; `direction` string,
`consumption` or `production`; `energy_micro_kwh` int64; `quality` string, `measured`, `estimated` (by the operator) or
`repaired` (by a treatment of the rules). A step that is missing, or outside, has no row. `curves.csv` has the same columns
as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import Quality, StandardCurve
from offchain_worker.meters.formats import canonical

SCHEMA = pa.schema(
    [
        ("interval_start", pa.timestamp("us", "UTC")),
        ("meter", pa.string()),
        ("direction", pa.string()),
        ("energy_micro_kwh", pa.int64()),
        ("quality", pa.string()),
    ]
)
CELLS = 1 << 18
"""Readings in a block, at least one step."""
QUALITIES = {quality: quality.name.lower() for quality in Quality if quality.name.lower() in canonical.QUALITIES}


class Spool:
    """Curves of [start, end), kept in a temporary file until they are written."""

    def __init__(self, file: IO[bytes], start: int, end: int, step_seconds: int) -> None:
        self.moments = np.arange(start, end, step_seconds, dtype=np.int64)
        self.curves: list[tuple[str, Direction]] = []
        self._file = file

    def add(self, meter: str, direction: Direction, curve: StandardCurve) -> None:
        """Keep a curve."""
        self.curves.append((meter, direction))
        self._file.write(np.ascontiguousarray(curve.energy, dtype=np.int64).tobytes())
        self._file.write(np.ascontiguousarray(curve.quality, dtype=np.uint8).tobytes())

    def write(self, csv: Path, parquet: Path) -> None:
        """Write all curves. Raises OSError."""
        with csv.open("wb") as text, pq.ParquetWriter(parquet, SCHEMA, compression="zstd") as writer:
            text.write((",".join(SCHEMA.names) + "\n").encode())
            for table in self._blocks():
                writer.write_table(table)
                frame = pl.DataFrame(pl.from_arrow(table))
                stamps = pl.col("interval_start").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
                text.write(frame.with_columns(stamps).write_csv(include_header=False, line_terminator="\n").encode())

    def _blocks(self) -> Iterator[pa.Table]:
        order = sorted(range(len(self.curves)), key=lambda at: (self.curves[at][1], self.curves[at][0]))
        meters = pa.array([self.curves[at][0] for at in order])
        directions = pa.array([self.curves[at][1].name.lower() for at in order])
        words = pa.array([QUALITIES.get(quality, "") for quality in sorted(Quality)])
        for first in range(0, len(self.moments), block := max(1, CELLS // max(1, len(order)))):
            after = min(first + block, len(self.moments))
            energies = np.stack([self._read(at, first, after, np.dtype(np.int64)) for at in order], axis=1)
            qualities = np.stack([self._read(at, first, after, np.dtype(np.uint8)) for at in order], axis=1)
            known = np.isin(qualities, list(QUALITIES))
            rows, places = np.nonzero(known)
            yield pa.table(
                [
                    pa.array(self.moments[first:after][rows] * 1_000_000, SCHEMA.field("interval_start").type),
                    meters.take(pa.array(places)),
                    directions.take(pa.array(places)),
                    pa.array(energies[known]),
                    words.take(pa.array(qualities[known])),
                ],
                schema=SCHEMA,
            )

    def _read(self, at: int, first: int, after: int, kind: np.dtype[np.generic]) -> np.ndarray:
        """Steps [first, after) of a curve: its energies, or its qualities, which stand after them."""
        steps = len(self.moments)
        begin = at * steps * 9 + (steps * 8 + first if kind.itemsize == 1 else first * 8)
        self._file.seek(begin)
        return np.frombuffer(self._file.read((after - first) * kind.itemsize), dtype=kind)
