"""Tables of weights in the store: pinned in blocks, found again by one digest, and refused if a block is altered."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from offchain_worker.chain.errors import RulesUnknown
from offchain_worker.daemon.errors import Next, next_after
from offchain_worker.domain import canonical
from offchain_worker.domain.errors import DocumentInvalid, TableInvalid
from offchain_worker.domain.table import SCHEMA, Table
from offchain_worker.domain.task import TaskKind
from offchain_worker.jobs import gathering, tables
from offchain_worker.jobs.tables import TableMissing
from offchain_worker.storage.store import MemoryStore
from tests.jobs import neighbourhood as n

MADE = n.published()


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


class MeterData:
    """What the node has indexed of the tables of a chain."""

    def __init__(self, digest: bytes | None) -> None:
        self.digest = digest

    def table_digest(self, _period: int, _root: bytes, _block: int) -> bytes | None:
        return self.digest


def gathered(digest: bytes | None, store: MemoryStore) -> Table | None:
    """The table of a settlement task that names a root, as a worker gathers it."""
    task = replace(n.terms(TaskKind.SETTLEMENT, MADE).task, table_root=b"\x01" * 32)
    place = SimpleNamespace(address=n.REGISTRY, roster=lambda *_: n.ROSTER)
    rules = SimpleNamespace(rules_at=lambda *_: SimpleNamespace(key=n.KEY, tariff=n.TARIFF, conformity_document=b"{}"))
    community = SimpleNamespace(
        deployment=SimpleNamespace(chain_id=n.CHAIN),
        hub=SimpleNamespace(address=n.HUB),
        registry=place,
        rules=rules,
        meter_data=MeterData(digest),
    )
    return gathering.terms(community, task, 100, store).table  # type: ignore[arg-type]


def test_terms__table_not_told_by_the_node_yet__is_tried_again() -> None:
    """The root stands in the task: a table there is, only its event is not indexed."""
    with pytest.raises(RulesUnknown, match=f"carries root 0x{'01' * 32}") as caught:
        gathered(None, MemoryStore())
    assert next_after(caught.value) is Next.TRY_AGAIN


def test_terms__rows_not_pinned__says_whose_block_is_missing_and_is_tried_again() -> None:
    with pytest.raises(TableMissing, match=f"the table of weights committed for {n.PERIOD}: block b") as caught:
        gathered(b"\x02" * 32, MemoryStore())
    assert caught.value.digest == b"\x02" * 32
    assert next_after(caught.value) is Next.TRY_AGAIN


def test_terms__pinned_table_that_is_none__refuses_the_task_alone() -> None:
    """Whoever commits may commit anything; no worker stops for it."""
    store = MemoryStore()
    rows = {"stage": 0, "rows": ["0000000100000001", "00000001"]}
    text = {"schema": SCHEMA, "keyHash": "0x" + "11" * 32, "start": n.START, "stepSeconds": n.STEP, "stages": [rows]}
    block = store.put(canonical.dumps(text))
    manifest = store.put(canonical.dumps({"schema": tables.SCHEMA, "blocks": ["0x" + block.hex()]}))
    with pytest.raises(TableInvalid, match="rows of different lengths") as caught:
        gathered(manifest, store)
    assert next_after(caught.value) is Next.REFUSE
