"""One worker dead, one worker lying: the period settles on the true result all the same."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from offchain_worker.daemon import answer as answers
from offchain_worker.daemon.answer import Answer, Hub
from offchain_worker.daemon.http import Face, Pulse
from offchain_worker.daemon.journal import Journal
from offchain_worker.domain.task import SettlementReport, TaskKind, report_hash
from offchain_worker.jobs.program import program_hash
from scripts import local_chain
from scripts.demo import month, story
from scripts.demo.stage import Stage
from scripts.demo.voice import Voice


@pytest.fixture
def published(tmp_path: Path) -> Iterator[Stage]:
    """A period whose dataset is published and whose workers are not there yet."""
    with local_chain.running(story.chain_start("2016-06")) as chain:
        stage = story.open_stage("2016-06", tmp_path, chain.url, Voice(Console(file=io.StringIO(), width=120)))
        story.tell_of_people(stage)
        month.publish(stage)
        yield stage


@contextmanager
def liar(stage: Stage, number: int, truth: Answer) -> Iterator[Answer]:
    """A worker in the set that signs, with its own key, that everybody owes one cent more."""
    identity = stage.identity(f"worker-{number}")
    assert isinstance(truth.report, SettlementReport)
    false = dataclasses.replace(truth.report, debit=truth.report.debit + 1)
    hub = Hub(stage.connection.chain_id, stage.community.hub.address)
    said = answers.sign(hub, truth.task_id, false, program_hash(), identity.signing_key)
    journal = Journal(stage.folder / "liar")
    journal.hold()
    journal.keep(said)
    face = Face(journal, Pulse(identity.address, program_hash(), 60.0), "127.0.0.1", stage.ports[number - 1])
    face.open()
    try:
        yield said
    finally:
        face.close()
        journal.release()


def test_collect__one_worker_dead_then_one_lying__settles_on_the_truth(published: Stage) -> None:
    stage = published
    with month.workers(stage, (1, 2)):
        assert month.attest(stage, "conformity")["signers"] == [0, 1]
        stage.sender("provider").send(stage.community.hub.function("open", int(TaskKind.SETTLEMENT), stage.period))
        task = stage.community.hub.current_task(TaskKind.SETTLEMENT, stage.period)
        truth = first_answer(stage, task.task_id)
        with liar(stage, 3, truth) as said:
            collected = month.attest(stage, "settlement")
    assert collected["signers"] == [0, 1]
    record = stage.community.settlement.record(stage.period)
    assert record.report_hash == truth.report_hash
    assert record.report_hash != report_hash(said.report)
    month.settle(stage)
    month.audit(stage)
    told = stage.voice.console.file.getvalue()  # type: ignore[attr-defined]
    assert "audit: all checks pass" in told


def first_answer(stage: Stage, task_id: bytes) -> Answer:
    """Worker 1's answer, once it has one."""
    import time

    path = stage.folder / "worker-1" / f"{task_id.hex()}.json"
    for _ in range(600):
        if path.exists():
            return answers.loads(path.read_bytes())
        time.sleep(0.1)
    raise AssertionError("worker 1 gave no answer within a minute")
