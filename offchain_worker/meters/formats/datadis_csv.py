"""
Hourly consumption as the Spanish portal Datadis and the regulator's comparator (CNMC) write it.

    CUPS;Fecha;Hora;Consumo_kWh;Metodo_obtencion
    ES0021000000000000AB0F;16/05/2019;1;0,141;R

    cups;fecha;hora;consumo_kWh;metodoObtencion;energiaVertida_kWh;energiaGenerada_kWh;energiaAutoconsumida_kWh
    ES0021000000000000AB0F;2024/01/01;01:00;0,141;Real;0,4;;

An hour is the one that ENDS, in local time (Europe/Madrid, see `spanish`). What a point takes is consumption, what it
feeds in (`energiaVertida`) production; generated and self-consumed energy are the operator's shares of a common plant,
so they are allocations. A file without header in the column order of the first form is read too.
"""

from __future__ import annotations

import re

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import delimited
from offchain_worker.meters.formats import spanish, spanish_cut
from offchain_worker.meters.formats.spanish import Value
from offchain_worker.meters.rows import Rows

NAME = "datadis_csv"
SIGNATURE = "'CUPS;Fecha;Hora;Consumo_kWh;...' (Datadis, CNMC)"

VALUES = (
    Value(("consumokwh", "consumo", "consumptionkwh"), Direction.CONSUMPTION),
    Value(("energiavertidakwh", "vertidakwh", "surplusenergykwh", "excedentekwh"), Direction.PRODUCTION),
    Value(
        ("energiageneradakwh", "generationenergykwh"),
        Direction.PRODUCTION,
        kind="allocation",
        quantity="energiaGenerada",
    ),
    Value(
        ("energiaautoconsumidakwh", "selfconsumptionenergykwh"),
        Direction.CONSUMPTION,
        kind="allocation",
        quantity="energiaAutoconsumida",
    ),
)
DAYS, HOURS = ("fecha", "date"), ("hora", "time", "hour")
_UNNAMED = re.compile(r'"?ES[0-9A-Z]{18,20}"?;"?[0-9/]{8,10}"?;"?[0-9:]{1,5}"?;"?[0-9.,]+"?(;"?[A-Za-z]+"?)?;?\s*$')
_COLUMNS = ("cups", "fecha", "hora", "consumokwh", "metodoobtencion")


def _fits(names: set[str]) -> bool:
    return bool(names & set(DAYS) and names & set(HOURS) and names & set(VALUES[0].names))


def claims(data: bytes) -> bool:
    """Is there a header with a day, an hour and the consumption in kWh, or a first row like one of these files?"""
    first = data[:200].decode("utf-8", "replace").lstrip("\ufeff").splitlines()
    return delimited.header_of(data, _fits) or bool(first and _UNNAMED.match(first[0]))


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curves of every point in order of first appearance. Raises MeterFileError naming the row."""
    return _read(data, name)[1]


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
    table, made = _read(data, name)
    values = {value: at for value in VALUES if (at := table.column(*value.names)) >= 0}
    cups = table.column("cups")
    return spanish_cut.cut(table, made, cups, values, name, stand_in, start, end, meter, direction)


def _read(data: bytes, name: str) -> tuple[delimited.Table, tuple[Rows, ...]]:
    table = delimited.table(data, name, _fits, _UNNAMED, *_COLUMNS)
    return table, spanish.hourly(table, name, VALUES, DAYS, HOURS)
