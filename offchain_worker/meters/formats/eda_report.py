"""
Energy report of the Austrian energy data exchange (EDA) as an Excel workbook.

Sheet `Energiedaten`: lines whose first cell names them (`MeteringpointID`, `Name`, `Energy direction`, `Period start`,
`Metering Interval`, `Metercode`, …), then one row per quarter-hour, stamped at its START in local time
(Europe/Vienna). Each metering point has a column per code, newer reports with the quality (L1, L2, L3) in the column
right of it; `TOTAL` columns add others up and are not read. Energies are kWh. Meaning of the codes: see `eda`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import decimals, local_time, xlsx
from offchain_worker.meters.curve import inside
from offchain_worker.meters.delimited import plain
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.formats import eda
from offchain_worker.meters.formats.eda import Quantity
from offchain_worker.meters.local_time import Doubt
from offchain_worker.meters.rows import EARLIEST, LARGEST_READING, LATEST, Rows
from offchain_worker.meters.text import chosen_meter, quoted
from offchain_worker.meters.xlsx import Cell, Row

NAME = "eda_report"
SIGNATURE = "an Excel workbook with a line 'MeteringpointID' (EDA energy report)"

KWH = 9
HEAD_WITHIN = 60
POINTS, DIRECTIONS, CODES, INTERVAL = "meteringpointid", "energydirection", "metercode", "meteringinterval"
_STAMP = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4}) ([0-9]{2}):([0-9]{2})(?::00)?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::00(?:\.0+)?)?")
_DIRECTIONS = {"consumption": Direction.CONSUMPTION, "generation": Direction.PRODUCTION}
_STEPS = {"qh": 900, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Column:
    """A column of energies: its place, the quality's place (-1 if there is none), its metering point and meaning."""

    at: int
    quality: int
    meter: str
    quantity: Quantity


