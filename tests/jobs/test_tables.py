"""Tables of weights in the store: pinned in blocks, found again by one digest, and refused if a block is altered."""

from __future__ import annotations

import numpy as np
import pytest

from offchain_worker.domain.errors import DocumentInvalid
from offchain_worker.domain.table import Table
from offchain_worker.jobs import tables
from offchain_worker.storage.store import MemoryStore


def test_tables__pinned_in_several_blocks__come_back_with_their_root() -> None:
    store = MemoryStore()
    weights = np.arange(2_976 * 20, dtype=np.int64).reshape(2_976, 20) % 50_000
    made = Table(b"\x11" * 32, 1_464_732_000, 900, {0: weights})
    digest = tables.pin(made, store)
    assert len(store.blocks) > 2
    found = tables.fetch(digest, store)
    assert found.root == made.root
    assert (found.key_hash, found.start, found.step_seconds) == (made.key_hash, made.start, made.step_seconds)


def test_tables__digest_of_something_else__is_refused() -> None:
    store = MemoryStore()
    with pytest.raises(DocumentInvalid, match=r"daisee\.table-blocks/1"):
        tables.fetch(store.put(b"{}"), store)
