"""Kill a worker again and again: `python -m tests.fire.forks FOLDER KILLS SEED`.

Every life of the worker is a process of its own, forked from this one before anything ran in it, and ended by SIGKILL
at a random moment of its task. A round begins with nothing and goes on until a life is faster than its kill. Only lives
that were really cut short count. Prints how many there were, in how many rounds, and how long an undisturbed life takes.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import offchain_worker.daemon.worker
import offchain_worker.jobs.dataset  # noqa: F401  (imported before forking, run after)


def live(folder: Path) -> None:
    """One life: answer the task, with everything kept in `folder`."""
    from offchain_worker.domain.report import TaskKind
    from offchain_worker.storage.embedded import EmbeddedStore
    from tests.daemon import community as c

    store = EmbeddedStore(folder / "store")
    worker = c.worker(c.community(store, (TaskKind.SETTLEMENT,)), store, folder / "journal")
    worker.journal.hold()
    worker.cycle()


def born(folder: Path) -> int:
    """A new life; returns its process id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            live(folder)
            code = 0
        finally:
            os._exit(code)
    return child


def ended(child: int) -> int:
    """Wait for a life to end; negative signal or exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(folder: str, kills: str, seed: str) -> None:
    chance, root = random.Random(int(seed)), Path(folder)
    for name in ("warming-up", "undisturbed"):
        started = time.monotonic()
        assert ended(born(root / name)) == 0
        whole = time.monotonic() - started
    cut = rounds = 0
    while cut < int(kills):
        child = born(root / f"round-{rounds}")
        time.sleep(chance.uniform(0, whole))
        os.kill(child, signal.SIGKILL)
        code = ended(child)
        assert code in (0, -signal.SIGKILL), code
        cut += code == -signal.SIGKILL
        rounds += code == 0  # it was faster than the kill: the next one begins with nothing
    assert ended(born(root / f"round-{rounds}")) == 0
    print(json.dumps({"cut": cut, "rounds": rounds + 1, "seconds": whole}))


if __name__ == "__main__":
    main(*sys.argv[1:])
