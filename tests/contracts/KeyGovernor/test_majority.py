"""`KeyGovernor`, which majority a proposal needs and whether it has it: by its strictest call, fixed when it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts import consents
from tests.contracts.KeyGovernor.conftest import (
    ABSTAIN,
    AGAINST,
    DEFEATED,
    DOUBLE,
    EQUAL_SHARES,
    FOR,
    ORDINARY,
    QUORUM_PPM,
    SUCCEEDED,
    TWO_THIRDS,
    UNLISTED,
    Motion,
    Town,
    proposal,
)
from tests.contracts.people import CROWD
from tests.contracts.refusals import reverts

PRODUCTION, SOLAR = 1, 1


def set_key(town: Town) -> tuple[Any, str]:
    return town.rule_book, town.rule_book.setKey.encode_input(EQUAL_SHARES, 0)


def set_program(town: Town) -> tuple[Any, str]:
    return town.rule_book, town.rule_book.setProgram.encode_input("0x" + "01" * 32, 0)


def set_quorum(town: Town, ppm: int = 250_000) -> tuple[Any, str]:
    return town.governor, town.governor.setQuorum.encode_input(ppm)


def relayed_key(town: Town) -> tuple[Any, str]:
    """The governor told to call what it could call itself."""
    return town.governor, town.governor.relay.encode_input(town.rule_book, 0, set_key(town)[1])


@pytest.fixture(scope="module")
def six(found: Callable[..., Town], accounts: Any, provider: Any) -> Town:
    """Six members, the first two with panels; keys need both colleges, tariffs an ordinary majority."""
    town = found(
        lambda _: [consents.on_paper(accounts[CROWD + i].address) for i in range(6)],
        majorities={"setKey": DOUBLE, "setTariff": ORDINARY},
    )
    for point, member in enumerate((1, 2)):
        point_id = "0x" + f"{point + 1:02x}" * 32
        town.registry.addPoint(point_id, PRODUCTION, SOLAR, {"from": provider})
        town.registry.openParticipation(point, member, 0, 0, point_id, {"from": provider})
    return town


@pytest.mark.parametrize(
    ("calls", "needed"),
    [
        ([set_key], ORDINARY),
        ([set_program], TWO_THIRDS),  # no list names it
        ([set_quorum], TWO_THIRDS),
        ([relayed_key], TWO_THIRDS),
        ([set_key, set_program], TWO_THIRDS),
        ([set_program, set_key], TWO_THIRDS),
    ],
)
def test_majority__of_a_proposal__is_that_of_its_strictest_call(
    town: Town, propose: Callable[..., Motion], calls: list[Callable[[Town], Any]], needed: int
) -> None:
    """G5."""
    made = propose("which", [call(town) for call in calls])
    assert tuple(town.governor.termsOf(made.identifier)) == (needed, QUORUM_PPM, False)


def test_majority__value_or_no_function__needs_two_thirds(town: Town) -> None:
    """G5."""
    target, call = set_key(town)
    asked = [
        (target, 0, call),
        (target, 1, call),
        (target, 0, call[:8]),
        (target, 0, "0x"),
        (town.registry, 0, call),
    ]
    assert [town.governor.majorityOf(*each) for each in asked] == [ORDINARY, *[TWO_THIRDS] * 4]


def test_majority__where_one_is_double__the_governor_itself_needs_it(six: Town) -> None:
    """G5: else two thirds could take the key's double majority off the list, or wrap the key in `relay`."""
    for target, call in (set_quorum(six), relayed_key(six), (six.governor, "0x")):
        assert six.governor.majorityOf(target, 0, call) == DOUBLE
    assert six.governor.strictest() == DOUBLE


@pytest.mark.parametrize(
    ("ballots", "outcome"),
    [
        ([FOR, FOR, AGAINST], SUCCEEDED),  # two thirds exactly
        ([FOR, AGAINST], DEFEATED),
        ([FOR, ABSTAIN, AGAINST], DEFEATED),
        ([FOR, ABSTAIN], SUCCEEDED),
        ([ABSTAIN, ABSTAIN, ABSTAIN], DEFEATED),
    ],
)
def test_majority__two_thirds__is_of_those_for_and_against(
    town: Town,
    propose: Callable[..., Motion],
    clock: Callable[[int], None],
    alice: Any,
    bob: Any,
    carol: Any,
    ballots: list[int],
    outcome: int,
) -> None:
    """G4."""
    made = propose("program", [set_program(town)])
    clock(made.snapshot + 1)
    for wallet, support in zip((alice, bob, carol), ballots, strict=False):
        town.governor.castVote(made.identifier, support, {"from": wallet})
    clock(made.deadline + 1)
    assert town.governor.state(made.identifier) == outcome


