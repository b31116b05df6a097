"""What the register costs; see `tests/contracts/gas.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contracts import consents, gas
from tests.contracts.CommunityRegistry.conftest import point_id
from tests.contracts.people import PLACES

DAY = 86400
START = 1464732000  # 2016-06-01 00:00 in Paris
END = 1467324000  # 2016-07-01


def test_gas__a_communitys_life__costs_what_is_recorded(
    registry: Any,
    provider: Any,
    alice: Any,
    bob: Any,
    carol: Any,
    dave: Any,
    meter_data_account: Any,
    clock: Callable[[int], None],
) -> None:
    """Fifty columns of fifty points, alternating between alice and bob."""
    sender = {"from": provider}
    consent = consents.signed(PLACES["carol"], carol.address, registry.address)
    measured = {
        "enrol, signed": registry.enrol(consent, sender).gas_used,
        "enrol, on paper": registry.enrol(consents.on_paper(), sender).gas_used,
        "addPoint": registry.addPoint(point_id(0), 0, 0, sender).gas_used,
        "openParticipation": registry.openParticipation(0, 1, 1, START, point_id(0), sender).gas_used,
        "setEncryptionKey": registry.setEncryptionKey("0x" + "ec" * 32, {"from": alice}).gas_used,
    }
    for point in range(1, 50):
        registry.addPoint(point_id(point), 0, 0, sender)
        registry.openParticipation(point, 1 + point % 2, 1 + point % 2, START, point_id(point), sender)
    freeze = registry.freezeRoster(201606, START, END, {"from": meter_data_account})
    measured["freezeRoster, 50 columns"] = freeze.gas_used
    measured["closeParticipation"] = registry.closeParticipation(0, END + DAY, sender).gas_used
    moved = registry.openParticipation(0, 2, 1, END + DAY, "0x" + "d4" * 32, sender)
    measured["openParticipation, new owner"] = moved.gas_used
    asked = registry.requestWalletReplacement(1, dave, sender)
    measured["requestWalletReplacement"] = asked.gas_used
    clock(asked.timestamp + 7 * DAY)
    measured["completeWalletReplacement"] = registry.completeWalletReplacement(1, {"from": bob}).gas_used
    measured["leave"] = registry.leave({"from": carol}).gas_used

    gas.check("CommunityRegistry", measured)
