"""
Enedis' R64 as CSV (SGE, punctual registers): one flat table like R63's, a row per register and moment.

    Identifiant PRM;Date de début;Date de fin;Grandeur physique;Grandeur métier;Etape métier;Unité;Horodate;
    Contexte de relève;Type de relève;Motif de relève;Grille;Identifiant calendrier;Libellé calendrier;
    Identifiant classe temporelle;Libellé classe temporelle;Cadran;Valeur;Indice de vraisemblance

Stamps are moments in local time, a date alone the START of that day. Active energy (EA) is read as one register per
point and direction (`enedis_registers`); other quantities are left out.
"""

from __future__ import annotations

import re

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import delimited
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import enedis_r63, gathered
from offchain_worker.meters.formats.enedis_registers import UNITS, Reading, Registers
from offchain_worker.meters.formats.enedis_words import direction_of, meter_of, shared
from offchain_worker.meters.formats.gathered import Gathered
from offchain_worker.meters.markup import Node
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter, quoted

NAME = "enedis_r64"
SIGNATURE = "'Identifiant PRM;Date de début;...;Horodate;...;Cadran;Valeur;...' (Enedis R64)"
NAMES = enedis_r63.NAMES | {
    "grid": "grille|codegrille",
    "calendar": "identifiantcalendrier|idcalendrier",
    "group": "identifiantclassetemporelle|idclassetemporelle",
    "register": "cadran|codecadran",
}
NEEDED = ("meter", "physical", "business", "unit", "stamp", "value", "register")
_TOTAL = re.compile(r"(?:.*_)?T(?:OTAL|OT)?", re.IGNORECASE)


def claims(data: bytes) -> bool:
    """Does one of the first lines name the columns of R64?"""
    return delimited.header_of(data, _fits)


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The register of each point and direction. Raises MeterFileError naming the row."""
    return gathered.parsed(_walk(data, name)[0], name)


def redact(
    data: bytes,
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str = "",
    direction: Direction | None = None,
) -> bytes:
    """The header and one point's readings from `start` to `end` under another id. Raises MeterFileError."""
    found, table = _walk(data, name)
    kept = chosen_meter({series.meter for series in found.curves}, meter, stand_in, name)
    place = enedis_r63.places(table.names, NAMES)["meter"]
    written = [(table.header, table.lines[table.header])]
    for line, _ in sorted(gathered.staying(found, name, kept, (start, end), direction)):
        written.append((line, delimited.replaced(table.lines[line], table.delimiter, {place: stand_in})))
    return table.encoded(written)


def _fits(names: set[str]) -> bool:
    found = enedis_r63.places(names, NAMES)
    return set(NEEDED) <= set(found) and "step" not in found


def _walk(data: bytes, name: str) -> tuple[Gathered, delimited.Table]:
    """The registers of the table; a row's place is its line (from 0) and the next."""
    table = enedis_r63.complete(delimited.table(data, name, _fits), name)
    places = enedis_r63.places(table.names, NAMES)
    found, registers = Gathered(), Registers()
    for line, fields in table.rows:
        row = {key: fields[at] if at < len(fields) else "" for key, at in places.items()}
        meter = meter_of(row["meter"], name, line + 1)
        node = Node("row", {}, None, line + 1, line, line + 1)
        if not shared(row["physical"], row["unit"], name, line + 1):
            found.set_aside(meter, node, row["physical"] or "an unnamed quantity", 1)
            continue
        unit = row["unit"].casefold()
        if unit not in UNITS:
            raise MeterFileError(name, line + 1, f"registers in {quoted(row['unit'])}, not in Wh or kWh")
        group = row["register"] or row.get("group", "")
        reading = Reading(group, row["value"], row.get("likelihood", ""), "", node)
        point = (meter, direction_of(row["business"], name, line + 1), unit)
        registers.add(point, _grid(row), row["stamp"], reading)
    registers.into(found, name)
    return found, table


def _grid(row: dict[str, str]) -> str:
    """Total, distributor's or supplier's: by the register's own code, else by its calendar or its grid."""
    register, calendar, grid = row["register"], row.get("calendar", ""), row.get("grid", "")
    if _TOTAL.fullmatch(register):
        return "T"
    for text in (register.rpartition("_")[2], calendar, grid):
        if text[:1].upper() in ("D", "F"):
            return text[0].upper()
    return "D"
