"""Conformity rules as a document: defaults for every finding, refusals that name the place, words in two languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from offchain_worker.domain import conformity_rules, conformity_words
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.errors import DocumentInvalid
from offchain_worker.domain.treatments import CHOICES, FILLING, Handling, Method, Treatment
from offchain_worker.meters import Code

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "conformity.json"


def document(**changes: Any) -> str:
    return json.dumps({**json.loads(EXAMPLE.read_text()), **changes})


def treated(code: str, treatment: str, method: str = "", steps: int = 0) -> str:
    return document(treatments={code: {"treatment": treatment, "method": method, "steps": steps}})


def test_choices__every_finding__has_a_default_that_may_be_voted() -> None:
    assert set(CHOICES) == {str(code) for code in Code}
    for code, choices in CHOICES.items():
        assert choices.default.treatment in choices.treatments, code
        assert (choices.default.treatment is Treatment.REPAIR) == bool(choices.default.method), code
        assert (Treatment.REPAIR in choices.treatments) == bool(choices.methods), code
        assert choices.default.method not in FILLING, code


@pytest.mark.parametrize("code", CHOICES)
def test_parse__every_choice_of_a_finding__is_read_and_written_back(code: str) -> None:
    for treatment in CHOICES[code].treatments:
        for method in CHOICES[code].methods if treatment is Treatment.REPAIR else (Method.NONE,):
            steps = 3 if method in FILLING else 0
            text = treated(code, treatment, method, steps)
            rules = conformity_rules.parse(text)
            assert rules.handling(code) == Handling(treatment, method, steps)
            assert rules.document() == json.loads(text)
            for language in ("fr", "en"):
                assert any(line.startswith(code) for line in conformity_words.describe(rules, language))


def test_parse__the_example__gives_bounds_and_checks() -> None:
    rules = conformity_rules.parse(EXAMPLE.read_text())
    assert (rules.power_of(25), rules.power_of(24)) == (80_000, 36_000)
    assert rules.handling("gap") == Handling(Treatment.REPAIR, Method.INTERPOLATE, 4)
    assert rules.handling("power") == Handling(Treatment.REJECT)
    assert rules.checks.night == conformity_rules.Night(45_766_000, 4_880_000, 100)
    assert conformity_rules.parse(rules.to_bytes()) == rules


def test_parse__rules_of_bounds_alone__check_nothing_and_vote_nothing() -> None:
    rules = ConformityRules("Europe/Paris", 36_000, 0, 0)
    assert conformity_rules.parse(rules.to_bytes()) == rules
    assert rules.document()["treatments"] == rules.document()["checks"] == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (treated("gaps", "reject"), "$.treatments.gaps: no finding has the code 'gaps'"),
        (treated("unreadable", "ignore"), "$.treatments.unreadable.treatment: unreadable can be reject, not ignore"),
        (
            treated("gap", "repair", "keep_first"),
            "$.treatments.gap.method: gap is repaired by count_as_zero or interpol",
        ),
        (treated("gap", "repair"), "$.treatments.gap.method: gap is repaired by"),
        (
            treated("gap", "repair", "interpolate"),
            "$.treatments.gap.steps: must be the longest gap it fills, 1 or more",
        ),
        (treated("conflict", "repair", "keep_first", 2), "$.treatments.conflict.steps: must be 0"),
        (treated("gap", "reject", "interpolate"), '$.treatments.gap: reject takes no method: write "method": ""'),
        (treated("gap", "forgive"), "$.treatments.gap.treatment: 'forgive' is not one of"),
        (document(checks={"stuck": {"hours": 0}}), "$.checks.stuck.hours: 0 is less than the minimum of 1"),
        (document(checks={"moon": {}}), "$.checks: Additional properties are not allowed ('moon' was unexpected)"),
        (document(checks={"stuck": {"hours": 1.5}}), "number 1.5 is not an integer"),
        (document(checks={"stuck": None}), "'stuck' is null; every key needs a value"),
        (document(maximumGapSeconds="1 h"), "$.maximumGapSeconds: '1 h' is not of type 'integer'"),
        (document(timeZone="Europe/Lyon"), "$.timeZone: no time zone 'Europe/Lyon'; use a name such as Europe/Paris"),
        (document(timeZone="../etc"), "$.timeZone: "),
        (
            document(maximumPowerOfPoints=[{"point": 3, "watts": 1}, {"point": 3, "watts": 2}]),
            "$.maximumPowerOfPoints[1]: point 3 stands twice or out of order; sort by point",
        ),
    ],
)
def test_parse__invalid_rules__are_refused_in_one_line_that_names_the_place(text: str, said: str) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        conformity_rules.parse(text)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_describe__the_example__says_bounds_treatments_and_checks() -> None:
    rules = conformity_rules.parse(EXAMPLE.read_text())
    said = conformity_words.describe(rules, "en")
    assert "At point 25 a reading above 80,000 W is." in said
    assert "It waits while more than 20 % of a point's steps are estimated or repaired." in said
    assert (
        "gap: repaired, by a straight line between the readings before and after, in gaps of 4 steps at most." in said
    )
    assert len(said) == len(conformity_words.describe(rules, "fr")) == 16
