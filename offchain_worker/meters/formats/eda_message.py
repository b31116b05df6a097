"""
Energy data message of the Austrian energy data exchange (EDA), `CR_MSG`, as JSON.

    {"meter": {"meteringPoint": "AT…", "direction": "CONSUMPTION"}, "ecId": "TE…", "messageCode": "DATEN_CRMSG",
     "energy": [{"start": 1667948400000, "end": 1668034800000, "interval": "QH", "nInterval": 96,
                 "data": [{"meterCode": "1-1:1.9.0 G.01",
                           "value": [{"from": 1667948400000, "to": 1667949300000, "method": "L1", "value": 0.118}]}]}]}

Times are milliseconds from 1970, at the START and end of an interval; values are kWh. `energy` may be an object or a
list, and the whole may stand under `message` or in a list of messages. Meaning of the codes: see `eda`. A point whose
message says no direction produces if it has a code of production (P.01, 1-1:2.9.0 G.01).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import decimals, json_text
from offchain_worker.meters.curve import inside
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.formats import eda
from offchain_worker.meters.formats.eda import Quantity
from offchain_worker.meters.json_text import Number
from offchain_worker.meters.rows import EARLIEST, LARGEST_READING, LATEST, Rows
from offchain_worker.meters.text import chosen_meter, quoted

NAME = "eda_message"
SIGNATURE = '\'{"meter": {"meteringPoint": …}, "energy": …}\' (EDA CR_MSG)'

KWH = 9
_DIRECTIONS = {"CONSUMPTION": Direction.CONSUMPTION, "GENERATION": Direction.PRODUCTION}


@dataclass
class Series:
    """One point's values of one code: the objects {from, to, method, value} in their order."""

    meter: str
    label: str
    quantity: Quantity
    values: list[dict[str, Any]] = field(default_factory=list)


def claims(data: bytes) -> bool:
    """Is it JSON whose beginning names a metering point and energy?"""
    beginning = data[:4096]
    return json_text.begins(data) in ("[", "{") and b'"meteringPoint"' in beginning and b'"energy"' in data[:65536]


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curve of every point and code, in order of first appearance. Rows count values. Raises MeterFileError."""
    return tuple(_rows(series, name) for series in _series(json_text.loads(data, name), name))


def redact(
    data: bytes,
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str = "",
    direction: Direction | None = None,
) -> bytes:
    """One message with the point's values inside [start, end) under the stand-in, and no ids of messages or partners."""
    listed = _series(json_text.loads(data, name), name)
    made = [(series, _rows(series, name)) for series in listed]
    kept = chosen_meter({series.meter for series in listed}, meter, stand_in, name)
    energy = []
    side = Direction.CONSUMPTION
    for series, rows in made:
        if series.meter == kept and direction in (None, rows.direction):
            side = rows.direction
            values = [
                {key: series.values[at][key] for key in ("from", "to", "method", "value") if key in series.values[at]}
                for at in np.flatnonzero(inside(rows, start, end))
            ]
            energy.append({"meterCode": series.label, "value": values})
    stated = next(text for text, known in _DIRECTIONS.items() if known == side)
    document = {
        "meter": {"meteringPoint": stand_in, "direction": stated},
        "messageCode": "DATEN_CRMSG",
        "energy": [{"data": energy}],
    }
    return (json_text.dumps(document) + "\n").encode()


