"""
Enedis' R63 and R64 (also R65, R66) as JSON, and the answers of Data Connect since 2026, which are built alike: measures
of one point or several.

    {"header": {"codeFlux": "R63", …}, "mesures": [{"idPrm": "12345678901234", "etapeMetier": "BRUT",
      "periode": {"dateDebut": "2023-03-13", "dateFin": "2023-03-20"},
      "grandeur": [{"grandeurMetier": "CONS", "grandeurPhysique": "PA", "unite": "W",
        "points": [{"d": "2023-03-13 00:30:00", "v": "692", "p": "PT30M", "n": "B", "iv": "0", "ec": "0"}]}]}]}

In R64 a `contexte` stands between the point and its quantities, which hold registers. The header may be missing, and a
point may stand alone or in a list. Stamps are local time with or without an offset, at the END of steps of 15 minutes or
more, at the START of 5 and 10 (`enedis_series`). What the quantities hold: `enedis_quantity`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import json_text
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import enedis_quantity, gathered
from offchain_worker.meters.formats.enedis_quantity import Context
from offchain_worker.meters.formats.enedis_registers import Registers
from offchain_worker.meters.formats.enedis_words import ACTIVE, direction_of, meter_of
from offchain_worker.meters.formats.gathered import Gathered
from offchain_worker.meters.markup import Node
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter

NAME = "enedis_r6x_json"
SIGNATURE = '{"mesures": [{"idPrm": ..., "grandeur": ...}]} (Enedis R63, R64 as JSON, Data Connect 2026)'
LEAVES = ("points", "mesure", "valeur")
"""Lists of readings; each reading has a number, counted through the file from 1."""
KEPT = {
    "point": ("idPrm", "etapeMetier", "periode", "modeCalcul", "pas", "grandeur", "contexte"),
    "contexte": ("etapeMetier", "contexteReleve", "typeReleve", "grandeur"),
    "grandeur": ("grandeurMetier", "grandeurPhysique", "unite", "pas", *LEAVES, "calendrier", "cadranTotalisateur"),
}
"""What redaction leaves of an object: nothing that speaks of the request."""


@dataclass
class _Walked:
    """The points of a file, as they are written and as nodes, and the number of each reading by the identity of its object."""

    points: list[tuple[dict[str, Any], Node]] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)


def claims(data: bytes) -> bool:
    """Is it JSON that names a point and a quantity of it early on?"""
    beginning = data[:65536]
    return json_text.begins(data) in ("{", "[") and b'"idPrm"' in beginning and b'"grandeur"' in beginning


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curves and registers of every point; rows count readings. Raises MeterFileError naming the reading."""
    return gathered.parsed(_gathered(_walk(data, name), name), name)


def redact(
    data: bytes,
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str = "",
    direction: Direction | None = None,
) -> bytes:
    """One point's readings inside [start, end) under another id; what has nothing to do with readings goes. Raises MeterFileError."""
    walked = _walk(data, name)
    found = _gathered(walked, name)
    kept = chosen_meter({series.meter for series in found.curves}, meter, stand_in, name)
    stay = {number for number, _ in gathered.staying(found, name, kept, (start, end), direction)}
    left = []
    for point, node in walked.points:
        if meter_of(node.value("idPrm"), name, node.line) == kept:
            left.append(_left(point, "point", stay, walked.numbers, direction, name) | {"idPrm": stand_in})
    return (json_text.dumps({"mesures": left}) + "\n").encode()


def _walk(data: bytes, name: str) -> _Walked:
    """The points of the file. Raises MeterFileError for JSON that is built otherwise."""
    walked = _Walked()
    for point in _points(json_text.loads(data, name)):
        walked.points.append((point, _node("point", point, None, walked.numbers)))
    if not walked.points:
        raise MeterFileError(name, 0, "holds no point (idPrm) with quantities (grandeur)")
    return walked


def _points(document: Any, depth: int = 0) -> list[dict[str, Any]]:
    """The objects that name a point, whatever they are wrapped in."""
    if isinstance(document, dict):
        if "idPrm" in document:
            return [document]
        document = list(document.values())
    if not isinstance(document, list) or depth > 4:
        return []
    return [point for part in document for point in _points(part, depth + 1)]


def _node(key: str, value: Any, parent: Node | None, numbers: dict[int, int]) -> Node:
    """A JSON value as the element it would be in XML; a reading's place is its number."""
    if isinstance(value, dict) and key in LEAVES:
        numbers[id(value)] = len(numbers) + 1
    number = numbers.get(id(value), len(numbers) + 1) if isinstance(value, dict) else len(numbers)
    node = Node(key, {}, parent, number, number, number)
    if isinstance(value, dict):
        for name, content in value.items():
            for entry in content if isinstance(content, list) else [content]:
                node.children.append(_node(name, entry, node, numbers))
    elif isinstance(value, str):
        node.text = value
    return node


def _gathered(walked: _Walked, name: str) -> Gathered:
    found, registers = Gathered(), Registers()
    for _, point in walked.points:
        meter = meter_of(point.value("idPrm"), name, point.line)
        bounds = point.value("periode", "dateDebut"), point.value("periode", "dateFin")
        for holder in [point, *point.all("contexte")]:
            stage = holder.value("etapeMetier") or point.value("etapeMetier")
            context = Context(meter, stage, point.value("pas"), *bounds)
            for quantity in holder.all("grandeur"):
                enedis_quantity.walk(quantity, context, found, registers, name)
    registers.into(found, name)
    return found


def _left(value: Any, key: str, stay: set[int], numbers: dict[int, int], direction: Direction | None, name: str) -> Any:
    """The value without readings that go, quantities of another direction or that nobody shares, and other names."""
    if isinstance(value, list):
        listed = [_left(part, key, stay, numbers, direction, name) for part in value]
        return [part for part in listed if part is not None]
    if not isinstance(value, dict):
        return value
    if key in LEAVES and numbers.get(id(value)) not in stay:
        return None
    if key == "grandeur" and not _is_kept(value, direction, name):
        return None
    wanted = KEPT.get(key, tuple(value))
    parts = {inner: _left(value[inner], inner, stay, numbers, direction, name) for inner in wanted if inner in value}
    return {inner: part for inner, part in parts.items() if part is not None}


def _is_kept(quantity: dict[str, Any], direction: Direction | None, name: str) -> bool:
    if str(quantity.get("grandeurPhysique")).strip() not in ACTIVE:
        return False
    return direction in (None, direction_of(str(quantity.get("grandeurMetier")), name, 0))
