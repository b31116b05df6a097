"""Golden vectors of allocation keys, valid and invalid, with the fault that the contract and Python name alike."""

from __future__ import annotations

from typing import Any

from tests.domain.abi_vectors import vector

KEY = "(bool,bool,uint8,address,(uint8,uint16,uint16[],uint16[],uint32[])[])"
ZERO = "0x" + "00" * 20
COMMITTER = "0x" + "c0" * 20
RULES = {
    "PRO_RATA": 0,
    "STATIC": 1,
    "EGALITARIAN": 2,
    "WEIGHTED": 3,
    "TABLE": 4,
    "VAST": 5,
    "RELATIEF": 6,
    "OPTIMAAL": 7,
    "BEYOND": 8,
}


def stage(rule: str, **fields: Any) -> dict[str, Any]:
    return {"rule": rule, "group": 0, "points": [], "producers": [], "weights": [], **fields}


def key_document(*stages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "schema": "daisee.key/1",
        "perProducer": False,
        "selfSharing": True,
        "coefficientDecimals": 0,
        "committer": ZERO,
        "stages": list(stages),
        **fields,
    }


def key_values(document: dict[str, Any]) -> list[Any]:
    """The ABI values of a key document, valid or not, made without the code under test."""
    return [
        document["perProducer"],
        document["selfSharing"],
        document["coefficientDecimals"],
        document["committer"],
        [[RULES[s["rule"]], s["group"], s["points"], s["producers"], s["weights"]] for s in document["stages"]],
    ]


