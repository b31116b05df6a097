"""The numbers of the project, each with a type of its own so that a cent is never taken for a kilowatt-hour.

All are exact integers; bounds are those of the contracts' fields.
"""

from __future__ import annotations

from typing import Final, NewType

MemberIndex = NewType("MemberIndex", int)
"""Position of a member in the registry; members start at 1, 0 is the community itself (uint16)."""
PointIndex = NewType("PointIndex", int)
"""Position of a metering point in the registry, from 0 (uint16)."""
PeriodId = NewType("PeriodId", int)
"""A local calendar month, `YYYYMM` (uint32)."""
MicroKwh = NewType("MicroKwh", int)
"""Energy, 1e-6 kWh."""
MicroEuro = NewType("MicroEuro", int)
"""Price, 1e-6 € per kWh."""
Cents = NewType("Cents", int)
"""Money, whole cents."""
Seconds = NewType("Seconds", int)
"""UTC epoch seconds, or a length of time."""

PPM: Final = 1_000_000
"""One whole in parts per million."""
MAX_ENERGY: Final = 2**63 - 1
"""Largest total of energy, of a step or of a period, in µkWh (about 9.2 PWh); beyond it is refused, never wrapped."""
MAX_CENTS: Final = 2**63 - 1
"""Largest amount of money, in cents."""
MAX_COLUMNS: Final = 250
"""Most columns of a community on chain."""
MAX_LANES: Final = 16
"""Most lanes energy is counted in."""
MAX_UINT16: Final = 2**16 - 1
MAX_UINT32: Final = 2**32 - 1
MAX_UINT64: Final = 2**64 - 1
STEP_LENGTHS: Final = (300, 600, 900, 1800, 3600)
"""Lengths a step can have, in seconds."""
