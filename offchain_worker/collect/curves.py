"""Canonical curves of a log, as files: what was collected, and `gaps.json` with what was not."""

from __future__ import annotations

import json

import numpy as np

from offchain_worker.collect.steps import Collected
from offchain_worker.meters.findings import iso
from offchain_worker.meters.formats import canonical


def files(made: Collected, damaged: int) -> dict[str, bytes]:
    """`curves.csv`, `curves.parquet` and `gaps.json` by name; without a whole step there are no curves."""
    gaps = {
        "step_seconds": made.step,
        "damaged_lines": damaged,
        "gaps": [
            {
                "meter": gap.meter,
                "direction": gap.direction.name.lower(),
                "start": iso(gap.start),
                "end": iso(gap.end),
                "reason": gap.reason,
            }
            for gap in made.gaps
        ],
    }
    written = {"gaps.json": (json.dumps(gaps, ensure_ascii=False, indent=2) + "\n").encode()}
    if made.curves:
        table = canonical.table_of([
            (meter, direction.name.lower(), np.array(starts, dtype=np.int64), np.array(energy, dtype=np.int64))
            for meter, direction, starts, energy in made.curves
        ])  # fmt: skip
        written |= {"curves.csv": canonical.csv_bytes(table), "curves.parquet": canonical.parquet_bytes(table)}
    return written
