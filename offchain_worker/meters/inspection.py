"""What `daisee inspect` says of files: formats, curves, findings and a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from offchain_worker.meters.curve import Curve
from offchain_worker.meters.files import TIME_ZONE, CurveKey, MeterFile, curve_key, merged, read
from offchain_worker.meters.findings import Code, Finding, Severity, ignored_file, iso, verdict
from offchain_worker.meters.series import missing_stretches

MICRO_KWH = 1000
"""Millionths of a Wh in a µkWh."""


@dataclass(frozen=True)
class Inspected:
    """
    What files came to, small whatever their size: their formats, the names of those in archives that were left out, and
    for each curve what it is, its part of the report, what was found in it, and the span and coarsest step (seconds) of
    a load curve.
    """

    formats: frozenset[str]
    ignored: tuple[str, ...]
    curves: tuple[tuple[CurveKey, dict[str, Any], tuple[Finding, ...], tuple[int, int, int]], ...]


def inspected(opened: Sequence[MeterFile], time_zone: str = TIME_ZONE) -> Inspected:
    """What files that were read together came to. Raises MeterFileError if they write one curve in different ways."""
    return Inspected(
        frozenset(file.format for file in opened),
        tuple(name for file in opened for name in file.ignored),
        tuple(
            (curve_key(curve), _curve(curve), curve.findings, (*curve.span, _coarsest(curve)))
            for curve in merged(opened, time_zone)
        ),
    )


def report(parts: Sequence[Inspected], ignored: Sequence[str] = ()) -> dict[str, Any]:
    """
    The report of all parts, which share no curve: `format`, `verdict` (conform, repairable, rejected), `curves`,
    `findings`. `ignored` names files that were there as well and are of no known format.
    """
    curves = sorted((curve for part in parts for curve in part.curves), key=lambda curve: curve[0])
    found = [finding for curve in curves for finding in curve[2]]
    found += [ignored_file(name) for name in [*ignored, *(name for part in parts for name in part.ignored)]]
    if not curves:
        found.append(Finding(0, 0, Code.EMPTY, Severity.ERROR, "", 0, "the files hold no readings"))
    return {
        "format": "+".join(sorted({name for part in parts for name in part.formats})),
        "verdict": verdict(found),
        "curves": [curve[1] for curve in curves],
        "findings": [finding.to_json() for finding in found],
    }


def inspect(
    files: Sequence[tuple[str, bytes]], time_zone: str = TIME_ZONE, ignored: Sequence[str] = ()
) -> dict[str, Any]:
    """
    One report over (name, bytes) files. Steps and energies are as in the files. Raises MeterFileError or UnknownFormat
    for a file that cannot be read.
    """
    return report([inspected([read(data, name, time_zone) for name, data in files], time_zone)], ignored)


def _coarsest(curve: Curve) -> int:
    return int(curve.seconds.max()) if curve.kind == "load" and len(curve.seconds) else 0


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
