"""
Feeds of emoncms (OpenEnergyMonitor), as its interface gives them (`feed/data.json`) or as CSV.

    [[1704067200000, 412.5], [1704067210000, 410], …]         one feed: times in ms (or s), values, null if missing
    [{"feedid": 12, "data": [[…], …]}, …]                     several feeds
    {"id": 12, "name": "use", "unit": "W", "data": [[…], …]}  a feed with what `feed/list.json` says of it
    1704067200,412.5                                          CSV

A time is the START of an interval over which a power is the mean. Readings closer than five minutes are summed to five
minutes, exactly. A feed says neither point nor direction, and often no unit: a feed that only grows is taken for a counter of
kWh (an index, not a load curve), any other for W, and that is said. A name like `solar` or `export` means production.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import decimals, json_text
from offchain_worker.meters.curve import assemble, inside
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.json_text import Number
from offchain_worker.meters.rows import EARLIEST, LARGEST_READING, LATEST, Rows
from offchain_worker.meters.text import chosen_meter, quoted

NAME = "emoncms"
SIGNATURE = "'[[1704067200000, 412.5], …]' or '1704067200,412.5' (emoncms feeds)"

FINEST = 300
UNITS = {"w": (6, True), "kw": (9, True), "wh": (6, False), "kwh": (9, False)}
_JSON = re.compile(r"\[\s*\[\s*[0-9]{10,13}\s*,\s*(?:-?[0-9.]|null)")
_DATA = re.compile(r'"data"\s*:\s*\[\s*(?:\]|\[\s*[0-9]{10,13}\s*,)')
_CSV = re.compile(r'\s*"?([0-9]{10}|[0-9]{13})"?\s*[,;\t]\s*"?(-?[0-9.eE+-]*|null|nan)"?\s*[,;]?\s*', re.IGNORECASE)
_PRODUCES = re.compile(r"solar|pv|generat|export|feed.?in|wind|hydro", re.IGNORECASE)


@dataclass(frozen=True)
class Feed:
    """One feed: its id, name, unit ("" if unstated), the (line, time, value) texts in order; is its end open?"""

    meter: str
    title: str
    unit: str
    assumed: bool
    values: tuple[tuple[int, str, str], ...]
    open_end: bool = False


def claims(data: bytes) -> bool:
    """Is it a list of [time, value], an object with such a list as its data, or lines of time and value?"""
    beginning = data[:4096].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if beginning[:1] in ("[", "{"):
        return bool(_JSON.match(beginning) or _DATA.search(beginning))
    lines = beginning.splitlines()[:2]
    return any(_CSV.fullmatch(line) for line in lines)


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curve or index of every feed, in order. Raises MeterFileError naming the row."""
    return tuple(_rows(feed, name) for feed in _feeds(data, name))


def redact(
    data: bytes,
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str = "",
    direction: Direction | None = None,
) -> bytes:
    """One feed as JSON under the stand-in: its values inside [start, end), with the unit it was read in."""
    feeds = [(feed, _rows(feed, name)) for feed in _feeds(data, name)]
    kept = chosen_meter({feed.meter for feed, _ in feeds}, meter, stand_in, name)
    feed, rows = next((feed, rows) for feed, rows in feeds if feed.meter == kept)
    bound = end
    if rows.kind == "load" and len(rows.stamps):
        whole = inside(rows, start, end)
        ends = rows.stamps + assemble([rows]).seconds_at(rows.stamps)
        bound = int(ends[whole].max()) if whole.any() else start
    kept_values = [
        [Number(time), Number(value) if value else None]
        for _, time, value in feed.values
        if start <= _seconds(time) and (_seconds(time) < bound or (rows.kind == "index" and _seconds(time) <= end))
    ]
    if direction not in (None, rows.direction) and rows.direction_stated:
        kept_values = []
    unit, counter = _unit(feed)
    document = {
        "id": stand_in,
        "name": "export" if rows.direction == Direction.PRODUCTION else "use",
        "unit": ("k" if unit in ("kwh", "kw") else "") + ("Wh" if counter else "W"),
        "unitAssumed": feed.assumed or not feed.unit,
        "directionAssumed": not rows.direction_stated,
        "data": kept_values,
    }
    return (json_text.dumps(document) + "\n").encode()


def _seconds(text: str) -> int:
    return int(text) // 1000 if len(text) == 13 else int(text)


def _feeds(data: bytes, name: str) -> list[Feed]:
    if json_text.begins(data) not in ("[", "{"):
        return [Feed("feed", "", "", False, tuple(_lines(data, name)), not data.endswith((b"\n", b"\r")))]
    document = json_text.loads(data, name)
    if isinstance(document, list) and (not document or isinstance(document[0], list)):
        return [Feed("feed", "", "", False, tuple(_pairs(document, name)))]
    feeds = []
    for number, part in enumerate(document if isinstance(document, list) else [document], 1):
        if not isinstance(part, dict) or not isinstance(part.get("data"), list):
            raise MeterFileError(name, number, "is no feed with its data")
        given = next((part[key] for key in ("id", "feedid") if part.get(key) not in (None, "")), number)
        unit = str(part.get("unit") or "").strip().casefold()
        if unit and unit not in UNITS:
            raise MeterFileError(name, number, f"unit {quoted(unit)} is not one of W, kW, Wh, kWh")
        title = " ".join(str(part[key]) for key in ("tag", "name") if part.get(key) not in (None, ""))
        title = "" if part.get("directionAssumed") is True else title
        pairs = tuple(_pairs(part["data"], name))
        feeds.append(Feed(str(given)[:64], title, unit, part.get("unitAssumed") is True, pairs))
    if len({feed.meter for feed in feeds}) < len(feeds):
        raise MeterFileError(name, 0, "holds two feeds of one id")
    return feeds


