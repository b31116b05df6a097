"""Content stores: bytes go in, their sha256 digest comes out, and only bytes with that digest come back.

Whatever stands behind a store (a folder, memory, an IPFS node) is not trusted: every read is verified. One block is at
most 256 KiB; what is larger is a list of blocks (`put_large`, `get_large`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from offchain_worker.domain.errors import DaiseeError

from .cid import cid, digest_of

BLOCK_BYTES = 256 * 1024
"""The largest block; the size every IPFS node accepts and fetches as one raw block."""


class StoreError(DaiseeError):
    """Something is wrong with a content store."""


class BlobMissing(StoreError):
    """The store does not hold the block."""

    def __init__(self, digest: bytes, place: str) -> None:
        self.digest = digest
        super().__init__(f"block {cid(digest)} (0x{digest.hex()}) is not in {place}; pin it there and run again")


class BlobCorrupt(StoreError):
    """The store holds other bytes under the block's name."""

    def __init__(self, digest: bytes, place: str) -> None:
        self.digest = digest
        super().__init__(
            f"block {cid(digest)} (0x{digest.hex()}) in {place} does not match its digest; replace it by an intact copy"
        )


class BlobTooLarge(StoreError):
    """More than one block was put as one."""


class StoreUnavailable(StoreError):
    """The store itself cannot be read or written now; trying again may help."""


class ContentStore(Protocol):
    """What every store does. `get` returns exactly the bytes that were put, or raises."""

    def put(self, data: bytes) -> bytes:
        """Keep at most `BLOCK_BYTES` bytes; returns their digest. Putting the same bytes twice is harmless."""
        ...

    def get(self, digest: bytes) -> bytes:
        """The block of this digest, verified; `BlobMissing` or `BlobCorrupt` otherwise."""
        ...

    def has(self, digest: bytes) -> bool:
        """Whether something is kept under this digest (not whether it is intact)."""
        ...


class MemoryStore:
    """A store in a dict: what a pure computation makes before anyone pins it."""

    def __init__(self, blocks: dict[bytes, bytes] | None = None) -> None:
        self.blocks: dict[bytes, bytes] = blocks if blocks is not None else {}

    def put(self, data: bytes) -> bytes:
        digest = digest_of(checked_size(data))
        self.blocks[digest] = data
        return digest

    def get(self, digest: bytes) -> bytes:
        data = self.blocks.get(digest)
        if data is None:
            raise BlobMissing(digest, "memory")
        return verified(data, digest, "memory")

    def has(self, digest: bytes) -> bool:
        return digest in self.blocks


def checked_size(data: bytes) -> bytes:
    """The data, if it fits one block."""
    if len(data) > BLOCK_BYTES:
        raise BlobTooLarge(f"{len(data)} bytes do not fit a block of {BLOCK_BYTES}; store them as a list of blocks")
    return data


def verified(data: bytes, digest: bytes, place: str) -> bytes:
    """The data, if it has this digest."""
    if digest_of(data) != digest:
        raise BlobCorrupt(digest, place)
    return data


def put_large(store: ContentStore, data: bytes) -> tuple[bytes, ...]:
    """Keep any number of bytes as blocks of `BLOCK_BYTES` (the last one shorter); returns their digests in order."""
    return tuple(store.put(data[at : at + BLOCK_BYTES]) for at in range(0, max(len(data), 1), BLOCK_BYTES))


def get_large(store: ContentStore, digests: Sequence[bytes]) -> bytes:
    """The bytes `put_large` kept under these digests."""
    return b"".join(store.get(digest) for digest in digests)


def copy(blocks: Iterable[bytes], store: ContentStore) -> tuple[bytes, ...]:
    """Pin blocks in a store, in order; returns their digests."""
    return tuple(store.put(block) for block in blocks)