@dataclass(frozen=True)
class Report:
    """A sheet: its head lines as (label, row), its columns of energies, and its rows with their local time."""

    sheet: str
    head: tuple[tuple[str, Row], ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    local: np.ndarray
    strange: tuple[str, ...]


def claims(data: bytes) -> bool:
    """Is it a workbook with a sheet that names metering points and their codes?"""
    if not xlsx.is_workbook(data):
        return False
    try:
        return _sheet(xlsx.opened(data, "")) is not None
    except MeterFileError:
        return False


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curve of every metering point and code, in order of columns. Raises MeterFileError naming the row."""
    return tuple(rows for _, rows in _curves(_report(data, name), name))


def redact(
    data: bytes,
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str = "",
    direction: Direction | None = None,
) -> bytes:
    """A workbook of the point's columns and of its rows inside [start, end); names and other points are not in it."""
    report = _report(data, name)
    made = _curves(report, name)
    kept = chosen_meter({rows.meter for _, rows in made}, meter, stand_in, name)
    chosen = [(column, rows) for column, rows in made if column.meter == kept and direction in (None, rows.direction)]
    places = [at for column, _ in chosen for at in (column.at, column.quality) if at >= 0]
    written: list[list[str | Cell]] = []
    for label, (_, cells) in report.head:
        texts = [cells.get(at, Cell("", False)) for at in places]
        if label == POINTS:
            texts = [Cell(stand_in, False) if cell.text == kept else cell for cell in texts]
        if label in (POINTS, DIRECTIONS, CODES, INTERVAL):
            written.append([cells[0], *texts])
    first = next((rows for _, rows in chosen), None)
    stays = set(first.numbers[inside(first, start, end)].tolist()) if first is not None else set()
    for number, cells in report.rows:
        if number in stays:
            written.append([cells[0], *(cells.get(at, "") for at in places)])
    return xlsx.written(report.sheet, written)


def _sheet(book: xlsx.Workbook) -> tuple[str, str] | None:
    """The sheet whose first cells name metering points and codes."""
    for sheet, part in book.sheets:
        labels: set[str] = set()
        for number, cells in book.rows(part):
            labels.add(plain(cells[0].text) if 0 in cells else "")
            if {POINTS, CODES} <= labels:
                return sheet, part
            if number > HEAD_WITHIN:
                break
    return None


def _report(data: bytes, name: str) -> Report:
    book = xlsx.opened(data, name)
    found = _sheet(book)
    if found is None:
        raise MeterFileError(name, 0, "has no sheet with the lines 'MeteringpointID' and 'Metercode'")
    head: list[tuple[str, Row]] = []
    rows: list[Row] = []
    local: list[int] = []
    for number, cells in book.rows(found[1]):
        if 0 not in cells:
            continue
        moment = _moment(book, cells[0])
        if moment >= 0:
            rows.append((number, cells))
            local.append(moment)
        elif (rows or _is_spoilt(cells[0], head)) and any(_is_value(cell) for at, cell in cells.items() if at):
            raise MeterFileError(name, number, f"{quoted(cells[0].text)} is no time: damaged")
        elif not rows:
            head.append((plain(cells[0].text), (number, cells)))
    labels = [label for label, _ in head]
    for label in (POINTS, CODES):
        if labels.count(label) != 1:
            raise MeterFileError(name, 0, f"has {labels.count(label)} lines {label!r} above its readings")
    columns, strange = _columns(dict(head), name)
    return Report(found[0], tuple(head), columns, tuple(rows), np.array(local, dtype=np.int64), strange)


def _is_spoilt(cell: Cell, head: list[tuple[str, Row]]) -> bool:
    """Is it a number or a text with numbers where, below the codes, only names of sums stand before the first time?"""
    below = any(label == CODES for label, _ in head)
    return below and bool(cell.is_number or re.search(r"[0-9]{2}", cell.text))


def _is_value(cell: Cell) -> bool:
    return cell.is_number and bool(cell.text)


def _moment(book: xlsx.Workbook, cell: Cell) -> int:
    """A row's local time, seconds from 1970 as if it were UTC; -1 if the cell is none."""
    if cell.is_number:
        moment = book.moment(cell)
        return moment if EARLIEST - 86400 <= moment <= LATEST else -1
    found = _STAMP.fullmatch(cell.text.strip())
    parts = (found[3], found[2], found[1], found[4], found[5]) if found else None
    if not found and (iso := _ISO.fullmatch(cell.text.strip())):
        parts = (iso[1], iso[2], iso[3], iso[4], iso[5])
    if parts is None:
        return -1
    year, month, day, hour, minute = map(int, parts)
    try:
        days = (date(year, month, day) - date(1970, 1, 1)).days
    except ValueError:
        return -1
    return days * 86400 + hour * 3600 + minute * 60 if hour < 24 and minute < 60 else -1


def _columns(head: dict[str, Row], name: str) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """The columns of energies, and the labels of those whose meaning nobody knows."""
    points, codes = head[POINTS][1], head[CODES][1]
    directions = head.get(DIRECTIONS, (0, {}))[1]
    columns, strange = [], []
    for at in sorted(place for place in points if place):
        meter = points[at].text.strip()
        if not meter or meter.casefold() in ("total", "mm"):
            continue
        label = codes[at].text.strip() if at in codes else ""
        if not label:
            continue
        stated = directions[at].text.strip().casefold() if at in directions else ""
        if stated and stated not in _DIRECTIONS:
            raise MeterFileError(name, head[DIRECTIONS][0], f"energy direction {quoted(stated)} is not known")
        meaning = eda.quantity(label, _DIRECTIONS.get(stated))
        if meaning is None:
            strange.append(label)
            continue
        beside = points.get(at + 1)
        has_quality = at + 1 not in codes and (beside is None or beside.text.strip().casefold() in ("", "mm"))
        columns.append(Column(at, at + 1 if has_quality else -1, meter, meaning))
    if not columns:
        raise MeterFileError(name, head[CODES][0], "names no code of measured or allocated energy")
    return tuple(columns), tuple(strange)


def _curves(report: Report, name: str) -> list[tuple[Column, Rows]]:
    stamps, doubt = local_time.moments(eda.TIME_ZONE, report.local, "start")
    numbers = np.array([number for number, _ in report.rows], dtype=np.int64)
    intervals = dict(report.head).get(INTERVAL, (0, {}))[1]
    made = []
    for column in report.columns:
        stated = intervals[column.at].text.split()[:1] if column.at in intervals else []
        step = _STEPS.get(stated[0].casefold().strip("(),"), 0) if stated else 0
        rows = _rows(report, column, stamps, doubt, numbers, name)
        made.append((column, replace(rows, step=step)))
    seen: dict[tuple[str, Direction, str], Column] = {}
    for column, _ in made:
        key = (column.meter, column.quantity.direction, column.quantity.name)
        if key in seen:
            raise MeterFileError(name, 0, f"has two columns of {column.quantity.name} for {quoted(column.meter)}")
        seen[key] = column
    return made


def _rows(
    report: Report, column: Column, stamps: np.ndarray, doubt: np.ndarray, numbers: np.ndarray, name: str
) -> Rows:
    texts = [cells[column.at].text if column.at in cells else "" for _, cells in report.rows]
    amounts, wrong = decimals.amounts(texts, KWH)
    large = np.flatnonzero(np.abs(amounts.values) >= LARGEST_READING)
    if wrong >= 0 or len(large):
        at = wrong if wrong >= 0 else int(large[0])
        raise MeterFileError(name, int(numbers[at]), f"{quoted(texts[at])} is no energy below 1 GWh")
    codes = None
    found = eda.identity(column.meter, stamps)
    if column.quality >= 0:
        codes = np.array([cells[column.quality].text if column.quality in cells else "" for _, cells in report.rows])
    if report.strange and column is report.columns[0]:
        labels = ", ".join(quoted(label) for label in report.strange[:3])
        message = f"{len(report.strange)} columns of unknown meaning passed over: {labels}"
        found.append(Finding(0, 0, Code.IGNORED_ROWS, Severity.WARNING, column.meter, len(report.strange), message))
    if amounts.rounded:
        rounded = list(amounts.rounded)
        message = f"{len(rounded)} values rounded to a millionth of a Wh, first in row {int(numbers[rounded[0]])}"
        first, last = int(stamps[rounded].min()), int(stamps[rounded].max())
        found.append(Finding(first, last, Code.ROUNDED, Severity.INFO, column.meter, len(rounded), message))
    found += local_time.doubts(report.local, stamps, doubt, amounts.values != 0, column.meter)
    found += eda.unknown_codes(codes, stamps, column.meter)
    return eda.rows(
        column.meter,
        column.quantity,
        stamps,
        amounts.values,
        amounts.present & (doubt != Doubt.NO_SUCH_TIME),
        numbers,
        codes,
        tuple(found),
    )
