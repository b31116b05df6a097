"""The figures a community is judged by: totals and rates, peaks, balance step by step, sources, savings.

All are exact integers: µkWh, cents, or floors in ppm. What flows behind a meter is invisible and in none of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offchain_worker.domain.allocation import Allocation
from offchain_worker.domain.energy import Energies, total, totals
from offchain_worker.domain.quantities import PPM
from offchain_worker.domain.roster import Roster, Source


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


@dataclass(frozen=True)
class Balance:
    """What the community still takes from the grid and gives to it, µkWh by step, and the largest of each."""

    residual: Energies
    surplus: Energies

    @property
    def peak_step(self) -> int:
        """The step with the largest residual, the first of several."""
        return int(self.residual.argmax())

    @property
    def peak(self) -> int:
        """Largest residual of a step."""
        return int(self.residual.max())

    @property
    def surplus_peak(self) -> int:
        """Largest surplus of a step."""
        return int(self.surplus.max())


def balance(consumption: Energies, allocation: Allocation) -> Balance:
    """Return residual and surplus of each step, over all columns."""
    return Balance((consumption - allocation.allocated).sum(axis=1), allocation.surplus.sum(axis=1))


def peak_reduction_ppm(consumption: Energies, allocation: Allocation) -> int:
    """Return by how much the community lowers the largest draw of a step from the grid; 0 of nothing."""
    before = int(consumption.sum(axis=1).max())
    return rate_ppm(before - balance(consumption, allocation).peak, before)


def origin(roster: Roster, allocation: Allocation) -> dict[Source, int]:
    """Return the µkWh members got from each source, in the order of `Source`."""
    sold = totals(allocation.sold, axis=0)
    sources = [roster.columns[at].source for at in roster.production]
    return {
        source: sum(amount for amount, made_from in zip(sold, sources, strict=True) if made_from is source)
        for source in sorted(set(sources))
    }


def ssr_by_column(consumption: Energies, allocation: Allocation) -> list[int]:
    """Return the self-sufficiency rate of each consumption column, in ppm."""
    got, used = totals(allocation.allocated, axis=0), totals(consumption, axis=0)
    return [rate_ppm(part, whole) for part, whole in zip(got, used, strict=True)]


def savings(bought: int, paid: int, supplier_micro_euro_per_kwh: int) -> int:
    """Return the cents saved by buying `bought` µkWh for `paid` cents here, not from a supplier; half up, may be < 0."""
    return (bought * supplier_micro_euro_per_kwh + 5 * 10**9) // 10**10 - paid


def local_steps_ppm(allocation: Allocation) -> int:
    """Return the part of the steps in which anything local was allocated."""
    served = int(np.count_nonzero(allocation.allocated.any(axis=1)))
    return rate_ppm(served, len(allocation.allocated))
