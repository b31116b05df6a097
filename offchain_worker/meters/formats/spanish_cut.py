"""Redaction of Spanish tables: one point's rows of the intervals inside [start, end), one direction's columns."""

from __future__ import annotations

import re

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.curve import inside
from offchain_worker.meters.delimited import Table, replaced
from offchain_worker.meters.formats.spanish import IN_TEXT, STARTS, Value, says_starts
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter


def lines_inside(made: tuple[Rows, ...], meter: str, start: int, end: int) -> set[int]:
    """The line numbers (from 1) of the point's rows whose interval is known and inside [start, end)."""
    first = next(rows for rows in made if rows.meter == meter)
    return set(first.numbers[inside(first, start, end)].tolist())


def cut(
    table: Table,
    made: tuple[Rows, ...],
    meter_column: int,
    values: dict[Value, int],
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str,
    direction: Direction | None,
) -> bytes:
    """
    The lines down to the header, then the rows that stay, in their order. The id is replaced wherever it stands; the
    columns of the other direction are left empty; what stands above the header and names another point goes.
    """
    meters = {rows.meter for rows in made}
    kept = chosen_meter(meters, meter, stand_in, name)
    numbers = lines_inside(made, kept, start, end)
    blank = {at: "" for value, at in values.items() if direction not in (None, value.direction)}
    written = []
    if any(rows.stamped == "start" for rows in made) and not says_starts(table):
        written.append((max(table.header, 0), STARTS))
    for at in range(table.header + 1):
        line = table.lines[at]
        others = {found.upper() for found in IN_TEXT.findall(line)} | {
            other for other in meters if other and other in line
        }
        if not others - {kept}:
            written.append((at, re.sub(re.escape(kept), stand_in, line, flags=re.IGNORECASE) if kept else line))
    for at, fields in table.rows:
        if at + 1 in numbers:
            own = {meter_column: stand_in} if 0 <= meter_column < len(fields) else {}
            written.append((at, replaced(table.lines[at], table.delimiter, own | blank)))
    return table.encoded(written)
