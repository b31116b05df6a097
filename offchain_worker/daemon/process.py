"""A worker or a collector as a process: what `daisee worker run` and its kin start.

The process ends by a signal, between two steps, or by an error that the table in `errors` says it must end for.
"""

from __future__ import annotations

import threading
from pathlib import Path

import structlog
from eth_account import Account

from offchain_worker.chain.community import Community
from offchain_worker.chain.transactions import Sender
from offchain_worker.jobs.program import program_hash
from offchain_worker.storage.identity import Identity
from offchain_worker.storage.store import ContentStore

from .collector import Collector
from .http import Face, Pulse
from .journal import Journal
from .loop import run
from .worker import Worker

log = structlog.get_logger()

INTERVAL = 2.0
PATIENCE = 10
LATE_CYCLES = 10


def run_worker(
    community: Community,
    store: ContentStore,
    folder: Path,
    identity: Identity,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    dry: bool = False,
    confirmations: int = 0,
    interval: float = INTERVAL,
    patience: int = PATIENCE,
    stop: threading.Event,
) -> None:
    """Answer tasks until `stop` is set, keeping the journal in `folder` and showing it at `host:port`."""
    journal = Journal(folder)
    program = program_hash()
    journal.hold()
    pulse = Pulse(identity.address, program, late_after=LATE_CYCLES * max(interval, 1.0))
    face = Face(journal, pulse, host, port)
    worker = Worker(community, store, journal, identity, program, dry, confirmations)
    try:
        opened = face.open()
        log.info("worker at work", address=identity.address, listening=f"{host}:{opened}", program="0x" + program.hex())
        run(worker.cycle, stop=stop, interval=interval, patience=patience, pulse=pulse)
    finally:
        face.close()
        journal.release()


def work_once(
    community: Community, store: ContentStore, folder: Path, identity: Identity, *, dry: bool = False
) -> None:
    """Answer what is open now, once; raises what went wrong."""
    journal = Journal(folder)
    journal.hold()
    try:
        Worker(community, store, journal, identity, program_hash(), dry).cycle()
    finally:
        journal.release()


def run_collector(
    community: Community,
    identity: Identity | None,
    *,
    confirmations: int = 0,
    interval: float = INTERVAL,
    patience: int = PATIENCE,
    stop: threading.Event,
) -> None:
    """Collect and submit until `stop` is set; without an identity it only tries (a dry run)."""
    account = Account.from_key(identity.signing_key) if identity is not None else None
    collector = Collector(community, Sender(community.connection, account), confirmations=confirmations)
    run(collector.cycle, stop=stop, interval=interval, patience=patience)
