"""
Enedis flow R15: registers as they are billed, at readings that are not daily (cycles, moves, changes of contract).

    <R15><En_Tete_Flux>…</En_Tete_Flux><PRM><Id_PRM>12345678901234</Id_PRM>
      <Donnees_Releve><Date_Releve>2014-01-06T09:30:00Z</Date_Releve><Statut_Releve>INITIAL</Statut_Releve>
        <Motif_Releve>MES</Motif_Releve><Nature_Index>REEL</Nature_Index>
        <Classe_Temporelle_Distributeur><Id_Classe_Temporelle>HC</Id_Classe_Temporelle><Classe_Mesure>1</Classe_Mesure>
          <Unite_Mesure>kWh</Unite_Mesure><Sens_Mesure>0</Sens_Mesure><Valeur>1200</Valeur>
          <Coefficient_Lecture>1</Coefficient_Lecture>…

A date without a time is the START of that day. Class 1 measures active energy, other classes are left out; direction 0
is drawn from the grid, 1 is fed in. A coefficient multiplies the register. `ESTIME` is the operator's estimate.
"""

from __future__ import annotations

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import gathered
from offchain_worker.meters.formats.enedis_registers import CLASSES, UNITS, Reading, Registers
from offchain_worker.meters.formats.enedis_words import meter_of
from offchain_worker.meters.formats.gathered import Gathered
from offchain_worker.meters.markup import Node, pieces, root_name
from offchain_worker.meters.text import quoted

NAME = "enedis_r15"
SIGNATURE = "<R15> (Enedis flow R15)"
DIRECTIONS = {"0": Direction.CONSUMPTION, "1": Direction.PRODUCTION, "": Direction.CONSUMPTION}
ACTIVE = ("1", "")


def claims(data: bytes) -> bool:
    """Is its outermost element R15?"""
    return root_name(data) == "R15"


def _walk(data: bytes, name: str) -> Gathered:
    found, registers = Gathered(), Registers()
    for point in pieces(data, name, ["PRM"]):
        if point.name != "PRM":
            continue
        meter = meter_of(point.value("Id_PRM"), name, point.line)
        found.point(meter, point)
        for release in point.all("Donnees_Releve"):
            for element in release.children:
                if element.name in CLASSES:
                    _register(element, release, meter, found, registers, name)
    registers.into(found, name)
    return found


def _register(element: Node, release: Node, meter: str, found: Gathered, registers: Registers, name: str) -> None:
    unit = element.value("Unite_Mesure").casefold()
    if element.value("Classe_Mesure") not in ACTIVE or unit not in UNITS:
        found.set_aside(meter, element, element.value("Unite_Mesure") or "another quantity", 1)
        return
    direction = DIRECTIONS.get(element.value("Sens_Mesure"))
    if direction is None:
        raise MeterFileError(name, element.line, f"direction {quoted(element.value('Sens_Mesure'))} is neither 0 nor 1")
    value, coefficient = element.value("Valeur"), element.value("Coefficient_Lecture") or "1"
    if coefficient != "1":
        if not (coefficient.isascii() and coefficient.isdigit() and len(coefficient) < 6 and value.isdigit()):
            raise MeterFileError(name, element.line, f"coefficient {quoted(coefficient)} is no whole number")
        value = str(int(value) * int(coefficient))
    group = element.value("Id_Classe_Temporelle") + element.value("Rang_Cadran")
    reading = Reading(group, value, "", release.value("Nature_Index"), element)
    registers.add((meter, direction, unit), CLASSES[element.name], release.value("Date_Releve"), reading)


parse, redact = gathered.reader(_walk)
