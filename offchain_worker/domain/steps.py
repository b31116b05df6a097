"""The state after each step, and the tree over those states that a settlement report commits.

A state holds the header word of its row, what was produced and allocated so far, and each column's energy so far by
lane, flat at column · lanes + lane, four uint64 a word. Before the first step everything is zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from offchain_worker.domain import canonical, merkle
from offchain_worker.domain.energy import Energies, totals
from offchain_worker.domain.errors import EnergyTooLarge
from offchain_worker.domain.hashing import ZERO32, abi_encode, keccak
from offchain_worker.domain.quantities import MAX_ENERGY
from offchain_worker.domain.readings import Bands

SCHEMA: Final = "daisee.steps/1"
STATE_TYPE: Final = "(bytes32,uint64,uint64,uint256[])"
BLOCK: Final = 1024
"""Steps leaves in one block of the manifest."""


@dataclass(frozen=True)
class StepState:
    """Mirror of `StepState` in `contracts/Types.sol`; `energies` are packed words."""

    header: bytes
    produced: int
    allocated: int
    energies: tuple[int, ...]

    def abi(self) -> tuple[bytes, int, int, list[int]]:
        """Return the state as the contracts take it."""
        return (self.header, self.produced, self.allocated, list(self.energies))

    def encode(self) -> bytes:
        """Return `abi.encode(state)`."""
        return abi_encode([STATE_TYPE], [self.abi()])

    def leaf(self) -> bytes:
        """Return `keccak256(abi.encode(state))`."""
        return keccak(self.encode())


def step_state(header: bytes, produced: int, allocated: int, energies: Sequence[int]) -> StepState:
    """Return the state of energies given flat at column · lanes + lane."""
    padded = [*map(int, energies), *[0] * (-len(energies) % 4)]
    words = (padded[at : at + 4] for at in range(0, len(padded), 4))
    packed = tuple(a << 192 | b << 128 | c << 64 | d for a, b, c, d in words)
    return StepState(header, int(produced), int(allocated), packed)


def first_state(columns: int, lanes: int) -> StepState:
    """Return the state before the first step."""
    return step_state(ZERO32, 0, 0, [0] * (columns * lanes))


def cumulate(energies: Energies, bands: Bands, count: int, by_producer: Energies | None = None) -> Energies:
    """Return each column's energy so far by lane, (steps, columns · lanes), from its energy in each step.

    A lane is one of `count` bands; with `by_producer`, which splits the energies (steps, columns, producers), lane
    producer · count + band.
    """
    steps, columns = energies.shape
    for column, total in enumerate(totals(energies, axis=0)):
        if total > MAX_ENERGY:
            raise EnergyTooLarge(f"steps, column {column}: {total} µkWh over the period, more than {MAX_ENERGY}")
    parts = energies[:, :, None] if by_producer is None else by_producer
    by_lane = np.zeros((steps, columns, parts.shape[2], count), np.int64)
    by_lane[np.arange(steps), :, :, bands] = parts
    return np.cumsum(by_lane, axis=0).reshape(steps, -1)


def steps_leaves(
    headers: Sequence[bytes], produced: Sequence[int], allocated: Sequence[int], cumulated: Energies
) -> list[bytes]:
    """Return the leaf of each step's state from its header word and the totals so far, all of the same length."""
    steps, flat = cumulated.shape
    padded: npt.NDArray[np.uint64] = np.zeros((steps, flat + -flat % 4), ">u8")
    padded[:, :flat] = cumulated
    words = padded.shape[1] // 4
    opening, shape = _word(32), _word(128) + _word(words)
    return [
        keccak(b"".join((opening, headers[t], _word(produced[t]), _word(allocated[t]), shape, padded[t].tobytes())))
        for t in range(steps)
    ]


def steps_root(leaves: Sequence[bytes]) -> bytes:
    """Return `stepsRoot`."""
    return merkle.root(leaves)


def steps_blocks(leaves: Sequence[bytes]) -> list[bytes]:
    """Return the leaves in blocks of 1,024, each an aligned subtree of `stepsRoot`; the last may be short."""
    return [b"".join(leaves[at : at + BLOCK]) for at in range(0, len(leaves), BLOCK)]


def steps_manifest(leaves: Sequence[bytes]) -> bytes:
    """Return the canonical manifest of the blocks, whose sha256 is `stepsDigest`."""
    blocks = ["0x" + canonical.digest(block).hex() for block in steps_blocks(leaves)]
    return canonical.dumps({"schema": SCHEMA, "steps": len(leaves), "blocks": blocks})


def _word(number: int) -> bytes:
    return int(number).to_bytes(32, "big")
