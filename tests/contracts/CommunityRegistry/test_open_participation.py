"""`CommunityRegistry.openParticipation`: who answers for a point, from when."""

from __future__ import annotations

from typing import Any

from tests.contracts.CommunityRegistry.conftest import point_id, rows
from tests.contracts.refusals import reverts

DAY = 86400
START = 1464732000  # 2016-06-01 00:00 in Paris
END = 1467324000  # 2016-07-01
OPEN = 2**64 - 1
NEW_ID = "0x" + "d1" * 32


def test_open_participation__first_of_a_point__is_in_the_roster(points: Any, provider: Any) -> None:
    """G7: under the id the point was added with."""
    tx = points.openParticipation(0, 1, 2, START, point_id(0), {"from": provider})

    assert tx.events["ParticipationOpened"] == {
        "point": 0,
        "member": 1,
        "group": 2,
        "from": START,
        "pointId": point_id(0),
    }
    assert rows(points.rosterOf(START, END)) == [(0, 1, 2, 0, 0, START, END)]
    assert points.participatesUntil(1) == OPEN


def test_open_participation__anybody_but_the_provider__is_refused(points: Any, alice: Any, stranger: Any) -> None:
    """G3."""
    for caller in (alice, stranger):
        with reverts("RegistryUnauthorised", caller):
            points.openParticipation(0, 1, 1, START, point_id(0), {"from": caller})


def test_open_participation__who_is_no_member__is_refused(points: Any, provider: Any, bob: Any) -> None:
    points.leave({"from": bob})
    for member in (0, 2, 9):
        with reverts("RegistryMemberUnknown", member):
            points.openParticipation(0, member, 1, START, point_id(0), {"from": provider})


def test_open_participation__unknown_point__is_refused(points: Any, provider: Any) -> None:
    with reverts("RegistryPointUnknown", 3):
        points.openParticipation(3, 1, 1, START, point_id(3), {"from": provider})


def test_open_participation__consumption_in_no_group__is_refused(points: Any, provider: Any) -> None:
    with reverts("RegistryGroupZero", 0):
        points.openParticipation(0, 1, 0, START, point_id(0), {"from": provider})


def test_open_participation__production_in_no_group__is_taken(points: Any, provider: Any) -> None:
    points.openParticipation(2, 1, 0, START, point_id(2), {"from": provider})

    assert rows(points.rosterOf(START, END)) == [(2, 1, 0, 1, 1, START, END)]


def test_open_participation__point_in_use__is_refused(points: Any, provider: Any) -> None:
    """G7."""
    points.openParticipation(0, 1, 1, START, point_id(0), {"from": provider})
    with reverts("RegistryParticipationOpen", 0):
        points.openParticipation(0, 2, 1, END, NEW_ID, {"from": provider})


def test_open_participation__before_the_last_one_ends__is_refused(points: Any, provider: Any) -> None:
    """G7."""
    points.openParticipation(0, 1, 1, START, point_id(0), {"from": provider})
    points.closeParticipation(0, START + 10 * DAY, {"from": provider})
    with reverts("RegistryTooEarly", START + 10 * DAY - 1, START + 10 * DAY):
        points.openParticipation(0, 2, 1, START + 10 * DAY - 1, NEW_ID, {"from": provider})

    points.openParticipation(0, 2, 1, START + 10 * DAY, NEW_ID, {"from": provider})
    assert rows(points.rosterOf(START, END)) == [
        (0, 1, 1, 0, 0, START, START + 10 * DAY),
        (0, 2, 1, 0, 0, START + 10 * DAY, END),
    ]


def test_open_participation__before_the_end_of_a_frozen_period__is_refused(
    points: Any, provider: Any, meter_data_account: Any
) -> None:
    """G8."""
    points.openParticipation(0, 1, 1, START, point_id(0), {"from": provider})
    points.freezeRoster(201606, START, END, {"from": meter_data_account})
    with reverts("RegistryTooEarly", END - 1, END):
        points.openParticipation(1, 2, 1, END - 1, point_id(1), {"from": provider})

    points.openParticipation(1, 2, 1, END, point_id(1), {"from": provider})
    assert len(points.rosterOf(START, END)) == 1


def test_open_participation__more_than_a_year_ahead__is_refused(points: Any, provider: Any) -> None:
    """A mistyped year would otherwise block the point."""
    this_second = points.clock() + 1
    with reverts("RegistryTooLate", 2**63, this_second + 366 * DAY):
        points.openParticipation(0, 1, 1, 2**63, point_id(0), {"from": provider})


def test_open_participation__new_owner_with_the_old_id__is_refused(points: Any, provider: Any) -> None:
    """G10: the former owner knows the salt."""
    points.openParticipation(0, 1, 1, START, point_id(0), {"from": provider})
    points.closeParticipation(0, END, {"from": provider})
    with reverts("RegistryPointIdTaken", point_id(0)):
        points.openParticipation(0, 2, 1, END, point_id(0), {"from": provider})


def test_open_participation__same_owner__may_keep_the_id(points: Any, provider: Any) -> None:
    """G10: alice's flat changes its group only."""
    points.openParticipation(0, 1, 1, START, point_id(0), {"from": provider})
    points.closeParticipation(0, END, {"from": provider})
    points.openParticipation(0, 1, 2, END, point_id(0), {"from": provider})

    assert points.pointOf(0)[0] == point_id(0)


def test_open_participation__id_of_another_point__is_refused(points: Any, provider: Any) -> None:
    """G10."""
    with reverts("RegistryPointIdTaken", point_id(1)):
        points.openParticipation(0, 1, 1, START, point_id(1), {"from": provider})


def test_open_participation__owner_of_old_comes_back__needs_a_new_id(points: Any, provider: Any) -> None:
    """G10."""
    points.openParticipation(0, 1, 1, START, point_id(0), {"from": provider})
    points.closeParticipation(0, START + DAY, {"from": provider})
    points.openParticipation(0, 2, 1, START + DAY, NEW_ID, {"from": provider})
    points.closeParticipation(0, START + 2 * DAY, {"from": provider})
    for used in (point_id(0), NEW_ID):
        with reverts("RegistryPointIdTaken", used):
            points.openParticipation(0, 1, 1, START + 2 * DAY, used, {"from": provider})
