"""A key put beside a roster: which energy goes through which stages, and which columns each stage serves.

The pool goes through all of them at once; with a key per producer, each producer's energy by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from offchain_worker.domain.errors import TableInvalid
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.roster import Roster
from offchain_worker.domain.stages import ENERGIEDELEN, Rule, Stage


@dataclass(frozen=True)
class Served:
    """A stage's rule on positions among the consumption columns, with a ppm weight for each.

    For a TABLE the weights of step t are `table[t, places]`.
    """

    rule: Rule
    positions: npt.NDArray[np.intp]
    weights: npt.NDArray[np.int64]
    places: npt.NDArray[np.intp]
    table: npt.NDArray[np.int64] | None = None


@dataclass(frozen=True)
class Pass:
    """What goes through the stages at once: the energy of `producers`, positions among the production columns."""

    producers: tuple[int, ...]
    stages: tuple[Served, ...]
    members: tuple[int, ...] = ()
    sellers: tuple[int, ...] = ()


def passes(key: AllocationKey, roster: Roster, rows: Mapping[int, npt.NDArray[np.int64]]) -> list[Pass]:
    """Return what goes through which stages: the pool in one pass, or each producer in one of its own, in roster order.

    The methods of energiedelen see all producers at once.
    """
    everyone = tuple(range(len(roster.production)))
    members = tuple(roster.columns[at].member for at in roster.consumption)
    sellers = tuple(roster.columns[at].member for at in roster.production)
    served = [_served(at, stage, roster, rows) for at, stage in enumerate(key.stages)]
    if not key.per_producer or key.stages[0].rule in ENERGIEDELEN:
        return [Pass(everyone, tuple(served), members, sellers)]
    found = []
    for position, at in enumerate(roster.production):
        point, seller = roster.columns[at].point, sellers[position]
        stages = [
            _without(each, members, None if key.self_sharing else seller)
            for each, stage in zip(served, key.stages, strict=True)
            if not stage.producers or point in stage.producers
        ]
        found.append(Pass((position,), tuple(stages), members, sellers))
    return found


def _served(at: int, stage: Stage, roster: Roster, rows: Mapping[int, npt.NDArray[np.int64]]) -> Served:
    columns, chosen = [roster.columns[place] for place in roster.consumption], frozenset(stage.points)
    positions = [
        position
        for position, column in enumerate(columns)
        if (column.point in chosen if chosen else stage.group in (0, column.group))
    ]
    points = [columns[position].point for position in positions]
    where = np.array(positions, np.intp)
    named = {point: place for place, point in enumerate(stage.points or sorted(set(points)))}
    places = np.array([named[point] for point in points], np.intp)
    if stage.rule is Rule.TABLE and at in rows and rows[at].shape[1] != len(named):
        counts = f"{rows[at].shape[1]} weights a row, {len(named)} points"
        raise TableInvalid(f"table, stage {at + 1}: {counts}; give each point one weight")
    weights = np.array(stage.weights, np.int64)[places] if stage.weights else np.zeros(len(points), np.int64)
    return Served(stage.rule, where, weights, places, rows.get(at))


def _without(stage: Served, members: Sequence[int], member: int | None) -> Served:
    """The stage without the columns of a member."""
    keep = np.array([members[position] != member for position in stage.positions], np.bool_)
    return replace(stage, positions=stage.positions[keep], weights=stage.weights[keep], places=stage.places[keep])
