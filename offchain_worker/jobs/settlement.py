"""The settlement task: from a conform dataset to the report, and to what every member may check it with.

Everything is a function of the bytes given. Outputs are sealed under keys that follow from the dataset's secret and the
task, so that all workers make the same ciphertexts and the same `resultDigest`.
"""

from __future__ import annotations

from typing import NamedTuple

from offchain_worker.domain import canonical
from offchain_worker.domain.report import Settlement, SettlementReport, settle
from offchain_worker.storage.encryption import DatasetSecret, encrypt_output
from offchain_worker.storage.store import MemoryStore, put_large

from . import artefacts
from . import manifest as manifests
from .documents import hexed
from .outcome import Outcome
from .standardise import Standardised, standardise
from .terms import Terms, check

SCHEMA = "daisee.result/1"


class Details(NamedTuple):
    """What the report was made from."""

    standardised: Standardised
    settlement: Settlement


def compute(
    terms: Terms, program: bytes, manifest: bytes, secret: bytes, blocks: dict[bytes, bytes]
) -> Outcome[SettlementReport, Details]:
    """Compute the task from bytes: the dataset's manifest, its secret and its blocks by digest.

    Raises TermsDiffer or SettlementRefused if what is given is not what the task names, Undecryptable or MeterFileError
    for a file that no conform dataset holds, BlobMissing or BlobCorrupt for its blocks.
    """
    keys = DatasetSecret(secret)
    entries = check(terms, program, manifest).columns
    task = terms.task
    files = [manifests.raw_files(entry, keys, blocks) for entry in entries]
    found = standardise(
        terms.roster, files, terms.conformity_rules, terms.tariff, keys, task.start, task.end, task.step_seconds
    )
    settled = settle(
        task, terms.chain_id, terms.hub, terms.roster, found.readings, terms.key, terms.tariff, terms.table
    )
    store = MemoryStore()
    report = settled.report(store.put(_result(settled, found, keys, store)))
    return Outcome(report, store.blocks, Details(found, settled))


def _result(settled: Settlement, found: Standardised, keys: DatasetSecret, store: MemoryStore) -> bytes:
    def sealed(key: bytes, kind: str, document: bytes) -> list[str]:
        data = encrypt_output(key, settled.task_id, kind, document)
        return [hexed(digest) for digest in put_large(store, data)]

    def bill(member: int) -> bytes:
        return artefacts.bill(settled, member, found.curves)

    for block in settled.steps_blocks:
        store.put(block)
    return canonical.dumps(
        {
            "schema": SCHEMA,
            "taskId": hexed(settled.task_id),
            "steps": hexed(store.put(settled.steps_manifest)),
            "rows": hexed(store.put(artefacts.rows(settled, store))),
            "members": [
                {
                    "member": member,
                    "blocks": sealed(
                        keys.member(member), artefacts.BILL, artefacts.bill(settled, member, found.curves)
                    ),
                }
                for member in settled.roster.members
            ],
            "columns": [
                {
                    "column": column,
                    "curve": sealed(keys.column(column), artefacts.CURVE, artefacts.curve(settled, column, curve)),
                    "proofs": sealed(keys.column(column), artefacts.PROOFS, artefacts.proofs(settled, column)),
                }
                for column, curve in enumerate(found.curves)
            ],
            "community": sealed(keys.community(), artefacts.COMMUNITY, artefacts.community(settled)),
        }
    )


if __name__ == "__main__":
    import os
    import sys

    from .shell import main

    sys.exit(main(compute, os.environ, sys.argv[1:]))
