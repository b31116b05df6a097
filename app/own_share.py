"""What a rule would have given one member, from the member's own curves and the community's totals alone.

A member may read its own curves and the community's sums by step and group, and nobody else's. That is enough where a
key shares in proportion: the part of each then follows from the sums. It is not enough where a part depends on every
other member's curve (glasses filled to one level, fixed shares that others leave): then nothing is answered. Energies
of a member that is served are exact to the µkWh that rounding down leaves over in a step; money is exact to the cents
that rounding each line makes, while as much is shared as under the present rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from offchain_worker.domain.invoice import credits, debits, invoices
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.roster import Direction, Roster
from offchain_worker.domain.stages import Rule, Stage
from offchain_worker.domain.tariff import Tariff

Exact = npt.NDArray[np.object_]
"""Python integers by step: exact at any size."""


class NotFromOwnData(Exception):
    """What the member may read does not determine the member's part."""


@dataclass(frozen=True)
class Figures:
    """A member's month under a rule: µkWh and cents, community only."""

    consumed: int
    produced: int
    bought: int
    sold: int
    debit: int
    credit: int

    def cost(self, supplier: int, feed_in: int) -> int:
        """Cents that all electricity costs with these prices for the rest (µ€/kWh)."""
        rest = _cents(self.consumed - self.bought, supplier) - _cents(self.produced - self.sold, feed_in)
        return self.debit - self.credit + rest


@dataclass(frozen=True)
class Month:
    """What a member may read of a month: the `daisee.community/1` document and its own columns' µkWh by step."""

    roster: Roster
    member: int
    totals: Mapping[str, Any]
    energies: Mapping[int, Exact]


@dataclass
class _Pool:
    """What is left to share and to be served, step by step; `left` is None once others' curves would be needed."""

    left: Exact | None
    by_group: dict[int, Exact]
    mine: dict[int, Exact]
    served: dict[int, Exact]


def figures(month: Month, key: AllocationKey, tariff: Tariff, bands: npt.NDArray[np.uint8]) -> Figures:
    """The member's month under a key and a tariff; `bands` one a step. Raises NotFromOwnData."""
    if key.per_producer or key.coefficient_decimals or not key.self_sharing:
        raise NotFromOwnData
    produced = exact(month.totals["produced"])
    mine = {at: energy for at, energy in month.energies.items() if _consumes(month, at)}
    groups = {entry["group"]: exact(entry["consumed"]) for entry in month.totals["groups"]}
    nothing = np.zeros_like(produced)
    pool = _Pool(
        produced.copy(),
        dict(groups),
        {at: energy.copy() for at, energy in mine.items()},
        {at: nothing.copy() for at in mine},
    )
    for stage in key.stages:
        _serve(pool, stage, month.roster)
    makes = {at: energy for at, energy in month.energies.items() if at not in mine}
    if pool.left is None and makes:
        raise NotFromOwnData
    sold = {at: _part(energy, produced - pool.left, produced) for at, energy in makes.items()}
    by_group = {group: groups[group] - pool.by_group[group] for group in groups} if pool.left is not None else {}
    debit, credit = _money(month, pool.served, sold, by_group, tariff, bands)
    return Figures(
        sum(int(energy.sum()) for energy in mine.values()),
        sum(int(energy.sum()) for energy in makes.values()),
        sum(int(energy.sum()) for energy in pool.served.values()),
        sum(int(energy.sum()) for energy in sold.values()),
        debit,
        credit,
    )


def served_groups(roster: Roster, totals: Mapping[str, Any], key: AllocationKey) -> dict[int, int]:
    """µkWh that each group would have got under a key. Raises NotFromOwnData."""
    if key.per_producer or key.coefficient_decimals or not key.self_sharing:
        raise NotFromOwnData
    groups = {entry["group"]: exact(entry["consumed"]) for entry in totals["groups"]}
    pool = _Pool(exact(totals["produced"]), dict(groups), {}, {})
    for stage in key.stages:
        _serve(pool, stage, roster)
    if pool.left is None:
        raise NotFromOwnData
    return {group: int((groups[group] - pool.by_group[group]).sum()) for group in groups}


