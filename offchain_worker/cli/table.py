"""`daisee table build | check | commit | show`: the weights of a key's TABLE stages, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from offchain_worker.chain.transactions import Sender
from offchain_worker.domain import key as keys
from offchain_worker.domain import table as tables
from offchain_worker.domain.errors import TableInvalid
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.table import Table
from offchain_worker.exchange import weights
from offchain_worker.jobs import tables as pinned
from offchain_worker.meters.findings import iso
from offchain_worker.storage.store import MemoryStore, copy

from . import files, output
from .session import Session, period_id
from .settings import JsonOption

app = typer.Typer(no_args_is_help=True, help="The weights of TABLE stages, committed before a month starts.")

TableArgument = Annotated[Path, typer.Argument(metavar="TABLE.json", help="Weights by step (daisee.table/1)")]
PeriodArgument = Annotated[str, typer.Argument(metavar="PERIOD", help="Month, e.g. 2016-06")]
KeyOption = Annotated[Path, typer.Option("--key", help="The key the weights are of (daisee.key/1)")]


@app.command()
def build(
    sheets: Annotated[list[Path], typer.Argument(metavar="CSV…", help="One for each TABLE stage, in their order")],
    key: KeyOption,
    out: Annotated[Path, typer.Option("--out", help="File to write")],
    as_json: JsonOption = False,
) -> None:
    """Make a table from CSV: interval_start, then each point's share of the step in percent."""
    rule = keys.parse(files.opened(key))
    made = weights.table(rule, [(str(path), files.opened(path).decode("utf-8", "replace")) for path in sheets])
    files.write(out.parent, {out.name: made.to_json().encode()})
    _emit({"file": str(out), **_facts(made)}, as_json)


@app.command()
def check(table: TableArgument, key: KeyOption, as_json: JsonOption = False) -> None:
    """Say whether a table is this key's, and its root."""
    rule, found = keys.parse(files.opened(key)), tables.parse(files.opened(table))
    tables.check(found, rule, found.start, found.step_seconds, found.steps)
    tables.rows_of(found, rule, found.steps)
    _emit(_facts(found), as_json)


@app.command()
def commit(context: typer.Context, period: PeriodArgument, table: TableArgument, as_json: JsonOption = False) -> None:
    """Pin a table and commit its root for a month that has not started; the key's committer does."""
    session = Session.of(context)
    community, month = session.community, period_id(period)
    found = tables.parse(files.opened(table))
    start, end = community.meter_data.bounds(month)
    step = community.meter_data.step_seconds()
    rule = community.rules.rules_at(start).key
    _check(rule, found, period, start, step, (end - start) // step)
    if rule.committer.lower() != session.identity.address.lower():
        raise TableInvalid(f"table: {rule.committer} commits for this key, not {session.identity.address}; see --as")
    made = MemoryStore()
    digest = pinned.pin(found, made)
    call = community.meter_data.function("commitTable", month, found.root, digest)
    Sender(community.connection, None).send(call, session.identity.address)  # what is refused is not pinned
    copy(made.blocks.values(), session.store)
    receipt = session.sender(community).send(call)
    transaction = receipt["transactionHash"].to_0x_hex()  # type: ignore[index]
    _emit({**_facts(found), "period": period, "digest": "0x" + digest.hex(), "transaction": transaction}, as_json)


@app.command()
def show(context: typer.Context, period: PeriodArgument, as_json: JsonOption = False) -> None:
    """The table that is committed for a month: who commits, its root, whether the store has its rows."""
    session = Session.of(context)
    community, month = session.community, period_id(period)
    start, _ = community.meter_data.bounds(month)
    rule = community.rules.rules_at(start).key
    if not rule.tables:
        raise TableInvalid(f"{period}: the key in force has no TABLE stage; nothing is committed for it")
    root = community.meter_data.table_root(month)
    digest = community.meter_data.table_digest(month, root) if any(root) else None
    facts = _facts(pinned.fetch(digest, session.store)) if digest else {}
    result = {
        "period": period,
        "committer": rule.committer,
        "committed": bool(digest),
        "digest": "0x" + digest.hex() if digest else "",
        **facts,
    }
    _emit(result, as_json)


def _check(rule: AllocationKey, found: Table, period: str, start: int, step: int, steps: int) -> None:
    if not rule.tables:
        raise TableInvalid(f"{period}: the key that will be in force has no TABLE stage; there is nothing to commit")
    tables.check(found, rule, start, step, steps)
    tables.rows_of(found, rule, steps)


def _facts(table: Table) -> dict[str, Any]:
    return {
        "root": "0x" + table.root.hex(),
        "keyHash": "0x" + table.key_hash.hex(),
        "start": iso(table.start),
        "stepSeconds": table.step_seconds,
        "steps": table.steps,
        "points": {str(stage + 1): rows.shape[1] for stage, rows in sorted(table.rows.items())},
    }


def _emit(result: dict[str, Any], as_json: bool) -> None:
    def show_lines(found: dict[str, Any]) -> None:
        for name, value in found.items():
            output.results.print(f"{name}: {value}", markup=False, soft_wrap=True, highlight=False)

    output.emit(result, as_json, show_lines)
