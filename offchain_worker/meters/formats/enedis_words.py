"""
The words all of Enedis' formats have in common: directions, units, quantities, quality codes, steps and days.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.text import bare_id, quoted, whole_id
from offchain_worker.meters.zone import DAY

TOTAL = "EA"
"""The quantity of an index that counts all active energy in Wh, whatever its price."""
DIRECTIONS = {
    "cons": Direction.CONSUMPTION,
    "consommation": Direction.CONSUMPTION,
    "soutirage": Direction.CONSUMPTION,
    "prod": Direction.PRODUCTION,
    "production": Direction.PRODUCTION,
    "injection": Direction.PRODUCTION,
}
UNITS = {"w": (1, True), "kw": (1000, True), "wh": (1, False), "kwh": (1000, False)}
ACTIVE = ("PA", "EA")
PEAKS = ("PMA", "DQ", "PS")
"""Peak, excess and subscribed powers, which may be in W too."""
OTHERS = (*PEAKS, "E", "ER", "ERC", "ERI", "PR", "PRC", "PRI", "DD", "DE", "TF", "S", "U", "I")
"""The other quantities Enedis names: voltage, reactive energies and powers, durations."""
MEASURED = ["", "R", "REEL", "B", "S", "T", "F", "G", "RÉEL", "REELLE", "RÉELLE", "BRUT", "BRUTE"]
"""Quality codes of what the meter counted: real or raw, and the four that mark a power cut."""
ESTIMATED = ["E", "ESTIME", "H", "P", "C", "K", "D", "ESTIMÉ", "ESTIMEE", "ESTIMÉE"]
CORRECTED = ["C", "CORRIGE", "CORRIGÉ", "CORRIGEE", "CORRIGÉE"]
"""A value that takes the place of the one first published, which may stand beside it."""
ESTIMATED += CORRECTED
"""Estimated, reconstituted (two kinds), corrected, computed from other curves, entered by hand."""
NOTHING = ["", "null", "NULL"]
MEASURED_STAGES = ["", "brut", "brute", "best", "comptage brut"]

_CORRECTED_STAGE = re.compile(r"\s*(corr|.*corrig).*", re.IGNORECASE)
_DURATION = re.compile(r"(?:PT?)?([0-9]{1,4})(M|H|D|)", re.IGNORECASE)


def direction_of(text: str, name: str, row: int) -> Direction:
    """Consumption or production as Enedis writes it. Raises MeterFileError."""
    direction = DIRECTIONS.get(text.strip().casefold())
    if direction is None:
        raise MeterFileError(name, row, f"direction {quoted(text)} is neither consumption (CONS) nor production (PROD)")
    return direction


def is_corrected(stage: str) -> bool:
    """Is it the stage (`Etape metier`) of values that the operator corrected?"""
    return bool(_CORRECTED_STAGE.fullmatch(stage))


def unit_of(text: str, name: str, row: int) -> tuple[int, bool]:
    """How many W or Wh a unit is, and whether it is a power. Raises MeterFileError."""
    unit = UNITS.get(text.strip().casefold())
    if unit is None:
        raise MeterFileError(name, row, f"unit {quoted(text)} is not one of W, kW, Wh, kWh")
    return unit


def shared(quantity: str, unit: str, name: str, row: int) -> bool:
    """
    Is it active power or energy? Other quantities are left out, but not those that claim a unit of active energy: one
    of the two is damaged then. Raises MeterFileError.
    """
    if quantity in ACTIVE:
        return True
    if unit.strip().casefold() in UNITS and quantity not in PEAKS:
        raise MeterFileError(name, row, f"quantity {quoted(quantity)} cannot be in {quoted(unit)}: damaged")
    return False


def duration(text: str) -> int:
    """Seconds of `PT30M`, `PT1H`, `P1D` or minutes without a unit; 0 for anything else."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        return 0
    return int(found[1]) * {"": 60, "M": 60, "H": 3600, "D": DAY}[found[2].upper()]


def day_after(text: str, name: str, row: int) -> str:
    """The day after `2022-02-02`, written likewise. Raises MeterFileError."""
    try:
        return (date.fromisoformat(text.strip()[:10]) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        raise MeterFileError(name, row, f"{quoted(text)} is no day") from None


def meter_of(text: str, name: str, row: int) -> str:
    """The id of a point, at most 64 printable characters. Raises MeterFileError."""
    meter = bare_id(text)
    if not meter or len(meter) > 64 or not meter.isprintable():
        raise MeterFileError(name, row, "no usable id of the point")
    return whole_id(meter, name, row)
