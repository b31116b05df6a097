"""
What the Spanish files of hourly energy have in common: a CUPS, a local day, the hour that ENDS (1 to 24, or 01:00 to
24:00; quarter-hours 00:15 to 24:00 or 1 to 96), energies with a decimal comma, R or E for read or estimated.

Days on which clocks change come in two ways, told apart day by day: numbered through (1 to 25 in October, 1 to 23 in
March, as the exchange files of the regulator have it), or by the clock (03:00 twice in October, none in March, as
Datadis writes it). Hours that are numbered from 0 or run from 00:00 to 23:00 are starts. Naive times are Europe/Madrid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import decimals, delimited, local_time
from offchain_worker.meters.delimited import Table
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Finding
from offchain_worker.meters.formats import spanish_findings, spanish_time
from offchain_worker.meters.formats.spanish_time import HOUR
from offchain_worker.meters.local_time import Doubt
from offchain_worker.meters.rows import EARLIEST, LARGEST_READING, LATEST, Kind, Rows
from offchain_worker.meters.text import quoted
from offchain_worker.meters.zone import DAY

FEWEST_QUARTERS = 92
"""Quarter-hours of the shortest day: numbers below it are hours, or damaged."""
KWH, WH = 9, 6
"""Powers of ten that make millionths of a Wh of them."""
READ = {"r", "real", "1", "2", "3", "4", "5", "6", "leida", "medida"}
ESTIMATED = {"e", "estimada", "estimado", "est", "7", "8", "9", "10", "11", "22"}
STARTS = "stamps;start"
"""A line above the header of a redacted file whose stamps are starts, so that a part of it is read like the whole."""
CUPS = ("cups", "codigocups", "cupscliente", "suministro")
QUALITY = ("metodoobtencion", "metodo", "metodoobt", "obtainmethod", "realestimado", "estado", "tipolectura", "tipo")
IN_TEXT = re.compile(r"\bES[0-9]{16}[A-Z]{2}(?:[0-9][A-Z])?\b", re.IGNORECASE)
LABELLED = re.compile(r"^\W*CUPS\W+([0-9A-Z]{20,22})\b", re.IGNORECASE)
_DATE = re.compile(r"([0-9]{4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})|([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::00)?")


@dataclass(frozen=True)
class Value:
    """A column of energies: the names it goes by, what it means, the power of ten of its unit."""

    names: tuple[str, ...]
    direction: Direction
    power: int = KWH
    kind: Kind = "load"
    quantity: str = ""


@dataclass(frozen=True)
class Readings:
    """
    n rows of a file, in its order: the point, the local day (int64[n], seconds as if it were UTC), seconds from midnight
    at the interval's end or start (int64[n]), quality codes, line numbers from 1, the energies as written by column.
    """

    meters: list[str]
    days: np.ndarray
    labels: np.ndarray
    codes: list[str]
    numbers: np.ndarray
    texts: dict[Value, list[str]]
    step: int
    stamped: Literal["end", "start"] = "end"
    summer: np.ndarray | None = None
    findings: tuple[Finding, ...] = ()


def day_of(text: str) -> int:
    """Seconds from 1970 to a local day written dd/mm/yyyy or yyyy/mm/dd, as if it were UTC; -1 if it is none."""
    found = _DATE.fullmatch(text)
    if not found:
        return -1
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return (date(int(year), int(month), int(day)) - date(1970, 1, 1)).days * DAY
    except ValueError:
        return -1


def read_hours(table: Table, name: str, date_column: int, hour_column: int, rows: Sequence[int]) -> Readings:
    """The times of these rows of a table with a day and an hour column; energies and points are still to be added."""
    days, labels, units = [], [], []
    texts = table.values(hour_column, rows)
    for row, day, text in zip(rows, table.values(date_column, rows), texts, strict=True):
        found = _CLOCK.fullmatch(text)
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1
        days.append(day_of(day))
        labels.append(int(found[1]) * HOUR + int(found[2]) * 60 if found else number)
        units.append(bool(found))
        if days[-1] < 0 or labels[-1] < 0 or (found and int(found[2]) > 59):
            line = table.rows[row][0]
            raise MeterFileError(name, line + 1, f"{quoted(table.lines[line])} has no day and hour: damaged")
    if not rows:
        none = np.zeros(0, dtype=np.int64)
        return Readings([], none, none, [], none, {}, HOUR)
    if len(set(units)) > 1:
        raise MeterFileError(name, table.rows[rows[0]][0] + 1, "writes some hours as 1 to 24 and others as hh:mm")
    local = np.array(labels, dtype=np.int64)
    step = 0
    if units and not units[0]:
        step = 900 if local.max() >= FEWEST_QUARTERS else HOUR
        local = local * step
    elif not (local % HOUR).any():
        step = HOUR
    highest = 25 * HOUR if not step or step == HOUR else 100 * step
    beyond = np.flatnonzero(local > highest)
    if len(beyond):
        raise MeterFileError(name, table.rows[rows[int(beyond[0])]][0] + 1, "an hour that no day has")
    from_zero = bool(len(local) and not local.all() and local.max() < DAY)
    stamped: Literal["end", "start"] = "start" if from_zero or says_starts(table) else "end"
    numbers = np.array([table.rows[row][0] + 1 for row in rows], dtype=np.int64)
    return Readings([], np.array(days, dtype=np.int64), local, [], numbers, {}, step, stamped)


def hourly(
    table: Table, name: str, values: Sequence[Value], days: Sequence[str], hours: Sequence[str]
) -> tuple[Rows, ...]:
    """The curves of a table with a day and an hour column. Raises MeterFileError naming the row."""
    rows = listed(table)
    read = read_hours(table, name, table.column(*days), table.column(*hours), rows)
    return curves(completed(read, table, values, rows, (*days, *hours)), name)


def says_starts(table: Table) -> bool:
    """Does a line above the header say that stamps are starts?"""
    return any(line.strip() == STARTS for line in table.lines[: max(table.header, 0)])


def listed(table: Table) -> list[int]:
    """The rows of a table (from 0) without those that add others up."""
    return [at for at, (_, fields) in enumerate(table.rows) if not delimited.is_sum(fields)]


def completed(
    readings: Readings, table: Table, values: Sequence[Value], rows: Sequence[int], read: Iterable[str]
) -> Readings:
    """The readings with points, qualities and energies from the table's columns; those named in `read` are known too."""
    cups, quality = table.column(*CUPS), table.column(*QUALITY)
    energies = {value: at for value in values if (at := table.column(*value.names)) >= 0}
    columns = {cups, quality, *energies.values(), *(table.column(name) for name in read)}
    return replace(
        readings,
        meters=[text.upper() for text in table.values(cups, rows)] if cups >= 0 else [_above(table)] * len(rows),
        codes=table.values(quality, rows) if quality >= 0 else [],
        texts={value: table.values(at, rows) for value, at in energies.items()},
        findings=spanish_findings.of_table(table, rows, columns, set(energies.values())),
    )


