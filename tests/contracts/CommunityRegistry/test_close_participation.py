"""`CommunityRegistry.closeParticipation`: moves, vacancies, and putting a mistake right."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.CommunityRegistry.conftest import point_id, rows
from tests.contracts.refusals import reverts

DAY = 86400
START = 1464732000  # 2016-06-01 00:00 in Paris
END = 1467324000  # 2016-07-01
MOVE = START + 13 * DAY
OPEN = 2**64 - 1


@pytest.fixture(scope="module")
def living(points: Any, provider: Any) -> Any:
    """Alice answers for point 0 from 1 June on."""
    points.openParticipation(0, 1, 1, START, point_id(0), {"from": provider})
    return points


def test_close_participation__move__ends_the_column(living: Any, provider: Any) -> None:
    tx = living.closeParticipation(0, MOVE, {"from": provider})

    assert tx.events["ParticipationClosed"] == {"point": 0, "member": 1, "to": MOVE}
    assert rows(living.rosterOf(START, END)) == [(0, 1, 1, 0, 0, START, MOVE)]
    assert rows(living.rosterOf(MOVE, END)) == []
    assert living.participatesUntil(1) == MOVE


def test_close_participation__again_earlier__brings_the_end_forward(living: Any, provider: Any) -> None:
    living.closeParticipation(0, MOVE, {"from": provider})
    living.closeParticipation(0, MOVE - DAY, {"from": provider})

    assert rows(living.rosterOf(START, END)) == [(0, 1, 1, 0, 0, START, MOVE - DAY)]
    assert living.participatesUntil(1) == MOVE - DAY


def test_close_participation__again_later__is_refused(living: Any, provider: Any) -> None:
    """G7: the point may have been promised to somebody else; a new participation can follow."""
    living.closeParticipation(0, MOVE, {"from": provider})
    for to in (MOVE, MOVE + 1):
        with reverts("RegistryParticipationEnds", 0, MOVE):
            living.closeParticipation(0, to, {"from": provider})


def test_close_participation__at_its_beginning__never_was(living: Any, provider: Any) -> None:
    """G7: opened for the wrong member."""
    living.closeParticipation(0, START, {"from": provider})
    living.openParticipation(0, 2, 1, START, "0x" + "d2" * 32, {"from": provider})

    assert rows(living.rosterOf(START - DAY, END)) == [(0, 2, 1, 0, 0, START, END)]


def test_close_participation__before_its_beginning__is_refused(living: Any, provider: Any) -> None:
    """G7."""
    with reverts("RegistryTooEarly", START - 1, START):
        living.closeParticipation(0, START - 1, {"from": provider})


def test_close_participation__never__is_no_end(living: Any, provider: Any) -> None:
    with reverts("RegistryParticipationEnds", 0, OPEN):
        living.closeParticipation(0, OPEN, {"from": provider})


def test_close_participation__inside_a_frozen_period__is_refused(
    living: Any, provider: Any, meter_data_account: Any
) -> None:
    """G8: a move reported after the readings came in counts from the next period."""
    frozen = living.freezeRoster(201606, START, END, {"from": meter_data_account})
    with reverts("RegistryTooEarly", MOVE, END):
        living.closeParticipation(0, MOVE, {"from": provider})

    living.closeParticipation(0, END, {"from": provider})
    again = living.freezeRoster(201606, START, END, {"from": meter_data_account})
    assert again.events["RosterFrozen"]["rosterHash"] == frozen.events["RosterFrozen"]["rosterHash"]


def test_close_participation__anybody_but_the_provider__is_refused(living: Any, alice: Any, stranger: Any) -> None:
    """G3."""
    for caller in (alice, stranger):
        with reverts("RegistryUnauthorised", caller):
            living.closeParticipation(0, MOVE, {"from": caller})


def test_close_participation__none_opened__is_refused(living: Any, provider: Any) -> None:
    with reverts("RegistryParticipationUnknown", 1):
        living.closeParticipation(1, MOVE, {"from": provider})
    with reverts("RegistryPointUnknown", 3):
        living.closeParticipation(3, MOVE, {"from": provider})
