"""
Load curves as a customer downloads them from Enedis: semicolons, a line that describes the point, then one row per
interval.

    Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas…
    12345678901234;Courbe de charge;01/06/2016;01/07/2016;Energie active;Consommation;Comptage Brut;W;
    Horodate;Valeur
    2016-06-01T00:30:00+02:00;330

A stamp is the END of its interval, with its offset, but the START where the step is 5 or 10 minutes (segments C1 to
C4, see `enedis_series`); W and kW are means over the interval, Wh and kWh energies, an empty unit is W and an empty value
is missing. The step usually is not stated and follows from the stamps. A stage (`Etape metier`) other than `Comptage
Brut` is the operator's estimate. A file may hold several such blocks, for one point or several, and a block's head may
be repeated. A half-hourly mean of a Linky meter is an even number of watts, since it counts whole Wh.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.curve import inside
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.formats.enedis_head import (
    COLUMNS,
    HEADER,
    Head,
    fields,
    is_header,
    lines,
    read_head,
    readable,
)
from offchain_worker.meters.formats.enedis_series import FINE, usual_step
from offchain_worker.meters.rows import EARLIEST, LARGEST_READING, LATEST, MILLIONTHS, Rows
from offchain_worker.meters.text import BOM, chosen_meter, quoted
from offchain_worker.meters.zone import DAY

NAME = "enedis_customer_space"
SIGNATURE = "'Identifiant PRM;Type de donnees;...' (Enedis customer space)"

_ROW = r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(Z|[+-]\d\d:\d\d);(?:(-)?(\d{1,10})(?:[.,](\d{1,6}))?)?;*\r?$"

FURTHEST_OFFSET = 14 * 3600


@dataclass(frozen=True)
class Block:
    """One head and its readings: lines `first` up to `after` (counted from 0), readings from `rows_from` on."""

    head: Head
    first: int
    rows_from: int
    after: int


def claims(data: bytes) -> bool:
    """Does it begin with the names of the first two columns of the header?"""
    whole_lines = readable(data[:1200]).rpartition(b"\n")[0] or data[:1200]
    beginning = next((line for line in lines(whole_lines) if line.strip(BOM + "\r ")), "")
    return fields(beginning)[:2] == HEADER[:2]


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curves of the file, in the order in which they first appear. Raises MeterFileError naming the row."""
    return parse_lines(lines(data), name)


def parse_lines(texts: list[str], name: str) -> tuple[Rows, ...]:
    """The curves of a file's lines. Raises MeterFileError naming the row."""
    table = _table(texts)
    return _curves(_blocks(texts, table, name), table, name)


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
    The rows of intervals inside [start, end), in their order, under an id of the same length; heads stay byte for
    byte but for the id. `meter` and `direction` name the point to keep of several. Raises MeterFileError.
    """
    texts = lines(data)
    meters = {block.head.meter for block in _blocks(texts, _table(texts), name)}
    kept = chosen_meter(meters, meter, stand_in, name)
    written = redacted_lines(texts, name, (kept, stand_in), (start, end), direction)
    return ("\n".join(line for _, line in written).rstrip("\n") + "\n").encode()


def redacted_lines(
    texts: list[str], name: str, ids: tuple[str, str], period: tuple[int, int], direction: Direction | None
) -> list[tuple[int, str]]:
    """The lines (with their places) of the first id's blocks that stay, under the second one. Raises MeterFileError."""
    table = _table(texts)
    blocks = _blocks(texts, table, name)
    stays = ~table["is_row"].to_numpy()
    for rows in _curves(blocks, table, name):
        stays[rows.numbers - 1] = inside(rows, *period)
    written: list[tuple[int, str]] = []
    for block in blocks:
        if block.head.meter == ids[0] and direction in (None, block.head.direction):
            for index in np.flatnonzero(stays[block.first : block.after]) + block.first:
                line = texts[index]
                written.append((int(index), line.replace(*ids, 1) if index in block.head.lines else line))
    return written


def _table(texts: list[str]) -> pl.DataFrame:
    """Every line taken apart: is_row, stamp (UTC seconds, null if there is no such moment), offset, sign, digits."""
    groups = pl.DataFrame({"line": texts}).select(pl.col("line").str.extract_groups(_ROW).alias("g")).unnest("g")
    local = groups["1"].str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="ms", strict=False).dt.epoch("s")
    zone = groups["2"].str.replace("Z", "+00:00", literal=True)
    minutes = zone.str.slice(1, 2).cast(pl.Int64) * 60 + zone.str.slice(4, 2).cast(pl.Int64)
    offset = minutes * 60 * pl.select(pl.when(zone.str.starts_with("-")).then(-1).otherwise(1)).to_series()
    return pl.DataFrame(
        {
            "is_row": groups["1"].is_not_null(),
            "stamp": local - offset,
            "offset": offset,
            "negative": groups["3"].is_not_null(),
            "present": groups["4"].is_not_null(),
            "whole": groups["4"].cast(pl.Int64).fill_null(0),
            "millionths": groups["5"].fill_null("").str.pad_end(6, "0").cast(pl.Int64),
        }
    )


