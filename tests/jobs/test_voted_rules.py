"""What voted conformity rules change in the workers' tasks: verdicts, qualities, provisional bills."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from offchain_worker.domain.conformity_rules import Checks, ConformityRules, Lasting, Register
from offchain_worker.domain.report import TaskKind, Verdict
from offchain_worker.domain.treatments import Handling, Method, Treatment
from offchain_worker.jobs import conformity, settlement
from offchain_worker.jobs.results import open_findings, open_result
from offchain_worker.storage.store import MemoryStore
from tests.jobs import neighbourhood as n
from tests.meters.enedis_files import r151

DAN, DAN_COLUMN = 4, 3
BRIDGED = {"gap": Handling(Treatment.REPAIR, Method.INTERPOLATE, 4)}
REJECTED = Handling(Treatment.REJECT)


def voted(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> ConformityRules:
    """Let the neighbourhood have voted something."""
    rules = replace(n.RULES, **changes)
    monkeypatch.setattr(n, "RULES", rules)
    return rules


def checked(made: n.Dataset) -> conformity.Outcome:
    return conformity.compute(
        n.terms(TaskKind.CONFORMITY, made), n.PROGRAM, made.manifest, n.SECRET.secret, made.blocks
    )


def found(outcome: conformity.Outcome, column: int) -> list[tuple[str, str]]:
    document = open_findings(MemoryStore(outcome.artefacts), outcome.report.findings_digest, n.SECRET, column)
    return [(finding["code"], finding["severity"]) for finding in document["findings"]]


def test_gap__bridged_by_vote__is_marked_in_findings_curve_and_bill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dan's two unknown hours lie between readings of 200 W: bridged, they are 0.1 kWh each half-hour."""
    voted(monkeypatch, voted=BRIDGED)
    made = n.published()
    outcome = checked(made)
    assert outcome.report.verdict is Verdict.CONFORM
    assert found(outcome, DAN_COLUMN) == [("repaired", "warning")]
    settled = settlement.compute(
        n.terms(TaskKind.SETTLEMENT, made), n.PROGRAM, made.manifest, n.SECRET.secret, made.blocks
    )
    result = open_result(MemoryStore(settled.artefacts), settled.report.result_digest)
    bill, curve = result.bill(n.SECRET, DAN), result.curve(n.SECRET, DAN_COLUMN)
    assert (bill["provisional"], bill["reasons"]) == (True, [{"column": DAN_COLUMN, "code": "repaired", "steps": 4}])
    places = [at for at, quality in enumerate(curve["qualities"]) if quality == "4"]
    assert [curve["energies"][at] for at in places] == ["100000"] * 4
    assert sum(map(int, curve["energies"])) == 96 * 100_000


def test_gap__without_a_vote__counts_zero_and_is_provisional_for_that() -> None:
    made = n.published()
    settled = settlement.compute(
        n.terms(TaskKind.SETTLEMENT, made), n.PROGRAM, made.manifest, n.SECRET.secret, made.blocks
    )
    result = open_result(MemoryStore(settled.artefacts), settled.report.result_digest)
    assert result.bill(n.SECRET, DAN)["reasons"] == [{"column": DAN_COLUMN, "code": "missing", "steps": 4}]


def test_twins__one_file_given_to_two_points__are_rejected_by_vote(monkeypatch: pytest.MonkeyPatch) -> None:
    voted(monkeypatch, checks=Checks(twin=Lasting(6)), voted={"twin": REJECTED})
    watts: dict[int, int | None] = {start: 200 + start // n.STEP % 7 * 2 for start in n.starts()}
    same = {
        "alice.csv": n.enedis(n.ALICE, "Consommation", watts),
        "dan.csv": n.enedis(n.DAN, "Consommation", watts),
    }
    outcome = checked(n.published(same))
    assert outcome.report.verdict is Verdict.REJECTED
    assert [found(outcome, column) for column in range(5)] == [[("twin", "error")], [], [], [("twin", "error")], []]


def test_register__that_counted_something_else__is_found_by_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alice draws 400 W, 9.6 kWh a day; her meter's register moved by 12 kWh."""
    voted(monkeypatch, checks=Checks(register=Register(1000, 10_000)), voted={"register_difference": REJECTED})
    days = [datetime.fromtimestamp(n.START - 43_200 + at * 86_400, UTC).strftime("%Y-%m-%d") for at in range(3)]
    register = r151([(day, 0, 12_000 * at) for at, day in enumerate(days)], prm=n.ALICE)
    outcome = checked(n.published({"register.xml": register}))
    assert outcome.report.verdict is Verdict.REJECTED
    said = open_findings(MemoryStore(outcome.artefacts), outcome.report.findings_digest, n.SECRET, 0)["findings"]
    messages = [finding["message"] for finding in said if finding["code"] == "register_difference"]
    assert messages == ["the curve adds up to 9600 Wh, the register to 12000 Wh"] * 2


def test_production__gap_bridged_by_vote__no_longer_holds_the_period(monkeypatch: pytest.MonkeyPatch) -> None:
    lost = n.START + 26 * n.STEP
    panels = n.enedis(
        n.PANELS, "Production", {start: None if start == lost else 1100 * n.sunny(start) for start in n.starts()}
    )
    assert checked(n.published({"panels.csv": panels})).report.verdict is Verdict.HELD
    voted(monkeypatch, voted={"production_missing": Handling(Treatment.REPAIR, Method.INTERPOLATE, 1)})
    outcome = checked(n.published({"panels.csv": panels}))
    assert outcome.report.verdict is Verdict.CONFORM
    assert found(outcome, 4) == [("repaired", "warning")]
