"""Several stores as one: written everywhere, read from the first that verifies, mended where it was not."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from offchain_worker.storage.cid import cid, digest_of
from offchain_worker.storage.embedded import EmbeddedStore
from offchain_worker.storage.several import SeveralStores
from offchain_worker.storage.store import BlobCorrupt, BlobMissing, StoreUnavailable

DATA = b"hello world"
DIGEST = digest_of(DATA)


class Away:
    """A store that cannot be reached."""

    def put(self, data: bytes) -> bytes:
        raise StoreUnavailable("it is away")

    def get(self, digest: bytes) -> bytes:
        raise StoreUnavailable("it is away")

    def has(self, digest: bytes) -> bool:
        raise StoreUnavailable("it is away")


@pytest.fixture
def first(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "first")


@pytest.fixture
def second(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "second")


@pytest.fixture
def both(first: EmbeddedStore, second: EmbeddedStore) -> SeveralStores:
    return SeveralStores([("first", first), ("second", second)])


def test_put__two_stores__goes_to_both(both: SeveralStores, first: EmbeddedStore, second: EmbeddedStore) -> None:
    assert both.put(DATA) == DIGEST
    assert (first.get(DIGEST), second.get(DIGEST)) == (DATA, DATA)


def test_get__missing_in_one_and_damaged_in_another__reads_the_third_and_mends_both(
    both: SeveralStores, first: EmbeddedStore, second: EmbeddedStore, tmp_path: Path
) -> None:
    third = EmbeddedStore(tmp_path / "third")
    three = SeveralStores([*both.stores, ("third", third)])
    three.put(DATA)
    first.path(DIGEST).unlink()
    second.path(DIGEST).write_bytes(b"hello worle")
    with capture_logs() as logs:
        assert three.get(DIGEST) == DATA
    assert (first.get(DIGEST), second.get(DIGEST)) == (DATA, DATA)
    assert [entry["store"] for entry in logs if entry["event"] == "repaired"] == ["second", "first"]


def test_put_and_get__one_store_away__goes_on_with_the_other_and_says_so(second: EmbeddedStore) -> None:
    stores = SeveralStores([("first", Away()), ("second", second)])
    with capture_logs() as logs:
        assert stores.get(stores.put(DATA)) == DATA
        assert stores.has(DIGEST)
    assert {(entry["store"], entry["reason"]) for entry in logs} == {("first", "it is away")}


def test_get__no_store_can_serve__names_every_one(both: SeveralStores, first: EmbeddedStore) -> None:
    with pytest.raises(BlobMissing, match=r"all of 2 stores .*first.*second"):
        both.get(DIGEST)
    first.put(DATA)
    first.path(DIGEST).write_bytes(b"hello worle")
    with pytest.raises(BlobCorrupt, match=cid(DIGEST)):
        both.get(DIGEST)
    with pytest.raises(StoreUnavailable, match="it is away"):
        SeveralStores([*both.stores, ("third", Away())]).get(DIGEST)


def test_put__no_store_takes_it__names_every_one() -> None:
    with pytest.raises(StoreUnavailable, match="it is away; it is away"):
        SeveralStores([("first", Away()), ("second", Away())]).put(DATA)
