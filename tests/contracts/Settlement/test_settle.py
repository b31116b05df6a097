"""Booking a period: who, when, with what."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import attesting
from tests.contracts.refusals import reverts

NET = [25, 500, -200, -100, -150, -75]
DEBT = 525
SETTLED = 2


@pytest.fixture
def reported(community: Any) -> tuple[Any, ...]:
    """May 2016 has a report for NET, and the guarantee covers it."""
    community.guarantee(DEBT)
    community.check(201605)
    return community.accept(201605, NET)


def balances(community: Any) -> list[int]:
    """Of the community and its five members."""
    return [community.settlement.balanceOf(member) for member in range(6)]


def test_settle__the_attested_vector__is_booked(community: Any, reported: Any) -> None:
    """ISettlement G3, ILedger G1: to the cent, over the bounds of a word of four balances."""
    event = community.settle(201605, reported, NET).events["PeriodSettled"]
    assert (event["period"], list(event["netCents"])) == (201605, NET)
    assert event["taskId"] == community.hub.answerOf(attesting.SETTLEMENT, 201605)[0]
    assert balances(community) == NET
    assert community.settlement.totalDebt() == DEBT
    assert community.settlement.reportOf(201605)[2] == SETTLED


def test_settle__second_period__adds_up(community: Any, reported: Any) -> None:
    """ILedger G1: debts shrink and grow: 4 owes 150 and gets 160, 2 owes 200 and 30 more."""
    community.settle(201605, reported, NET)
    community.whole_period(201606, [0, -130, -30, 0, 160, 0])
    assert balances(community) == [25, 370, -230, -100, 10, -75]
    assert community.settlement.totalDebt() == 230 + 100 + 75


def test_settle__second_time__is_refused(community: Any, reported: Any) -> None:
    """ISettlement G3."""
    community.settle(201605, reported, NET)
    with reverts("SettlementAlreadySettled", 201605):
        community.settle(201605, reported, NET)


def test_settle__without_a_report__is_refused(community: Any, reported: Any) -> None:
    """ISettlement G1."""
    with reverts("SettlementNotReported", 201606):
        community.settlement.settle(201606, reported, NET, {"from": community.provider})


def test_settle__before_the_window_is_over__is_refused(community: Any, reported: Any) -> None:
    """ISettlement G2: to the second."""
    end = community.settlement.reportOf(201605)[1]
    with reverts("SettlementWindowOpen", 201605, end):
        community.settlement.settle(201605, reported, NET, {"from": community.provider})
    community.wait_until(end - 5)
    with reverts("SettlementWindowOpen", 201605, end):
        community.settlement.settle(201605, reported, NET, {"from": community.provider})


def test_settle__by_anybody_else__is_refused(community: Any, reported: Any, stranger: Any) -> None:
    """ISettlement G3: the provider's guarantee stands behind it, so it is the provider who settles."""
    community.wait_for_window(201605)
    for sender in (stranger, community.grid_operator, community.wallets[0], community.voted):
        with reverts("SettlementNotProvider", sender):
            community.settlement.settle(201605, reported, NET, {"from": sender})


def test_settle__another_report__is_refused(community: Any, reported: Any) -> None:
    """ISettlement G1: one µkWh more."""
    other = (*reported[:5], reported[5] + 1, *reported[6:])
    with reverts("SettlementReportMismatch", attesting.report_hash(reported), attesting.report_hash(other)):
        community.settle(201605, other, NET)


@pytest.mark.parametrize("length", [0, 5, 7])
def test_settle__vector_of_another_length__is_refused(community: Any, reported: Any, length: int) -> None:
    """ISettlement G4."""
    vector = [*NET, 0][:length]
    with reverts("SettlementLengthMismatch", 6, length):
        community.settle(201605, reported, vector)


def test_settle__attested_vector_of_another_length__is_refused(community: Any) -> None:
    """ISettlement G4: a quorum cannot leave a member out."""
    community.check(201605)
    report = community.accept(201605, NET[:5] + [0] * 2)
    with reverts("SettlementLengthMismatch", 6, 7):
        community.settle(201605, report, NET[:5] + [0] * 2)


