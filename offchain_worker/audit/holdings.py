"""Which blocks a community needs kept: everything that the chain names, and everything those documents name in turn.

What is not among them is garbage, whoever pinned it. A document that cannot be read is named all the same; what it
would name is then unknown, so `Holdings.complete` says whether the list may be used to delete by.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from offchain_worker.chain.community import Community
from offchain_worker.chain.governor import Proposal
from offchain_worker.domain import canonical
from offchain_worker.domain.errors import DocumentInvalid
from offchain_worker.storage.store import BlobCorrupt, BlobMissing, ContentStore, StoreError

ZERO = bytes(32)


@dataclass
class Holdings:
    """What each block is for, by digest; `unread` are the documents that could not be followed, with the reason."""

    blocks: dict[bytes, str] = field(default_factory=dict)
    unread: dict[bytes, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every document was followed."""
        return not self.unread


def named(community: Community, store: ContentStore, block: int | str = "latest") -> Holdings:
    """Follow every digest that the chain names at this block."""
    found = Holdings()
    for what, digest, schema in roots(community, block):
        _follow(found, store, what, digest, schema)
    for proposal in community.governor.proposals(block):
        _keep(found, store, proposal)
    return found


def _keep(found: Holdings, store: ContentStore, proposal: Proposal) -> None:
    """What a proposal shows the voters, where it is there: as any member may name anything, nothing is owed for it."""
    what = f"what-if of proposal {proposal.identifier}"
    for digest in proposal.answers:
        with suppress(BlobMissing, BlobCorrupt, DocumentInvalid):  # a store that is away is no reason to forget
            document = canonical.loads(store.get(digest), "daisee.what-ifs/1")
            found.blocks[digest] = what
            found.blocks.setdefault(bytes.fromhex(document["question"][2:]), f"{what}, question")
            for part, blocks in parts(document):
                for block in blocks:
                    found.blocks.setdefault(bytes.fromhex(block[2:]), f"{what}, {part}")
    for digest in proposal.confirmations:
        if store.has(digest):
            found.blocks.setdefault(digest, f"{what}, signature")


def roots(community: Community, block: int | str = "latest") -> Iterator[tuple[str, bytes, str]]:
    """The digests on the chain: what for, digest, schema of the document."""
    data = community.meter_data
    for period, digest in data.table_digests(block):
        yield f"{period}: table", digest, "daisee.table-blocks/1"
    for period in data.periods(block):
        for dataset in data.datasets(period, block):
            yield f"{period}: dataset version {dataset.version}", dataset.input_digest, "daisee.dataset/1"
        for digest in data.envelopes(period, block):
            yield f"{period}: envelopes", digest, "daisee.envelopes/1"
        for verdict in data.verdicts(period, block):
            yield f"{period}: findings", verdict.findings_digest, "daisee.findings/1"
        accepted = community.settlement.accepted(period, block)
        if accepted is not None:
            yield f"{period}: result", accepted.report.result_digest, "daisee.result/1"
            yield f"{period}: steps", accepted.report.steps_digest, "daisee.steps/1"


def _follow(found: Holdings, store: ContentStore, what: str, digest: bytes, schema: str) -> None:
    if digest == ZERO or digest in found.blocks:
        return
    found.blocks[digest] = what
    if schema == "daisee.envelopes/1":
        return
    try:
        document = canonical.loads(store.get(digest), schema)
    except (StoreError, DocumentInvalid) as error:
        found.unread[digest] = str(error)
        return
    for part, blocks in parts(document):
        for block in blocks:
            found.blocks.setdefault(bytes.fromhex(block[2:]), f"{what}, {part}")
    if schema == "daisee.result/1":
        for name in ("steps", "rows"):
            _follow(found, store, f"{what}, {name}", bytes.fromhex(document[name][2:]), f"daisee.{name}/1")


def parts(document: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The blocks that a dataset, findings, result, rows, steps, table or what-if lists, by the part they belong to."""
    if document["schema"] in ("daisee.rows/1", "daisee.steps/1", "daisee.table-blocks/1"):
        yield "blocks", document["blocks"]
        return
    for entry in document.get("columns", ()):
        part = f"column {entry['column']}"
        for file in entry.get("files", ()):
            yield part, file["blocks"]
        for kind in ("blocks", "curve", "proofs"):
            yield part, entry.get(kind, [])
    for entry in document.get("members", ()):
        yield f"member {entry['member']}", entry["blocks"]
    yield "community", document.get("community", [])