def _series(document: Any, name: str) -> list[Series]:
    made: dict[tuple[str, str], Series] = {}
    for message in _messages(document):
        point = message.get("meter")
        meter = point.get("meteringPoint") if isinstance(point, dict) else None
        if not isinstance(meter, str) or not 0 < len(meter) <= 64:
            raise MeterFileError(name, 0, "names no metering point")
        stated = point.get("direction") if isinstance(point, dict) else None
        blocks = message.get("energy")
        data: list[Any] = []
        for block in blocks if isinstance(blocks, list) else [blocks]:
            listed = block.get("data") if isinstance(block, dict) else None
            data += listed if isinstance(listed, list) else []
        labels = [part.get("meterCode") for part in data if isinstance(part, dict)]
        if len(labels) != len(data) or not all(isinstance(label, str) for label in labels):
            raise MeterFileError(name, 0, "holds values without a meter code")
        side = _DIRECTIONS.get(str(stated).upper()) or _side([str(label) for label in labels])
        for label, part in zip(labels, data, strict=True):
            meaning = eda.quantity(str(label), side)
            if meaning is None:
                raise MeterFileError(name, 0, f"meter code {quoted(str(label))} is not known")
            series = made.setdefault((meter, str(label)), Series(meter, str(label), meaning))
            values = part.get("value", [])
            if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
                raise MeterFileError(name, 0, f"values of {quoted(str(label))} are no list of intervals")
            series.values += values
    if not made:
        raise MeterFileError(name, 0, "holds no values of energy")
    return list(made.values())


def _messages(document: Any, depth: int = 0) -> list[dict[str, Any]]:
    """The messages, whatever they are wrapped in."""
    if isinstance(document, dict):
        if "meter" in document and "energy" in document:
            return [document]
        document = list(document.values())
    if not isinstance(document, list) or depth > 4:
        return []
    return [message for part in document for message in _messages(part, depth + 1)]


def _side(labels: list[str]) -> Direction:
    """The direction of a point from its codes."""
    known = [meaning for label in labels if (meaning := eda.quantity(label, None))]
    produces = any(meaning.direction == Direction.PRODUCTION for meaning in known)
    return Direction.PRODUCTION if produces else Direction.CONSUMPTION


def _rows(series: Series, name: str) -> Rows:
    starts, ends, texts, codes = [], [], [], []
    for number, value in enumerate(series.values, 1):
        starts.append(_milliseconds(value.get("from"), number, name))
        ends.append(_milliseconds(value.get("to"), number, name))
        text = value.get("value")
        if text is not None and not isinstance(text, Number):
            raise MeterFileError(name, number, f"{quoted(str(text))} is no energy")
        texts.append(text or "")
        method = value.get("method")
        codes.append(method if isinstance(method, str) else "")
    stamps = np.array(starts, dtype=np.int64)
    seconds = np.array(ends, dtype=np.int64) - stamps
    numbers = np.arange(1, len(stamps) + 1, dtype=np.int64)
    amounts, wrong = decimals.amounts(texts, KWH)
    large = np.flatnonzero(np.abs(amounts.values) >= LARGEST_READING)
    if wrong >= 0 or len(large):
        at = wrong if wrong >= 0 else int(large[0])
        raise MeterFileError(name, at + 1, f"{quoted(texts[at])} is no energy below 1 GWh")
    if (seconds <= 0).any():
        raise MeterFileError(name, int(np.flatnonzero(seconds <= 0)[0]) + 1, "an interval that ends before it begins")
    kinds = np.array(codes, dtype=np.str_) if any(codes) else None
    found = [*eda.identity(series.meter, stamps), *eda.unknown_codes(kinds, stamps, series.meter)]
    if amounts.rounded:
        message = f"{len(amounts.rounded)} values rounded to a millionth of a Wh"
        moment = int(stamps[amounts.rounded[0]])
        found.append(Finding(moment, moment, Code.ROUNDED, Severity.INFO, series.meter, len(amounts.rounded), message))
    made = eda.rows(
        series.meter, series.quantity, stamps, amounts.values, amounts.present, numbers, kinds, tuple(found)
    )
    return replace(made, seconds=seconds)


def _milliseconds(value: Any, number: int, name: str) -> int:
    """Seconds from 1970 of a time in milliseconds. Raises MeterFileError for anything but a whole second."""
    found = decimals.scaled(value, 0) if isinstance(value, Number) else None
    if found is None or found[0] % 1000 or not EARLIEST <= found[0] // 1000 <= LATEST:
        raise MeterFileError(name, number, f"{quoted(str(value))} is no time in milliseconds since 1970")
    return found[0] // 1000
