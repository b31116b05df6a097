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
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.formats import spanish_findings
from offchain_worker.meters.local_time import Doubt
from offchain_worker.meters.rows import EARLIEST, LARGEST_READING, LATEST, Kind, Rows
from offchain_worker.meters.text import quoted
from offchain_worker.meters.zone import DAY, local_midnight, offsets

TIME_ZONE = "Europe/Madrid"
HOUR = 3600
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
        meters=[text.upper() for text in table.values(cups, rows)] if cups >= 0 else [""] * len(rows),
        codes=table.values(quality, rows) if quality >= 0 else [],
        texts={value: table.values(at, rows) for value, at in energies.items()},
        findings=spanish_findings.of_table(table, rows, columns, set(energies.values())),
    )


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
        stamps, doubt, local = placed(readings, chosen, first.values, first.present)
        stamps, doubt, foreign = flagged(readings, chosen, stamps, doubt, local, meter)
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


def placed(
    readings: Readings, chosen: np.ndarray, values: np.ndarray, present: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """UTC stamps int64[n] of one point's rows, how sure they are (`Doubt` uint8[n]), and their local times int64[n]."""
    days, labels = readings.days[chosen], readings.labels[chosen]
    local = days + labels
    stamps, doubt = np.zeros(len(local), dtype=np.int64), np.zeros(len(local), dtype=np.uint8)
    through = np.zeros(len(local), dtype=bool)
    for day in np.unique(days):
        begin = midnight(int(day))
        length = midnight(int(day) + DAY) - begin
        if length != DAY:
            rows = np.flatnonzero(days == day)
            counted, unreal = _numbered_through(labels[rows], values[rows], present[rows], length, readings.stamped)
            doubt[rows[unreal]] = Doubt.NO_SUCH_TIME
            if counted:
                through[rows] = True
                stamps[rows] = begin + labels[rows]
        else:
            extra = (days == day) & (labels > DAY if readings.stamped == "end" else labels >= DAY)
            doubt[extra] = Doubt.NO_SUCH_TIME
    by_clock = np.flatnonzero(~through)
    stamps[by_clock], guessed = local_time.moments(TIME_ZONE, local[by_clock], readings.stamped)
    doubt[by_clock] = np.maximum(doubt[by_clock], guessed)
    return stamps, doubt, local


def flagged(
    readings: Readings, chosen: np.ndarray, stamps: np.ndarray, doubt: np.ndarray, local: np.ndarray, meter: str
) -> tuple[np.ndarray, np.ndarray, list[Finding]]:
    """Stamps and doubts once the rows' summer time flags are heard, and a warning about flags that cannot be right."""
    if readings.summer is None:
        return stamps, doubt, []
    ahead = np.where(readings.summer[chosen], 2 * HOUR, HOUR)
    told = local - ahead
    fits = (offsets(TIME_ZONE, told) == ahead) | (offsets(TIME_ZONE, told - 1) == ahead)
    stamps, doubt = np.where(fits, told, stamps), np.where(fits, Doubt.NONE, doubt)
    if fits.all():
        return stamps, doubt, []
    count, first = int((~fits).sum()), int(readings.numbers[chosen][~fits].min())
    message = f"{count} rows carry summer time in winter or winter time in summer, first in row {first}"
    begin, end = int(stamps[~fits].min()), int(stamps[~fits].max())
    return stamps, doubt, [Finding(begin, end, Code.OFFSET, Severity.WARNING, meter, count, message)]


def midnight(day: int) -> int:
    return local_midnight(TIME_ZONE, str(np.datetime64(day, "s"))[:10])


def _numbered_through(
    labels: np.ndarray, values: np.ndarray, present: np.ndarray, length: int, stamped: str
) -> tuple[bool, np.ndarray]:
    """
    Of a day of 23 or 25 hours: are its hours counted from midnight rather than read off the clock? And which rows
    (bool) are of an hour that the day does not have.
    """
    none = np.zeros(len(labels), dtype=bool)
    shift = 0 if stamped == "end" else HOUR
    ends = labels + shift
    if length > DAY:
        return bool((ends > DAY).any()), none
    skipped = (ends > 2 * HOUR) & (ends <= 3 * HOUR)
    last = ends > length
    if not skipped.any() or not (ends == 2 * HOUR).any():
        return False, none
    if not last.any():
        return True, none
    if not values[skipped & present].any():
        return False, skipped
    if not values[last & present].any():
        return True, last
    return False, skipped


def _energies(
    texts: list[str], value: Value, numbers: np.ndarray, name: str
) -> tuple[decimals.Amounts, tuple[int, ...]]:
    amounts, wrong = decimals.amounts(texts, value.power)
    if wrong >= 0:
        raise MeterFileError(name, int(numbers[wrong]), f"{quoted(texts[wrong])} is no energy: damaged, or files mixed")
    if decimals.mixed_separators(texts):
        at = next(at for at, text in enumerate(texts) if "." in text and "," not in text)
        reason = f"{quoted(texts[at])}: other rows have decimal commas, so this may be thousands"
        raise MeterFileError(name, int(numbers[at]), reason)
    large = np.flatnonzero(np.abs(amounts.values) >= LARGEST_READING)
    if len(large):
        raise MeterFileError(name, int(numbers[large[0]]), "a reading of 1 GWh or more")
    return amounts, amounts.rounded
