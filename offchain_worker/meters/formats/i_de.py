"""
Hourly and quarter-hourly curves of the Spanish operator i-DE (Iberdrola).

    CUPS;FECHA-HORA;INV / VER;PERIODO TARIFARIO;CONSUMO Wh;GENERACION Wh;
    ES0021000000000000AB0F;2025/11/01 01:00;0;Valle;512;0;

A stamp is the END of its interval in local time (Europe/Madrid): a month begins with 01:00 and ends with 00:00 of the
next. `INV / VER` is 1 where it carries summer time, so that the repeated hour of October has no doubt. Some exports
stamp the START; that is told by the tariff period of each row where the file has one (a working day's peak begins at
10:00 and at 18:00), else by whole days from 00:00 to the last interval, and said as a finding. `CONSUMO` is consumption,
`GENERACION` production, in Wh or kWh as the header says.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import delimited
from offchain_worker.meters.delimited import Table
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.formats import spanish, spanish_cut
from offchain_worker.meters.formats.spanish import HOUR, KWH, WH, Readings, Value
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import quoted
from offchain_worker.meters.zone import DAY

NAME = "i_de"
SIGNATURE = "'CUPS;FECHA-HORA;INV / VER;CONSUMO Wh;...' (i-DE)"

VALUES = (
    Value(("consumowh",), Direction.CONSUMPTION, WH),
    Value(("consumokwh",), Direction.CONSUMPTION, KWH),
    Value(("generacionwh",), Direction.PRODUCTION, WH),
    Value(("generacionkwh",), Direction.PRODUCTION, KWH),
)
STAMPS, SUMMER, PERIOD = ("fechahora", "fechayhora"), ("invver", "veranoinvierno", "bandera"), "periodotarifario"
_PEAK = {"punta", "p1"}
_PEAK_HOURS = {10, 11, 12, 13, 18, 19, 20, 21}


def _fits(names: set[str]) -> bool:
    return bool(names & set(STAMPS) and names & {"consumowh", "consumokwh"})


def claims(data: bytes) -> bool:
    """Is there a header with `FECHA-HORA` and `CONSUMO Wh` (or kWh)?"""
    return delimited.header_of(data, _fits)


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curves of every point in order of first appearance. Raises MeterFileError naming the row."""
    return spanish.curves(_readings(delimited.table(data, name, _fits), name), name)


def redact(
    data: bytes,
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str = "",
    direction: Direction | None = None,
) -> bytes:
    """The header and the point's rows inside [start, end) under the stand-in, the other direction's column left empty."""
    table = delimited.table(data, name, _fits)
    made = spanish.curves(_readings(table, name), name)
    values = {value: at for value in VALUES if (at := table.column(*value.names)) >= 0}
    cups = table.column("cups")
    return spanish_cut.cut(table, made, cups, values, name, stand_in, start, end, meter, direction)


def _readings(table: Table, name: str) -> Readings:
    rows = spanish.listed(table)
    days, labels = [], []
    for row, text in zip(rows, table.values(table.column(*STAMPS), rows), strict=True):
        day, _, clock = text.replace("T", " ").partition(" ")
        parts = clock.strip().split(":")
        line = table.rows[row][0]
        sound = len(parts) in (2, 3) and all(part.isascii() and part.isdigit() for part in parts)
        if spanish.day_of(day) < 0 or not sound or int(parts[0]) > 24 or int(parts[1]) > 59 or any(map(int, parts[2:])):
            raise MeterFileError(name, line + 1, f"{quoted(table.lines[line])} has no day and time: damaged")
        days.append(spanish.day_of(day))
        labels.append(int(parts[0]) * HOUR + int(parts[1]) * 60)
    numbers = np.array([table.rows[row][0] + 1 for row in rows], dtype=np.int64)
    local = np.array(labels, dtype=np.int64)
    step = HOUR if not (local % HOUR).any() else 0
    read = Readings([], np.array(days, dtype=np.int64), local, [], numbers, {}, step, summer=_summer(table, rows, name))
    return _stamping(spanish.completed(read, table, VALUES, rows, (*STAMPS, *SUMMER, PERIOD)), table, rows)


def _summer(table: Table, rows: list[int], name: str) -> np.ndarray | None:
    """Whether each stamp carries summer time, bool[n], if the file says so."""
    column = table.column(*SUMMER)
    if column < 0:
        return None
    texts = table.values(column, rows)
    for row, text in zip(rows, texts, strict=True):
        if text not in ("0", "1"):
            raise MeterFileError(name, table.rows[row][0] + 1, f"{quoted(text)} is neither 0 (winter) nor 1 (summer)")
    return np.array([text == "1" for text in texts], dtype=bool)


def _stamping(readings: Readings, table: Table, rows: list[int]) -> Readings:
    """The readings with the stamps' place told: the end of an interval unless the file shows that it is the start."""
    local = readings.days + readings.labels
    if len(local) == 0:
        return readings
    column = table.column(PERIOD)
    starts = ends = 0
    if column >= 0:
        for moment, period in zip(local.tolist(), table.values(column, rows), strict=True):
            if delimited.plain(period) in _PEAK:
                starts += _hour(moment) in _PEAK_HOURS
                ends += _hour(moment - 1) in _PEAK_HOURS
    how, severity = "the tariff periods show it", Severity.INFO
    if starts == ends and spanish.says_starts(table):
        starts, how = ends + 1, "the file says so"
    if starts == ends:
        times = np.unique(local)
        step = int(np.diff(times).min()) if len(times) > 1 else HOUR
        starts = int(times[0] % DAY == 0 and (times[-1] + step) % DAY == 0)
        ends = 0
        how, severity = "the file holds whole days from 00:00 on", Severity.WARNING
    if starts <= ends:
        return readings
    message = f"stamps are taken for the START of their interval: {how}"
    first, last = int(local.min()), int(local.max())
    said = Finding(first, last, Code.STAMPING, severity, readings.meters[0], len(local), message)
    return replace(readings, stamped="start", findings=(*readings.findings, said))


def _hour(moment: int) -> int:
    return datetime.fromtimestamp(moment, UTC).hour
