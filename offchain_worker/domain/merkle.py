"""Positional Merkle trees: a leaf's place is its index, and its proof is read by the bits of that index.

The depth is fixed by the count, ⌈log2 count⌉; absent leaves are 32 zero bytes; an inner node is always
keccak256(left ‖ right); a tree of one leaf has depth 0 and is that leaf.
"""

from __future__ import annotations

from collections.abc import Sequence

from offchain_worker.domain.errors import TreeInvalid
from offchain_worker.domain.hashing import ZERO32, keccak


def depth_of(count: int) -> int:
    """Return ⌈log2 count⌉, the depth of a tree of `count` leaves."""
    if count < 1:
        raise TreeInvalid("tree: no leaves")
    return (count - 1).bit_length()


def levels(leaves: Sequence[bytes], depth: int | None = None, absent: bytes = ZERO32) -> list[list[bytes]]:
    """Return the nodes of each level, leaves first, without the absent ones to the right; the last level is the root.

    If the leaves are roots of subtrees themselves, `absent` is the root of an empty one: `absent_node(their depth)`.
    """
    least = depth_of(len(leaves))
    depth = least if depth is None else depth
    if depth < least:
        raise TreeInvalid(f"tree: {len(leaves)} leaves do not fit in depth {depth}")
    nodes = list(leaves)
    found = [nodes]
    for _ in range(depth):
        if len(nodes) & 1:
            nodes = [*nodes, absent]
        nodes = [keccak(nodes[at] + nodes[at + 1]) for at in range(0, len(nodes), 2)]
        absent = keccak(absent + absent)
        found.append(nodes)
    return found


def root(leaves: Sequence[bytes], depth: int | None = None) -> bytes:
    """Return the root of `leaves`, in a tree of their least depth or of a greater one given."""
    return levels(leaves, depth)[-1][0]


def proof(leaves: Sequence[bytes], index: int, depth: int | None = None) -> list[bytes]:
    """Return the siblings of leaf `index`, from the leaf up."""
    return proof_from(levels(leaves, depth), index)


def proof_from(tree: Sequence[Sequence[bytes]], index: int, absent: bytes = ZERO32) -> list[bytes]:
    """Return the siblings of leaf `index` in a tree made by `levels`, with the same `absent`."""
    if not 0 <= index < len(tree[0]):
        raise TreeInvalid(f"tree: leaf {index} of {len(tree[0])}")
    siblings = []
    for level in tree[:-1]:
        beside = index ^ 1
        siblings.append(level[beside] if beside < len(level) else absent)
        absent = keccak(absent + absent)
        index >>= 1
    return siblings


def absent_node(depth: int) -> bytes:
    """Return the root of a subtree of this depth without a leaf."""
    node = ZERO32
    for _ in range(depth):
        node = keccak(node + node)
    return node


def fold(leaf: bytes, index: int, siblings: Sequence[bytes]) -> bytes:
    """Return the root that a leaf at `index` and its siblings lead to."""
    node = leaf
    for sibling in siblings:
        node = keccak(sibling + node) if index & 1 else keccak(node + sibling)
        index >>= 1
    return node


def verify(root: bytes, leaf: bytes, index: int, count: int, proof: Sequence[bytes]) -> bool:
    """Whether `leaf` stands at `index` of the tree of `count` leaves under `root`."""
    return 0 <= index < count and len(proof) == depth_of(count) and fold(leaf, index, proof) == root
