"""Rosters: order, overlaps, and the one made of meters nobody described."""

from __future__ import annotations

from typing import Any

import pytest

from offchain_worker.domain import roster
from offchain_worker.domain.errors import RosterInvalid
from offchain_worker.domain.roster import Column, Direction, Roster, Source


def column(point: int = 0, member: int = 1, start: int = 0, end: int = 10, **fields: Any) -> Column:
    defaults = {"group": 1, "direction": Direction.CONSUMPTION, "source": Source.NONE}
    return Column(point=point, member=member, start=start, end=end, **{**defaults, **fields})


PLANT = {"direction": Direction.PRODUCTION, "source": Source.SOLAR}


def test_roster__columns_of_a_move_and_a_prosumer__are_found_by_kind() -> None:
    made = Roster((column(0), column(1, 2, 0, 5), column(1, 3, 5, 10), column(2, 1, **PLANT)))
    assert made.consumption == (0, 1, 2)
    assert made.production == (3,)
    assert made.consumption_points == {0, 1}
    assert made.production_points == {2}
    assert made.consumption_groups == {1}
    assert made.members == (1, 2, 3)
    assert made.highest_member == 3


def test_default__meters__are_numbered_by_their_bytes_consumption_first() -> None:
    made = roster.default(["b", "a", "B"], ["z", "y"])
    assert [c.meter for c in made.columns] == ["B", "a", "b", "y", "z"]
    assert [c.point for c in made.columns] == [0, 1, 2, 3, 4]
    assert [c.member for c in made.columns] == [1, 2, 3, 4, 5]
    assert {c.group for c in made.columns} == {1}
    assert (made.consumption, made.production) == ((0, 1, 2), (3, 4))


def test_default__meter_in_both_directions__is_two_points() -> None:
    assert len(roster.default(["a"], ["a"]).columns) == 2
    with pytest.raises(RosterInvalid, match="stands twice"):
        roster.default(["a", "a"], [])


def test_hash__meters_known_or_not__is_the_same() -> None:
    known, unknown = Roster((column(meter="123"),)), Roster((column(),))
    assert known.hash() == unknown.hash()
    assert roster.parse(known.to_json()).columns[0].meter == "123"
    assert roster.from_abi(unknown.abi(), ["123"]).columns[0].meter == "123"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ([column(1), column(0)], "columns go by point"),
        ([column(0, start=5), column(0, start=0, end=5)], "columns go by point, then by from"),
        ([column(0), column(0)], "columns go by point"),
        ([column(0, end=6), column(0, start=5)], "overlaps the participation before it"),
        ([column(0, end=5), column(0, start=5, **PLANT)], "keeps its direction and source"),
        ([column(member=0)], "members start at 1"),
        ([column(member=65_536)], "member 65536"),
        ([column(point=65_536)], "fit in 16 bits"),
        ([column(group=-1)], "fit in 16 bits"),
        ([column(start=10)], "from 10 to 10 is no span of time"),
        ([column(end=2**64)], "no span of time"),
        ([column(source=Source.SOLAR)], "names its source"),
        ([column(direction=Direction.PRODUCTION)], "names its source"),
    ],
)
def test_roster__out_of_order_or_bounds__is_refused(columns: list[Column], message: str) -> None:
    with pytest.raises(RosterInvalid, match=message):
        Roster(tuple(columns))
