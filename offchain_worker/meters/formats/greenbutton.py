"""
Green Button: an Atom feed of ESPI resources (NAESB REQ.21), as North American utilities hand out interval data.

A usage point has meter readings; each points to a reading type (what is measured) and to interval blocks (the values).
An interval's start is epoch seconds and its duration seconds; its value times 10^powerOfTenMultiplier is Wh (`uom` 72,
an energy) or W (38, a mean power). `flowDirection` 1 is what the grid delivers (consumption), 19 what it receives
(production); readings of a register (`accumulationBehaviour` 1, 3 or 9) are an index. Passed over and said are other
commodities, units and flows (a net has no direction), and of what a point has twice the power beside the energy and the
longer intervals beside the shorter ones. Times are UTC: `tzOffset` only tells how the utility shows them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from xml.sax.saxutils import escape

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import decimals, markup
from offchain_worker.meters.curve import inside
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.formats.greenbutton_feed import Feed, Meter, kind_of, resources, tail
from offchain_worker.meters.markup import Node
from offchain_worker.meters.rows import EARLIEST, LARGEST_READING, LATEST, Kind, Rows
from offchain_worker.meters.text import chosen_meter, quoted

NAME = "greenbutton"
SIGNATURE = "'<feed xmlns=\"http://www.w3.org/2005/Atom\">' with ESPI resources (Green Button)"

WATT_HOURS, WATTS = "72", "38"
REGISTERS = {"1", "3", "9"}
DIRECTIONS = {
    "1": Direction.CONSUMPTION,
    "19": Direction.PRODUCTION,
    "0": Direction.CONSUMPTION,
    "": Direction.CONSUMPTION,
}
ESTIMATED = {"8", "9", "11", "12", "13"}
"""Qualities of reading that are no measurement: estimated by a reference day or between readings, derived, projected."""
ELECTRICITY = {"", "0", "1", "2"}
_INTEGER = re.compile(r"-?[0-9]{1,12}")


def claims(data: bytes) -> bool:
    """Is it a feed or an entry whose beginning speaks of ESPI?"""
    return markup.root_name(data) in ("feed", "entry") and b"naesb.org/espi" in data[:20_000]


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curves of every electric meter reading, in order. Raises MeterFileError naming the line."""
    return tuple(rows for _, _, rows in _curves(resources(data, name), name))


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
    A feed written anew with the usage point under its stand-in, its reading types and the intervals inside [start, end):
    nothing of the customer, of bills and of addresses. A file without such an interval comes back with empty blocks.
    """
    feed = resources(data, name)
    made = _curves(feed, name)
    kept = chosen_meter({rows.meter for _, _, rows in made}, meter, stand_in, name)
    written = [_HEAD, _entry("UsagePoint/1", [], "<ServiceCategory><kind>0</kind></ServiceCategory>", stand_in)]
    chosen = [part for part in made if part[2].meter == kept and direction in (None, part[2].direction)]
    for number, (address, intervals, rows) in enumerate(chosen, 1):
        kind = kind_of(feed, feed.meters[address])
        types = "".join(f"<{node.name}>{escape(node.text.strip())}</{node.name}>" for node in _fields(kind))
        readings = "".join(_reading(intervals[at]) for at in np.flatnonzero(inside(rows, start, end)))
        place = f"UsagePoint/1/MeterReading/{number}"
        written += [
            _entry(place, [f"ReadingType/{number}"], ""),
            _entry(f"ReadingType/{number}", [], types),
            _entry(f"{place}/IntervalBlock/1", [], readings, up=f"{place}/IntervalBlock"),
        ]
    return "".join([*written, "</feed>\n"]).encode()


_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'


def _entry(place: str, related: list[str], content: str, identity: str = "", up: str = "") -> str:
    """One entry of a feed written anew; the last named part of its place is its resource."""
    resource = [part for part in place.split("/") if not part.isdigit()][-1]
    named = f"<id>urn:uuid:{escape(identity)}</id>" if identity else ""
    links = "".join(f'<link rel="related" href="{link}"/>' for link in related) + (
        f'<link rel="up" href="{up}"/>' if up else ""
    )
    body = f'<{resource} xmlns="http://naesb.org/espi">\n{content}</{resource}>'
    return f'<entry>{named}<link rel="self" href="{place}"/>{links}<content>{body}</content></entry>\n'


def _fields(kind: Node | None) -> list[Node]:
    return [node for node in kind.children if not node.children] if kind is not None else []


def _reading(interval: Node) -> str:
    period = "".join(
        f"<{what}>{escape(text)}</{what}>"
        for what in ("duration", "start")
        if (text := interval.value("timePeriod", what))
    )
    codes = "".join(
        f"<ReadingQuality><quality>{escape(node.value('quality'))}</quality></ReadingQuality>"
        for node in interval.all("ReadingQuality")
    )
    value = f"<value>{escape(interval.value('value'))}</value>" if interval.child("value") else ""
    return f"<IntervalReading>{codes}<timePeriod>{period}</timePeriod>{value}</IntervalReading>\n"


def _curves(feed: Feed, name: str) -> list[tuple[str, list[Node], Rows]]:
    """Of each electric meter reading with values: its address, its intervals and its rows."""
    made, passed_over = [], []
    for address, meter in feed.meters.items():
        kind = kind_of(feed, meter)
        if kind is None:
            raise MeterFileError(
                name, 0, f"holds no reading type for {quoted(address)}: what its values are is unknown"
            )
        unit, commodity, flow = (kind.value(what) for what in ("uom", "commodity", "flowDirection"))
        if commodity not in ELECTRICITY or unit not in (WATT_HOURS, WATTS):
            passed_over.append(f"{quoted(address)} (commodity {commodity or 'unstated'}, unit {unit or 'unstated'})")
        elif flow not in DIRECTIONS:
            passed_over.append(f"{quoted(address)} (flow direction {quoted(flow)})")
        else:
            made.append((address, meter.intervals, _rows(meter, address, kind, name)))
    if not made:
        what = f": {', '.join(passed_over[:3])}" if passed_over else ""
        raise MeterFileError(name, 0, f"holds no readings of electric energy or power{what}")
    read = [part for part in made if part[1]] or made[:1]
    for part in list(read):
        better = next((other for other in read if other is not part and _is_better(other[2], part[2])), None)
        if better is not None:
            read.remove(part)
            passed_over.append(f"{quoted(part[0])} (also given by {quoted(better[0])})")
    return [(address, intervals, _with(rows, passed_over)) for address, intervals, rows in read]


def _is_better(one: Rows, other: Rows) -> bool:
    """Do both give the same load curve, the first as energy or in shorter intervals?"""
    if (one.meter, one.direction, one.kind) != (other.meter, other.direction, other.kind) or one.kind != "load":
        return False
    if one.seconds is None or other.seconds is None or not len(one.stamps) or not len(other.stamps):
        return False
    if one.stamps[0] > other.stamps[-1] or other.stamps[0] > one.stamps[-1]:
        return False
    rank = (one.is_power, int(np.median(one.seconds)))
    return rank < (other.is_power, int(np.median(other.seconds)))


def _with(rows: Rows, passed_over: list[str]) -> Rows:
    if not passed_over:
        return rows
    message = f"{len(passed_over)} meter readings passed over: {', '.join(passed_over[:3])}"
    said = Finding(0, 0, Code.IGNORED_ROWS, Severity.INFO, rows.meter, len(passed_over), message)
    return replace(rows, findings=(*rows.findings, said))


def _rows(meter: Meter, address: str, kind: Node, name: str) -> Rows:
    multiplier = kind.value("powerOfTenMultiplier") or "0"
    if not _INTEGER.fullmatch(multiplier) or abs(int(multiplier)) > 12:
        raise MeterFileError(name, kind.line, f"powerOfTenMultiplier {quoted(multiplier)} is no small integer")
    if kind.value("accumulationBehaviour") in REGISTERS:
        what: Kind = "index"
    else:
        what = "load"
    stated = _whole(kind.value("intervalLength") or "0", kind, name)
    starts, seconds, texts, codes = [], [], [], []
    for interval in meter.intervals:
        starts.append(_whole(interval.value("timePeriod", "start"), interval, name))
        seconds.append(_whole(interval.value("timePeriod", "duration") or str(stated), interval, name))
        texts.append(interval.value("value"))
        codes.append(" ".join(node.value("quality") for node in interval.all("ReadingQuality")))
    stamps, lengths = np.array(starts, dtype=np.int64), np.array(seconds, dtype=np.int64)
    numbers = np.array([interval.line for interval in meter.intervals], dtype=np.int64)
    for wrong, reason in (
        ((stamps < EARLIEST) | (stamps > LATEST), "no such moment between the years 2000 and 2100"),
        ((lengths < 0) | (lengths > 366 * 86400), "an interval of more than a year or less than nothing"),
    ):
        if wrong.any():
            raise MeterFileError(name, int(numbers[wrong][0]), reason)
    amounts, wrong_at = decimals.amounts(texts, 6 + int(multiplier))
    unusable = [at for at, text in enumerate(texts) if "," in text] + ([wrong_at] if wrong_at >= 0 else [])
    unusable += np.flatnonzero(np.abs(amounts.values) >= LARGEST_READING).tolist()
    if unusable:
        at = unusable[0]
        raise MeterFileError(name, int(numbers[at]), f"{quoted(texts[at])} is no reading below 1 GWh")
    found = [
        Finding(
            int(stamps[at]), int(stamps[at]), Code.ROUNDED, Severity.INFO, tail(address), 1, "rounded to a millionth"
        )
        for at in amounts.rounded[:1]
    ]
    if not (is_stated := kind.value("flowDirection") not in ("", "0")):
        message = "does not state the direction of its flow: taken for consumption"
        found.append(Finding(0, 0, Code.DIRECTION_UNSTATED, Severity.INFO, meter.name, len(stamps), message))
    return Rows(
        meter=meter.name,
        direction=DIRECTIONS[kind.value("flowDirection")],
        direction_stated=is_stated,
        estimated=kind.value("dataQualifier") == "8",
        stamped="start",
        is_power=kind.value("uom") == WATTS,
        stamps=stamps,
        amounts=amounts.values,
        present=amounts.present,
        numbers=numbers,
        seconds=None if what == "index" else lengths,
        kind=what,
        quantity=tail(address) if what == "index" else "",
        codes=np.array(codes, dtype=np.str_) if any(codes) else None,
        estimates=np.array([bool(set(code.split()) & ESTIMATED) for code in codes]) if any(codes) else None,
        findings=tuple(found),
    )


def _whole(text: str, node: Node, name: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise MeterFileError(name, node.line, f"{quoted(text)} is no whole number of seconds: damaged")
    return int(text)
