"""Allocation keys: which rule shares production, among whom, in which order.

A key is an ordered list of stages. Production enters the first, what a stage leaves passes on to the next, what the
last leaves is surplus. An `AllocationKey` that exists is valid: one that could not be applied, or that the contracts
would refuse, raises `KeyInvalid` when it is made, with the fault the contracts name too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import KeyFault, KeyInvalid
from offchain_worker.domain.hashing import abi_encode, keccak
from offchain_worker.domain.key_words import describe
from offchain_worker.domain.quantities import PointIndex
from offchain_worker.domain.stages import ENERGIEDELEN, Rule, Stage, check_stage

__all__ = ["AllocationKey", "Rule", "Stage", "check_points", "describe", "from_abi", "parse"]

SCHEMA: Final = "daisee.key/1"
ABI_TYPE: Final = "(bool,bool,uint8,address,(uint8,uint16,uint16[],uint16[],uint32[])[])"
NO_COMMITTER: Final = "0x" + "00" * 20
MAX_DECIMALS: Final = 18


@dataclass(frozen=True)
class AllocationKey:
    """Mirror of `AllocationKey` in `contracts/Types.sol`."""

    stages: tuple[Stage, ...]
    per_producer: bool = False
    self_sharing: bool = True
    coefficient_decimals: int = 0
    committer: str = NO_COMMITTER

    def __post_init__(self) -> None:
        _check(self)

    @property
    def tables(self) -> tuple[int, ...]:
        """Stages, from 0, whose weights stand in a table."""
        return tuple(at for at, stage in enumerate(self.stages) if stage.rule is Rule.TABLE)

    def abi(self) -> tuple[Any, ...]:
        """Return the key as the contracts take it."""
        stages = [(int(s.rule), s.group, list(s.points), list(s.producers), list(s.weights)) for s in self.stages]
        return (self.per_producer, self.self_sharing, self.coefficient_decimals, self.committer, stages)

    def hash(self) -> bytes:
        """Return `keyHash = keccak256(abi.encode(key))`."""
        return keccak(abi_encode([ABI_TYPE], [self.abi()]))

    def document(self) -> dict[str, Any]:
        """Return the key as its JSON document."""
        return {
            "schema": SCHEMA,
            "perProducer": self.per_producer,
            "selfSharing": self.self_sharing,
            "coefficientDecimals": self.coefficient_decimals,
            "committer": self.committer,
            "stages": [
                {
                    "rule": stage.rule.name,
                    "group": stage.group,
                    "points": list(stage.points),
                    "producers": list(stage.producers),
                    "weights": list(stage.weights),
                }
                for stage in self.stages
            ],
        }

    def to_json(self) -> str:
        """Return the canonical JSON text."""
        return canonical.dumps(self.document()).decode()


def parse(text: str | bytes) -> AllocationKey:
    """Read a key from its JSON document; raises `DocumentInvalid` or `KeyInvalid`."""
    document = canonical.loads(text, SCHEMA)
    return AllocationKey(
        stages=tuple(
            _stage(at, stage["rule"], stage["group"], stage["points"], stage["producers"], stage["weights"])
            for at, stage in enumerate(document["stages"])
        ),
        per_producer=document["perProducer"],
        self_sharing=document["selfSharing"],
        coefficient_decimals=document["coefficientDecimals"],
        committer=document["committer"].lower(),
    )


def from_abi(values: Sequence[Any]) -> AllocationKey:
    """Return the key a contract or an event gave."""
    per_producer, self_sharing, decimals, committer, stages = values
    return AllocationKey(
        stages=tuple(_stage(at, *stage) for at, stage in enumerate(stages)),
        per_producer=per_producer,
        self_sharing=self_sharing,
        coefficient_decimals=decimals,
        committer=committer.lower(),
    )


def check_points(
    key: AllocationKey,
    consumption_points: Collection[int],
    groups: Collection[int] | None = None,
    production_points: Collection[int] = (),
) -> None:
    """Refuse a key that serves a point outside `consumption_points`, shares the energy of one outside
    `production_points`, or names a group outside `groups` if these are given.
    """
    for at, stage in enumerate(key.stages):
        for producer in stage.producers:
            if producer in consumption_points and producer not in production_points:
                raise KeyInvalid(KeyFault.PRODUCER_NOT_PRODUCING, f"point {producer} consumes, it is no producer", at)
            if producer not in production_points:
                message = f"producer {producer} is not a production point of the roster"
                raise KeyInvalid(KeyFault.PRODUCER_UNKNOWN, message, at)
        for point in stage.points:
            if point in production_points and point not in consumption_points:
                raise KeyInvalid(KeyFault.POINT_NOT_CONSUMING, f"point {point} produces, it cannot be served", at)
            if point not in consumption_points:
                raise KeyInvalid(KeyFault.POINT_UNKNOWN, f"point {point} is not a consumption point of the roster", at)
        if groups is not None and stage.group and stage.group not in groups:
            raise KeyInvalid(KeyFault.GROUP_UNKNOWN, f"no consumption point is in group {stage.group}", at)


def _stage(
    at: int, rule: int | str, group: int, points: Sequence[int], producers: Sequence[int], weights: Sequence[int]
) -> Stage:
    try:
        known = Rule[rule] if isinstance(rule, str) else Rule(rule)
    except (KeyError, ValueError):
        raise KeyInvalid(KeyFault.NOT_SUPPORTED, f"rule {rule} is not supported", at) from None
    return Stage(known, group, tuple(map(PointIndex, points)), tuple(map(PointIndex, producers)), tuple(weights))


def _check(key: AllocationKey) -> None:
    if not key.self_sharing and not key.per_producer:
        message = "selfSharing false needs perProducer true: in a pool nobody's energy is told apart"
        raise KeyInvalid(KeyFault.SELF_SHARING_POOLED, message)
    if not 0 <= key.coefficient_decimals <= MAX_DECIMALS:
        message = f"coefficientDecimals {key.coefficient_decimals} is over {MAX_DECIMALS}"
        raise KeyInvalid(KeyFault.DECIMALS_TOO_LARGE, message)
    if not key.stages:
        raise KeyInvalid(KeyFault.NO_STAGES, "no stages; give one at least")
    for at, stage in enumerate(key.stages):
        check_stage(at, stage, key.per_producer)
        if stage.rule in ENERGIEDELEN and not _stands_alone(key, stage):
            message = f"{stage.rule.name} stands alone, with perProducer true, selfSharing false and no producers named"
            raise KeyInvalid(KeyFault.RULE_NOT_ALONE, message, at)
    if key.tables and key.committer == NO_COMMITTER:
        raise KeyInvalid(KeyFault.COMMITTER_MISSING, "a TABLE stage needs a committer, who gives its rows")
    if not key.tables and key.committer != NO_COMMITTER:
        raise KeyInvalid(KeyFault.COMMITTER_UNUSED, "a committer without a TABLE stage; write the zero address")


def _stands_alone(key: AllocationKey, stage: Stage) -> bool:
    plain = not stage.producers and not key.coefficient_decimals and len(key.stages) == 1
    return plain and key.per_producer and not key.self_sharing
