"""The `daisee` command. Exit codes: 0 done, 1 a check failed or something is wrong, 2 wrong use."""

from __future__ import annotations

import sys

import typer

from offchain_worker.domain.errors import DaiseeError

from . import (
    account,
    audit,
    bench,
    bill,
    coefficients,
    collect,
    compare,
    conformity,
    dataset,
    dataset_findings,
    doctor,
    engine,
    governance,
    identity,
    key,
    many,
    meters,
    output,
    period,
    proxy,
    relay,
    simulate,
    store,
    table,
    worker,
)
from . import settings as settings_module
from .settings import AsOption, ConfigOption, DeploymentOption, RpcOption, StoreOption

app = typer.Typer(
    name="daisee",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Who got which kilowatt-hour, what each owes, and the proof.",
)


@app.callback()
def options(
    context: typer.Context,
    rpc: RpcOption = None,
    store: StoreOption = None,
    deployment: DeploymentOption = None,
    identity: AsOption = None,
    config: ConfigOption = None,
    log_json: bool = typer.Option(False, "--log-json", help="Write logs as JSON lines"),
    quiet: bool = typer.Option(False, "--quiet", help="Log warnings only"),
) -> None:
    """The options above are settings: they may stand anywhere on the command line."""
    output.configure_logs(log_json, quiet)
    given = {"rpc": rpc, "store": store, "deployment": deployment, "as": identity}
    context.obj = settings_module.load(given, config)


app.command()(doctor.doctor)
app.command()(meters.inspect)
app.command()(meters.standardise)
app.command()(compare.compare)
app.add_typer(conformity.app, name="conformity")
app.command()(engine.allocate)
app.command()(many.allocate_many)
app.command()(bench.bench)
app.command()(simulate.simulate)
app.add_typer(key.app, name="key")
app.add_typer(table.app, name="table")
dataset.app.command()(dataset_findings.findings)
app.add_typer(dataset.app, name="dataset")
app.add_typer(period.app, name="period")
app.add_typer(worker.app, name="worker")
app.command()(governance.propose)
app.command()(governance.vote)
app.command()(governance.tally)
app.command()(governance.execute)
app.add_typer(proxy.app, name="proxy")
app.command()(relay.relay)
app.add_typer(account.app, name="account")
app.add_typer(bill.app, name="bill")
app.add_typer(coefficients.app, name="coefficients")
app.add_typer(store.app, name="store")
app.add_typer(collect.app, name="collect")
app.add_typer(identity.app, name="identity")
app.command()(audit.audit)


def run() -> None:
    """Entry point: one line for what is wrong, never a traceback for what a user can mend."""
    try:
        app(settings_module.hoisted(sys.argv[1:]), prog_name="daisee")
    except DaiseeError as error:
        told = ": ".join(["error", *getattr(error, "__notes__", []), str(error)])
        output.errors.print(told, markup=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        output.errors.print("interrupted; run the same command again to go on")
        sys.exit(1)


if __name__ == "__main__":
    run()