# Two producers, then four consumers.
@pytest.mark.parametrize(
    ("ballots", "outcome"),
    [
        ([FOR, FOR, FOR, FOR, FOR, FOR], SUCCEEDED),
        ([FOR, FOR, FOR, FOR, AGAINST, ABSTAIN], SUCCEEDED),
        ([AGAINST, AGAINST, FOR, FOR, FOR, FOR], DEFEATED),  # two thirds, but no producer
        ([FOR, AGAINST, FOR, FOR, FOR, FOR], DEFEATED),  # a tie of the producers
        ([ABSTAIN, ABSTAIN, FOR, FOR, FOR, FOR], DEFEATED),  # no producer in favour
        ([FOR, ABSTAIN, FOR, FOR, FOR, AGAINST], SUCCEEDED),
        ([FOR, FOR, FOR, AGAINST, AGAINST, FOR], DEFEATED),  # two thirds, but a tie of the consumers
    ],
)
def test_majority__double__is_of_producers_and_of_consumers(
    six: Town, accounts: Any, clock: Callable[[int], None], ballots: list[int], outcome: int
) -> None:
    """G4."""
    wallets = [accounts[CROWD + i] for i in range(6)]
    made = proposal(six, "key", [set_key(six)], wallets[0])
    clock(made.snapshot + 1)
    for wallet, support in zip(wallets, ballots, strict=True):
        six.governor.castVote(made.identifier, support, {"from": wallet})
    counts = [[part.count(choice) for choice in (FOR, AGAINST)] for part in (ballots[:2], ballots[2:])]
    assert tuple(six.governor.collegesOf(made.identifier)) == (2, *counts[0], 4, *counts[1])
    clock(made.deadline + 1)
    assert six.governor.state(made.identifier) == outcome


def test_majority__colleges__are_those_of_the_snapshot(
    six: Town, accounts: Any, clock: Callable[[int], None], provider: Any
) -> None:
    """G4: a producer whose panels are entered, or closed even to the past, after the snapshot changes nothing."""
    wallets = [accounts[CROWD + i] for i in range(6)]
    made = proposal(six, "key", [set_key(six)], wallets[0])
    clock(made.snapshot + 1)
    for wallet in wallets:
        six.governor.castVote(made.identifier, FOR, {"from": wallet})
    before = tuple(six.governor.collegesOf(made.identifier))
    for point in (0, 1):
        six.registry.closeParticipation(point, 1, {"from": provider})
    six.registry.openParticipation(0, 3, 0, 1, "0x" + "77" * 32, {"from": provider})
    assert tuple(six.governor.collegesOf(made.identifier)) == before == (2, 2, 0, 4, 4, 0)
    assert six.registry.producersAt(0, six.governor.clock() - 1) in (0, 1 << 3)


def test_majority__double_without_producers__is_two_thirds(
    found: Callable[..., Town], clock: Callable[[int], None], alice: Any
) -> None:
    """G4."""
    town = found(lambda _: [consents.on_paper(alice.address)], majorities={"setKey": DOUBLE})
    made = proposal(town, "key", [set_key(town)], alice)
    clock(made.snapshot + 1)
    town.governor.castVote(made.identifier, FOR, {"from": alice})
    clock(made.deadline + 1)
    assert town.governor.state(made.identifier) == SUCCEEDED


def test_set_quorum__voted__is_for_later_proposals_only(
    town: Town, propose: Callable[..., Motion], clock: Callable[[int], None], alice: Any, bob: Any
) -> None:
    """G4, G5: a lowered quorum revives nothing (CVE-2022-31198), a raised one stops nothing."""
    change = propose("quorum of a quarter", [set_quorum(town)])
    lost = propose("one vote only")
    clock(change.snapshot + 2)
    for wallet in (alice, bob):
        town.governor.castVote(change.identifier, FOR, {"from": wallet})
    town.governor.castVote(lost.identifier, FOR, {"from": alice})
    clock(lost.deadline + 1)
    assert town.governor.state(lost.identifier) == DEFEATED
    town.governor.execute(*change.arguments, {"from": alice})

    assert town.governor.state(lost.identifier) == DEFEATED
    assert (town.governor.quorumPpm(), town.governor.quorumOf(lost.identifier)) == (250_000, 2)
    later = propose("after the change")
    assert town.governor.termsOf(later.identifier)[1] == 250_000


def test_set_majority__voted__is_for_later_proposals_only(
    town: Town, propose: Callable[..., Motion], clock: Callable[[int], None], alice: Any, bob: Any
) -> None:
    """G5."""
    target, selector = town.rule_book, town.rule_book.signatures["setKey"]
    stricter = town.governor.setMajority.encode_input((target, selector, DOUBLE))
    change, earlier = propose("keys need both", [(town.governor, stricter)]), propose("a key")
    clock(change.snapshot + 2)
    for wallet in (alice, bob):
        town.governor.castVote(change.identifier, FOR, {"from": wallet})
    clock(change.deadline + 1)
    town.governor.execute(*change.arguments, {"from": alice})

    assert town.governor.termsOf(earlier.identifier)[0] == ORDINARY
    assert town.governor.majorityOf(*set_key(town)[:1], 0, set_key(town)[1]) == DOUBLE
    assert town.governor.strictest() == DOUBLE


def test_set_quorum_and_set_majority__not_by_vote__are_refused(town: Town, alice: Any) -> None:
    """G5."""
    with reverts("GovernorOnlyExecutor", alice):
        town.governor.setQuorum(1, {"from": alice})
    with reverts("GovernorOnlyExecutor", alice):
        town.governor.setMajority((town.rule_book, "0x01020304", UNLISTED), {"from": alice})
