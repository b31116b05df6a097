"""
What meters' adapters publish, as readings. Known by what the payload is, or by the topic where the payload is a bare number:

| source | topic | payload |
|---|---|---|
| P1 | any | a raw telegram |
| P1, DSMR-reader | `dsmr/reading/electricity_delivered_1`, `…_returned_2` | kWh as text |
| Linky | any | raw frames, historic or standard |
| Linky, teleinfo2mqtt | any | `{"ADSC": {"raw": "…"}, "EAST": {"raw": "…", …}, "DATE": …}` |
| Linky, Tasmota | any | `{"TIC": {"ADSC": "…", "EAST": "…"}}` |
| OpenEnergyMonitor | `emon/<node>/<name>` | a number: names with `kwh`, `wh`, `E1`, `pulse` are counters, others W |

A reading without a time of its own gets the time of its arrival. Tariff registers are added up per meter once all of them were seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from offchain_worker.collect.readings import Kind, Reading
from offchain_worker.domain.roster import Direction
from offchain_worker.meters import decimals, linky_frames
from offchain_worker.meters.formats import dsmr_telegram

LONGEST = 65_536
KWH, WH, W = 9, 6, 6
_DIRECTIONS = {"consumption": Direction.CONSUMPTION, "production": Direction.PRODUCTION}
_DSMR_READER = re.compile(r"(.*)/electricity_(delivered|returned)_([12])")
_EMON = re.compile(r"emon/([^/]{1,40})/([^/]{1,40})")
_KWH_COUNTER = re.compile(r"kwh", re.IGNORECASE)
_WH_COUNTER = re.compile(r"^e[0-9]{1,2}$|wh$|pulse", re.IGNORECASE)
_POWER = re.compile(r"^p[0-9]{0,2}$|power|^ct[0-9]|^use$|watt|^w[0-9]?$", re.IGNORECASE)
_PRODUCES = re.compile(r"solar|pv|gen|export|feed|wind|hydro", re.IGNORECASE)
_HISTORIC = (
    "BASE",
    "HCHC",
    "HCHP",
    "EJPHN",
    "EJPHPM",
    "BBRHCJB",
    "BBRHPJB",
    "BBRHCJW",
    "BBRHPJW",
    "BBRHCJR",
    "BBRHPJR",
)


@dataclass
class Decoder:
    """Payloads to readings. It remembers tariff registers that come one by one; `unread` counts what said nothing."""

    clock: Callable[[], int]
    tariffs: dict[tuple[str, Direction], dict[str, int]] = field(default_factory=dict)
    unread: int = 0

    def readings(self, topic: str, payload: bytes) -> list[Reading]:
        """The readings of one message, none if it says nothing of energy."""
        found: list[Reading] = []
        if len(payload) <= LONGEST:
            beginning = payload.lstrip()[:1]
            if beginning == b"{":
                found = self._document(topic, payload)
            elif re.search(rb"^/[^\r\n]+\r?\n", payload, re.MULTILINE):
                found = self.telegrams(payload)
            elif b"ADCO" in payload or b"ADSC" in payload:
                found = self.frames(payload)
            else:
                found = self._number(topic, payload)
        self.unread += not found
        return [reading for reading in found if reading.is_sound]

    def telegrams(self, data: bytes) -> list[Reading]:
        """The registers of P1 telegrams whose checksum does not contradict them."""
        return [
            Reading(
                telegram.meter, side, Kind.REGISTER, telegram.moment if telegram.moment >= 0 else self.clock(), value
            )
            for telegram in dsmr_telegram.telegrams(data)[0]
            if telegram.checked is not False and not telegram.faults
            for side, value in telegram.registers.items()
        ]

    def frames(self, data: bytes) -> list[Reading]:
        """The registers of Linky frames none of whose lines is in doubt."""
        return [
            Reading(
                frame.point or frame.address,
                _DIRECTIONS[side],
                Kind.REGISTER,
                frame.moment if frame.moment >= 0 else self.clock(),
                value * 10**WH,
            )
            for frame in linky_frames.frames(data)
            if not frame.wrong
            for side, value in frame.registers.items()
        ]

    def _document(self, topic: str, payload: bytes) -> list[Reading]:
        try:
            document = json.loads(payload, parse_float=str, parse_int=str)
        except (ValueError, RecursionError):
            return []
        if not isinstance(document, dict):
            return []
        nested = document.get("TIC")
        values = nested if isinstance(nested, dict) else document
        texts = {str(label): _raw(value) for label, value in values.items()}
        address = texts.get("PRM") or texts.get("ADSC") or texts.get("ADCO")
        if address:
            return self._linky(address, texts, _stamp(values.get("DATE")))
        node = re.fullmatch(r"emon/([^/]{1,40})", topic)
        if node:
            when = decimals.scaled(texts.get("time", ""), 0)
            moment = when[0] if when is not None else self.clock()
            return [
                reading
                for name, text in texts.items()
                if name != "time"
                for reading in self._emon(node[1], name, text, moment)
            ]
        return []

    def _linky(self, address: str, texts: dict[str, str], stamp: int) -> list[Reading]:
        """The registers of a frame that an adapter took apart, at the meter's own time (-1 if it gives none)."""
        moment = stamp if stamp >= 0 else self.clock()
        made = []
        for label, side in (("EAST", Direction.CONSUMPTION), ("EAIT", Direction.PRODUCTION)):
            value = decimals.scaled(texts.get(label, ""), WH)
            if value is not None:
                made.append(Reading(address, side, Kind.REGISTER, moment, value[0]))
        classes = [decimals.scaled(texts[label], WH) for label in _HISTORIC if label in texts]
        if classes and all(value is not None for value in classes):
            total = sum(value[0] for value in classes if value is not None)
            made.append(Reading(address, Direction.CONSUMPTION, Kind.REGISTER, moment, total))
        return made

    def _number(self, topic: str, payload: bytes) -> list[Reading]:
        text = payload.decode("ascii", "replace").strip()
        tariff = _DSMR_READER.fullmatch(topic)
        if tariff:
            value = decimals.scaled(text, KWH)
            side = Direction.CONSUMPTION if tariff[2] == "delivered" else Direction.PRODUCTION
            return self._tariff(tariff[1], side, tariff[3], value[0]) if value is not None else []
        emon = _EMON.fullmatch(topic)
        return self._emon(emon[1], emon[2], text, self.clock()) if emon else []

    def _tariff(self, meter: str, side: Direction, tariff: str, value: int) -> list[Reading]:
        """The sum of both tariffs once both are known: adapters that publish one by one publish the second last."""
        known = self.tariffs.setdefault((meter, side), {})
        known[tariff] = value
        if len(known) < 2 or tariff != "2":
            return []
        return [Reading(meter, side, Kind.REGISTER, self.clock(), sum(known.values()))]

    def _emon(self, node: str, name: str, text: str, moment: int) -> list[Reading]:
        if _KWH_COUNTER.search(name):
            kind, power = Kind.REGISTER, KWH
        elif _WH_COUNTER.search(name):
            kind, power = Kind.REGISTER, WH
        elif _POWER.search(name) or _PRODUCES.search(name):
            kind, power = Kind.POWER, W
        else:
            return []
        value = decimals.scaled(text, power)
        side = Direction.PRODUCTION if _PRODUCES.search(name) else Direction.CONSUMPTION
        return [Reading(f"{node}/{name}", side, kind, moment, value[0])] if value is not None else []


def _stamp(value: Any) -> int:
    """UTC seconds of a meter's DATE as an adapter gives it (`H220202120005`, or ISO 8601 in a field), -1 if of none."""
    if isinstance(value, dict):
        inner = value.get("timestamp")
        text = inner.get("date") if isinstance(inner, dict) else None
        try:
            time = datetime.fromisoformat(str(text))
        except ValueError:
            return _stamp(value.get("horodate") or value.get("raw"))
        return int(time.timestamp()) if time.tzinfo is not None else -1
    moment = linky_frames.moment_of(value) if isinstance(value, str) else None
    return moment if moment is not None else -1


def _raw(value: Any) -> str:
    """The text of a label, also where an adapter gives it as {"raw": …, "value": …}."""
    if isinstance(value, dict):
        value = value.get("raw", value.get("value"))
    return value if isinstance(value, str) else ""
