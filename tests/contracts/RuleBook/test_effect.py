"""`RuleBook`: when a change takes effect. The same for all four rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contracts.refusals import reverts
from tests.contracts.RuleBook.conftest import DOCUMENT, NOTICE, PRO_RATA, PROGRAM, TARIFF

DAY = 86400
RULES = {
    "setKey": ("KeyAdopted", PRO_RATA, 0),
    "setTariff": ("TariffAdopted", TARIFF, 1),
    "setConformity": ("ConformityAdopted", DOCUMENT, 2),
    "setProgram": ("ProgramAdopted", "0x" + "9c" * 32, 3),
}


@pytest.fixture(params=RULES)
def change(request: pytest.FixtureRequest, rule_book: Any, governor_account: Any) -> Callable[[int], tuple[int, int]]:
    """Change one rule, asked for at a second; returns when it takes effect and the second of the vote's execution."""
    event, value, _ = RULES[request.param]

    def make(asked: int) -> tuple[int, int]:
        tx = getattr(rule_book, request.param)(value, asked, {"from": governor_account})
        return tx.events[event]["effectiveAt"], tx.timestamp

    return make


def test_effect__asked_for_at_once_or_in_the_past__is_after_the_notice(
    change: Callable[[int], tuple[int, int]],
) -> None:
    """G2."""
    for asked in (0, 1):
        effective, executed = change(asked)
        assert effective == executed + NOTICE


def test_effect__asked_for_later__is_as_asked(rule_book: Any, change: Callable[[int], tuple[int, int]]) -> None:
    """G2."""
    asked = rule_book.tx.timestamp + NOTICE + 100 * DAY
    assert change(asked)[0] == asked


def test_effect__more_than_a_year_ahead__is_refused(change: Callable[[int], tuple[int, int]], chain: Any) -> None:
    """G2: 2100 by mistake would bind the members until then."""
    latest = chain[-1].timestamp + 1 + NOTICE + 366 * DAY
    with reverts("RuleBookTooFar", 2**64 - 1, latest):
        change(2**64 - 1)
    assert change(latest + 1)[0] == latest + 1  # a second has passed


def test_effect__before_a_pending_change__is_refused(change: Callable[[int], tuple[int, int]], chain: Any) -> None:
    """G4."""
    pending = chain[-1].timestamp + NOTICE + 50 * DAY
    change(pending)
    with reverts("RuleBookPending", pending - 1, pending):
        change(pending - 1)


def test_effect__same_second_as_a_pending_change__takes_its_place(
    rule_book: Any, governor_account: Any, chain: Any
) -> None:
    """G4."""
    pending = chain[-1].timestamp + NOTICE + 50 * DAY
    for program in ("0x" + "01" * 32, "0x" + "02" * 32):
        rule_book.setProgram(program, pending, {"from": governor_account})

    assert rule_book.rulesAt(pending - 1)[3] == PROGRAM
    assert rule_book.rulesAt(pending)[3] == "0x" + "02" * 32


def test_effect__one_rule__leaves_the_others(rule_book: Any, governor_account: Any) -> None:
    before = list(rule_book.rulesAt(0))
    tx = rule_book.setProgram("0x" + "03" * 32, 0, {"from": governor_account})

    after = list(rule_book.rulesAt(tx.events["ProgramAdopted"]["effectiveAt"]))
    assert after == [*before[:3], "0x" + "03" * 32]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(votes=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60)), min_size=1, max_size=6))
def test_effect__any_sequence_of_votes__never_changes_what_has_come(
    rule_book: Any, governor_account: Any, chain: Any, votes: list[tuple[int, int]]
) -> None:
    """G3: after each vote, every second up to it has the rules it had before; and the last vote due is in force."""
    before = chain._take_snapshot()
    adopted = [(0, PROGRAM)]
    seen: dict[int, str] = {}
    for number, (wait, ahead) in enumerate(votes):
        chain.mine(timestamp=chain[-1].timestamp + 1 + wait * DAY)
        program = "0x" + f"{number + 1:02x}" * 32
        asked = max(chain[-1].timestamp + ahead * DAY, adopted[-1][0])
        tx = rule_book.setProgram(program, asked, {"from": governor_account})
        adopted.append((max(asked, tx.timestamp + NOTICE), program))
        assert {time: rule_book.rulesAt(time)[3] for time in seen} == seen
        seen[tx.timestamp] = rule_book.rulesAt(tx.timestamp)[3]

    for time in (*seen, *(effective for effective, _ in adopted)):
        in_force = [program for effective, program in adopted if effective <= time]
        assert rule_book.rulesAt(time)[3] == in_force[-1]
    chain._revert(before)
