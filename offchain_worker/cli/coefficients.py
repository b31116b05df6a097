"""`daisee coefficients export | import`: what the grid operator must be sent, and what it allocated itself."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from offchain_worker.domain import key as keys
from offchain_worker.domain import roster as rosters
from offchain_worker.domain import table as tables
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.exchange import coefficients, operator_allocation
from offchain_worker.jobs import gathering
from offchain_worker.jobs.program import program_hash
from offchain_worker.meters import coefficients as spanish
from offchain_worker.simulate import months

from . import files, output, whole_curves
from .dataset import read_meters
from .session import Session, period_id, period_label
from .settings import JsonOption
from .written import kwh

app = typer.Typer(no_args_is_help=True, help="Exchange with the grid operator: its coefficients, its own results.")


class Operator(StrEnum):
    """Who the file is for."""

    GENERIC = "generic"
    SPAIN = "spain"


class ExportInvalid(DaiseeError):
    """Options that do not go together."""


MetersOption = Annotated[
    Path | None,
    typer.Option("--meters", help="Which meter is which point (daisee.meters/1); only the operator reads it"),
]


@app.command("export")
def export(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", help="Folder for the file")],
    period: Annotated[
        str | None, typer.Argument(help="The month, e.g. 2016-06; not with --curves or --operator spain")
    ] = None,
    operator: Annotated[Operator, typer.Option("--operator", help="Whose file")] = Operator.GENERIC,
    key: Annotated[Path | None, typer.Option("--key", help="Key; default: the one in force in the month")] = None,
    meters_list: MetersOption = None,
    decimals: Annotated[int | None, typer.Option("--decimals", help="Digits; default: the key's own, else 6")] = None,
    curves: Annotated[
        Path | None, typer.Option("--curves", help="Canonical curves in place of a month on chain")
    ] = None,
    roster: Annotated[Path | None, typer.Option("--roster", help="With --curves (daisee.roster/1)")] = None,
    weights: Annotated[
        Path | None, typer.Option("--table", help="With --curves: the rows of a key with TABLE stages (daisee.table/1)")
    ] = None,
    cau: Annotated[str, typer.Option("--cau", help="Spain: the code of the shared plant, 26 characters")] = "",
    year: Annotated[int, typer.Option("--year", help="Spain: the year the coefficients are for")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Write the coefficients that make the operator's calculation give the key's result, and how far off it may be."""
    rule = files.parsed(key, keys.parse) if key else None
    points = read_meters(meters_list)[0] if meters_list else {}
    if operator is Operator.SPAIN:
        if rule is None or not cau or not year:
            raise ExportInvalid("coefficients: Spain's file needs --key, --cau, --year and --meters with the CUPS")
        made = coefficients.spanish_file(rule, cau, year, points)
        files.write(out, {made.file_name: spanish.to_bytes(made)})
        result = {"file": made.file_name, "points": len(made.points), "exact": True, "method": "static"}
        output.emit(result, as_json, lambda r: output.results.print(f"{r['file']}: {r['points']} CUPS, exact"))
        return
    label, found, rule, consumers, producers = _generic(
        context, period, curves, roster, weights, rule, points, decimals
    )
    name = f"coefficients-{label}.csv"
    files.write(out, {name: coefficients.generic_csv(found, consumers, producers)})
    output.emit({"file": name, **coefficients.summary(found, rule)}, as_json, _show_export)


