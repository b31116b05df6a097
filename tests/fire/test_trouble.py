"""Everything that goes wrong around a worker, one test each, with what it does about it."""

from __future__ import annotations

import ast
import datetime
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from offchain_worker.chain.errors import ChainUnavailable
from offchain_worker.chain.hub import OpenTask
from offchain_worker.daemon import answer as answers
from offchain_worker.daemon import loop
from offchain_worker.daemon.collector import Collector
from offchain_worker.daemon.errors import Next, NotInTheSet, next_after
from offchain_worker.daemon.journal import Journal, JournalError
from offchain_worker.daemon.worker import Worker
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.report import TaskKind
from offchain_worker.domain.task import task_id
from offchain_worker.storage.embedded import EmbeddedStore
from offchain_worker.storage.several import SeveralStores
from offchain_worker.storage.store import BlobCorrupt, ContentStore, StoreUnavailable
from tests.conftest import ROOT
from tests.daemon import community as c
from tests.jobs import neighbourhood as n

BOTH = (TaskKind.CONFORMITY, TaskKind.SETTLEMENT)
SETTLEMENT = c.open_task(TaskKind.SETTLEMENT)
DAY = 86_400


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "store")


@pytest.fixture
def found(store: EmbeddedStore) -> c.Community:
    return c.community(store, BOTH)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a worker answers to both tasks in peace."""
    folder = tmp_path_factory.mktemp("peace")
    store = EmbeddedStore(folder / "store")
    c.worker(c.community(store, BOTH), store, folder / "journal").cycle()
    return kept(folder / "journal")


def kept(journal: Path) -> dict[str, bytes]:
    """The answers in a journal."""
    return {path.name: path.read_bytes() for path in journal.glob("*.json")}


def run(worker: Worker, cycles: int, patience: int = 10) -> None:
    """Run the worker's loop until so many cycles went well."""
    import threading

    stop, left = threading.Event(), [cycles]

    def once() -> int:
        block = worker.cycle()
        left[0] -= 1
        if left[0] == 0:
            stop.set()
        return block

    loop.run(once, stop=stop, interval=0.001, patience=patience)


class Flaky:
    """A store that is away for its first so many uses."""

    def __init__(self, store: ContentStore, away: int) -> None:
        self.store, self.away = store, away

    def _there(self) -> ContentStore:
        if self.away:
            self.away -= 1
            raise StoreUnavailable("the store is away")
        return self.store

    def put(self, data: bytes) -> bytes:
        return self._there().put(data)

    def get(self, digest: bytes) -> bytes:
        return self._there().get(digest)

    def has(self, digest: bytes) -> bool:
        return self._there().has(digest)


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


def test_reorganisation__confirmations__reads_that_many_blocks_behind(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    assert c.worker(found, store, tmp_path / "journal", confirmations=64).cycle() == 36
    assert found.blocks_read == {36}


# Node, store and collector gone for a while


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


@pytest.mark.parametrize("away", [1, 5])
def test_store__gone_for_a_while__waits_and_answers(
    found: c.Community, store: EmbeddedStore, tmp_path: Path, away: int, undisturbed: dict[str, bytes]
) -> None:
    run(c.worker(found, Flaky(store, away), tmp_path / "journal"), cycles=1)  # type: ignore[arg-type]
    assert kept(tmp_path / "journal") == undisturbed


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


# Wrong bytes


def test_store__wrong_bytes__answers_nothing_until_an_intact_copy_is_there(
    found: c.Community, store: EmbeddedStore, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    damaged = EmbeddedStore(tmp_path / "damaged")
    for digest in store.kept():
        damaged.put(store.get(digest))
    block = next(iter(c.MADE.blocks))
    damaged.path(block).write_bytes(b"wrong")
    worker = c.worker(found, damaged, tmp_path / "journal")
    with pytest.raises(BlobCorrupt) as raised:
        worker.cycle()
    assert next_after(raised.value) is Next.TRY_AGAIN
    assert kept(tmp_path / "journal") == {}
    worker.store = SeveralStores([("damaged", damaged), ("intact", store)])
    worker.cycle()
    assert kept(tmp_path / "journal") == undisturbed
    assert damaged.get(block) == store.get(block)


# A full disk


@contextmanager
def disk_full_after(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes: writing fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        with capture_logs():  # pytest's own files are not meant
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 1_000])
def test_disk__full_while_pinning__gives_no_answer_and_goes_on_when_there_is_space(
    found: c.Community, store: EmbeddedStore, tmp_path: Path, size: int, undisturbed: dict[str, bytes]
) -> None:
    found.hub.open_tasks = [SETTLEMENT]
    worker = c.worker(found, store, tmp_path / "journal")
    before = store.kept()
    with disk_full_after(size), pytest.raises(StoreUnavailable, match="cannot write to the store") as raised:
        worker.cycle()
    assert next_after(raised.value) is Next.TRY_AGAIN
    assert kept(tmp_path / "journal") == {}
    assert all(store.get(digest) for digest in store.kept())
    assert before <= store.kept()
    worker.cycle()
    assert kept(tmp_path / "journal").items() <= undisturbed.items()


def test_disk__full_while_writing_the_answer__stops_and_shows_nothing(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    c.worker(found, store, tmp_path / "other").cycle()  # everything is pinned already
    worker = c.worker(found, store, tmp_path / "journal")
    (tmp_path / "journal").mkdir()
    with disk_full_after(0), pytest.raises(JournalError, match="nothing was shown") as raised:
        worker.cycle()
    assert next_after(raised.value) is Next.STOP
    assert [path.name for path in (tmp_path / "journal").iterdir()] == []


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
