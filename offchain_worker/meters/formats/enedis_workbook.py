"""
Exports of Enedis' customer space since 2025 as an Excel workbook, or such a sheet saved as CSV: a week of half-hours.

    Point Référence Mesure | 12345678901234                                  (somewhere above, with other lines)
    Début                  | Fin                 | Valeur (en kW)
    02/03/2023 00:00:00    | 02/03/2023 00:30:00 | 4,030

on the sheet `Consommation Horaire`; the columns may stand anywhere. Known from public programs that read such files. An
interval is written with its START and its end in local time (Europe/Paris), its value is a mean power; `NA` is missing.
Whether the point consumes or produces is what the sheet's name or a line above says. A sheet of days
(`Date | Valeur (en kWh)`) is an index and no load curve. Numbers and times of Excel are read as well as texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl

from offchain_worker.domain.quantities import STEP_LENGTHS
from offchain_worker.domain.roster import Direction
from offchain_worker.meters import columns, decimals, delimited, xlsx
from offchain_worker.meters.curve import inside
from offchain_worker.meters.delimited import plain
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import enedis_series
from offchain_worker.meters.formats.enedis_series import Series, Texts
from offchain_worker.meters.formats.enedis_words import UNITS
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter, quoted, whole_id
from offchain_worker.meters.xlsx import Cell, Row

NAME = "enedis_workbook"
SIGNATURE = "a sheet or table 'Début;Fin;Valeur (en kW)' (Enedis customer space, Excel)"
HEAD_WITHIN = 60
LABEL = "Point Référence Mesure"
BY_DAY = "EA by day"
_VALUE = re.compile(r"valeuren(k?wh?)")
_PRM = re.compile(r"[0-9]{14}")
_LABEL = re.compile(r".*(prm|pdl|referencemesure|pointdelivraison).*")
_SIDES = {"consommation": Direction.CONSUMPTION, "production": Direction.PRODUCTION, "injection": Direction.PRODUCTION}
MISSING = ("na", "n/a", "-")


@dataclass(frozen=True)
class Sheet:
    """
    What a sheet (named `title`, "" for CSV) holds: the point, its direction if it is said, the row of the header, where the
    columns stand (`ends` -1 on a sheet of days), the unit, and the rows below.
    """

    title: str
    meter: str
    direction: Direction | None
    header: Row
    begins: int
    ends: int
    value: int
    unit: str
    rows: tuple[Row, ...]
    book: xlsx.Workbook | None


def claims(data: bytes) -> bool:
    """Is there a sheet, or a table, with these columns?"""
    if not data.startswith(xlsx.ZIP):
        return delimited.header_of(data, _is_table)
    if not xlsx.is_workbook(data):
        return False
    try:
        book = xlsx.opened(data, "")
        return any(_header(_first(book.rows(part))) for _, part in book.sheets)
    except MeterFileError:
        return False


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curve of every sheet. Raises MeterFileError naming the row."""
    return tuple(_rows(sheet, name) for sheet in _sheets(data, name))


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
    One sheet (the load curve, if there is one) with the id, the header and the rows inside [start, end) alone, as a
    workbook or as CSV. Raises MeterFileError.
    """
    sheets = _sheets(data, name)
    made = [(sheet, _rows(sheet, name)) for sheet in sheets]
    kept = chosen_meter({sheet.meter for sheet in sheets}, meter, stand_in, name)
    chosen = [(sheet, rows) for sheet, rows in made if sheet.meter == kept and direction in (None, rows.direction)]
    sheet, rows = min(chosen or made, key=lambda pair: pair[1].kind != "load")
    stays = set(rows.numbers[inside(rows, start, end)].tolist()) if chosen else set()
    places = [at for at in (sheet.begins, sheet.ends, sheet.value) if at >= 0]
    said = next((word for word, side in _SIDES.items() if side is sheet.direction), "")
    written: list[list[str | Cell]] = [[LABEL, stand_in]] if stand_in else []
    written += [[said.capitalize()]] if said else []
    for number, cells in (sheet.header, *sheet.rows):
        if number == sheet.header[0] or number in stays:
            written.append([cells.get(at, "") for at in places])
    if sheet.book is not None:
        return xlsx.written(sheet.title if plain(sheet.title) in KNOWN_TITLES else "Valeurs", written)
    lines = (";".join(cell if isinstance(cell, str) else cell.text for cell in line) for line in written)
    return ("\n".join(lines) + "\n").encode()


KNOWN_TITLES = {"consommationhoraire", "productionhoraire", "injectionhoraire"}
KNOWN_TITLES |= {"exportconsommationquotidienne", "exportproductionquotidienne"}
"""Names of sheets that tell nothing of anybody."""


def _is_table(names: set[str]) -> bool:
    return "debut" in names and _columns(enumerate(names)) is not None


def _columns(names: Iterable[tuple[int, str]]) -> tuple[int, int, int, str] | None:
    """Where begin, end (-1 for days) and value stand, and the unit; None if it is no such header."""
    places = {name: at for at, name in names}
    value = next(((at, found[1]) for name, at in places.items() if (found := _VALUE.fullmatch(name))), None)
    if value is None:
        return None
    if "debut" in places and "fin" in places:
        return places["debut"], places["fin"], *value
    return (places["date"], -1, *value) if "date" in places and value[1].endswith("wh") else None


def _first(rows: Iterator[Row]) -> list[Row]:
    first = []
    for number, cells in rows:
        first.append((number, cells))
        if number > HEAD_WITHIN:
            break
    return first


def _header(rows: list[Row]) -> tuple[int, tuple[int, int, int, str]] | None:
    """The place of the header among these rows, and its columns."""
    for at, (_, cells) in enumerate(rows):
        found = _columns((place, plain(cell.text)) for place, cell in cells.items())
        if found is not None:
            return at, found
    return None


def _sheets(data: bytes, name: str) -> list[Sheet]:
    """The sheets of the workbook with such columns, or the table. Raises MeterFileError if there is none."""
    if data.startswith(xlsx.ZIP):
        book = xlsx.opened(data, name)
        grids = [(title, list(book.rows(part)), book) for title, part in book.sheets]
        found = [sheet for title, rows, of in grids if (sheet := _sheet(title, rows, of, name))]
    else:
        sheet = _sheet("", _of_text(data), None, name)
        found = [sheet] if sheet else []
    if not found:
        raise MeterFileError(name, 0, "has no columns 'Début', 'Fin' and 'Valeur (en kW)'")
    return found


def _of_text(data: bytes) -> list[Row]:
    """The lines of a sheet saved as CSV, as rows of texts."""
    lines = delimited.fields_of(data, _is_table)
    return [
        (number, {at: Cell(text, False) for at, text in enumerate(fields) if text})
        for number, fields in enumerate(lines, 1)
        if any(fields)
    ]


def _sheet(title: str, rows: list[Row], book: xlsx.Workbook | None, name: str) -> Sheet | None:
    header = _header([row for row in rows if row[0] <= HEAD_WITHIN])
    if header is None:
        return None
    at, (begins, ends, value, unit) = header
    above = [cell for _, cells in rows[:at] for cell in cells.values()]
    sides = {side for word, side in _SIDES.items() if word in plain(title)}
    sides = sides or {side for cell in above for word, side in _SIDES.items() if word in plain(cell.text)}
    direction = sides.pop() if len(sides) == 1 else None
    meter = _meter(rows[:at], name)
    return Sheet(title, meter, direction, rows[at], begins, ends, value, unit, tuple(rows[at + 1 :]), book)


def _meter(rows: list[Row], name: str) -> str:
    """The only PRM that stands above the header; "" if there is none, or more than one. Raises MeterFileError."""
    found = set()
    for number, cells in rows:
        labelled = any(_LABEL.fullmatch(plain(cell.text)) for cell in cells.values())
        for cell in cells.values():
            text = cell.text.strip()
            if cell.is_number and (whole := decimals.scaled(text, 0)) and whole[1]:
                text = str(whole[0])
            if labelled:
                whole_id(text, name, number)
            found |= set(_PRM.findall(text)) if labelled or _PRM.fullmatch(text) else set()
    return found.pop() if len(found) == 1 else ""


def _rows(sheet: Sheet, name: str) -> Rows:
    """The rows of a sheet. Raises MeterFileError naming the row."""
    texts, bounds = Texts([], [], [], []), []
    known = {place for place in (sheet.begins, sheet.ends, sheet.value) if place >= 0}
    for number, cells in sheet.rows:
        if not known & set(cells) or (len(cells) == 1 and sheet.value not in cells and not _has_time(cells)):
            continue  # a line of words below the readings
        if any(at not in known and at not in sheet.header[1] and cell.text for at, cell in cells.items()):
            raise MeterFileError(name, number, "has more fields than the header: damaged, or decimal commas unquoted")
        texts.add(_moment(sheet, cells, sheet.begins), _value(cells.get(sheet.value)), number)
        bounds.append(_moment(sheet, cells, sheet.ends) if sheet.ends >= 0 else "")
    factor, is_power = UNITS[sheet.unit]
    series = Series(sheet.meter, sheet.direction or Direction.CONSUMPTION, factor, is_power)
    series = replace(series, direction_stated=sheet.direction is not None)
    if sheet.ends < 0:
        series = replace(series, kind="index", quantity=BY_DAY, days=True)
        return enedis_series.rows(series, texts, name)
    texts.steps = _steps(texts, bounds, name)
    return enedis_series.rows(series, texts, name, "start")


def _has_time(cells: dict[int, Cell]) -> bool:
    return any(cell.is_number or re.search("[0-9]{2}", cell.text) for cell in cells.values())


def _moment(sheet: Sheet, cells: dict[int, Cell], at: int) -> str:
    """A cell's time as text; a day alone where a sheet has days."""
    cell = cells.get(at, Cell("", False))
    text = cell.text.strip()
    if cell.is_number and sheet.book is not None and (moment := sheet.book.moment(cell)) >= 0:
        text = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")
    if sheet.ends < 0 and re.fullmatch(r"[0-9]{2}/[0-9]{2}/[0-9]{4}", text):
        text += " 00:00"
    return text


