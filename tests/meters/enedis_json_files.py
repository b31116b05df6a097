"""R63, R64 and Data Connect since 2026 as JSON, written out by hand for the tests of meters."""

from __future__ import annotations

import json
from collections.abc import Iterable

from tests.meters.enedis_files import PRM


def measures(*points: dict[str, object], flow: str = "R63") -> bytes:
    """R63 or R64 as JSON."""
    header = {"siDemandeur": "SGE", "codeFlux": flow, "idDemande": "M053Q0D3", "modePublication": "P", "format": "JSON"}
    return json.dumps({"header": header, "mesures": list(points)}, indent=0, ensure_ascii=False).encode()


def measured(
    stamps: Iterable[str],
    values: Iterable[object],
    step: str = "PT30M",
    prm: str = PRM,
    business: str = "CONS",
    physical: str = "PA",
    unit: str = "W",
) -> dict[str, object]:
    """One point's curve, as R63 in JSON and Data Connect since 2026 have it."""
    points = [
        {"d": stamp, "v": None if value is None else str(value), "p": step, "n": "B", "iv": "0"}
        for stamp, value in zip(stamps, values, strict=True)
    ]
    quantity = {"grandeurMetier": business, "grandeurPhysique": physical, "unite": unit, "points": points}
    return {"idPrm": prm, "etapeMetier": "BRUT", "modeCalcul": "MESURE", "grandeur": [quantity]}
