"""`daisee relay`: take signed ballots over HTTP and send them in batches, as a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import structlog
import typer

from offchain_worker.daemon import loop
from offchain_worker.daemon.ballot_queue import BallotQueue
from offchain_worker.daemon.http import Pulse, Server
from offchain_worker.daemon.relay import BATCH, Relay
from offchain_worker.daemon.relay_http import application

from .session import Session

log = structlog.get_logger()
PATIENCE = 8


def relay(
    context: typer.Context,
    state: Annotated[Path, typer.Option("--state", help="Folder of the ballots it has taken")],
    port: Annotated[int, typer.Option(help="Port of its HTTP face")] = 0,
    host: Annotated[str, typer.Option(help="Address of its HTTP face")] = "127.0.0.1",
    seconds: Annotated[float, typer.Option(help="Seconds between two batches")] = 10.0,
    batch: Annotated[int, typer.Option(min=1, max=100, help="Ballots in a batch at most")] = BATCH,
) -> None:
    """Relay members' signed ballots until stopped; the identity pays."""
    session = Session.of(context)
    stop = loop.stop_on_signals()
    queue = BallotQueue(state / "ballots.sqlite")
    relayer = Relay(session.community, queue, session.identity.signing_key, batch=batch)
    pulse = Pulse(relayer.account.address, b"", late_after=60.0 + seconds)
    server = Server(application(relayer, pulse, seconds), host, port)
    listening = server.open()
    log.info("relay runs", relayer=relayer.account.address, face=f"http://{host}:{listening}")
    try:
        loop.run(relayer.cycle, stop=stop, interval=seconds, patience=PATIENCE, pulse=pulse)
    finally:
        server.close()
        queue.close()
