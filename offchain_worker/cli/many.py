"""`daisee allocate-many`: the engine over many communities and years, out of core, on one machine or many."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from offchain_worker.domain.indicators import rate_ppm
from offchain_worker.scale import communities

from . import files, output
from .settings import JsonOption
from .written import columns, kwh, percent


def allocate_many(
    folder: Annotated[Path, typer.Argument(help="Folder of communities: key.json, roster.json, curves in Parquet")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the results")],
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=0, help="Workers of a local Dask cluster, by default one a processor; 0: none"),
    ] = None,
    scheduler: Annotated[str | None, typer.Option("--scheduler", help="Address of a Dask scheduler")] = None,
    as_json: JsonOption = False,
) -> None:
    """Share the curves of many communities, file by file, each under its community's key.

    Writes a Parquet file of allocations for each file of curves, and summary.json. The files are the same whatever the
    number of workers.
    """
    found = communities.spans(folder, out)
    with output.progress() as bar:
        task = bar.add_task("sharing spans", total=len(found))
        totals = communities.share_all(found, workers, scheduler, lambda _: bar.advance(task))
    summary = {
        "spans": len(found),
        "communities": [
            {
                "community": name,
                "steps": each.steps,
                "produced": each.produced,
                "consumed": each.consumed,
                "allocated": each.allocated,
                "surplus": each.produced - each.allocated,
                "scr_ppm": rate_ppm(each.allocated, each.produced),
                "ssr_ppm": rate_ppm(each.allocated, each.consumed),
            }
            for name, each in sorted(totals.items())
        ],
    }
    files.write(out, {"summary.json": (json.dumps(summary, ensure_ascii=False, indent=2) + "\n").encode()})
    output.emit(summary, as_json, _show)


def _show(summary: dict[str, Any]) -> None:
    rows = [("community", "steps", "local kWh", "of produced", "of consumed")]
    rows += [
        (
            each["community"],
            str(each["steps"]),
            kwh(each["allocated"]),
            percent(each["scr_ppm"]),
            percent(each["ssr_ppm"]),
        )
        for each in summary["communities"]
    ]
    output.results.print("\n".join(columns(rows)), markup=False, soft_wrap=True)
