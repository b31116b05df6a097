"""A plan is read whole or not at all, and what was deployed is compared with all of it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from scripts import deploy
from scripts.demo import charter, story
from scripts.demo.voice import Voice
from scripts.deployment import plan as plans
from scripts.deployment.verify import verify

Plan = dict[str, Any]
ELSEWHERE = "0x00000000000000000000000000000000000000AA"


@pytest.fixture(scope="module")
def deployed(
    chain_url: str, contracts: Any, chain: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Any, Plan, dict[str, str]]]:
    """The demo's community on the session's chain, as long as this module runs: its project, plan and places."""
    import brownie

    chain.snapshot()
    folder = tmp_path_factory.mktemp("plan")
    stage = story.open_stage("2016-07", folder, chain_url, Voice(Console(file=io.StringIO())))
    account = brownie.accounts[60]
    plan = charter.plan(stage, account.address, account.nonce)
    deployment, gas = deploy.deploy(contracts, account, plan, folder / "d.partial", lambda _name, _stood: None)
    assert gas.keys() == set(plans.ORDER)
    yield contracts, plan, deployment.contracts
    chain.revert()


def test_verify__as_agreed__is_silent(deployed: Any) -> None:
    verify(*deployed)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda plan: {"votingAge": plan["votingAge"] + 1}, "CommunityRegistry.votingAge"),
        (lambda plan: {"replacementDelay": 1}, "CommunityRegistry.replacementDelay"),
        (lambda plan: {"provider": ELSEWHERE}, "CommunityRegistry.provider"),
        (lambda plan: {"gridOperator": ELSEWHERE}, "CommunityRegistry.gridOperator"),
        (lambda plan: {"auditors": [ELSEWHERE]}, "CommunityRegistry.auditors"),
        (lambda plan: {"agreement": "0x" + "11" * 32}, "CommunityRegistry.agreement"),
        (lambda plan: {"founders": plan["founders"][1:]}, "CommunityRegistry.memberCount"),
        (lambda plan: {"votingDelay": 1}, "KeyGovernor.votingDelay"),
        (lambda plan: {"votingPeriod": 1}, "KeyGovernor.votingPeriod"),
        (lambda plan: {"lateQuorumExtension": 1}, "KeyGovernor.lateQuorumExtension"),
        (lambda plan: {"quorumPpm": 1}, "KeyGovernor.quorumPpm"),
        (lambda plan: {"maximumProxies": 3}, "KeyGovernor.maximumProxies"),
        (lambda plan: {"doubleMajority": True}, r"KeyGovernor.majorityOf\(0x"),
        (lambda plan: {"notice": 1}, "RuleBook.notice"),
        (lambda plan: {"program": "0x" + "11" * 32}, r"RuleBook.rulesAt\(0\)"),
        (lambda plan: {"conformity": "{}"}, r"RuleBook.rulesAt\(0\)"),
        (lambda plan: {"stepSeconds": 900}, "MeterDataRegistry.stepSeconds"),
        (lambda plan: {"calendar": [*plan["calendar"][:-1], 1]}, r"MeterDataRegistry.boundsOf\(202606\)"),
        (lambda plan: {"workers": plan["workers"][1:]}, "AttestationHub.workers"),
        (lambda plan: {"quorum": 3}, "AttestationHub.quorum"),
        (lambda plan: {"reopenDelay": 1}, "AttestationHub.reopenDelay"),
        (lambda plan: {"challengeWindow": 1}, "Settlement.challengeWindow"),
        (lambda plan: {"reserveCents": 1}, "Settlement.reserve"),
    ],
    ids=lambda change: "" if callable(change) else change,
)
def test_verify__one_thing_is_not_as_agreed__names_it(deployed: Any, change: Callable[[Plan], Plan], what: str) -> None:
    project, plan, places = deployed
    with pytest.raises(SystemExit, match=f"^error: {what}.* is .*, agreed was "):
        verify(project, plan | change(plan), places)


def test_verify__another_contract_there__says_so(deployed: Any) -> None:
    project, plan, places = deployed
    swapped = places | {"RuleBook": places["Settlement"]}
    with pytest.raises(SystemExit, match=r"^error: RuleBook at 0x.* is not the code that was compiled"):
        verify(project, plan, swapped)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda plan: {n: v for n, v in plan.items() if n != "votingAge"}, "votingAge is missing"),
        (lambda plan: plan | {"quorum": "2"}, "quorum is '2', not a whole number"),
        (lambda plan: plan | {"quorum": True}, "quorum is True, not a whole number"),
        (lambda plan: plan | {"doubleMajority": 0}, "doubleMajority is 0, not true or false"),
        (lambda plan: plan | {"quorom": 2}, "there is no field quorom"),
        (lambda plan: plan | {"workers": [{"address": ELSEWHERE}]}, r"workers\[0\] does not have exactly address, end"),
        (lambda plan: plan | {"founders": [7]}, r"founders\[0\] does not have exactly wallet, kind"),
        (lambda plan: [plan], "a plan is an object"),
    ],
    ids=["missing", "text", "boolean", "number", "misspelt", "part missing", "no object", "list"],
)
def test_read__not_a_plan__names_the_file_and_the_field(
    deployed: Any, tmp_path: Path, change: Callable[[Plan], Any], line: str
) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(change(deployed[1])))
    with pytest.raises(SystemExit, match=f"^error: {path}: {line}"):
        plans.read(path)


@pytest.mark.parametrize("text", ["", "{", "\xff"])
def test_read__no_json_or_no_file__is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    if text:
        path.write_bytes(text.encode("latin-1"))
    with pytest.raises(SystemExit, match=f"^error: {path}: no plan can be read"):
        plans.read(path)
