"""What a settlement starts with."""

from __future__ import annotations

from typing import Any

from tests.contracts.community import DAY, ZERO, calendar
from tests.contracts.refusals import reverts


def test_constructor__fresh__is_an_empty_till_before_the_first_period(community: Any) -> None:
    settlement = community.settlement
    assert (settlement.guarantee(), settlement.totalDebt(), settlement.reserve()) == (0, 0, 0)
    assert settlement.settledThrough() == calendar()[0]
    assert settlement.challengeWindow() == 2 * DAY
    assert tuple(settlement.reportOf(201605)) == ("0x" + ZERO.hex(), 0, 0)
    assert settlement.isReported(201605) is False


def test_constructor__the_deployer__keeps_nothing(community: Any, deployer: Any) -> None:
    """ILedger G6: what the others may, it may not."""
    sender = {"from": deployer}
    with reverts("LedgerNotGovernor", deployer):
        community.settlement.setReserve(1, sender)
    with reverts("LedgerNotGovernor", deployer):
        community.settlement.directCommunity(deployer, 1, sender)
    with reverts("LedgerNotProvider", deployer):
        community.settlement.withdrawGuarantee(1, sender)
    with reverts("HubNotGovernor", deployer):
        community.hub.setWorkers([deployer], ["http://127.0.0.1:9001"], 1, sender)
    with reverts("MeterDataNotGovernor", deployer):
        community.meter_data.extendCalendar([1], sender)


def test_constructor__token_of_18_decimals__is_refused(contracts: Any, community: Any, deployer: Any) -> None:
    """ILedger G2: a cent is 10,000 units of a token with 6 decimals."""
    sender = {"from": deployer}
    other = contracts.EighteenDecimals.deploy(sender)
    places = (community.governor, community.registry, community.meter_data, community.hub)
    with reverts("LedgerTokenUnfit", 18):
        contracts.Settlement.deploy(*places, other, DAY, 0, sender)
