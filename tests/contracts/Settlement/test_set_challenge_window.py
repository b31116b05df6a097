"""Voting another window."""

from __future__ import annotations

from typing import Any

from tests.contracts.community import DAY
from tests.contracts.refusals import reverts

NOTHING = [0] * 6


def test_set_challenge_window__by_vote__is_that_of_reports_to_come(community: Any) -> None:
    """ISettlement G2: a report that is in keeps its window, shorter or longer."""
    community.check(201605)
    may = community.accept(201605, NOTHING)
    may_end = community.settlement.reportOf(201605)[1]
    changed = community.settlement.setChallengeWindow(5 * DAY, {"from": community.voted})
    assert changed.events["ChallengeWindowChanged"] == {"duration": 5 * DAY}
    assert community.settlement.challengeWindow() == 5 * DAY
    assert community.settlement.reportOf(201605)[1] == may_end
    community.settle(201605, may, NOTHING)
    community.check(201606)
    community.accept(201606, NOTHING)
    accepted = community.settlement.reportOf(201606)[1] - 5 * DAY
    assert accepted >= community.meter_data.boundsOf(201606)[1]
    community.settlement.setChallengeWindow(0, {"from": community.voted})
    with reverts("SettlementWindowOpen", 201606, accepted + 5 * DAY):
        community.settlement.settle(
            201606, community.report_of(b"\0" * 32, NOTHING), NOTHING, {"from": community.provider}
        )


def test_set_challenge_window__by_anybody_else__is_refused(community: Any, stranger: Any) -> None:
    """ISettlement G2: the provider cannot shorten the time to challenge it."""
    for sender in (stranger, community.provider):
        with reverts("LedgerNotGovernor", sender):
            community.settlement.setChallengeWindow(0, {"from": sender})
