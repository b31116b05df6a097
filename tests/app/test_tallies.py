"""The status of a proposal in a word, the bar with its tick, the time left: from the votes alone."""

from __future__ import annotations

import pytest

from app import tallies
from app.adopted import before, first_month
from app.tallies import Happened, Motion
from app.words import Words
from offchain_worker.chain.governor import Colleges, Majority, Proposal, ProposalState, Tally
from offchain_worker.daemon.relay_http import STATUS

MADE = Happened("0x00", 1, 1)
PROPOSAL = Proposal(7, "0x00", (), (), (), 10, 20, "Why? #proposer=0x00")


def motion(state: str, *votes: int, majority: Majority = Majority.ORDINARY, colleges: Colleges | None = None) -> Motion:
    in_favour, against, abstain = votes or (0, 0, 0)
    tally = Tally(against, in_favour, abstain, 5, 10, ProposalState[state], majority, 20, False, colleges)
    return Motion(1, PROPOSAL, tally, MADE, None, None, None, None)


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (motion("PENDING"), "pending"),
        (motion("ACTIVE", 4, 0, 0), "failing_quorum"),
        (motion("ACTIVE", 3, 0, 2), "passing"),
        (motion("ACTIVE", 3, 3, 2), "failing_majority"),
        (motion("ACTIVE", 5, 3, 0, majority=Majority.TWO_THIRDS), "failing_majority"),
        (motion("ACTIVE", 6, 3, 0, majority=Majority.TWO_THIRDS), "passing"),
        (motion("ACTIVE", 6, 0, 0, majority=Majority.DOUBLE, colleges=Colleges(2, 1, 1, 8, 5, 0)), "failing_majority"),
        (motion("ACTIVE", 6, 0, 0, majority=Majority.DOUBLE, colleges=Colleges(2, 2, 0, 8, 4, 0)), "passing"),
        (motion("SUCCEEDED", 6, 0, 0), "passed"),
        (motion("DEFEATED", 4, 0, 0), "failed_quorum"),
        (motion("DEFEATED", 5, 5, 0), "failed_majority"),
        (motion("EXECUTED", 6, 0, 0), "executed"),
        (motion("CANCELED"), "cancelled"),
    ],
)
def test_status__of_the_votes__is_said_in_a_word(found: Motion, status: str) -> None:
    assert found.status == status
    assert all(Words(language).has(f"proposals.status.{status}") for language in ("fr", "en"))


def test_bar__of_votes__has_parts_tick_and_words() -> None:
    bar = tallies.bar(Words("en"), motion("ACTIVE", 3, 2, 1).tally)
    assert [f"width:{share}%" in bar for share in ("30.00", "20.00", "10.00")] == [True] * 3
    assert "left:50.00%" in bar
    assert 'aria-label="Votes of 10 members: 3 for, 1 abstain, 2 against. The mark shows the quorum, 5."' in bar


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(2 * 86_400 + 3_600, "2 days 1 hour"), (3_600 + 120, "1 hour 2 minutes"), (59, "1 minute")],
)
def test_left__seconds__are_said_in_two_units(seconds: int, said: str) -> None:
    assert tallies.left(Words("en"), seconds) == said


@pytest.mark.parametrize(
    ("time", "month"),
    [
        (1464732000, 201606),  # 1 June 2016, 00:00 in Paris: its first second
        (1464732001, 201607),
        (1483138800, 201701),  # 31 December 2016, 00:00
        (1483225200, 201701),
    ],
)
def test_first_month__after_a_second__is_the_one_whose_first_second_is_not_before_it(time: int, month: int) -> None:
    assert first_month(time, "Europe/Paris") == month


def test_before__january__is_december() -> None:
    assert [before(201701), before(201607)] == [201612, 201606]


def test_question__of_a_description__leaves_the_marks_out() -> None:
    digest = "0x" + "ab" * 32
    found = Proposal(1, "", (), (), (), 0, 0, f"Why not? #what-if={digest} #confirmed={digest} #proposer=0x12")
    assert found.question == "Why not?"
    assert (found.answers, found.confirmations) == ((bytes.fromhex("ab" * 32),), (bytes.fromhex("ab" * 32),))
    assert Proposal(1, "", (), (), (), 0, 0, "Plain").question == "Plain"


@pytest.mark.parametrize("code", [*STATUS, "RECEIPT_INVALID", "ANSWER_INVALID", "RELAY_AWAY"])
def test_fault__every_code_of_a_relayer__has_words(code: str) -> None:
    assert all(Words(language).has(f"ballot.fault.{code}") for language in ("fr", "en"))


def test_majorities__every_class__has_words() -> None:
    for majority in Majority:
        assert Words("en").has(f"proposals.needs.{majority.name.lower()}")
