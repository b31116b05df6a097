"""A played community with both tasks open, and what a worker answers to them in peace."""

from __future__ import annotations

from pathlib import Path

import pytest

from offchain_worker.storage.embedded import EmbeddedStore
from tests.daemon import community as c
from tests.fire.alone import BOTH, kept


@pytest.fixture
def store(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "store")


@pytest.fixture
def found(store: EmbeddedStore) -> c.Community:
    return c.community(store, BOTH)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a worker answers to both tasks in peace."""
    folder = tmp_path_factory.mktemp("peace")
    store = EmbeddedStore(folder / "store")
    c.worker(c.community(store, BOTH), store, folder / "journal").cycle()
    return kept(folder / "journal")
