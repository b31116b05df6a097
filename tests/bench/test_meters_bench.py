"""The measurement of meter files: its file is a real year, and what it measures gives the same figures each way."""

from __future__ import annotations

from pathlib import Path

from offchain_worker import meters
from offchain_worker.bench import meters as bench
from offchain_worker.meters.zone import local_midnight


def test_year__is_17520_half_hours_with_46_and_50_on_the_days_clocks_change() -> None:
    curve = meters.read(bench.year("12345678901234", 7), "year.csv").curves[0]
    assert len(curve.starts) == 17_520
    for day, after, count in (("2023-03-26", "2023-03-27", 46), ("2023-10-29", "2023-10-30", 50)):
        bounds = local_midnight(bench.PARIS, day), local_midnight(bench.PARIS, after)
        assert ((curve.starts >= bounds[0]) & (curve.starts < bounds[1])).sum() == count


def test_speed__reads_the_same_energy_as_polars_and_says_the_ratio() -> None:
    found = bench.speed()
    assert found["readings"] == 17_520
    assert found["ratio"] == found["inspect_seconds"] / found["polars_seconds"]
    assert found["holds"] == (found["ratio"] <= 3)


def test_many__by_one_process_and_by_several__count_the_same_energy(tmp_path: Path) -> None:
    found = bench.many(tmp_path, 3)
    assert found["files"] == 3
    assert found["bytes"] == sum(path.stat().st_size for path in tmp_path.glob("*.csv"))
    assert found["speedup"] == found["one_core_seconds"] / found["all_cores_seconds"]
    assert found["memory"]["holds"]
