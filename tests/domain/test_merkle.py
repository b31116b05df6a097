"""Positional trees: every leaf proves its place and no other, absent places are zero."""

from __future__ import annotations

import pytest
from eth_utils import keccak

from offchain_worker.domain import merkle
from offchain_worker.domain.errors import TreeInvalid


def leaves(count: int) -> list[bytes]:
    return [keccak(at.to_bytes(2, "big")) for at in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 9, 31])
def test_proof__of_every_leaf__verifies_at_its_place_only(count: int) -> None:
    nodes, root = leaves(count), merkle.root(leaves(count))
    for index, leaf in enumerate(nodes):
        proof = merkle.proof(nodes, index)
        assert merkle.verify(root, leaf, index, count, proof)
        assert not any(merkle.verify(root, leaf, other, count, proof) for other in range(count) if other != index)
        assert not merkle.verify(root, keccak(leaf), index, count, proof)
        assert not merkle.verify(root, leaf, index, count, [*proof, bytes(32)])


def test_verify__absent_place__is_no_leaf() -> None:
    nodes = leaves(3)
    root = merkle.root(nodes)
    siblings = merkle.proof([*nodes, bytes(32)], 3)
    assert merkle.fold(bytes(32), 3, siblings) == root
    assert not merkle.verify(root, bytes(32), 3, 3, siblings)
    assert not merkle.verify(root, nodes[0], -1, 3, siblings)


def test_root__greater_depth__adds_empty_subtrees_to_the_right() -> None:
    nodes = leaves(2)
    assert merkle.root(nodes, 2) == keccak(merkle.root(nodes) + keccak(bytes(64)))
    assert merkle.proof(nodes, 1, 2) == [nodes[0], merkle.absent_node(1)]


def test_root__depth_too_small_or_no_leaves__is_refused() -> None:
    with pytest.raises(TreeInvalid, match="3 leaves do not fit in depth 1"):
        merkle.root(leaves(3), 1)
    with pytest.raises(TreeInvalid, match="no leaves"):
        merkle.root([])
    with pytest.raises(TreeInvalid, match="leaf 3 of 3"):
        merkle.proof(leaves(3), 3)
