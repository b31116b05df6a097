"""Keys in words, and the messages that refuse them; the vectors show each fault."""

from __future__ import annotations

import pytest

from offchain_worker.domain import key
from offchain_worker.domain.errors import DocumentInvalid, KeyFault, KeyInvalid
from offchain_worker.domain.key import AllocationKey, Rule, Stage

BUILDING_FIRST = AllocationKey((Stage(Rule.PRO_RATA, group=1), Stage(Rule.EGALITARIAN, group=2)))


def test_describe__two_groups__is_a_sentence_per_stage_and_one_for_the_rest() -> None:
    assert key.describe(BUILDING_FIRST, "en", {1: "building"}) == [
        "The local production is shared among the consumers of the building group in proportion to what each consumes.",
        "What then remains is shared equally among the consumers of group 2, each up to what it consumes.",
        "What nobody took is surplus and goes to the grid.",
    ]


def test_describe__fixed_shares_in_french__are_written_with_a_comma() -> None:
    fixed = AllocationKey((Stage(Rule.STATIC, points=(0, 3), weights=(333_300, 50_000)),))
    assert key.describe(fixed, "fr")[0] == (
        "La production locale est répartie en parts fixes, chacune dans la limite de ce qui est consommé :"
        " point 0 33,33 %, point 3 5 %."
    )


def test_key__made_by_hand_against_the_rules__cannot_exist() -> None:
    with pytest.raises(KeyInvalid, match=r"^key, stage 2: point 4 stands twice$") as refused:
        AllocationKey((Stage(Rule.PRO_RATA), Stage(Rule.EGALITARIAN, points=(4, 4))))
    assert (refused.value.fault, refused.value.stage) == (KeyFault.POINT_REPEATED, 1)


def test_check_points__group_nobody_consumes_in__is_refused_if_groups_are_given() -> None:
    key.check_points(BUILDING_FIRST, {0})
    with pytest.raises(KeyInvalid, match="stage 2: no consumption point is in group 2") as refused:
        key.check_points(BUILDING_FIRST, {0}, {1})
    assert refused.value.fault is KeyFault.GROUP_UNKNOWN


def test_parse__weight_beyond_32_bits__is_no_document() -> None:
    text = AllocationKey((Stage(Rule.STATIC, points=(0,), weights=(7,)),)).to_json().replace("[7]", "[4294967296]")
    with pytest.raises(DocumentInvalid, match=r"\$\.stages\[0\]\.weights\[0\]"):
        key.parse(text)
