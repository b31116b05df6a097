"""Spending what the community earned."""

from __future__ import annotations

from typing import Any

import brownie

from tests.contracts.community import CENT, DAY, ZERO
from tests.contracts.refusals import reverts


def test_direct_community__by_vote__is_paid_from_its_account(community: Any, stranger: Any) -> None:
    """ILedger G3: the fee of May, 100 cents; the reserve is the members' matter."""
    community.guarantee(100)
    community.settlement.setReserve(1_000, {"from": community.voted})
    community.whole_period(201605, [100, 0, -60, -40, 0, 0])
    event = community.settlement.directCommunity(stranger, 70, {"from": community.voted}).events["Withdrawn"]
    assert event == {"member": 0, "cents": 70, "to": stranger, "bankReference": "0x" + ZERO.hex()}
    assert community.settlement.balanceOf(0) == 30
    assert community.euro.balanceOf(stranger) == 70 * CENT


def test_direct_community__more_than_it_has__is_refused(community: Any, stranger: Any) -> None:
    """ILedger G4."""
    with reverts("LedgerBalanceShort", 0, 1, 0):
        community.settlement.directCommunity(stranger, 1, {"from": community.voted})


def test_direct_community__by_anybody_else__is_refused(community: Any, stranger: Any) -> None:
    """ILedger G3."""
    for sender in (stranger, community.provider, community.wallets[0]):
        with reverts("LedgerNotGovernor", sender):
            community.settlement.directCommunity(sender, 1, {"from": sender})


def test_direct_community__proposed_voted_executed__is_paid(community: Any, stranger: Any) -> None:
    """ILedger G3: the whole way, with ballots: three of five members are for it."""
    community.pay_in(0, 70)
    call = community.settlement.directCommunity.encode_input(stranger, 70)
    proposal = ([community.settlement.address], [0], [call])
    wallets = community.wallets
    about = f"A bench in front of the building#proposer={wallets[0].address.lower()}"
    proposed = community.governor.propose(*proposal, about, {"from": wallets[0]})
    identity = proposed.events["ProposalCreated"]["proposalId"]
    brownie.chain.mine(timedelta=DAY + 1)
    for wallet in wallets[:3]:
        community.governor.castVote(identity, 1, {"from": wallet})
    brownie.chain.mine(timedelta=3 * DAY + 1)
    community.governor.execute(*proposal, brownie.web3.keccak(text=about), {"from": stranger})
    assert community.euro.balanceOf(stranger) == 70 * CENT
    assert community.settlement.balanceOf(0) == 0
