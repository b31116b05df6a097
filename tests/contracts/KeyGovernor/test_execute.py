"""`KeyGovernor.execute`: what passed is done, by the governor and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth_abi import encode
from eth_utils import keccak

from tests.contracts.KeyGovernor.conftest import (
    ACTIVE,
    DEFEATED,
    EQUAL_SHARES,
    EXECUTED,
    FOR,
    NOTICE,
    Motion,
    Town,
)
from tests.contracts.refusals import reverts

ONLY_SUCCEEDED = "0x" + f"{1 << 4:064x}"
KEY_TYPE = "(bool,bool,uint8,address,(uint8,uint16,uint16[],uint16[],uint32[])[])"


def test_execute__key_that_passed__takes_effect_after_the_notice(town: Town, passed: Motion, stranger: Any) -> None:
    """G6: anyone may execute."""
    tx = town.governor.execute(*passed.arguments, {"from": stranger})

    adopted = tx.events["KeyAdopted"]
    assert adopted["keyHash"] == "0x" + keccak(encode([KEY_TYPE], [EQUAL_SHARES])).hex()
    assert adopted["effectiveAt"] == tx.timestamp + NOTICE
    assert town.rule_book.rulesAt(adopted["effectiveAt"])[0] == adopted["keyHash"]
    assert town.governor.state(passed.identifier) == EXECUTED


def test_execute__twice__is_refused(town: Town, passed: Motion, stranger: Any) -> None:
    """G6."""
    town.governor.execute(*passed.arguments, {"from": stranger})
    with reverts("GovernorUnexpectedProposalState", passed.identifier, EXECUTED, ONLY_SUCCEEDED):
        town.governor.execute(*passed.arguments, {"from": stranger})


def test_execute__during_the_vote__is_refused(town: Town, motion: Motion, alice: Any, bob: Any) -> None:
    """G4, G6: even when all has been voted."""
    for wallet in (alice, bob):
        town.governor.castVote(motion.identifier, FOR, {"from": wallet})
    with reverts("GovernorUnexpectedProposalState", motion.identifier, ACTIVE, ONLY_SUCCEEDED):
        town.governor.execute(*motion.arguments, {"from": alice})


def test_execute__defeated__is_refused(town: Town, motion: Motion, clock: Callable[[int], None], alice: Any) -> None:
    """G4, G6."""
    clock(motion.deadline + 1)
    with reverts("GovernorUnexpectedProposalState", motion.identifier, DEFEATED, ONLY_SUCCEEDED):
        town.governor.execute(*motion.arguments, {"from": alice})


def test_execute__other_calls_than_proposed__are_unknown(town: Town, passed: Motion, alice: Any) -> None:
    """G6."""
    targets, values, _ = passed.actions
    other = [town.rule_book.setProgram.encode_input("0x" + "66" * 32, 0)]
    description = passed.arguments[-1]
    identifier = town.governor.hashProposal(targets, values, other, description)
    with reverts("GovernorNonexistentProposal", identifier):
        town.governor.execute(targets, values, other, description, {"from": alice})


def test_execute__new_provider_and_auditor__are_appointed_together(
    town: Town, propose: Callable[..., Motion], clock: Callable[[int], None], alice: Any, bob: Any, dave: Any
) -> None:
    """G6: several calls of one proposal."""
    proposed = propose(
        "Dave organises and audits",
        [
            (town.registry, town.registry.setProvider.encode_input(dave)),
            (town.registry, town.registry.setAuditor.encode_input(dave, True)),
        ],
    )
    clock(proposed.snapshot + 1)
    for wallet in (alice, bob):
        town.governor.castVote(proposed.identifier, FOR, {"from": wallet})
    clock(proposed.deadline + 1)
    town.governor.execute(*proposed.arguments, {"from": bob})

    assert town.registry.provider() == dave
    assert town.registry.isAuditor(dave) is True


def test_execute__call_that_the_rule_book_refuses__says_why(
    town: Town, propose: Callable[..., Motion], clock: Callable[[int], None], alice: Any, bob: Any
) -> None:
    """A key that names a point nobody has added, voted all the same."""
    key = (False, True, 0, "0x" + "00" * 20, [(0, 0, [3], [], [])])
    proposed = propose("A flat to come", [(town.rule_book, town.rule_book.setKey.encode_input(key, 0))])
    clock(proposed.snapshot + 1)
    for wallet in (alice, bob):
        town.governor.castVote(proposed.identifier, FOR, {"from": wallet})
    clock(proposed.deadline + 1)
    with reverts("KeyPointUnknown", 0, 3):
        town.governor.execute(*proposed.arguments, {"from": alice})
