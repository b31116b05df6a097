"""
Canonical curves, the project's own long form, as CSV or Parquet: `interval_start` (UTC, the START of the interval),
`meter`, `direction` (`consumption` or `production`), `energy_micro_kwh` (an integer), and where it is known `quality`
(`measured`, `estimated` by the operator, or `repaired` by a treatment that the rules name). A missing interval has no
row. Parquet may hold the time as text or as a timestamp with a time zone. The step follows from the stamps.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy as np
import polars as pl
import polars.selectors
import pyarrow as pa
import pyarrow.parquet as pq

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.curve import assemble
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import iso
from offchain_worker.meters.rows import EARLIEST, LARGEST_READING, LATEST, Rows
from offchain_worker.meters.text import BOM, chosen_meter, lines_of, whole_id

NAME = "canonical"
SIGNATURE = "'interval_start,meter,direction,energy_micro_kwh' (canonical curves, CSV or Parquet)"
COLUMNS = ["interval_start", "meter", "direction", "energy_micro_kwh"]
QUALITY = "quality"
QUALITIES = ("measured", "estimated", "repaired")
MICRO_KWH = 1000
"""Millionths of a Wh in a µkWh."""

_STAMP = r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.0+)?(Z|[+-]\d\d:?\d\d)$"
_PARQUET = b"PAR1"
_DIRECTIONS = {direction.name.lower(): direction for direction in Direction}


def claims(data: bytes) -> bool:
    """Is it Parquet, or text that begins with the four columns' names in any order?"""
    if data.startswith(_PARQUET):
        return True
    return bool(_separator(data))


def _separator(data: bytes) -> str:
    """The comma, or what a spreadsheet has put in its place, between the columns' names; "" if they are not there."""
    beginning = data[:200].decode("utf-8", "replace").lstrip(BOM).split("\n")[0]
    for sign in ",;\t":
        if _is_header(field.strip(' "\r') for field in beginning.split(sign)):
            return sign
    return ""


def _is_header(names: Iterable[str]) -> bool:
    """The four columns in any order, with or without a quality?"""
    return sorted(names) in (sorted(COLUMNS), sorted([*COLUMNS, QUALITY]))


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curves of the file in order of first appearance. Raises MeterFileError naming the row."""
    table = _parquet(data, name) if data.startswith(_PARQUET) else _csv(data, name)
    if QUALITY not in table.columns:
        table = table.with_columns(pl.lit(QUALITIES[0]).alias(QUALITY))
    table = table.with_columns(_stamps(table["interval_start"]), _energies(table["energy_micro_kwh"]))
    table = table.with_row_index("number", offset=2)
    bad_stamp = pl.col("stamp").is_null() | ~pl.col("stamp").is_between(EARLIEST, LATEST)
    limit = LARGEST_READING // MICRO_KWH
    bad_energy = pl.col("energy").is_null() | ~pl.col("energy").is_between(-limit, limit)
    for wrong, reason in (
        (bad_stamp, "interval_start is no time with an offset between 2000 and 2100, such as 2016-06-01T00:00:00Z"),
        (pl.col("meter").is_null() | ~pl.col("meter").str.len_chars().is_between(1, 64), "no usable id of the meter"),
        (~pl.col("direction").is_in(list(_DIRECTIONS)).fill_null(False), "direction is not consumption or production"),
        (bad_energy, "energy_micro_kwh is no integer, or beyond 1 GWh"),
        (~pl.col(QUALITY).is_in(QUALITIES).fill_null(False), f"quality is none of {', '.join(QUALITIES)}"),
    ):
        rows = table.filter(wrong)
        if rows.height:
            raise MeterFileError(name, int(rows["number"][0]), reason)
    for meter, number in table.group_by("meter", maintain_order=True).agg(pl.col("number").first()).iter_rows():
        whole_id(meter, name, number)
    return tuple(
        Rows(
            meter=part["meter"][0],
            direction=_DIRECTIONS[part["direction"][0]],
            estimated=False,
            stamped="start",
            is_power=False,
            stamps=part["stamp"].to_numpy(),
            amounts=part["energy"].to_numpy() * MICRO_KWH,
            present=np.ones(part.height, dtype=bool),
            numbers=part["number"].cast(pl.Int64).to_numpy(),
            estimates=(part[QUALITY] != QUALITIES[0]).to_numpy(),
            codes=part[QUALITY].replace({QUALITIES[0]: ""}).to_numpy().astype(np.str_),
        )
        for part in table.partition_by(["meter", "direction"], maintain_order=True)
    )


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
    The rows of intervals inside [start, end) as canonical CSV, in their order, under an id of the same length, with
    their quality if one of them is not measured. Of a file of several points `meter` and `direction` name the one to
    keep. Raises MeterFileError.
    """
    curves = parse(data, name)
    kept = chosen_meter({rows.meter for rows in curves}, meter, stand_in, name)
    written = [",".join(COLUMNS)]
    told = any(rows.estimates is not None and rows.estimates.any() for rows in curves)
    if told:
        written[0] += f",{QUALITY}"
    for rows in curves:
        if rows.meter == kept and direction in (None, rows.direction):
            seconds = assemble([rows]).seconds_at(rows.stamps)
            inside = (seconds > 0) & (rows.stamps >= start) & (rows.stamps + seconds <= end)
            qualities = rows.kept(inside).codes if told else None
            for at, (stamp, amount) in enumerate(zip(rows.stamps[inside], rows.amounts[inside], strict=True)):
                line = f"{iso(int(stamp))},{stand_in},{rows.direction.name.lower()},{int(amount) // MICRO_KWH}"
                written.append(line if qualities is None else f"{line},{qualities[at] or QUALITIES[0]}")
    return ("\n".join(written) + "\n").encode()


