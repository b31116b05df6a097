"""`RuleBook.setKey`: which keys are adopted. When they take effect: `test_effect.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.refusals import reverts

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "key.json").read_text(encoding="utf-8"))
POINTS = 6

# What the contract says for each fault of the vectors: the error, with the arguments that follow the stage.
ERRORS: dict[str, tuple[Any, ...]] = {
    "no stages": ("KeyNoStages",),
    "no self-sharing in a pool": ("KeySelfSharingPooled",),
    "19 decimals": ("KeyDecimalsTooLarge", 19),
    "table without a committer": ("KeyCommitterMissing",),
    "committer without a table": ("KeyCommitterUnused", "0x" + "c0" * 20),
    "table with weights": ("KeyWeightsNotAllowed", 0),
    "producers of a pool": ("KeyProducersPooled", 0),
    "producer repeated": ("KeyProducerRepeated", 0, 4),
    "producer unknown": ("KeyProducerUnknown", 0, 9),
    "producer that consumes": ("KeyProducerNotProducing", 0, 1),
    "weighted without points": ("KeyPointsMissing", 0),
    "vast among other stages": ("KeyRuleNotAlone", 1),
    "relatief in a pool": ("KeyRuleNotAlone", 0),
    "optimaal with coefficients": ("KeyRuleNotAlone", 0),
    "vast over one together": ("KeyWeightsSumTooLarge", 0, 1_000_001),
    "group and points": ("KeyGroupAndPoints", 0),
    "point repeated": ("KeyPointRepeated", 0, 0),
    "point unknown": ("KeyPointUnknown", 1, 9),
    "point that produces": ("KeyPointNotConsuming", 0, 4),
    "static without points": ("KeyPointsMissing", 0),
    "static for a group": ("KeyPointsMissing", 0),
    "more weights than points": ("KeyLengthsDiffer", 0, 1, 2),
    "fewer weights than points": ("KeyLengthsDiffer", 0, 2, 1),
    "pro rata with weights": ("KeyWeightsNotAllowed", 0),
    "equal shares with weights": ("KeyWeightsNotAllowed", 0),
    "weight over one": ("KeyWeightTooLarge", 0, 0, 1_000_001),
    "weights over one together": ("KeyWeightsSumTooLarge", 0, 1_000_001),
}
# Rules beyond the enum do not even decode: the call is refused before the rule book sees it.
UNDECODABLE = {"rule not known"}
FAULTS = {
    "NO_STAGES": "KeyNoStages",
    "SELF_SHARING_POOLED": "KeySelfSharingPooled",
    "DECIMALS_TOO_LARGE": "KeyDecimalsTooLarge",
    "COMMITTER_MISSING": "KeyCommitterMissing",
    "COMMITTER_UNUSED": "KeyCommitterUnused",
    "PRODUCERS_POOLED": "KeyProducersPooled",
    "PRODUCER_REPEATED": "KeyProducerRepeated",
    "PRODUCER_UNKNOWN": "KeyProducerUnknown",
    "PRODUCER_NOT_PRODUCING": "KeyProducerNotProducing",
    "RULE_NOT_ALONE": "KeyRuleNotAlone",
    "GROUP_AND_POINTS": "KeyGroupAndPoints",
    "POINT_REPEATED": "KeyPointRepeated",
    "POINT_UNKNOWN": "KeyPointUnknown",
    "POINT_NOT_CONSUMING": "KeyPointNotConsuming",
    "POINTS_MISSING": "KeyPointsMissing",
    "LENGTHS_DIFFER": "KeyLengthsDiffer",
    "WEIGHTS_NOT_ALLOWED": "KeyWeightsNotAllowed",
    "WEIGHT_TOO_LARGE": "KeyWeightTooLarge",
    "WEIGHTS_SUM_TOO_LARGE": "KeyWeightsSumTooLarge",
}


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["name"])
def test_set_key__valid_key__is_adopted_under_its_hash(
    rule_book: Any, governor_account: Any, vector: dict[str, Any]
) -> None:
    """G5, G7: the hash that Python computes."""
    tx = rule_book.setKey(vector["values"], 0, {"from": governor_account})

    event = tx.events["KeyAdopted"]
    assert event["keyHash"] == vector["hash"]
    assert rule_book.rulesAt(event["effectiveAt"])[0] == vector["hash"]


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda vector: vector["name"])
def test_set_key__invalid_key__is_refused_for_the_reason_python_gives(
    rule_book: Any, governor_account: Any, vector: dict[str, Any]
) -> None:
    """G5."""
    if vector["name"] in UNDECODABLE:
        with reverts("Unknown typed error", "0x"):
            rule_book.setKey.call(vector["values"], 0, {"from": governor_account})
        return
    error = ERRORS[vector["name"]]
    assert FAULTS[vector["fault"]] == error[0]
    with reverts(*error):
        rule_book.setKey(vector["values"], 0, {"from": governor_account})


def test_set_key__anybody_but_the_governor__is_refused(
    rule_book: Any, provider: Any, deployer: Any, alice: Any
) -> None:
    """G1."""
    for caller in (provider, deployer, alice):
        with reverts("RuleBookUnauthorised", caller):
            rule_book.setKey(VECTORS["valid"][0]["values"], 0, {"from": caller})
