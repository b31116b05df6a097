"""`CommunityRegistry.freezeRoster`: the columns of a period, for good."""

from __future__ import annotations

from typing import Any

from eth_abi import encode
from eth_utils import keccak

from tests.contracts.CommunityRegistry.conftest import point_id
from tests.contracts.refusals import reverts

DAY = 86400
START = 1464732000  # 2016-06-01 00:00 in Paris
END = 1467324000  # 2016-07-01
NEXT_END = 1470002400  # 2016-08-01
COLUMNS = "(uint16,uint16,uint16,uint8,uint8,uint64,uint64)[]"


def test_freeze_roster__meter_data__binds_every_column(points: Any, provider: Any, meter_data_account: Any) -> None:
    """G8, G9: the hash is that of the ABI encoding, made here without the contract."""
    points.openParticipation(2, 1, 0, START - 90 * DAY, point_id(2), {"from": provider})
    points.openParticipation(0, 2, 1, START + DAY, point_id(0), {"from": provider})
    tx = points.freezeRoster(201606, START, END, {"from": meter_data_account})

    columns = [(0, 2, 1, 0, 0, START + DAY, END), (2, 1, 0, 1, 1, START, END)]
    roster_hash = keccak(encode([COLUMNS], [columns]))
    assert tx.events["RosterFrozen"] == {"period": 201606, "rosterHash": "0x" + roster_hash.hex(), "columns": 2}
    assert tuple(tx.return_value) == ("0x" + roster_hash.hex(), 2, 2)
    assert points.frozenUntil() == END


def test_freeze_roster__an_earlier_period_afterwards__keeps_the_later_bound(
    points: Any, provider: Any, meter_data_account: Any
) -> None:
    """G8."""
    points.openParticipation(0, 1, 1, START, point_id(0), {"from": provider})
    points.freezeRoster(201607, END, NEXT_END, {"from": meter_data_account})
    points.freezeRoster(201606, START, END, {"from": meter_data_account})

    assert points.frozenUntil() == NEXT_END


def test_freeze_roster__anybody_else__is_refused(points: Any, provider: Any, governor_account: Any) -> None:
    for caller in (provider, governor_account):
        with reverts("RegistryUnauthorised", caller):
            points.freezeRoster(201606, START, END, {"from": caller})


def test_freeze_roster__nobody_participates__is_refused(points: Any, provider: Any, meter_data_account: Any) -> None:
    """G9: also when the bounds are turned round."""
    with reverts("RegistryRosterEmpty", START, END):
        points.freezeRoster(201606, START, END, {"from": meter_data_account})
    points.openParticipation(0, 1, 1, START - DAY, point_id(0), {"from": provider})
    with reverts("RegistryRosterEmpty", END, START):
        points.freezeRoster(201606, END, START, {"from": meter_data_account})


def test_freeze_roster__more_than_250_columns__is_refused(
    busy_provider: tuple[Any, Any], provider: Any, meter_data_account: Any
) -> None:
    """G9: 251 one-day participations of one point, then one fewer."""
    points, wallet = busy_provider
    first = START - 260 * DAY
    calls = [points.addPoint.encode_input(point_id(0), 0, 0)]
    for begin in range(first, first + 251 * DAY, DAY):
        calls.append(points.openParticipation.encode_input(0, 1, 1, begin, point_id(0)))
        calls.append(points.closeParticipation.encode_input(0, begin + DAY))
    wallet.callAll(points, calls, {"from": provider})

    with reverts("RegistryTooManyColumns", 251, 250):
        points.freezeRoster(201606, first, END, {"from": meter_data_account})
    tx = points.freezeRoster(201606, first + DAY, END, {"from": meter_data_account})
    assert tx.events["RosterFrozen"]["columns"] == 250
