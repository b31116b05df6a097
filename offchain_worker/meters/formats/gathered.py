"""
The rows of a file that is no table (XML, JSON), gathered by curve with the bytes each stands in, so that the same walk
through a file serves reading and redaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.curve import inside
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Finding
from offchain_worker.meters.formats import enedis_series
from offchain_worker.meters.formats.enedis_series import Series, Texts
from offchain_worker.meters.markup import Node, cut
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter, quoted

Span = tuple[int, int]


@dataclass
class Gathered:
    """
    Rows by curve, with the bytes [start, end) that each stands in, in one place or several; `declared` the local bounds a curve claims to span; `points` the
    bytes that speak of one point (and direction) alone, and `apart` those with quantities that nobody shares; `left_out` how many rows
    of which quantity of a point, and the line of the first; `notes` other findings.
    """

    curves: dict[Series, Texts] = field(default_factory=dict)
    spans: dict[Series, list[list[Span]]] = field(default_factory=dict)
    declared: dict[Series, tuple[str, str]] = field(default_factory=dict)
    points: list[tuple[str, Direction | None, Span]] = field(default_factory=list)
    apart: list[Span] = field(default_factory=list)
    left_out: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)

    def curve(self, series: Series) -> Texts:
        """The rows of a curve so far; a curve that has none yet is there from now on."""
        self.spans.setdefault(series, [])
        return self.curves.setdefault(series, Texts())

    def add(self, series: Series, nodes: Node | list[Node], stamp: str, value: str, **quality: str) -> None:
        """One row, from an element or several; `quality` may have steps, natures, likelihoods, states."""
        nodes = nodes if isinstance(nodes, list) else [nodes]
        texts = self.curve(series)
        row = {"stamps": stamp, "values": value, "numbers": nodes[0].line, "steps": "", "natures": ""}
        for column, entry in (row | {"likelihoods": "", "states": ""} | quality).items():
            getattr(texts, column).append(entry)
        self.spans[series].append([(node.start, node.end) for node in nodes])

    def declare(self, series: Series, begins: str, ends: str) -> None:
        """What a part of the file says that the curve spans: ISO times of the same form throughout."""
        before = self.declared.get(series, (begins, ends))
        self.declared[series] = (min(before[0], begins), max(before[1], ends))

    def set_aside(self, meter: str, node: Node, what: str, count: int) -> None:
        """Rows of a quantity that is not shared."""
        self.apart.append((node.start, node.end))
        before, line = self.left_out.get((meter, what), (0, node.line))
        self.left_out[meter, what] = (before + count, line)

    def point(self, meter: str, node: Node, direction: Direction | None = None) -> None:
        """An element that speaks of one point alone, and if a direction is given of that alone."""
        self.points.append((meter, direction, (node.start, node.end)))


class Parse(Protocol):
    """What `formats` says of `parse`."""

    def __call__(self, data: bytes, name: str) -> tuple[Rows, ...]: ...


class Redact(Protocol):
    """What `formats` says of `redact`."""

    def __call__(
        self,
        data: bytes,
        name: str,
        stand_in: str,
        start: int,
        end: int,
        meter: str = "",
        direction: Direction | None = None,
    ) -> bytes: ...


def reader(
    walk: Callable[[bytes, str], Gathered], stamped: Literal["start", "end"] | None = None
) -> tuple[Parse, Redact]:
    """A format's `parse` and `redact` from its walk through a file; `stamped` if its stamps always stand there."""

    def parse(data: bytes, name: str) -> tuple[Rows, ...]:
        return parsed(walk(data, name), name, stamped)

    def redact(
        data: bytes,
        name: str,
        stand_in: str,
        start: int,
        end: int,
        meter: str = "",
        direction: Direction | None = None,
    ) -> bytes:
        return redacted(data, name, walk, stand_in, (start, end), meter, direction, stamped)

    return parse, redact


def parsed(gathered: Gathered, name: str, stamped: Literal["start", "end"] | None = None) -> tuple[Rows, ...]:
    """The curves in order of first appearance. Raises MeterFileError naming the row, or for a file of other things."""
    if gathered.left_out and not gathered.curves:
        what = ", ".join(sorted({what for _, what in gathered.left_out}))
        raise MeterFileError(name, 0, f"holds {quoted(what)} alone: only active energy can be shared")
    made = []
    for series, texts in gathered.curves.items():
        rows = enedis_series.rows(series, texts, name, stamped)
        if series in gathered.declared:
            rows = enedis_series.span_findings(rows, *gathered.declared[series])
        said = tuple(
            enedis_series.ignored(meter, what, count, line)
            for (meter, what), (count, line) in gathered.left_out.items()
            if meter == series.meter
        )
        noted = tuple(note for note in gathered.notes if note.meter == series.meter)
        made.append(replace(rows, findings=rows.findings + said + noted))
    return tuple(made)


def redacted(
    data: bytes,
    name: str,
    walk: Callable[[bytes, str], Gathered],
    stand_in: str,
    period: tuple[int, int],
    meter: str,
    direction: Direction | None,
    stamped: Literal["start", "end"] | None = None,
) -> bytes:
    """
    The file with the rows of one point inside the period alone, under an id of the same length; all else stays byte
    for byte, but other points and other quantities go. Raises MeterFileError.
    """
    gathered = walk(data, name)
    known = {series.meter for series in gathered.curves}
    kept = chosen_meter(known, meter, stand_in, name)
    stay = set(staying(gathered, name, kept, period, direction, stamped))
    removed = list(gathered.apart)
    for of, side, span in gathered.points:
        if of != kept or (side is not None and direction not in (None, side)):
            removed.append(span)
    removed += [place for spans in gathered.spans.values() for row in spans for place in row if place not in stay]
    left = cut(data, removed, []).replace(kept.encode(), stand_in.encode())
    if {series.meter for series in walk(left, name).curves} - {stand_in}:
        raise MeterFileError(name, 0, "has ids of points where redaction does not find them")
    return left


def staying(
    gathered: Gathered,
    name: str,
    kept: str,
    period: tuple[int, int],
    direction: Direction | None,
    stamped: Literal["start", "end"] | None = None,
) -> list[Span]:
    """The places of one point's rows inside the period. Raises MeterFileError."""
    stay: list[Span] = []
    for series, texts in gathered.curves.items():
        if series.meter == kept and direction in (None, series.direction):
            spans = gathered.spans[series]
            rows = enedis_series.rows(series, replace(texts, numbers=list(range(len(spans)))), name, stamped)
            stay += [place for row in rows.numbers[inside(rows, *period)] for place in spans[row]]
    return stay
