"""Slither's findings are answered one by one: none without an answer, no answer without a finding or a reason."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from scripts import slither
from scripts.slither import Finding

SETTINGS = tomllib.loads(slither.SETTINGS.read_text(encoding="utf-8"))
FOUND = Finding("unused-return", "Hub._verify", "(signer,None) = recover(digest)")
ANSWER = {"detector": FOUND.detector, "place": FOUND.place, "code": FOUND.code, "why": "zero is no worker"}


def result(elements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"check": "unused-return", "impact": "Medium", "description": "something\n", "elements": elements}


def function(name: str) -> dict[str, Any]:
    parent = {"type": "contract", "name": "Hub"}
    return {"type": "function", "name": name, "type_specific_fields": {"parent": parent}}


def test_finding__a_node_or_a_variable__is_named_by_contract_function_and_code() -> None:
    parent = {"type_specific_fields": {"parent": function("_verify")}}
    node = {"type": "node", "name": FOUND.code} | parent
    variable = {"type": "variable", "name": "sum"} | parent
    assert slither.finding(result([function("_verify"), node])) == FOUND
    assert slither.finding(result([variable])) == Finding("unused-return", "Hub._verify", "sum")
    assert slither.finding(result([])) == Finding("unused-return", "", "something")


def test_compare__answered__is_silent() -> None:
    assert slither.compare([FOUND], [ANSWER]) == []


@pytest.mark.parametrize(
    ("found", "answers", "line"),
    [
        ([FOUND], [], "not answered: unused-return: Hub._verify: (signer,None) = recover(digest)"),
        ([], [ANSWER], "answers nothing: unused-return: Hub._verify: (signer,None) = recover(digest)"),
        ([FOUND], [ANSWER | {"why": " "}], "without a reason: unused-return: Hub._verify"),
    ],
    ids=["new finding", "stale answer", "no reason"],
)
def test_compare__anything_left_over__is_a_line(found: list[Finding], answers: list[dict[str, str]], line: str) -> None:
    assert slither.compare(found, answers) == [line]


def test_detectors_differ__a_version_with_other_detectors__names_them() -> None:
    listed = [
        {"check": "new", "impact": "High"},
        {"check": "kept", "impact": "Medium"},
        {"check": "naming", "impact": "Informational"},
    ]
    assert slither.detectors_differ(["kept", "gone"], listed) == [
        "a detector that slither.toml does not list: new",
        "no detector of this Slither: gone",
    ]


def test_settings__every_answer__is_of_a_listed_detector_and_said_once() -> None:
    answers = [Finding(each["detector"], each["place"], each["code"]) for each in SETTINGS["answers"]]
    assert len(answers) == len(set(answers))
    assert {each.detector for each in answers} <= set(SETTINGS["detectors"])
    assert SETTINGS["detectors"] == sorted(SETTINGS["detectors"])
