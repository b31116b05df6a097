"""Rosters: the participations that overlap a period, one column of energies each.

A `Roster` that exists is in order of (point, start), and no two of its columns claim the same point at the same time,
so a step's reading of a point belongs to one column at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Any, Final

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import RosterInvalid
from offchain_worker.domain.hashing import abi_encode, keccak
from offchain_worker.domain.quantities import MAX_UINT16, MAX_UINT64, MemberIndex, PointIndex, Seconds

SCHEMA: Final = "daisee.roster/1"
ABI_TYPE: Final = "(uint16,uint16,uint16,uint8,uint8,uint64,uint64)[]"
ALWAYS: Final = (Seconds(0), Seconds(canonical.MAX_NUMBER))


class Direction(IntEnum):
    """Which way energy flows at a point."""

    CONSUMPTION = 0
    PRODUCTION = 1


class Source(IntEnum):
    """What a production point makes energy from; `NONE` for a consumption point."""

    NONE = 0
    SOLAR = 1
    HYDRO = 2
    WIND = 3
    BIOMASS = 4
    STORAGE = 5
    OTHER = 6


@dataclass(frozen=True)
class Column:
    """One participation, clipped to the period: who answers for a point from `start` up to `end`.

    `meter` is the meter's id where its owner or operator works with real files; it is in no hash.
    """

    point: PointIndex
    member: MemberIndex
    group: int
    direction: Direction
    source: Source
    start: Seconds
    end: Seconds
    meter: str = field(default="", compare=False)

    def abi(self) -> tuple[int, ...]:
        """Return the column as the contracts take it."""
        return (
            self.point,
            self.member,
            self.group,
            int(self.direction),
            int(self.source),
            self.start,
            self.end,
        )


@dataclass(frozen=True)
class Roster:
    """Mirror of `Column[]` in `contracts/Types.sol`."""

    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        _check(self.columns)

    @cached_property
    def consumption(self) -> tuple[int, ...]:
        """Indices of the consumption columns, in roster order."""
        return tuple(at for at, column in enumerate(self.columns) if column.direction is Direction.CONSUMPTION)

    @cached_property
    def production(self) -> tuple[int, ...]:
        """Indices of the production columns, in roster order."""
        return tuple(at for at, column in enumerate(self.columns) if column.direction is Direction.PRODUCTION)

    @cached_property
    def consumption_points(self) -> frozenset[int]:
        """Points that consume."""
        return frozenset(self.columns[at].point for at in self.consumption)

    @cached_property
    def production_points(self) -> frozenset[int]:
        """Points that produce."""
        return frozenset(self.columns[at].point for at in self.production)

    @cached_property
    def consumption_groups(self) -> frozenset[int]:
        """Groups that have a consumption column."""
        return frozenset(self.columns[at].group for at in self.consumption)

    @cached_property
    def members(self) -> tuple[MemberIndex, ...]:
        """Members with a column, ascending."""
        return tuple(sorted({column.member for column in self.columns}))

    @property
    def highest_member(self) -> MemberIndex:
        """Highest member index on the roster; 0 if it is empty."""
        return max((column.member for column in self.columns), default=MemberIndex(0))

    def abi(self) -> list[tuple[int, ...]]:
        """Return the roster as the contracts take it."""
        return [column.abi() for column in self.columns]

    def hash(self) -> bytes:
        """Return `rosterHash = keccak256(abi.encode(Column[]))`."""
        return keccak(abi_encode([ABI_TYPE], [self.abi()]))

    def document(self) -> dict[str, Any]:
        """Return the roster as its JSON document."""
        return {
            "schema": SCHEMA,
            "columns": [
                {
                    "point": column.point,
                    "member": column.member,
                    "group": column.group,
                    "direction": column.direction.name.lower(),
                    "source": column.source.name.lower(),
                    "from": column.start,
                    "to": column.end,
                    "meter": column.meter,
                }
                for column in self.columns
            ],
        }

    def to_json(self) -> str:
        """Return the canonical JSON text."""
        return canonical.dumps(self.document()).decode()


def parse(text: str | bytes) -> Roster:
    """Read a roster from its JSON document; raises `DocumentInvalid` or `RosterInvalid`."""
    rows = canonical.loads(text, SCHEMA)["columns"]
    return Roster(
        tuple(
            Column(
                row["point"],
                row["member"],
                row["group"],
                Direction[row["direction"].upper()],
                Source[row["source"].upper()],
                row["from"],
                row["to"],
                row["meter"],
            )
            for row in rows
        )
    )


def from_abi(values: Iterable[Sequence[int]], meters: Sequence[str] | None = None) -> Roster:
    """Return the roster a contract gave, with the meters' ids per column if they are known."""
    rows = [tuple(row) for row in values]
    names = meters if meters is not None else [""] * len(rows)
    return Roster(
        tuple(
            Column(
                PointIndex(point),
                MemberIndex(member),
                group,
                Direction(direction),
                Source(source),
                Seconds(start),
                Seconds(end),
                meter,
            )
            for (point, member, group, direction, source, start, end), meter in zip(rows, names, strict=True)
        )
    )


def default(consumption_meters: Iterable[str], production_meters: Iterable[str]) -> Roster:
    """Return the roster of meters nobody described.

    Points are numbered from 0 over the consumption meters, then the production meters, each in the order of their ids'
    bytes; all are in group 1, each has an owner of its own (from 1), for all time.
    """
    names = [(Direction.CONSUMPTION, meter) for meter in sorted(consumption_meters, key=str.encode)]
    names += [(Direction.PRODUCTION, meter) for meter in sorted(production_meters, key=str.encode)]
    if len(set(names)) < len(names):
        raise RosterInvalid("roster: a meter stands twice in one direction")
    return _distinct(names)


def numbered(consumption: int, production: int) -> Roster:
    """Return the default roster of so many columns in the order they come."""
    return _distinct([(Direction.CONSUMPTION, "")] * consumption + [(Direction.PRODUCTION, "")] * production)


def _distinct(names: Sequence[tuple[Direction, str]]) -> Roster:
    return Roster(
        tuple(
            Column(
                PointIndex(at),
                MemberIndex(at + 1),
                1,
                direction,
                Source.OTHER if direction is Direction.PRODUCTION else Source.NONE,
                *ALWAYS,
                meter,
            )
            for at, (direction, meter) in enumerate(names)
        )
    )


def _check(columns: Sequence[Column]) -> None:
    for at, column in enumerate(columns):
        place = f"roster, column {at} (point {column.point})"
        if not (0 <= column.point <= MAX_UINT16 and 0 <= column.group <= MAX_UINT16):
            raise RosterInvalid(f"{place}: point and group fit in 16 bits")
        if not 1 <= column.member <= MAX_UINT16:
            raise RosterInvalid(f"{place}: member {column.member}; members start at 1")
        if not 0 <= column.start < column.end <= MAX_UINT64:
            raise RosterInvalid(f"{place}: from {column.start} to {column.end} is no span of time")
        if (column.direction is Direction.CONSUMPTION) != (column.source is Source.NONE):
            raise RosterInvalid(f"{place}: a production column names its source, a consumption column none")
        if not at:
            continue
        before = columns[at - 1]
        if (before.point, before.start) >= (column.point, column.start):
            raise RosterInvalid(f"{place}: columns go by point, then by from")
        if before.point == column.point:
            if before.end > column.start:
                raise RosterInvalid(f"{place}: overlaps the participation before it")
            if (before.direction, before.source) != (column.direction, column.source):
                raise RosterInvalid(f"{place}: a point keeps its direction and source")