def test_settle__another_vector__is_refused(community: Any, reported: Any) -> None:
    """ISettlement G3: a cent from one member to another."""
    identity = bytes(community.hub.answerOf(attesting.SETTLEMENT, 201605)[0])
    other = [25, 501, -201, -100, -150, -75]
    hashes = (attesting.net_hash(identity, NET), attesting.net_hash(identity, other))
    with reverts("SettlementVectorMismatch", *hashes):
        community.settle(201605, reported, other)


def test_settle__net_hash_of_another_task__is_refused(community: Any) -> None:
    """ISettlement G3: the hash names the task, so a vector cannot be carried to another period."""
    community.check(201605)
    other = attesting.net_hash(attesting.digest("another task"), NET)
    report = community.accept(201605, NET, net_hash=other)
    identity = bytes(community.hub.answerOf(attesting.SETTLEMENT, 201605)[0])
    with reverts("SettlementVectorMismatch", other, attesting.net_hash(identity, NET)):
        community.settle(201605, report, NET)


def test_settle__attested_vector_that_does_not_sum_to_zero__is_refused(community: Any) -> None:
    """ISettlement G4: a quorum cannot make or lose money."""
    community.guarantee(10_000)
    for label, vector, total in ((201605, [0, 500, -200, -100, -150, -43], 7), (201606, [0, 0, 0, 0, 0, -1], -1)):
        community.check(label)
        report = community.accept(label, vector)
        with reverts("SettlementSumNotZero", total):
            community.settle(label, report, vector)


def test_settle__attested_vector_beyond_all_invoices__is_refused(community: Any) -> None:
    """ISettlement G4: 525 cents are credited, invoices are 524."""
    community.guarantee(DEBT)
    community.check(201605)
    report = community.accept(201605, NET, debit=524)
    with reverts("SettlementDebitExceeded", 525, 524):
        community.settle(201605, report, NET)


def test_settle__invoices_that_cancel_out__are_more_than_the_credits(community: Any) -> None:
    community.guarantee(DEBT)
    community.check(201605)
    report = community.accept(201605, NET, debit=9_999)
    community.settle(201605, report, NET)
    assert balances(community) == NET


def test_settle__guarantee_too_short__says_what_is_missing_and_changes_nothing(community: Any) -> None:
    """ISettlement G5, ILedger G1: 25 of 525 cents are missing; with them it goes through."""
    community.guarantee(500)
    community.check(201605)
    report = community.accept(201605, NET)
    with reverts("SettlementGuaranteeShort", 25):
        community.settle(201605, report, NET)
    assert balances(community) == [0] * 6
    assert (community.settlement.totalDebt(), community.settlement.reportOf(201605)[2]) == (0, 1)
    community.guarantee(25)
    community.settle(201605, report, NET)
    assert community.settlement.guarantee() == community.settlement.totalDebt() == DEBT


def test_settle__deposits__stand_before_the_guarantee(community: Any) -> None:
    """ILedger G1: who has paid in owes nothing."""
    for member, cents in ((2, 200), (3, 100), (4, 150), (5, 75)):
        community.pay_in(member, cents)
    community.whole_period(201605, NET)
    assert balances(community) == [25, 500, 0, 0, 0, 0]
    assert community.settlement.totalDebt() == community.settlement.guarantee() == 0


def test_settle__balance_beyond_64_bits__is_refused(community: Any) -> None:
    """ISettlement G5: nothing wraps around; the settlement as a whole reverts."""
    most = 2**63 - 1
    community.guarantee(2**64 - 1)
    vector = [0, most, -most, 0, 0, 0]
    community.whole_period(201605, vector)
    community.check(201606)
    report = community.accept(201606, vector)
    with reverts("SafeCastOverflowedIntDowncast", 64, 2 * most):
        community.settle(201606, report, vector)
    assert balances(community) == vector


def test_settle__nothing_to_book__settles_the_period(community: Any) -> None:
    community.whole_period(201605, [0] * 6)
    assert community.settlement.reportOf(201605)[2] == SETTLED
