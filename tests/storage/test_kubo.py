"""The Kubo node is a store like any other: same CIDs, nothing believed, its trouble told in our words."""

from __future__ import annotations

from pathlib import Path

import pytest

from offchain_worker.storage import places
from offchain_worker.storage.cid import digest_of
from offchain_worker.storage.embedded import EmbeddedStore
from offchain_worker.storage.kubo import KuboAddressInvalid, KuboStore, multiaddress
from offchain_worker.storage.places import NoPlace
from offchain_worker.storage.several import SeveralStores
from offchain_worker.storage.store import BLOCK_BYTES, BlobCorrupt, BlobMissing, StoreUnavailable
from tests.impostor import answering

NOBODY = "http://127.0.0.1:1"


@pytest.fixture
def kubo(kubo_url: str) -> KuboStore:
    return KuboStore(kubo_url, search=0.3)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:5001", "/ip4/127.0.0.1/tcp/5001/http"),
        ("https://[::1]", "/ip6/::1/tcp/443/https"),
        ("http://node.example:80/", "/dns/node.example/tcp/80/http"),
    ],
)
def test_multiaddress__a_url__is_what_the_client_takes(url: str, address: str) -> None:
    assert multiaddress(url) == address


@pytest.mark.parametrize("url", ["127.0.0.1:5001", "ftp://127.0.0.1", "http://", "http://a:b", "http://a/api/v0"])
def test_multiaddress__no_node__is_refused(url: str) -> None:
    with pytest.raises(KuboAddressInvalid):
        multiaddress(url)


def test_put__through_one_store__is_found_in_the_other_by_the_same_cid(kubo: KuboStore, tmp_path: Path) -> None:
    folder = EmbeddedStore(tmp_path)
    written = [store.put(data) for store, data in ((kubo, b"through kubo"), (folder, b"through the folder"))]
    assert written == [digest_of(b"through kubo"), digest_of(b"through the folder")]
    both = SeveralStores([("folder", folder), ("kubo", kubo)])
    assert [both.get(digest) for digest in written] == [b"through kubo", b"through the folder"]
    assert folder.get(written[0]) == b"through kubo"  # repaired by the reading
    kubo.put(folder.get(written[1]))
    assert kubo.get(written[1]) == b"through the folder"


def test_remove__then_sweep__frees_what_is_not_pinned_and_only_that(kubo: KuboStore) -> None:
    kept, gone = kubo.put(b"kept"), kubo.put(b"gone")
    assert {kept, gone} <= kubo.kept()
    kubo.remove(gone)
    kubo.remove(gone)
    kubo.sweep()
    assert (kubo.has(kept), kubo.has(gone)) == (True, False)
    with pytest.raises(BlobMissing):
        kubo.get(gone)


@pytest.mark.parametrize("answer", [b"hello worle", b"", bytes(BLOCK_BYTES + 1)])
def test_get__a_node_that_lies__is_refused(answer: bytes) -> None:
    with answering(lambda _asked: answer) as url, pytest.raises(BlobCorrupt, match=url):
        KuboStore(url).get(digest_of(b"hello world"))


def test_put__a_node_that_calls_it_otherwise__is_refused() -> None:
    other = b'{"Key": "bafkreibnoelefnzgwbcacyt4vh52ymxvzbjq7mmqhtcnwarfq4lzegsiqe"}'
    with answering(lambda _asked: other) as url, pytest.raises(BlobCorrupt, match="which calls it bafkreibnoe"):
        KuboStore(url).put(b"hello world")


@pytest.mark.parametrize("use", [lambda s: s.put(b"a"), lambda s: s.get(bytes(32)), lambda s: s.has(bytes(32))])
def test_kubo__nobody_there__is_a_store_that_is_away(use) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(StoreUnavailable, match=f"the Kubo node {NOBODY} cannot be used"):
        use(KuboStore(NOBODY))


def test_places__as_people_write_them__are_stores(tmp_path: Path) -> None:
    assert isinstance(places.open_store(str(tmp_path)), EmbeddedStore)
    assert isinstance(places.open_store("kubo:http://127.0.0.1:5001"), KuboStore)
    several = places.open_store(f"{tmp_path},kubo:http://127.0.0.1:5001")
    assert isinstance(several, SeveralStores)
    assert [name for name, _ in several.stores] == [str(tmp_path), "kubo:http://127.0.0.1:5001"]
    with pytest.raises(NoPlace):
        places.open_store(" , ")
