"""
Enedis flow R171: daily registers of segments C2 to C4, one series per register, several points in a file.

    <ns2:R171 xmlns:ns2="http://www.enedis.fr/stm/R171"><entete>…</entete><serieMesuresDateesListe>
      <serieMesuresDatees><prmId>12345678901234</prmId><type>INDEX</type><grandeurMetier>CONS</grandeurMetier>
        <grandeurPhysique>EA</grandeurPhysique><typeCalendrier>D</typeCalendrier>
        <codeClasseTemporelle>HPH</codeClasseTemporelle><unite>Wh</unite>
        <mesuresDateesListe><mesureDatee><dateFin>2022-02-03T02:37:56</dateFin><valeur>429229000</valeur>…

`dateFin` is the moment of reading in local time, without an offset. Only active energy (EA) is read, summed over the
classes of the distributor's calendar (D); reactive energies, peak powers and durations are left out.
"""

from __future__ import annotations

from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import gathered
from offchain_worker.meters.formats.enedis_registers import UNITS, Reading, Registers
from offchain_worker.meters.formats.enedis_words import direction_of, meter_of, shared
from offchain_worker.meters.formats.gathered import Gathered
from offchain_worker.meters.markup import Node, pieces, root_name
from offchain_worker.meters.text import quoted

NAME = "enedis_r171"
SIGNATURE = "<R171> (Enedis flow R171)"


def claims(data: bytes) -> bool:
    """Is its outermost element R171?"""
    return root_name(data) == "R171"


def _walk(data: bytes, name: str) -> Gathered:
    found, registers = Gathered(), Registers()
    for series in pieces(data, name, ["serieMesuresDatees"]):
        if series.name == "serieMesuresDatees":
            _series(series, found, registers, name)
    registers.into(found, name)
    return found


def _series(series: Node, found: Gathered, registers: Registers, name: str) -> None:
    meter = meter_of(series.value("prmId"), name, series.line)
    listed = series.child("mesuresDateesListe")
    measures = listed.all("mesureDatee") if listed is not None else []
    quantity, unit = series.value("grandeurPhysique"), series.value("unite").casefold()
    if not shared(quantity, unit, name, series.line):
        found.set_aside(meter, series, quantity or "an unnamed quantity", len(measures))
        return
    if quantity != "EA" or series.value("type") != "INDEX" or unit not in UNITS:
        what = f"{quoted(series.value('type'))} of {quoted(quantity)} in {quoted(unit)}"
        raise MeterFileError(name, series.line, f"is {what}, not registers (INDEX) of active energy (EA) in Wh or kWh")
    point = (meter, direction_of(series.value("grandeurMetier"), name, series.line), unit)
    found.point(meter, series, point[1])
    grid = series.value("typeCalendrier") or "D"
    if grid not in ("D", "F"):
        raise MeterFileError(
            name, series.line, f"calendar {quoted(grid)} is neither distributor's (D) nor supplier's (F)"
        )
    for measure in measures:
        moment = measure.value("dateFin")
        reading = Reading(series.value("codeClasseTemporelle"), measure.value("valeur"), "", "", measure)
        registers.add(point, grid, moment, reading)


parse, redact = gathered.reader(_walk)
