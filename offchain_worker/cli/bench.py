"""`daisee bench`: the project's measurements, as ratios to what anybody can run on the same machine."""

from __future__ import annotations

import os
import platform
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from . import output
from .settings import JsonOption
from .written import columns as in_columns


def bench(
    steps: Annotated[int, typer.Option("--steps", help="Steps of the community measured")] = 35_040,
    columns: Annotated[int, typer.Option("--columns", help="Its consumption columns")] = 1_000,
    scale: Annotated[bool, typer.Option("--scale/--no-scale", help="Measure workers and memory too")] = True,
    as_json: JsonOption = False,
) -> None:
    """Measure the engine in times of one numpy.copyto of the same bytes, beside plain pandas; trees, workers, memory.

    Run it on a quiet machine: what else runs is measured too.
    """
    from offchain_worker.bench import engine
    from offchain_worker.bench import scale as scales

    with output.progress() as bar:
        task = bar.add_task("measuring", total=None)
        tell = lambda what: bar.update(task, description=what)  # noqa: E731
        result: dict[str, Any] = {
            "machine": {"processors": os.cpu_count(), "architecture": platform.machine(), "load": os.getloadavg()[0]},
            "speed": engine.measure(steps, columns, tell),
        }
        tell("roots")
        result["roots"] = engine.roots(250, 2_976)
        if scale:
            with tempfile.TemporaryDirectory() as folder:
                tell("workers")
                result["workers"] = scales.workers(Path(folder))
                tell("memory")
                result["memory"] = scales.memory(Path(folder))
    output.emit(result, as_json, _show)


def _show(found: dict[str, Any]) -> None:
    speed = found["speed"]
    rows = [("what", "measured", "bound", "")]
    for each in speed["engine"]:
        rows.append((each["rule"], f"{each['ratio']:.2f} × copyto", f"{each['bound']:.1f} ×", _verdict(each)))
    for each in speed["pandas"]:
        rows.append((f"{each['rule']}, plain pandas", f"{each['ratio']:.2f} × copyto", "", ""))
    rows.append(
        ("roots, 250 columns × 2,976 steps", f"{found['roots']['seconds']:.2f} s", "3 s", _verdict(found["roots"]))
    )
    if "workers" in found:
        workers, memory = found["workers"], found["memory"]
        rows.append(("two workers to one", f"{workers['speedup']:.2f} ×", "1.8 ×", _verdict(workers)))
        amount = f"{memory['peak_bytes'] / 2**20:.0f} MiB"
        rows.append((f"memory, {memory['points']} points", amount, "1024 MiB", _verdict(memory)))
    output.results.print("\n".join(in_columns(rows)), markup=False, soft_wrap=True)


def _verdict(each: dict[str, Any]) -> str:
    return "holds" if each["holds"] else "does not hold"
