"""The rules as laws, operators and protocols state them, on examples worked out by hand in kWh: every cell to 1 µkWh.

Sources: code de l'énergie D315-6 (France); EDA's meter codes G.02, G.03, P.01 (Austria); Real Decreto 244/2019 and its
hourly coefficients (Spain); the protocol "energiedelen" v3.1 (Flanders), its six participants.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from offchain_worker.domain.allocation import Allocation, allocate
from offchain_worker.domain.key import AllocationKey, Rule, Stage
from offchain_worker.domain.presets import Parameters, Preset, preset
from offchain_worker.domain.roster import Column, Direction, Roster, Source

KWH = 1_000_000
COMMITTER = "0x" + "c0" * 20
OWN = (1, 2, 3, 4, 5, 6)


def kwh(*rows: list[float]) -> np.ndarray:
    return np.array([[round(amount * KWH) for amount in row] for row in rows], np.int64)


def near(found: np.ndarray, *rows: list[float]) -> bool:
    wanted = [[Fraction(str(amount)) * KWH for amount in row] for row in rows]
    return all(
        abs(got - exact) <= 1
        for line, row in zip(found.tolist(), wanted, strict=True)
        for got, exact in zip(line, row, strict=True)
    )


def balanced(found: Allocation, production: np.ndarray) -> bool:
    return bool((found.allocated.sum(axis=1) + found.surplus.sum(axis=1) == production.sum(axis=1)).all())


def test_france__by_default__is_in_proportion_to_consumption_and_at_most_it() -> None:
    """3 kWh made: 1, 2, 3 kWh used give halves. 9 made: all is covered, 3 left. Nobody uses any: all is surplus."""
    consumption, production = kwh([1, 2, 3], [1, 2, 3], [0, 0, 0]), kwh([3], [9], [2])
    found = allocate(consumption, production, preset(Preset.DEFAULT_DYNAMIC, Parameters()))
    assert near(found.allocated, [0.5, 1, 1.5], [1, 2, 3], [0, 0, 0])
    assert near(found.surplus, [0], [3], [2])


def test_france__full_dynamic__has_coefficients_for_each_pair() -> None:
    """The first plant's 4 kWh by 25 and 75 %, the second's 2 by 50 and 50: 1 + 1 and 3 + 1, of which 2.5 is used."""
    key = preset(Preset.FULL_DYNAMIC, Parameters({0: 0, 1: 0}, producers=(2, 3), committer=COMMITTER))
    table = {0: np.array([[250_000, 750_000]]), 1: np.array([[500_000, 500_000]])}
    found = allocate(kwh([5, 2.5]), kwh([4, 2]), key, table=table)
    assert near(found.allocated, [2, 2.5])
    assert near(found.sold, [3.5, 1])
    assert near(found.surplus, [0.5, 1])


def test_austria__dynamic__is_g03_and_the_producers_surplus_p01() -> None:
    """12 kWh for 6, 3 and 15 used: G.02 is 3, 1.5, 7.5. 30 kWh: G.02 7.5, 3.75, 18.75 is cut to G.03 6, 3, 15; of the
    6 kWh left P.01 is g_j − ΣG.03·g_j/P: 4 for the plant of 20, 2 for that of 10."""
    consumption, production = kwh([6, 3, 15], [6, 3, 15]), kwh([8, 4], [20, 10])
    found = allocate(consumption, production, preset(Preset.DEFAULT_DYNAMIC, Parameters()))
    assert near(found.allocated, [3, 1.5, 7.5], [6, 3, 15])
    assert near(found.surplus, [0, 0], [4, 2])


def test_austria__static__leaves_what_a_share_does_not_use() -> None:
    """Shares of 50, 30 and 20 % of 10 kWh: 5, 3 and 2, of which the second uses 1 only; 2 kWh are surplus, 3 to 1."""
    key = preset(Preset.STATIC, Parameters({0: 500_000, 1: 300_000, 2: 200_000}))
    found = allocate(kwh([9, 1, 2]), kwh([7.5, 2.5]), key)
    assert near(found.allocated, [5, 1, 2])
    assert near(found.surplus, [1.5, 0.5])


def test_spain__constant_and_hourly_betas__are_shares_set_beforehand() -> None:
    """β of 0.333333, 0.333333, 0.333334 on 3 kWh; then of each hour: 0.1 and 0.9, 0.8 and 0.2 of 10 kWh."""
    key = preset(Preset.STATIC, Parameters({0: 333_333, 1: 333_333, 2: 333_334}))
    found = allocate(kwh([9, 9, 0.5]), kwh([3]), key)
    assert near(found.allocated, [0.999999, 0.999999, 0.5])
    hourly = AllocationKey((Stage(Rule.TABLE, points=(0, 1)),), committer=COMMITTER)
    table = np.array([[100_000, 900_000], [800_000, 200_000]])
    found = allocate(kwh([5, 5], [5, 5]), kwh([10], [10]), hourly, table=table)
    assert near(found.allocated, [1, 5], [5, 2])
    assert near(found.surplus, [4], [3])


def flemish(rule: Rule) -> tuple[AllocationKey, Roster]:
    """Six participants, each with an access point that takes and one that injects; keys of 0, 10 and four times 22.5 %."""
    weights = (0, 100_000, 225_000, 225_000, 225_000, 225_000)
    columns = [Column(at, member, 1, Direction.CONSUMPTION, Source.NONE, 0, 1) for at, member in enumerate(OWN)]
    columns += [Column(6 + at, member, 1, Direction.PRODUCTION, Source.SOLAR, 0, 1) for at, member in enumerate(OWN)]
    key = AllocationKey((Stage(rule, points=tuple(range(6)), weights=weights),), True, False)
    return key, Roster(tuple(columns))


@pytest.mark.parametrize(
    ("rule", "shared", "injected"),
    [
        # 70, 10 and 20 offered by fixed shares; nobody its own, so 1 of the second and 4.5 of the third stay. The fifth
        # and sixth cannot use 4.5 and 2.5: these 7 go back by 70 : 10 : 20.
        (Rule.VAST, [0, 9, 18, 22.5, 18, 20], [4.9, 1.7, 5.9, 0, 0, 0]),
        # The second's 10 by quarters, the third's 20 by 0.1 and 0.225 of 0.775; 10.112903 go back.
        (
            Rule.RELATIEF,
            [0, 9.5806451613, 18.25, 24.0564516129, 18, 20],
            [7.0790322581, 1.0112903226, 2.0225806452, 0, 0, 0],
        ),
        # Again with what came back, without the two that have all: 0.1, 0.225, 0.225 of 0.55; then all is shared.
        (Rule.OPTIMAAL, [0, 11.4900744417, 21.6516129032, 28.8583126551, 18, 20], [0, 0, 0, 0, 0, 0]),
    ],
)
def test_flanders__six_participants__share_as_the_protocol_says(
    rule: Rule, shared: list[float], injected: list[float]
) -> None:
    key, roster = flemish(rule)
    production = kwh([70, 10, 20, 0, 0, 0])
    found = allocate(kwh([0, 30, 22, 30, 18, 20]), production, key, roster)
    assert near(found.allocated, shared)
    assert near(found.surplus, injected)
    assert balanced(found, production)


@pytest.mark.parametrize("rule", [Rule.RELATIEF, Rule.OPTIMAAL])
def test_flanders__enough_for_all__covers_all(rule: Rule) -> None:
    """100, 10 and 40 kWh for 10, 30, 35, 19 and 24 (none by the first): what is left goes back in proportion."""
    key, roster = flemish(rule)
    production = kwh([1000, 100, 400, 0, 0, 0])
    found = allocate(kwh([0, 10, 30, 35, 19, 24]), production, key, roster)
    assert near(found.allocated, [0, 10, 30, 35, 19, 24])
    assert balanced(found, production)
    assert int(found.surplus.sum()) == (1500 - 118) * KWH
