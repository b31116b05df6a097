"""A member's share from its own curves and the community's sums, compared with the engine that reads everybody's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import own_share
from app.own_share import Figures, Month, NotFromOwnData
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.roster import Column, Direction, Roster, Source
from offchain_worker.domain.stages import Rule, Stage
from offchain_worker.domain.tariff import Base, Price, Tariff, Vat
from offchain_worker.jobs import what_if
from offchain_worker.jobs.what_if import Prices, Rules

STEPS = 6
BANDS = np.zeros(STEPS, np.uint8)
TARIFF = Tariff(1, 5_000, (), (Price(0, 0, 0, 130_000), Price(1, 0, 0, 120_000)), (), (Vat(0, Base.FEE, 200_000),))


def column(point: int, member: int, group: int) -> Column:
    produces = point < 2
    direction = Direction.PRODUCTION if produces else Direction.CONSUMPTION
    return Column(point, member, group, direction, Source.SOLAR if produces else Source.NONE, 0, STEPS * 1800)


# Points 0 and 1 produce for members 1 and 4; members 2 and 3 consume in group 1, 4 and 5 in group 2.
ROSTER = Roster(tuple(column(*each) for each in ((0, 1, 0), (1, 4, 0), (2, 2, 1), (3, 3, 1), (4, 4, 2), (5, 5, 2))))
ALL = AllocationKey((Stage(Rule.PRO_RATA),))
GROUPS = AllocationKey((Stage(Rule.PRO_RATA, group=1), Stage(Rule.PRO_RATA, group=2)))
CASCADE = AllocationKey((Stage(Rule.PRO_RATA, group=2), Stage(Rule.PRO_RATA)))
EQUAL = AllocationKey((Stage(Rule.EGALITARIAN),))
FIXED = AllocationKey((Stage(Rule.STATIC, points=(2, 5), weights=(500_000, 250_000)),))
FIXED_THEN_ALL = AllocationKey((*FIXED.stages, Stage(Rule.PRO_RATA)))

energies = st.lists(st.lists(st.integers(0, 10**9), min_size=6, max_size=6), min_size=STEPS, max_size=STEPS).map(
    lambda rows: np.array(rows, np.int64)
)


def engine(found: Any, key: AllocationKey) -> Any:
    return what_if.outcome(ROSTER, found, BANDS, Rules(key, TARIFF), Prices(), None)


def month(found: Any, member: int) -> Month:
    """What the member reads: sums by step and group, who fed which group under the key in force, its own curves."""
    now = engine(found, GROUPS)
    consumption = found[:, [2, 3, 4, 5]]
    groups = [
        {"group": number, "consumed": texts(consumption[:, at].sum(axis=1)), "allocated": texts(np.zeros(STEPS))}
        for number, at in ((1, [0, 1]), (2, [2, 3]))
    ]
    sold = now.allocation.sold.sum(axis=0).tolist()
    flows = [{"producer": point, "group": 1, "band": 0, "energy": str(sold[point])} for point in (0, 1)]
    totals = {
        "bands": BANDS.tolist(),
        "produced": texts(found[:, [0, 1]].sum(axis=1)),
        "groups": groups,
        "flows": flows,
    }
    mine = {at: found[:, at].astype(object) for at, each in enumerate(ROSTER.columns) if each.member == member}
    return Month(ROSTER, member, totals, mine)


def texts(values: Any) -> list[str]:
    return [str(int(value)) for value in values]


@settings(max_examples=60, deadline=None)
@given(found=energies, key=st.sampled_from([ALL, GROUPS, CASCADE]), member=st.sampled_from([2, 3, 4, 5]))
def test_figures__of_keys_in_proportion__are_the_engines(found: Any, key: AllocationKey, member: int) -> None:
    expected = engine(found, key).members[member]
    shown = own_share.figures(month(found, member), key, TARIFF, BANDS)
    assert (shown.consumed, shown.produced) == (expected.consumed, expected.produced)
    # What rounding down leaves over in a stage: at most a µkWh a column and step.
    assert abs(shown.bought - expected.bought) <= STEPS * 6
    assert abs(shown.sold - expected.sold) <= STEPS * 6
    assert abs(shown.debit - expected.debit) <= 4
    assert abs(shown.credit - expected.credit) <= 4


@settings(max_examples=40, deadline=None)
@given(found=energies)
def test_figures__of_fixed_shares__are_the_engines_for_who_has_one(found: Any) -> None:
    for member in (2, 5):
        expected = engine(found, FIXED).members[member]
        assert own_share.figures(month(found, member), FIXED, TARIFF, BANDS).bought == expected.bought


def day(rows: list[list[int]]) -> Any:
    return np.array(rows * (STEPS // len(rows)), np.int64) * 10**6


PLENTY = day([[9, 9, 1, 2, 3, 4]])
SCARCE = day([[1, 1, 1, 2, 3, 4]])


def test_figures__where_the_others_curves_decide__are_not_made_up() -> None:
    for key, found, member in ((EQUAL, SCARCE, 2), (FIXED_THEN_ALL, SCARCE, 3), (FIXED, SCARCE, 1)):
        with pytest.raises(NotFromOwnData):
            own_share.figures(month(found, member), key, TARIFF, BANDS)
    per_producer = AllocationKey((Stage(Rule.PRO_RATA),), per_producer=True)
    with pytest.raises(NotFromOwnData):
        own_share.figures(month(PLENTY, 2), per_producer, TARIFF, BANDS)


def test_figures__where_there_is_enough_for_all__equal_shares_serve_everybody() -> None:
    shown = own_share.figures(month(PLENTY, 2), EQUAL, TARIFF, BANDS)
    assert shown.bought == shown.consumed == STEPS * 10**6


def test_served_groups__scarce__are_those_of_the_engine_by_hand() -> None:
    """2 kWh for 10: by group 1 first it gets all of its 3 that there is, 2; in proportion 0.6 and 1.4."""
    assert own_share.served_groups(ROSTER, month(SCARCE, 2).totals, GROUPS) == {1: STEPS * 2 * 10**6, 2: 0}
    assert own_share.served_groups(ROSTER, month(SCARCE, 2).totals, ALL) == {
        1: STEPS * 600_000,
        2: STEPS * 1_400_000,
    }


def test_cost__with_the_suppliers_price__counts_all_electricity() -> None:
    """10 kWh, 4 local for 0.52 €; 6 at 0.20 € make 1.20 €; of 3 produced 1 is sold for 0.13, 2 fed in at 0.05 €."""
    found = Figures(10_000_000, 3_000_000, 4_000_000, 1_000_000, 52, 13)
    assert found.cost(200_000, 50_000) == 52 - 13 + 120 - 10
    assert found.cost(0, 0) == 39
