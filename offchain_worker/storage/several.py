"""Several stores as one: what is put goes to all of them, what is read comes from the first whose bytes verify.

A store that is away, lacks a block or holds other bytes never hides the others: its fault is logged with its name, and
a block found intact elsewhere is put back where it was missing or damaged. Only when no store can serve is there an
error, and it names every one of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from .cid import cid, digest_of
from .store import BlobCorrupt, BlobMissing, ContentStore, StoreError, StoreUnavailable, checked_size

log = structlog.get_logger()


class SeveralStores:
    """A `ContentStore` over named stores, in the order in which they are read."""

    def __init__(self, stores: Sequence[tuple[str, ContentStore]]) -> None:
        self.stores = tuple(stores)

    def put(self, data: bytes) -> bytes:
        """Put into all; StoreUnavailable if none took it. Where it failed, `repair` can put it later."""
        checked_size(data)
        digest, failures = None, []
        for name, store in self.stores:
            try:
                digest = store.put(data)
            except StoreError as error:
                failures.append(str(error))
                log.warning("a store did not take a block", store=name, reason=str(error))
        if digest is None:
            raise StoreUnavailable("no store took the block: " + "; ".join(failures))
        return digest

    def get(self, digest: bytes) -> bytes:
        """Read from the stores that say they have it; only then let the others search (a Kubo node in its network)."""
        failures: list[tuple[str, ContentStore, StoreError]] = []
        searching: list[tuple[str, ContentStore]] = []
        for name, store in self.stores:
            try:
                if store.has(digest):
                    return self._served(store.get(digest), failures, searching)
                searching.append((name, store))
            except StoreError as error:
                failures.append((name, store, error))
        for at, (name, store) in enumerate(searching):
            try:
                return self._served(store.get(digest), failures, searching[at + 1 :])
            except StoreError as error:
                failures.append((name, store, error))
        raise _worst([error for _, _, error in failures], digest)

    def _served(
        self,
        data: bytes,
        failures: Sequence[tuple[str, ContentStore, StoreError]],
        without: Sequence[tuple[str, ContentStore]],
    ) -> bytes:
        for name, store, error in failures:
            _mend(name, store, data, error)
        for name, store in without:
            _mend(name, store, data, BlobMissing(digest_of(data), name))
        return data

    def has(self, digest: bytes) -> bool:
        for name, store in self.stores:
            try:
                if store.has(digest):
                    return True
            except StoreError as error:
                log.warning("a store cannot be asked", store=name, reason=str(error))
        return False


def _mend(name: str, store: ContentStore, data: bytes, error: StoreError) -> None:
    log.warning("a store had no intact copy", store=name, reason=str(error))
    if isinstance(error, StoreUnavailable):
        return
    try:
        log.info("repaired", store=name, block=cid(store.put(data)))
    except StoreError as again:
        log.warning("a store could not be repaired", store=name, reason=str(again))


def _worst(errors: Sequence[StoreError], digest: bytes) -> StoreError:
    """One error for all: away if any is away (it may have the block), else corrupt if any is, else missing."""
    told = "; ".join(map(str, errors))
    if any(isinstance(error, StoreUnavailable) for error in errors):
        return StoreUnavailable(f"no store could serve block {cid(digest)}: {told}")
    corrupt = any(isinstance(error, BlobCorrupt) for error in errors)
    return (BlobCorrupt if corrupt else BlobMissing)(digest, f"all of {len(errors)} stores ({told})")
