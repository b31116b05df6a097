"""Up to when everything is settled."""

from __future__ import annotations

from typing import Any

from tests.contracts.community import calendar

NOTHING = [0] * 6


def test_settled_through__in_order__is_the_end_of_the_last_period(community: Any) -> None:
    """ISettlement G6."""
    for months, label in ((1, 201605), (2, 201606)):
        community.whole_period(label, NOTHING)
        assert community.settlement.settledThrough() == calendar()[months]


def test_settled_through__out_of_order__waits_for_the_gap_to_close(community: Any) -> None:
    """ISettlement G6: June and July are settled while May is held up."""
    community.check(201605)
    may = community.accept(201605, NOTHING)
    community.whole_period(201606, NOTHING)
    community.whole_period(201607, NOTHING)
    assert community.settlement.settledThrough() == calendar()[0]
    community.settle(201605, may, NOTHING)
    assert community.settlement.settledThrough() == calendar()[3]


def test_settled_through__over_the_turn_of_the_year__goes_on(community: Any) -> None:
    """ISettlement G6."""
    for months, label in enumerate([*range(201605, 201613), 201701], start=1):
        community.whole_period(label, NOTHING)
        assert community.settlement.settledThrough() == calendar()[months]
