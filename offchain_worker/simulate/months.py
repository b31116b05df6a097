"""Where the months come from: the chain and the store for who reads everything, or canonical curves without a chain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from offchain_worker.chain.community import Community
from offchain_worker.domain.energy import Energies
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.quantities import PeriodId
from offchain_worker.domain.roster import Roster
from offchain_worker.domain.table import Table
from offchain_worker.domain.tariff import Tariff
from offchain_worker.domain.task import TaskKind
from offchain_worker.jobs import gathering
from offchain_worker.jobs import manifest as manifests
from offchain_worker.jobs.bands import bands
from offchain_worker.jobs.standardise import standardise
from offchain_worker.jobs.terms import Terms, check
from offchain_worker.meters.zone import offsets
from offchain_worker.storage.encryption import DatasetSecret
from offchain_worker.storage.identity import ReadingIdentity
from offchain_worker.storage.store import ContentStore


class NoMonths(DaiseeError):
    """There is no month to compute with."""


@dataclass(frozen=True)
class Month:
    """A month's readings, int64 µkWh (steps, columns of the roster), with what it is billed by.

    `start` is the UTC second of the first step; `key` is the one in force, with its `table` of weights if it has one;
    None where no chain says so.
    """

    label: str
    start: int
    step_seconds: int
    roster: Roster
    energies: Energies
    bands: npt.NDArray[np.uint8]
    tariff: Tariff
    key: AllocationKey | None
    table: Table | None = None
    time_zone: str = "Europe/Paris"


@dataclass(frozen=True)
class Opened:
    """A period's settlement task with its dataset, opened by a reader of everything."""

    terms: Terms
    dataset: gathering.Dataset
    secret: bytes


def open_period(
    community: Community, store: ContentStore, identity: ReadingIdentity, period: PeriodId
) -> Opened | None:
    """Open a period that passed conformity; None if it has not. Raises EnvelopeError for who may not read everything."""
    block = community.connection.stamp().number
    task = community.hub.current_task(TaskKind.SETTLEMENT, period, block)
    if task is None:
        return None
    envelopes = community.meter_data.envelopes(period, block)
    secret = gathering.secret(store, envelopes, task.task.input_digest, identity)
    dataset = gathering.dataset(store, task.task.input_digest)
    return Opened(gathering.terms(community, task.task, block, store), dataset, secret.secret)


def from_chain(
    community: Community,
    store: ContentStore,
    identity: ReadingIdentity,
    count: int,
    program: bytes,
    tell: Callable[[str], None] = lambda _label: None,
) -> list[Month]:
    """The last `count` months that passed conformity, oldest first. Raises NoMonths, EnvelopeError, TermsDiffer."""
    found: list[Month] = []
    for period in reversed(community.meter_data.periods()):
        if len(found) == count:
            break
        opened = open_period(community, store, identity, period)
        if opened is not None:
            label = f"{period // 100:04d}-{period % 100:02d}"
            tell(label)
            found.append(_month(label, opened, program))
    if not found:
        raise NoMonths("no period on this chain has passed its conformity check yet; see `daisee period status`")
    return found[::-1]


def from_period(
    community: Community, store: ContentStore, identity: ReadingIdentity, period: PeriodId, program: bytes
) -> Month:
    """One month that passed conformity. Raises NoMonths, EnvelopeError, TermsDiffer."""
    label = f"{period // 100:04d}-{period % 100:02d}"
    opened = open_period(community, store, identity, period)
    if opened is None:
        raise NoMonths(f"{label} has not passed its conformity check; see `daisee period status {label}`")
    return _month(label, opened, program)


def _month(label: str, opened: Opened, program: bytes) -> Month:
    terms, reader = opened.terms, DatasetSecret(opened.secret)
    entries = check(terms, program, opened.dataset.manifest).columns
    files = [manifests.raw_files(entry, reader, opened.dataset.blocks) for entry in entries]
    task = terms.task
    readings = standardise(
        terms.roster, files, terms.conformity_rules, terms.tariff, reader, task.start, task.end, task.step_seconds
    ).readings
    return Month(
        label,
        task.start,
        task.step_seconds,
        terms.roster,
        readings.energies,
        readings.bands,
        terms.tariff,
        terms.key,
        terms.table,
        terms.conformity_rules.time_zone,
    )


def from_curves(
    starts: npt.NDArray[np.int64],
    step_seconds: int,
    roster: Roster,
    consumption: Energies,
    production: Energies,
    tariff: Tariff,
    time_zone: str,
    count: int,
) -> list[Month]:
    """Curves cut at local months, the last `count` of them, oldest first; `starts` are UTC seconds."""
    energies = in_roster_order(roster, consumption, production)
    lanes = bands(tariff, time_zone, int(starts[0]), step_seconds, len(starts))
    local = starts + offsets(time_zone, starts)
    months = (local.astype("datetime64[s]").astype("datetime64[M]")).astype(np.int64)
    found = []
    for month in np.unique(months).tolist()[-count:]:
        rows = months == month
        label = f"{1970 + month // 12:04d}-{month % 12 + 1:02d}"
        first = int(starts[rows][0])
        parts = (roster, energies[rows], lanes[rows], tariff, None)
        found.append(Month(label, first, step_seconds, *parts, time_zone=time_zone))
    return found


def in_roster_order(roster: Roster, consumption: Energies, production: Energies) -> Energies:
    """Consumption and production as one array (steps, columns of the roster)."""
    energies = np.empty((len(consumption), len(roster.columns)), np.int64)
    energies[:, list(roster.consumption)] = consumption
    energies[:, list(roster.production)] = production
    return energies
