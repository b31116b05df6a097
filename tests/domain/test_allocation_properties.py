"""What holds of every allocation, on generated communities; and agreement with the reference engine."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain_worker.domain.allocation import allocate
from offchain_worker.domain.key import AllocationKey, Rule, Stage
from offchain_worker.domain.pairs import pairs
from offchain_worker.domain.roster import Column, Direction, Roster, Source
from tests.domain import reference

SIZES = (3, 1_000, 2_000_000, 2**33, 2**58)


@st.composite
def weights(draw: st.DrawFn, count: int) -> tuple[int, ...]:
    left, found = 1_000_000, []
    for _ in range(count):
        found.append(draw(st.integers(0, left)))
        left -= found[-1]
    return tuple(found)


@st.composite
def stages(draw: st.DrawFn, points: int) -> Stage:
    rule = draw(st.sampled_from(Rule))
    named = draw(st.lists(st.integers(0, points - 1), unique=True, min_size=1, max_size=points))
    if rule is Rule.STATIC:
        return Stage(rule, points=tuple(named), weights=draw(weights(len(named))))
    whom = draw(st.sampled_from(["all", "group", "points"]))
    if whom == "points":
        return Stage(rule, points=tuple(named))
    return Stage(rule, group=draw(st.integers(1, 3)) if whom == "group" else 0)


@st.composite
def communities(draw: st.DrawFn):
    """(consumption, production, key, roster): up to 6 consumers, 3 producers, 4 steps, each of another size."""
    consumers, producers, steps = draw(st.integers(1, 6)), draw(st.integers(1, 3)), draw(st.integers(1, 4))
    rows = []
    for _ in range(steps):
        size = draw(st.sampled_from(SIZES))
        rows.append([draw(st.integers(0, size)) for _ in range(consumers + producers)])
    energies = np.array(rows, np.int64)
    who = [
        Column(at, at + 1, draw(st.integers(1, 3)), Direction.CONSUMPTION, Source.NONE, 0, 1) for at in range(consumers)
    ]
    who += [
        Column(at, at + 1, 1, Direction.PRODUCTION, Source.SOLAR, 0, 1)
        for at in range(consumers, consumers + producers)
    ]
    key = AllocationKey(tuple(draw(st.lists(stages(consumers), min_size=1, max_size=4))))
    return energies[:, :consumers].copy(), energies[:, consumers:].copy(), key, Roster(tuple(who))


@settings(max_examples=200, deadline=None)
@given(communities())
def test_allocate__any_community__keeps_the_balance_and_agrees_with_the_reference(case) -> None:
    consumption, production, key, roster = case
    found = allocate(consumption, production, key, roster)
    stages = key.document()["stages"]
    points = [roster.columns[at].point for at in roster.consumption]
    groups = [roster.columns[at].group for at in roster.consumption]
    for t, (need, made) in enumerate(zip(consumption.tolist(), production.tolist(), strict=True)):
        got, sold, surplus = found.allocated[t].tolist(), found.sold[t].tolist(), found.surplus[t].tolist()
        assert sum(got) + sum(surplus) == sum(made)
        assert sum(sold) == sum(got)
        assert all(0 <= a <= d for a, d in zip(got, need, strict=True))
        assert all(0 <= s <= p for s, p in zip(sold, made, strict=True))
        assert (got, sold, surplus) == reference.allocate_step(need, made, stages, points, groups)


@settings(max_examples=100, deadline=None)
@given(communities(), st.integers(0, 1000))
def test_allocate__a_step__does_not_depend_on_the_others(case, seed: int) -> None:
    consumption, production, key, roster = case
    order = np.random.default_rng(seed).permutation(len(consumption))
    straight = allocate(consumption, production, key, roster)
    mixed = allocate(consumption[order], production[order], key, roster)
    assert mixed.allocated.tolist() == straight.allocated[order].tolist()
    assert mixed.sold.tolist() == straight.sold[order].tolist()


@settings(max_examples=100, deadline=None)
@given(communities())
def test_allocate__pro_rata_for_all__leaves_surplus_only_when_all_are_served_or_by_flooring(case) -> None:
    consumption, production, _, roster = case
    found = allocate(consumption, production, AllocationKey((Stage(Rule.PRO_RATA),)), roster)
    for t, need in enumerate(consumption.tolist()):
        if found.allocated[t].tolist() != need:
            assert int(found.surplus[t].sum()) < len(need)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 2**59), min_size=2, max_size=2), min_size=1, max_size=6),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=4),
)
def test_pairs__any_lanes__add_up_both_ways(bought: list[list[int]], shares: list[int]) -> None:
    sold = [[], []]
    for lane in range(2):
        left = sum(row[lane] for row in bought)
        for share in shares[:-1]:
            sold[lane].append(min(left, left * share // 10**6))
            left -= sold[lane][-1]
        sold[lane].append(left)
    found = pairs(np.array(bought, np.int64), np.array(sold, np.int64).T.copy())
    for lane in range(2):
        total = sum(sold[lane])
        assert [sum(row) for row in found[lane].tolist()] == [row[lane] for row in bought]
        assert [sum(column) for column in found[lane].T.tolist()] == sold[lane]
        for i, row in enumerate(found[lane].tolist()):
            for p, amount in enumerate(row):
                assert amount >= (bought[i][lane] * sold[lane][p] // total if total else 0)
