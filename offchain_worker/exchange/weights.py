"""Weights of TABLE stages as people write them: a CSV for each stage, a row for each step.

The first column, `interval_start`, is the UTC start of the step (ISO 8601); each other column is named after a consumption
point and holds its share of the step in percent with at most four decimals (a comma or a point), or in ppm if the header
says `ppm` behind the point (`3 ppm`). Separator `;` or `,`. Rows are contiguous and of one length.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import numpy as np

from offchain_worker.domain.errors import TableInvalid
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.quantities import PPM, STEP_LENGTHS
from offchain_worker.domain.table import Table, Weights

TIME = "interval_start"
_POINT = re.compile(r"(?:point )?(\d{1,5})( ppm)?")
_PERCENT = re.compile(r"(\d{1,3})(?:[.,](\d{1,4}))?")


def table(key: AllocationKey, sheets: Sequence[tuple[str, str]]) -> Table:
    """Make the table of a key from (name, text) of one CSV for each of its TABLE stages, in their order.

    Raises TableInvalid naming file, line and column.
    """
    if len(sheets) != len(key.tables):
        raise TableInvalid(f"table: {len(sheets)} files, but the key has {len(key.tables)} TABLE stages; give one each")
    rows: dict[int, Weights] = {}
    spans = []
    for stage, (name, text) in zip(key.tables, sheets, strict=True):
        start, step, points, weights = _read(name, text)
        named = list(key.stages[stage].points) or sorted(points)
        if set(named) != set(points):
            raise TableInvalid(f"{name}: points {sorted(points)}, but stage {stage + 1} serves {sorted(named)}")
        rows[stage] = weights[:, [points.index(point) for point in named]]
        spans.append((start, step, len(weights)))
        if spans[-1] != spans[0]:
            raise TableInvalid(f"{name}: other steps than {sheets[0][0]}; all stages have rows for the same steps")
    return Table(key.hash(), spans[0][0], spans[0][1], rows)


def _read(name: str, text: str) -> tuple[int, int, list[int], Weights]:
    """Start, step, points and int64 ppm (steps, points) of a sheet."""
    separator = ";" if ";" in text.partition("\n")[0] else ","
    lines = [line for line in csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=separator) if line]
    if not lines or lines[0][0].strip() != TIME or len(lines[0]) < 2:
        raise TableInvalid(f"{name}, line 1: the header is {TIME}, then a column for each point")
    heads = [_POINT.fullmatch(head.strip()) for head in lines[0][1:]]
    if not all(heads):
        wrong = lines[0][1 + heads.index(None)]
        raise TableInvalid(f"{name}, line 1: {wrong!r} is no point's number")
    points = [int(head[1]) for head in heads if head]
    if len(set(points)) < len(points):
        raise TableInvalid(f"{name}, line 1: a point stands twice")
    starts, weights = [], np.empty((len(lines) - 1, len(points)), np.int64)
    for at, line in enumerate(lines[1:]):
        if len(line) != len(lines[0]):
            raise TableInvalid(f"{name}, line {at + 2}: {len(line)} fields, the header has {len(lines[0])}")
        starts.append(_seconds(name, at + 2, line[0].strip()))
        for place, (head, field) in enumerate(zip(heads, line[1:], strict=True)):
            weights[at, place] = _weight(name, at + 2, points[place], field.strip(), bool(head and head[2]))
    if len(starts) < 2:
        raise TableInvalid(f"{name}: {len(starts)} rows; a table has one for each step of a period")
    step = starts[1] - starts[0]
    if step not in STEP_LENGTHS:
        raise TableInvalid(f"{name}, line 3: {step} s after line 2; steps are of 5, 10, 15, 30 or 60 minutes")
    for at, (before, after) in enumerate(pairwise(starts)):
        if after - before != step:
            raise TableInvalid(f"{name}, line {at + 3}: {after - before} s after the line before, not {step}")
    return starts[0], step, points, weights


def _seconds(name: str, line: int, text: str) -> int:
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise TableInvalid(f"{name}, line {line}: {text!r} is no time in ISO 8601") from None
    if found.utcoffset() is None:
        raise TableInvalid(f"{name}, line {line}: {text!r} has no time zone; write UTC, e.g. 2016-06-30T22:00:00Z")
    return int(found.timestamp())


def _weight(name: str, line: int, point: int, text: str, ppm: bool) -> int:
    place = f"{name}, line {line}, point {point}"
    if ppm:
        if not text.isascii() or not text.isdecimal() or len(text) > 7:
            raise TableInvalid(f"{place}: {text!r} is no weight in ppm, 0 to {PPM}")
        return int(text)
    found = _PERCENT.fullmatch(text)
    if not found:
        raise TableInvalid(f"{place}: {text!r} is no percentage with at most four decimals")
    return int(found[1]) * PPM // 100 + int((found[2] or "").ljust(4, "0"))