# Points 0–3 consume, 4 and 5 produce; groups 1 and 2 have consumers.
VALID_KEYS = {
    "pro rata for all": key_document(stage("PRO_RATA")),
    "building first, then neighbourhood": key_document(stage("PRO_RATA", group=1), stage("PRO_RATA", group=2)),
    "fixed shares": key_document(stage("STATIC", points=[0, 1, 3], weights=[500_000, 300_000, 200_000])),
    "fixed shares that leave a rest": key_document(stage("STATIC", points=[2], weights=[1])),
    "equal shares": key_document(stage("EGALITARIAN")),
    "a weight of nothing and of all": key_document(stage("STATIC", points=[3, 1], weights=[0, 1_000_000])),
    "cascade of three rules": key_document(
        stage("STATIC", points=[0, 1], weights=[250_000, 250_000]),
        stage("EGALITARIAN", group=1),
        stage("PRO_RATA", points=[3, 2, 0]),
    ),
    "shares whose unused part goes to the others": key_document(
        stage("WEIGHTED", points=[0, 1, 2], weights=[1_000_000, 1_000_000, 0])
    ),
    "rows of weights, then pro rata": key_document(
        stage("TABLE", points=[0, 2]), stage("PRO_RATA"), committer=COMMITTER
    ),
    "weights of a group, step by step": key_document(stage("TABLE", group=2), committer=COMMITTER),
    "each producer by itself": key_document(stage("PRO_RATA"), perProducer=True),
    "pair weights, nobody its own": key_document(
        stage("STATIC", points=[0, 1], producers=[4], weights=[500_000, 500_000]),
        stage("STATIC", points=[2], producers=[5], weights=[1_000_000]),
        perProducer=True,
        selfSharing=False,
    ),
    "full dynamic": key_document(
        stage("TABLE", producers=[4]), stage("TABLE", producers=[5]), perProducer=True, committer=COMMITTER
    ),
    "coefficients of six decimals": key_document(stage("PRO_RATA"), coefficientDecimals=6),
    "coefficients of eighteen decimals": key_document(stage("EGALITARIAN"), coefficientDecimals=18),
    **{
        rule.lower(): key_document(
            stage(rule, points=[0, 3], weights=[400_000, 600_000]), perProducer=True, selfSharing=False
        )
        for rule in ("VAST", "RELATIEF", "OPTIMAAL")
    },
}
INVALID_KEYS = {
    "no stages": (key_document(), "NO_STAGES", None),
    "rule not known": (key_document(stage("PRO_RATA"), stage("BEYOND")), "NOT_SUPPORTED", 1),
    "no self-sharing in a pool": (key_document(stage("PRO_RATA"), selfSharing=False), "SELF_SHARING_POOLED", None),
    "19 decimals": (key_document(stage("PRO_RATA"), coefficientDecimals=19), "DECIMALS_TOO_LARGE", None),
    "table without a committer": (key_document(stage("TABLE")), "COMMITTER_MISSING", None),
    "committer without a table": (key_document(stage("PRO_RATA"), committer=COMMITTER), "COMMITTER_UNUSED", None),
    "table with weights": (
        key_document(stage("TABLE", points=[0], weights=[1]), committer=COMMITTER),
        "WEIGHTS_NOT_ALLOWED",
        0,
    ),
    "producers of a pool": (key_document(stage("PRO_RATA", producers=[4])), "PRODUCERS_POOLED", 0),
    "producer repeated": (
        key_document(stage("PRO_RATA", producers=[4, 5, 4]), perProducer=True),
        "PRODUCER_REPEATED",
        0,
    ),
    "producer unknown": (key_document(stage("PRO_RATA", producers=[9]), perProducer=True), "PRODUCER_UNKNOWN", 0),
    "producer that consumes": (
        key_document(stage("PRO_RATA", producers=[4, 1]), perProducer=True),
        "PRODUCER_NOT_PRODUCING",
        0,
    ),
    "weighted without points": (key_document(stage("WEIGHTED")), "POINTS_MISSING", 0),
    "vast among other stages": (
        key_document(
            stage("PRO_RATA"),
            stage("VAST", points=[0], weights=[1]),
            perProducer=True,
            selfSharing=False,
        ),
        "RULE_NOT_ALONE",
        1,
    ),
    "relatief in a pool": (key_document(stage("RELATIEF", points=[0], weights=[1])), "RULE_NOT_ALONE", 0),
    "optimaal with coefficients": (
        key_document(
            stage("OPTIMAAL", points=[0], weights=[1]), perProducer=True, selfSharing=False, coefficientDecimals=2
        ),
        "RULE_NOT_ALONE",
        0,
    ),
    "vast over one together": (
        key_document(stage("VAST", points=[0, 1], weights=[600_000, 400_001]), perProducer=True, selfSharing=False),
        "WEIGHTS_SUM_TOO_LARGE",
        0,
    ),
    "group and points": (key_document(stage("PRO_RATA", group=1, points=[0])), "GROUP_AND_POINTS", 0),
    "point repeated": (key_document(stage("EGALITARIAN", points=[0, 1, 0])), "POINT_REPEATED", 0),
    "point unknown": (key_document(stage("PRO_RATA"), stage("PRO_RATA", points=[0, 9])), "POINT_UNKNOWN", 1),
    "point that produces": (
        key_document(stage("STATIC", points=[4], weights=[1_000_000])),
        "POINT_NOT_CONSUMING",
        0,
    ),
    "static without points": (key_document(stage("STATIC")), "POINTS_MISSING", 0),
    "static for a group": (key_document(stage("STATIC", group=1)), "POINTS_MISSING", 0),
    "more weights than points": (key_document(stage("STATIC", points=[0], weights=[1, 2])), "LENGTHS_DIFFER", 0),
    "fewer weights than points": (key_document(stage("STATIC", points=[0, 1], weights=[1])), "LENGTHS_DIFFER", 0),
    "pro rata with weights": (key_document(stage("PRO_RATA", points=[0], weights=[1])), "WEIGHTS_NOT_ALLOWED", 0),
    "equal shares with weights": (
        key_document(stage("EGALITARIAN", points=[0, 1], weights=[1, 1])),
        "WEIGHTS_NOT_ALLOWED",
        0,
    ),
    "weight over one": (key_document(stage("STATIC", points=[0], weights=[1_000_001])), "WEIGHT_TOO_LARGE", 0),
    "weights over one together": (
        key_document(stage("STATIC", points=[0, 1], weights=[600_000, 400_001])),
        "WEIGHTS_SUM_TOO_LARGE",
        0,
    ),
}


def key_vectors() -> dict[str, Any]:
    valid = [vector(name, document, KEY, key_values(document)) for name, document in VALID_KEYS.items()]
    invalid = [
        vector(name, document, KEY, key_values(document)) | {"fault": fault, "stage": at}
        for name, (document, fault, at) in INVALID_KEYS.items()
    ]
    about = "Points 0 to 3 consume, 4 and 5 produce. `stage` counts from 0; null: the key as a whole."
    return {"struct": "AllocationKey", "type": KEY, "about": about, "valid": valid, "invalid": invalid}
