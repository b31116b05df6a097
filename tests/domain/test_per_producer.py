"""Keys per producer, tables, coefficients, storage and the protocol "energiedelen", by hand."""

from __future__ import annotations

import numpy as np
import pytest

from offchain_worker.domain import table as tables
from offchain_worker.domain.allocation import allocate, share
from offchain_worker.domain.errors import TableInvalid
from offchain_worker.domain.key import AllocationKey, Rule, Stage
from offchain_worker.domain.roster import Column, Direction, Roster, Source
from offchain_worker.domain.table import Table

COMMITTER = "0x" + "c0" * 20


def rows(*found: list[int]) -> np.ndarray:
    return np.array(found, np.int64)


def roster(consumers: list[int], producers: list[int], source: Source = Source.SOLAR) -> Roster:
    """Columns of these members, points numbered from 0."""
    columns = [Column(at, who, 1, Direction.CONSUMPTION, Source.NONE, 0, 1) for at, who in enumerate(consumers)]
    first = len(consumers)
    columns += [Column(first + at, who, 1, Direction.PRODUCTION, source, 0, 1) for at, who in enumerate(producers)]
    return Roster(tuple(columns))


def test_per_producer__pro_rata__the_second_shares_what_the_first_left_of_the_needs() -> None:
    key = AllocationKey((Stage(Rule.PRO_RATA),), per_producer=True)
    found = share(rows([60, 30]), rows([30, 100]), key, roster([1, 2], [3, 4]))
    assert found.by_producer is not None
    assert found.by_producer[0].tolist() == [[20, 40], [10, 20]]
    assert found.sold.tolist() == [[30, 60]]
    assert found.surplus.tolist() == [[0, 40]]


def test_per_producer__no_self_sharing__gives_nobody_its_own() -> None:
    key = AllocationKey((Stage(Rule.PRO_RATA),), per_producer=True, self_sharing=False)
    found = share(rows([60, 30]), rows([50, 20]), key, roster([1, 2], [1, 2]))
    assert found.by_producer is not None
    assert found.by_producer[0].tolist() == [[0, 20], [30, 0]]


def test_per_producer__a_stage_for_each_producer__is_pair_weights() -> None:
    stages = (
        Stage(Rule.STATIC, points=(0, 1), producers=(2,), weights=(750_000, 250_000)),
        Stage(Rule.STATIC, points=(1,), producers=(3,), weights=(1_000_000,)),
    )
    found = allocate(rows([100, 100]), rows([80, 90]), AllocationKey(stages, True), roster([1, 2], [3, 4]))
    assert found.allocated.tolist() == [[60, 100]]  # 20 of the first and the 80 still needed of the second
    assert found.sold.tolist() == [[80, 80]]


def test_table__a_row_for_each_step__is_static_of_that_step() -> None:
    key = AllocationKey((Stage(Rule.TABLE, points=(1, 0)),), committer=COMMITTER)
    table = rows([250_000, 750_000], [1_000_000, 0])
    found = allocate(rows([50, 50], [50, 50]), rows([40], [40]), key, table=table)
    assert found.allocated.tolist() == [[30, 10], [0, 40]]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (None, "missing; stage 1 of the key"),
        (rows([1, 1]), "step 1: no row; there are 2 steps"),
        (rows([1, 1], [1, 1], [1, 1]), "3 rows for 2 steps"),
        (rows([1, 1], [600_000, 400_001]), "step 1: weights add up to 1000001"),
        (rows([1, -1], [1, 1]), "step 0: a weight outside"),
        (rows([1], [1]), "1 weights a row, 2 points"),
        ({1: rows([1, 1], [1, 1])}, "stage 1: no rows"),
        (np.ones((2, 2)), "give the weights as an int64 array"),
        (Table(bytes(32), 0, 1800, {0: rows([1, 1], [1, 1])}), "made for key 0x00"),
    ],
)
def test_allocate__table_that_does_not_fit__is_refused_with_its_place(table, message: str) -> None:
    key = AllocationKey((Stage(Rule.TABLE, points=(0, 1)),), committer=COMMITTER)
    with pytest.raises(TableInvalid, match=message):
        allocate(rows([1, 1], [1, 1]), rows([1], [1]), key, table=table)


