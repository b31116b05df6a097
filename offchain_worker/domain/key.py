"""Allocation keys: which rule shares production, among whom, in which order.

A key is an ordered list of stages. Production enters the first, what a stage leaves passes on to the next, what the
last leaves is surplus. An `AllocationKey` that exists is valid: one that could not be applied, or that the contracts
would refuse, raises `KeyInvalid` when it is made, with the fault the contracts name too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import KeyFault, KeyInvalid
from offchain_worker.domain.hashing import abi_encode, keccak
from offchain_worker.domain.quantities import PPM, PointIndex

SCHEMA: Final = "daisee.key/1"
ABI_TYPE: Final = "(bool,bool,uint8,address,(uint8,uint16,uint16[],uint16[],uint32[])[])"
NO_COMMITTER: Final = "0x" + "00" * 20


class Rule(IntEnum):
    """How a stage shares what enters it, with R the production left and d the needs left."""

    PRO_RATA = 0
    """d if R covers all needs, else ⌊R·d/Σd⌋: the legal default in France."""
    STATIC = 1
    """min(d, ⌊R·weight/10^6⌋): fixed shares."""
    EGALITARIAN = 2
    """min(d, L) with the largest L that R covers: everyone the same, up to their need."""


@dataclass(frozen=True)
class Stage:
    """One rule and whom it serves: a group (0 = no filter), or points with a weight in ppm each for `STATIC`."""

    rule: Rule
    group: int = 0
    points: tuple[PointIndex, ...] = ()
    producers: tuple[PointIndex, ...] = ()
    weights: tuple[int, ...] = ()


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
    """Refuse a key that names a point outside `consumption_points`, or a group outside `groups` if these are given."""
    for at, stage in enumerate(key.stages):
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
    if key.per_producer:
        raise KeyInvalid(KeyFault.NOT_SUPPORTED, "perProducer true is not supported")
    if not key.self_sharing:
        raise KeyInvalid(KeyFault.NOT_SUPPORTED, "selfSharing false is not supported")
    if key.coefficient_decimals:
        raise KeyInvalid(KeyFault.NOT_SUPPORTED, "coefficientDecimals other than 0 is not supported")
    if key.committer != NO_COMMITTER:
        raise KeyInvalid(KeyFault.NOT_SUPPORTED, "a committer is not supported, write the zero address")
    if not key.stages:
        raise KeyInvalid(KeyFault.NO_STAGES, "no stages; give one at least")
    for at, stage in enumerate(key.stages):
        _check_stage(at, stage)


def _check_stage(at: int, stage: Stage) -> None:
    if stage.producers:
        raise KeyInvalid(KeyFault.NOT_SUPPORTED, "producers need perProducer, which is not supported", at)
    if stage.group and stage.points:
        raise KeyInvalid(KeyFault.GROUP_AND_POINTS, f"group {stage.group} and points together; name one of them", at)
    seen: set[int] = set()
    for point in stage.points:
        if point in seen:
            raise KeyInvalid(KeyFault.POINT_REPEATED, f"point {point} stands twice", at)
        seen.add(point)
    if stage.rule is not Rule.STATIC:
        if stage.weights:
            raise KeyInvalid(KeyFault.WEIGHTS_NOT_ALLOWED, f"{stage.rule.name} takes no weights", at)
        return
    if not stage.points:
        raise KeyInvalid(KeyFault.POINTS_MISSING, "STATIC needs points, with a weight each", at)
    if len(stage.points) != len(stage.weights):
        counts = f"{len(stage.points)} points and {len(stage.weights)} weights"
        raise KeyInvalid(KeyFault.LENGTHS_DIFFER, f"{counts}; give each point one weight", at)
    for point, weight in zip(stage.points, stage.weights, strict=True):
        if not 0 <= weight <= PPM:
            raise KeyInvalid(KeyFault.WEIGHT_TOO_LARGE, f"weight {weight} of point {point} is over 1000000 ppm", at)
    if sum(stage.weights) > PPM:
        message = f"weights add up to {sum(stage.weights)}, over 1000000 ppm"
        raise KeyInvalid(KeyFault.WEIGHTS_SUM_TOO_LARGE, message, at)


def describe(key: AllocationKey, lang: str = "en", groups: Mapping[int, str] | None = None) -> list[str]:
    """Return the key in words, one sentence per stage and one for the rest; `groups` gives the groups' names.

    `lang` is `"fr"` or `"en"`.
    """
    words = _WORDS[lang]
    sentences = []
    for at, stage in enumerate(key.stages):
        share = ", ".join(
            words["weight"].format(point=point, percent=_percent(weight, words["comma"]))
            for point, weight in zip(stage.points, stage.weights, strict=False)
        )
        if stage.group:
            name = (groups or {}).get(stage.group)
            whom = words["named group"].format(name=name) if name else words["group"].format(group=stage.group)
        elif stage.points:
            whom = words["points"].format(points=", ".join(map(str, stage.points)))
        else:
            whom = words["all"]
        source = words["first" if at == 0 else "next"]
        sentences.append(words[stage.rule.name].format(source=source, whom=whom, shares=share))
    return [*sentences, words["rest"]]


def _percent(ppm: int, comma: str) -> str:
    whole, part = divmod(ppm, 10_000)
    return f"{whole}{comma}{part:04d}".rstrip("0") if part else str(whole)


_WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "comma": ".",
        "first": "The local production is shared",
        "next": "What then remains is shared",
        "all": "all consumers",
        "group": "the consumers of group {group}",
        "named group": "the consumers of the {name} group",
        "points": "points {points}",
        "weight": "point {point} {percent} %",
        "PRO_RATA": "{source} among {whom} in proportion to what each consumes.",
        "STATIC": "{source} in fixed shares, each up to what it consumes: {shares}.",
        "EGALITARIAN": "{source} equally among {whom}, each up to what it consumes.",
        "rest": "What nobody took is surplus and goes to the grid.",
    },
    "fr": {
        "comma": ",",
        "first": "La production locale est répartie",
        "next": "Ce qui reste ensuite est réparti",
        "all": "tous les consommateurs",
        "group": "les consommateurs du groupe {group}",
        "named group": "les consommateurs du groupe {name}",
        "points": "les points {points}",
        "weight": "point {point} {percent} %",
        "PRO_RATA": "{source} entre {whom} au prorata de ce que chacun consomme.",
        "STATIC": "{source} en parts fixes, chacune dans la limite de ce qui est consommé : {shares}.",
        "EGALITARIAN": "{source} à parts égales entre {whom}, chacun dans la limite de ce qu'il consomme.",
        "rest": "Ce que personne n'a pris est le surplus, livré au réseau.",
    },
}
