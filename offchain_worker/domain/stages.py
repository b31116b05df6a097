"""The stages of an allocation key: a rule, whom it serves, and what makes one that can be applied."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from offchain_worker.domain.errors import KeyFault, KeyInvalid
from offchain_worker.domain.quantities import PPM, PointIndex


class Rule(IntEnum):
    """How a stage shares what enters it, with R the production left, d the needs left and w the weights."""

    PRO_RATA = 0
    """d if R covers all needs, else ⌊R·d/Σd⌋: the legal default in France."""
    STATIC = 1
    """min(d, ⌊R·w/10^6⌋): fixed shares; what a share cannot use is not passed on inside the stage."""
    EGALITARIAN = 2
    """min(d, L) with the largest L that R covers: everyone the same, up to their need."""
    WEIGHTED = 3
    """min(d, ⌊L·w/10^6⌋) with the largest L that R covers: shares whose unused part goes to the others."""
    TABLE = 4
    """As STATIC, with a row of weights for each step, committed before the period starts."""
    VAST = 5
    """Protocol "energiedelen", Flanders: fixed shares of what the others inject."""
    RELATIEF = 6
    """Protocol "energiedelen": each producer's energy by the others' shares, scaled to the whole."""
    OPTIMAAL = 7
    """Protocol "energiedelen": RELATIEF again and again on what is left, until nothing moves."""


WEIGHING: Final = frozenset({Rule.STATIC, Rule.WEIGHTED, Rule.VAST, Rule.RELATIEF, Rule.OPTIMAAL})
"""Rules with one weight for each point."""
ENERGIEDELEN: Final = frozenset({Rule.VAST, Rule.RELATIEF, Rule.OPTIMAAL})
"""Rules that look at all producers at once: such a stage stands alone in its key."""


@dataclass(frozen=True)
class Stage:
    """One rule and whom it serves: a group (0 = no filter) or points, which weights in ppm go with.

    `producers` are the production points whose energy it shares, in a key per producer; none named means all.
    """

    rule: Rule
    group: int = 0
    points: tuple[PointIndex, ...] = ()
    producers: tuple[PointIndex, ...] = ()
    weights: tuple[int, ...] = ()


def check_stage(at: int, stage: Stage, per_producer: bool) -> None:
    """Refuse a stage that cannot be applied, for the reason and in the order the contracts do."""
    if stage.producers and not per_producer:
        raise KeyInvalid(KeyFault.PRODUCERS_POOLED, "producers are for keys with perProducer true", at)
    _check_distinct(KeyFault.PRODUCER_REPEATED, "producer", stage.producers, at)
    if stage.group and stage.points:
        raise KeyInvalid(KeyFault.GROUP_AND_POINTS, f"group {stage.group} and points together; name one of them", at)
    _check_distinct(KeyFault.POINT_REPEATED, "point", stage.points, at)
    if stage.rule not in WEIGHING:
        if stage.weights:
            raise KeyInvalid(KeyFault.WEIGHTS_NOT_ALLOWED, f"{stage.rule.name} takes no weights", at)
        return
    if not stage.points:
        raise KeyInvalid(KeyFault.POINTS_MISSING, f"{stage.rule.name} needs points, with a weight each", at)
    if len(stage.points) != len(stage.weights):
        counts = f"{len(stage.points)} points and {len(stage.weights)} weights"
        raise KeyInvalid(KeyFault.LENGTHS_DIFFER, f"{counts}; give each point one weight", at)
    for point, weight in zip(stage.points, stage.weights, strict=True):
        if not 0 <= weight <= PPM:
            raise KeyInvalid(KeyFault.WEIGHT_TOO_LARGE, f"weight {weight} of point {point} is over 1000000 ppm", at)
    if stage.rule is not Rule.WEIGHTED and sum(stage.weights) > PPM:
        message = f"weights add up to {sum(stage.weights)}, over 1000000 ppm"
        raise KeyInvalid(KeyFault.WEIGHTS_SUM_TOO_LARGE, message, at)


def _check_distinct(fault: KeyFault, name: str, points: tuple[PointIndex, ...], at: int) -> None:
    seen: set[int] = set()
    for point in points:
        if point in seen:
            raise KeyInvalid(fault, f"{name} {point} stands twice", at)
        seen.add(point)
