"""The neighbourhood's community as a worker meets it: its chain as plain objects, its store a real folder.

Only the chain is played here (the demo and the contract tests run the real one); readings, keys, envelopes, signatures
and HTTP are real.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from offchain_worker.chain.connection import BlockStamp
from offchain_worker.chain.errors import ChainUnavailable, ContractRefused
from offchain_worker.chain.hub import Attestation, OpenTask
from offchain_worker.chain.hub import Worker as Seat
from offchain_worker.chain.rule_book import Rules
from offchain_worker.daemon.journal import Journal
from offchain_worker.daemon.worker import Worker
from offchain_worker.domain.report import TaskKind
from offchain_worker.domain.rules import RuleHashes
from offchain_worker.storage import envelopes
from offchain_worker.storage.embedded import EmbeddedStore
from offchain_worker.storage.envelopes import Reader
from offchain_worker.storage.identity import Identity
from tests.jobs import neighbourhood as n

MADE = n.published()
WORKERS = 3
QUORUM = 2


def identity(worker: int) -> Identity:
    """The worker's keys: the same in every run and process."""
    from eth_account import Account

    signing_key = bytes([worker + 1]) * 32
    address = Account.from_key(signing_key).address
    return Identity(address, signing_key=signing_key, reading_key=bytes([worker + 101]) * 32)


def open_task(kind: TaskKind) -> OpenTask:
    """The task as the hub has it."""
    terms = n.terms(kind, MADE)
    return OpenTask(terms.task, terms.task_id, answered=False)


@dataclass
class Hub:
    """What is read from, and sent to, the hub."""

    open_tasks: list[OpenTask]
    seats: list[Seat]
    attested: dict[bytes, Attestation] = field(default_factory=dict)
    address: str = n.HUB

    def tasks(self, _block: int) -> list[OpenTask]:
        return [replace(task, answered=task.task_id in self.attested) for task in self.open_tasks]

    def workers(self, _block: int) -> list[Seat]:
        return self.seats

    def quorum(self, _block: int) -> int:
        return QUORUM

    def attestation(self, task_id: bytes, _block: int) -> Attestation | None:
        return self.attested.get(task_id)

    def function(self, name: str, *arguments: Any) -> tuple[Any, ...]:
        return (name, *arguments)


@dataclass
class Community:
    """What a worker and a collector need of `chain.community.Community`."""

    hub: Hub
    envelopes: list[bytes]
    program: bytes = n.PROGRAM
    away: int = 0
    blocks_read: set[int] = field(default_factory=set)

    @property
    def connection(self) -> Any:
        return SimpleNamespace(stamp=self._stamp)

    @property
    def deployment(self) -> Any:
        return SimpleNamespace(chain_id=n.CHAIN)

    @property
    def registry(self) -> Any:
        return SimpleNamespace(address=n.REGISTRY, roster=lambda _start, _end, block: self._at(block, n.ROSTER))

    @property
    def meter_data(self) -> Any:
        return SimpleNamespace(envelopes=lambda _period, block: self._at(block, self.envelopes))

    @property
    def rules(self) -> Any:
        hashes = RuleHashes(n.KEY.hash(), n.TARIFF.hash(), n.RULES.hash(), self.program)
        rules = Rules(hashes, n.KEY, n.TARIFF, n.RULES, n.RULES.to_bytes())
        return SimpleNamespace(
            hashes_at=lambda _time, block: self._at(block, hashes), rules_at=lambda _time, block: self._at(block, rules)
        )

    def _stamp(self) -> BlockStamp:
        if self.away:
            self.away -= 1
            raise ChainUnavailable("the node at http://127.0.0.1:1 does not answer")
        return BlockStamp(100, bytes(32), n.END)

    def _at(self, block: int, value: Any) -> Any:
        self.blocks_read.add(block)
        return value


class Sender:
    """Takes what would be sent; refuses a second answer to a task, as the hub does."""

    def __init__(self, community: Community) -> None:
        self.community = community
        self.sent: list[tuple[Any, ...]] = []

    def send(self, call: tuple[Any, ...]) -> None:
        for task in self.community.hub.open_tasks:
            if task.task.abi() == call[1]:
                if task.task_id in self.community.hub.attested:
                    raise ContractRefused(call[0], "HubTaskAnswered", {"taskId": task.task_id})
                self.sent.append(call)
                attest(self.community, task.task_id, bytes(32))


def community(
    store: EmbeddedStore, kinds: tuple[TaskKind, ...], endpoints: tuple[str, ...] = ("",) * WORKERS
) -> Community:
    """A community whose dataset is pinned in `store`, with these tasks open."""
    MADE.pin(store)
    readers = [Reader(identity(at).address, identity(at).public_key) for at in range(WORKERS)]
    sealed = store.put(envelopes.seal(MADE.input_digest, n.SECRET, readers))
    seats = [Seat(at, identity(at).address, endpoints[at], True) for at in range(WORKERS)]
    return Community(Hub([open_task(kind) for kind in kinds], seats), [sealed])


def worker(found: Community, store: EmbeddedStore, folder: Path, at: int = 0, **options: Any) -> Worker:
    """Worker `at` of the community, with its journal in `folder`."""
    return Worker(found, store, Journal(folder), identity(at), options.pop("program", n.PROGRAM), **options)  # type: ignore[arg-type]


def attest(found: Community, task_id: bytes, report_hash: bytes) -> None:
    """The chain has a quorum for this report."""
    found.hub.attested[task_id] = Attestation(task_id, report_hash, (0, 1), 101, "0x")
