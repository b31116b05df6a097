"""
Enedis flow R50: half-hourly load curves of Linky points (C5), one day or one month per file, several points.

    <R50><En_Tete_Flux>…<Pas_Publication>30</Pas_Publication></En_Tete_Flux>
      <PRM><Id_PRM>12345678901234</Id_PRM>
        <Donnees_Releve><Date_Releve>2022-02-02</Date_Releve>
          <PDC><H>2022-02-02T00:30:00+01:00</H><V>476</V><IV>0</IV></PDC>…

`H` is the END of the interval with its offset, `V` the mean power in W (absent: missing), `IV` is not 0 where Enedis
finds the value unlikely. The flow is one of consumption; it does not say so itself.
"""

from __future__ import annotations

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import gathered
from offchain_worker.meters.formats.enedis_series import Series
from offchain_worker.meters.formats.enedis_words import day_after, meter_of
from offchain_worker.meters.formats.gathered import Gathered
from offchain_worker.meters.markup import pieces, root_name

NAME = "enedis_r50"
SIGNATURE = "<R50> (Enedis flow R50)"


def claims(data: bytes) -> bool:
    """Is its outermost element R50?"""
    return root_name(data) == "R50"


def _walk(data: bytes, name: str) -> Gathered:
    found = Gathered()
    for point in pieces(data, name, ["PRM"]):
        if point.name != "PRM":
            continue
        header = point.above("R50")
        step = header.value("En_Tete_Flux", "Pas_Publication") if header is not None else ""
        if not step:
            raise MeterFileError(name, point.line, "a point before the header's step (Pas_Publication)")
        series = Series(meter_of(point.value("Id_PRM"), name, point.line), Direction.CONSUMPTION)
        found.curve(series)
        found.point(series.meter, point)
        for release in point.all("Donnees_Releve"):
            day = release.value("Date_Releve")
            found.declare(series, day, day_after(day, name, release.line))
            for row in release.all("PDC"):
                found.add(
                    series, row, row.value("H"), row.value("V"), steps=step, likelihoods=row.value("IV")
                )  # fmt: skip
    return found


parse, redact = gathered.reader(_walk, "end")
