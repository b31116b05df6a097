"""Scale: what a second worker brings, and how much memory a span of many points takes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from offchain_worker.domain.key import AllocationKey, Rule, Stage
from offchain_worker.scale.communities import KEY, cluster, share_one, share_with, spans
from offchain_worker.scale.spans import share_span

from .peak import peak_bytes

GIB = 1 << 30
START = 1_451_602_800
QUICK = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where there is one, a folder in memory: what a disk writes back later is not the workers' time."""


def write_span(path: Path, steps: int, consumers: int, producers: int, seed: int) -> None:
    """Canonical curves in Parquet, row group by row group."""
    chance = np.random.default_rng(seed)
    width = consumers + producers
    names = [f"{at:05d}" for at in range(width)]
    kinds = ["consumption"] * consumers + ["production"] * producers
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = None
    most = np.array([1_500_000] * consumers + [1_000_000 * consumers // producers] * producers)
    for first in range(0, steps, block := max(1, (1 << 20) // width)):
        count = min(block, steps - first)
        starts = np.repeat(START + 1800 * np.arange(first, first + count), width)
        codes = pa.array(np.tile(np.arange(width, dtype=np.int32), count))
        table = pa.table(
            {
                "interval_start": pa.array(starts).cast(pa.timestamp("s", "UTC")),
                "meter": pa.DictionaryArray.from_arrays(codes, pa.array(names)),
                "direction": pa.DictionaryArray.from_arrays(codes, pa.array(kinds)).dictionary_decode(),
                "energy_micro_kwh": pa.array(chance.integers(0, most, (count, width)).reshape(-1)),
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def workers(
    folder: Path, communities: int = 4, years: int = 4, steps: int = 17_520, points: int = 100, repeats: int = 12
) -> dict[str, Any]:
    """Fastest seconds for all spans by one and by two single-threaded workers, once each has compiled and read a span.

    `quiet_speedup` is that of the processor's time of the worker with most to do: what it would be if nothing else ran.
    """
    for at in range(communities):
        home = folder / "in" / f"community-{at}"
        for year in range(years):
            write_span(home / f"{2016 + year}.parquet", steps, points - 5, 5, 10 * at + year)
        (home / KEY).write_text(AllocationKey((Stage(Rule.EGALITARIAN),)).to_json())
    found = {count: spans(folder / "in", folder / f"out-{count}") for count in (1, 2)}
    seconds, busiest = dict.fromkeys(found, float("inf")), dict.fromkeys(found, float("inf"))
    with cluster(2) as client:
        both = sorted(client.scheduler_info()["workers"])
        warm = zip(both, found[2], strict=False)
        client.gather([client.submit(share_one, span, 1, workers=[at], pure=False) for at, span in warm])
        for _ in range(repeats):  # in turns, so that what else runs on the machine slows both
            for count in found:
                start, spent = time.perf_counter(), client.run(time.process_time)
                share_with(client, found[count], workers=both[:count])
                seconds[count] = min(seconds[count], time.perf_counter() - start)
                after = client.run(time.process_time)
                busiest[count] = min(busiest[count], max(after[at] - spent[at] for at in spent))
    written = {count: [span.target.read_bytes() for span in each] for count, each in found.items()}
    speedup = seconds[1] / seconds[2]
    return {
        "spans": len(written[1]),
        "one_worker_seconds": seconds[1],
        "two_workers_seconds": seconds[2],
        "speedup": speedup,
        "quiet_speedup": busiest[1] / busiest[2],
        "bound": 1.8,
        "holds": speedup >= 1.8,
        "same_bytes": written[1] == written[2],
    }


def memory(folder: Path, steps: int = 1_488, points: int = 10_000) -> dict[str, Any]:
    """Most memory of a process that shares a span of that many points; it does not grow with the steps."""
    write_span(folder / "large.parquet", steps, points - 20, 20, 1)
    command = [sys.executable, "-m", "offchain_worker.bench.scale", str(folder / "large.parquet"), str(folder / "out")]
    start = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    peak = int(json.loads(done.stdout)["peak_bytes"])
    return {
        "steps": steps,
        "points": points,
        "seconds": seconds,
        "readings_per_second": steps * points / seconds,
        "peak_bytes": peak,
        "bound_bytes": GIB,
        "holds": peak <= GIB,
    }


if __name__ == "__main__":
    share_span(Path(sys.argv[1]), Path(sys.argv[2]), AllocationKey((Stage(Rule.PRO_RATA),)))
    print(json.dumps({"peak_bytes": peak_bytes()}))
