"""Allocation keys by the names that laws, operators and protocols use, made from a few parameters.

Each is plain data in the end: what `preset` returns can be written, changed and voted like any other key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from offchain_worker.domain.errors import KeyFault, KeyInvalid
from offchain_worker.domain.key import NO_COMMITTER, AllocationKey
from offchain_worker.domain.quantities import PPM, PointIndex
from offchain_worker.domain.stages import Rule, Stage


class Preset(StrEnum):
    """Names of keys; see docs/reference/keys.md for their formulas."""

    STATIC = "static"
    DEFAULT_DYNAMIC = "default-dynamic"
    SIMPLE_DYNAMIC = "simple-dynamic"
    FULL_DYNAMIC = "full-dynamic"
    EGALITARIAN = "egalitarian"
    WEIGHTED = "weighted"
    PRIORITY = "priority"
    CASCADE = "cascade"
    VAST = "vast"
    RELATIEF = "relatief"
    OPTIMAAL = "optimaal"


@dataclass(frozen=True)
class Parameters:
    """What a preset may need: shares in ppm by point, groups in order of priority, production points, a committer."""

    shares: Mapping[int, int] = field(default_factory=dict)
    groups: Sequence[int] = ()
    producers: Sequence[int] = ()
    committer: str = NO_COMMITTER
    decimals: int = 0


def preset(name: Preset, given: Parameters) -> AllocationKey:
    """Return the key of this name; raises `KeyInvalid` naming the parameter that is missing."""
    points = tuple(map(PointIndex, given.shares))
    weights = tuple(given.shares.values())
    if name in (Preset.STATIC, Preset.WEIGHTED, Preset.VAST, Preset.RELATIEF, Preset.OPTIMAAL):
        if not points:
            raise KeyInvalid(KeyFault.POINTS_MISSING, f"{name} needs the share of each point")
        flemish = name in (Preset.VAST, Preset.RELATIEF, Preset.OPTIMAAL)
        stage = Stage(Rule[name.name], points=points, weights=weights)
        return AllocationKey((stage,), flemish, not flemish, given.decimals)
    if name is Preset.SIMPLE_DYNAMIC:
        return AllocationKey((Stage(Rule.TABLE, points=points),), False, True, given.decimals, given.committer)
    if name is Preset.FULL_DYNAMIC:
        if not given.producers:
            raise KeyInvalid(KeyFault.PRODUCER_UNKNOWN, f"{name} needs the production points")
        stages = [Stage(Rule.TABLE, points=points, producers=(PointIndex(each),)) for each in given.producers]
        return AllocationKey(tuple(stages), True, True, given.decimals, given.committer)
    if name in (Preset.PRIORITY, Preset.CASCADE):
        if not given.groups:
            raise KeyInvalid(KeyFault.POINTS_MISSING, f"{name} needs the groups, first served first")
        stages = [Stage(Rule.PRO_RATA, group=each) for each in given.groups]
        if name is Preset.CASCADE:
            first = [Stage(Rule.STATIC, points=points, weights=weights)] if points else []
            stages = [*first, *stages, Stage(Rule.PRO_RATA)]
        return AllocationKey(tuple(stages), False, True, given.decimals)
    rule = Rule.EGALITARIAN if name is Preset.EGALITARIAN else Rule.PRO_RATA
    return AllocationKey((Stage(rule),), False, True, given.decimals)


def equal_shares(points: Sequence[int]) -> dict[int, int]:
    """Return the whole in equal parts, the ppm left over with the first points."""
    each, over = divmod(PPM, len(points)) if points else (0, 0)
    return {point: each + (at < over) for at, point in enumerate(points)}
