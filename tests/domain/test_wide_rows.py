"""Rows of many columns, where the compiled loops sample, mask and search by eights: as the reference, to the unit."""

from __future__ import annotations

import numpy as np
import pytest

from offchain_worker.domain import kernel
from offchain_worker.domain.allocation import allocate
from offchain_worker.domain.key import AllocationKey, Rule, Stage
from offchain_worker.domain.roster import Column, Direction, Roster, Source

STEPS = 24


def community(columns: int) -> Roster:
    who = [Column(at, at + 1, 1 + at % 2, Direction.CONSUMPTION, Source.NONE, 0, 1) for at in range(columns)]
    who += [Column(columns + at, columns + at + 1, 1, Direction.PRODUCTION, Source.SOLAR, 0, 1) for at in range(2)]
    return Roster(tuple(who))


def weights(kind: str, columns: int, chance: np.random.Generator) -> tuple[int, ...]:
    if kind == "one wide":
        found = np.ones(columns, np.int64)
        found[-1] = 10**6 - columns
    else:
        found = chance.integers(1, 10**6 // columns + 1, columns)
    return tuple(np.sort(found).tolist() if kind == "sorted" else found.tolist())


def keys(kind: str, columns: int, chance: np.random.Generator) -> dict[str, AllocationKey]:
    weighed = weights(kind, columns, chance)
    return {
        "weighted": AllocationKey((Stage(Rule.WEIGHTED, points=tuple(range(columns)), weights=weighed),)),
        "weighted, then two groups": AllocationKey(
            (
                Stage(Rule.WEIGHTED, points=tuple(range(3, columns)), weights=weighed[3:]),
                Stage(Rule.PRO_RATA, 1),
                Stage(Rule.PRO_RATA, 2),
            )
        ),
        "a few, then two groups": AllocationKey(
            (Stage(Rule.PRO_RATA, points=(0, 5)), Stage(Rule.PRO_RATA, 1), Stage(Rule.PRO_RATA, 2))
        ),
        "two groups": AllocationKey((Stage(Rule.PRO_RATA, 1), Stage(Rule.PRO_RATA, 2))),
    }


@pytest.mark.parametrize("columns", [127, 128, 129, 1_000])
@pytest.mark.parametrize("kind", ["even", "sorted", "one wide"])
@pytest.mark.parametrize("most", [3, 1_500_000, 2**32])
def test_allocate__many_columns__equals_the_reference(
    columns: int, kind: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = np.random.default_rng([columns, len(kind), most])
    consumption = chance.integers(0, most, (STEPS, columns))
    consumption[: STEPS // 3, : columns // 8] = 0  # where the search is begun says nothing of the rest
    consumption[STEPS // 3 : STEPS // 2, columns // 8 :] = 0
    production = chance.integers(0, max(2, most * columns // 3), (STEPS, 2))
    assert consumption.size * 3 < kernel.SMALL, "so few are left to the reference"
    roster = community(columns)
    for name, key in keys(kind, columns, chance).items():
        expected = allocate(consumption, production, key, roster)
        with monkeypatch.context() as patch:
            patch.setattr(kernel.run, "__defaults__", (None, 0))
            found = allocate(consumption, production, key, roster, threads=1)
        assert (found.allocated == expected.allocated).all(), name
        assert (found.sold == expected.sold).all(), name


def test_allocate__steps_without_production__overwrite_what_was_in_out(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = 128
    chance = np.random.default_rng(5)
    consumption = chance.integers(0, 10**6, (STEPS, columns))
    production = np.zeros((STEPS, 2), np.int64)
    production[::3] = 10**7
    points = tuple(range(columns))
    found = {rule.name: AllocationKey((Stage(rule),)) for rule in (Rule.PRO_RATA, Rule.EGALITARIAN)}
    for rule in (Rule.STATIC, Rule.WEIGHTED, Rule.VAST, Rule.RELATIEF, Rule.OPTIMAAL):
        stage = Stage(rule, points=points, weights=weights("even", columns, chance))
        pooled = rule in (Rule.STATIC, Rule.WEIGHTED)
        found[rule.name] = AllocationKey((stage,)) if pooled else AllocationKey((stage,), True, False)
    found["TABLE"] = AllocationKey((Stage(Rule.TABLE, points=points),), committer="0x" + "c0" * 20)
    table = chance.integers(0, 10**6 // columns, (STEPS, columns))
    monkeypatch.setattr(kernel.run, "__defaults__", (None, 0))
    for name, key in found.items():
        out = np.full(consumption.shape, -7)
        shared = allocate(
            consumption, production, key, community(columns), table if name == "TABLE" else None, out, threads=1
        )
        assert (out[production.sum(axis=1) == 0] == 0).all(), name
        assert (out >= 0).all(), name
        assert (out.sum(axis=1) == shared.sold.sum(axis=1)).all(), name
