"""What holds of every allocation, on generated communities; and agreement with the reference engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain_worker.domain import allocation, kernel, kernel_wide
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
def stages(draw: st.DrawFn, points: int, producers: tuple[int, ...]) -> Stage:
    rule = draw(st.sampled_from([Rule.PRO_RATA, Rule.STATIC, Rule.EGALITARIAN, Rule.WEIGHTED, Rule.TABLE]))
    named = tuple(draw(st.lists(st.integers(0, points - 1), unique=True, min_size=1, max_size=points)))
    served = tuple(draw(st.lists(st.sampled_from(producers), unique=True))) if producers else ()
    if rule is Rule.STATIC:
        return Stage(rule, points=named, producers=served, weights=draw(weights(len(named))))
    if rule is Rule.WEIGHTED:
        parts = draw(st.lists(st.integers(0, 10**6), min_size=len(named), max_size=len(named)))
        return Stage(rule, points=named, producers=served, weights=tuple(parts))
    whom = draw(st.sampled_from(["all", "group", "points"]))
    if whom == "points":
        return Stage(rule, points=named, producers=served)
    group = draw(st.integers(1, 3)) if whom == "group" and rule is not Rule.TABLE else 0
    return Stage(rule, group=group, producers=served)


@st.composite
def communities(draw: st.DrawFn, sizes: tuple[int, ...] = SIZES):
    """(consumption, production, key, roster, table): up to 6 consumers, 3 producers, 4 steps, each of another size."""
    consumers, producers, steps = draw(st.integers(1, 6)), draw(st.integers(1, 3)), draw(st.integers(1, 4))
    rows = []
    for _ in range(steps):
        size = draw(st.sampled_from(sizes))
        rows.append([draw(st.integers(0, size)) for _ in range(consumers + producers)])
    energies = np.array(rows, np.int64)
    owner, group = st.integers(1, 5), st.integers(1, 3)
    who = [Column(at, draw(owner), draw(group), Direction.CONSUMPTION, Source.NONE, 0, 1) for at in range(consumers)]
    who += [
        Column(at, draw(owner), 1, Direction.PRODUCTION, Source.SOLAR, 0, 1)
        for at in range(consumers, consumers + producers)
    ]
    per_producer = draw(st.booleans())
    makers = tuple(range(consumers, consumers + producers)) if per_producer else ()
    listed = tuple(draw(st.lists(stages(consumers, makers), min_size=1, max_size=4)))
    tables = [at for at, stage in enumerate(listed) if stage.rule is Rule.TABLE]
    key = AllocationKey(
        listed,
        per_producer=per_producer,
        self_sharing=not per_producer or draw(st.booleans()),
        coefficient_decimals=draw(st.sampled_from([0, 0, 2, 6, 18])),
        committer="0x" + ("c0" if tables else "00") * 20,
    )
    table = {
        at: np.array([draw(weights(len(listed[at].points) or consumers)) for _ in range(steps)], np.int64)
        for at in tables
    }
    return energies[:, :consumers].copy(), energies[:, consumers:].copy(), key, Roster(tuple(who)), table or None


@settings(max_examples=200, deadline=None)
@given(communities())
def test_allocate__any_community__keeps_the_balance_and_agrees_with_the_reference(case) -> None:
    consumption, production, key, roster, table = case
    found = allocate(consumption, production, key, roster, table)
    columns = [
        (roster.columns[at].point, roster.columns[at].member, roster.columns[at].group) for at in roster.consumption
    ]
    producers = [(roster.columns[at].point, roster.columns[at].member) for at in roster.production]
    for t, (need, made) in enumerate(zip(consumption.tolist(), production.tolist(), strict=True)):
        got, sold, surplus = found.allocated[t].tolist(), found.sold[t].tolist(), found.surplus[t].tolist()
        assert sum(got) + sum(surplus) == sum(made)
        assert sum(sold) == sum(got)
        assert all(0 <= a <= d for a, d in zip(got, need, strict=True))
        assert all(0 <= s <= p for s, p in zip(sold, made, strict=True))
        rows = {stage: each[t].tolist() for stage, each in (table or {}).items()}
        assert (got, sold, surplus) == reference.allocate_step(need, made, key.document(), columns, producers, rows)


@settings(max_examples=200, deadline=None)
@given(communities((3, 1_000, 2_000_000, 2**32 - 1)))
def test_kernel__any_community_in_its_bounds__agrees_bit_for_bit(case) -> None:
    consumption, production, key, roster, table = case
    wanted = allocation.share(consumption, production, key, roster, table)
    passes = allocation.passes(key, roster, table or {})
    allocated, sold = np.full_like(consumption, -1), np.full_like(production, -1)
    left = kernel.run(consumption, production, passes, key.coefficient_decimals, allocated, sold, 1, small=0)
    assert left.tolist() == (list(range(len(consumption))) if key.coefficient_decimals > 6 else [])
    if not len(left):
        assert allocated.tolist() == wanted.allocated.tolist()
        assert sold.tolist() == wanted.sold.tolist()


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["VAST", "RELATIEF", "OPTIMAAL"]), communities((3, 1_000, 2_000_000, 2**32 - 1)))
def test_kernel__energiedelen__agrees_bit_for_bit(rule: str, case) -> None:
    consumption, production, _, roster, _ = case
    count = consumption.shape[1]
    parts = tuple((at + 1) * 10**6 // (count * (count + 1) // 2) for at in range(count))
    key = AllocationKey((Stage(Rule[rule], points=tuple(range(count)), weights=parts),), True, False)
    wanted = allocation.share(consumption, production, key, roster)
    allocated, sold = np.full_like(consumption, -1), np.full_like(production, -1)
    left = kernel.run(consumption, production, allocation.passes(key, roster, {}), 0, allocated, sold, 1, small=0)
    done = np.setdiff1d(np.arange(len(consumption)), left)
    assert allocated[done].tolist() == wanted.allocated[done].tolist()
    assert sold[done].tolist() == wanted.sold[done].tolist()
    found = allocation.allocate(consumption, production, key, roster)
    assert (found.allocated.tolist(), found.sold.tolist()) == (wanted.allocated.tolist(), wanted.sold.tolist())


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 2**100), st.integers(1, 2**100))
def test_part_of__wide_numbers__is_the_floor_of_the_quotient(one: int, other: int) -> None:
    part, whole = min(one, other), max(one, other)
    words = [np.uint64(word) for number in (part, whole) for word in (number >> 64, number & (2**64 - 1))]
    assert int(kernel_wide.part_of(*words)) == min((part << 64) // whole, 2**64 - 1)


@settings(max_examples=100, deadline=None)
@given(communities(), st.randoms(use_true_random=False))
def test_allocate__order_of_the_columns__does_not_matter(case, random) -> None:
    """Points are renumbered with their columns, so only what stands in an order by design (who gets a last unit of
    the pool) may differ, and that is told apart by producer alone."""
    consumption, production, key, roster, table = case
    order = list(range(consumption.shape[1]))
    random.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    moved = tuple(
        replace(stage, points=tuple(place[point] for point in stage.points), weights=stage.weights)
        for stage in key.stages
    )
    columns = [replace(roster.columns[old], point=new) for new, old in enumerate(order)]
    rows = None
    if table:
        rows = {
            at: each if key.stages[at].points else np.ascontiguousarray(each[:, order]) for at, each in table.items()
        }
    other = allocate(
        np.ascontiguousarray(consumption[:, order]),
        production,
        replace(key, stages=moved),
        Roster((*columns, *roster.columns[len(order) :])),
        rows,
    )
    straight = allocate(consumption, production, key, roster, table)
    assert other.allocated.tolist() == straight.allocated[:, order].tolist()
    assert other.sold.tolist() == straight.sold.tolist()


@settings(max_examples=100, deadline=None)
@given(communities(), st.integers(0, 1000))
def test_allocate__a_step__does_not_depend_on_the_others(case, seed: int) -> None:
    consumption, production, key, roster, table = case
    order = np.random.default_rng(seed).permutation(len(consumption))
    straight = allocate(consumption, production, key, roster, table)
    rows = {stage: each[order] for stage, each in table.items()} if table else None
    mixed = allocate(consumption[order], production[order], key, roster, rows)
    assert mixed.allocated.tolist() == straight.allocated[order].tolist()
    assert mixed.sold.tolist() == straight.sold[order].tolist()


@settings(max_examples=100, deadline=None)
@given(communities())
def test_allocate__pro_rata_for_all__leaves_surplus_only_when_all_are_served_or_by_flooring(case) -> None:
    consumption, production, _, roster, _ = case
    found = allocate(consumption, production, AllocationKey((Stage(Rule.PRO_RATA),)), roster)
    for t, need in enumerate(consumption.tolist()):
        if found.allocated[t].tolist() != need:
            assert int(found.surplus[t].sum()) < len(need)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["VAST", "RELATIEF", "OPTIMAAL"]), communities((3, 1_000, 2_000_000, 2**40)))
def test_energiedelen__any_community__is_within_a_micro_kwh_of_the_exact_fractions(rule: str, case) -> None:
    consumption, production, _, roster, _ = case
    count = consumption.shape[1]
    parts = tuple((at + 1) * 10**6 // (count * (count + 1) // 2) for at in range(count))
    key = AllocationKey((Stage(Rule[rule], points=tuple(range(count)), weights=parts),), True, False)
    found = allocation.share(consumption, production, key, roster)
    members = [roster.columns[at].member for at in roster.consumption]
    sellers = [roster.columns[at].member for at in roster.production]
    assert found.by_producer is not None
    assert (found.by_producer >= 0).all()
    assert (found.by_producer.sum(axis=2) == found.allocated).all()
    assert (found.by_producer.sum(axis=1) == found.sold).all()
    assert ((found.surplus >= 0) & (found.sold >= 0)).all()
    for t, (need, made) in enumerate(zip(consumption.tolist(), production.tolist(), strict=True)):
        bought, surplus = reference.energiedelen_step(rule, need, list(parts), members, made, sellers)
        for got, exact, most in zip(found.allocated[t].tolist(), bought, need, strict=True):
            assert abs(got - exact) <= 1
            assert got <= most
        if all(rest <= p for rest, p in zip(surplus, made, strict=True)):
            for got, exact in zip(found.surplus[t].tolist(), surplus, strict=True):
                assert abs(got - exact) < 2


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