def _value(cell: Cell | None) -> str:
    """A cell's number as text, exact to a millionth; "" where it says that there is none."""
    if cell is None or cell.text.strip().casefold() in MISSING:
        return ""
    scaled = decimals.scaled(cell.text, 6) if cell.is_number else None
    if scaled is None or not scaled[1]:
        return cell.text
    whole, rest = divmod(abs(scaled[0]), 10**6)
    return f"{'-' * (scaled[0] < 0)}{whole}.{rest:06}"


def _steps(texts: Texts, bounds: list[str], name: str) -> list[str]:
    """
    The minutes between each row's start and end, of which an hour more or less is the clock's. Raises MeterFileError for
    others than steps.
    """
    begin, end = (columns.stamps(pl.Series(column, dtype=pl.String)) for column in (texts.stamps, bounds))
    lengths = (end.local - begin.local).tolist()
    usual = Counter(length for length in lengths if length in STEP_LENGTHS).most_common(1)
    made = []
    for at, length in enumerate(lengths):
        if not (begin.good[at] and end.good[at]):
            written = bounds[at] if begin.good[at] else texts.stamps[at]
            raise MeterFileError(name, int(texts.numbers[at] or 0), f"{quoted(str(written))} is no moment")
        if usual and abs(length - usual[0][0]) == 3600:
            length = usual[0][0]
        if length not in STEP_LENGTHS:
            reason = f"{quoted(bounds[at])} is not 5, 10, 15, 30 or 60 minutes after {quoted(str(texts.stamps[at]))}"
            raise MeterFileError(name, int(texts.numbers[at] or 0), reason)
        made.append(str(length // 60))
    return made
