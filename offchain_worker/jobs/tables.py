"""Tables of weights in the store: the document in blocks, and the manifest of them whose digest stands on chain."""

from __future__ import annotations

from offchain_worker.domain import canonical
from offchain_worker.domain import table as tables
from offchain_worker.domain.table import Table
from offchain_worker.storage.store import BlobMissing, ContentStore, StoreError, get_large, put_large

from .documents import hexed, unhexed

SCHEMA = "daisee.table-blocks/1"


class TableMissing(BlobMissing):
    """The store lacks rows that were committed for a month: the month waits until their committer pins them."""

    def __init__(self, period: int, missing: BlobMissing) -> None:
        self.digest = missing.digest
        StoreError.__init__(self, f"the table of weights committed for {period}: {missing}")


def pin(table: Table, store: ContentStore) -> bytes:
    """Put a table in the store; returns the digest its committer gives beside its root."""
    blocks = put_large(store, table.to_json().encode())
    return store.put(canonical.dumps({"schema": SCHEMA, "blocks": [hexed(digest) for digest in blocks]}))


def fetch(digest: bytes, store: ContentStore) -> Table:
    """The table pinned under this digest; raises BlobMissing, BlobCorrupt, DocumentInvalid or TableInvalid."""
    manifest = canonical.loads(store.get(digest), SCHEMA)
    return tables.parse(get_large(store, [unhexed(block) for block in manifest["blocks"]]))
