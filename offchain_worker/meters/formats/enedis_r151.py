"""
Enedis flow R151: daily registers and peak powers of Linky points (C5).

    <R151><En_Tete_Flux>…<Unite_Mesure_Index>Wh</Unite_Mesure_Index>…</En_Tete_Flux>
      <PRM><Id_PRM>12345678901234</Id_PRM>
        <Donnees_Releve><Date_Releve>2022-02-02</Date_Releve>
          <Classe_Temporelle_Distributeur><Id_Classe_Temporelle>BASE</Id_Classe_Temporelle>
            <Rang_Cadran>1</Rang_Cadran><Valeur>9744495</Valeur><Indice_Vraisemblance>0</Indice_Vraisemblance>…
          <Classe_Temporelle>…  <Puissance_Maximale><Valeur>3817</Valeur>…

A day's registers are those of its END (those of flow R50 and of the history of the same genuine point add up so). The
distributor's classes are summed (`enedis_registers`); the supplier's count the same energy. One reading per file is the
rule: consumption comes from several files.
"""

from __future__ import annotations

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import gathered
from offchain_worker.meters.formats.enedis_registers import CLASSES, UNITS, Reading, Registers
from offchain_worker.meters.formats.enedis_words import day_after, meter_of
from offchain_worker.meters.formats.gathered import Gathered
from offchain_worker.meters.markup import pieces, root_name
from offchain_worker.meters.text import quoted

NAME = "enedis_r151"
SIGNATURE = "<R151> (Enedis flow R151)"


def claims(data: bytes) -> bool:
    """Is its outermost element R151?"""
    return root_name(data) == "R151"


def _walk(data: bytes, name: str) -> Gathered:
    found, registers = Gathered(), Registers()
    for point in pieces(data, name, ["PRM"]):
        if point.name != "PRM":
            continue
        header = point.above("R151")
        unit = header.value("En_Tete_Flux", "Unite_Mesure_Index").casefold() if header is not None else ""
        if unit not in UNITS:
            raise MeterFileError(name, point.line, f"registers in {quoted(unit)}, not in Wh or kWh")
        meter = meter_of(point.value("Id_PRM"), name, point.line)
        found.point(meter, point)
        for release in point.all("Donnees_Releve"):
            moment = day_after(release.value("Date_Releve"), name, release.line)
            for element in release.children:
                if element.name in CLASSES:
                    group = element.value("Id_Classe_Temporelle") + element.value("Rang_Cadran")
                    likelihood = element.value("Indice_Vraisemblance")
                    reading = Reading(group, element.value("Valeur"), likelihood, "", element)
                    registers.add((meter, Direction.CONSUMPTION, unit), CLASSES[element.name], moment, reading)
                elif element.name == "Puissance_Maximale":
                    found.apart.append((element.start, element.end))
    registers.into(found, name)
    return found


parse, redact = gathered.reader(_walk)
