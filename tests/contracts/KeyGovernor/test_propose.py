"""`KeyGovernor.propose` and `cancel`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contracts import consents
from tests.contracts.KeyGovernor.conftest import (
    ACTIVE,
    CANCELED,
    EQUAL_SHARES,
    PENDING,
    VOTING_AGE,
    VOTING_DELAY,
    VOTING_PERIOD,
    Motion,
    Town,
    named,
    proposal,
)
from tests.contracts.people import PLACES
from tests.contracts.refusals import reverts


def test_propose__member__opens_the_vote_after_the_delay(
    town: Town, propose: Callable[..., Motion], clock: Callable[[int], None], chain: Any
) -> None:
    """G1: pending up to and including the snapshot."""
    proposed = propose()

    assert proposed.snapshot == chain[-1].timestamp + VOTING_DELAY
    assert proposed.deadline == proposed.snapshot + VOTING_PERIOD
    clock(proposed.snapshot)
    assert town.governor.state(proposed.identifier) == PENDING
    clock(proposed.snapshot + 1)
    assert town.governor.state(proposed.identifier) == ACTIVE


def test_propose__stranger_or_one_who_left__is_refused(town: Town, stranger: Any, bob: Any, provider: Any) -> None:
    """G1."""
    town.registry.leave({"from": bob})
    town.registry.setEncryptionKey("0x" + "01" * 32, {"from": bob})  # a second passes: the one before counts
    call = town.rule_book.setKey.encode_input(EQUAL_SHARES, 0)
    for caller in (stranger, bob, provider):
        with reverts("GovernorInsufficientProposerVotes", caller, 0, 1):
            town.governor.propose([town.rule_book], [0], [call], named("mine", caller), {"from": caller})


def test_propose__new_member__is_refused_until_it_votes(town: Town, provider: Any, dave: Any, clock: Any) -> None:
    """G1."""
    consent = consents.signed(PLACES["dave"], dave.address, town.registry.address)
    enrolled = town.registry.enrol(consent, {"from": provider}).timestamp
    clock(enrolled + VOTING_AGE - 1)
    with reverts("GovernorInsufficientProposerVotes", dave, 0, 1):
        proposal(town, "mine", None, dave)
    clock(enrolled + VOTING_AGE + 1)
    proposal(town, "mine", None, dave)


def test_propose__same_twice__is_refused(town: Town, propose: Callable[..., Motion], alice: Any) -> None:
    proposed = propose()
    with reverts("GovernorUnexpectedProposalState", proposed.identifier, PENDING, "0x" + "00" * 32):
        town.governor.propose(*proposed.actions, proposed.description, {"from": alice})


def test_propose__same_words_by_another__is_another_proposal(
    town: Town, propose: Callable[..., Motion], alice: Any, bob: Any
) -> None:
    """G1: else a copy could be proposed first, and cancelled."""
    copied = propose(by=bob)
    town.governor.cancel(*copied.arguments, {"from": bob})
    hers = propose(by=alice)
    assert hers.identifier != copied.identifier
    assert town.governor.state(hers.identifier) == PENDING


def test_propose__not_signed_by_its_proposer__is_refused(town: Town, alice: Any, bob: Any) -> None:
    """G1: no suffix, another's, a broken one, one that is not at the end."""
    call = town.rule_book.setKey.encode_input(EQUAL_SHARES, 0)
    own = alice.address.lower()
    for description in (
        "Equal shares",
        "",
        named("Equal shares", bob),
        f"Equal shares #proposer={own[:-1]}",
        f"Equal shares #proposer={own[:-1]}g",
        f"Equal shares #proposer={own}.",
        f"Equal shares $proposer={own}",
    ):
        with reverts("GovernorRestrictedProposer", alice):
            town.governor.propose([town.rule_book], [0], [call], description, {"from": alice})
    checksummed = f"Equal shares #proposer={alice.address}"
    town.governor.propose([town.rule_book], [0], [call], checksummed, {"from": alice})


def test_cancel__author__before_the_vote_only(
    town: Town, propose: Callable[..., Motion], clock: Callable[[int], None], alice: Any, bob: Any
) -> None:
    """G11."""
    first, second = propose("first"), propose("second")
    with reverts("GovernorUnableToCancel", first.identifier, bob):
        town.governor.cancel(*first.arguments, {"from": bob})
    town.governor.cancel(*first.arguments, {"from": alice})
    assert town.governor.state(first.identifier) == CANCELED

    clock(second.snapshot + 1)
    with reverts("GovernorUnableToCancel", second.identifier, alice):
        town.governor.cancel(*second.arguments, {"from": alice})
