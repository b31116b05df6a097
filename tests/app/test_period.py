"""The period page: when what happened, who signed, what was found in the readings by those who may know."""

from __future__ import annotations

from typing import Any

from offchain_worker.domain.task import TaskKind
from tests.app.conftest import OpenApp, metrics, texts


def test_period__settled__tells_every_stage_with_its_transaction(open_app: OpenApp, settled_period: Any) -> None:
    app = open_app("period")
    said = texts(app)
    for stage in (
        "Month opened",
        "Readings published",
        "Readings checked",
        "Shares and bills",
        "Time to check",
        "Settled",
    ):
        assert stage in said
    settled = settled_period.community.settlement.settled(settled_period.period)
    receipt = settled_period.connection.web3.eth.get_transaction_receipt(settled.transaction)
    assert f"block {settled.block:,} · {receipt['gasUsed']:,} gas" in said
    assert settled.transaction in [code.value for code in app.code]


def test_period__attested__names_the_workers_who_signed(open_app: OpenApp, settled_period: Any) -> None:
    hub = settled_period.community.hub
    task = hub.current_task(TaskKind.SETTLEMENT, settled_period.period)
    signers = hub.attestation(task.task_id).signers
    rows = [line for line in texts(open_app("period")).splitlines() if line.startswith("| Worker ")]
    assert [row.rstrip(" |").endswith("signed") for row in rows[1:]] == [index in signers for index in range(3)]


def test_period__report__is_shown_by_its_full_hashes(open_app: OpenApp, settled_period: Any) -> None:
    report = settled_period.community.settlement.accepted(settled_period.period).report
    codes = [code.value for code in open_app("period").code]
    assert "0x" + report.bills_root.hex() in codes
    assert "0x" + report.steps_root.hex() in codes


def test_findings__to_the_public__are_closed(open_app: OpenApp) -> None:
    app = open_app("period")
    assert not app.metric
    assert "connect your wallet and sign in" in app.info[0].value


def test_findings__to_a_member__are_those_of_their_own_meter(open_app: OpenApp) -> None:
    app = open_app("period", who="home-8")
    assert metrics(app) == {"Measured": "1,392", "Estimated": "0", "Missing": "48"}
    assert "| meter 11 | readings missing | 21 June 2016 | 48 |" in texts(app)


def test_findings__in_french_to_the_operator__are_everybodys(open_app: OpenApp) -> None:
    app = open_app("period", who="operator", language="fr")
    assert metrics(app)["Manquantes"] == "48"
    assert metrics(app)["Estimées"] == "48"
    assert "relevés manquants" in texts(app)
