"""
Hourly curves of the Spanish operator UFD, and the wide layout with one day per row.

    CUPS;FECHA;HORA;EHCR (kWh);EHEX (kWh)
    ES0022000000000000AB0F;01/04/2026;1;0,5;0,1

    CUPS;Fecha;H1;H2;...;H24;H25
    ES0022000000000000AB0F;01/04/2026;0,5;0,4;...;0,3;

`EHCR` is what the point takes (consumption), `EHEX` its surplus (production). In the wide layout `Hk` is the k-th hour of
the day; H25 is used on the October day, H24 is empty on the one in March. Local time is Europe/Madrid (see `spanish`).
The wide layout is of consumption unless a column says otherwise row by row.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import delimited
from offchain_worker.meters.curve import inside
from offchain_worker.meters.delimited import Table
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import spanish, spanish_cut, spanish_findings, spanish_time
from offchain_worker.meters.formats.spanish import HOUR, KWH, WH, Readings, Value
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter, quoted
from offchain_worker.meters.zone import DAY

NAME = "ufd"
SIGNATURE = "'CUPS;FECHA;HORA;EHCR (kWh);EHEX (kWh)' or 'Fecha;H1;...;H24' (UFD)"

VALUES = (
    Value(("ehcrkwh", "ehcr"), Direction.CONSUMPTION),
    Value(("ehexkwh", "ehex"), Direction.PRODUCTION),
    Value(("ehackwh", "ehac"), Direction.CONSUMPTION, kind="allocation", quantity="EHAC"),
)
DAYS, HOURS = ("fecha", "dia"), ("hora",)
_HOUR = re.compile(r"h(?:ora)?0?([1-9]|1[0-9]|2[0-5])(k?wh)?")
_WHAT = ("magnitud", "tipo", "concepto", "energia", "tipoenergia")
_TAKEN = {"ae", "a", "aentrante", "activaentrante", "consumo", "consumida", "import", "ehcr", "energiaactiva"}
_FED_IN = {"as", "asaliente", "activasaliente", "excedente", "excedentes", "vertida", "generacion", "export", "ehex"}


def _fits(names: set[str]) -> bool:
    return bool(names & set(DAYS) and "hora" in names and names & set(VALUES[0].names))


def _fits_wide(names: set[str]) -> bool:
    hours = {int(found[1]) for name in names if (found := _HOUR.fullmatch(name))}
    return bool(names & set(DAYS)) and set(range(1, 25)) <= hours


def claims(data: bytes) -> bool:
    """Is there a header with `EHCR`, or with a day and the hours H1 to H24?"""
    return delimited.header_of(data, _fits) or delimited.header_of(data, _fits_wide)


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curves of every point in order of first appearance. Raises MeterFileError naming the row."""
    if delimited.header_of(data, _fits):
        return spanish.hourly(delimited.table(data, name, _fits), name, VALUES, DAYS, HOURS)
    table = delimited.table(data, name, _fits_wide, last_optional=True)
    return tuple(rows for _, readings in _wide(table, name) for rows in spanish.curves(readings, name))


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
    The header and the point's rows inside [start, end) under the stand-in, other directions' columns left empty; of the
    wide layout the days with such an hour, their other hours left empty.
    """
    if delimited.header_of(data, _fits):
        table = delimited.table(data, name, _fits)
        made = spanish.hourly(table, name, VALUES, DAYS, HOURS)
        values = {value: at for value in VALUES if (at := table.column(*value.names)) >= 0}
        cups = table.column("cups")
        return spanish_cut.cut(table, made, cups, values, name, stand_in, start, end, meter, direction)
    table = delimited.table(data, name, _fits_wide, last_optional=True)
    return _redact_wide(table, name, stand_in, start, end, meter, direction)


def _redact_wide(
    table: Table, name: str, stand_in: str, start: int, end: int, meter: str, direction: Direction | None
) -> bytes:
    cells = [replace(read, numbers=read.numbers * 32 + read.labels // HOUR) for _, read in _wide(table, name)]
    made = [rows for read in cells for rows in spanish.curves(read, name)]
    kept = chosen_meter({rows.meter for rows in made}, meter, stand_in, name)
    stays: dict[int, set[int]] = {}
    for rows in made:
        if rows.meter == kept and direction in (None, rows.direction):
            for cell in rows.numbers[inside(rows, start, end)].tolist():
                stays.setdefault(cell // 32, set()).add(cell % 32)
    written = [
        (at, table.lines[at].replace(kept, stand_in) if kept else table.lines[at]) for at in range(table.header + 1)
    ]
    cups = table.column("cups")
    for at, _ in table.rows:
        if at + 1 in stays:
            gone = {column: "" for hour, column in _hours(table).items() if hour not in stays[at + 1]}
            fields = {cups: stand_in} | gone if cups >= 0 else gone
            written.append((at, delimited.replaced(table.lines[at], table.delimiter, fields)))
    return table.encoded(written)


def _hours(table: Table) -> dict[int, int]:
    """The column of each hour of the wide layout."""
    return {int(found[1]): at for at, name in enumerate(table.names) if (found := _HOUR.fullmatch(name))}


def _wide(table: Table, name: str) -> list[tuple[Direction, Readings]]:
    """The readings of each direction, hour by hour. Raises MeterFileError naming the row."""
    hours = _hours(table)
    units = {found[2] or "kwh" for field in table.names if (found := _HOUR.fullmatch(field))}
    if len(units) > 1:
        raise MeterFileError(name, table.header + 1, "has hours in kWh and others in Wh")
    power = WH if units == {"wh"} else KWH
    split: dict[Direction, list[int]] = {}
    for row in spanish.listed(table):
        split.setdefault(_direction(table, row, name), []).append(row)
    made = []
    for direction, rows in split.items():
        value = Value((), direction, power)
        known = {*DAYS, *_WHAT, *(table.names[column] for column in hours.values())}
        base = spanish.completed(_days(table, name, rows), table, [], rows, known)
        cells = [
            (at, hour)
            for at in range(len(rows))
            for hour in sorted(hours)
            if _counts(table, rows[at], hour, hours, base, at)
        ]
        at = np.array([cell[0] for cell in cells], dtype=np.int64)
        texts = [table.values(hours[hour], [rows[row]])[0] for row, hour in cells]
        made.append(
            (
                direction,
                replace(
                    base,
                    meters=[base.meters[row] for row in at],
                    days=base.days[at],
                    labels=np.array([hour * HOUR for _, hour in cells], dtype=np.int64),
                    codes=[base.codes[row] for row in at] if base.codes else [],
                    numbers=base.numbers[at],
                    texts={value: texts},
                    findings=(*base.findings, *spanish_findings.open_end(table, hours.values())),
                ),
            )
        )
    return made


def _counts(table: Table, row: int, hour: int, hours: dict[int, int], base: Readings, at: int) -> bool:
    """Is this cell an hour of its day? On days of 24 hours all but an unused H25, on others those with a value."""
    text = table.values(hours[hour], [row])[0]
    day = int(base.days[at])
    usual = spanish_time.midnight(day + DAY) - spanish_time.midnight(day) == DAY
    if usual:
        return hour <= 24 or (text != "" and text.strip("0.,") != "")
    return text != ""


def _days(table: Table, name: str, rows: list[int]) -> Readings:
    days = []
    for row, text in zip(rows, table.values(table.column(*DAYS), rows), strict=True):
        days.append(spanish.day_of(text))
        if days[-1] < 0:
            line = table.rows[row][0]
            raise MeterFileError(name, line + 1, f"{quoted(table.lines[line])} has no day: damaged")
    numbers = np.array([table.rows[row][0] + 1 for row in rows], dtype=np.int64)
    none = np.zeros(len(rows), dtype=np.int64)
    return Readings([], np.array(days, dtype=np.int64), none, [], numbers, {}, HOUR)


def _direction(table: Table, row: int, name: str) -> Direction:
    column = table.column(*_WHAT)
    what = delimited.plain(table.values(column, [row])[0]) if column >= 0 else ""
    if what in _FED_IN:
        return Direction.PRODUCTION
    if not what or what in _TAKEN or what in spanish.READ | spanish.ESTIMATED:
        return Direction.CONSUMPTION
    line = table.rows[row][0]
    raise MeterFileError(name, line + 1, f"{quoted(what)} is neither energy taken nor energy fed in")
