"""A worker of the neighbourhood as a process of its own: `python -m tests.daemon.worker_process STORE JOURNAL INDEX`.

Prints the port of its HTTP face, then answers tasks until it is killed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from offchain_worker.daemon import loop
from offchain_worker.daemon.http import Face, Pulse
from offchain_worker.domain.report import TaskKind
from offchain_worker.storage.embedded import EmbeddedStore
from tests.daemon import community as c


def main(store_folder: str, journal_folder: str, index: str) -> None:
    store = EmbeddedStore(store_folder)
    found = c.community(store, (TaskKind.CONFORMITY, TaskKind.SETTLEMENT))
    worker = c.worker(found, store, Path(journal_folder), int(index))
    worker.journal.hold()
    pulse = Pulse(worker.identity.address, worker.program, late_after=60)
    face = Face(worker.journal, pulse, "127.0.0.1", 0)
    print(face.open(), flush=True)
    loop.run(worker.cycle, stop=loop.stop_on_signals(), interval=0.05, patience=3, pulse=pulse)
    face.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
