"""What a proposal would have done in past months: to the viewer's own bill, to the community and its groups.

Where the proposal names an answer that was pinned for the members, that is read with the viewer's keys and checked
against the chain. Elsewhere it is worked out from what the viewer may read, or not shown: no figure is made up. The
months are compared with how they were billed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from app import data, own_share
from app.data import Place, Records
from app.own_share import Figures, NotFromOwnData
from app.reader import SessionReader, open_keys
from app.troubles import CLOSED
from app.viewer import Viewer
from offchain_worker.chain.connection import BlockStamp
from offchain_worker.domain import key as keys
from offchain_worker.domain import tariff as tariffs
from offchain_worker.domain.errors import DaiseeError, DocumentInvalid
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.tariff import Tariff
from offchain_worker.jobs import what_if
from offchain_worker.jobs.bands import bands
from offchain_worker.simulate import confirmation
from offchain_worker.simulate.confirmation import ConfirmationInvalid
from offchain_worker.storage.identity import ReadingIdentity
from offchain_worker.storage.store import StoreError

MONTHS = 12


@dataclass(frozen=True)
class MonthEffect:
    """A member's month as billed, and as it would have been; `workers` how many confirmed the pinned answer it is from,
    None if it was worked out from the member's own data."""

    period: int
    now: Figures
    then: Figures
    workers: int | None


@dataclass(frozen=True)
class GroupEffect:
    """A group's month: µkWh consumed, got, and what it would have got."""

    period: int
    group: int
    consumed: int
    now: int
    then: int


@dataclass(frozen=True)
class CommunityEffect:
    """The community's month from a pinned answer; who would have paid less and more counts the supplier's price.

    The fairness indices are in ppm, by name, as `domain.fairness.of_shares` gives them."""

    period: int
    allocated_now: int
    allocated_then: int
    winners: int
    losers: int
    supplier: int
    fairness_now: dict[str, int]
    fairness_then: dict[str, int]


