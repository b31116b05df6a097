"""
Answers of Enedis' Data Connect API (metering data, versions 4 and 5) as JSON: one of them, or a list of them.

    {"meter_reading": {"usage_point_id": "12345678901234", "start": "2019-05-06", "end": "2019-05-12", "quality": "BRUT",
      "reading_type": {"measurement_kind": "power", "unit": "W", "aggregate": "average"},
      "interval_reading": [{"value": "540", "date": "2019-05-06 00:30:00", "interval_length": "PT30M",
                            "measure_type": "B"}]}}

The outer name may be missing. Values are texts, stamps naive local time at the END of the interval; `end` is excluded. A
daily energy (`measuring_period` P1D, a date without a time) is that of the day: an index, no load curve. Peak powers are
not shared. The answer does not say whether it consumes or produces, unless by `flow_direction` forward or reverse: it
is then read as consumption and goes with any column of that point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import json_text
from offchain_worker.meters.curve import inside
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.formats import enedis_series
from offchain_worker.meters.formats.enedis_series import Series, Texts
from offchain_worker.meters.formats.enedis_words import duration, meter_of, unit_of
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter, quoted
from offchain_worker.meters.zone import DAY

NAME = "data_connect"
SIGNATURE = '{"meter_reading": {"usage_point_id": ...}} (Enedis Data Connect)'
DAILY = "EA by day"
DIRECTIONS = {"forward": Direction.CONSUMPTION, "reverse": Direction.PRODUCTION}
KEPT = ("usage_point_id", "start", "end", "quality", "reading_type", "interval_reading")


@dataclass(frozen=True)
class Answer:
    """One answer: the object with the readings, and the number of the first of them, counted through the file from 1."""

    body: dict[str, Any]
    readings: list[dict[str, Any]]
    first: int


def claims(data: bytes) -> bool:
    """Is it JSON that names a usage point and its readings early on?"""
    beginning = data[:4096]
    return json_text.begins(data) in ("{", "[") and b'"usage_point_id"' in beginning and b"interval_reading" in data


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curve of each answer; a row's number counts readings. Raises MeterFileError naming the reading."""
    return tuple(_rows(answer, name) for answer in _answers(data, name))


def redact(
    data: bytes,
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str = "",
    direction: Direction | None = None,
) -> bytes:
    """
    The answers of one point with the readings inside [start, end) alone, under another id; names that have nothing to
    do with readings go. Raises MeterFileError.
    """
    answers = _answers(data, name)
    curves = [_rows(answer, name) for answer in answers]
    kept = chosen_meter({rows.meter for rows in curves}, meter, stand_in, name)
    left = []
    for answer, rows in zip(answers, curves, strict=True):
        if rows.meter == kept and (direction in (None, rows.direction) or not rows.direction_stated):
            stay = (rows.numbers[inside(rows, start, end)] - answer.first).tolist()
            body = {key: answer.body[key] for key in KEPT if key in answer.body}
            body |= {"usage_point_id": stand_in, "interval_reading": [answer.readings[at] for at in sorted(stay)]}
            left.append({"meter_reading": body})
    return (json_text.dumps(left[0] if len(left) == 1 else left) + "\n").encode()


def _answers(data: bytes, name: str) -> list[Answer]:
    """The answers of the file. Raises MeterFileError for JSON that is built otherwise."""
    document = json_text.loads(data, name)
    made: list[Answer] = []
    number = 1
    for entry in document if isinstance(document, list) else [document]:
        body = entry.get("meter_reading", entry) if isinstance(entry, dict) else None
        readings = body.get("interval_reading") if isinstance(body, dict) else None
        if (
            not isinstance(body, dict)
            or not isinstance(readings, list)
            or not all(isinstance(reading, dict) for reading in readings)
        ):
            raise MeterFileError(name, 0, "has no list of readings (interval_reading) where an answer has one")
        made.append(Answer(body, readings, number))
        number += len(readings)
    return made


def _rows(answer: Answer, name: str) -> Rows:
    body, readings = answer.body, answer.readings
    kind = body.get("reading_type")
    kind = kind if isinstance(kind, dict) else {}
    flow = _text(kind.get("flow_direction")).casefold()
    if flow and flow not in DIRECTIONS:
        raise MeterFileError(name, answer.first, f"flow_direction {quoted(flow)} is neither forward nor reverse")
    factor, is_power = unit_of(_text(kind.get("unit")), name, answer.first)
    wanted = {("power", "average"), ("energy", "sum")}
    measured = (_text(kind.get("measurement_kind")).casefold(), _text(kind.get("aggregate")).casefold())
    if measured not in wanted or is_power != (measured[0] == "power"):
        reason = f"is {quoted(' '.join(measured))}: neither the average of power nor the sum of energy"
        raise MeterFileError(name, answer.first, reason)
    steps = [_text(reading.get("interval_length")) or _text(kind.get("interval_length")) for reading in readings]
    period = _text(kind.get("measuring_period"))
    daily = (
        not is_power and all(not step or duration(step) == DAY for step in steps) and duration(period or "P1D") == DAY
    )
    series = Series(
        meter_of(_text(body.get("usage_point_id")), name, answer.first),
        DIRECTIONS.get(flow, Direction.CONSUMPTION),
        factor,
        is_power,
        _text(body.get("quality")),
        direction_stated=bool(flow),
        kind="index" if daily else "load",
        quantity=DAILY if daily else "",
        days=daily,
    )
    texts = Texts(
        stamps=[_text(reading.get("date")) for reading in readings],
        values=[_text(reading.get("value")) for reading in readings],
        numbers=list(range(answer.first, answer.first + len(readings))),
        steps=[] if daily else steps,
        natures=[_text(reading.get("measure_type")) for reading in readings],
    )
    rows = enedis_series.rows(series, texts, name)
    return enedis_series.span_findings(rows, _text(body.get("start"))[:10], _text(body.get("end"))[:10])


def _text(value: object) -> str:
    """A JSON text or number as written, "" for anything else."""
    return str(value).strip() if isinstance(value, str) else ""
