"""The terms of a task: everything the chain says a worker must compute on, checked to be one coherent whole.

A task names its rules, roster and dataset by hash. `check` compares each with the thing itself, so that a result can
never be made from other rules than those in force, or by another program than the one voted.
"""

from __future__ import annotations

from dataclasses import dataclass

from offchain_worker.domain import canonical, conformity_rules
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.report import Task, task_id
from offchain_worker.domain.roster import Roster
from offchain_worker.domain.rules import RuleHashes
from offchain_worker.domain.table import Table
from offchain_worker.domain.tariff import Tariff

from . import manifest as manifests
from .manifest import Manifest


class TermsDiffer(DaiseeError):
    """What a task names by hash is not what was given."""


@dataclass(frozen=True)
class Terms:
    """A task with the chain, contracts, roster and rules it names; `conformity` is the document as it is on chain,
    `table` the committed weights of a key that has some.
    """

    chain_id: int
    hub: str
    registry: str
    task: Task
    roster: Roster
    key: AllocationKey
    tariff: Tariff
    conformity: bytes
    table: Table | None = None

    @property
    def task_id(self) -> bytes:
        """What the workers sign, beside the report's hash."""
        return task_id(self.chain_id, self.hub, self.task)

    @property
    def conformity_rules(self) -> ConformityRules:
        """The conformity rules, read."""
        return conformity_rules.parse(self.conformity)

    @property
    def end(self) -> int:
        """The end of the period, UTC seconds."""
        return self.task.start + self.task.steps * self.task.step_seconds


def check(terms: Terms, program: bytes, manifest: bytes) -> Manifest:
    """Compare everything with the task's hashes; returns the manifest, read. Raises TermsDiffer naming what differs."""
    task = terms.task
    hashes = RuleHashes(terms.key.hash(), terms.tariff.hash(), canonical.digest(terms.conformity), program)
    _same("the roster", terms.roster.hash(), task.roster_hash)
    _same("the rules with this program", hashes.hash(), task.rules_hash)
    _same("the dataset manifest", canonical.digest(manifest), task.input_digest)
    found = manifests.loads(manifest)
    for name, given, wanted in (
        ("chain", found.chain_id, terms.chain_id),
        ("registry", found.registry, terms.registry.lower()),
        ("period", found.period, task.period),
        ("start", found.start, task.start),
        ("end", found.end, terms.end),
        ("step length", found.step_seconds, task.step_seconds),
        ("columns", len(found.columns), task.columns),
        ("points", [entry.point for entry in found.columns], [column.point for column in terms.roster.columns]),
        ("roster", found.roster_hash, task.roster_hash),
    ):
        if given != wanted:
            raise TermsDiffer(f"the dataset's {name} is {_shown(given)}, the task's {_shown(wanted)}; publish it again")
    return found


def _same(name: str, given: bytes, wanted: bytes) -> None:
    if given != wanted:
        raise TermsDiffer(f"{name}: 0x{given.hex()}, but the task names 0x{wanted.hex()}")


def _shown(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
