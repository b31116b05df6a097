"""
Older load curves of Enedis' SGE: one flat table with the day and the hour in two columns, every row complete in itself.

    Date de la mesure;Heure de la mesure;Valeur;Statut de la mesure;PRM;Type de données;Date de début;Date de fin;Grandeur…
    01/06/2021;00:30:00;692;Brute;12345678901234;Courbe de charge;01/06/2021;02/06/2021;Consommation;Energie active;…

followed by `Grandeur physique;Statut demandé;Unité;Pas en minutes`. The header is known from a public converter of such
files, rows are read by its names in any order. Times are local (Europe/Paris) and stand where other files of Enedis have
them (`enedis_series`): at the END of steps of 15 minutes or more. A midnight that stands beside the last time of its own
day is that day's end. Where only the first row describes the point, the others below it are of the same.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import delimited
from offchain_worker.meters.curve import inside
from offchain_worker.meters.delimited import Table
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import enedis_series
from offchain_worker.meters.formats.enedis_r63 import complete, places
from offchain_worker.meters.formats.enedis_series import Series, Texts
from offchain_worker.meters.formats.enedis_words import ACTIVE, direction_of, meter_of, unit_of
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter

NAME = "enedis_day_hour"
SIGNATURE = "'Date de la mesure;Heure de la mesure;Valeur;...' (older curves of Enedis' SGE)"
NAMES = {
    "day": "datedelamesure",
    "hour": "heuredelamesure",
    "value": "valeur",
    "nature": "statutdelamesure",
    "meter": "(identifiant)?prm",
    "kind": "typededonn.{0,4}es",
    "begins": "datede?d.{0,4}but",
    "ends": "datede?fin",
    "business": "grandeurm.{0,4}tier",
    "physical": "grandeurphysique",
    "stage": "statutdemand.{0,4}",
    "unit": "unit.{0,4}",
    "step": "pas(enminutes)?",
}
"""The columns' names without accents and signs; the gaps allow for accents that another encoding has spoilt."""
NEEDED = ("day", "hour", "value", "meter", "business", "physical", "unit")
DESCRIBING = ("meter", "kind", "begins", "ends", "business", "physical", "stage", "unit", "step")
LOAD, ENERGY = "courbedecharge", "energieactive"
LATE = 22
"""From this hour on a row is among the last of its day."""


def claims(data: bytes) -> bool:
    """Does one of the first lines name a day and an hour of measurement?"""
    return delimited.header_of(data, _fits)


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curves of every point in order of first appearance. Raises MeterFileError naming the row."""
    return _curves(_table(data, name), name)


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
    The header and one point's rows inside [start, end) under another id, in every one of them. What the file declares of
    its span goes with the rows that declare it. Raises MeterFileError.
    """
    table = _table(data, name)
    made = _curves(table, name)
    kept = chosen_meter({rows.meter for rows in made}, meter, stand_in, name)
    stays: set[int] = set()
    for rows in made:
        if rows.meter == kept and direction in (None, rows.direction):
            stays |= set(rows.numbers[inside(rows, start, end)].tolist())
    columns = places(table.names, NAMES)
    described = _described(table, columns)
    written = [(table.header, table.lines[table.header])]
    for at, (line, _) in enumerate(table.rows):
        if line + 1 in stays:
            fields = {columns[key]: described[key][at] for key in DESCRIBING if key in columns}
            fields[columns["meter"]] = stand_in
            written.append((line, delimited.replaced(table.lines[line], table.delimiter, fields)))
    return table.encoded(written)


def _fits(names: set[str]) -> bool:
    return set(NEEDED) <= set(places(names, NAMES))


def _table(data: bytes, name: str) -> Table:
    return complete(delimited.table(data, name, _fits), name)


def _described(table: Table, columns: dict[str, int]) -> dict[str, list[str]]:
    """What describes each row, by column; taken from the row above where a row describes nothing."""
    everything = range(len(table.rows))
    found = {key: table.values(columns[key], everything) for key in DESCRIBING if key in columns}
    for at in everything[1:]:
        if not any(texts[at] for texts in found.values()):
            for texts in found.values():
                texts[at] = texts[at - 1]
    return found


def _curves(table: Table, name: str) -> tuple[Rows, ...]:
    """The rows of each point, direction, quantity and stage. Raises MeterFileError."""
    columns = places(table.names, NAMES)
    everything = range(len(table.rows))
    texts = _described(table, columns)
    texts |= {key: table.values(columns[key], everything) for key in columns if key not in texts}
    texts["stamp"] = stamps(texts["day"], texts["hour"])
    frame = pl.DataFrame({key: pl.Series(column, dtype=pl.String) for key, column in texts.items()})
    frame = frame.with_columns(number=pl.Series([line + 1 for line, _ in table.rows], dtype=pl.Int64))
    for key in set(NAMES) - set(columns):
        frame = frame.with_columns(pl.lit("").alias(key))
    made: list[Rows] = []
    others = []
    for part in frame.partition_by(["meter", "business", "physical", "unit", "stage", "kind"], maintain_order=True):
        first = int(part["number"][0])
        meter = meter_of(part["meter"][0], name, first)
        what = _other(part)
        if what:
            others.append(enedis_series.ignored(meter, what, part.height, first))
            continue
        factor, is_power = unit_of(part["unit"][0], name, first)
        series = Series(meter, direction_of(part["business"][0], name, first), factor, is_power, part["stage"][0])
        rows = enedis_series.rows(series, _texts(part), name)
        made.append(enedis_series.span_findings(rows, _days(part["begins"])[0], _days(part["ends"])[-1]))
    if not made:
        raise MeterFileError(name, 0, "holds no load curve of active energy: only that can be shared")
    return tuple(
        replace(rows, findings=rows.findings + tuple(note for note in others if note.meter == rows.meter))
        for rows in made
    )


def stamps(days: list[str], hours: list[str]) -> list[str]:
    """
    Days and times put together. Where a midnight stands next to a time late in the evening of the same day, it is
    written 24:00.
    """
    late = np.array([hour[:2].isdigit() and int(hour[:2]) >= LATE for hour in hours], dtype=bool)
    made = []
    for at, (day, hour) in enumerate(zip(days, hours, strict=True)):
        beside = [near for near in (at - 1, at + 1) if 0 <= near < len(days) and days[near] == day and late[near]]
        ends = bool(beside) and hour in ("00:00", "00:00:00", "0:00", "0:00:00")
        made.append(f"{day} {'24:00:00' if ends else hour}".strip())
    return made


def _other(part: pl.DataFrame) -> str:
    """What the rows are if they are no load curve of active energy, in the file's words; "" if they are."""
    kind, physical = part["kind"][0], part["physical"][0]
    if kind and delimited.plain(kind) != LOAD:
        return str(kind)
    if delimited.plain(physical) != ENERGY and physical.upper() not in ACTIVE:
        return str(physical) or "no quantity"
    return ""


def _days(column: pl.Series) -> list[str]:
    """The days that a column names, in order, as ISO 8601 writes them."""
    days = column.str.replace(r"^(\d\d)/(\d\d)/(\d{4})", "${3}-${2}-${1}").str.slice(0, 10)
    return sorted(day for day in days.unique().to_list() if day) or [""]


def _texts(part: pl.DataFrame) -> Texts:
    return Texts(
        stamps=part["stamp"],
        values=part["value"],
        numbers=part["number"].to_list(),
        steps=part["step"],
        natures=part["nature"],
    )
