"""Drafts of proposals: the rule somebody chooses on the page, from the presets or a file, as the contract takes it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from app import data, votes
from app.scene import Surroundings
from app.written import local
from offchain_worker.chain import proposing
from offchain_worker.chain.errors import ContractRefused
from offchain_worker.chain.proposing import Subject
from offchain_worker.chain.registry import Point
from offchain_worker.domain import key as keys
from offchain_worker.domain import presets
from offchain_worker.domain import tariff as tariffs
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.presets import Parameters, Preset
from offchain_worker.domain.quantities import MicroEuro
from offchain_worker.domain.roster import Direction
from offchain_worker.domain.tariff import Tariff

KEYS = (Preset.DEFAULT_DYNAMIC, Preset.EGALITARIAN, Preset.PRIORITY, Preset.CASCADE, Preset.STATIC, Preset.WEIGHTED)
FILE = "file"
LARGEST = 200_000
PPM_A_PERCENT = 10_000


@dataclass(frozen=True)
class Draft:
    """A call of one of our contracts; which rule it changes and the new one's hash, if any; and the rule itself where
    the months can be computed again under it."""

    target: str
    call: bytes
    subject: Subject | None = None
    rule_hash: bytes = b""
    key: AllocationKey | None = None
    tariff: Tariff | None = None


def key(scene: Surroundings, effective_from: int) -> Draft | None:
    """A key from the presets or a file; None while something is missing. Raises KeyInvalid, DocumentInvalid."""
    say, community = scene.say, data.community(scene.place)
    names = [*KEYS, FILE]
    chosen = st.selectbox(
        say("propose.which_key"), names, format_func=lambda name: say(f"propose.key.{name}"), key="draft-key"
    )
    st.caption(say(f"propose.key_what.{chosen}"))
    if chosen == FILE:
        text = uploaded(say("propose.file"), "draft-file")
        if text is None:
            return None
        made = keys.parse(text)
    else:
        given = _parameters(scene, Preset(chosen))
        if given is None:
            return None
        made = presets.preset(Preset(chosen), given)
    call = proposing.rule_call(community, Subject.KEY, made.to_json(), effective_from)
    return Draft(community.rules.address, call, Subject.KEY, made.hash(), key=made)


def uploaded(label: str, name: str) -> str | None:
    """The text of a JSON file the visitor gives; None without one, or for one larger than any rule."""
    found = st.file_uploader(label, type="json", key=name, max_upload_size=1)
    return None if found is None or found.size > LARGEST else found.getvalue().decode("utf-8", errors="replace")


def _parameters(scene: Surroundings, name: Preset) -> Parameters | None:
    say = scene.say
    if name in (Preset.PRIORITY, Preset.CASCADE):
        groups = _groups(scene)
        ordered = st.multiselect(
            say("propose.groups"),
            groups,
            default=groups,
            format_func=lambda group: scene.names.group(say, group),
            key="draft-groups",
        )
        return Parameters(groups=ordered) if ordered else None
    if name in (Preset.STATIC, Preset.WEIGHTED):
        points = [int(point.index) for point in _consumption(scene)]
        return Parameters(shares=presets.equal_shares(points))
    return Parameters()


def _consumption(scene: Surroundings) -> list[Point]:
    points = data.community(scene.place).registry.points(scene.block.number)
    return [point for point in points if point.direction is Direction.CONSUMPTION]


def _groups(scene: Surroundings) -> list[int]:
    """The groups of the consumers there are now."""
    now = scene.block.timestamp
    roster = data.community(scene.place).registry.roster(now, now + 1, scene.block.number)
    return sorted({roster.columns[at].group for at in roster.consumption})


def tariff(scene: Surroundings, effective_from: int) -> Draft | None:
    """The present tariff with other prices, or one from a file; None while there is no file. Raises TariffInvalid."""
    say, community = scene.say, data.community(scene.place)
    if st.toggle(say("propose.from_file"), help=say("propose.tariff_file_help"), key="draft-tariff-by-file"):
        text = uploaded(say("propose.tariff_file"), "draft-tariff-file")
        made = None if text is None else tariffs.parse(text)
    else:
        made = _priced(scene, votes.rules(scene).tariff)
    if made is None:
        return None
    call = proposing.rule_call(community, Subject.TARIFF, made.to_json(), effective_from)
    return Draft(community.rules.address, call, Subject.TARIFF, made.hash(), tariff=made)


def _priced(scene: Surroundings, now: Tariff) -> Tariff:
    say, community = scene.say, data.community(scene.place)
    points = {int(point.index): point.source.name.lower() for point in community.registry.points(scene.block.number)}
    prices = []
    for at, price in enumerate(now.prices):
        plant = scene.names.producer(say, price.producer, points.get(price.producer, "other"))
        whom = scene.names.group(say, price.group) if price.group else say("rules.all")
        label = say("propose.price", plant=plant, whom=whom)
        micro = _euros(label, price.micro_euro_per_kwh, f"draft-price-{at}")
        prices.append(replace(price, micro_euro_per_kwh=MicroEuro(micro)))
    fee = _euros(say("propose.fee"), now.community_fee, "draft-fee")
    return replace(now, prices=tuple(prices), community_fee=MicroEuro(fee))


def _euros(label: str, micro: int, name: str) -> int:
    found = st.number_input(
        label, min_value=0.0, max_value=10.0, value=micro / 10**6, step=0.005, format="%.4f", key=name, width=360
    )
    return round((found or 0.0) * 10**6)


def quorum(scene: Surroundings) -> Draft:
    """Another quorum for later votes."""
    community = data.community(scene.place)
    now = int(community.governor.call("quorumPpm", block=scene.block.number))
    percent = st.number_input(
        scene.say("propose.quorum"), 1, 100, value=max(1, now // PPM_A_PERCENT), key="draft-quorum", width=360
    )
    call = proposing.encoded(community.governor, "setQuorum", int(percent or 1) * PPM_A_PERCENT)
    return Draft(community.governor.address, call)


def months(scene: Surroundings) -> dict[int, int]:
    """The next months that a vote begun now could change, with the second each begins."""
    community, at = data.community(scene.place), scene.block.number
    governor = community.governor
    waits = (governor.call("votingDelay", block=at), governor.call("votingPeriod", block=at))
    earliest = scene.block.timestamp + sum(map(int, waits)) + int(community.rules.call("notice", block=at))
    day = local(earliest, votes.zone(scene))
    found: dict[int, int] = {}
    year, month = day.year, day.month
    for _ in range(8):
        year, month = year + month // 12, month % 12 + 1
        period = year * 100 + month
        if not _in_calendar(scene, period):
            break
        found[period] = int(community.meter_data.call("boundsOf", period, block=at)[0])
    return found


def _in_calendar(scene: Surroundings, period: int) -> bool:
    try:
        data.community(scene.place).meter_data.call("boundsOf", period, block=scene.block.number)
    except ContractRefused:
        return False
    return True
