"""Reading what workers left: bills, curves, proofs, findings, the community's view; each opened with a reader's keys.

Everything is found from a report's digest alone and verified block by block. What a document claims is checked by the
`check_*` functions against the roots on chain, never believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from offchain_worker.domain import canonical, merkle
from offchain_worker.domain.bills import bill_leaf
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.hashing import keccak
from offchain_worker.domain.readings import column_word, root_of_rows
from offchain_worker.domain.task import net_hash
from offchain_worker.storage.encryption import SALT_BYTES, Keys, decrypt_output, salts
from offchain_worker.storage.store import ContentStore, get_large

from . import artefacts, conformity, settlement
from .documents import unhexed

HASH = 32


class ResultDiffers(DaiseeError):
    """An artefact does not lead to what the chain says."""


@dataclass(frozen=True)
class Result:
    """The artefacts of a settlement; the methods read one each, with the keys of who asks."""

    store: ContentStore
    document: dict[str, Any]

    @property
    def task_id(self) -> bytes:
        """The task these are of."""
        return unhexed(self.document["taskId"])

    def bill(self, keys: Keys, member: int) -> dict[str, Any]:
        """A member's `daisee.bill/1`; raises NotReadable for somebody else's keys, ResultDiffers without a bill."""
        for entry in self.document["members"]:
            if entry["member"] == member:
                return self._open(keys.member(member), artefacts.BILL, entry["blocks"], f"the bill of member {member}")
        raise ResultDiffers(f"there is no bill of member {member} in this period")

    def curve(self, keys: Keys, column: int) -> dict[str, Any]:
        """A column's `daisee.curve/1`."""
        entry = self._column(column)
        return self._open(keys.column(column), artefacts.CURVE, entry["curve"], f"the curve of column {column}")

    def community(self, keys: Keys) -> dict[str, Any]:
        """The `daisee.community/1` document."""
        return self._open(keys.community(), artefacts.COMMUNITY, self.document["community"], "the community's artefact")

    def proofs(self, keys: Keys, column: int) -> bytes:
        """A column's sibling hashes, step by step, as `artefacts.proofs` makes them."""
        sealed = _blocks(self.store, self._column(column)["proofs"])
        place = f"the proofs of column {column}"
        return decrypt_output(keys.column(column), self.task_id, artefacts.PROOFS, sealed, place)

    def row_roots(self) -> list[bytes]:
        """The root of every row of the readings."""
        return self._hashes(self.document["rows"], "daisee.rows/1")

    def steps_leaves(self) -> list[bytes]:
        """The leaf of every step's state."""
        return self._hashes(self.document["steps"], "daisee.steps/1")

    def _hashes(self, digest: str, schema: str) -> list[bytes]:
        manifest = canonical.loads(self.store.get(unhexed(digest)), schema, exact=True)
        data = _blocks(self.store, manifest["blocks"])
        if len(data) != HASH * manifest["steps"]:
            raise ResultDiffers(f"{schema} lists {len(data) // HASH} hashes for {manifest['steps']} steps")
        return [data[at : at + HASH] for at in range(0, len(data), HASH)]

    def _column(self, column: int) -> dict[str, Any]:
        columns: list[dict[str, Any]] = self.document["columns"]
        if not 0 <= column < len(columns):
            raise ResultDiffers(f"there is no column {column} in this period")
        return columns[column]

    def _open(self, key: bytes, kind: str, blocks: Sequence[str], place: str) -> dict[str, Any]:
        data = decrypt_output(key, self.task_id, kind, _blocks(self.store, blocks), place)
        return canonical.loads(data, f"daisee.{kind}/1", exact=True)


def open_result(store: ContentStore, result_digest: bytes) -> Result:
    """The artefacts behind a settlement report's `resultDigest`."""
    document = canonical.loads(store.get(result_digest), settlement.SCHEMA, exact=True)
    return Result(store, document)


