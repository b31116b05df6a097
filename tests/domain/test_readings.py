"""The commitment to readings: every word proves its place, and readings out of shape are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain_worker.domain import merkle, readings
from offchain_worker.domain.errors import EnergyNegative, EnergyShape, EnergyType
from offchain_worker.domain.hashing import keccak
from offchain_worker.domain.readings import Readings


def made(steps: int, columns: int) -> Readings:
    """Readings with distinct salts and energies."""
    salts = [keccak(bytes([column, *t.to_bytes(2, "big")]))[:16] for column in range(columns + 1) for t in range(steps)]
    streams = [b"".join(salts[steps * at : steps * (at + 1)]) for at in range(columns + 1)]
    energies = np.arange(steps * columns, dtype=np.int64).reshape(steps, columns)
    return Readings(energies, np.arange(steps, dtype=np.uint8) % 2, streams[0], streams[1:])


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.data())
def test_proof__any_word_of_any_size__verifies_at_its_place_only(steps: int, columns: int, data: st.DataObject) -> None:
    these = made(steps, columns)
    t, position = data.draw(st.integers(0, steps - 1)), data.draw(st.integers(0, columns))
    word, proof = these.words[t, position].tobytes(), these.tree.proof(t, position)
    assert readings.verify(these.tree.root, word, t, position, steps, columns, proof)
    for other in ((t + 1, position), (t, position + 1), (t - 1, position), (t, position - 1)):
        assert not readings.verify(these.tree.root, word, *other, steps, columns, proof)
    row = these.tree.row_proof(t, position)
    assert merkle.fold(keccak(word), position, row) == these.tree.row_roots[t]


@pytest.mark.parametrize(("steps", "columns"), [(1, 1), (3, 2), (4, 3), (5, 4), (1, 7)])
def test_readings_root__as_one_flat_tree__is_the_same(steps: int, columns: int) -> None:
    these = made(steps, columns)
    width = 1 << (columns).bit_length()
    flat = []
    for t in range(steps):
        row = [keccak(these.words[t, at].tobytes()) for at in range(columns + 1)]
        flat += row + [bytes(32)] * (width - len(row))
    root, rows = readings.readings_root(these.energies, these.bands, these.header_salts, these.column_salts)
    assert root == merkle.root(flat, depth=(width - 1).bit_length() + (steps - 1).bit_length())
    assert root == readings.root_of_rows(rows, columns)
    assert rows[0] == readings.row_root(these.words[0].tobytes())


def test_readings__one_unit_changed__changes_the_root() -> None:
    these = made(3, 2)
    energies = these.energies.copy()
    energies[2, 1] += 1
    changed = Readings(energies, these.bands, these.header_salts, these.column_salts)
    assert changed.tree.root != these.tree.root
    assert changed.tree.row_roots[:2] == these.tree.row_roots[:2]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"energies": np.zeros((2, 2))}, EnergyType),
        ({"bands": np.zeros(2, np.int64)}, EnergyType),
        ({"energies": np.zeros(2, np.int64)}, EnergyShape),
        ({"energies": np.zeros((0, 2), np.int64)}, EnergyShape),
        ({"bands": np.zeros(3, np.uint8)}, EnergyShape),
        ({"header_salts": bytes(31)}, EnergyShape),
        ({"column_salts": [bytes(32)]}, EnergyShape),
        ({"column_salts": [bytes(32), bytes(16)]}, EnergyShape),
        ({"energies": np.array([[0, 0], [0, -1]], np.int64)}, EnergyNegative),
    ],
)
def test_readings__out_of_shape__are_refused(change: dict[str, Any], error: type[Exception]) -> None:
    whole = {
        "energies": np.zeros((2, 2), np.int64),
        "bands": np.zeros(2, np.uint8),
        "header_salts": bytes(32),
        "column_salts": [bytes(32)] * 2,
    }
    Readings(**whole)
    with pytest.raises(error):
        Readings(**{**whole, **change})


def test_header_word__salt_of_another_length__is_refused() -> None:
    with pytest.raises(EnergyShape, match="16 bytes, not 15"):
        readings.header_word(bytes(15), 0, 0)
