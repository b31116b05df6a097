"""`KeyGovernor`, how ballots are packed: members on both sides of every word's edge, against a plain dictionary."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from offchain_worker.chain.ballots import Ballot, batch, sign
from tests.contracts import consents
from tests.contracts.KeyGovernor.conftest import Town, named
from tests.contracts.people import CROWD

# A word holds 32 members, a word of producers 256.
EDGES = (1, 2, 30, 31, 32, 33, 63, 64, 95, 96)
TURNS = 60


@pytest.fixture(scope="module")
def places() -> dict[int, int]:
    """The account of each member with a wallet."""
    return {member: CROWD + place for place, member in enumerate(EDGES)}


@pytest.fixture(scope="module")
def city(
    found: Callable[..., Town], contracts: Any, accounts: Any, places: dict[int, int], clock: Any, provider: Any
) -> Town:
    """96 members; more than a constructor can take, so half are enrolled afterwards, long before the vote."""
    people = [consents.on_paper(accounts[places[m]].address if m in places else consents.NOBODY) for m in range(1, 97)]
    wallet = contracts.SmartWallet.deploy(provider, {"from": provider})
    city = found(lambda _: people[:50], provider=wallet)
    enrolled = wallet.callAll(
        city.registry, [city.registry.enrol.encode_input(each) for each in people[50:]], {"from": provider}
    )
    clock(enrolled.timestamp + 30 * 86400)
    assert city.registry.memberCount() == 96
    return city


def test_ballots__any_order_of_ways_and_changes__is_a_plain_dictionary(
    city: Town, accounts: Any, places: dict[int, int], clock: Callable[[int], None]
) -> None:
    """G2, G7: after each ballot, by transaction or signature, all sums and every member's place are as they should be."""
    governor, rng = city.governor, random.Random(32)
    call = city.rule_book.setKey.encode_input((False, True, 0, consents.NOBODY, [(2, 0, [], [], [])]), 0)
    author = accounts[places[1]]
    event = governor.propose([city.rule_book], [0], [call], named("edges", author), {"from": author}).events[
        "ProposalCreated"
    ]
    proposal = event["proposalId"]
    clock(event["voteStart"] + 1)
    expected: dict[int, tuple[int, int]] = {}
    for _ in range(TURNS):
        member, support = rng.choice(EDGES), rng.randrange(3)
        wallet, present = accounts[places[member]], expected.get(member, (0, 0))[1]
        if rng.random() < 0.4:
            governor.castVote(proposal, support, {"from": wallet})
            expected[member] = (support, 15)
        else:
            nonce = rng.randrange(14)
            key = consents.private_key(places[member])
            ballot = sign(Ballot(proposal, support, wallet.address, nonce), consents.CHAIN_ID, governor.address, key)
            governor.castVotesBySig(proposal, *batch([ballot]), {"from": author})
            if nonce + 1 > present:
                expected[member] = (support, nonce + 1)
        counts = [sum(choice == which for choice, _ in expected.values()) for which in range(3)]
        assert list(governor.proposalVotes(proposal)) == counts
    for member in EDGES:
        found = tuple(governor.ballotOf(proposal, member))
        assert found == ((True, *expected[member]) if member in expected else (False, 0, 0))
