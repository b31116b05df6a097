"""A worker answers each task once, with the same bytes however often it was killed, and refuses what is not for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from offchain_worker.daemon import answer as answers
from offchain_worker.daemon.answer import Answer
from offchain_worker.daemon.errors import Disagreement, Next, NotInTheSet, ProgramDiffers, next_after
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.report import TaskKind, Verdict
from offchain_worker.jobs.terms import TermsDiffer
from offchain_worker.storage.embedded import EmbeddedStore
from offchain_worker.storage.envelopes import EnvelopeError
from offchain_worker.storage.store import BlobCorrupt, BlobMissing
from tests.daemon import community as c

BOTH = (TaskKind.CONFORMITY, TaskKind.SETTLEMENT)
CONFORMITY, SETTLEMENT = (c.open_task(kind).task_id for kind in BOTH)


class Killed(BaseException):
    """The process ends here: nothing after this point happens."""


class DyingStore(EmbeddedStore):
    """A store whose process is killed at its n-th write."""

    def __init__(self, folder: Path, writes: int) -> None:
        super().__init__(folder)
        self.writes = writes

    def put(self, data: bytes) -> bytes:
        if not self.writes:
            raise Killed
        self.writes -= 1
        return super().put(data)


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "store")


@pytest.fixture
def found(store: EmbeddedStore) -> c.Community:
    return c.community(store, BOTH)


def kept(folder: Path, task_id: bytes) -> bytes:
    return (folder / f"{task_id.hex()}.json").read_bytes()


def contents(store: EmbeddedStore) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.folder.iterdir()}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[bytes, bytes], dict[str, bytes]]:
    """The answers and the store of a worker that nobody killed."""
    folder = tmp_path_factory.mktemp("reference")
    store = EmbeddedStore(folder / "store")
    c.worker(c.community(store, BOTH), store, folder / "journal").cycle()
    return {task: kept(folder / "journal", task) for task in (CONFORMITY, SETTLEMENT)}, contents(store)


def test_cycle__two_open_tasks__answers_both_and_pins_what_they_name(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    c.worker(found, store, tmp_path / "journal").cycle()
    conform, settled = (answers.loads(kept(tmp_path / "journal", task)).report for task in (CONFORMITY, SETTLEMENT))
    assert conform.verdict is Verdict.CONFORM
    assert store.has(conform.findings_digest)
    assert store.has(settled.result_digest)
    assert store.has(settled.steps_digest)


def test_cycle__every_read__is_at_the_block_asked_for(found: c.Community, store: EmbeddedStore, tmp_path: Path) -> None:
    assert c.worker(found, store, tmp_path, confirmations=12).cycle() == 88
    assert found.blocks_read == {88}


def test_cycle__again__computes_nothing(found: c.Community, store: EmbeddedStore, tmp_path: Path) -> None:
    c.worker(found, store, tmp_path / "journal").cycle()
    c.worker(found, DyingStore(store.folder, 0), tmp_path / "journal").cycle()


@pytest.mark.parametrize("writes", [0, 1, 5, 6, 7, 15, 25])
def test_cycle__killed_while_pinning__gives_the_same_bytes_after_a_restart(
    found: c.Community, store: EmbeddedStore, tmp_path: Path, writes: int, reference: tuple
) -> None:
    with pytest.raises(Killed):
        c.worker(found, DyingStore(store.folder, writes), tmp_path / "journal").cycle()
    c.worker(found, store, tmp_path / "journal").cycle()
    answered, pinned = reference
    assert {task: kept(tmp_path / "journal", task) for task in (CONFORMITY, SETTLEMENT)} == answered
    ours = contents(store)
    assert {name: block for name, block in pinned.items() if ours.get(name) != block}.keys() <= {envelope(pinned)}


def envelope(pinned: dict[str, bytes]) -> str:
    """The envelopes document: the one block that is made with randomness, by the publisher."""
    return next(name for name, block in pinned.items() if b"daisee.envelopes/1" in block)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_cycle__killed_around_writing_the_answer__gives_one_answer(
    found: c.Community,
    store: EmbeddedStore,
    tmp_path: Path,
    moment: str,
    reference: tuple,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = c.worker(found, store, tmp_path / "journal")
    keep = worker.journal.keep

    def dying(answer: Answer) -> None:
        if moment == "after":
            keep(answer)
        raise Killed

    monkeypatch.setattr(worker.journal, "keep", dying)
    with pytest.raises(Killed):
        worker.cycle()
    assert (tmp_path / "journal" / f"{CONFORMITY.hex()}.json").exists() is (moment == "after")
    c.worker(found, store, tmp_path / "journal").cycle()
    assert {task: kept(tmp_path / "journal", task) for task in (CONFORMITY, SETTLEMENT)} == reference[0]


def test_answer__three_workers__say_the_same_and_sign_it_each(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    said = []
    for at in range(3):
        worker = c.worker(found, store, tmp_path / str(at), at)
        worker.cycle()
        said.append(worker.journal.answer(SETTLEMENT))
    assert len({answer.report_hash for answer in said}) == 1
    assert len({answer.worker for answer in said}) == 3


def test_cycle__rules_name_another_program__refuses_both_tasks_once(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    worker = c.worker(found, store, tmp_path / "journal", program=b"\x78" * 32)
    with pytest.raises(ProgramDiffers, match="the rules name program 0x7777"):
        worker.cycle()
    worker.cycle()
    assert list((tmp_path / "journal").glob("*.json")) == []


@pytest.mark.parametrize("seat", ["gone", "unknown"])
def test_cycle__not_in_the_set__refuses(found: c.Community, store: EmbeddedStore, tmp_path: Path, seat: str) -> None:
    found.hub.seats[0] = replace(found.hub.seats[0], active=False)
    if seat == "unknown":
        del found.hub.seats[0]
    with pytest.raises(NotInTheSet, match=f"{c.identity(0).address} is not in the worker set"):
        c.worker(found, store, tmp_path / "journal").cycle()


def test_cycle__answered_by_others_or_superseded__leaves_it(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    first, second = found.hub.open_tasks
    again = replace(second.task, attempt=1)
    found.hub.open_tasks.append(replace(second, task=again, task_id=b"\x99" * 32))
    c.attest(found, first.task_id, b"\x55" * 32)
    worker = c.worker(found, store, tmp_path / "journal")
    worker.cycle()
    assert [path.stem for path in (tmp_path / "journal").glob("*.json")] == ["99" * 32]


def test_cycle__quorum_attested_something_else__stops_once_and_says_both(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    worker = c.worker(found, store, tmp_path / "journal")
    worker.cycle()
    mine = worker.journal.answer(SETTLEMENT)
    assert mine is not None
    c.attest(found, SETTLEMENT, b"\x55" * 32)
    with pytest.raises(Disagreement, match=f"answered 0x{mine.report_hash.hex()}, the quorum attested 0x5555"):
        worker.cycle()
    c.worker(found, store, tmp_path / "journal").cycle()


def test_cycle__quorum_attested_the_same__goes_on(found: c.Community, store: EmbeddedStore, tmp_path: Path) -> None:
    worker = c.worker(found, store, tmp_path / "journal")
    worker.cycle()
    mine = worker.journal.answer(SETTLEMENT)
    assert mine is not None
    c.attest(found, SETTLEMENT, mine.report_hash)
    worker.cycle()


def test_cycle__dry_run__signs_keeps_and_pins_nothing(found: c.Community, store: EmbeddedStore, tmp_path: Path) -> None:
    before = contents(store)
    c.worker(found, store, tmp_path / "journal", dry=True).cycle()
    assert contents(store) == before
    assert not (tmp_path / "journal").exists()


@pytest.mark.parametrize(("damage", "error"), [(b"damaged", BlobCorrupt), (None, BlobMissing)])
def test_cycle__a_block_of_the_dataset_is_damaged_or_gone__is_named_and_tried_again(
    found: c.Community, store: EmbeddedStore, tmp_path: Path, damage: bytes | None, error: type[DaiseeError]
) -> None:
    digest = next(iter(c.MADE.blocks))
    if damage is None:
        store.path(digest).unlink()
    else:
        store.path(digest).write_bytes(damage)
    worker = c.worker(found, store, tmp_path / "journal")
    with pytest.raises(error, match=store.path(digest).name) as caught:
        worker.cycle()
    assert next_after(caught.value) is Next.TRY_AGAIN
    c.MADE.pin(store)
    worker.cycle()
    assert worker.journal.document(SETTLEMENT) is not None


def test_cycle__no_envelope_yet__is_tried_again_and_works_once_access_is_given(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    given, found.envelopes = found.envelopes, []
    worker = c.worker(found, store, tmp_path / "journal")
    with pytest.raises(EnvelopeError, match="no envelopes are published") as caught:
        worker.cycle()
    assert next_after(caught.value) is Next.TRY_AGAIN
    found.envelopes = given
    worker.cycle()


def test_cycle__rules_and_roster_do_not_fit_the_task__refuses_it(
    found: c.Community, store: EmbeddedStore, tmp_path: Path
) -> None:
    first = found.hub.open_tasks[0]
    found.hub.open_tasks[0] = replace(first, task=replace(first.task, roster_hash=b"\x01" * 32))
    worker = c.worker(found, store, tmp_path / "journal")
    with pytest.raises(TermsDiffer, match="the roster: 0x") as caught:
        worker.cycle()
    assert next_after(caught.value) is Next.REFUSE
    assert worker.journal.document(CONFORMITY) is None
    assert worker.journal.document(SETTLEMENT) is not None


def test_next_after__an_error_nobody_thought_of__stops() -> None:
    assert next_after(DaiseeError("new")) is Next.STOP
