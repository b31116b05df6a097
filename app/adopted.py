"""What a vote changed: the rules its execution put in force, from which month until which, and what else ruled then."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app.data import Place, community
from app.tallies import Motion
from app.written import local
from offchain_worker.chain.connection import BlockStamp
from offchain_worker.domain.rules import RuleHashes

KINDS = {
    "KeyAdopted": "keyHash",
    "TariffAdopted": "tariffHash",
    "ConformityAdopted": "conformityHash",
    "ProgramAdopted": "programHash",
}


@dataclass(frozen=True)
class Adoption:
    """A rule as adopted: `until` is the second its successor takes effect, 0 while it has none."""

    kind: str
    digest: bytes
    effective_at: int
    until: int
    hashes: RuleHashes


@st.cache_data(max_entries=32, show_spinner=False)
def by(place: Place, block: BlockStamp, motion: Motion) -> list[Adoption]:
    """What the execution of a proposal adopted; nothing while it was not executed."""
    if motion.executed is None:
        return []
    rules, found = community(place).rules, []
    for kind, field in KINDS.items():
        events = list(rules.events(kind, block=block.number))
        for event in events:
            if event["transactionHash"].to_0x_hex() == motion.executed.transaction:
                at = int(event["args"]["effectiveAt"])
                later = [int(e["args"]["effectiveAt"]) for e in events if int(e["args"]["effectiveAt"]) > at]
                hashes = rules.hashes_at(at, block.number)
                found.append(Adoption(kind, bytes(event["args"][field]), at, min(later, default=0), hashes))
    return found


def first_month(time: int, zone: str) -> int:
    """The first month whose first second is not before `time`: a month runs under the rules of its first second."""
    at = local(time, zone)
    begins = (at.day, at.hour, at.minute, at.second) == (1, 0, 0, 0)
    if begins:
        return at.year * 100 + at.month
    return (at.year + at.month // 12) * 100 + at.month % 12 + 1


def before(period: int) -> int:
    """The month before."""
    return period - 1 if period % 100 > 1 else period - 89


@st.cache_data(max_entries=32, show_spinner=False)
def computed_under(place: Place, block: BlockStamp, adoption: Adoption) -> list[int]:
    """The months opened so far whose rules hold this one."""
    found, kind = community(place), adoption.kind.removesuffix("Adopted").lower()
    listed = []
    for period in found.meter_data.periods(block.number):
        start = found.meter_data.period(period, block.number).start
        if (
            getattr(found.rules.hashes_at(start, block.number), kind) == adoption.digest
            and start >= adoption.effective_at
        ) and (not adoption.until or start < adoption.until):
            listed.append(int(period))
    return listed
