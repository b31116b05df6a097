"""`daisee inspect` and `daisee standardise`: what files of meter readings hold, and canonical curves from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, Any

import numpy as np
import typer

from offchain_worker import meters
from offchain_worker.domain import conformity_rules
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.quantities import PPM
from offchain_worker.domain.roster import Direction
from offchain_worker.meters import Quality, StandardCurve
from offchain_worker.meters.findings import Finding, ignored_file, iso, words
from offchain_worker.scale import meter_files
from offchain_worker.scale.curve_files import Spool
from offchain_worker.scale.meter_files import Map, Read, Source

from . import conformity_chart, output
from .conformity_page import Page, Section, render
from .files import FileUnusable, opened, write
from .settings import JsonOption
from .written import columns, kwh

FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Files of readings, plain, .gz or .zip, or folders of them")
]
ZoneOption = Annotated[str, typer.Option("--time-zone", help="Local time of the readings")]
ProcessesOption = Annotated[
    int, typer.Option("--processes", min=0, max=256, help="Processes that read; all processors for many files if 0")
]
STEPS = (5, 10, 15, 30, 60)
COUNTED = {Quality.MEASURED: "measured", Quality.ESTIMATED: "estimated", Quality.REPAIRED: "repaired"}


class Language(StrEnum):
    """A language the report's page is written in."""

    FR = "fr"
    EN = "en"


def inspect(
    files: FilesArgument,
    time_zone: ZoneOption = "Europe/Paris",
    processes: ProcessesOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Say what files of readings hold and what is wrong in them. Exit 1 if they cannot be used."""
    sources = _sources(files)
    with _bar("reading", len(sources)) as done, meter_files.processes(processes, len(sources)) as mapped:
        report = _read(sources, time_zone, mapped, done).report()
    output.emit(report, as_json, _show_inspection)
    if report["verdict"] == "rejected":
        raise typer.Exit(1)


def standardise(
    files: FilesArgument,
    out: Annotated[
        Path,
        typer.Option("--out", help="Folder for curves.csv, curves.parquet, conformity.json and conformity.html"),
    ],
    step: Annotated[int, typer.Option("--step", help="Minutes per step; the coarsest of the files if left out")] = 0,
    rules: Annotated[Path | None, typer.Option("--rules", help="Conformity rules (daisee.conformity/1)")] = None,
    time_zone: ZoneOption = "Europe/Paris",
    language: Annotated[Language, typer.Option("--language", help="Language of conformity.html")] = Language.FR,
    processes: ProcessesOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Write canonical curves of all files on one step, and the conformity report. Exit 1 if a curve is rejected."""
    if step and step not in STEPS:
        raise typer.BadParameter("a step has 5, 10, 15, 30 or 60 minutes", param_hint="--step")
    applied = conformity_rules.parse(opened(rules)) if rules else ConformityRules(time_zone, 10**9, PPM, PPM)
    sources = _sources(files)
    with meter_files.processes(processes, len(sources)) as mapped:
        with _bar("reading", len(sources)) as done:
            read = _read(sources, applied.time_zone, mapped, done)
        with _bar("standardising", len(read.points)) as done:
            start, end, seconds, curves = meter_files.standard_curves(read, applied, step * 60, mapped, done)
            with TemporaryFile() as file:
                spool, sections = Spool(file, start, end, seconds), []
                for meter, direction, curve in curves:
                    spool.add(meter, direction, curve)
                    sections.append(_section(meter, direction, curve, seconds))
                sections.sort(key=lambda section: (section.direction, section.meter))
                about = [ignored_file(name) for name in read.ignored]
                verdict = meters.verdict([*about, *(found for each in sections for found in each.findings)])
                formats = "+".join(sorted({name for point in read.points for name in point.found.formats}))
                page = Page(verdict, start, end, seconds, formats, applied.time_zone, sections, about)
                report = _report(page)
                documents = {
                    "conformity.json": (json.dumps(report, ensure_ascii=False, indent=2) + "\n").encode(),
                    "conformity.html": render(page, language.value).encode(),
                }
                write(out, documents, stale=["curves.csv", "curves.parquet"])
                if verdict != "rejected":
                    _write_curves(spool, out)
    output.emit(report, as_json, _show_standard)
    if verdict == "rejected":
        raise typer.Exit(1)


def _sources(files: list[Path]) -> list[Source]:
    """The files, folders opened. A file that is named itself must be of a known format, one in a folder need not."""
    sources = []
    for file in files:
        if file.is_dir():
            members = sorted(path for path in file.rglob("*") if path.is_file() and not path.name.startswith("."))
            sources += [Source(member, listed=False) for member in members]
        else:
            sources.append(Source(file))
    return sources


def _read(sources: list[Source], time_zone: str, mapped: Map, done: Callable[[str], None]) -> Read:
    read = meter_files.read(sources, time_zone, mapped, done)
    if not read.points:
        raise FileUnusable(f"{', '.join(str(source.path) for source in sources[:3])}: no file of readings there")
    return read


@contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar on stderr; what it gives is called with the name of each file that is done."""
    with output.progress() as bar:
        task = bar.add_task(what, total=total)
        yield lambda name: bar.update(task, advance=1, description=f"{what} {name[:40]}")


def _write_curves(spool: Spool, out: Path) -> None:
    try:
        spool.write(out / "curves.csv", out / "curves.parquet")
    except OSError as error:
        raise FileUnusable(f"{error.filename or out}: cannot be written ({error.strerror})") from None


def _section(meter: str, direction: Direction, curve: StandardCurve, step_seconds: int) -> Section:
    counted = {**COUNTED, Quality.MISSING: "missing"}
    counts = {name: int((curve.quality == quality).sum()) for quality, name in counted.items()}
    energy = int(curve.energy[np.isin(curve.quality, list(COUNTED))].sum())
    return Section(meter, direction, counts, energy, conformity_chart.chart(curve, step_seconds), tuple(curve.findings))


def _report(page: Page) -> dict[str, Any]:
    """The conformity report: as `inspect` prints it, with the quality of each curve's steps."""
    found: list[Finding] = [finding for section in page.sections for finding in section.findings]
    return {
        "format": page.format,
        "verdict": page.verdict,
        "start": iso(page.start),
        "end": iso(page.end),
        "step_seconds": page.step_seconds,
        "curves": [
            {
                "meter": section.meter,
                "direction": section.direction.name.lower(),
                **section.counts,
                "energy_micro_kwh": section.energy,
            }
            for section in page.sections
        ],
        "findings": [finding.to_json() for finding in [*found, *page.files]],
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
    rows = [("meter", "direction", "measured", "estimated", "repaired", "missing", "kWh")]
    for curve in report["curves"]:
        counts = tuple(str(curve[name]) for name in ("measured", "estimated", "repaired", "missing"))
        rows.append((curve["meter"], curve["direction"], *counts, kwh(curve["energy_micro_kwh"])))
    _show(report, rows)


def _show(report: dict[str, Any], rows: Sequence[tuple[str, ...]]) -> None:
    """The table, the findings, what to do about errors and warnings, and the verdict."""
    lines = columns(rows)
    for finding in report["findings"]:
        place = f"{finding['meter']} {finding['start']}".strip()
        lines.append(f"{finding['severity']:7} {finding['code']} {place}: {finding['message']}")
    advice, heavy = words("en"), [entry for entry in report["findings"] if entry["severity"] != "info"]
    lines += [f"{code}: {advice[code]['do']}" for code in dict.fromkeys(entry["code"] for entry in heavy)]
    lines.append(f"{report['format']}: {report['verdict']}")
    output.results.print("\n".join(lines), markup=False, soft_wrap=True)