def table_of(columns: list[tuple[str, str, np.ndarray, np.ndarray]]) -> pl.DataFrame:
    """Canonical curves from (meter, direction, starts, µkWh) each, ordered by time, then as given."""
    parts = [
        pl.DataFrame(
            {
                "interval_start": pl.from_epoch(pl.Series(starts, dtype=pl.Int64), "s").dt.replace_time_zone("UTC"),
                "meter": pl.Series([meter] * len(starts), dtype=pl.String),
                "direction": pl.Series([direction] * len(starts), dtype=pl.String),
                "energy_micro_kwh": pl.Series(energy, dtype=pl.Int64),
            }
        )
        for meter, direction, starts, energy in columns
    ]
    return pl.concat(parts).sort("interval_start", maintain_order=True)


def csv_bytes(table: pl.DataFrame) -> bytes:
    """The table as CSV, times as UTC ISO 8601 text."""
    text = table.with_columns(polars.selectors.datetime().dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return text.write_csv(line_terminator="\n").encode()


def parquet_bytes(table: pl.DataFrame) -> bytes:
    """The table as Parquet, times as UTC timestamps."""
    written = io.BytesIO()
    table.write_parquet(written)
    return written.getvalue()


def _csv(data: bytes, name: str) -> pl.DataFrame:
    lines = lines_of(data, name)
    sign = _separator(data) or ","
    try:
        table = pl.read_csv(data, separator=sign, infer_schema=False, raise_if_empty=False)
    except pl.exceptions.PolarsError:
        table = pl.DataFrame()
    if not _is_header(table.columns) or table.null_count().sum_horizontal()[0]:
        width = len(lines[0].split(sign))
        for number, line in enumerate(lines, 1):
            fields = line.split(sign)
            if line.strip() and (len(fields) != width or not all(field.strip() for field in fields)):
                raise MeterFileError(name, number, f"not {width} fields with values: truncated, or files mixed")
        raise MeterFileError(name, 1, f"does not read as CSV with the columns {', '.join(COLUMNS)}")
    return table


def _parquet(data: bytes, name: str) -> pl.DataFrame:
    try:
        read = pq.read_table(io.BytesIO(data))
        table = pl.DataFrame(pl.from_arrow(read))
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError, ValueError, TypeError, MemoryError):
        raise MeterFileError(name, 0, "is no readable Parquet file: truncated or damaged") from None
    if not _is_header(table.columns):
        raise MeterFileError(name, 0, f"has not the columns {', '.join(COLUMNS)}")
    if QUALITY in table.columns:
        table = table.with_columns(pl.col(QUALITY).cast(pl.String, strict=False))
    for column, fits in (
        ("interval_start", table["interval_start"].dtype == pl.String or _is_zoned(table["interval_start"].dtype)),
        ("meter", table["meter"].dtype == pl.String),
        ("direction", table["direction"].dtype == pl.String),
        ("energy_micro_kwh", table["energy_micro_kwh"].dtype.is_integer()),
    ):
        if not fits:
            raise MeterFileError(name, 0, f"column {column} cannot be {table[column].dtype}")
    return table


def _is_zoned(kind: pl.DataType) -> bool:
    return isinstance(kind, pl.Datetime) and kind.time_zone is not None


def _stamps(column: pl.Series) -> pl.Series:
    """UTC seconds, null where the text is no moment."""
    if column.dtype != pl.String:
        seconds = column.dt.epoch("us")
        return pl.select(pl.when(seconds % 1_000_000 == 0).then(seconds // 1_000_000)).to_series().alias("stamp")
    parts = column.str.extract_groups(_STAMP).struct.unnest()
    text = parts["1"] + "T" + parts["2"]
    local = text.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="ms", strict=False).dt.epoch("s")
    zone = parts["3"].str.replace("Z", "+0000", literal=True).str.replace(":", "", literal=True)
    ahead = zone.str.slice(1, 2).cast(pl.Int64) * 3600 + zone.str.slice(3, 2).cast(pl.Int64) * 60
    sign = pl.select(pl.when(zone.str.starts_with("-")).then(-1).otherwise(1)).to_series()
    return (local - ahead * sign).alias("stamp")


def _energies(column: pl.Series) -> pl.Series:
    """µkWh as int64, null where it is no integer of 18 digits at most."""
    if column.dtype == pl.String:
        column = pl.select(pl.when(column.str.contains(r"^-?\d{1,18}$")).then(column)).to_series()
    return column.cast(pl.Int64, strict=False).alias("energy")