def _generic(
    context: typer.Context,
    period: str | None,
    curves: Path | None,
    roster: Path | None,
    weights: Path | None,
    rule: keys.AllocationKey | None,
    points: dict[int, str],
    decimals: int | None,
) -> tuple[str, coefficients.StepCoefficients, keys.AllocationKey, list[str], list[str]]:
    """The coefficients of a month on chain, or of curves; with what each column is called: meter, else point."""
    if curves is not None:
        if rule is None:
            raise ExportInvalid("coefficients: --curves needs --key, since no chain says which one is in force")
        known = files.parsed(roster, rosters.parse) if roster else None
        whole = whole_curves.read(files.opened(curves), str(curves), known)
        roster_, start, step = whole.roster, int(whole.starts[0]), whole.step_seconds
        keys.check_points(rule, roster_.consumption_points, production_points=roster_.production_points)
        energies = months.in_roster_order(roster_, whole.consumption, whole.production)
        table = files.parsed(weights, tables.parse) if weights else None
        if table is not None:
            tables.check(table, rule, start, step, len(whole.starts))
        label = curves.stem
    elif period is not None:
        session = Session.of(context)
        chosen = period_id(period)
        month = months.from_period(session.community, session.store, session.identity, chosen, program_hash())
        roster_, start, step, energies = month.roster, month.start, month.step_seconds, month.energies
        label, table = period_label(chosen), month.table
        rule = rule or month.key
    else:
        raise ExportInvalid("coefficients: name the month, or give --curves")
    if rule is None:
        raise ExportInvalid("coefficients: give the key with --key")
    digits = decimals if decimals is not None else rule.coefficient_decimals or 6
    found = coefficients.of_key(rule, roster_, energies, start, step, digits, table)
    columns = roster_.columns

    def named(places: tuple[int, ...]) -> list[str]:
        return [points.get(columns[at].point) or columns[at].meter or f"point {columns[at].point}" for at in places]

    return label, found, rule, named(roster_.consumption), named(roster_.production)


def _show_export(result: dict[str, Any]) -> None:
    output.results.print(f"{result['file']}: {result['method']}, {result['decimals']} decimals", soft_wrap=True)
    if result["method"] == "default dynamic":
        output.results.print("This is what French law gives a community that says nothing: nothing need be sent.")
    if result["exact"]:
        output.results.print("The operator's result is the key's, to the µkWh.")
    else:
        most, total = result["largestDifferenceMicroKwh"], result["totalDifferenceMicroKwh"]
        told = f"The operator gives up to {most} µkWh less in a step, {kwh(total)} kWh in all."
        output.results.print(
            f"{told} A key with coefficientDecimals {result['decimals']} gives the same.", soft_wrap=True
        )


@app.command("import")
def import_(
    context: typer.Context,
    period: Annotated[str, typer.Argument(help="The month, e.g. 2016-06")],
    files_: Annotated[list[Path], typer.Argument(metavar="FILE…", help="The operator's results")],
    meters_list: Annotated[Path, typer.Option("--meters", help="Which meter is which point (daisee.meters/1)")],
    as_json: JsonOption = False,
) -> None:
    """Pin the operator's own allocation, sealed for each column's readers; `daisee audit` compares it by its digest."""
    session = Session.of(context)
    chosen = period_id(period)
    community = session.community
    block = community.connection.stamp().number
    record = community.meter_data.period(chosen, block)
    envelopes = community.meter_data.envelopes(chosen, block)
    secret = gathering.secret(session.store, envelopes, record.input_digest, session.identity)
    roster = community.registry.roster(record.start, record.end, block)
    named = [(str(path), files.opened(path)) for path in files_]
    known, unknown = read_meters(meters_list)[0], set[str]()
    found = operator_allocation.read(named, roster, known, record.start, record.end, unknown)
    told = {curve.column for curve in found}
    untold = [at for at in roster.consumption if at not in told]
    digest = operator_allocation.seal(found, record.input_digest, secret, session.store)
    result = {
        "period": period_label(chosen),
        "digest": "0x" + digest.hex(),
        "columns": [
            {
                "column": curve.column,
                "intervals": len(curve.starts),
                "energy": int(curve.energy.sum()),
                "resolution": curve.resolution,
            }
            for curve in found
        ],
        "withoutResult": untold,
        "unknownMeters": sorted(unknown),
    }

    def show(_: object) -> None:
        output.results.print(f"{len(found)} columns: {result['digest']}", soft_wrap=True)
        if untold:
            names = ", ".join(f"{at} (point {roster.columns[at].point})" for at in untold)
            output.results.print(f"No result of the operator, so not compared: column {names}", soft_wrap=True)
        if unknown:
            output.results.print(f"Left aside, not on the list of meters: {', '.join(sorted(unknown))}", soft_wrap=True)
        compare = f"daisee audit {period} --level full --operator-allocation {result['digest']}"
        output.results.print(f"Compare: {compare}", soft_wrap=True)

    output.emit(result, as_json, show)