def open_findings(store: ContentStore, findings_digest: bytes, keys: Keys, column: int) -> dict[str, Any]:
    """A column's `daisee.column-findings/1`, found from a conformity report's `findingsDigest`."""
    listed = canonical.loads(store.get(findings_digest), conformity.SCHEMA, exact=True)
    if not 0 <= column < len(listed["columns"]):
        raise ResultDiffers(f"there is no column {column} in this period")
    sealed = _blocks(store, listed["columns"][column]["blocks"])
    place = f"the findings of column {column}"
    data = decrypt_output(keys.column(column), unhexed(listed["taskId"]), conformity.KIND, sealed, place)
    return canonical.loads(data, conformity.COLUMN_SCHEMA, exact=True)


def check_bill(bill: dict[str, Any], bills_root: bytes, members: int) -> None:
    """Check that a bill is the one committed: its leaf follows from it and stands at its member's place.

    `members` is the number of leaves, the highest member on the roster plus 1. Raises ResultDiffers.
    """
    leaf = bill_leaf(
        unhexed(bill["taskId"]),
        bill["member"],
        [int(energy) for energy in bill["bought"]],
        [int(energy) for energy in bill["sold"]],
        int(bill["debit"]),
        int(bill["credit"]),
        unhexed(bill["salt"]),
    )
    if leaf != unhexed(bill["leaf"]):
        raise ResultDiffers(f"the bill of member {bill['member']} does not have the leaf it names")
    if not merkle.verify(bills_root, leaf, bill["member"], members, [unhexed(sibling) for sibling in bill["proof"]]):
        raise ResultDiffers(f"the bill of member {bill['member']} is not under the report's billsRoot")
    debit = sum(int(invoice["total"]) for invoice in bill["received"])
    credit = sum(int(invoice["total"]) for invoice in bill["issued"])
    if (debit, credit, credit - debit) != (int(bill["debit"]), int(bill["credit"]), int(bill["net"])):
        raise ResultDiffers(f"the invoices of member {bill['member']} do not add up to its bill")


def check_curve(
    curve: dict[str, Any], column_key: bytes, proofs: bytes, row_roots: Sequence[bytes], columns: int
) -> None:
    """Check that every reading of a column's curve is the one committed in its row. Raises ResultDiffers."""
    column, steps = curve["column"], len(row_roots)
    depth = merkle.depth_of(1 + columns)
    salt = salts(column_key, steps)
    if len(curve["energies"]) != steps or len(proofs) != HASH * depth * steps:
        raise ResultDiffers(f"column {column}: curve and proofs are not of {steps} steps")
    for t, (energy, root) in enumerate(zip(curve["energies"], row_roots, strict=True)):
        leaf = keccak(column_word(salt[SALT_BYTES * t : SALT_BYTES * (t + 1)], int(energy)))
        siblings = [proofs[at : at + HASH] for at in range(HASH * depth * t, HASH * depth * (t + 1), HASH)]
        if merkle.fold(leaf, 1 + column, siblings) != root:
            raise ResultDiffers(f"column {column}, step {t}: the reading is not the one committed")


def check_rows(row_roots: Sequence[bytes], readings_root: bytes, columns: int) -> None:
    """Check that the rows' roots lead to the period's `readingsRoot`. Raises ResultDiffers."""
    if root_of_rows(row_roots, columns) != readings_root:
        raise ResultDiffers("the rows' roots do not lead to the period's readingsRoot")


def _blocks(store: ContentStore, blocks: Sequence[str]) -> bytes:
    return get_large(store, [unhexed(block) for block in blocks])


def net_vector(result: Result, keys: Keys, highest_member: int, wanted: bytes) -> list[int]:
    """The net cents of every member by index, entry 0 the community, read from the bills of all members.

    `wanted` is the report's `netHash`. Raises ResultDiffers if the bills do not give the vector it commits to.
    """
    net = [0] * (highest_member + 1)
    for entry in result.document["members"]:
        net[entry["member"]] = int(result.bill(keys, entry["member"])["net"])
    net[0] = -sum(net)
    if net_hash(result.task_id, net) != wanted:
        raise ResultDiffers("the members' bills do not give the net amounts that the report commits to")
    return net
