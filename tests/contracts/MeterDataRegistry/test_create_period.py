"""Opening the next period of the calendar."""

from __future__ import annotations

from typing import Any

from tests.contracts import attesting
from tests.contracts.community import DAY, ZERO, calendar
from tests.contracts.refusals import reverts

OPEN = 1


def test_create_period__by_anyone_once_started__records_bounds_and_rules(community: Any, stranger: Any) -> None:
    """IMeterDataRegistry G2: May 2016 has 744 hours, 1,488 half-hours."""
    start, end = calendar()[:2]
    rules = community.rule_book.rulesHashAt(start)
    created = community.meter_data.createPeriod(201605, {"from": stranger})
    assert created.events["PeriodCreated"] == {"period": 201605, "start": start, "end": end, "rulesHash": rules}
    none = "0x" + ZERO.hex()
    assert tuple(community.meter_data.periodOf(201605)) == (
        OPEN, 0, 0, 0, 0, start, end, 1488, rules, none, none, none, False,
    )  # fmt: skip
    assert community.meter_data.nextPeriod() == 201606


def test_create_period__before_it_starts__is_refused(community: Any, stranger: Any) -> None:
    """IMeterDataRegistry G2."""
    community.create(201605)
    with reverts("MeterDataNotStarted", 201606, calendar()[1]):
        community.meter_data.createPeriod(201606, {"from": stranger})


def test_create_period__twice_or_out_of_order__is_refused(community: Any, stranger: Any) -> None:
    """IMeterDataRegistry G2."""
    with reverts("MeterDataNotNext", 201606, 201605):
        community.meter_data.createPeriod(201606, {"from": stranger})
    community.create(201605)
    with reverts("MeterDataNotNext", 201605, 201606):
        community.meter_data.createPeriod(201605, {"from": stranger})


def test_create_period__over_the_turn_of_the_year__goes_on_with_january(community: Any, stranger: Any) -> None:
    for label in range(201605, 201613):
        community.create(label)
    assert community.meter_data.nextPeriod() == 201701
    with reverts("MeterDataNotStarted", 201701, calendar()[8]):
        community.meter_data.createPeriod(201701, {"from": stranger})


def test_create_period__at_the_calendars_end__is_refused(community: Any, stranger: Any) -> None:
    for label in [*range(201605, 201613), *range(201701, 201705)]:
        community.create(label)
    with reverts("MeterDataOutsideCalendar", 201705):
        community.meter_data.createPeriod(201705, {"from": stranger})


def test_create_period__rules_voted_later__do_not_reach_back(community: Any) -> None:
    """IMeterDataRegistry G3: a program voted in May is in force in June, whenever the periods are created."""
    in_may = community.rule_book.rulesHashAt(calendar()[0])
    community.rule_book.setProgram(attesting.digest("next program"), 0, {"from": community.voted})
    community.wait_until(calendar()[1] + DAY)
    community.create(201605)
    community.create(201606)
    may, june = (community.meter_data.periodOf(label)[8] for label in (201605, 201606))
    assert may == in_may
    assert june == community.rule_book.rulesHashAt(calendar()[1]) != in_may
    assert june != "0x" + ZERO.hex()
