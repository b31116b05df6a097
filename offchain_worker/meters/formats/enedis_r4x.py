"""
Enedis flows R4H, R4M and R4Q (weekly, monthly, daily; their header says R4x): load curves of segments C1 to C4.

    <Courbe><Entete>…</Entete><Corps><Identifiant_PRM>12345678901234</Identifiant_PRM>
      <Donnees_Courbe><Granularite>10</Granularite><Unite_Mesure>kW</Unite_Mesure>
        <Grandeur_Metier>CONS</Grandeur_Metier><Grandeur_Physique>EA</Grandeur_Physique>
        <Donnees_Point_Mesure Horodatage="2022-02-02T00:00:00+01:00" Valeur_Point="28" Statut_Point="R"/>…

A stamp is the START of its interval of 5 or 10 minutes, with its offset; active energy (EA) is a mean in kW. Reactive
energy and voltage (ERC, ERI, E) are left out. A curve whose direction is left out is read as consumption. The status of
every point is kept (`enedis_series`).
"""

from __future__ import annotations

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import gathered
from offchain_worker.meters.formats.enedis_series import Series
from offchain_worker.meters.formats.enedis_words import direction_of, meter_of, shared
from offchain_worker.meters.formats.gathered import Gathered
from offchain_worker.meters.markup import Node, pieces, root_name
from offchain_worker.meters.text import quoted

NAME = "enedis_r4x"
SIGNATURE = "<Courbe> (Enedis flows R4H, R4M, R4Q)"


def claims(data: bytes) -> bool:
    """Is its outermost element Courbe?"""
    return root_name(data) == "Courbe"


def _walk(data: bytes, name: str) -> Gathered:
    found = Gathered()
    for curve in pieces(data, name, ["Donnees_Courbe"]):
        if curve.name == "Donnees_Courbe":
            _curve(curve, found, name)
    return found


def _curve(curve: Node, found: Gathered, name: str) -> None:
    body = curve.above("Corps")
    meter = meter_of(body.value("Identifiant_PRM") if body is not None else "", name, curve.line)
    quantity, unit = curve.value("Grandeur_Physique"), curve.value("Unite_Mesure")
    points = curve.all("Donnees_Point_Mesure")
    if not shared(quantity, unit, name, curve.line):
        found.set_aside(meter, curve, quantity or "an unnamed quantity", len(points))
        return
    if quantity != "EA" or unit.casefold() != "kw":
        raise MeterFileError(name, curve.line, f"is {quoted(quantity)} in {quoted(unit)}, not active energy (EA) in kW")
    side = curve.value("Grandeur_Metier")
    direction = direction_of(side, name, curve.line) if side else Direction.CONSUMPTION
    series = Series(meter, direction, factor=1000, direction_stated=bool(side))
    found.curve(series)
    found.point(meter, curve, series.direction)
    found.declare(series, curve.value("Horodatage_Debut"), curve.value("Horodatage_Fin"))
    step = curve.value("Granularite")
    for row in points:
        values = row.attributes
        found.add(
            series, row, values.get("Horodatage", ""), values.get("Valeur_Point", ""),
            steps=step, natures=values.get("Statut_Point", ""),
        )  # fmt: skip


parse, redact = gathered.reader(_walk, "start")
