"""
The registers of a meter: several count at a time, one per price class, on the grid of the distributor and on that of the
supplier, each grid counting all of the energy. What is read of them is one register: the total if the file has it, else
the sum of the distributor's classes, else of the supplier's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.formats.enedis_series import Series
from offchain_worker.meters.formats.enedis_words import ESTIMATED, NOTHING, TOTAL
from offchain_worker.meters.formats.gathered import Gathered
from offchain_worker.meters.markup import Node
from offchain_worker.meters.text import quoted

GRIDS = ("T", "D", "F")
"""Total, distributor, supplier (fournisseur): the first that a point has is read."""
CLASSES = {"Classe_Temporelle_Distributeur": "D", "Classe_Temporelle": "F"}
"""The elements of flows R15 and R151 that hold a register, and the grid it is on."""
UNITS = {"wh": (1, TOTAL), "kwh": (1000, TOTAL + " kWh")}
"""A register that counts whole kWh is a curve of its own: its readings differ from those in Wh by what is cut off."""


@dataclass(frozen=True)
class Reading:
    """One register at one moment, as written."""

    group: str
    value: str
    likelihood: str
    nature: str
    node: Node


@dataclass
class Registers:
    """Readings by point, direction and unit, then grid, then moment; equal ones of one moment stand in a row of lists."""

    of: dict[tuple[str, Direction, str], dict[str, dict[str, list[dict[str, Reading]]]]] = field(default_factory=dict)

    def add(self, point: tuple[str, Direction, str], grid: str, moment: str, reading: Reading) -> None:
        """One reading of one register."""
        sets = self.of.setdefault(point, {}).setdefault(grid, {}).setdefault(moment, [])
        for at_once in sets:
            if reading.group not in at_once:
                at_once[reading.group] = reading
                return
        sets.append({reading.group: reading})

    def into(self, found: Gathered, name: str) -> None:
        """Every point's register as rows of an index; grids that are not read are set apart. Raises MeterFileError."""
        for (meter, direction, unit), grids in self.of.items():
            factor, quantity = UNITS[unit]
            series = Series(meter, direction, factor, is_power=False, kind="index", quantity=quantity)
            found.curve(series)
            chosen = next(grid for grid in GRIDS if grid in grids)
            lone = {moment for moments in grids.values() for moment in moments} - set(grids[chosen])
            if lone:
                message = f"at {len(lone)} moments there are registers, but not those that are read"
                found.notes.append(Finding(0, 0, Code.REGISTERS_CHANGE, Severity.WARNING, meter, len(lone), message))
            for grid, moments in grids.items():
                at_once = [(moment, readings) for moment, sets in moments.items() for readings in sets]
                if grid != chosen:
                    found.apart += [(one.node.start, one.node.end) for _, all_ in at_once for one in all_.values()]
                    continue
                for moment, readings in at_once:
                    nodes = [reading.node for reading in readings.values()]
                    value = _sum(list(readings.values()), name)
                    found.add(
                        series, nodes, moment, value,
                        natures=_worst(reading.nature for reading in readings.values()),
                        likelihoods=_likelihood(reading.likelihood for reading in readings.values()),
                    )  # fmt: skip
                groups = {tuple(sorted(readings)) for _, readings in at_once}
                if len(groups) > 1:
                    message = f"the registers read change ({len(groups)} sets of them): consumption across is uncertain"
                    found.notes.append(
                        Finding(0, 0, Code.REGISTERS_CHANGE, Severity.WARNING, meter, len(groups), message)
                    )


def _sum(readings: list[Reading], name: str) -> str:
    total = 0
    for reading in readings:
        if not reading.value:
            return ""
        if not (reading.value.isascii() and reading.value.isdigit() and len(reading.value) <= 12):
            raise MeterFileError(name, reading.node.line, f"{quoted(reading.value)} is no reading of a register")
        total += int(reading.value)
    return str(total)


def _worst(natures: Iterable[str]) -> str:
    """The nature of a sum: that of an estimated part if there is one."""
    return max(natures, key=lambda nature: (nature in ESTIMATED, nature))


def _likelihood(indexes: Iterable[str]) -> str:
    """The index of likelihood of a sum: that of a part that is not 0 if there is one."""
    return max(indexes, key=lambda index: (index not in ("0", *NOTHING), index))
