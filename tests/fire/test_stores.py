"""Stores in trouble under a worker: away for a while, full of wrong bytes, on a full disk; what it does about it."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from offchain_worker.daemon.errors import Next, next_after
from offchain_worker.daemon.journal import JournalError
from offchain_worker.domain.report import TaskKind
from offchain_worker.storage.embedded import EmbeddedStore
from offchain_worker.storage.kubo import KuboStore
from offchain_worker.storage.several import SeveralStores
from offchain_worker.storage.store import BlobCorrupt, ContentStore, StoreUnavailable
from scripts import local_kubo
from tests.daemon import community as c
from tests.fire.alone import BOTH, kept, run

SETTLEMENT = c.open_task(TaskKind.SETTLEMENT)


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


# Away


@pytest.mark.parametrize("away", [1, 5])
def test_store__gone_for_a_while__waits_and_answers(
    found: c.Community, store: EmbeddedStore, tmp_path: Path, away: int, undisturbed: dict[str, bytes]
) -> None:
    run(c.worker(found, Flaky(store, away), tmp_path / "journal"), cycles=1)  # type: ignore[arg-type]
    assert kept(tmp_path / "journal") == undisturbed


def test_store__a_kubo_node_killed_and_started_again__waits_and_answers(
    kubo_url: str, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    assert kubo_url  # Kubo is there, or the test is skipped; the node below is its own
    node = local_kubo.start(tmp_path / "kubo")
    try:
        found = c.community(KuboStore(node.url), BOTH)  # type: ignore[arg-type]
        node.process.kill()
        node.process.wait()
        worker = c.worker(found, KuboStore(node.url), tmp_path / "journal")  # type: ignore[arg-type]
        with pytest.raises(StoreUnavailable) as raised:
            worker.cycle()
        assert next_after(raised.value) is Next.TRY_AGAIN
        assert kept(tmp_path / "journal") == {}
        node = local_kubo.start(tmp_path / "kubo")
        worker.store = KuboStore(node.url)
        worker.cycle()
    finally:
        node.stop()
    assert kept(tmp_path / "journal") == undisturbed


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
