"""`daisee period`: create, look at, collect signatures for, and settle a month."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from typing import Annotated, Any

import typer

from offchain_worker.chain.community import Community
from offchain_worker.chain.errors import ContractRefused
from offchain_worker.chain.hub import OpenTask
from offchain_worker.chain.meter_data import PeriodState
from offchain_worker.chain.settlement import SettlementState
from offchain_worker.daemon.collector import Collector
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.quantities import PeriodId
from offchain_worker.domain.task import TaskKind, Verdict
from offchain_worker.jobs import gathering, results

from . import output
from .session import PeriodArgument, Session, euros, period_id, period_label
from .settings import JsonOption

app = typer.Typer(no_args_is_help=True, help="A month's life: data, two attested tasks, settlement.")
POLL_SECONDS = 0.5
WATCH_SECONDS = 2.0


class TaskName(StrEnum):
    """The two tasks."""

    CONFORMITY = "conformity"
    SETTLEMENT = "settlement"


class PeriodNotReady(DaiseeError):
    """The period is not where this step needs it."""


@app.command()
def create(context: typer.Context, period: Annotated[str, PeriodArgument], as_json: JsonOption = False) -> None:
    """Create a period that has started (anybody may)."""
    session = Session.of(context)
    community, chosen = session.community, period_id(period)
    session.sender(community).send(community.meter_data.function("createPeriod", chosen))
    output.emit({"period": period_label(chosen)}, as_json, lambda r: output.results.print(f"{r['period']} is created"))


def describe(community: Community, period: PeriodId) -> dict[str, Any]:
    """Where a period stands, from the chain alone."""
    record = community.meter_data.period(period)
    settlement = community.settlement.record(period)
    state = record.state.name.lower()
    if settlement.state is not SettlementState.NONE:
        state = settlement.state.name.lower()
    result: dict[str, Any] = {
        "period": period_label(period),
        "state": state,
        "version": record.version,
        "columns": record.columns,
        "start": record.start,
        "end": record.end,
        "relayed": record.relayed,
        "windowEnd": settlement.window_end,
        "tasks": [told for kind in TaskKind if (told := describe_task(community, kind, period))],
    }
    accepted = community.settlement.accepted(period)
    if accepted is not None:
        result |= {
            "produced": str(accepted.report.produced),
            "allocated": str(accepted.report.allocated),
            "debit": str(accepted.report.debit),
        }
    return result


def describe_task(community: Community, kind: TaskKind, period: PeriodId) -> dict[str, Any] | None:
    """The newest attempt of a task and the report hash its quorum signed; None if it was never opened."""
    found = community.hub.current_task(kind, period)
    if found is None:
        return None
    attested = community.hub.attestation(found.task_id)
    return {
        "task": kind.name.lower(),
        "taskId": "0x" + found.task_id.hex(),
        "attempt": found.task.attempt,
        "reportHash": "0x" + attested.report_hash.hex() if attested is not None else "",
        "signers": list(attested.signers) if attested is not None else [],
    }


@app.command()
def status(
    context: typer.Context,
    period: Annotated[str, PeriodArgument],
    watch: Annotated[bool, typer.Option("--watch", help="Show every change, until it is settled")] = False,
    as_json: JsonOption = False,
) -> None:
    """Where a period stands."""
    community, chosen = Session.of(context).community, period_id(period)
    shown = describe(community, chosen)
    show_status(shown, as_json)
    while watch and shown["state"] != "settled":
        sys.stdout.flush()  # who watches through a pipe sees each change when it happens
        time.sleep(WATCH_SECONDS)
        result = describe(community, chosen)
        if result != shown:
            shown = result
            show_status(shown, as_json)


def show_status(result: dict[str, Any], as_json: bool) -> None:
    """Print a period's state."""

    def show(_: object) -> None:
        output.results.print(
            f"{result['period']}: {result['state']}, dataset version {result['version']}, {result['columns']} columns"
        )
        for task in result["tasks"]:
            said = f"report {task['reportHash']}" if task["reportHash"] else "no report yet"
            output.results.print(f"  {task['task']}, attempt {task['attempt']}: {said}", soft_wrap=True)
        if "produced" in result:
            produced, allocated = int(result["produced"]), int(result["allocated"])
            output.results.print(
                f"  {produced // 10**6:,} kWh produced, {allocated // 10**6:,} kWh shared, {euros(int(result['debit']))} invoiced"
            )

    output.emit(result, as_json, show)


