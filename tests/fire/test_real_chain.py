"""Trouble with nothing played: anvil, `daisee worker run` as processes of their own, the collector, the store."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from offchain_worker.chain.errors import ContractRefused
from offchain_worker.chain.meter_data import PeriodState
from offchain_worker.chain.settlement import SettlementState
from offchain_worker.daemon import answer as answers
from offchain_worker.daemon.journal import Journal
from offchain_worker.domain.task import TaskKind
from scripts.demo import founding, month
from scripts.demo.stage import ROOT, Stage
from tests.fire import village

DEPTH = 64
PATIENCE_SECONDS = 120


@pytest.fixture
def stage(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    """A village whose readings are published; the test says how large and with how many workers."""
    columns, workers = request.param
    with village.standing(tmp_path, columns, workers) as found:
        assert village.publish(found)["expectedVerdict"] == "conform"
        yield found


def until(condition: Callable[[], bool], what: str, pause: float = 0.05) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(pause)


def kept(stage: Stage, worker: int) -> dict[str, tuple[bytes, int]]:
    """A worker's answers, and when each was written."""
    found = (stage.folder / f"worker-{worker}").glob("*.json")
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


def said(stage: Stage, worker: int) -> str:
    return (stage.folder / f"worker-{worker}.log").read_text(encoding="utf-8")


def seen(stage: Stage, worker: int) -> int:
    """The block that a worker last got through a cycle at; -1 while it is still starting."""
    try:
        answer = httpx.get(f"http://127.0.0.1:{stage.ports[worker - 1]}/health", trust_env=False)
    except httpx.ConnectError:
        return -1
    return int(answer.json()["block"])


def metrics(stage: Stage, worker: int) -> dict[str, float]:
    """What a worker tells Prometheus."""
    text = httpx.get(f"http://127.0.0.1:{stage.ports[worker - 1]}/metrics", trust_env=False).text
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def settle(stage: Stage) -> None:
    """The second task and the settlement, as on a good day."""
    founding.pay(stage, "provider", "depositGuarantee", 100_000, cents=100_000, step="deposit the guarantee")
    month.attest(stage, "settlement")
    month.settle(stage)
    assert stage.community.settlement.record(stage.period).state is SettlementState.SETTLED


