"""The store gives back what was put, under the names IPFS gives, and refuses anything else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multiformats import CID, multihash

from offchain_worker.storage.cid import NotACid, cid, digest_of, digest_of_cid
from offchain_worker.storage.embedded import EmbeddedStore
from offchain_worker.storage.kubo import KuboStore
from offchain_worker.storage.several import SeveralStores
from offchain_worker.storage.store import (
    BLOCK_BYTES,
    BlobCorrupt,
    BlobMissing,
    BlobTooLarge,
    ContentStore,
    MemoryStore,
    StoreUnavailable,
    get_large,
    put_large,
)

HELLO = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"


@pytest.fixture
def folder(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path / "store")


@pytest.fixture(params=["folder", "kubo", "both"])
def store(request: pytest.FixtureRequest, folder: EmbeddedStore) -> ContentStore:
    """Every store that a community may use: a folder, a real Kubo node, the two of them together."""
    if request.param == "folder":
        return folder
    kubo = KuboStore(request.getfixturevalue("kubo_url"), search=0.3)
    return kubo if request.param == "kubo" else SeveralStores([("kubo", kubo), ("folder", folder)])


def test_cid__hello_world__is_what_ipfs_says() -> None:
    assert cid(digest_of(b"hello world")) == HELLO
    assert digest_of_cid(HELLO) == digest_of(b"hello world")


@settings(max_examples=50)
@given(st.binary(max_size=300))
def test_cid__any_bytes__is_what_multiformats_says(data: bytes) -> None:
    expected = CID("base32", 1, "raw", multihash.digest(data, "sha2-256"))
    assert cid(digest_of(data)) == str(expected)
    assert digest_of_cid(str(expected)) == digest_of(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        HELLO.upper(),
        HELLO + "=",
        HELLO[:-1],
        str(CID("base32", 1, "dag-pb", multihash.digest(b"x", "sha2-256"))),
        str(CID("base58btc", 1, "raw", multihash.digest(b"x", "sha2-256"))),
        "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn",
    ],
)
def test_digest_of_cid__another_format_or_spelling__is_refused(text: str) -> None:
    with pytest.raises(NotACid):
        digest_of_cid(text)


@pytest.mark.parametrize("data", [b"", b"hello world", bytes(BLOCK_BYTES)])
def test_put__a_block__comes_back_under_its_digest(store: ContentStore, data: bytes) -> None:
    digest = store.put(data)
    assert digest == digest_of(data)
    assert store.get(digest) == data
    assert store.has(digest)


def test_put__into_a_folder__is_a_file_named_by_its_cid(folder: EmbeddedStore) -> None:
    folder.put(b"hello world")
    assert [path.name for path in folder.folder.iterdir()] == [HELLO]


def test_put__one_byte_too_many__is_refused(store: ContentStore) -> None:
    with pytest.raises(BlobTooLarge, match="262145 bytes do not fit a block of 262144"):
        store.put(bytes(BLOCK_BYTES + 1))


@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES + 7])
def test_put_large__any_size__comes_back_from_its_blocks(store: ContentStore, size: int) -> None:
    data = os.urandom(size)
    digests = put_large(store, data)
    assert len(digests) == max(1, -(-size // BLOCK_BYTES))
    assert get_large(store, digests) == data


def test_get__unknown_digest__names_the_missing_block(store: ContentStore) -> None:
    unknown = digest_of(b"nobody ever put this")
    assert not store.has(unknown)
    with pytest.raises(BlobMissing, match=cid(unknown)) as caught:
        store.get(unknown)
    assert caught.value.digest == unknown
    with pytest.raises(BlobMissing, match=HELLO):
        MemoryStore().get(digest_of(b"hello world"))


@pytest.mark.parametrize("change", [b"hello worle", b"", b"hello world\n", bytes(BLOCK_BYTES + 1)])
def test_get__one_byte_changed__is_refused_and_named(folder: EmbeddedStore, change: bytes) -> None:
    digest = folder.put(b"hello world")
    folder.path(digest).write_bytes(change)
    with pytest.raises(BlobCorrupt, match=HELLO) as caught:
        folder.get(digest)
    assert caught.value.digest == digest


def test_put__over_a_damaged_block__repairs_it(folder: EmbeddedStore) -> None:
    digest = folder.put(b"hello world")
    folder.path(digest).write_bytes(b"hello worle")
    folder.put(b"hello world")
    assert folder.get(digest) == b"hello world"


def test_put__killed_while_writing__leaves_no_block_and_can_be_repeated(
    folder: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        folder.put(b"hello world")
    monkeypatch.undo()
    assert not folder.has(digest_of(b"hello world"))
    assert folder.get(folder.put(b"hello world")) == b"hello world"


def test_put__folder_cannot_be_written__says_which(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file stands where the folder should be")
    with pytest.raises(StoreUnavailable, match=r"cannot write to the store .*store"):
        EmbeddedStore(tmp_path / "store").put(b"hello world")
