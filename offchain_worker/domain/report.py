"""The whole of a settlement, from readings to the report's commitments: a pure function of its arguments.

Also the one place the other layers import tasks, reports, digests and the trees' leaves from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from offchain_worker.domain import canonical, energy, merkle
from offchain_worker.domain import table as tables
from offchain_worker.domain.allocation import Allocation, share
from offchain_worker.domain.bills import NO_BILL, bill_leaf, bill_salt, bills_root, by_member_and_lane
from offchain_worker.domain.energy import Energies
from offchain_worker.domain.errors import EnergyMisplaced, EnergyTooLarge, SettlementRefused
from offchain_worker.domain.indicators import Indicators, indicators
from offchain_worker.domain.invoice import COMMUNITY, Invoice, credits, debits, invoices, net
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.lanes import lanes as lanes_of
from offchain_worker.domain.pairs import pairs, pairs_of_lanes
from offchain_worker.domain.quantities import MAX_ENERGY, Cents, MicroKwh
from offchain_worker.domain.readings import Readings
from offchain_worker.domain.roster import Roster
from offchain_worker.domain.rules import RuleHashes
from offchain_worker.domain.steps import (
    BLOCK,
    StepState,
    cumulate,
    first_state,
    step_state,
    steps_blocks,
    steps_leaves,
    steps_manifest,
    steps_root,
)
from offchain_worker.domain.table import Table, Weights
from offchain_worker.domain.tariff import Tariff
from offchain_worker.domain.task import (
    NO_TABLE,
    ConformityReport,
    SettlementReport,
    Task,
    TaskKind,
    Verdict,
    attestation_digest,
    conformity_report_from_abi,
    net_hash,
    report_hash,
    settlement_report_from_abi,
    task_from_abi,
    task_id,
)

__all__ = [
    "BLOCK",
    "NO_BILL",
    "NO_TABLE",
    "ConformityReport",
    "Readings",
    "RuleHashes",
    "Settlement",
    "SettlementReport",
    "StepState",
    "Task",
    "TaskKind",
    "Verdict",
    "attestation_digest",
    "bill_leaf",
    "bill_salt",
    "bills_root",
    "conformity_report_from_abi",
    "cumulate",
    "first_state",
    "net_hash",
    "report_hash",
    "settle",
    "settlement_report_from_abi",
    "step_state",
    "steps_blocks",
    "steps_leaves",
    "steps_manifest",
    "steps_root",
    "task_from_abi",
    "task_id",
]


@dataclass(frozen=True)
class Settlement:
    """Everything a period's settlement comes to, and what its commitments are made from.

    `energies` and `cumulated` are what each column of the roster bought or sold, by step and so far by lane (flat at
    column · lanes + lane; a lane is a price band, with a key per producer number producer · bands + band); `produced` and `allocated` are the totals so far after each step; `pairs` has shape
    (bands, consumption columns, production columns); lists of money and leaves go by member index.
    """

    task: Task
    task_id: bytes
    roster: Roster
    readings: Readings
    lanes: int
    allocation: Allocation
    energies: Energies
    cumulated: Energies
    produced: Energies
    allocated: Energies
    pairs: Energies
    invoices: tuple[Invoice, ...]
    debits: tuple[int, ...]
    credits: tuple[int, ...]
    net: tuple[int, ...]
    steps_leaves: tuple[bytes, ...]
    bill_leaves: tuple[bytes, ...]

    @cached_property
    def steps_root(self) -> bytes:
        """`stepsRoot`."""
        return steps_root(self.steps_leaves)

    @cached_property
    def steps_blocks(self) -> list[bytes]:
        """Blocks of 1,024 leaves, the artefacts the manifest names."""
        return steps_blocks(self.steps_leaves)

    @cached_property
    def steps_manifest(self) -> bytes:
        """Canonical bytes whose sha256 is `stepsDigest`."""
        return steps_manifest(self.steps_leaves)

    @cached_property
    def bills_root(self) -> bytes:
        """`billsRoot`."""
        return bills_root(self.bill_leaves)

    @cached_property
    def net_hash(self) -> bytes:
        """`netHash`."""
        return net_hash(self.task_id, self.net)

    @cached_property
    def indicators(self) -> Indicators:
        """Totals and rates of the period."""
        consumption = self.readings.energies[:, list(self.roster.consumption)]
        production = self.readings.energies[:, list(self.roster.production)]
        return indicators(consumption, production, self.allocation)

    def state(self, t: int) -> StepState:
        """Return the state after step t; t = -1 is the state before the first step."""
        if t == -1:
            return first_state(len(self.roster.columns), self.lanes)
        header = self.readings.header(t)
        return step_state(header, int(self.produced[t]), int(self.allocated[t]), self.cumulated[t].tolist())

    def by_member(self, member: int) -> tuple[list[int], list[int]]:
        """Return the µkWh a member bought and sold, by lane."""
        return by_member_and_lane(self.roster, self.cumulated[-1], self.lanes, member)

    def bill_salt(self, member: int) -> bytes:
        """Return the salt of a member's bill."""
        return bill_salt(self.readings.header(self.task.steps - 1), self.task_id, member)

    def bill_proof(self, member: int) -> list[bytes]:
        """Return the siblings of a member's bill leaf up to `bills_root`."""
        return merkle.proof(self.bill_leaves, member)

    def report(self, result_digest: bytes) -> SettlementReport:
        """Return the report, given where the artefacts are."""
        return SettlementReport(
            canonical.digest(self.steps_manifest),
            self.steps_root,
            result_digest,
            self.bills_root,
            self.net_hash,
            MicroKwh(int(self.produced[-1])),
            MicroKwh(int(self.allocated[-1])),
            Cents(sum(self.debits)),
        )


