"""The yardstick of the engine's speed: what it compares, and that plain pandas computes the same rules."""

from __future__ import annotations

import numpy as np
import pandas as pd

from offchain_worker.bench import engine, plain
from offchain_worker.domain.allocation import allocate
from offchain_worker.domain.key import AllocationKey, Rule, Stage


def test_measure__a_small_community__has_every_rule_with_its_bound() -> None:
    found = engine.measure(64, 20, lambda _: None)
    names = {each["rule"]: each["bound"] for each in found["engine"]}
    assert names["pro rata"] == 1.5
    assert names["two pro rata stages"] == 2.5
    others = {"static", "egalitarian", "weighted", "table", "coefficients", "vast", "relatief", "optimaal"}
    assert others <= set(names)
    assert all(names[name] == 5 for name in others)
    assert all(each["holds"] == (each["ratio"] <= each["bound"]) for each in found["engine"])
    assert all(each["quiet_ratio"] > 0 for each in found["engine"])
    assert {each["rule"] for each in found["pandas"]} == {"pro rata", "static", "egalitarian"}


def test_rules__measured__are_all_the_rules_there_are() -> None:
    measured = {stage.rule for key, _ in engine.rules(4, 3).values() for stage in key.stages}
    assert measured == set(Rule)


def test_plain__pandas__agrees_with_the_engine_to_a_unit() -> None:
    """Whole µkWh against floating point: what differs is the flooring."""
    consumption, production, roster = engine.community(200, 8, 2)
    frame, plants = pd.DataFrame(consumption), pd.DataFrame(production)
    weights = tuple([125_000] * 8)
    for key, found in (
        (AllocationKey((Stage(Rule.PRO_RATA),)), plain.pro_rata(frame, plants)),
        (AllocationKey((Stage(Rule.EGALITARIAN),)), plain.egalitarian(frame, plants)),
        (
            AllocationKey((Stage(Rule.STATIC, points=tuple(range(8)), weights=weights),)),
            plain.static(frame, plants, pd.Series(np.full(8, 1 / 8))),
        ),
    ):
        exact = allocate(consumption, production, key, roster).allocated
        assert np.abs(found.to_numpy() - exact).max() < 1.001


def test_beside__work_and_yardstick__run_in_turns() -> None:
    order: list[str] = []
    engine.beside(lambda: order.append("work"), lambda: order.append("copy"), 3)
    assert order == ["work", "copy"] * 4
