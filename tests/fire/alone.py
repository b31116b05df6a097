"""A worker of a played community: what it has answered, and its loop for a while."""

from __future__ import annotations

import threading
from pathlib import Path

from offchain_worker.daemon import loop
from offchain_worker.daemon.worker import Worker
from offchain_worker.domain.report import TaskKind

BOTH = (TaskKind.CONFORMITY, TaskKind.SETTLEMENT)


def kept(journal: Path) -> dict[str, bytes]:
    """The answers in a journal."""
    return {path.name: path.read_bytes() for path in journal.glob("*.json")}


def run(worker: Worker, cycles: int, patience: int = 10) -> None:
    """Run the worker's loop until so many cycles went well."""
    stop, left = threading.Event(), [cycles]

    def once() -> int:
        block = worker.cycle()
        left[0] -= 1
        if left[0] == 0:
            stop.set()
        return block

    loop.run(once, stop=stop, interval=0.001, patience=patience)
