"""The resources of a Green Button feed, joined by their addresses, or by their order where those do not tell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from offchain_worker.meters import markup
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.markup import Node


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


def resources(data: bytes, name: str) -> Feed:
    """The feed's resources. Raises MeterFileError naming the line."""
    feed = Feed({}, {})
    blocks: list[tuple[str, Node]] = []
    names: dict[str, str] = {}
    point = meter = ""
    by_order = 0
    for entry in markup.pieces(data, name, ("entry",)):
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
                stated = [link for link in (*_links(entry, "up"), address) if "/IntervalBlock" in link]
                blocks.append((stated[0].rpartition("/IntervalBlock")[0] if stated else meter, node))
                by_order += not stated
    for address, node in blocks:
        known = address if address in feed.meters else next(iter(feed.meters), "")
        if len(feed.meters) > 1 and (address not in feed.meters or by_order not in (0, len(blocks))):
            raise MeterFileError(name, node.line, "an interval block of no meter reading that the feed holds")
        feed.meters.setdefault(known, Meter(_point(known) or point, "", "")).intervals += node.all("IntervalReading")
    if len(feed.meters) > 1 and by_order and not all(reading.intervals for reading in feed.meters.values()):
        raise MeterFileError(name, 0, "holds interval blocks that do not say of which meter reading they are")
    for reading in feed.meters.values():
        reading.name = names.get(reading.point) or (
            next(iter(names.values())) if len(names) == 1 else tail(reading.point)
        )
    return feed


def _identity(entry: Node, address: str) -> str:
    """A usage point's id: the UUID of its entry, else the last part of its address."""
    return tail(entry.value("id").removeprefix("urn:uuid:") or address)


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


def kind_of(feed: Feed, meter: Meter) -> Node | None:
    """The reading type of a meter reading: the one it points to, or the only one there is."""
    only = next(iter(feed.kinds.values())) if len(feed.kinds) == 1 else None
    return feed.kinds.get(meter.kind, only)


def tail(address: str) -> str:
    """The last part of an address."""
    parts: Iterable[str] = [part for part in address.split("/") if part]
    return (list(parts) or ["UsagePoint"])[-1][:64]