def _above(table: Table) -> str:
    """The CUPS that stands above the header, where no column has one; "" if there is none, or more than one."""
    above = table.lines[: max(table.header, 0)]
    found = {cups.upper() for line in above for cups in IN_TEXT.findall(line) or LABELLED.findall(line)}
    return found.pop() if len(found) == 1 else ""


def curves(readings: Readings, name: str) -> tuple[Rows, ...]:
    """The rows of every point and column of energies that has a value. Raises MeterFileError naming the row."""
    made = []
    if not readings.meters:
        return (nothing(next(iter(readings.texts), Value((), Direction.CONSUMPTION))),)
    for meter in dict.fromkeys(readings.meters):
        chosen = np.array([at for at, other in enumerate(readings.meters) if other == meter], dtype=np.int64)
        energies = {
            value: _energies([texts[at] for at in chosen], value, readings.numbers[chosen], name)
            for value, texts in readings.texts.items()
        }
        filled = [value for value, (amounts, _) in energies.items() if amounts.present.any()]
        first = next(iter(energies.values()))[0]
        stamps, doubt, local = spanish_time.placed(readings, chosen, first.values, first.present)
        stamps, doubt, foreign = spanish_time.flagged(readings, chosen, stamps, doubt, local, meter)
        out = (stamps < EARLIEST) | (stamps > LATEST)
        if out.any():
            number = int(readings.numbers[chosen][out][0])
            raise MeterFileError(name, number, "no such moment between the years 2000 and 2100")
        real = doubt != Doubt.NO_SUCH_TIME
        codes = np.array([readings.codes[at] for at in chosen], dtype=np.str_) if readings.codes else None
        plain_codes = [delimited.plain(code) for code in codes.tolist()] if codes is not None else []
        for value in filled or list(energies)[:1]:
            amounts, rounded = energies[value]
            found = [
                *(replace(said, meter=meter) for said in readings.findings),
                *spanish_findings.identity(meter, stamps),
                *foreign,
            ]
            found += spanish_findings.rounded(meter, stamps, rounded, readings.numbers[chosen])
            found += local_time.doubts(local, stamps, doubt, amounts.values != 0, meter)
            found += spanish_findings.unknown_codes(plain_codes, READ | ESTIMATED, stamps, meter)
            made.append(
                Rows(
                    meter=meter,
                    direction=value.direction,
                    estimated=False,
                    stamped=readings.stamped,
                    is_power=False,
                    stamps=stamps[real],
                    amounts=amounts.values[real],
                    present=amounts.present[real],
                    numbers=readings.numbers[chosen][real],
                    step=readings.step,
                    kind=value.kind,
                    quantity=value.quantity,
                    codes=codes[real] if codes is not None else None,
                    estimates=np.array([code in ESTIMATED for code in plain_codes])[real] if plain_codes else None,
                    findings=tuple(found),
                )
            )
    return tuple(made)


def nothing(value: Value, meter: str = "") -> Rows:
    """A curve without rows, of a file that has a header and nothing below it."""
    none = np.zeros(0, dtype=np.int64)
    return Rows(meter, value.direction, False, "end", False, none, none, none > 0, none, step=HOUR)


def _energies(
    texts: list[str], value: Value, numbers: np.ndarray, name: str
) -> tuple[decimals.Amounts, tuple[int, ...]]:
    amounts, wrong = decimals.amounts(texts, value.power)
    if wrong >= 0:
        raise MeterFileError(name, int(numbers[wrong]), f"{quoted(texts[wrong])} is no energy: damaged, or files mixed")
    if decimals.mixed_separators(texts):
        at = next(at for at, text in enumerate(texts) if text.rfind(".") > text.rfind(","))
        reason = f"{quoted(texts[at])}: other rows have decimal commas, so this may be thousands"
        raise MeterFileError(name, int(numbers[at]), reason)
    large = np.flatnonzero(np.abs(amounts.values) >= LARGEST_READING)
    if len(large):
        raise MeterFileError(name, int(numbers[large[0]]), "a reading of 1 GWh or more")
    return amounts, amounts.rounded
