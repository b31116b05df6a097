"""
Enedis' R63 as CSV (SGE, punctual measures): one flat table, every row complete in itself.

    Identifiant PRM;Date de début;Date de fin;Grandeur physique;Grandeur métier;Etape métier;Unité;Horodate;Valeur;…
    12345678901234;2023-03-13 00:00:00;2025-03-13 00:00:00;PA;CONS;BRUT;W;2023-03-13 00:30:00;692;B;PT30M;0;0

followed by `Nature;Pas;Indice de vraisemblance;Etat complémentaire`. Stamps are naive local time, so that the autumn hour
really comes twice; they stand at the END of steps of 15 minutes or more, at the START of 5 and 10 (`enedis_series`). PA is
a mean power, EA an energy: of a step, or with the step P1D of a whole day, which is an index and no load curve. Other
quantities are left out. Nature, likelihood and state are kept as one code per interval, `B/0/0`. Accents, order of
columns, quotes and encoding vary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import delimited
from offchain_worker.meters.curve import inside
from offchain_worker.meters.delimited import Table
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import enedis_series
from offchain_worker.meters.formats.enedis_series import Series, Texts
from offchain_worker.meters.formats.enedis_words import direction_of, duration, meter_of, shared, unit_of
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter, quoted
from offchain_worker.meters.zone import DAY

NAME = "enedis_r63"
SIGNATURE = "'Identifiant PRM;Date de début;...;Horodate;Valeur;Nature;Pas;...' (Enedis R63)"
DAILY = "EA by day"
NAMES = {
    "meter": "identifiantprm|prm",
    "begins": "datede?d.{0,4}but",
    "ends": "datede?fin",
    "physical": "grandeurphysique",
    "business": "grandeurm.{0,4}tier",
    "stage": "etapem.{0,4}tier|.{0,4}tapem.{0,4}tier",
    "unit": "unit.{0,4}",
    "stamp": "horodate|horodatage",
    "value": "valeur",
    "nature": "nature",
    "step": "pas",
    "likelihood": "indicede?vraisemblance",
    "state": ".{0,2}tatcompl.{0,4}mentaire",
}
"""The columns' names without accents and signs; the gaps allow for accents that another encoding has spoilt."""
NEEDED = ("meter", "physical", "business", "unit", "stamp", "value", "step")


def claims(data: bytes) -> bool:
    """Does one of the first lines name the columns of R63?"""
    return delimited.header_of(data, _fits)


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curves of every point in order of first appearance. Raises MeterFileError naming the row."""
    return tuple(rows for rows, _ in _curves(_table(data, name), name))


def redact(
    data: bytes,
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str = "",
    direction: Direction | None = None,
) -> bytes:
    """The header and one point's rows inside [start, end) under another id, else as they are. Raises MeterFileError."""
    table = _table(data, name)
    curves = _curves(table, name)
    kept = chosen_meter({rows.meter for rows, _ in curves}, meter, stand_in, name)
    stays: list[int] = []
    for rows, _ in curves:
        if rows.meter == kept and direction in (None, rows.direction):
            stays += (rows.numbers[inside(rows, start, end)] - 1).tolist()
    place = places(table.names, NAMES)["meter"]
    written = [(table.header, table.lines[table.header])]
    for line in sorted(stays):
        written.append((line, delimited.replaced(table.lines[line], table.delimiter, {place: stand_in})))
    return table.encoded(written)


def places(names: Iterable[str], patterns: Mapping[str, str]) -> dict[str, int]:
    """Where the columns stand that are there, by key of their pattern."""
    listed = list(names)
    found = {}
    for key, pattern in patterns.items():
        place = next((at for at, column in enumerate(listed) if re.fullmatch(pattern, column)), None)
        if place is not None:
            found[key] = place
    return found


def _fits(names: set[str]) -> bool:
    return set(NEEDED) <= set(places(names, NAMES))


def _table(data: bytes, name: str) -> Table:
    return complete(delimited.table(data, name, _fits), name)


def complete(table: Table, name: str) -> Table:
    """The table if no row lacks a field: what is cut off might be digits. Raises MeterFileError."""
    for line, fields in table.rows:
        if len(fields) < len(table.names):
            reason = f"{quoted(table.lines[line])} has {len(fields)} fields, the header {len(table.names)}"
            raise MeterFileError(name, line + 1, f"{reason}: truncated or damaged")
    return table


def _curves(table: Table, name: str) -> list[tuple[Rows, int]]:
    """The rows of each point, direction, quantity and stage, with the line of the first. Raises MeterFileError."""
    columns = places(table.names, NAMES)
    everything = range(len(table.rows))
    frame = pl.DataFrame(
        {key: pl.Series(table.values(place, everything), dtype=pl.String) for key, place in columns.items()}
    ).with_columns(number=pl.Series([line + 1 for line, _ in table.rows], dtype=pl.Int64))
    for key in set(NAMES) - set(columns):
        frame = frame.with_columns(pl.lit("").alias(key))
    frame = frame.with_columns(pl.col("physical", "business", "stage", "unit", "step").str.to_uppercase())
    frame = frame.with_columns(daily=pl.col("step").is_in(["P1D", "P1J"]))
    made: list[tuple[Rows, int]] = []
    others = []
    for part in frame.partition_by(["meter", "business", "physical", "unit", "stage", "daily"], maintain_order=True):
        first = int(part["number"][0])
        meter = meter_of(part["meter"][0], name, first)
        if not shared(part["physical"][0], part["unit"][0], name, first):
            others.append(enedis_series.ignored(meter, part["physical"][0] or "no quantity", part.height, first))
            continue
        rows = enedis_series.rows(_series(part, meter, name, first), _texts(part), name)
        made.append((enedis_series.span_findings(rows, str(part["begins"].min()), str(part["ends"].max())), first))
    if others and not made:
        raise MeterFileError(name, 0, "holds no active power or energy (PA, EA): only active energy can be shared")
    return [
        (replace(rows, findings=rows.findings + tuple(note for note in others if note.meter == rows.meter)), first)
        for rows, first in made
    ]


def _series(part: pl.DataFrame, meter: str, name: str, first: int) -> Series:
    factor, is_power = unit_of(part["unit"][0], name, first)
    if is_power != (part["physical"][0] == "PA"):
        raise MeterFileError(name, first, f"{part['physical'][0]} cannot be in {part['unit'][0]!a}")
    series = Series(meter, direction_of(part["business"][0], name, first), factor, is_power, part["stage"][0])
    if part["daily"][0] and duration(part["step"][0]) == DAY:
        return replace(series, kind="index", quantity=DAILY, days=True)
    return series


def _texts(part: pl.DataFrame) -> Texts:
    return Texts(
        stamps=part["stamp"],
        values=part["value"],
        numbers=part["number"].to_list(),
        steps=part["step"],
        natures=part["nature"],
        likelihoods=part["likelihood"],
        states=part["state"],
    )