def ensure_open(session: Session, community: Community, kind: TaskKind, period: PeriodId) -> OpenTask:
    """The period's current task, opened if the period is ready for it and it is not open yet."""
    record = community.meter_data.period(period)
    needed = PeriodState.DATA if kind is TaskKind.CONFORMITY else PeriodState.CHECKED
    found = community.hub.current_task(kind, period)
    if found is not None and found.task.input_digest == record.input_digest:
        return found
    if record.state is not needed:
        raise PeriodNotReady(
            f"{period_label(period)} is {record.state.name.lower()}; the {kind.name.lower()} task needs it to be "
            f"{needed.name.lower()}"
        )
    try:
        session.sender(community).send(community.hub.function("open", int(kind), period))
    except ContractRefused as error:
        if error.name != "HubTaskOpen":  # somebody else opened it meanwhile
            raise
    opened = community.hub.current_task(kind, period)
    if opened is None:
        raise PeriodNotReady(f"the {kind.name.lower()} task of {period_label(period)} could not be opened")
    return opened


@app.command()
def collect(
    context: typer.Context,
    period: Annotated[str, PeriodArgument],
    task: Annotated[TaskName, typer.Option("--task", help="Which task")],
    timeout: Annotated[int, typer.Option(min=0, help="Give up after so many seconds")] = 600,
    confirmations: Annotated[
        int | None, typer.Option(min=0, help="Blocks to stay behind the head (default: 12; 0 on the local chain)")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Collect the workers' signatures on a task and submit them when enough agree."""
    session = Session.of(context)
    community, chosen = session.community, period_id(period)
    kind = TaskKind[task.value.upper()]
    open_task = ensure_open(session, community, kind, chosen)
    collector = Collector(community, session.sender(community))
    behind = community.deployment.confirmations if confirmations is None else confirmations
    quorum = community.hub.quorum()
    deadline = time.monotonic() + timeout
    with output.progress() as bar:
        waiting = bar.add_task(f"{task.value}: waiting for {quorum} agreeing workers", total=quorum)
        attestation = community.hub.attestation(open_task.task_id)
        while attestation is None:
            block = max(0, community.connection.stamp().number - behind)
            collector.collect_one(open_task, block)
            attestation = community.hub.attestation(open_task.task_id)
            if attestation is None:
                if time.monotonic() > deadline:
                    raise PeriodNotReady(f"no quorum of {quorum} workers after {timeout} s; run again to go on waiting")
                time.sleep(POLL_SECONDS)
        bar.update(waiting, completed=quorum)
    receipt = community.connection.web3.eth.get_transaction_receipt(attestation.transaction)  # type: ignore[arg-type]
    outcome = describe_outcome(community, kind, chosen)
    result = {
        "period": period_label(chosen),
        "task": task.value,
        "taskId": "0x" + open_task.task_id.hex(),
        "signers": list(attestation.signers),
        "result": outcome,
        "transaction": attestation.transaction,
        "gas": receipt["gasUsed"],
    }
    output.emit(
        result,
        as_json,
        lambda r: output.results.print(
            f"{r['task']}: signed by workers {', '.join(map(str, r['signers']))}: {r['result']}"
        ),
    )


def describe_outcome(community: Community, kind: TaskKind, period: PeriodId) -> str:
    """What was attested, in words."""
    if kind is TaskKind.CONFORMITY:
        return f"the dataset is {Verdict(community.meter_data.verdicts(period)[-1].verdict).name.lower()}"
    accepted = community.settlement.accepted(period)
    return "no report" if accepted is None else f"{euros(accepted.report.debit)} to be invoiced"


@app.command()
def settle(context: typer.Context, period: Annotated[str, PeriodArgument], as_json: JsonOption = False) -> None:
    """Book the reported vector, once its window is over (provider)."""
    session = Session.of(context)
    community, chosen = session.community, period_id(period)
    accepted = community.settlement.accepted(chosen)
    if accepted is None:
        raise PeriodNotReady(f"{period_label(chosen)} has no settlement report yet; see `daisee period status`")
    record = community.meter_data.period(chosen)
    keys = gathering.secret(
        session.store, community.meter_data.envelopes(chosen), record.input_digest, session.identity
    )
    found = results.open_result(session.store, accepted.report.result_digest)
    net = results.net_vector(found, keys, record.highest_member, accepted.report.net_hash)
    call = community.settlement.function("settle", chosen, accepted.report.abi(), net)
    receipt = session.sender(community).send(call)
    result = {
        "period": period_label(chosen),
        "netCents": list(net),
        "debit": int(accepted.report.debit),
        "transaction": receipt["transactionHash"].to_0x_hex() if receipt is not None else "",
        "gas": receipt["gasUsed"] if receipt is not None else 0,
    }
    output.emit(result, as_json, lambda r: output.results.print(f"{r['period']} is settled: {euros(r['debit'])}"))
