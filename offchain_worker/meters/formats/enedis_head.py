"""
The two lines that open a block of an Enedis file: what point, direction, stage and unit its rows are of; and the file's
lines, in whatever encoding a customer's programs have saved it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.formats.enedis_series import unit_unstated, wrong_id
from offchain_worker.meters.formats.enedis_words import DIRECTIONS, is_corrected
from offchain_worker.meters.text import BOM, quoted, whole_id

HEADER = ["identifiant prm", "type de donnees", "date de debut", "date de fin", "grandeur physique"]
HEADER += ["grandeur metier", "etape metier", "unite", "pas en minutes"]
COLUMNS = ["horodate", "valeur"]

LOADS = ("courbe de charge", "consommation horaire", "production horaire", "injection horaire")
_UNITS = {"": (1, True), "w": (1, True), "kw": (1000, True), "wh": (1, False), "kwh": (1000, False)}
_STEP = re.compile(r"(?:pt)?(5|10|15|30|60)m?")
_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_SAVED_AGAIN = re.compile(rb'(?:\xef\xbb\xbf)?"?identifiant prm"?([,\t])"?type de donn', re.IGNORECASE)
DAY = 86400


@dataclass(frozen=True)
class Head:
    """
    What a block's head says: values are in `factor` W (`is_power`) or Wh; `step` in seconds, 0 if not stated;
    `ends` the last declared day's local midnight as if it were UTC, 0 if not stated; `lines` counted from 0.
    """

    meter: str
    direction: Direction
    estimated: bool
    factor: int
    is_power: bool
    step: int
    ends: int
    lines: tuple[int, ...]
    unit_stated: bool = True
    corrected: bool = False

    @property
    def curve(self) -> tuple[str, Direction, bool, bool]:
        """What tells one curve of a file from another."""
        return (self.meter, self.direction, self.estimated, self.corrected)

    @property
    def unit(self) -> tuple[int, bool, int]:
        """What blocks of one curve must share."""
        return (self.factor, self.is_power, self.step)

    def repeated(self, other: Head) -> Head:
        """This head with the line of an equal one that follows it."""
        return replace(self, lines=self.lines + other.lines, ends=max(self.ends, other.ends))

    def findings(self, stamps: np.ndarray, offsets: np.ndarray, length: int = 0) -> list[Finding]:
        """
        A PRM that has not 14 digits; readings that stop before the declared end. For int64[n] UTC stamps, `length` what
        follows the last one.
        """
        if len(stamps) == 0:
            return []
        first, last = int(stamps.min()), int(stamps.max())
        found = wrong_id(self.meter, first, last)
        if not self.unit_stated:
            found.append(unit_unstated(self.meter, first, last))
        local = last + length + int(offsets[int(np.argmax(stamps))])
        if local < self.ends:
            days = (self.ends - local + DAY - 1) // DAY
            message = f"readings stop {days} day(s) before the end the file declares"
            found.append(Finding(first, last, Code.DECLARED_RANGE, Severity.WARNING, self.meter, days, message))
        return found


def readable(data: bytes) -> bytes:
    """
    The file in UTF-8 if it is in UTF-16 with its mark, with semicolons if a spreadsheet has saved it with commas or
    tabs, else as it is.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
    saved = _SAVED_AGAIN.match(data[:200])
    return data.replace(saved[1], b";") if saved else data


def lines(data: bytes) -> list[str]:
    """
    The lines without line feeds: UTF-8, UTF-16 with its mark, or else Latin-1; without quotes if the first field is in
    quotes.
    """
    data = readable(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    if text[:400].lstrip(BOM + "\r\n ").startswith('"'):
        text = text.replace('"', "")
    return text.split("\n")


def is_header(names: list[str]) -> bool:
    """Is it the line that names what describes a point? Its later columns are not in every file."""
    return names[:4] == HEADER[:4] and all(
        name == known for name, known in zip(names[4:], HEADER[4:], strict=False) if name
    )


def fields(line: str) -> list[str]:
    """The fields of a line in lower case without accents, as headers are written with and without them."""
    text = unicodedata.normalize("NFKD", line.strip(BOM + "\r\n ")).casefold()
    return ["".join(c for c in field if not unicodedata.combining(c)).strip(' "') for field in text.split(";")]


def read_head(line: str, name: str, row: int) -> Head:
    """What the line under the header says. Raises MeterFileError for anything but a curve of active energy."""
    names = fields(line)
    if len(names) < 8:
        raise MeterFileError(name, row, f"{quoted(line)} does not describe a point in 9 fields: truncated or damaged")
    meter = line.strip(BOM + "\r ").split(";")[0].strip("='\"")
    kind, quantity, direction, stage, unit = names[1], names[4], names[5], names[6], names[7]
    if not meter or len(meter) > 64 or meter != meter.strip():
        raise MeterFileError(name, row, "no usable id of the point in the first field")
    whole_id(meter, name, row)
    if kind not in LOADS:
        raise MeterFileError(name, row, f"is {quoted(kind)}, not a load curve ('Courbe de charge')")
    if quantity != "energie active":
        raise MeterFileError(name, row, f"is {quoted(quantity)}: only active energy ('Energie active') can be shared")
    if direction not in DIRECTIONS:
        raise MeterFileError(name, row, f"direction {quoted(direction)} is neither 'Consommation' nor 'Production'")
    if unit not in _UNITS:
        raise MeterFileError(name, row, f"unit {quoted(unit)} is not one of W, kW, Wh, kWh")
    stated = _STEP.fullmatch(names[8]) if len(names) > 8 and names[8] else None
    if len(names) > 8 and names[8] and stated is None:
        raise MeterFileError(name, row, f"step {quoted(names[8])} is not 5, 10, 15, 30 or 60 minutes")
    factor, is_power = _UNITS[unit]
    return Head(
        meter=meter,
        direction=DIRECTIONS[direction],
        estimated=stage != "comptage brut",
        factor=factor,
        is_power=is_power,
        step=int(stated[1]) * 60 if stated else 0,
        ends=_midnight(names[3]),
        lines=(row - 1,),
        unit_stated=unit != "",
        corrected=is_corrected(stage),
    )


def _midnight(text: str) -> int:
    """Seconds from 1970 to a day written dd/mm/yyyy, as if it were UTC; 0 for anything else."""
    found = _DATE.fullmatch(text)
    try:
        return (date(int(found[3]), int(found[2]), int(found[1])) - date(1970, 1, 1)).days * DAY if found else 0
    except ValueError:
        return 0