def _blocks(texts: list[str], table: pl.DataFrame, name: str) -> list[Block]:
    """The file's blocks, in order. Raises MeterFileError for any line that has no place in one."""
    blocks: list[Block] = []
    awaits = "header"  # then "description", "columns", "readings"
    opened = rows_from = 0
    head: Head | None = None
    previous = -1
    for index in [*map(int, np.flatnonzero(~table["is_row"].to_numpy())), len(texts)]:
        if index > previous + 1 and awaits != "readings":
            raise MeterFileError(name, previous + 2, "a reading before the line 'Horodate;Valeur'")
        previous = index
        names = fields(texts[index]) if index < len(texts) else [""]
        if not any(names):
            continue  # blank, or as a spreadsheet saves a blank line
        if is_header(names):
            if head is not None and awaits == "readings":
                blocks.append(Block(head, opened, rows_from, index))
                head = None
            opened = opened if head is not None else index
            awaits = "description"
        elif names[:2] == COLUMNS and awaits in ("columns", "readings"):
            rows_from = rows_from if awaits == "readings" else index + 1
            awaits = "readings"
        elif awaits in ("description", "columns"):
            found = read_head(texts[index], name, index + 1)
            if head is not None and head.curve != found.curve:
                raise MeterFileError(name, index + 1, "describes another curve than the line above it: mixed files")
            head = found if head is None else head.repeated(found)
            awaits = "columns"
        else:
            raise MeterFileError(
                name, index + 1, _reason(texts[index], not any(line.strip("; \r") for line in texts[index + 1 :]))
            )
    if head is None or awaits != "readings":
        raise MeterFileError(name, len(texts), f"ends where its {awaits} should follow: truncated")
    return [*blocks, Block(head, opened, rows_from, len(texts))]


def _reason(line: str, is_last: bool) -> str:
    if is_last:
        return f"truncated: {quoted(line)} is no complete reading"
    return f"{quoted(line)} is no reading (stamp with offset;value): damaged, or files mixed"


def _curves(blocks: list[Block], table: pl.DataFrame, name: str) -> tuple[Rows, ...]:
    curves: dict[tuple[str, Direction, bool, bool], list[Block]] = {}
    for block in blocks:
        curves.setdefault(block.head.curve, []).append(block)
    return tuple(_rows(parts, table, name) for parts in curves.values())


def _rows(blocks: list[Block], table: pl.DataFrame, name: str) -> Rows:
    """The rows of one curve from all its blocks, with bounds checked. Raises MeterFileError naming the row."""
    head = blocks[0].head
    for block in blocks[1:]:
        if block.head.unit != head.unit:
            raise MeterFileError(name, block.head.lines[0] + 1, "another unit or step than this point's first block")
    is_row = table["is_row"].to_numpy()
    at = np.concatenate([np.flatnonzero(is_row[b.rows_from : b.after]) + b.rows_from for b in blocks])
    chosen = table[at]
    stamps, offsets = chosen["stamp"].fill_null(0).to_numpy(), chosen["offset"].to_numpy()
    outside = (stamps < EARLIEST) | (stamps > LATEST) | (np.abs(offsets) > FURTHEST_OFFSET)
    if outside.any():
        raise MeterFileError(name, int(at[outside][0]) + 1, "no such moment between the years 2000 and 2100")
    whole = chosen["whole"].to_numpy()
    too_large = whole >= LARGEST_READING // MILLIONTHS // head.factor
    if too_large.any():
        raise MeterFileError(name, int(at[too_large][0]) + 1, "a reading of 1 GW (1 GWh) or more")
    amounts = (whole * MILLIONTHS + chosen["millionths"].to_numpy()) * head.factor
    step = head.step or usual_step(stamps)
    stamped, found = _stamping(head, step, stamps, offsets)
    return Rows(
        meter=head.meter,
        direction=head.direction,
        estimated=head.estimated and not head.corrected,
        stamped=stamped,
        is_power=head.is_power,
        stamps=stamps,
        amounts=np.where(chosen["negative"].to_numpy(), -amounts, amounts),
        present=chosen["present"].to_numpy(),
        numbers=at + 1,
        offsets=offsets,
        whole_watts=head.is_power,
        step=head.step,
        estimates=np.full(len(at), head.estimated) if head.corrected else None,
        corrections=np.ones(len(at), dtype=bool) if head.corrected else None,
        findings=(*head.findings(stamps, offsets, step if stamped == "start" else 0), *found),
    )


def _stamping(
    head: Head, step: int, stamps: np.ndarray, offsets: np.ndarray
) -> tuple[Literal["start", "end"], list[Finding]]:
    """
    Where stamps stand. Fine steps have STARTs, unless the first stamp is past a midnight and the last one is on one, as
    those of whole days of ENDs are; that is said. An empty unit is the mark of files that always have STARTs.
    """
    if len(stamps) == 0 or step > FINE:
        return "end", []
    first, last = int(np.argmin(stamps)), int(np.argmax(stamps))
    clock = (stamps + offsets) % DAY
    if not head.unit_stated or clock[first] == 0 or clock[last] != 0:
        return "start", []
    message = "stamps end on a midnight: read as ends of intervals, though Enedis writes starts for this step"
    bounds = (int(stamps[first]), int(stamps[last]))
    return "end", [Finding(*bounds, Code.STAMPING, Severity.WARNING, head.meter, len(stamps), message)]
