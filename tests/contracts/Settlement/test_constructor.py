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


def test_constructor__addresses_that_do_not_know_each_other__are_refused(
    contracts: Any, community: Any, deployer: Any, stranger: Any
) -> None:
    """ISettlement G6: another governor; the right ones at a place they were not told; another hub."""
    c, sender = community, {"from": deployer}

    def deploy(**changes: Any) -> Any:
        named = {"governor": c.governor, "registry": c.registry, "meter_data": c.meter_data, "hub": c.hub} | changes
        return contracts.Settlement.deploy(*named.values(), c.euro, DAY, 0, sender)

    with reverts("SettlementMiswired", c.registry):
        deploy(governor=stranger)
    with reverts("SettlementMiswired", c.meter_data):
        deploy()
    with reverts("SettlementMiswired", c.meter_data):
        deploy(
            hub=contracts.AttestationHub.deploy(stranger, c.meter_data, c.settlement, [deployer], [""], 1, 1, sender)
        )


def test_constructor__hub_of_another_governor__is_refused(
    contracts: Any, community: Any, deployer: Any, stranger: Any
) -> None:
    """ISettlement G6: everything fits but the hub's governor."""
    c, sender = community, {"from": deployer}
    nonce = deployer.nonce
    at = [deployer.get_deployment_address(nonce + i) for i in range(4)]
    founder = ("0x" + "00" * 20, 1, b"\1" * 32, b"")
    registry = contracts.CommunityRegistry.deploy(
        c.governor, c.provider, c.grid_operator, [stranger], at[1], b"\1" * 32, DAY, DAY, [founder], sender
    )
    meter_data = contracts.MeterDataRegistry.deploy(
        registry, c.rule_book, at[2], at[3], 1800, 201605, calendar(), sender
    )
    hub = contracts.AttestationHub.deploy(stranger, meter_data, at[3], [deployer], [""], 1, 1, sender)
    with reverts("SettlementMiswired", hub):
        contracts.Settlement.deploy(c.governor, registry, meter_data, hub, c.euro, DAY, 0, sender)
