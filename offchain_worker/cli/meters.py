"""`daisee inspect` and `daisee standardise`: what files of meter readings hold, and canonical curves from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from offchain_worker import meters
from offchain_worker.domain import conformity_rules
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.quantities import PPM
from offchain_worker.meters.findings import ignored_file, iso
from offchain_worker.meters.formats import canonical

from . import output
from .files import FileUnusable, opened, write
from .settings import JsonOption
from .written import columns, kwh

FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Files of readings, plain, .gz or .zip, or folders of them")
]
ZoneOption = Annotated[str, typer.Option("--time-zone", help="Local time of the readings")]
STEPS = (5, 10, 15, 30, 60)


def inspect(files: FilesArgument, time_zone: ZoneOption = "Europe/Paris", as_json: JsonOption = False) -> None:
    """Say what files of readings hold and what is wrong in them. Exit 1 if they cannot be used."""
    named, ignored = _named(files)
    report = meters.inspect(named, time_zone, ignored)
    output.emit(report, as_json, _show_inspection)
    if report["verdict"] == "rejected":
        raise typer.Exit(1)


def standardise(
    files: FilesArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder for curves.csv, curves.parquet and conformity.json")],
    step: Annotated[int, typer.Option("--step", help="Minutes per step; the coarsest of the files if left out")] = 0,
    rules: Annotated[Path | None, typer.Option("--rules", help="Conformity rules (daisee.conformity/1)")] = None,
    time_zone: ZoneOption = "Europe/Paris",
    as_json: JsonOption = False,
) -> None:
    """Write canonical curves of all files on one step, and the conformity report. Exit 1 if a curve is rejected."""
    if step and step not in STEPS:
        raise typer.BadParameter("a step has 5, 10, 15, 30 or 60 minutes", param_hint="--step")
    named, ignored = _named(files)
    applied = conformity_rules.parse(opened(rules)) if rules else ConformityRules(time_zone, 10**9, PPM, PPM)
    made = meters.standardise_all(named, applied, step * 60)
    report = _report(named, made, ignored)
    written = {"conformity.json": (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode()}
    if report["verdict"] != "rejected":
        moments = np.arange(made.start, made.end, made.step_seconds)
        table = canonical.table_of(
            [
                (meter, direction.name.lower(), moments[known], curve.energy[known])
                for meter, direction, curve in made.curves
                for known in [curve.quality <= meters.Quality.ESTIMATED]
            ]
        )
        written |= {"curves.csv": canonical.csv_bytes(table), "curves.parquet": canonical.parquet_bytes(table)}
    write(out, written, stale=["curves.csv", "curves.parquet"])
    output.emit(report, as_json, _show_standard)
    if report["verdict"] == "rejected":
        raise typer.Exit(1)


def _named(files: list[Path]) -> tuple[list[tuple[str, bytes]], list[str]]:
    """
    The files with their names, folders opened, and the names of those in folders that are of no known format; a file
    that is named itself must be of one. Raises FileUnusable.
    """
    named: list[tuple[str, bytes]] = []
    ignored: list[str] = []
    for file in files:
        if not file.is_dir():
            named.append((str(file), opened(file)))
            continue
        for member in sorted(path for path in file.rglob("*") if path.is_file() and not path.name.startswith(".")):
            data = opened(member)
            if meters.known(data, str(member)):
                named.append((str(member), data))
            else:
                ignored.append(str(member))
    if not named:
        raise FileUnusable(f"{', '.join(map(str, files))}: no file of readings there")
    return named, ignored


def _report(files: list[tuple[str, bytes]], made: meters.StandardFiles, ignored: list[str]) -> dict[str, Any]:
    """The conformity report: as `inspect` prints it, with the quality of each curve's steps."""
    found = [finding for _, _, curve in made.curves for finding in curve.findings]
    found += map(ignored_file, ignored)
    return {
        "format": "+".join(sorted({meters.read(data, name).format for name, data in files})),
        "verdict": meters.verdict(found),
        "start": iso(made.start),
        "end": iso(made.end),
        "step_seconds": made.step_seconds,
        "curves": [
            {
                "meter": meter,
                "direction": direction.name.lower(),
                "measured": int((curve.quality == meters.Quality.MEASURED).sum()),
                "estimated": int((curve.quality == meters.Quality.ESTIMATED).sum()),
                "missing": int((curve.quality == meters.Quality.MISSING).sum()),
                "energy_micro_kwh": int(curve.energy.sum()),
            }
            for meter, direction, curve in made.curves
        ],
        "findings": [finding.to_json() for finding in found],
    }


def _show_inspection(report: dict[str, Any]) -> None:
    rows = [("meter", "direction", "from (UTC)", "to (UTC)", "minutes", "readings", "missing", "kWh")]
    for curve in report["curves"]:
        first, last = (curve[bound][:16].replace("T", " ") for bound in ("start", "end"))
        steps = ",".join(str(int(step) // 60) for step in curve["steps"]) if curve["kind"] == "load" else curve["kind"]
        counts = (str(curve["intervals"]), str(curve["missing"]), kwh(curve["energy_micro_kwh"]))
        rows.append((curve["meter"], curve["direction"], first, last, steps, *counts))
    _show(report, rows)


def _show_standard(report: dict[str, Any]) -> None:
    rows = [("meter", "direction", "measured", "estimated", "missing", "kWh")]
    for curve in report["curves"]:
        counts = (str(curve["measured"]), str(curve["estimated"]), str(curve["missing"]))
        rows.append((curve["meter"], curve["direction"], *counts, kwh(curve["energy_micro_kwh"])))
    _show(report, rows)


def _show(report: dict[str, Any], rows: Sequence[tuple[str, ...]]) -> None:
    """The table, then the findings and the verdict."""
    lines = columns(rows)
    for finding in report["findings"]:
        place = f"{finding['meter']} {finding['start']}".strip()
        lines.append(f"{finding['severity']:7} {finding['code']} {place}: {finding['message']}")
    lines.append(f"{report['format']}: {report['verdict']}")
    output.results.print("\n".join(lines), markup=False, soft_wrap=True)