def test_table__document__reads_back_and_is_of_one_period() -> None:
    key = AllocationKey((Stage(Rule.TABLE, points=(0, 1)), Stage(Rule.PRO_RATA)), committer=COMMITTER)
    made = Table(key.hash(), 1_464_732_000, 1800, {0: rows([1, 2], [3, 4])})
    read = tables.parse(made.to_json())
    assert read.root == made.root
    assert read.rows[0].tolist() == [[1, 2], [3, 4]]
    tables.check(read, key, 1_464_732_000, 1800, 2)
    for change, message in (
        ((1_464_732_000 - 1800, 1800, 2), "of the period from 1464732000"),
        ((1_464_732_000, 900, 2), "in steps of 1800 s, not"),
        ((1_464_732_000, 1800, 3), "step 2: no row; the period has 3 steps"),
    ):
        with pytest.raises(TableInvalid, match=message):
            tables.check(read, key, *change)


def test_coefficients__two_decimals__round_down_to_what_can_be_sent() -> None:
    # 10/30 is 0.33 and gives ⌊0.33·30⌋ = 9, 20/30 is 0.66 and gives ⌊0.66·30⌋ = 19.
    key = AllocationKey((Stage(Rule.PRO_RATA),), coefficient_decimals=2)
    found = allocate(rows([50, 100]), rows([30]), key)
    assert found.allocated.tolist() == [[9, 19]]
    assert found.surplus.tolist() == [[2]]


def test_storage__charging_and_released_energy__count_as_a_consumer_and_a_producer() -> None:
    """Points of one member: 1 charges, 3 releases. Stored and allocated together never exceed what is produced."""
    battery = roster([1, 9], [2, 9], Source.STORAGE)
    found = allocate(rows([30, 10], [30, 0]), rows([20, 0], [0, 10]), AllocationKey((Stage(Rule.PRO_RATA),)), battery)
    assert found.allocated.tolist() == [[15, 5], [10, 0]]
    assert found.sold.tolist() == [[20, 0], [0, 10]]


THREE = roster([1, 2, 3], [1, 2])


@pytest.mark.parametrize(
    ("rule", "allocated", "surplus"),
    [
        # 100 of member 1 and 60 of member 2, shares 50 %, 30 %, 20 %; member 3 needs 10 only.
        # Vast: 1 gets 30 of 2; 2 gets 30 of 1; 3 is offered 20 + 12, takes 10: 22 go back by 100 and 60.
        (Rule.VAST, [30, 30, 10], [50 + 13.75, 18 + 8.25]),
        # Relatief: 1 offers 60 and 40; 2 offers 300/7 and 120/7. 3 takes 10 of 400/7.
        (Rule.RELATIEF, [300 / 7, 60, 10], [(400 / 7 - 10) * 100 / 160, (400 / 7 - 10) * 60 / 160]),
        # Optimaal: what comes back goes whole to the other of 1 and 2, until it is gone.
        (Rule.OPTIMAAL, [300 / 7 + 330 / 7 * 60 / 160, 60 + 330 / 7 * 100 / 160, 10], [0, 0]),
    ],
)
def test_energiedelen__three_members__is_as_by_hand(rule: Rule, allocated: list[float], surplus: list[float]) -> None:
    unit = 1_000_000
    key = AllocationKey((Stage(rule, points=(0, 1, 2), weights=(500_000, 300_000, 200_000)),), True, False)
    found = allocate(rows([100, 200, 10]) * unit, rows([100, 60]) * unit, key, THREE)
    assert found.allocated[0].tolist() == pytest.approx([value * unit for value in allocated], abs=1)
    assert found.surplus[0].tolist() == pytest.approx([value * unit for value in surplus], abs=1)
