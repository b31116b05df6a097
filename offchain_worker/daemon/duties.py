"""What is waiting to be answered, as the chain says at one block."""

from __future__ import annotations

from collections.abc import Iterable

from offchain_worker.chain.hub import OpenTask


def unanswered(tasks: Iterable[OpenTask]) -> list[OpenTask]:
    """The newest attempt of each period's task, where it has no answer; `tasks` are all ever opened, oldest first."""
    newest = {(open_task.task.kind, open_task.task.period): open_task for open_task in tasks}
    return [open_task for open_task in newest.values() if not open_task.answered]
