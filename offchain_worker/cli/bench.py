"""`daisee bench`: the project's measurements, as ratios to what anybody can run on the same machine."""

from __future__ import annotations

import os
import platform
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from . import output
from .settings import JsonOption
from .written import columns as in_columns


class Part(StrEnum):
    """What is measured."""

    ENGINE = "engine"
    SCALE = "scale"
    METERS = "meters"


def bench(
    parts: Annotated[list[Part] | None, typer.Argument(help="What to measure: everything if left out")] = None,
    steps: Annotated[int, typer.Option("--steps", help="Steps of the community measured")] = 35_040,
    columns: Annotated[int, typer.Option("--columns", help="Its consumption columns")] = 1_000,
    scale: Annotated[bool, typer.Option("--scale/--no-scale", help="Measure workers and memory too")] = True,
    files: Annotated[int, typer.Option("--files", min=1, help="Meter files of the measurement of many")] = 1_000,
    as_json: JsonOption = False,
) -> None:
    """Measure the engine in times of one numpy.copyto of the same bytes, beside plain pandas; trees, workers, memory;
    meter files in times of one polars.read_csv of the same bytes, many of them on all processors.

    Run it on a quiet machine: what else runs is measured too. "Undisturbed" is computed from the processors' time.
    """
    from offchain_worker.bench import engine
    from offchain_worker.bench import meters as readers
    from offchain_worker.bench import scale as scales

    chosen = set(parts or Part) - (set() if scale or parts else {Part.SCALE})
    result: dict[str, Any] = {
        "machine": {"processors": os.cpu_count(), "architecture": platform.machine(), "load": os.getloadavg()[0]}
    }
    with output.progress() as bar, tempfile.TemporaryDirectory() as folder:
        task = bar.add_task("measuring", total=None)
        tell = lambda what: bar.update(task, description=what)  # noqa: E731
        if Part.ENGINE in chosen:
            result["speed"] = engine.measure(steps, columns, tell)
            tell("roots")
            result["roots"] = engine.roots(250, 2_976)
        if Part.SCALE in chosen:
            tell("workers")
            with tempfile.TemporaryDirectory(dir=scales.QUICK) as quick:
                result["workers"] = scales.workers(Path(quick))
            tell("memory")
            result["memory"] = scales.memory(Path(folder))
        if Part.METERS in chosen:
            tell("a year of readings")
            result["meters"] = {"year": readers.speed()}
            (Path(folder) / "meters").mkdir()
            result["meters"]["many"] = readers.many(Path(folder) / "meters", files, tell)
    output.emit(result, as_json, _show)


def _show(found: dict[str, Any]) -> None:
    rows = [("what", "measured", "bound", "")]
    if "speed" in found:
        for each in found["speed"]["engine"]:
            measured = f"{each['ratio']:.2f} × copyto ({each['quiet_ratio']:.2f} undisturbed)"
            rows.append((each["rule"], measured, f"{each['bound']:.1f} ×", _verdict(each)))
        for each in found["speed"]["pandas"]:
            rows.append((f"{each['rule']}, plain pandas", f"{each['ratio']:.2f} × copyto", "", ""))
        roots = found["roots"]
        rows.append(("roots, 250 columns × 2,976 steps", f"{roots['seconds']:.2f} s", "3 s", _verdict(roots)))
    if "workers" in found:
        workers, memory = found["workers"], found["memory"]
        measured = f"{workers['speedup']:.2f} × ({workers['quiet_speedup']:.2f} undisturbed)"
        rows.append(("two workers to one", measured, "1.8 ×", _verdict(workers)))
        amount = f"{memory['peak_bytes'] / 2**20:.0f} MiB"
        rows.append((f"memory, {memory['points']} points", amount, "1024 MiB", _verdict(memory)))
    if "meters" in found:
        year, many = found["meters"]["year"], found["meters"]["many"]
        rows.append(("a year of half-hours, CSV", f"{year['ratio']:.2f} × polars.read_csv", "3.0 ×", _verdict(year)))
        rows.append(
            (
                f"{many['files']:,} such files, {many['cores']} cores to one",
                f"{many['speedup']:.2f} ×",
                f"{many['bound']:.1f} ×",
                _verdict(many),
            )
        )
        growth = f"{many['memory']['growth_bytes'] / 2**20:.1f} MiB"
        rows.append((f"memory of {many['files']:,} beyond one", growth, "32 MiB", _verdict(many["memory"])))
    output.results.print("\n".join(in_columns(rows)), markup=False, soft_wrap=True)


def _verdict(each: dict[str, Any]) -> str:
    return "holds" if each["holds"] else "does not hold"
