"""The worker's loop: see a task, compute it, pin what it makes, sign the answer, write it down, show it.

One cycle reads the chain at one block. Whatever happens before the answer is on the disk can be repeated and gives the
same bytes; once it is there it is never computed again. So a worker can be killed at any point and started again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from offchain_worker.chain.community import Community
from offchain_worker.chain.hub import OpenTask
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.report import TaskKind, report_hash
from offchain_worker.jobs import conformity, gathering, settlement
from offchain_worker.jobs.outcome import Outcome
from offchain_worker.jobs.terms import Terms
from offchain_worker.storage.identity import Identity
from offchain_worker.storage.store import ContentStore, copy

from . import answer as answers
from .answer import Answer, Hub
from .duties import unanswered
from .errors import Disagreement, Next, NotInTheSet, ProgramDiffers, next_after
from .journal import Journal
from .metrics import Metrics

log = structlog.get_logger()

Compute = Callable[[Terms, bytes, bytes, bytes, dict[bytes, bytes]], Outcome[Any, Any]]
JOBS: dict[TaskKind, Compute] = {TaskKind.CONFORMITY: conformity.compute, TaskKind.SETTLEMENT: settlement.compute}


@dataclass
class Worker:
    """A worker and what it works with. With `dry` it computes and tells, but signs and keeps nothing.

    `program` is the hash of the code that runs; `confirmations` is how many blocks behind the head it reads.
    """

    community: Community
    store: ContentStore
    journal: Journal
    identity: Identity
    program: bytes
    dry: bool = False
    confirmations: int = 0
    metrics: Metrics = field(default_factory=Metrics)
    _refused: set[bytes] = field(default_factory=set)
    _told: set[bytes] = field(default_factory=set)

    def cycle(self) -> int:
        """Answer what is open for this worker at one block; returns that block's number.

        A task that cannot be answered does not keep others from being answered; what was wrong is raised at the end.
        """
        try:
            block = self.block()
            tasks = self.community.hub.tasks(block)
            for open_task in tasks:
                self._compare(open_task, block)
        except DaiseeError as error:
            self._count(error)
            raise
        troubles: list[DaiseeError] = []
        for open_task in unanswered(tasks):
            if open_task.task_id in self._refused or self._has_answered(open_task.task_id):
                continue
            kind, identifier = open_task.task.kind.name.lower(), "0x" + open_task.task_id.hex()
            with bound_contextvars(kind=kind, period=open_task.task.period, task_id=identifier):
                try:
                    with self.metrics.task(kind):
                        answered = self.answer(open_task, block)
                    self.metrics.tasks.labels(kind, "dry" if answered is None else "answered").inc()
                except DaiseeError as error:
                    troubles.append(error)
                    self._count(error)
                    if next_after(error) is Next.REFUSE:
                        self._refused.add(open_task.task_id)
                        self.metrics.tasks.labels(kind, "refused").inc()
                        log.error("task refused", task=_name(open_task), reason=str(error))
        if troubles:
            raise min(troubles, key=lambda trouble: next_after(trouble) is not Next.STOP)
        return block

    def block(self) -> int:
        """The block to read at: the head, less the confirmations asked for."""
        head = self.community.connection.stamp()
        self.metrics.block.set(max(0, head.number - self.confirmations))
        self.metrics.behind.set(min(head.number, self.confirmations))
        self.metrics.block_time.set(head.timestamp)
        return max(0, head.number - self.confirmations)

    def answer(self, open_task: OpenTask, block: int) -> Answer | None:
        """Compute one task and keep the signed answer (None in a dry run, or if the task is for others)."""
        task = open_task.task
        self._check_seat(block)
        program = self.community.rules.hashes_at(task.start, block).program
        if program != self.program:
            raise ProgramDiffers(
                f"{_name(open_task)}: the rules name program 0x{program.hex()}, this is 0x{self.program.hex()}; "
                "install the version that was voted"
            )
        log.info("computing", task=_name(open_task), block=block)
        terms = gathering.terms(self.community, task, block, self.store)
        dataset = gathering.dataset(self.store, task.input_digest)
        envelopes = self.community.meter_data.envelopes(task.period, block)
        secret = gathering.secret(self.store, envelopes, task.input_digest, self.identity)
        outcome = JOBS[task.kind](terms, self.program, dataset.manifest, secret.secret, dataset.blocks)
        if self.dry:
            log.info("dry run: would sign", task=_name(open_task), report="0x" + report_hash(outcome.report).hex())
            return None
        copy(outcome.artefacts.values(), self.store)
        hub = Hub(terms.chain_id, terms.hub)
        signed = answers.sign(hub, open_task.task_id, outcome.report, self.program, self.identity.signing_key)
        self.journal.keep(signed)
        log.info("answered", task=_name(open_task), report="0x" + signed.report_hash.hex())
        return signed

    def _count(self, error: DaiseeError) -> None:
        self.metrics.errors.labels(type(error).__name__, next_after(error).name.lower()).inc()

    def _has_answered(self, task_id: bytes) -> bool:
        return not self.dry and self.journal.document(task_id) is not None

    def _check_seat(self, block: int) -> None:
        mine = self.identity.address.lower()
        if not any(seat.active and seat.address.lower() == mine for seat in self.community.hub.workers(block)):
            raise NotInTheSet(f"{self.identity.address} is not in the worker set; ask the community to vote it in")

    def _compare(self, open_task: OpenTask, block: int) -> None:
        """Stop, once for each report, when a quorum attested something else than this worker did."""
        if not open_task.answered:
            self._told.discard(open_task.task_id)  # a reorganisation may have taken an attestation back
            return
        if open_task.task_id in self._told:
            return
        mine = self.journal.answer(open_task.task_id)
        if mine is not None:
            attested = self.community.hub.attestation(open_task.task_id, block)
            if attested is None:
                return
            is_news = self.journal.acknowledge(open_task.task_id, attested.report_hash)
            if is_news and attested.report_hash != mine.report_hash:
                raise Disagreement(
                    f"{_name(open_task)}: this worker answered 0x{mine.report_hash.hex()}, the quorum attested "
                    f"0x{attested.report_hash.hex()}; compare the two before starting it again"
                )
        self._told.add(open_task.task_id)


def _name(open_task: OpenTask) -> str:
    task = open_task.task
    return f"{task.kind.name.lower()} of {task.period} (0x{open_task.task_id.hex()[:8]}…)"