@contextmanager
def watched(stage: Stage) -> Iterator[list[str]]:
    """The states that `daisee period status --watch` tells, each when it changes, until the period is settled."""
    command = [sys.executable, "-m", "offchain_worker.cli.main", "--config", str(stage.folder / "daisee.toml")]
    command += ["period", "status", stage.label, "--watch"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        states: list[str] = []
        assert process.stdout is not None
        states.append(state_of(process.stdout.readline()))  # comes at once, not when the process ends
        yield states
        told, _ = process.communicate(timeout=PATIENCE_SECONDS)
        states += [state_of(line) for line in told.splitlines() if line.startswith(stage.label)]
        assert process.returncode == 0


def state_of(line: str) -> str:
    """`2016-02: data, dataset version 1, 250 columns` says data."""
    return line.partition(": ")[2].partition(",")[0]


@pytest.mark.parametrize("stage", [(4, 2)], indirect=True)
def test_reorganisation__of_64_blocks_takes_task_and_attestation_away__the_same_answers_are_attested_again(
    stage: Stage,
) -> None:
    community, connection = stage.community, stage.connection
    with month.workers(stage, (1, 2)):
        first = month.attest(stage, "conformity")
        answered = [kept(stage, worker) for worker in (1, 2)]
        assert [len(each) for each in answered] == [1, 1]
        (opened,) = community.hub.events("TaskOpened")
        left = opened["blockNumber"] + DEPTH - 1 - connection.stamp().number
        assert left > 0
        village.ask(stage, "anvil_mine", hex(left))
        before = connection.stamp(opened["blockNumber"])

        village.ask(stage, "anvil_reorg", DEPTH, [])

        assert connection.stamp(before.number).hash != before.hash
        assert connection.stamp(before.number - 1).number == before.number - 1
        assert community.hub.current_task(TaskKind.CONFORMITY, stage.period) is None
        assert community.meter_data.period(stage.period).state is PeriodState.DATA
        village.ask(stage, "evm_mine")
        head = connection.stamp().number
        until(lambda: seen(stage, 1) == seen(stage, 2) == head, "the workers to look at the new blocks", 0.3)
        again = month.attest(stage, "conformity")
        assert [again[part] for part in ("taskId", "result", "signers")] == [
            first[part] for part in ("taskId", "result", "signers")
        ]
        assert [kept(stage, worker) for worker in (1, 2)] == answered  # not written a second time
        assert said(stage, 1).count("computing") == 1
        settle(stage)
        told = metrics(stage, 1)
    purse = connection.web3.eth.get_balance(stage.identity("worker-1").address)  # type: ignore[arg-type]
    assert told['daisee_tasks_total{kind="conformity",outcome="answered"}'] == 1
    assert told['daisee_tasks_total{kind="settlement",outcome="answered"}'] == 1
    assert told["daisee_worker_ready"] == 1
    assert told["daisee_chain_block"] > head
    assert told["daisee_worker_balance_wei"] == float(purse)
    keys = [stage.identity(f"worker-{worker}") for worker in (1, 2)]
    private = [key.hex() for each in keys for key in (each.signing_key, each.reading_key)]
    private += [point.meter for point in stage.neighbourhood.points]
    assert [secret for secret in private if secret in said(stage, 1) + said(stage, 2)] == []


@pytest.mark.parametrize("stage", [(40, 3)], indirect=True)
def test_worker_set__changed_while_they_compute__old_signatures_die_and_the_next_attempt_is_answered(
    stage: Stage,
) -> None:
    hub, provider = stage.community.hub, stage.sender("provider")
    with month.workers(stage) as running:
        provider.send(hub.function("open", int(TaskKind.CONFORMITY), stage.period))
        old = hub.current_task(TaskKind.CONFORMITY, stage.period)
        assert old is not None
        stop_in_the_middle(stage, running)
        village.have_workers(stage, 2)
        provider.send(hub.function("reopen", int(TaskKind.CONFORMITY), stage.period))
        new = hub.current_task(TaskKind.CONFORMITY, stage.period)
        assert new is not None
        assert (new.task.attempt, new.task.worker_set) == (old.task.attempt + 1, old.task.worker_set + 1)
        for process in running:
            process.send_signal(signal.SIGCONT)

        collected = month.attest(stage, "conformity")

        assert (collected["taskId"], collected["signers"]) == ("0x" + new.task_id.hex(), [0, 1])
        for worker in (1, 2):
            assert kept(stage, worker).keys() == {f"{task.task_id.hex()}.json" for task in (old, new)}
        until(lambda: "is not in the worker set" in said(stage, 3), "worker 3 to see that it left")
        assert kept(stage, 3).keys() == {f"{old.task_id.hex()}.json"}
        of_old = [Journal(stage.folder / f"worker-{worker}").document(old.task_id) for worker in (1, 2, 3)]
        dead = [answers.loads(document or b"") for document in of_old]
        signatures = [(at, answer.r, answer.vs) for at, answer in enumerate(dead)]
        with pytest.raises(ContractRefused, match="HubTaskSuperseded"):
            provider.send(hub.function("submitConformity", old.task.abi(), dead[0].report.abi(), signatures))


def stop_in_the_middle(stage: Stage, running: list[subprocess.Popen[bytes]]) -> None:
    """Stop every worker while it computes."""
    waiting = dict(enumerate(running, start=1))

    def all_stopped() -> bool:
        for worker in [each for each in waiting if "computing" in said(stage, each)]:
            waiting.pop(worker).send_signal(signal.SIGSTOP)
        return not waiting

    until(all_stopped, "the workers to begin", 0.005)
    assert all(kept(stage, worker) == {} for worker in (1, 2, 3))


@pytest.mark.parametrize("stage", [(250, 1)], indirect=True)
def test_dataset__of_250_columns__both_tasks_are_answered_and_settled(stage: Stage) -> None:
    record = stage.community.meter_data.period(stage.period)
    assert (record.columns, record.highest_member) == (250, 250)
    with month.workers(stage, (1,)), watched(stage) as states:
        month.attest(stage, "conformity")
        settle(stage)
    assert (states[0], states[-1]) == ("data", "settled")
    order = ["data", "checked", "reported", "settled"]
    assert [order.index(state) for state in states] == sorted(order.index(state) for state in states)
    accepted = stage.community.settlement.accepted(stage.period)
    assert accepted is not None
    # 10 kWh an hour over 249 homes, floored to the µkWh: 27.951 kWh a month and home, at 0.10 €.
    hours, each = 29 * 24, 10 * village.KWH // 249
    assert accepted.report.produced == 10 * village.KWH * hours
    assert accepted.report.allocated == 249 * each * hours
    assert accepted.report.debit == 249 * 280
