"""
Answers of Enedis' SOAP service ConsultationMesuresDetaillees, versions 2 and 3, with or without the envelope.

    <consulterMesuresDetailleesResponseV3><pointId>12345678901234</pointId><mesuresCorrigees>BRUT</mesuresCorrigees>
      <periode><dateDebut>2023-04-01</dateDebut><dateFin>2023-04-07</dateFin></periode>
      <grandeur><grandeurMetier>CONS</grandeurMetier><grandeurPhysique>PA</grandeurPhysique><unite>W</unite>
        <points><v>692</v><d>2023-04-01 00:30:00</d><p>PT30M</p><n>B</n><iv>0</iv><ec>0</ec></points>…

Version 2 calls a point `mesure` and writes offsets. Curves (PA) carry END stamps at 30 minutes, START stamps at 5 and 10
(`enedis_series`). Daily energies (EA without a step) are energies of that local day, registers (version 3, in
`calendrier/classeTemporelle` and `cadranTotalisateur`) readings at that moment: both are an index, not a load curve.
Peak powers, reactive energies and voltages are left out.
"""

from __future__ import annotations

from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import enedis_quantity, gathered
from offchain_worker.meters.formats.enedis_quantity import Context
from offchain_worker.meters.formats.enedis_registers import Registers
from offchain_worker.meters.formats.enedis_words import meter_of
from offchain_worker.meters.formats.gathered import Gathered
from offchain_worker.meters.markup import pieces, root_name

NAME = "sge_soap"
SIGNATURE = "<consulterMesuresDetailleesResponse> (Enedis SGE, measures by SOAP)"
RESPONSES = (
    "consulterMesuresDetailleesResponse",
    "consulterMesuresDetailleesResponseV3",
    "consulterMesuresDetailleesV3Response",
)


def claims(data: bytes) -> bool:
    """Is its outermost element a response with measures, or an envelope around one?"""
    root = root_name(data)
    return root in RESPONSES or (root == "Envelope" and b"consulterMesuresDetaillees" in data[:8192])


def _walk(data: bytes, name: str) -> Gathered:
    found, registers = Gathered(), Registers()
    root = None
    for quantity in pieces(data, name, ["grandeur"]):
        root = quantity
        if quantity.name != "grandeur":
            continue
        response = quantity.parent
        while response is not None and response.name not in RESPONSES:
            response = response.parent
        if response is None:
            raise MeterFileError(name, quantity.line, "measures outside a response")
        meter = meter_of(response.value("pointId"), name, quantity.line)
        bounds = response.value("periode", "dateDebut"), response.value("periode", "dateFin")
        context = Context(meter, response.value("mesuresCorrigees"), response.value("pas"), *bounds)
        enedis_quantity.walk(quantity, context, found, registers, name)
    if root is not None and root.name == "Envelope" and b"Fault>" in data:
        raise MeterFileError(name, root.line, "is an error message of the service (SOAP Fault), no measures")
    registers.into(found, name)
    return found


parse, redact = gathered.reader(_walk)
