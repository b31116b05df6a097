"""The tree of bills: one leaf per member at the member's index, salted so that a bill cannot be guessed from it.

Entry 0 is the community's account; an index without a column on the roster has no leaf (32 zero bytes).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from offchain_worker.domain import merkle
from offchain_worker.domain.energy import Energies
from offchain_worker.domain.hashing import ZERO32, abi_encode, keccak
from offchain_worker.domain.roster import Roster

LEAF_TYPES: Final = ("bytes32", "uint16", "uint64[]", "uint64[]", "uint64", "uint64", "bytes32")
NO_BILL: Final = ZERO32


def bill_salt(last_header: bytes, task_id: bytes, member: int) -> bytes:
    """Return keccak256(abi.encode(header word of the last row, taskId, member))."""
    return keccak(abi_encode(["bytes32", "bytes32", "uint16"], [last_header, task_id, member]))


def bill_leaf(
    task_id: bytes, member: int, bought: Sequence[int], sold: Sequence[int], debit: int, credit: int, salt: bytes
) -> bytes:
    """Return keccak256(abi.encode(taskId, member, bought[], sold[], debit, credit, salt)).

    Energies are µkWh by lane, money cents.
    """
    return keccak(abi_encode(LEAF_TYPES, [task_id, member, list(bought), list(sold), debit, credit, salt]))


def bills_root(leaves: Sequence[bytes]) -> bytes:
    """Return `billsRoot` of the leaves by member index, from 0 to the highest on the roster."""
    return merkle.root(leaves)


def by_member_and_lane(roster: Roster, totals: Energies, lanes: int, member: int) -> tuple[list[int], list[int]]:
    """Return bought and sold by lane of a member, from the last cumulated row."""
    table = totals.reshape(len(roster.columns), lanes)
    bought, sold = (
        [sum(int(table[at, lane]) for at in columns if roster.columns[at].member == member) for lane in range(lanes)]
        for columns in (roster.consumption, roster.production)
    )
    return bought, sold
