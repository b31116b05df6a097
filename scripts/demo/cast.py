"""Who plays: the people of `scripts/villeurbanne/community.json`, with keys made from their names.

Keys made from names are known to everybody. They exist on the demo's local chain only, so that two runs tell the same
story; a real community makes real keys.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from eth_utils import keccak

from offchain_worker.domain.roster import Direction, Source
from offchain_worker.storage import identity as identities
from offchain_worker.storage.identity import Identity

FOLDER = Path(__file__).resolve().parent.parent / "villeurbanne"
OFFICES = ("provider", "operator", "auditor", "worker-1", "worker-2", "worker-3")


@dataclass(frozen=True)
class Person:
    """A member to be: by name, with the consent they give; `wallet` says whether they have one."""

    name: str
    consent: str
    wallet: bool

    @property
    def slug(self) -> str:
        """The name as a file name."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


@dataclass(frozen=True)
class Stay:
    """Who answers for a point from which local day (inclusive) to which (exclusive, None = open)."""

    person: Person
    group: int
    first: date
    last: date | None


@dataclass(frozen=True)
class MeteringPoint:
    """A metering point as the operator knows it."""

    index: int
    label: str
    meter: str
    direction: Direction
    source: Source
    stays: tuple[Stay, ...]
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Neighbourhood:
    """Everything of `community.json`."""

    name: str
    time_zone: str
    step_seconds: int
    groups: dict[int, str]
    people: tuple[Person, ...]
    points: tuple[MeteringPoint, ...]
    key: dict[str, Any]
    tariff: dict[str, Any]
    conformity: dict[str, Any]


def read(folder: Path = FOLDER) -> Neighbourhood:
    """Read the neighbourhood."""
    document = json.loads((folder / "community.json").read_text(encoding="utf-8"))
    people = {m["member"]: Person(m["name"], m["consent"], m["wallet"]) for m in document["members"]}
    points = tuple(
        MeteringPoint(
            point["point"],
            point["label"],
            point["prm"],
            Direction[point["direction"].upper()],
            Source[point["source"].upper()],
            tuple(
                Stay(
                    people[stay["member"]],
                    stay["group"],
                    date.fromisoformat(stay["from"]),
                    date.fromisoformat(stay["to"]) if stay["to"] else None,
                )
                for stay in point["participations"]
            ),
            tuple(folder / "curves" / name for name in point["files"]),
        )
        for point in document["points"]
    )
    return Neighbourhood(
        document["name"],
        document["timeZone"],
        document["stepSeconds"],
        {group["group"]: group["name"] for group in document["groups"]},
        tuple(people.values()),
        points,
        document["key"],
        document["tariff"],
        document["conformity"],
    )


def identity_of(name: str, folder: Path) -> Identity:
    """The identity file of a person or office in `folder`, made on first use."""
    path = folder / f"{name}.json"
    if path.exists():
        return identities.load(path)
    folder.mkdir(parents=True, exist_ok=True)
    label = f"DAISEE local demo: {name}".encode()
    return identities.create(path, keccak(b"sign " + label))
