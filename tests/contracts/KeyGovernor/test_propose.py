"""`KeyGovernor.propose` and `cancel`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contracts.KeyGovernor.conftest import (
    ACTIVE,
    CANCELED,
    EQUAL_SHARES,
    PENDING,
    VOTING_DELAY,
    VOTING_PERIOD,
    Motion,
    Town,
)
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
            town.governor.propose([town.rule_book], [0], [call], "mine", {"from": caller})


def test_propose__same_twice__is_refused(town: Town, propose: Callable[..., Motion], bob: Any) -> None:
    proposed = propose()
    with reverts("GovernorUnexpectedProposalState", proposed.identifier, PENDING, "0x" + "00" * 32):
        town.governor.propose(*proposed.actions, proposed.description, {"from": bob})


def test_propose__bound_to_its_author__nobody_else_may_take_it(
    town: Town, propose: Callable[..., Motion], alice: Any, bob: Any
) -> None:
    """Else a copy could be proposed first, and cancelled."""
    description = f"Equal shares #proposer={alice.address}"
    call = town.rule_book.setKey.encode_input(EQUAL_SHARES, 0)
    with reverts("GovernorRestrictedProposer", bob):
        town.governor.propose([town.rule_book], [0], [call], description, {"from": bob})
    propose(description)


def test_cancel__author__before_the_vote_only(
    town: Town, propose: Callable[..., Motion], clock: Callable[[int], None], alice: Any, bob: Any
) -> None:
    first, second = propose("first"), propose("second")
    with reverts("GovernorUnableToCancel", first.identifier, bob):
        town.governor.cancel(*first.arguments, {"from": bob})
    town.governor.cancel(*first.arguments, {"from": alice})
    assert town.governor.state(first.identifier) == CANCELED

    clock(second.snapshot + 1)
    with reverts("GovernorUnableToCancel", second.identifier, alice):
        town.governor.cancel(*second.arguments, {"from": alice})
