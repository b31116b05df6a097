"""What `daisee inspect` says of files: formats, curves, findings and a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from offchain_worker.meters.curve import Curve
from offchain_worker.meters.files import TIME_ZONE, merged, read
from offchain_worker.meters.findings import Code, Finding, Severity, ignored_file, iso, verdict
from offchain_worker.meters.series import missing_stretches

MICRO_KWH = 1000
"""Millionths of a Wh in a µkWh."""


def inspect(
    files: Sequence[tuple[str, bytes]], time_zone: str = TIME_ZONE, ignored: Sequence[str] = ()
) -> dict[str, Any]:
    """
    One report over (name, bytes) files: `format`, `verdict` (conform, repairable, rejected), `curves`, `findings`.
    `ignored` names files that were there as well and are of no known format.

    Steps and energies are as in the files. Raises MeterFileError or UnknownFormat for a file that cannot be read.
    """
    opened = [read(data, name, time_zone) for name, data in files]
    curves = merged(opened, time_zone)
    found = [finding for curve in curves for finding in curve.findings]
    found += [ignored_file(name) for name in [*ignored, *(name for file in opened for name in file.ignored)]]
    if not curves:
        found.append(Finding(0, 0, Code.EMPTY, Severity.ERROR, "", 0, "the files hold no readings"))
    return {
        "format": "+".join(sorted({file.format for file in opened})),
        "verdict": verdict(found),
        "curves": [_curve(curve) for curve in curves],
        "findings": [finding.to_json() for finding in found],
    }


def _curve(curve: Curve) -> dict[str, Any]:
    steps, counts = np.unique(curve.seconds, return_counts=True)
    registers = {}
    if curve.registers is not None and len(curve.registers):
        first, last = int(curve.registers[0]) // MICRO_KWH, int(curve.registers[-1]) // MICRO_KWH
        registers = {"register_micro_kwh": {"first": first, "last": last}}
    return {
        "meter": curve.meter,
        "direction": curve.direction.name.lower(),
        "kind": curve.kind,
        "quantity": curve.quantity,
        "start": iso(curve.span[0]) if curve.span[1] else "",
        "end": iso(curve.span[1]) if curve.span[1] else "",
        "steps": {str(step): int(count) for step, count in zip(steps, counts, strict=True)},
        "intervals": len(curve.starts),
        "missing": 0 if curve.kind == "index" else sum(count for _, _, count in missing_stretches(curve)),
        "energy_micro_kwh": int(curve.energy.sum()),
        **registers,
    }
