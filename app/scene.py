"""What every page needs: the language, the place, the block, who is looking; most also a period and what keys open of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import streamlit as st

from app import data
from app.data import Place, Records
from app.flows import ALL_PLANTS, Kind, Node
from app.names import Names
from app.reader import Reader, SessionReader, open_keys
from app.troubles import CLOSED
from app.viewer import Viewer
from app.words import Words
from offchain_worker.chain.connection import BlockStamp
from offchain_worker.chain.meter_data import PeriodState
from offchain_worker.chain.settlement import SettlementState
from offchain_worker.domain.quantities import PeriodId
from offchain_worker.storage.store import StoreError


@dataclass(frozen=True)
class Surroundings:
    """What every page needs, also while no period exists."""

    say: Words
    names: Names
    place: Place
    block: BlockStamp
    viewer: Viewer


@dataclass(frozen=True)
class Scene(Surroundings):
    """A period's surroundings. `reader` is None for who has no keys to the period; `trouble` says why, if it is odd."""

    records: Records
    reader: Reader | None
    trouble: Exception | None

    @property
    def period(self) -> PeriodId:
        """The period looked at."""
        return self.records.period_id

    @property
    def zone(self) -> str:
        """The community's time zone."""
        return self.records.zone

    @property
    def state(self) -> str:
        """Where the period stands, as the catalogue names it."""
        if self.records.record.state is not SettlementState.NONE:
            return self.records.record.state.name.lower()
        return self.records.period.state.name.lower()

    def happened(self, name: str) -> str:
        """The local date of something that happened (`created`, `data`, `checked`, `reported`, `settled`)."""
        return self.say.date(self.records.events[name].timestamp, self.zone)

    def day(self, day: date) -> str:
        """A day of the month looked at, `Tue 21 June`."""
        return f"{self.say.weekday(day.weekday())} {day.day} {self.say(f'dates.month.{day.month}')}"

    def plant(self, point: int) -> str:
        """A production point's name."""
        columns = (column for column in self.records.roster.columns if column.point == point)
        source = next((column.source.name.lower() for column in columns), "other")
        return self.names.producer(self.say, point, source)

    def member(self, number: int) -> str:
        """A member as the viewer knows them: the community, themselves, or a number."""
        if number == 0:
            return self.say("common.community")
        you = number == self.viewer.member
        return self.say("common.you" if you else "common.member", number=number)

    def column(self, at: int) -> str:
        """A roster column in words: a plant, or a consumption point by number."""
        column = self.records.roster.columns[at]
        if column.direction.name == "PRODUCTION":
            return self.plant(column.point)
        return self.say("common.meter", point=column.point)

    def node(self, node: Node, of_group: bool = False) -> str:
        """A Sankey node's name."""
        if node == ALL_PLANTS:
            return self.say("flows.all_plants")
        if node.kind is Kind.PLANT:
            return self.plant(node.number)
        if node.kind is Kind.CONSUMER:
            return self.names.group(self.say, node.number) if of_group else self.member(node.number)
        return self.say(f"flows.{node.kind}")


def look(say: Words, names: Names, place: Place, block: BlockStamp, viewer: Viewer, period: PeriodId) -> Scene:
    """Set the scene. Raises ChainUnavailable; a closed or missing envelope only leaves it without a reader."""
    records = data.records(place, block, period)
    reader, trouble = None, None
    if viewer.identity is not None and records.period.state not in (PeriodState.NONE, PeriodState.OPEN):
        try:
            opened = open_keys(place, block, records, viewer.identity)
            reader = SessionReader(place, block, records, viewer.address, opened)
        except (*CLOSED, StoreError) as error:
            trouble = error
    return Scene(say, names, place, block, viewer, records, reader, trouble)


def around() -> Surroundings:
    """The surroundings of a page that needs no period."""
    found: Surroundings = st.session_state["scene"]
    return found


def current() -> Scene:
    """The scene of the running page, as the entry point set it."""
    found: Scene = st.session_state["scene"]
    return found
