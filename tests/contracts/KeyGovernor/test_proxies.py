"""`KeyGovernor.giveProxy`, `endProxy`, `castProxies`: somebody else fills a member's place while it has not itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts import consents
from tests.contracts.KeyGovernor.conftest import (
    ABSTAIN,
    AGAINST,
    FOR,
    MAXIMUM_PROXIES,
    SUPERSEDED,
    Motion,
    Town,
    proposal,
)
from tests.contracts.KeyGovernor.test_cast_vote_by_sig import ballot
from tests.contracts.people import PLACES
from tests.contracts.refusals import reverts

ALICE, BOB, CAROL = 1, 2, 3


@pytest.fixture
def proxy(town: Town, motion: Motion, alice: Any, bob: Any) -> Motion:
    """Alice lets bob vote for her."""
    town.governor.giveProxy(bob, {"from": alice})
    return motion


def test_give_proxy__member__is_told_and_remembered(town: Town, alice: Any, bob: Any, carol: Any) -> None:
    """G9: a second proxy replaces the first."""
    tx = town.governor.giveProxy(bob, {"from": alice})
    assert tx.events["ProxyGiven"] == {"delegator": ALICE, "delegate": BOB}
    tx = town.governor.giveProxy(carol, {"from": alice})
    assert tx.events["ProxyEnded"] == {"delegator": ALICE, "delegate": BOB}
    held = [town.governor.proxiesHeld(member) for member in (ALICE, BOB, CAROL)]
    assert (town.governor.delegateOf(ALICE), held) == (CAROL, [0, 0, 1])


def test_cast_proxies__delegate__fills_the_delegators_own_place(
    town: Town, proxy: Motion, alice: Any, bob: Any
) -> None:
    """G2, G9: the delegate's own vote is another one, and may differ; its choice can change."""
    for support in (AGAINST, FOR):
        tx = town.governor.castProxies(proxy.identifier, [ALICE], support, "as she said", {"from": bob})
    town.governor.castVote(proxy.identifier, AGAINST, {"from": bob})

    assert tx.events["ProxyUsed"] == {"proposalId": proxy.identifier, "delegate": BOB, "delegator": ALICE}
    assert tx.events["VoteCast"]["voter"] == alice
    assert tuple(town.governor.proposalVotes(proxy.identifier)) == (1, 1, 0)
    assert tuple(town.governor.ballotOf(proxy.identifier, ALICE)) == (True, FOR, 0)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("delegate_first", [False, True])
def test_cast_proxies__delegator_votes_itself__that_counts(
    town: Town, proxy: Motion, alice: Any, bob: Any, stranger: Any, signed: bool, delegate_first: bool
) -> None:
    """G2, G9: before or after the delegate, by transaction or signature."""

    def own() -> None:
        if signed:
            mine = ballot(town, proxy, ABSTAIN, "alice", alice.address)
            town.governor.castBallotBySig(proxy.identifier, mine.abi(), {"from": stranger})
        else:
            town.governor.castVote(proxy.identifier, ABSTAIN, {"from": alice})

    if not delegate_first:
        own()
    tx = town.governor.castProxies(proxy.identifier, [ALICE], FOR, "", {"from": bob})
    if delegate_first:
        own()
    else:
        assert tx.events["BallotSkipped"]["fault"] == SUPERSEDED
    assert tuple(town.governor.proposalVotes(proxy.identifier)) == (0, 0, 1)


@pytest.mark.parametrize("by", ["alice", "bob"])
def test_end_proxy__either__ends_it(town: Town, proxy: Motion, alice: Any, bob: Any, by: str) -> None:
    """G9: a ballot cast before stays until the member votes itself."""
    town.governor.castProxies(proxy.identifier, [ALICE], FOR, "", {"from": bob})
    town.governor.endProxy(ALICE, {"from": {"alice": alice, "bob": bob}[by]})
    assert (town.governor.delegateOf(ALICE), town.governor.proxiesHeld(BOB)) == (0, 0)
    with reverts("KeyGovernorProxyUnknown", ALICE, bob):
        town.governor.castProxies(proxy.identifier, [ALICE], AGAINST, "", {"from": bob})
    assert tuple(town.governor.proposalVotes(proxy.identifier)) == (0, 1, 0)