@dataclass(frozen=True)
class Effects:
    """What can be shown to the viewer, the newest month last; `missing` says of the others why not."""

    mine: list[MonthEffect] = field(default_factory=list)
    groups: list[GroupEffect] = field(default_factory=list)
    community: list[CommunityEffect] = field(default_factory=list)
    missing: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Trial:
    """The rule to try: a key, a tariff or both, with the digests of pinned answers about it and of the workers'
    signatures under them."""

    key: AllocationKey | None
    tariff: Tariff | None
    answers: tuple[bytes, ...] = ()
    confirmations: tuple[bytes, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is no rule to try."""
        return self.key is None and self.tariff is None


def of(place: Place, block: BlockStamp, viewer: Viewer, trial: Trial) -> Effects:
    """The effects of a rule as far as the viewer's keys open them; all empty without keys or a rule to try."""
    if viewer.identity is None or trial.empty:
        return Effects()
    return _computed(place, block, viewer.address, trial, viewer, viewer.identity)


@st.cache_data(max_entries=8, show_spinner=False, scope="session")
def _computed(
    place: Place,
    block: BlockStamp,
    address: str,  # noqa: ARG001 - with the session, what tells viewers apart
    trial: Trial,
    _viewer: Viewer,
    _identity: ReadingIdentity,
) -> Effects:
    """Remembered for the viewer's own session, under the viewer's address."""
    found, viewer = Effects(), _viewer
    asked = _asked(place, trial)
    # The oldest of the last months first.
    for period in data.periods(place, block)[:MONTHS][::-1]:
        records = data.records(place, block, period)
        if records.accepted is None:
            continue
        try:
            keys = open_keys(place, block, records, _identity)
            reader = SessionReader(place, block, records, viewer.address, keys)
            _add(found, reader, viewer, trial, asked.get(int(period)))
        except (*CLOSED, StoreError):
            found.missing.append((int(period), "closed"))
        except NotFromOwnData:
            found.missing.append((int(period), "depends"))
    return found


def _asked(place: Place, trial: Trial) -> dict[int, bytes]:
    """The pinned answers that are named, by month; one that cannot be fetched is none."""
    found = {}
    for digest in trial.answers:
        try:
            found[int(what_if.question(place.blobs, digest)["period"])] = digest
        except DaiseeError:
            continue
    return found


def _add(found: Effects, reader: SessionReader, viewer: Viewer, trial: Trial, digest: bytes | None) -> None:
    records = reader.records
    period = int(records.period_id)
    key = trial.key or records.rules.key
    tariff = trial.tariff or records.rules.tariff
    totals = reader.community()
    shown_of_groups = _groups(records, totals, key)
    found.groups.extend(shown_of_groups)
    pinned = _pinned(reader, digest, key, tariff, trial.confirmations) if digest is not None else None
    if pinned is not None:
        found.community.append(_community(period, pinned, reader))
    if not records.columns_of(viewer.member):
        return
    now = billed(reader.bill(viewer.member))
    if pinned is not None:
        found.mine.append(MonthEffect(period, now, _of_pinned(reader, viewer.member, pinned, now), pinned.workers))
        return
    columns = records.columns_of(viewer.member)
    energies = {at: own_share.exact(reader.curve(at)["energies"]) for at in columns}
    month = own_share.Month(records.roster, viewer.member, totals, energies)
    lanes = bands(tariff, records.zone, totals["start"], totals["stepSeconds"], len(totals["produced"]))
    found.mine.append(MonthEffect(period, now, own_share.figures(month, key, tariff, lanes), None))


def _groups(records: Records, totals: dict[str, Any], key: AllocationKey) -> list[GroupEffect]:
    """Each group's month; none if the members' totals do not tell what it would have got."""
    try:
        then = own_share.served_groups(records.roster, totals, key)
    except NotFromOwnData:
        return []
    return [
        GroupEffect(
            int(records.period_id),
            entry["group"],
            sum(map(int, entry["consumed"])),
            sum(map(int, entry["allocated"])),
            then[entry["group"]],
        )
        for entry in totals["groups"]
    ]


@dataclass(frozen=True)
class Pinned:
    """A pinned answer to this very question: its digest, where in it the present rules and the proposed ones are, and
    how many of the community's workers computed it again and signed it."""

    digest: bytes
    now: int
    then: int
    supplier: int
    workers: int


def _pinned(
    reader: SessionReader, digest: bytes, key: AllocationKey, tariff: Tariff, confirmations: tuple[bytes, ...]
) -> Pinned | None:
    """The answer, if it was computed from the readings and roster of the chain, for the rules that are proposed."""
    records, rules = reader.records, reader.records.rules
    question = what_if.question(reader.place.blobs, digest)
    chain = {
        "inputDigest": records.period.input_digest,
        "readingsRoot": records.period.readings_root,
        "rosterHash": records.period.roster_hash,
    }
    if any(question[name] != "0x" + value.hex() for name, value in chain.items()):
        return None
    asked = [
        (keys.parse(one).hash(), tariffs.parse(other).hash())
        for one, other in zip(question["keys"], question["tariffs"], strict=True)
    ]
    try:
        now, then = asked.index((rules.key.hash(), rules.tariff.hash())), asked.index((key.hash(), tariff.hash()))
    except ValueError:
        return None
    workers = _workers(reader, digest, confirmations)
    return Pinned(digest, now, then, int(question["supplierMicroEuroPerKwh"]), workers)


def _workers(reader: SessionReader, digest: bytes, confirmations: tuple[bytes, ...]) -> int:
    """How many of the community's workers signed the answer; a document that is none of theirs counts for nobody."""
    found = data.community(reader.place)
    chain_id, registry = found.deployment.chain_id, found.registry.address
    workers = [worker.address for worker in reader.records.workers if worker.active]
    signed: set[str] = set()
    for each in confirmations:
        try:
            document = reader.place.blobs.get(each)
            signed.update(confirmation.confirmed([document], workers, chain_id, registry, digest))
        except (StoreError, ConfirmationInvalid, DocumentInvalid):
            continue
    return len(signed)


def _community(period: int, pinned: Pinned, reader: SessionReader) -> CommunityEffect:
    document = what_if.opened(reader.place.blobs, pinned.digest, reader.keys, None)
    now, then = (document["outcomes"][at] for at in (pinned.now, pinned.then))
    return CommunityEffect(
        period,
        int(now["allocated"]),
        int(then["allocated"]),
        then["winners"],
        then["losers"],
        pinned.supplier,
        now["fairness"],
        then["fairness"],
    )


def _of_pinned(reader: SessionReader, member: int, pinned: Pinned, now: Figures) -> Figures:
    document = what_if.opened(reader.place.blobs, pinned.digest, reader.keys, member)
    then = document["outcomes"][pinned.then]
    bought, sold, debit, credit = (int(then[name]) for name in ("bought", "sold", "debit", "credit"))
    return Figures(now.consumed, now.produced, bought, sold, debit, credit)


def billed(bill: dict[str, Any]) -> Figures:
    """The figures of a bill as the workers made it."""
    sums = {
        (way, what): sum(int(column[what]) for column in bill["columns"] if column["direction"] == way)
        for way in ("consumption", "production")
        for what in ("energy", "local")
    }
    return Figures(
        sums["consumption", "energy"],
        sums["production", "energy"],
        sums["consumption", "local"],
        sums["production", "local"],
        int(bill["debit"]),
        int(bill["credit"]),
    )
