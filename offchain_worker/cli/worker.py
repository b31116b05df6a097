"""`daisee worker run | once`: an independent worker, as a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import structlog
import typer

from offchain_worker.chain.community import connect
from offchain_worker.daemon import loop
from offchain_worker.daemon.http import Face, Pulse
from offchain_worker.daemon.journal import Journal
from offchain_worker.daemon.metrics import MeteredStore, Metrics
from offchain_worker.daemon.worker import Worker
from offchain_worker.domain.task import TaskKind
from offchain_worker.jobs import gathering, shell
from offchain_worker.jobs.program import program_hash

from . import files, output
from .period import PeriodNotReady, TaskName
from .session import PeriodArgument, Session, period_id
from .settings import JsonOption

log = structlog.get_logger()
app = typer.Typer(no_args_is_help=True, help="A worker: checks the data, computes, attests.")

StateOption = Annotated[Path, typer.Option("--state", help="Folder of the answers it has given")]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Compute and tell, but sign and keep nothing")]
ConfirmationsOption = Annotated[
    int | None, typer.Option(min=0, help="Blocks to stay behind the head (default: 12; 0 on the local chain)")
]
PATIENCE = 8
SHORTEST_INTERVAL, LONGEST_INTERVAL = 0.1, 60.0
"""Seconds; what is older than a minute is no longer ready (`/ready`)."""


def finite_interval(seconds: float) -> float:
    """The interval, if it is one a loop can wait (a `not a number` passes every comparison of a range)."""
    if not SHORTEST_INTERVAL <= seconds <= LONGEST_INTERVAL:
        raise typer.BadParameter(f"{seconds} is not between {SHORTEST_INTERVAL} and {LONGEST_INTERVAL:.0f} seconds")
    return seconds


def worker_of(session: Session, state: Path, dry: bool, confirmations: int | None) -> Worker:
    """The worker that the settings describe; it holds its journal from now on."""
    identity = session.identity
    journal = Journal(state)
    journal.hold()
    settings = session.settings
    community = connect(settings.need_rpc(), settings.need_deployment(), archive=state / "logs")
    behind = community.deployment.confirmations if confirmations is None else confirmations
    metrics = Metrics()
    store = MeteredStore(session.store, metrics)
    return Worker(community, store, journal, identity, program_hash(), dry, confirmations=behind, metrics=metrics)


def cycle(worker: Worker) -> int:
    """One cycle, and what the worker could pay gas with afterwards."""
    block = worker.cycle()
    web3 = worker.community.connection.web3
    worker.metrics.balance.set(web3.eth.get_balance(worker.identity.address))  # type: ignore[arg-type]
    return block


@app.command()
def run(
    context: typer.Context,
    state: StateOption,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of its HTTP face")] = 0,
    host: Annotated[str, typer.Option(help="Address of its HTTP face")] = "127.0.0.1",
    interval: Annotated[
        float, typer.Option(callback=finite_interval, help="Seconds between two looks at the chain")
    ] = 1.0,
    dry: DryOption = False,
    confirmations: ConfirmationsOption = None,
) -> None:
    """Answer tasks until stopped."""
    stop = loop.stop_on_signals()
    worker = worker_of(Session.of(context), state, dry, confirmations)
    pulse = Pulse(worker.identity.address, worker.program, late_after=60.0)
    face = Face(worker.journal, pulse, host, port, worker.metrics)
    listening = face.open()
    log.info("worker runs", worker=worker.identity.address, face=f"http://{host}:{listening}")
    try:
        loop.run(lambda: cycle(worker), stop=stop, interval=interval, patience=PATIENCE, pulse=pulse)
    finally:
        face.close()
        worker.journal.release()


@app.command()
def once(
    context: typer.Context, state: StateOption, dry: DryOption = False, confirmations: ConfirmationsOption = None
) -> None:
    """Answer what is open now, then end."""
    worker = worker_of(Session.of(context), state, dry, confirmations)
    try:
        worker.cycle()
    finally:
        worker.journal.release()


@app.command()
def pack(
    context: typer.Context,
    period: Annotated[str, PeriodArgument],
    task: Annotated[TaskName, typer.Option("--task", help="Which task")],
    out: Annotated[Path, typer.Option("--out", help="Folder for dataset.zip and the input files")],
    with_secret: Annotated[
        bool, typer.Option("--with-secret", help="Put the dataset's secret into dataset.zip, in clear")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Lay a task out as iExec's worker does; without --with-secret the secret must come as one of iExec's secrets."""
    session = Session.of(context)
    community, store, chosen = session.community, session.store, period_id(period)
    kind = TaskKind[task.value.upper()]
    block = community.connection.stamp().number
    asked = community.hub.current_task(kind, chosen, block)
    if asked is None:
        raise PeriodNotReady(f"the {task.value} task of {period} is not open; see `daisee period status`")
    terms = gathering.terms(community, asked.task, block, store)
    dataset = gathering.dataset(store, asked.task.input_digest)
    envelopes = community.meter_data.envelopes(chosen, block)
    secret = gathering.secret(store, envelopes, asked.task.input_digest, session.identity) if with_secret else None
    packed = {**shell.terms_files(terms), "dataset.zip": shell.pack(dataset.manifest, secret, dataset.blocks)}
    files.write(out, packed)
    result = {"taskId": "0x" + asked.task_id.hex(), "files": sorted(packed), "folder": str(out)}
    output.emit(
        result, as_json, lambda r: output.results.print(f"{len(r['files'])} files in {r['folder']}", markup=False)
    )
