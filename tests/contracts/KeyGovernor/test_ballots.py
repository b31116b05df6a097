"""`KeyGovernor`, how ballots are packed: members on both sides of every word's edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts import consents
from tests.contracts.KeyGovernor.conftest import FOR, Town
from tests.contracts.people import CROWD
from tests.contracts.refusals import reverts

# Member 103 is the last of the first word, 231 the last of the second.
EDGES = (1, 2, 102, 103, 104, 105, 230, 231, 232, 233)


@pytest.fixture(scope="module")
def voters(accounts: Any) -> dict[int, Any]:
    """The members with a wallet, by index."""
    return {member: accounts[CROWD + place] for place, member in enumerate(EDGES)}


@pytest.fixture(scope="module")
def city(found: Callable[..., Town], contracts: Any, voters: dict[int, Any], provider: Any) -> Town:
    """233 members; more than a constructor can take, so most are enrolled afterwards."""
    people = [consents.on_paper(voters[m].address if m in voters else consents.NOBODY) for m in range(1, 234)]
    wallet = contracts.SmartWallet.deploy(provider, {"from": provider})
    city = found(lambda _: people[:50], provider=wallet)
    wallet.callAll(city.registry, [city.registry.enrol.encode_input(each) for each in people[50:]], {"from": provider})
    assert city.registry.memberCount() == 233
    return city


def test_ballots__members_at_the_edges__are_counted_once_each(
    city: Town, voters: dict[int, Any], clock: Callable[[int], None]
) -> None:
    """G2: after each ballot the counters and every member's mark are those of a plain list."""
    governor = city.governor
    call = city.rule_book.setProgram.encode_input("0x" + "01" * 32, 0)
    event = governor.propose([city.rule_book], [0], [call], "edges", {"from": voters[1]}).events["ProposalCreated"]
    proposal = event["proposalId"]
    clock(event["voteStart"] + 1)
    counts = [0, 0, 0]
    done: set[int] = set()
    for turn, member in enumerate(sorted(EDGES, key=lambda member: member * 7919 % 101)):
        governor.castVote(proposal, turn % 3, {"from": voters[member]})
        counts[turn % 3] += 1
        done.add(member)
        assert list(governor.proposalVotes(proposal)) == counts
        assert {m for m in EDGES if governor.hasVoted(proposal, voters[m])} == done

    for member in EDGES:
        with reverts("GovernorAlreadyCastVote", voters[member]):
            governor.castVote(proposal, FOR, {"from": voters[member]})
