"""
Green Button: an Atom feed of ESPI resources (NAESB REQ.21), as North American utilities hand out interval data.

A usage point has meter readings; each points to a reading type (what is measured) and to interval blocks (the values).
An interval's start is epoch seconds and its duration seconds; its value times 10^powerOfTenMultiplier is Wh (`uom` 72,
an energy) or W (38, a mean power). `flowDirection` 1 is what the grid delivers (consumption), 19 what it receives
(production); readings of a register (`accumulationBehaviour` 1, 3 or 9) are an index. Other commodities and units are
passed over and said. Times are UTC: `tzOffset` only tells how the utility shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from xml.sax.saxutils import escape

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import decimals, markup
from offchain_worker.meters.curve import inside
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.markup import Node
from offchain_worker.meters.rows import EARLIEST, LARGEST_READING, LATEST, Kind, Rows
from offchain_worker.meters.text import chosen_meter, quoted

NAME = "greenbutton"
SIGNATURE = "'<feed xmlns=\"http://www.w3.org/2005/Atom\">' with ESPI resources (Green Button)"

WATT_HOURS, WATTS = "72", "38"
REGISTERS = {"1", "3", "9"}
RECEIVED = "19"
ESTIMATED = {"8", "9", "11", "12", "13"}
"""Qualities of reading that are no measurement: estimated by a reference day or between readings, derived, projected."""
ELECTRICITY = {"", "0", "1", "2"}
_INTEGER = re.compile(r"-?[0-9]{1,12}")
_WANTED = ("entry",)


@dataclass
class Meter:
    """A meter reading: the usage point and reading type it belongs to (by their addresses), its values in order."""

    point: str
    kind: str
    name: str
    intervals: list[Node] = field(default_factory=list)


@dataclass
class Feed:
    """What a feed holds, by address: meter readings and reading types."""

    meters: dict[str, Meter]
    kinds: dict[str, Node]


def claims(data: bytes) -> bool:
    """Is it a feed or an entry whose beginning speaks of ESPI?"""
    return markup.root_name(data) in ("feed", "entry") and b"naesb.org/espi" in data[:20_000]


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curves of every electric meter reading, in order. Raises MeterFileError naming the line."""
    return tuple(rows for _, _, rows in _curves(_feed(data, name), name))


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
    feed = _feed(data, name)
    made = _curves(feed, name)
    kept = chosen_meter({rows.meter for _, _, rows in made}, meter, stand_in, name)
    written = [_HEAD, _entry("UsagePoint/1", [], "<ServiceCategory><kind>0</kind></ServiceCategory>", stand_in)]
    chosen = [part for part in made if part[2].meter == kept and direction in (None, part[2].direction)]
    for number, (address, intervals, rows) in enumerate(chosen, 1):
        kind = _kind_of(feed, feed.meters[address])
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


def _feed(data: bytes, name: str) -> Feed:
    """The feed's resources, joined by their addresses, or by their order where those do not tell."""
    feed = Feed({}, {})
    blocks: list[tuple[str, Node]] = []
    names: dict[str, str] = {}
    point = meter = ""
    for entry in markup.pieces(data, name, _WANTED):
        if entry.name != "entry":
            continue
        address, links = _address(entry), _links(entry, "related")
        for node in _content(entry):
            if node.name == "UsagePoint":
                point = address
                names[address] = _identity(entry, address)
            elif node.name == "MeterReading":
                meter = address or f"MeterReading {len(feed.meters)}"
                kind = next((link for link in links if "/ReadingType" in link), "")
                feed.meters[meter] = Meter(_point(address) or point, kind, "")
            elif node.name == "ReadingType":
                feed.kinds[address or f"ReadingType {len(feed.kinds)}"] = node
            elif node.name == "IntervalBlock":
                parent = next((link.rpartition("/IntervalBlock")[0] for link in _links(entry, "up")), "")
                blocks.append((parent if parent in feed.meters or not meter else meter, node))
                if parent:
                    blocks[-1] = (parent, node)
    for address, node in blocks:
        known = address if address in feed.meters else next(iter(feed.meters), "")
        if len(feed.meters) > 1 and address not in feed.meters:
            raise MeterFileError(name, node.line, "an interval block of no meter reading that the feed holds")
        feed.meters.setdefault(known, Meter(_point(known) or point, "", "")).intervals += node.all("IntervalReading")
    for reading in feed.meters.values():
        reading.name = names.get(reading.point) or (
            next(iter(names.values())) if len(names) == 1 else _tail(reading.point)
        )
    return feed


