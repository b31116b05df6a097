"""Gathering what a task needs from chain and store: its terms, its dataset, the key to it. Every read at one block.

Workers and auditors gather alike; what they gather is checked against the task's hashes before anything is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from offchain_worker.chain.community import Community
from offchain_worker.chain.errors import RulesUnknown
from offchain_worker.domain.report import NO_TABLE, Task, TaskKind
from offchain_worker.domain.table import Table
from offchain_worker.storage import envelopes
from offchain_worker.storage.encryption import DatasetSecret, MemberKeys
from offchain_worker.storage.envelopes import EnvelopeError
from offchain_worker.storage.identity import ReadingIdentity
from offchain_worker.storage.store import BlobMissing, ContentStore

from . import manifest as manifests
from . import tables
from .tables import TableMissing
from .terms import Terms


@dataclass(frozen=True)
class Dataset:
    """A dataset as fetched: its manifest, and every block it names, verified."""

    manifest: bytes
    blocks: dict[bytes, bytes]


def terms(community: Community, task: Task, block: int | str, store: ContentStore | None = None) -> Terms:
    """The terms of a task: its roster and the rules in force at its start second; of a settlement under a committed
    table also that table, from `store`.

    Raises RulesUnknown while the node does not tell a rule or the table, TableMissing while the store lacks its rows,
    BlobCorrupt, and DocumentInvalid or TableInvalid for what is no table.
    """
    rules = community.rules.rules_at(task.start, block)
    return Terms(
        chain_id=community.deployment.chain_id,
        hub=community.hub.address,
        registry=community.registry.address,
        task=task,
        roster=community.registry.roster(task.start, task.end, block),
        key=rules.key,
        tariff=rules.tariff,
        conformity=rules.conformity_document,
        table=_table(community, task, block, store),
    )


def _table(community: Community, task: Task, block: int | str, store: ContentStore | None) -> Table | None:
    if task.table_root == NO_TABLE or task.kind is not TaskKind.SETTLEMENT or store is None:
        return None
    digest = community.meter_data.table_digest(task.period, task.table_root, block)
    if digest is None:
        raise RulesUnknown(
            f"no TableCommitted event of {task.period} carries root 0x{task.table_root.hex()}; try again"
        )
    try:
        return tables.fetch(digest, store)
    except BlobMissing as error:
        raise TableMissing(task.period, error) from error


def dataset(store: ContentStore, input_digest: bytes) -> Dataset:
    """The dataset of this digest; raises BlobMissing or BlobCorrupt naming the block that cannot be used."""
    manifest = store.get(input_digest)
    return Dataset(manifest, manifests.fetch(manifests.loads(manifest), store))


def keys(
    store: ContentStore, digests: Sequence[bytes], input_digest: bytes, identity: ReadingIdentity
) -> DatasetSecret | MemberKeys:
    """What an identity may open of a dataset; `digests` are the period's envelope documents, the newest first."""
    reasons = []
    for digest in digests:
        try:
            return envelopes.open_for(store.get(digest), input_digest, identity)
        except EnvelopeError as error:
            reasons.append(str(error))
    raise EnvelopeError(reasons[0] if reasons else f"no envelopes are published for dataset 0x{input_digest.hex()}")


def secret(
    store: ContentStore, digests: Sequence[bytes], input_digest: bytes, identity: ReadingIdentity
) -> DatasetSecret:
    """The whole dataset's secret, for readers of everything; raises EnvelopeError for a member."""
    found = keys(store, digests, input_digest, identity)
    if isinstance(found, MemberKeys):
        raise EnvelopeError(f"{identity.address} may read its own columns only; ask the publisher for access to all")
    return found