def _pairs(listed: list[Any], name: str) -> list[tuple[int, str, str]]:
    made = []
    for number, pair in enumerate(listed, 1):
        if not isinstance(pair, list) or len(pair) < 2 or not isinstance(pair[0], Number):
            raise MeterFileError(name, number, f"entry {number} is no [time, value]")
        value = pair[1] if pair[1] is not None else ""
        if not isinstance(value, str):
            raise MeterFileError(name, number, f"entry {number} has no number as its value")
        time = pair[0].removesuffix(".0")
        if not time.isdigit() or len(time) not in (10, 13) or not EARLIEST <= _seconds(time) <= LATEST:
            raise MeterFileError(name, number, f"{quoted(pair[0])} is no time in seconds or milliseconds since 1970")
        made.append((number, time, str(value)))
    return made


def _lines(data: bytes, name: str) -> list[tuple[int, str, str]]:
    made = []
    for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
        found = _CSV.fullmatch(line)
        if found and EARLIEST <= _seconds(found[1]) <= LATEST:
            made.append((number, found[1], "" if found[2].lower() in decimals.MISSING else found[2]))
        elif line.strip() and (made or number > 1):
            raise MeterFileError(name, number, f"{quoted(line)} is no time since 1970 and value: export unix times")
    return made


def _unit(feed: Feed) -> tuple[str, bool]:
    """The unit (stated or taken for granted), and whether it is of energy."""
    if feed.unit:
        return feed.unit, not UNITS[feed.unit][1]
    amounts, _ = decimals.amounts([value for _, _, value in feed.values], 6)
    known = amounts.values[amounts.present]
    grows = len(known) > 2 and bool((np.diff(known) >= 0).all()) and bool(known[-1] > known[0])
    return ("kwh", True) if grows else ("w", False)


def _rows(feed: Feed, name: str) -> Rows:
    unit, counter = _unit(feed)
    power, _ = UNITS[unit]
    texts = [value for _, _, value in feed.values]
    amounts, wrong = decimals.amounts(texts, power)
    large = np.flatnonzero(np.abs(amounts.values) >= LARGEST_READING)
    if wrong >= 0 or len(large):
        at = wrong if wrong >= 0 else int(large[0])
        raise MeterFileError(name, feed.values[at][0], f"{quoted(texts[at])} is no reading below 1 GW or 1 GWh")
    stamps = np.array([_seconds(time) for _, time, _ in feed.values], dtype=np.int64)
    numbers = np.array([number for number, _, _ in feed.values], dtype=np.int64)
    split = [number for number, time, _ in feed.values if len(time) == 13 and not time.endswith("000")]
    if split:
        raise MeterFileError(name, split[0], "a time of a fraction of a second")
    found = []
    first, last = (int(stamps.min()), int(stamps.max())) if len(stamps) else (0, 0)
    if not feed.unit or feed.assumed:
        taken = "a counter of kWh" if counter else "mean power in W"
        message = f"states no unit: taken for {taken}"
        found.append(Finding(first, last, Code.UNIT_UNSTATED, Severity.WARNING, feed.meter, len(stamps), message))
    if not feed.title:
        message = "has no name that would tell its direction: taken for consumption"
        found.append(Finding(first, last, Code.DIRECTION_UNSTATED, Severity.INFO, feed.meter, len(stamps), message))
    if feed.open_end:
        message = "the value in the last row is not followed by a line end: it may be cut short"
        found.append(Finding(last, last, Code.DOUBTFUL, Severity.WARNING, feed.meter, 1, message))
    if amounts.rounded:
        message = f"{len(amounts.rounded)} values rounded to a millionth of a W or Wh"
        found.append(Finding(first, last, Code.ROUNDED, Severity.INFO, feed.meter, len(amounts.rounded), message))
    values, present = amounts.values, amounts.present
    if not counter:
        stamps, values, present, numbers, summed = summed_to_five_minutes(stamps, values, present, numbers)
        if summed:
            message = f"readings every {summed} s summed to 5 minutes"
            found.append(Finding(first, last, Code.ROUNDED, Severity.INFO, feed.meter, len(stamps), message))
    return Rows(
        meter=feed.meter,
        direction=Direction.PRODUCTION if _PRODUCES.search(feed.title) else Direction.CONSUMPTION,
        estimated=False,
        stamped="start",
        is_power=not counter,
        stamps=stamps,
        amounts=values,
        present=present,
        numbers=numbers,
        direction_stated=bool(feed.title),
        kind="index" if counter else "load",
        quantity="counter" if counter else "",
        findings=tuple(found),
    )


def summed_to_five_minutes(
    stamps: np.ndarray, values: np.ndarray, present: np.ndarray, numbers: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
    """
    Means of five minutes from means of a shorter step that divides it, floored on their running sum so that the energy
    is exact; five minutes with a reading missing are absent. The last value is the step that was summed, 0 if none was.
    """
    distances = np.diff(stamps)
    fine = distances[(distances > 0) & (distances < FINEST)]
    step = int(np.bincount(fine).argmax()) if len(fine) else 0
    if not step or FINEST % step or (stamps % step).any() or (distances <= 0).any():
        return stamps, values, present, numbers, 0
    group = stamps // FINEST
    firsts = np.flatnonzero(np.concatenate([[True], np.diff(group) > 0]))
    counts = np.add.reduceat(present.astype(np.int64), firsts)
    sums = np.add.reduceat(np.where(present, values, 0), firsts)
    whole = counts == FINEST // step
    running = np.cumsum(np.where(whole, sums, 0).astype(object))
    floors = running // (FINEST // step)
    means = np.diff(floors, prepend=0).astype(np.int64)
    return group[firsts] * FINEST, np.where(whole, means, 0), whole, numbers[firsts], step
