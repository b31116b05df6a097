"""`KeyGovernor.state` and `quorum`: when a proposal passes. Four members, quorum one half: two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts import consents
from tests.contracts.KeyGovernor.conftest import (
    ABSTAIN,
    AGAINST,
    DAY,
    DEFEATED,
    FOR,
    SUCCEEDED,
    Motion,
    Town,
)


@pytest.mark.parametrize(
    ("ballots", "outcome"),
    [
        ([], DEFEATED),
        ([FOR], DEFEATED),  # one of the two the quorum needs
        ([FOR, FOR], SUCCEEDED),
        ([FOR, ABSTAIN], SUCCEEDED),  # who abstains is there
        ([ABSTAIN, ABSTAIN], DEFEATED),
        ([FOR, AGAINST], DEFEATED),  # who is against is not there
        ([FOR, FOR, AGAINST], SUCCEEDED),
        ([FOR, AGAINST, ABSTAIN], DEFEATED),  # a tie
        ([AGAINST, AGAINST, FOR], DEFEATED),
    ],
)
def test_state__after_the_vote__follows_quorum_and_majority(
    town: Town,
    motion: Motion,
    clock: Callable[[int], None],
    alice: Any,
    bob: Any,
    carol: Any,
    ballots: list[int],
    outcome: int,
) -> None:
    """G4."""
    for wallet, support in zip((alice, bob, carol), ballots, strict=False):
        town.governor.castVote(motion.identifier, support, {"from": wallet})
    clock(motion.deadline + 1)

    assert town.governor.state(motion.identifier) == outcome


def test_state__members_who_come_later__do_not_raise_the_quorum(town: Town, passed: Motion, provider: Any) -> None:
    """G4: of the members at the snapshot."""
    for _ in range(4):
        town.registry.enrol(consents.by_default(), {"from": provider})

    assert town.governor.quorum(town.governor.clock()) == 4
    assert town.governor.quorum(passed.snapshot) == 2
    assert town.governor.state(passed.identifier) == SUCCEEDED


def test_state__members_who_leave_after_the_snapshot__do_not_lower_the_quorum(
    town: Town, motion: Motion, clock: Callable[[int], None], alice: Any, bob: Any, carol: Any
) -> None:
    """G4."""
    town.governor.castVote(motion.identifier, FOR, {"from": alice})
    for wallet in (alice, bob, carol):
        town.registry.leave({"from": wallet})
    clock(motion.deadline + 1)

    assert town.governor.quorum(town.governor.clock()) == 1
    assert town.governor.state(motion.identifier) == DEFEATED


@pytest.mark.parametrize(
    ("members", "ppm", "needed"),
    [(1, 1, 1), (3, 333_333, 1), (3, 333_334, 2), (4, 500_000, 2), (5, 500_000, 3), (5, 1_000_000, 5)],
)
def test_quorum__share_of_the_members__is_rounded_up(
    found: Callable[..., Town], members: int, ppm: int, needed: int
) -> None:
    """G4."""
    town = found(lambda _: [consents.on_paper()] * members, quorum=ppm)

    assert town.governor.quorum(town.governor.clock()) == needed


def test_quorum__before_the_founding__is_0(town: Town) -> None:
    assert town.governor.quorum(town.governor.clock() - 365 * DAY) == 0
