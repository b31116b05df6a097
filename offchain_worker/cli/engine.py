"""`daisee allocate`: the engine alone, no chain. Canonical curves and a key in; who got what out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import polars as pl
import typer

from offchain_worker.domain import allocation
from offchain_worker.domain import key as keys
from offchain_worker.domain import roster as rosters
from offchain_worker.domain import table as tables
from offchain_worker.domain import tariff as tariffs
from offchain_worker.domain.allocation import CHUNK, Allocation
from offchain_worker.domain.energy import Energies, totals
from offchain_worker.domain.errors import EnergyTooLarge
from offchain_worker.domain.indicators import indicators, rate_ppm
from offchain_worker.domain.invoice import debits, invoices, net
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.pairs import by_lane, pairs
from offchain_worker.domain.quantities import MAX_ENERGY
from offchain_worker.domain.table import Table
from offchain_worker.domain.tariff import Tariff
from offchain_worker.jobs.bands import bands
from offchain_worker.meters.findings import iso
from offchain_worker.meters.formats.canonical import csv_bytes, parquet_bytes

from . import files, output, whole_curves
from .settings import JsonOption
from .whole_curves import WholeCurves
from .written import columns, kwh, percent

INVOICES = "invoices.json"


def allocate(
    curves: Annotated[Path, typer.Option("--curves", help="Canonical curves, CSV or Parquet")],
    key: Annotated[Path, typer.Option("--key", help="Allocation key (daisee.key/1)")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the results")],
    roster: Annotated[
        Path | None, typer.Option("--roster", help="Who answers for which meter (daisee.roster/1)")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--table", help="Weights by step of a key that has some (daisee.table/1)")
    ] = None,
    tariff: Annotated[
        Path | None, typer.Option("--tariff", help="Tariff (daisee.tariff/1): writes the invoices too")
    ] = None,
    time_zone: Annotated[str, typer.Option("--time-zone", help="Local time of the tariff's bands")] = "Europe/Paris",
    as_json: JsonOption = False,
) -> None:
    """Share production by a key.

    Writes allocations.csv and .parquet, surplus.csv and summary.json, with a tariff also invoices.json.
    """
    rule = files.parsed(key, keys.parse)
    known = files.parsed(roster, rosters.parse) if roster else None
    prices = files.parsed(tariff, tariffs.parse) if tariff else None
    weights = files.parsed(table, tables.parse) if table else None
    with output.progress() as bar:
        reading = bar.add_task("reading curves", total=1)
        whole = whole_curves.read(files.opened(curves), str(curves), known)
        bar.advance(reading)
        found = _allocated(whole, rule, weights, bar)
        writing = bar.add_task("writing results", total=1)
        money = _money(whole, found, rule, weights, prices, time_zone) if prices else None
        summary = _summary(whole, rule, found, money)
        made = _tables(whole, found) | {"summary.json": _json(summary)}
        if money:
            made[INVOICES] = _json(money)
        files.write(out, made, stale=[INVOICES])
        bar.advance(writing)
    output.emit(summary, as_json, _show)


def _allocated(whole: WholeCurves, key: AllocationKey, table: Table | None, bar: Any) -> Allocation:
    """Allocate a slice of steps at a time, so that the bar moves."""
    steps = len(whole.starts)
    task = bar.add_task("allocating", total=steps)
    if table is not None:
        tables.check(table, key, int(whole.starts[0]), whole.step_seconds, steps)
    weights = tables.rows_of(table, key, steps)
    allocated = np.empty_like(whole.consumption)
    sold, surplus = np.empty_like(whole.production), np.empty_like(whole.production)
    for start in range(0, steps, CHUNK):
        rows = slice(start, start + CHUNK)
        part = allocation.allocate(
            whole.consumption[rows],
            whole.production[rows],
            key,
            whole.roster,
            {stage: each[rows] for stage, each in weights.items()} or None,
            out=allocated[rows],
        )
        sold[rows], surplus[rows] = part.sold, part.surplus
        bar.advance(task, len(part.sold))
    return Allocation(allocated, sold, surplus)


def _by_meter(whole: WholeCurves, places: Sequence[int], energies: Energies) -> dict[str, Energies]:
    """Energies by meter: the columns of one meter follow each other in time, so they add up."""
    found: dict[str, Energies] = {}
    for position, at in enumerate(places):
        meter = whole.roster.columns[at].meter
        found[meter] = found[meter] + energies[:, position] if meter in found else energies[:, position]
    return found


def _tables(whole: WholeCurves, found: Allocation) -> dict[str, bytes]:
    """The files of energies, in order of time, then of the roster."""
    allocations = _table(whole, whole.roster.consumption, found.allocated, "allocated_micro_kwh")
    surplus = _table(whole, whole.roster.production, found.surplus, "surplus_micro_kwh")
    text = pl.col("interval_start").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "allocations.csv": csv_bytes(allocations.with_columns(text)),
        "allocations.parquet": parquet_bytes(allocations),
        "surplus.csv": csv_bytes(surplus.with_columns(text)),
    }


def _table(whole: WholeCurves, places: Sequence[int], energies: Energies, name: str) -> pl.DataFrame:
    meters = _by_meter(whole, places, energies)
    starts: npt.NDArray[np.int64] = np.repeat(whole.starts, len(meters))
    return pl.DataFrame(
        {
            "interval_start": pl.from_epoch(pl.Series(starts, dtype=pl.Int64), "s").dt.replace_time_zone("UTC"),
            "meter": pl.Series(list(meters) * len(whole.starts), dtype=pl.String),
            name: pl.Series(np.stack(list(meters.values()), axis=1).reshape(-1), dtype=pl.Int64),
        }
    )


def _summary(whole: WholeCurves, key: AllocationKey, found: Allocation, money: dict[str, Any] | None) -> dict[str, Any]:
    total = indicators(whole.consumption, whole.production, found)
    summary = {
        "start": iso(int(whole.starts[0])),
        "steps": len(whole.starts),
        "step_seconds": whole.step_seconds,
        "key_hash": "0x" + key.hash().hex(),
        "produced": total.produced,
        "consumed": total.consumed,
        "allocated": total.allocated,
        "surplus": total.surplus,
        "scr_ppm": total.scr_ppm,
        "ssr_ppm": total.ssr_ppm,
        "meters": _meters(whole, found),
    }
    if money:
        summary["debit_cents"] = money["debit_cents"]
        summary["net_cents"] = money["net_cents"]
    return summary


def _meters(whole: WholeCurves, found: Allocation) -> list[dict[str, Any]]:
    """One entry per meter and direction."""
    rows: list[dict[str, Any]] = []
    for name, rate, places, energies, parts in (
        ("consumed", "ssr_ppm", whole.roster.consumption, whole.consumption, found.allocated),
        ("produced", "scr_ppm", whole.roster.production, whole.production, found.sold),
    ):
        whole_by, part_by = _by_meter(whole, places, energies), _by_meter(whole, places, parts)
        for meter in whole_by:
            (all_of_it,), (part,) = (totals(by[meter][:, None], axis=0) for by in (whole_by, part_by))
            row = {"meter": meter, "direction": "production" if name == "produced" else "consumption", name: all_of_it}
            row |= {"allocated": part, rate: rate_ppm(part, all_of_it)}
            rows.append(row | ({"surplus": all_of_it - part} if name == "produced" else {"residual": all_of_it - part}))
    return rows


def _money(
    whole: WholeCurves, found: Allocation, key: AllocationKey, weights: Table | None, tariff: Tariff, time_zone: str
) -> dict[str, Any]:
    """The invoices the allocation leads to, as one period."""
    roster = whole.roster
    tariffs.check_prices(tariff, roster.production_points, roster.consumption_groups)
    if max(totals(found.allocated, axis=0) + totals(found.sold, axis=0)) > MAX_ENERGY:
        raise EnergyTooLarge(f"allocate: a column has more than {MAX_ENERGY} µkWh over all steps")
    lanes = bands(tariff, time_zone, int(whole.starts[0]), whole.step_seconds, len(whole.starts))
    if key.per_producer:
        rows = tables.rows_of(weights, key, len(whole.starts))
        split = allocation.share(whole.consumption, whole.production, key, roster, rows).by_producer
        assert split is not None
        paired = np.stack([split[lanes == band].sum(axis=0) for band in range(tariff.bands)])
    else:
        paired = pairs(by_lane(found.allocated, lanes, tariff.bands), by_lane(found.sold, lanes, tariff.bands))
    issued = invoices(paired, roster, tariff)
    highest = roster.highest_member
    return {
        "tariff_hash": "0x" + tariff.hash().hex(),
        "invoices": [invoice.document() for invoice in issued],
        "debit_cents": sum(debits(issued, highest)),
        "net_cents": net(issued, highest),
    }


def _json(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def _show(summary: dict[str, Any]) -> None:
    rows = [("meter", "direction", "kWh", "local kWh", "local")]
    for row in summary["meters"]:
        whole, rate = ("produced", "scr_ppm") if row["direction"] == "production" else ("consumed", "ssr_ppm")
        rows.append((row["meter"], row["direction"], kwh(row[whole]), kwh(row["allocated"]), percent(row[rate])))
    local, made, used = (kwh(summary[name]) for name in ("allocated", "produced", "consumed"))
    lines = [
        *columns(rows),
        f"{local} kWh local of {made} produced ({percent(summary['scr_ppm'])})"
        f" and {used} consumed ({percent(summary['ssr_ppm'])}); surplus {kwh(summary['surplus'])} kWh",
    ]
    output.results.print("\n".join(lines), markup=False, soft_wrap=True)