def _serve(pool: _Pool, stage: Stage, roster: Roster) -> None:
    """One stage. Raises NotFromOwnData if the member's part of it cannot be known."""
    ours = [at for at in pool.mine if _serves(stage, roster, at)]
    if stage.rule is Rule.STATIC and pool.left is not None:
        for at in ours:
            weight = stage.weights[stage.points.index(roster.columns[at].point)]
            _take(pool, at, np.minimum(pool.mine[at], pool.left * weight // 10**6))
        pool.left = None
        return
    known = pool.left is not None and not stage.points and stage.rule in (Rule.PRO_RATA, Rule.EGALITARIAN)
    served = [stage.group] if stage.group else list(pool.by_group)
    needed = sum((pool.by_group.get(group, 0) for group in served), start=np.zeros(1, object)) if known else None
    if needed is None or pool.left is None:
        if ours:
            raise NotFromOwnData
        pool.left = None
        return
    enough = pool.left >= needed
    if stage.rule is Rule.EGALITARIAN and not enough.all():
        # Where there is not enough for all, the level depends on everybody's curve.
        scarce = ~enough & (pool.left > 0)
        if scarce.any():
            if ours:
                raise NotFromOwnData
            pool.left = None
            return
    left = pool.left
    for at in ours:
        _take(pool, at, np.where(enough, pool.mine[at], _part(pool.mine[at], left, needed)))
    for group in served:
        need = pool.by_group.get(group)
        if need is not None:
            pool.by_group[group] = need - np.where(enough, need, _part(need, left, needed))
    pool.left = np.where(enough, left - needed, 0)


def _take(pool: _Pool, at: int, amount: Exact) -> None:
    pool.served[at] = pool.served[at] + amount
    pool.mine[at] = pool.mine[at] - amount


def _part(amount: Exact, of: Exact, whole: Exact) -> Exact:
    """⌊amount · of / whole⌋, 0 where there is no whole."""
    return amount * of // np.where(whole > 0, whole, 1)


def _serves(stage: Stage, roster: Roster, at: int) -> bool:
    column = roster.columns[at]
    if stage.points:
        return column.point in stage.points
    return stage.group in (0, column.group)


def _consumes(month: Month, at: int) -> bool:
    return month.roster.columns[at].direction is Direction.CONSUMPTION


def _money(
    month: Month,
    served: Mapping[int, Exact],
    sold: Mapping[int, Exact],
    by_group: Mapping[int, Exact],
    tariff: Tariff,
    bands: npt.NDArray[np.uint8],
) -> tuple[int, int]:
    """Cents the member would be invoiced and would invoice. The others' purchases stand in one column a group."""
    roster = month.roster
    bought = {at: _lanes(energy, bands, tariff.bands) for at, energy in served.items()}
    mine = {group: [0] * tariff.bands for group in by_group}
    for at, lanes in bought.items():
        group = roster.columns[at].group
        if group in mine:
            mine[group] = [have + more for have, more in zip(mine[group], lanes, strict=True)]
    for group, energy in by_group.items():
        stand_in = next((at for at in roster.consumption if roster.columns[at].group == group and at not in served), -1)
        if stand_in >= 0:
            others = [all_ - own for all_, own in zip(_lanes(energy, bands, tariff.bands), mine[group], strict=True)]
            bought[stand_in] = others
    shares = _sellers(month, sold, bands, tariff.bands)
    pairs = np.zeros((tariff.bands, len(roster.consumption), len(roster.production)), np.int64)
    for row, consumer in enumerate(roster.consumption):
        for band, amount in enumerate(bought.get(consumer, [])):
            whole = max(sum(shares[band]), 1)
            parts = [amount * share // whole for share in shares[band]]
            if parts:
                parts[0] += amount - sum(parts)
            pairs[band, row] = parts
    issued = invoices(pairs, roster, tariff)
    highest = roster.highest_member
    return debits(issued, highest)[month.member], credits(issued, highest)[month.member]


def _sellers(month: Month, sold: Mapping[int, Exact], bands: npt.NDArray[np.uint8], lanes: int) -> list[list[int]]:
    """How the sales of each band divide among the production columns: as they did, the member's own as computed."""
    was = np.asarray(month.totals["bands"], np.uint8)
    same = bool((was == bands).all())
    roster = month.roster
    found = [[0] * len(roster.production) for _ in range(lanes)]
    for flow in month.totals["flows"]:
        at = next(i for i, c in enumerate(roster.production) if roster.columns[c].point == flow["producer"])
        for band in [flow["band"]] if same else range(lanes):
            found[band][at] += int(flow["energy"])
    if same:
        for at, energy in sold.items():
            for band, amount in enumerate(_lanes(energy, bands, lanes)):
                found[band][roster.production.index(at)] = amount
    return found


def _lanes(energy: Exact, bands: npt.NDArray[np.uint8], lanes: int) -> list[int]:
    return [int(energy[bands == lane].sum()) for lane in range(lanes)]


def exact(values: Any) -> Exact:
    """Decimal strings of a document as Python integers by step."""
    return np.array([int(value) for value in values], dtype=object)


def _cents(amount: int, price: int) -> int:
    return (amount * price + 5 * 10**9) // 10**10
