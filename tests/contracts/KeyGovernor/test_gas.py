"""What the votes cost; see `tests/contracts/gas.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth_utils import keccak

from offchain_worker.chain.ballots import Ballot, batch, sign
from tests.contracts import consents, gas
from tests.contracts.KeyGovernor.conftest import ABSTAIN, AGAINST, EQUAL_SHARES, FOR, Town, named
from tests.contracts.people import CROWD, PLACES


def test_gas__a_vote_on_a_key__costs_what_is_recorded(
    found: Callable[..., Town], accounts: Any, alice: Any, bob: Any, carol: Any, stranger: Any, clock: Any
) -> None:
    """Fifty members, as in a village; alice signed, the others are on paper with their wallets."""
    crowd = [accounts[CROWD + i] for i in range(47)]
    wallets = [bob.address, carol.address, *(each.address for each in crowd)]
    town = found(
        lambda place: [
            consents.signed(PLACES["alice"], alice.address, place),
            *(consents.on_paper(wallet) for wallet in wallets),
        ]
    )
    governor = town.governor
    call = town.rule_book.setKey.encode_input(EQUAL_SHARES, 0)
    actions = ([town.rule_book], [0], [call])

    description = named("Equal shares for all", alice)
    proposed = governor.propose(*actions, description, {"from": alice})
    event = proposed.events["ProposalCreated"]
    clock(event["voteStart"] + 1)
    proposal = event["proposalId"]
    measured = {"propose, one action": proposed.gas_used}
    measured["castVote, first voter"] = governor.castVote(proposal, FOR, {"from": alice}).gas_used
    measured["castVote, later voter"] = governor.castVote(proposal, AGAINST, {"from": bob}).gas_used
    measured["castVoteWithReason, later voter"] = governor.castVoteWithReason(
        proposal, ABSTAIN, "not sure", {"from": carol}
    ).gas_used
    for each in crowd[:30]:
        governor.castVote(proposal, FOR, {"from": each})
    clock(event["voteEnd"] + 1)
    description_hash = keccak(text=description)
    measured["execute, setKey"] = governor.execute(*actions, description_hash, {"from": stranger}).gas_used

    second = governor.propose(*actions, named("By signature", alice), {"from": alice}).events["ProposalCreated"]
    clock(second["voteStart"] + 1)
    proposal = second["proposalId"]
    places = [PLACES["alice"], PLACES["bob"], PLACES["carol"], *range(CROWD, CROWD + 47)]
    ballots = [
        sign(Ballot(proposal, FOR, wallet, 0), consents.CHAIN_ID, governor.address, consents.private_key(place))
        for place, wallet in zip(places, [alice.address, *wallets], strict=True)
    ]
    sent = governor.castVotesBySig(proposal, *batch(ballots), {"from": stranger})
    assert tuple(governor.proposalVotes(proposal)) == (0, 50, 0)
    measured["castVotesBySig, per ballot of 50"] = sent.gas_used // 50
    measured["giveProxy"] = governor.giveProxy(bob, {"from": alice}).gas_used
    measured["castProxies, one"] = governor.castProxies(proposal, [1], FOR, "", {"from": bob}).gas_used

    gas.check("KeyGovernor", measured)
    assert measured["castVote, later voter"] <= 45_000
    assert measured["castVotesBySig, per ballot of 50"] <= 15_000