def _identity(entry: Node, address: str) -> str:
    """A usage point's id: the UUID of its entry, else the last part of its address."""
    return _tail(entry.value("id").removeprefix("urn:uuid:") or address)


def _content(entry: Node) -> list[Node]:
    content = entry.child("content")
    return content.children if content is not None else []


def _links(entry: Node, relation: str) -> list[str]:
    found = [node.attributes for node in entry.children if node.name == "link"]
    return [link.get("href", "").rstrip("/") for link in found if link.get("rel") == relation]


def _address(entry: Node) -> str:
    return next(iter(_links(entry, "self")), "")


def _point(address: str) -> str:
    """The address of the usage point under which a resource stands."""
    found = re.match(r"(.*/UsagePoint/[^/]+)(?:/|$)", address)
    return found[1] if found else ""


def _curves(feed: Feed, name: str) -> list[tuple[str, list[Node], Rows]]:
    """Of each electric meter reading with values: its address, its intervals and its rows."""
    made, passed_over = [], []
    for address, meter in feed.meters.items():
        kind = feed.kinds.get(meter.kind)
        if kind is None and len(feed.kinds) == 1:
            kind = next(iter(feed.kinds.values()))
        if kind is None:
            raise MeterFileError(
                name, 0, f"holds no reading type for {quoted(address)}: what its values are is unknown"
            )
        unit, commodity = kind.value("uom"), kind.value("commodity")
        if commodity not in ELECTRICITY or unit not in (WATT_HOURS, WATTS):
            passed_over.append(f"{quoted(address)} (commodity {commodity or 'unstated'}, unit {unit or 'unstated'})")
        else:
            made.append((address, meter.intervals, _rows(meter, address, kind, name)))
    if not made:
        what = f": {', '.join(passed_over[:3])}" if passed_over else ""
        raise MeterFileError(name, 0, f"holds no readings of electric energy or power{what}")
    read = [part for part in made if part[1]] or made[:1]
    return [(address, intervals, _with(rows, passed_over)) for address, intervals, rows in read]


def _kind_of(feed: Feed, meter: Meter) -> Node | None:
    """The reading type of a meter reading: the one it points to, or the only one there is."""
    only = next(iter(feed.kinds.values())) if len(feed.kinds) == 1 else None
    return feed.kinds.get(meter.kind, only)


def _with(rows: Rows, passed_over: list[str]) -> Rows:
    if not passed_over:
        return rows
    message = f"{len(passed_over)} meter readings of other units passed over: {', '.join(passed_over[:3])}"
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
            int(stamps[at]), int(stamps[at]), Code.ROUNDED, Severity.INFO, _tail(address), 1, "rounded to a millionth"
        )
        for at in amounts.rounded[:1]
    ]
    return Rows(
        meter=meter.name,
        direction=Direction.PRODUCTION if kind.value("flowDirection") == RECEIVED else Direction.CONSUMPTION,
        estimated=kind.value("dataQualifier") == "8",
        stamped="start",
        is_power=kind.value("uom") == WATTS,
        stamps=stamps,
        amounts=amounts.values,
        present=amounts.present,
        numbers=numbers,
        seconds=None if what == "index" else lengths,
        kind=what,
        quantity=_tail(address) if what == "index" else "",
        codes=np.array(codes, dtype=np.str_) if any(codes) else None,
        estimates=np.array([bool(set(code.split()) & ESTIMATED) for code in codes]) if any(codes) else None,
        findings=tuple(found),
    )


def _whole(text: str, node: Node, name: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise MeterFileError(name, node.line, f"{quoted(text)} is no whole number of seconds: damaged")
    return int(text)


def _tail(address: str) -> str:
    """The last part of an address."""
    parts: Iterable[str] = [part for part in address.split("/") if part]
    return (list(parts) or ["UsagePoint"])[-1][:64]
