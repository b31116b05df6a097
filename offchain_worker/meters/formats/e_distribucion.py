"""
Hourly curves of the Spanish operator e-distribución.

    CUPS;Fecha;Hora;AE_kWh;AS_KWh;AE_AUTOCONS_kWh;REAL/ESTIMADO
    ES0031000000000000AB0F;11/02/2025;12;0;0,139;;R

`AE` is what the point takes (consumption), `AS` what it feeds in (production), `AE_AUTOCONS` its share of a common plant
(an allocation, not a measurement); reactive energy is not read. An hour is the one that ENDS, numbered through on days
on which clocks change (25 hours in October), in local time (Europe/Madrid). An empty value is missing.
"""

from __future__ import annotations

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import delimited
from offchain_worker.meters.formats import spanish, spanish_cut
from offchain_worker.meters.formats.spanish import Value
from offchain_worker.meters.rows import Rows

NAME = "e_distribucion"
SIGNATURE = "'CUPS;Fecha;Hora;AE_kWh;AS_kWh;...' (e-distribución)"

VALUES = (
    Value(("aekwh",), Direction.CONSUMPTION),
    Value(("askwh",), Direction.PRODUCTION),
    Value(("aeautoconskwh",), Direction.CONSUMPTION, kind="allocation", quantity="AE_AUTOCONS"),
)
DAYS, HOURS = ("fecha",), ("hora",)


def _fits(names: set[str]) -> bool:
    return {"fecha", "hora", "aekwh"} <= names


def claims(data: bytes) -> bool:
    """Is there a header with `Fecha`, `Hora` and `AE_kWh`?"""
    return delimited.header_of(data, _fits)


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curves of every point in order of first appearance. Raises MeterFileError naming the row."""
    return spanish.hourly(delimited.table(data, name, _fits), name, VALUES, DAYS, HOURS)


def redact(
    data: bytes,
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str = "",
    direction: Direction | None = None,
) -> bytes:
    """The header and the point's rows inside [start, end) under the stand-in, other directions' columns left empty."""
    table = delimited.table(data, name, _fits)
    made = spanish.hourly(table, name, VALUES, DAYS, HOURS)
    values = {value: at for value in VALUES if (at := table.column(*value.names)) >= 0}
    cups = table.column("cups")
    return spanish_cut.cut(table, made, cups, values, name, stand_in, start, end, meter, direction)
