"""Customer-space files written out by hand, for the tests of meters; independent of the code under test."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

HEADER = (
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;"
    "Unite;Pas en minutes"
)
PRM = "12345678901234"
PARIS = ZoneInfo("Europe/Paris")


def head(prm: str = PRM, kind: str = "Consommation", stage: str = "Comptage Brut", unit: str = "W") -> list[str]:
    """The three lines above the readings."""
    described = f"{prm};Courbe de charge;01/01/2016;01/01/2016;Energie active;{kind};{stage};{unit};"
    return [HEADER, described, "Horodate;Valeur"]


def readings(start: str, values: Iterable[object], minutes: int = 30) -> list[str]:
    """Rows of consecutive intervals from a local time on, stamped at their END; None is an empty value."""
    begin = datetime.fromisoformat(start).replace(tzinfo=PARIS).astimezone(UTC)
    rows = []
    for index, value in enumerate(values, 1):
        stamp = (begin + timedelta(minutes=minutes * index)).astimezone(PARIS)
        rows.append(f"{stamp.isoformat()};{'' if value is None else value}")
    return rows


def file(lines: Iterable[str], bom: bool = True, newline: str = "\n") -> bytes:
    """The lines as a file."""
    return (("\ufeff" if bom else "") + newline.join(lines) + newline).encode()


def day(start: str = "2016-06-01", watts: int = 200, count: int = 48, **described: str) -> bytes:
    """A file of `count` half-hours from a local midnight on, all of the same mean power."""
    return file([*head(**described), *readings(start, [watts] * count)])
