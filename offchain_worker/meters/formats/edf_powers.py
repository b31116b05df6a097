"""
Half-hourly powers as a customer downloads them from the supplier EDF (`mes-puissances-atteintes-30min-….csv`).

    Récapitulatif de mes puissances atteintes en W

    Date et heure de relève par le distributeur;Puissance atteinte (W);Nature de la donnée
    18/01/2025;;
    00:00:00;1122;Réelle
    23:30:00;1184;Réelle

A line names the day, the times below it are ENDs of intervals in local time (Europe/Paris), the latest first, and 00:00 is
the end of the day it stands under. Powers are means in W, as the grid operator read them. The file does not name the
point. Known from public programs that read such files, with samples.
"""

from __future__ import annotations

import re

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import delimited
from offchain_worker.meters.curve import inside
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import enedis_series
from offchain_worker.meters.formats.enedis_series import Series, Texts
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter, quoted

NAME = "edf_powers"
SIGNATURE = "'Date et heure de relève par le distributeur;Puissance atteinte (W);...' (EDF)"
TITLE = "Récapitulatif de mes puissances atteintes en W"
HEADER = "Date et heure de relève par le distributeur;Puissance atteinte (W);Nature de la donnée"
_FIRST = re.compile(r"dateetheurederel.*")
_DAY = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2})?")


def claims(data: bytes) -> bool:
    """Does one of the first lines name such columns?"""
    return delimited.header_of(data, _fits)


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curve. Raises MeterFileError naming the row."""
    return (_read(data, name)[0],)


def redact(
    data: bytes,
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str = "",
    direction: Direction | None = None,
) -> bytes:
    """The rows inside [start, end) and the days they stand under, as UTF-8. Raises MeterFileError."""
    rows, lines = _read(data, name)
    chosen_meter({rows.meter}, meter, stand_in, name)
    stays = inside(rows, start, end) if direction in (None, rows.direction) else np.zeros(len(rows.stamps), dtype=bool)
    written, day = [TITLE, "", HEADER], ""
    for number in rows.numbers[stays].tolist():
        under, fields = lines[number]
        if under != day:
            written.append(f"{under};;")
            day = under
        written.append(";".join(fields))
    return ("\n".join(written) + "\n").encode()


def _fits(names: set[str]) -> bool:
    return "puissanceatteintew" in names and any(map(_FIRST.fullmatch, names))


def _read(data: bytes, name: str) -> tuple[Rows, dict[int, tuple[str, tuple[str, ...]]]]:
    """The curve, and by line number (from 1) the day each row stands under and its fields. Raises MeterFileError."""
    texts, lines = Texts([], [], [], [], []), {}
    day, below = "", False
    for number, fields in enumerate(delimited.fields_of(data, _fits), 1):
        if not below or not any(fields):
            below = below or _fits({delimited.plain(field) for field in fields})
        elif _DAY.fullmatch(fields[0]) and not any(fields[1:]):
            day = fields[0]
        elif day and len(fields) >= 3 and _TIME.fullmatch(fields[0]) and not any(fields[3:]):
            time = "24:00" if fields[0] in ("00:00", "00:00:00") else fields[0]
            texts.add(f"{day} {time}", fields[1], number)
            texts.natures.append(fields[2])  # type: ignore[union-attr, arg-type]
            lines[number] = (day, fields[:3])
        else:
            reason = f"{quoted(';'.join(fields))} is neither a day nor a time with a power and its nature: damaged"
            raise MeterFileError(name, number, reason)
    series = Series("", Direction.CONSUMPTION, direction_stated=False)
    return enedis_series.rows(series, texts, name, "end"), lines
