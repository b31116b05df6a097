"""What energy is counted in: a lane for each price band, with a key per producer for each producer and band.

A settlement has at most `MAX_LANES` of them, so that what proves one wrong fits a transaction. Whoever adopts a key or a
tariff, adds a plant or publishes a month can know beforehand whether it will have too many.
"""

from __future__ import annotations

from offchain_worker.domain.errors import LanesTooMany
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.quantities import MAX_LANES


def lanes(key: AllocationKey, bands: int, producers: int) -> int:
    """Return the number of lanes; raises `LanesTooMany`."""
    found = bands * (max(1, producers) if key.per_producer else 1)
    if found > MAX_LANES:
        counts = f"{producers} producers in {bands} price bands are {found} lanes, more than {MAX_LANES}"
        raise LanesTooMany(f"{counts}; use fewer bands, or a key that pools producers")
    return found
