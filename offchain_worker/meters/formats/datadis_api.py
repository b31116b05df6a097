"""
Consumption as the API of the Spanish portal Datadis gives it.

    [{"cups": "ES…", "date": "2022/10/22", "time": "01:00", "consumptionKWh": 0.078, "obtainMethod": "Real",
      "surplusEnergyKWh": 0, "generationEnergyKWh": 0, "selfConsumptionEnergyKWh": 0}, …]

The list may stand under a key of its own (`response`, `timeCurve`), and the second version of the API names things
otherwise (`hour`, `measureMagnitudeActive`, `energyPoured`, `obtainingMethodDescription`); the Spanish names of the portal's
CSV are known too. Meaning is that of
`datadis_csv`: an hour is the one that ENDS, in local time (Europe/Madrid); `null` is missing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import json_text
from offchain_worker.meters.delimited import Table, plain
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import spanish, spanish_cut
from offchain_worker.meters.formats.spanish import Value
from offchain_worker.meters.json_text import Number
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter, quoted

NAME = "datadis_api"
SIGNATURE = '\'[{"cups": …, "date": …, "time": …, "consumptionKWh": …}]\' (Datadis API)'

VALUES = (
    Value(("consumptionkwh", "measuremagnitudeactive", "consumokwh"), Direction.CONSUMPTION),
    Value(("surplusenergykwh", "energypoured", "energiavertidakwh"), Direction.PRODUCTION),
    Value(
        ("generationenergykwh", "energygenerated", "energiageneradakwh"),
        Direction.PRODUCTION,
        kind="allocation",
        quantity="generationEnergy",
    ),
    Value(
        ("selfconsumptionenergykwh", "energyselfconsumed", "energiaautoconsumidakwh"),
        Direction.CONSUMPTION,
        kind="allocation",
        quantity="selfConsumptionEnergy",
    ),
)
DAYS, HOURS = ("date", "fecha"), ("time", "hour", "hora")
CODES = ("obtainmethod", "obtainingmethoddescription", "metodoobtencion", "obtainingmethodcode", "obtainingmethod")
_DEEPEST = 6
_CONSUMPTION = re.compile('"(?:consumptionkwh|measuremagnitudeactive|consumo_?kwh)"')
_DAY = re.compile('"(?:date|fecha)"')


def claims(data: bytes) -> bool:
    """Is it JSON whose beginning names a consumption of this API, with a day?"""
    beginning = data[:4096].decode("utf-8", "replace").casefold()
    return json_text.begins(data) in ("[", "{") and bool(_CONSUMPTION.search(beginning) and _DAY.search(beginning))


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curves of every point in order of first appearance. Rows count the list's entries. Raises MeterFileError."""
    return _curves(_entries(json_text.loads(data, name)), name)


def redact(
    data: bytes,
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str = "",
    direction: Direction | None = None,
) -> bytes:
    """The point's entries inside [start, end) as a list, under the stand-in, without what is not read of them."""
    entries = _entries(json_text.loads(data, name))
    made = _curves(entries, name)
    kept = chosen_meter({rows.meter for rows in made}, meter, stand_in, name)
    numbers = spanish_cut.lines_inside(made, kept, start, end)
    named = {field for value in VALUES if direction in (None, value.direction) for field in value.names}
    fields = {"cups", *DAYS, *HOURS, *CODES, *named}
    written = [
        {key: stand_in if plain(key) == "cups" else value for key, value in entry.items() if plain(key) in fields}
        for number, entry in enumerate(entries, 1)
        if number in numbers
    ]
    return (json_text.dumps(written or [dict.fromkeys(("cups", "date", "time", "consumptionKWh"))]) + "\n").encode()


def _entries(document: Any, depth: int = 0) -> list[dict[str, Any]]:
    """Every object with a day and an hour, in order, whatever it is wrapped in."""
    if isinstance(document, dict):
        keys = {plain(key) for key in document}
        if keys & set(DAYS) and keys & set(HOURS):
            return [document]
        document = list(document.values())
    if not isinstance(document, list) or depth > _DEEPEST:
        return []
    return [entry for part in document for entry in _entries(part, depth + 1)]


def _curves(entries: list[dict[str, Any]], name: str) -> tuple[Rows, ...]:
    named = [{plain(key): value for key, value in entry.items()} for entry in entries]
    named = [entry for entry in named if any(entry.get(key) is not None for key in DAYS)]
    if not named:
        return (spanish.nothing(VALUES[0]),)
    columns = ["cups", "date", "time", "quality", *(value.names[0] for value in VALUES)]
    rows = []
    for number, entry in enumerate(named):
        fields = [_text(entry, ("cups",)), _text(entry, DAYS), _text(entry, HOURS), _text(entry, CODES)]
        for value in VALUES:
            given = next((entry[key] for key in value.names if entry.get(key) is not None), None)
            if given is not None and not isinstance(given, str):
                raise MeterFileError(name, number + 1, f"{quoted(str(given))} is no energy")
            fields.append(given or "")
        rows.append((number, tuple(fields)))
    lines = tuple(" ".join(fields) for _, fields in rows)
    table = Table(tuple(columns), -1, ";", "utf-8", lines, tuple("\n" for _ in lines), tuple(rows))
    listed = list(range(len(rows)))
    read = spanish.read_hours(table, name, 1, 2, listed)
    codes = table.values(3, listed)
    completed = spanish.completed(read, table, VALUES, listed, ("date", "time", "quality"))
    return spanish.curves(replace(completed, codes=codes if any(codes) else []), name)


def _text(entry: dict[str, Any], keys: tuple[str, ...]) -> str:
    found = next((entry[key] for key in keys if entry.get(key) is not None), "")
    return found if isinstance(found, (str, Number)) else str(found)
