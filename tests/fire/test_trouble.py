"""Everything else that goes wrong around a worker, one test each, with what it does about it."""

from __future__ import annotations

import ast
import datetime
import time
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from offchain_worker.chain.errors import ChainUnavailable
from offchain_worker.chain.hub import OpenTask
from offchain_worker.daemon import answer as answers
from offchain_worker.daemon.collector import Collector
from offchain_worker.daemon.errors import Disagreement, Next, NotInTheSet, next_after
from offchain_worker.daemon.journal import Journal, JournalError
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.report import TaskKind
from offchain_worker.domain.task import task_id
from offchain_worker.storage.embedded import EmbeddedStore
from tests.conftest import ROOT
from tests.daemon import community as c
from tests.fire.alone import kept, run
from tests.jobs import neighbourhood as n

SETTLEMENT = c.open_task(TaskKind.SETTLEMENT)
DAY = 86_400


# A reorganisation


def test_reorganisation__the_task_vanishes_and_comes_back__keeps_its_one_answer(
    found: c.Community, store: EmbeddedStore, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    worker, tasks = c.worker(found, store, tmp_path / "journal"), found.hub.open_tasks
    worker.cycle()
    found.hub.open_tasks = []  # the block that opened them is gone
    worker.cycle()
    found.hub.open_tasks = tasks
    with capture_logs() as logs:
        worker.cycle()
    assert not [entry for entry in logs if entry["event"] == "computing"]
    assert kept(tmp_path / "journal") == undisturbed


def test_reorganisation__another_report_is_attested_on_the_new_blocks__stops_though_the_first_was_its_own(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    worker = c.worker(found, store, tmp_path / "journal")
    worker.cycle()
    mine = worker.journal.answer(SETTLEMENT.task_id)
    assert mine is not None
    c.attest(found, SETTLEMENT.task_id, mine.report_hash)
    worker.cycle()
    found.hub.attested.clear()
    worker.cycle()
    c.attest(found, SETTLEMENT.task_id, b"\x01" * 32)
    with pytest.raises(Disagreement, match=f"0x{mine.report_hash.hex()}, the quorum attested 0x0101"):
        worker.cycle()
    c.worker(found, store, tmp_path / "journal").cycle()  # somebody has looked and started it again


def test_reorganisation__confirmations__reads_that_many_blocks_behind(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    assert c.worker(found, store, tmp_path / "journal", confirmations=64).cycle() == 36
    assert found.blocks_read == {36}


# Node and collector gone for a while


def test_node__gone_for_six_cycles__waits_and_answers(
    found: c.Community, store: EmbeddedStore, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    found.away = 6
    run(c.worker(found, store, tmp_path / "journal"), cycles=1)
    assert kept(tmp_path / "journal") == undisturbed


def test_node__gone_for_good__ends_with_its_error(found: c.Community, store: EmbeddedStore, tmp_path: Path) -> None:
    found.away = 10**6
    with pytest.raises(ChainUnavailable):
        run(c.worker(found, store, tmp_path / "journal"), cycles=1, patience=3)
    assert kept(tmp_path / "journal") == {}


def test_collector__killed_after_submitting__a_new_one_finds_it_done(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    documents = {}
    for at in range(c.WORKERS):
        c.worker(found, store, tmp_path / str(at), at).cycle()
        documents[at] = tmp_path / str(at)

    def ask(seat: c.Seat, task: bytes) -> bytes | None:
        return Journal(documents[seat.index]).document(task)

    sender = c.Sender(found)
    found.program = n.PROGRAM
    Collector(found, sender, ask).cycle()  # type: ignore[arg-type]
    assert len(sender.sent) == 2
    Collector(found, sender, ask).cycle()  # type: ignore[arg-type]
    assert len(sender.sent) == 2


# A clock wrong by a day


@pytest.mark.parametrize("shift", [DAY, -DAY])
def test_clock__wrong_by_a_day__same_bytes(
    found: c.Community,
    store: EmbeddedStore,
    tmp_path: Path,
    shift: int,
    monkeypatch: pytest.MonkeyPatch,
    undisturbed: dict[str, bytes],
) -> None:
    true = time.time

    class Wrong(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return datetime.datetime.fromtimestamp(true() + shift, tz)

    monkeypatch.setattr(time, "time", lambda: true() + shift)
    monkeypatch.setattr(time, "time_ns", lambda: int((true() + shift) * 10**9))
    monkeypatch.setattr(datetime, "datetime", Wrong)
    c.worker(found, store, tmp_path / "journal").cycle()
    assert kept(tmp_path / "journal") == undisturbed


@pytest.mark.parametrize("layer", ["domain", "meters", "storage", "chain", "jobs", "daemon"])
def test_clock__what_decides__never_reads_the_wall_clock(layer: str) -> None:
    forbidden = {"time", "time_ns", "now", "utcnow", "today", "localtime", "gmtime"}
    for file in (ROOT / "offchain_worker" / layer).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in forbidden:
                owner = ast.unparse(node.func.value)
                assert owner not in {"time", "datetime", "date", "datetime.datetime", "datetime.date"}, (
                    f"{file}: {owner}"
                )


# Two daemons on one key


def test_one_key__two_daemons__sign_the_same_bytes(
    found: c.Community, store: EmbeddedStore, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    for folder in ("one", "two"):
        c.worker(found, store, tmp_path / folder).cycle()
    assert kept(tmp_path / "one") == kept(tmp_path / "two") == undisturbed


def test_one_key__two_daemons_on_one_folder__the_second_refuses_to_start(tmp_path: Path) -> None:
    first, second = Journal(tmp_path), Journal(tmp_path)
    first.hold()
    with pytest.raises(JournalError, match="another worker is running"):
        second.hold()
    first.release()


# The worker set changes, a task is malformed


def reopened(worker_set: int) -> OpenTask:
    """The settlement task, opened again for another worker set."""
    task = replace(SETTLEMENT.task, attempt=SETTLEMENT.task.attempt + 1, worker_set=worker_set)
    return OpenTask(task, task_id(n.CHAIN, n.HUB, task), answered=False)


def test_worker_set__changed_in_the_middle__answers_the_new_attempt_and_leaves_the_old(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    found.hub.open_tasks = [SETTLEMENT]
    worker = c.worker(found, store, tmp_path / "journal")
    worker.cycle()
    again = reopened(worker_set=2)
    found.hub.open_tasks = [SETTLEMENT, again]
    worker.cycle()
    first, second = (answers.loads(worker.journal.document(t.task_id) or b"") for t in (SETTLEMENT, again))
    assert first.task_id != second.task_id
    assert first.report.produced == second.report.produced  # type: ignore[union-attr]
    assert first.report.net_hash != second.report.net_hash  # type: ignore[union-attr]  # bound to its task


def test_worker_set__it_was_voted_out_in_the_middle__refuses_the_new_attempt(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    worker = c.worker(found, store, tmp_path / "journal")
    found.hub.open_tasks = [reopened(worker_set=2)]
    found.hub.seats = [replace(seat, active=seat.index != 0) for seat in found.hub.seats]
    with pytest.raises(NotInTheSet):
        worker.cycle()
    assert kept(tmp_path / "journal") == {}


@pytest.mark.parametrize(
    "change",
    [
        {"roster_hash": b"\x01" * 32},
        {"rules_hash": bytes(32)},
        {"steps": SETTLEMENT.task.steps + 1},
        {"steps": 0},
        {"step_seconds": 1},
        {"steps": 2**32 - 1},
        {"columns": 0},
        {"columns": 2**16 - 1},
        {"period": 0},
        {"start": SETTLEMENT.task.start + 1},
        {"readings_root": bytes(32)},
    ],
    ids=lambda change: "-".join(change),
)
def test_task__malformed__is_refused_once_and_others_are_answered(
    found: c.Community, store: EmbeddedStore, tmp_path: Path, change: dict[str, object]
) -> None:
    task = replace(SETTLEMENT.task, **change)  # type: ignore[arg-type]
    bad = OpenTask(task, task_id(n.CHAIN, n.HUB, task), answered=False)
    found.hub.open_tasks = [bad, c.open_task(TaskKind.CONFORMITY)]
    worker = c.worker(found, store, tmp_path / "journal")
    with pytest.raises(DaiseeError) as raised:
        worker.cycle()
    assert next_after(raised.value) is Next.REFUSE
    assert list(kept(tmp_path / "journal")) == [f"{c.open_task(TaskKind.CONFORMITY).task_id.hex()}.json"]
    worker.cycle()  # refused for good: it is not computed again
