"""Which price band each step is in: the tariff's local time, resolved once per dataset."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offchain_worker.domain import tariff as tariffs
from offchain_worker.domain.tariff import Tariff
from offchain_worker.meters.zone import offsets

DAY = 86_400


def bands(tariff: Tariff, time_zone: str, start: int, step_seconds: int, steps: int) -> NDArray[np.uint8]:
    """The band of each step, shape (steps,), by the local time of its start (UTC second `start` for step 0)."""
    moments = start + step_seconds * np.arange(steps, dtype=np.int64)
    local = moments + offsets(time_zone, moments)
    minutes = (local % DAY // 60).tolist()
    weekdays = ((local // DAY + 3) % 7).tolist()  # 1970-01-01 was a Thursday
    found = (tariffs.band_at(tariff, minute, day) for minute, day in zip(minutes, weekdays, strict=True))
    return np.fromiter(found, np.uint8, steps)
