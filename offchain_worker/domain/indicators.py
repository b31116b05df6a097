"""The figures a community is judged by: its totals, and its rates of self-consumption and self-sufficiency."""

from __future__ import annotations

from dataclasses import dataclass

from offchain_worker.domain.allocation import Allocation
from offchain_worker.domain.energy import Energies, total
from offchain_worker.domain.quantities import PPM


def rate_ppm(part: int, whole: int) -> int:
    """Return ⌊part · 10^6 / whole⌋; 0 of nothing."""
    return part * PPM // whole if whole else 0


@dataclass(frozen=True)
class Indicators:
    """Totals in µkWh. What flows behind a meter is invisible and in none of them."""

    produced: int
    consumed: int
    allocated: int

    @property
    def surplus(self) -> int:
        """Production nobody got."""
        return self.produced - self.allocated

    @property
    def residual(self) -> int:
        """Consumption the community did not cover."""
        return self.consumed - self.allocated

    @property
    def scr_ppm(self) -> int:
        """Self-consumption rate: Σ allocated / Σ produced."""
        return rate_ppm(self.allocated, self.produced)

    @property
    def ssr_ppm(self) -> int:
        """Self-sufficiency rate: Σ allocated / Σ consumed."""
        return rate_ppm(self.allocated, self.consumed)


def indicators(consumption: Energies, production: Energies, allocation: Allocation) -> Indicators:
    """Return the indicators of an allocation over all its steps."""
    return Indicators(total(production), total(consumption), total(allocation.allocated))
