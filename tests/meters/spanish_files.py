"""Spanish hourly files written out by hand, for the tests of meters; independent of the code under test."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

CUPS = "ES0021000000000001AB0F"
OTHER = "ES0031000000000002CD1P"
MADRID = ZoneInfo("Europe/Madrid")
DATADIS = "CUPS;Fecha;Hora;Consumo_kWh;Metodo_obtencion"
E_DISTRIBUCION = "CUPS;Fecha;Hora;AE_kWh;AS_KWh;AE_AUTOCONS_kWh;REAL/ESTIMADO"


def utc(text: str) -> int:
    """The UTC second of a local time in Madrid, `2025-10-26 00:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=MADRID).timestamp())


def rows(day: str, hours: Iterable[object], energies: Iterable[object], cups: str = CUPS, code: str = "R") -> list[str]:
    """Rows of a day with an hour and an energy each."""
    return [f"{cups};{day};{hour};{energy};{code}" for hour, energy in zip(hours, energies, strict=True)]


def file(lines: Iterable[str], newline: str = "\n", bom: bool = False) -> bytes:
    """The lines as a file."""
    return (("\ufeff" if bom else "") + newline.join(lines) + newline).encode()


def clock(start: str, end: str, stamped: str, minutes: int = 60) -> list[tuple[datetime, int]]:
    """Every interval of a local span as its stamp on the clock of Madrid and 1 where that clock shows summer time."""
    step = timedelta(minutes=minutes)
    moment = datetime.fromisoformat(start).replace(tzinfo=MADRID).astimezone(UTC)
    last = datetime.fromisoformat(end).replace(tzinfo=MADRID).astimezone(UTC)
    made = []
    while moment < last:
        shown = (moment + step if stamped == "end" else moment).astimezone(MADRID)
        made.append((shown, int(shown.utcoffset() == timedelta(hours=2))))
        moment += step
    return made