def test_end_proxy__others_or_none__is_refused(town: Town, proxy: Motion, carol: Any, stranger: Any) -> None:
    """G9."""
    for caller in (carol, stranger):
        with reverts("KeyGovernorProxyUnknown", ALICE, caller):
            town.governor.endProxy(ALICE, {"from": caller})
    with reverts("KeyGovernorProxyUnknown", CAROL, carol):
        town.governor.endProxy(CAROL, {"from": carol})
    with reverts("KeyGovernorProxyUnknown", 0, stranger):
        town.governor.endProxy(0, {"from": stranger})


def test_cast_proxies__passed_on__is_refused(town: Town, proxy: Motion, bob: Any, carol: Any) -> None:
    """G9: one hop."""
    town.governor.giveProxy(carol, {"from": bob})
    with reverts("KeyGovernorProxyUnknown", ALICE, carol):
        town.governor.castProxies(proxy.identifier, [ALICE], FOR, "", {"from": carol})
    town.governor.castProxies(proxy.identifier, [BOB], FOR, "", {"from": carol})
    assert tuple(town.governor.proposalVotes(proxy.identifier)) == (0, 1, 0)


def test_give_proxy__to_self_or_strangers__is_refused(
    town: Town, chain: Any, alice: Any, stranger: Any, provider: Any
) -> None:
    """G3, G9."""
    with reverts("KeyGovernorProxyToSelf", alice):
        town.governor.giveProxy(alice, {"from": alice})
    for giver, delegate in ((alice, stranger), (stranger, alice), (alice, provider)):
        who = delegate if giver == alice else giver
        with reverts("KeyGovernorNotMember", who, chain[-1].timestamp):
            town.governor.giveProxy.call(delegate, {"from": giver})


def test_give_proxy__more_than_allowed__is_refused_until_one_is_ended(
    found: Callable[..., Town], accounts: Any, alice: Any
) -> None:
    """G9: nobody collects the village's votes; a full delegate may give one back."""
    givers = [accounts[20 + i] for i in range(MAXIMUM_PROXIES + 1)]
    town = found(lambda _: [consents.on_paper(each.address) for each in (alice, *givers)])
    for giver in givers[:-1]:
        town.governor.giveProxy(alice, {"from": giver})
    with reverts("KeyGovernorProxiesFull", alice, MAXIMUM_PROXIES):
        town.governor.giveProxy(alice, {"from": givers[-1]})
    town.governor.endProxy(2, {"from": alice})
    town.governor.giveProxy(alice, {"from": givers[-1]})
    assert town.governor.proxiesHeld(1) == MAXIMUM_PROXIES


def test_cast_proxies__delegate_or_delegator_too_new_or_gone__does_not_count(
    town: Town, motion: Motion, clock: Callable[[int], None], provider: Any, alice: Any, bob: Any, dave: Any
) -> None:
    """G3: a proxy gives nobody a vote that it does not have."""
    consent = consents.signed(PLACES["dave"], dave.address, town.registry.address)
    town.registry.enrol(consent, {"from": provider})
    town.governor.giveProxy(bob, {"from": dave})
    town.governor.giveProxy(dave, {"from": alice})
    with reverts("KeyGovernorNotMember", dave, motion.snapshot):
        town.governor.castProxies(motion.identifier, [ALICE], FOR, "", {"from": dave})
    tx = town.governor.castProxies(motion.identifier, [5], FOR, "", {"from": bob})
    assert tx.events["BallotSkipped"]["voter"] == dave
    vote = proposal(town, "later", None, alice)
    town.registry.leave({"from": bob})
    clock(vote.snapshot + 1)
    assert tuple(town.governor.proposalVotes(motion.identifier)) == (0, 0, 0)


def test_cast_proxies__delegate_who_left__casts_nothing_more(
    town: Town, proxy: Motion, chain: Any, alice: Any, bob: Any
) -> None:
    """G3, G9."""
    town.registry.leave({"from": bob})
    with reverts("KeyGovernorNotMember", bob, chain[-1].timestamp):
        town.governor.castProxies.call(proxy.identifier, [ALICE], FOR, "", {"from": bob})


def test_cast_proxies__no_such_choice__is_refused(town: Town, proxy: Motion, bob: Any) -> None:
    with reverts("GovernorInvalidVoteType"):
        town.governor.castProxies(proxy.identifier, [ALICE], 3, "", {"from": bob})
