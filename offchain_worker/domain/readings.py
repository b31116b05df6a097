"""The commitment to a period's readings: one tree in which a row (a step) is an aligned subtree.

Row t is a header word (salt, t, price band) and one word per column of the roster (salt, energy), each packed from the
most significant bit; a leaf is the keccak256 of a word. Position 0 of a row is its header, position 1 + i column i.
The salts are 16 bytes each, so that a leaf of a guessable reading gives nothing away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from offchain_worker.domain import merkle
from offchain_worker.domain.energy import Energies
from offchain_worker.domain.errors import EnergyNegative, EnergyShape, EnergyType
from offchain_worker.domain.hashing import keccak

SALT: Final = 16
WORD: Final = 32
Bands = npt.NDArray[np.uint8]


def header_word(salt: bytes, t: int, band: int) -> bytes:
    """Return the word salt128 | t32 | band8 that opens row t."""
    return _salted(salt) + t.to_bytes(4, "big") + band.to_bytes(1, "big") + bytes(11)


def column_word(salt: bytes, energy: int) -> bytes:
    """Return the word salt128 | energy64 of one column's reading in µkWh."""
    return _salted(salt) + energy.to_bytes(8, "big") + bytes(8)


def _salted(salt: bytes) -> bytes:
    if len(salt) != SALT:
        raise EnergyShape(f"readings: a salt has {SALT} bytes, not {len(salt)}")
    return salt


@dataclass(frozen=True)
class Readings:
    """A period's standardised readings: `energies` int64 µkWh (steps, columns) over all columns of the roster in order,
    `bands` uint8 (steps), `header_salts` 16 bytes a step, `column_salts` as much for each column.
    """

    energies: Energies
    bands: Bands
    header_salts: bytes
    column_salts: Sequence[bytes]

    def __post_init__(self) -> None:
        if self.energies.dtype != np.int64 or self.bands.dtype != np.uint8:
            raise EnergyType("readings: energies are an int64 array, bands a uint8 array")
        if self.energies.ndim != 2 or not all(self.energies.shape):
            raise EnergyShape(f"readings: energies have shape {self.energies.shape}, expected (steps, columns)")
        if self.bands.shape != (self.steps,):
            raise EnergyShape(f"readings: bands have shape {self.bands.shape}, expected ({self.steps},)")
        wanted = SALT * self.steps
        if [len(salts) for salts in (self.header_salts, *self.column_salts)] != [wanted] * (1 + self.columns):
            raise EnergyShape(f"readings: the header and {self.columns} columns need {wanted} bytes of salt each")
        if int(self.energies.min()) < 0:
            t, column = np.argwhere(self.energies < 0)[0]
            raise EnergyNegative(f"readings: step {t}, column {column}: {self.energies[t, column]} µkWh is below zero")

    @property
    def steps(self) -> int:
        """Number of steps."""
        return int(self.energies.shape[0])

    @property
    def columns(self) -> int:
        """Number of columns."""
        return int(self.energies.shape[1])

    @cached_property
    def words(self) -> npt.NDArray[np.uint8]:
        """Every word as bytes, shape (steps, 1 + columns, 32)."""
        words = np.zeros((self.steps, 1 + self.columns, WORD), np.uint8)
        for position, salts in enumerate((self.header_salts, *self.column_salts)):
            words[:, position, :SALT] = np.frombuffer(salts, np.uint8).reshape(self.steps, SALT)
        words[:, 0, 16:20] = np.arange(self.steps, dtype=">u4").view(np.uint8).reshape(self.steps, 4)
        words[:, 0, 20] = self.bands
        words[:, 1:, 16:24] = self.energies.astype(">u8").view(np.uint8).reshape(self.steps, self.columns, 8)
        return words

    def header(self, t: int) -> bytes:
        """Return the header word of row t."""
        return bytes(self.words[t, 0])

    @cached_property
    def tree(self) -> ReadingsTree:
        """The committed tree."""
        return ReadingsTree([row_leaves(self.words[t].tobytes()) for t in range(self.steps)])


class ReadingsTree:
    """The tree over rows of leaves: its root, the root of each row, and proofs."""

    def __init__(self, rows: Sequence[Sequence[bytes]]) -> None:
        self._rows = [merkle.levels(row) for row in rows]
        self.row_roots: list[bytes] = [row[-1][0] for row in self._rows]
        self._absent = merkle.absent_node(len(self._rows[0]) - 1)
        self._top = merkle.levels(self.row_roots, absent=self._absent)

    @property
    def root(self) -> bytes:
        """`readingsRoot`."""
        return self._top[-1][0]

    def row_proof(self, t: int, position: int) -> list[bytes]:
        """Return the siblings of a word inside its row, from the leaf up to the row's root."""
        return merkle.proof_from(self._rows[t], position)

    def proof(self, t: int, position: int) -> list[bytes]:
        """Return the siblings of a word up to `root`."""
        return self.row_proof(t, position) + merkle.proof_from(self._top, t, self._absent)


def row_leaves(words: bytes) -> list[bytes]:
    """Return the leaves of a row given as its words side by side, the header's first."""
    return [keccak(words[at : at + WORD]) for at in range(0, len(words), WORD)]


def row_root(words: bytes) -> bytes:
    """Return the root of a row given as its words side by side."""
    return merkle.root(row_leaves(words))


def readings_root(
    energies: Energies, bands: Bands, header_salts: bytes, column_salts: Sequence[bytes]
) -> tuple[bytes, list[bytes]]:
    """Return `readingsRoot` and the root of each row."""
    tree = Readings(energies, bands, header_salts, column_salts).tree
    return tree.root, tree.row_roots


def root_of_rows(row_roots: Sequence[bytes], columns: int) -> bytes:
    """Return `readingsRoot` from the roots of all rows of `columns` columns."""
    return merkle.levels(row_roots, absent=merkle.absent_node(merkle.depth_of(1 + columns)))[-1][0]


def verify(root: bytes, word: bytes, t: int, position: int, steps: int, columns: int, proof: Sequence[bytes]) -> bool:
    """Whether `word` stands at `position` of row t under `root`."""
    row = merkle.depth_of(1 + columns)
    return (
        0 <= t < steps
        and 0 <= position <= columns
        and len(proof) == row + merkle.depth_of(steps)
        and merkle.fold(keccak(word), t << row | position, proof) == root
    )
