"""
One quantity of one point as Enedis' services hand it out, in XML or JSON: points of a curve (`points`, in older answers
`mesure`), each with stamp `d`, value `v`, step `p`, nature `n`, likelihood `iv` and complementary state `ec`; or registers
by calendar and class (`calendrier/classeTemporelle/valeur`, `cadranTotalisateur/valeur`).

Daily energies (EA without a step, or P1D) are energies of that local day, registers readings at their moment: both are an
index, no load curve. Peak powers, reactive energies and voltages are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats.enedis_registers import UNITS, Reading, Registers
from offchain_worker.meters.formats.enedis_series import Series
from offchain_worker.meters.formats.enedis_words import direction_of, duration, shared, unit_of
from offchain_worker.meters.formats.gathered import Gathered
from offchain_worker.meters.markup import Node
from offchain_worker.meters.zone import DAY

DAILY = "EA by day"


@dataclass(frozen=True)
class Context:
    """What stands around a quantity: whose it is, its stage, its step if it has one for all, the days it declares."""

    meter: str
    stage: str
    step: str = ""
    begins: str = ""
    ends: str = ""


def walk(quantity: Node, context: Context, found: Gathered, registers: Registers, name: str) -> None:
    """Add a quantity's rows to those found. Raises MeterFileError naming the line."""
    points = quantity.all("points") + quantity.all("mesure")
    kind = quantity.value("grandeurPhysique")
    if not shared(kind, quantity.value("unite"), name, quantity.line):
        found.set_aside(context.meter, quantity, kind or "an unnamed quantity", len(points))
        return
    direction = direction_of(quantity.value("grandeurMetier"), name, quantity.line)
    found.point(context.meter, quantity, direction)
    if points or not (quantity.child("calendrier") or quantity.child("cadranTotalisateur")):
        _points(points, quantity, context, direction, found, name)
    else:
        _registers(quantity, (context.meter, direction, quantity.value("unite").casefold()), registers, name)


def _points(
    points: list[Node], quantity: Node, context: Context, direction: Direction, found: Gathered, name: str
) -> None:
    factor, is_power = unit_of(quantity.value("unite"), name, quantity.line)
    usual = quantity.value("pas") or context.step
    steps = [point.value("p") or usual for point in points]
    series = Series(context.meter, direction, factor, is_power, context.stage)
    if not is_power and all(not step or duration(step) == DAY for step in steps):
        series = replace(series, kind="index", quantity=DAILY, days=True)
    else:
        found.declare(series, context.begins, context.ends)
    found.curve(series)
    for point, step in zip(points, steps, strict=True):
        found.add(
            series, point, point.value("d"), point.value("v"), steps=step, natures=point.value("n"),
            likelihoods=point.value("iv"), states=point.value("ec"),
        )  # fmt: skip


def _registers(quantity: Node, point: tuple[str, Direction, str], registers: Registers, name: str) -> None:
    if point[2] not in UNITS:
        raise MeterFileError(name, quantity.line, f"registers in {point[2]!a}, not in Wh or kWh")
    for calendar in quantity.all("calendrier"):
        for group in calendar.all("classeTemporelle"):
            code = group.value("codeCadran")
            grid = "F" if "_F" in code or calendar.value("idCalendrier").startswith("F") else "D"
            _readings(group, code or group.value("idClasseTemporelle"), grid, point, registers)
    for total in quantity.all("cadranTotalisateur"):
        _readings(total, total.value("codeCadran"), "T", point, registers)


def _readings(group: Node, code: str, grid: str, point: tuple[str, Direction, str], registers: Registers) -> None:
    for value in group.all("valeur"):
        registers.add(point, grid, value.value("d"), Reading(code, value.value("v"), value.value("iv"), "", value))
