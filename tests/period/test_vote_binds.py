"""A vote binds the computation: the month after runs by the voted key and program, an old program refuses, the audit says so.

The new program is a real one: a copy of this tree with one comment more in the engine, hence another hash. Two of three
workers run it, the third still runs the old one. The key and the program are voted in one proposal, by ballots that
members sign and a relayer process sends in batches.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from offchain_worker.chain import proposing
from offchain_worker.chain.governor import Proposal, ProposalState, Support, signed_description
from offchain_worker.chain.proposing import Subject
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.stages import Rule
from offchain_worker.domain.stages import Stage as KeyStage
from offchain_worker.jobs.program import program_hash
from scripts import local_chain
from scripts.demo import founding, month, story, vote
from scripts.demo.stage import ROOT, Stage
from scripts.demo.voice import Voice
from tests.app.conftest import opened, texts

PRO_RATA = AllocationKey((KeyStage(Rule.PRO_RATA),))
AGAINST = 3


@pytest.fixture(scope="module")
def new_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code with one comment more where the engine is."""
    tree = tmp_path_factory.mktemp("new")
    for name in ("offchain_worker", "scripts"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "requirements.lock", tree)
    engine = tree / "offchain_worker" / "domain" / "allocation.py"
    engine.write_text(engine.read_text(encoding="utf-8") + "\n# The next release.\n", encoding="utf-8")
    return tree


def environment(tree: Path) -> dict[str, str]:
    """The environment in which that tree's code is the one that is imported."""
    return {**os.environ, "PYTHONPATH": str(tree)}


def program_check(protocol: str) -> dict[str, object]:
    """The audit's check of the program, from its protocol as JSON."""
    found: list[dict[str, object]] = json.loads(protocol)["checks"]
    return next(check for check in found if check["code"] == "program")


def daisee(tree: Path, stage: Stage, who: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line of a tree, as somebody runs it."""
    command = [
        sys.executable,
        "-m",
        "offchain_worker.cli.main",
        "--quiet",
        "--config",
        str(stage.folder / "daisee.toml"),
    ]
    command += ["--as", str(stage.folder / "identities" / f"{who}.json"), *arguments]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, env=environment(tree))


@contextmanager
def worker(tree: Path, stage: Stage, number: int) -> Iterator[Path]:
    """A worker that runs the code of a tree; its log."""
    command = [sys.executable, "-m", "offchain_worker.cli.main", "--config", str(stage.folder / "daisee.toml")]
    command += ["--as", str(stage.folder / "identities" / f"worker-{number}.json"), "worker", "run"]
    command += ["--port", str(stage.ports[number - 1]), "--state", str(stage.folder / f"worker-{number}")]
    file = stage.folder / f"worker-{number}.log"
    with file.open("wb") as log:
        process = subprocess.Popen(command, cwd=tree, stdout=log, stderr=subprocess.STDOUT, env=environment(tree))
    try:
        yield file
    finally:
        process.terminate()
        process.wait(timeout=20)


def vote_on(stage: Stage, program: bytes) -> Proposal:
    """Key and program in one proposal, voted by signed ballots, carried out by the command line."""
    community = stage.community
    voters = [person.slug for person in stage.founders() if person.wallet]
    rule_book, start = community.rules.address, stage.period_start
    calls = [
        proposing.rule_call(community, Subject.KEY, PRO_RATA.to_json(), start),
        proposing.rule_call(community, Subject.PROGRAM, "0x" + program.hex(), start),
    ]
    described = signed_description("Pro rata, by the next release?", stage.identity(voters[0]).address)
    propose = community.governor.function("propose", [rule_book] * 2, [0, 0], calls, described)
    stage.sender(voters[0]).send(propose)
    proposal = community.governor.proposals()[-1]
    stage.clock.advance_to(proposal.vote_start + 1)
    with vote.relaying(stage):
        vote.hand_in(
            stage,
            [
                vote.signed_ballot(stage, name, proposal, Support.AGAINST if at < AGAINST else Support.FOR)
                for at, name in enumerate(voters)
            ],
        )
    tally = community.governor.tally(proposal)
    assert (tally.against, tally.in_favour) == (AGAINST, len(voters) - AGAINST)
    stage.clock.advance_to(tally.closes + 1)
    assert community.governor.state(proposal.identifier) is ProposalState.SUCCEEDED
    assert daisee(ROOT, stage, "worker-1", "execute", "1").returncode == 0
    return proposal


def read_without_a_month(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app's pages about votes, for the public, before any month was opened."""
    monkeypatch.setenv("DAISEE_CONFIG", str(stage.folder / "daisee.toml"))
    assert stage.community.meter_data.periods() == []
    for page, words in (("proposals", "Carried out"), ("ballot", "Voting is over."), ("results", "from June 2016")):
        assert words in texts(opened(page)), page
        assert "sign in to vote" not in texts(opened(page)), "there is nothing to vote on any more"


def test_vote__on_key_and_program__binds_the_next_months_workers(
    tmp_path: Path, new_tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_program = program_hash(new_tree)
    assert new_program != program_hash()
    voice = Voice(Console(file=io.StringIO(), width=120))
    with local_chain.running(story.chain_start("2016-06")) as chain:
        stage = story.open_stage("2016-06", tmp_path, chain.url, voice)
        founding.deploy_community(stage)
        founding.publish_reading_keys(stage)
        founding.declare_points(stage)
        founding.pay_in(stage)
        vote_on(stage, new_program)
        read_without_a_month(stage, monkeypatch)
        month.live_the_month(stage)
        month.publish(stage)

        rules = stage.community.rules.rules_at(stage.period_start)
        assert (rules.key, rules.hashes.program) == (PRO_RATA, new_program)
        with worker(ROOT, stage, 1) as old_log, worker(new_tree, stage, 2), worker(new_tree, stage, 3):
            for task in ("conformity", "settlement"):
                collected = daisee(
                    new_tree, stage, "provider", "period", "collect", stage.label, "--task", task, "--json"
                )
                assert collected.returncode == 0, collected.stderr
                assert json.loads(collected.stdout)["signers"] == [1, 2]
            said = old_log.read_text(encoding="utf-8")
        assert f"the rules name program 0x{new_program.hex()}, this is 0x{program_hash().hex()}" in said
        assert stage.community.meter_data.period(stage.period).rules_hash == rules.hashes.hash()

        audit = ("audit", stage.label, "--level", "full", "--json")
        fresh = daisee(new_tree, stage, "auditor", *audit)
        assert fresh.returncode == 0, fresh.stdout + fresh.stderr
        assert program_check(fresh.stdout)["passed"] is True
        stale = daisee(ROOT, stage, "auditor", *audit)
        assert stale.returncode == 1
        failed = program_check(stale.stdout)
        assert failed["passed"] is False
        assert program_hash().hex() in str(failed["detail"]) and new_program.hex() in str(failed["detail"])
