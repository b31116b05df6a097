"""
Reading meter files: a year of half-hours beside `polars.read_csv` on the same bytes, a thousand such files by one core
and by all, and what memory a thousand take beyond what one takes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from offchain_worker import meters
from offchain_worker.meters.zone import local_midnight, zone
from offchain_worker.scale import meter_files
from offchain_worker.scale.meter_files import Source

from .peak import peak_bytes

PARIS: Final = "Europe/Paris"
HEADER: Final = (
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;"
    "Unite;Pas en minutes"
)
READ_BOUND: Final = 3.0
SPEEDUP_BOUND: Final = 1.5
GROWTH_BOUND: Final = 32 * 2**20
REPEATS: Final = 15


def year(prm: str, seed: int) -> bytes:
    """A year of half-hours as a customer of Enedis downloads them, both clock changes in it."""
    start, end = local_midnight(PARIS, "2023-01-01"), local_midnight(PARIS, "2024-01-01")
    ends = range(start + 1800, end + 1, 1800)
    watts = np.random.default_rng(seed).integers(40, 1500, len(ends)) * 2
    described = f"{prm};Courbe de charge;01/01/2023;01/01/2024;Energie active;Consommation;Comptage Brut;W;"
    rows = (
        f"{datetime.fromtimestamp(at, UTC).astimezone(zone(PARIS)).isoformat()};{value}"
        for at, value in zip(ends, watts.tolist(), strict=True)
    )
    return ("\ufeff" + "\n".join([HEADER, described, "Horodate;Valeur", *rows]) + "\n").encode()


def speed() -> dict[str, Any]:
    """Seconds of each reader on the same bytes, the best of several runs taken in turn."""
    data = year("12345678901234", 1)
    found = meters.inspect([("year.csv", data)])
    plain = pl.read_csv(data, separator=";", skip_rows=2, try_parse_dates=True)
    assert found["verdict"] == "conform"
    assert found["curves"][0]["energy_micro_kwh"] == int(plain["Valeur"].sum()) * 500
    work: dict[str, Callable[[], Any]] = {
        "polars": lambda: pl.read_csv(data, separator=";", skip_rows=2, try_parse_dates=True),
        "read": lambda: meters.read(data, "year.csv"),
        "inspect": lambda: meters.inspect([("year.csv", data)]),
    }
    seconds = dict.fromkeys(work, float("inf"))
    for _ in range(REPEATS):
        for name, run in work.items():
            start = time.perf_counter()
            run()
            seconds[name] = min(seconds[name], time.perf_counter() - start)
    ratio = seconds["inspect"] / seconds["polars"]
    return {
        "bytes": len(data),
        "readings": plain.height,
        "polars_seconds": seconds["polars"],
        "read_seconds": seconds["read"],
        "inspect_seconds": seconds["inspect"],
        "read_ratio": seconds["read"] / seconds["polars"],
        "ratio": ratio,
        "bound": READ_BOUND,
        "holds": ratio <= READ_BOUND,
    }


def many(folder: Path, count: int = 1_000, tell: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """That many years, each of a point of its own: by one process of one thread, then by a process per processor."""
    body = year("10000000000000", 2)
    for at in range(count):
        (folder / f"{at:05}.csv").write_bytes(body.replace(b"10000000000000", b"%014d" % (10**13 + at), 1))
    cores = meter_files.cores()
    tell("one file")
    one = _run(folder, 1, 1)
    tell("many files, one core")
    alone = _run(folder, count, 1)
    tell("many files, all cores")
    together = _run(folder, count, cores)
    assert alone["energy"] == together["energy"] == count * one["energy"]
    speedup, growth = alone["seconds"] / together["seconds"], alone["peak_bytes"] - one["peak_bytes"]
    return {
        "files": count,
        "bytes": count * len(body),
        "cores": cores,
        "one_core_seconds": alone["seconds"],
        "all_cores_seconds": together["seconds"],
        "files_per_second": count / together["seconds"],
        "speedup": speedup,
        "bound": SPEEDUP_BOUND,
        "holds": speedup >= SPEEDUP_BOUND or cores < 2,
        "memory": {
            "one_file_peak_bytes": one["peak_bytes"],
            "peak_bytes": alone["peak_bytes"],
            "growth_bytes": growth,
            "bound_bytes": GROWTH_BOUND,
            "holds": growth <= GROWTH_BOUND,
        },
    }


def _run(folder: Path, count: int, processes: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "offchain_worker.bench.meters", str(folder), str(count), str(processes)]
    threads = {"POLARS_MAX_THREADS": "1"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | threads)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _inspected(folder: Path, count: int, processes: int) -> dict[str, Any]:
    """Seconds to inspect the first files of a folder, starting processes included, and most memory of this process."""
    sources = [Source(path) for path in sorted(folder.glob("*.csv"))[:count]]
    start = time.perf_counter()
    with meter_files.processes(processes, count) as mapped:
        report = meter_files.read(sources, PARIS, mapped).report()
    seconds = time.perf_counter() - start
    energy = sum(curve["energy_micro_kwh"] for curve in report["curves"])
    return {"seconds": seconds, "energy": energy, "peak_bytes": peak_bytes()}


if __name__ == "__main__":
    print(json.dumps(_inspected(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
