"""`AttestationHub`: the worker set, the tasks, and who attested what."""

from __future__ import annotations

from dataclasses import dataclass

from offchain_worker.domain import task as tasks
from offchain_worker.domain.quantities import PeriodId
from offchain_worker.domain.task import Task, TaskKind

from .contract import DeployedContract, as_tuple


@dataclass(frozen=True)
class Worker:
    """A worker's place in the set; `active` is False once it has left (its index is never reused)."""

    index: int
    address: str
    endpoint: str
    active: bool


@dataclass(frozen=True)
class OpenTask:
    """The newest attempt of a task."""

    task: Task
    task_id: bytes
    answered: bool


@dataclass(frozen=True)
class Attestation:
    """A report that reached the quorum: `signers` are the positions of those who signed."""

    task_id: bytes
    report_hash: bytes
    signers: tuple[int, ...]
    block: int
    transaction: str


class AttestationHub(DeployedContract):
    """Typed reads of the hub."""

    name = "AttestationHub"

    def workers(self, block: int | str = "latest") -> list[Worker]:
        """Every worker that ever was in the set, by index."""
        count = self.call("workerCount", block=block)
        return [Worker(i, *self.call("workerAt", i, block=block)) for i in range(count)]

    def quorum(self, block: int | str = "latest") -> int:
        """How many signatures a report needs."""
        return int(self.call("quorum", block=block))

    def current_task(self, kind: TaskKind, period: PeriodId, block: int | str = "latest") -> OpenTask | None:
        """The newest attempt of the period's task, None if it was never opened."""
        task, task_id, answered = self.call("currentTask", int(kind), period, block=block)
        if not any(task_id):
            return None
        return OpenTask(tasks.task_from_abi(task), bytes(task_id), answered)

    def tasks(self, block: int | str = "latest", since: int | None = None) -> list[OpenTask]:
        """Every task ever opened, oldest first; `answered` as of `block`."""
        answered = {bytes(event["args"]["taskId"]) for event in self.events("Attested", block=block)}
        return [
            OpenTask(
                tasks.task_from_abi(as_tuple(event["args"]["task"])),
                bytes(event["args"]["taskId"]),
                bytes(event["args"]["taskId"]) in answered,
            )
            for event in self.events("TaskOpened", block=block, since=since)
        ]

    def attestation(self, task_id: bytes, block: int | str = "latest") -> Attestation | None:
        """The attestation of a task, None while there is none."""
        for event in self.events("Attested", block=block, taskId=task_id):
            bitmap = event["args"]["signers"]
            signers = tuple(i for i in range(bitmap.bit_length()) if bitmap >> i & 1)
            return Attestation(
                task_id,
                bytes(event["args"]["reportHash"]),
                signers,
                event["blockNumber"],
                event["transactionHash"].to_0x_hex(),
            )
        return None