def settle(
    task: Task,
    chain_id: int,
    hub: str,
    roster: Roster,
    readings: Readings,
    key: AllocationKey,
    tariff: Tariff,
    table: Table | None = None,
) -> Settlement:
    """Compute a period's settlement.

    `table` is the one the task's `tableRoot` commits; where that is zero, the key's TABLE stages give nothing. Raises
    `SettlementRefused` if roster, readings or table are not those the task binds, or if there are more than 16 lanes, `EnergyMisplaced` for energy outside
    a participation, `EnergyTooLarge` beyond 2^63 - 1 µkWh over the period, `TariffIncomplete`, `MoneyTooLarge`.
    """
    _check(task, roster, readings, tariff)
    lanes = lanes_of(key, tariff.bands, len(roster.production))
    rows = _rows(task, key, table)
    identity = task_id(chain_id, hub, task)
    consumption = np.ascontiguousarray(readings.energies[:, list(roster.consumption)])
    production = np.ascontiguousarray(readings.energies[:, list(roster.production)])
    for name, energies in (("consumption", consumption), ("production", production)):
        if energies.shape[1]:
            energy.check(energies, name)
    if max(energy.total(production), energy.total(consumption)) > MAX_ENERGY:
        raise EnergyTooLarge(f"settlement: more than {MAX_ENERGY} µkWh over the period")
    allocation = share(consumption, production, key, roster, rows)
    shared = np.zeros_like(readings.energies)
    shared[:, list(roster.consumption)] = allocation.allocated
    shared[:, list(roster.production)] = allocation.sold
    whose = None if allocation.by_producer is None else _by_producer(allocation, roster)
    cumulated = cumulate(shared, readings.bands, tariff.bands, whose)
    produced = np.cumsum(production.sum(axis=1))
    allocated = np.cumsum(allocation.allocated.sum(axis=1))
    totals = cumulated[-1].reshape(len(roster.columns), lanes)
    if whose is None:
        paired = pairs(totals[list(roster.consumption)], totals[list(roster.production)])
    else:
        paired = pairs_of_lanes(totals[list(roster.consumption)], len(roster.production), tariff.bands)
    issued = invoices(paired, roster, tariff)
    received, earned = debits(issued, roster.highest_member), credits(issued, roster.highest_member)
    headers = [readings.header(t) for t in range(readings.steps)]
    bills = [NO_BILL] * (roster.highest_member + 1)
    for member in (COMMUNITY, *roster.members):
        bought, sold = by_member_and_lane(roster, cumulated[-1], lanes, member)
        salt = bill_salt(headers[-1], identity, member)
        bills[member] = bill_leaf(identity, member, bought, sold, received[member], earned[member], salt)
    return Settlement(
        task=task,
        task_id=identity,
        roster=roster,
        readings=readings,
        lanes=lanes,
        allocation=allocation,
        energies=shared,
        cumulated=cumulated,
        produced=produced,
        allocated=allocated,
        pairs=paired,
        invoices=tuple(issued),
        debits=tuple(received),
        credits=tuple(earned),
        net=tuple(net(issued, roster.highest_member)),
        steps_leaves=tuple(steps_leaves(headers, produced.tolist(), allocated.tolist(), cumulated)),
        bill_leaves=tuple(bills),
    )


def _rows(task: Task, key: AllocationKey, table: Table | None) -> dict[int, Weights]:
    if task.table_root == NO_TABLE:
        if table is not None:
            raise SettlementRefused(f"settlement of {task.period}: a table, but the task names none")
        return {}
    if table is None or table.root != task.table_root:
        raise SettlementRefused(f"settlement of {task.period}: the table does not lead to the task's tableRoot")
    tables.check(table, key, task.start, task.step_seconds, task.steps)
    return tables.rows_of(table, key, task.steps)


def _by_producer(allocation: Allocation, roster: Roster) -> Energies:
    """What each column of the roster bought of, or sold as, each production column: (steps, columns, producers)."""
    assert allocation.by_producer is not None
    steps, _, producers = allocation.by_producer.shape
    found = np.zeros((steps, len(roster.columns), max(1, producers)), np.int64)
    for position, at in enumerate(roster.production):
        found[:, list(roster.consumption), position] = allocation.by_producer[:, :, position]
        found[:, at, position] = allocation.sold[:, position]
    return found


def _check(task: Task, roster: Roster, readings: Readings, tariff: Tariff) -> None:
    if task.kind is not TaskKind.SETTLEMENT:
        raise SettlementRefused(f"settlement of {task.period}: the task asks for a {task.kind.name.lower()} report")
    if roster.hash() != task.roster_hash or len(roster.columns) != task.columns:
        raise SettlementRefused(f"settlement of {task.period}: the roster is not the one the task binds")
    if (readings.steps, readings.columns) != (task.steps, task.columns):
        shape = f"{readings.steps} steps and {readings.columns} columns"
        raise SettlementRefused(
            f"settlement of {task.period}: readings of {shape}, task of {task.steps}, {task.columns}"
        )
    if readings.tree.root != task.readings_root:
        raise SettlementRefused(f"settlement of {task.period}: the readings do not lead to the task's readingsRoot")
    if int(readings.bands.max()) >= tariff.bands:
        raise SettlementRefused(f"settlement of {task.period}: a step in band {readings.bands.max()} of {tariff.bands}")
    starts = task.start + task.step_seconds * np.arange(task.steps, dtype=np.int64)
    for at, column in enumerate(roster.columns):
        outside = (starts < min(column.start, MAX_ENERGY)) | (starts >= min(column.end, MAX_ENERGY))
        if readings.energies[outside, at].any():
            raise EnergyMisplaced(f"settlement of {task.period}, column {at}: energy outside its participation")
