"""
What is done about what is found, as the conformity rules say: findings weighed, suspicious steps left out or clipped,
gaps filled, and every repair said in a finding of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.quantities import PPM
from offchain_worker.domain.roster import Direction, Source
from offchain_worker.domain.treatments import FILLING, Method, Treatment
from offchain_worker.meters import repairs
from offchain_worker.meters.checks import compared, suspicious
from offchain_worker.meters.checks.register import Readings
from offchain_worker.meters.curve import METHODS
from offchain_worker.meters.findings import Code, Finding, Severity, limited, runs
from offchain_worker.meters.period_steps import Quality, Steps

WEIGHTS = {
    Treatment.REJECT: Severity.ERROR,
    Treatment.REPAIR: Severity.WARNING,
    Treatment.IGNORE: Severity.INFO,
}
MICRO_KWH_IN_A_WH = 1000


def weighed(findings: Iterable[Finding], rules: ConformityRules) -> list[Finding]:
    """The findings, as heavy as the rules make them; those of which the rules say nothing stay as they were found."""
    return [
        replace(finding, severity=WEIGHTS[rules.voted[finding.code].treatment])
        if finding.code in rules.voted
        else finding
        for finding in findings
    ]


def checked(
    steps: Steps, meter: str, source: Source, rules: ConformityRules, register: Readings | None
) -> list[Finding]:
    """What the listed checks find; steps that the rules leave out or clip are changed."""
    found: list[Finding] = []
    if register is not None and rules.checks.register:
        found += _against_register(steps, meter, register, rules)
    suspicions = suspicious(
        steps.energy, steps.known, steps.moments, steps.seconds, source, rules.time_zone, rules.checks
    )
    for code, mask, what in suspicions:
        found += said(steps, mask, code, Severity.WARNING, meter, what)
        method = rules.handling(code).method
        if method is Method.LEAVE_OUT:
            steps.energy[mask], steps.quality[mask], steps.methods[mask] = 0, Quality.MISSING, 0
        elif method is Method.CLIP_TO_ZERO:
            _mark(steps, mask, method)
            steps.energy[mask] = 0
    return found


def _against_register(steps: Steps, meter: str, register: Readings, rules: ConformityRules) -> list[Finding]:
    assert rules.checks.register is not None
    found = []
    for first, after, curve, counted in compared(steps.energy, steps.known, register, rules.checks.register):
        begin, end = steps.span(first, after)
        curve_wh, counted_wh = curve // MICRO_KWH_IN_A_WH, counted // MICRO_KWH_IN_A_WH
        message = f"the curve adds up to {curve_wh} Wh, the register to {counted_wh} Wh"
        found.append(Finding(begin, end, Code.REGISTER_DIFFERENCE, Severity.WARNING, meter, after - first, message))
    return limited(found)


def filled(steps: Steps, direction: Direction, rules: ConformityRules, register: Readings | None) -> None:
    """Fill gaps by the method voted for gaps, or for missing production if it is a producer."""
    code = Code.PRODUCTION_MISSING if direction is Direction.PRODUCTION else Code.GAP
    handling = rules.handling(code)
    gaps = steps.quality == Quality.MISSING
    if handling.method not in FILLING or not gaps.any():
        return
    steps.energy, done = repairs.filled(
        steps.energy, steps.known, gaps, steps.moments, rules.time_zone, handling, register
    )
    _mark(steps, done, handling.method)


def _mark(steps: Steps, mask: np.ndarray, method: Method) -> None:
    steps.quality[mask] = Quality.REPAIRED
    steps.methods[mask] = METHODS.index(method)


def summed_up(steps: Steps, direction: Direction, meter: str, rules: ConformityRules) -> list[Finding]:
    """Steps that are missing, estimated or repaired, and whether they are more than the rules allow."""
    missing, estimated = steps.quality == Quality.MISSING, steps.quality == Quality.ESTIMATED
    made_up = estimated | (steps.quality == Quality.REPAIRED)
    inside = int((steps.quality != Quality.OUTSIDE).sum())
    found = said(steps, missing, Code.GAP, Severity.WARNING, meter, "steps missing")
    found += said(steps, estimated, Code.ESTIMATED, Severity.INFO, meter, "steps estimated by the operator")
    for place in np.unique(steps.methods[steps.methods > 0]):
        what = f"steps repaired by {METHODS[place]}"
        found += said(steps, steps.methods == place, Code.REPAIRED, Severity.WARNING, meter, what)
    longest = rules.maximum_gap_seconds // steps.seconds
    too_long = np.zeros(len(missing), dtype=bool)
    for first, after in runs(missing):
        too_long[first:after] = after - first > longest
    what = f"steps missing in a row, more than the {rules.maximum_gap_seconds} s the rules allow"
    found += said(steps, too_long, Code.GAP_TOO_LONG, Severity.ERROR, meter, what)
    first, last = steps.span(0, len(missing))
    if missing.any() and direction is Direction.PRODUCTION:
        count = int(missing.sum())
        message = f"{count} steps of production are missing: nothing can be shared until they are there"
        found.append(Finding(first, last, Code.PRODUCTION_MISSING, Severity.WARNING, meter, count, message))
    for mask, most, code, what in (
        (missing, rules.maximum_missing_ppm, Code.MISSING_TOO_MUCH, "missing"),
        (made_up, rules.maximum_estimated_ppm, Code.ESTIMATED_TOO_MUCH, "estimated or repaired"),
    ):
        count = int(mask.sum())
        if count * PPM > most * inside:
            message = f"{count} of {inside} steps {what}, more than the {most} ppm the rules allow"
            found.append(Finding(first, last, code, Severity.ERROR, meter, count, message))
    return found


def said(steps: Steps, mask: np.ndarray, code: Code, severity: Severity, meter: str, what: str) -> list[Finding]:
    """A finding for each stretch of the mask, bool[n], of which there is any."""
    stretches: Sequence[tuple[int, int]] = runs(mask)
    return limited(
        [
            Finding(*steps.span(first, after), code, severity, meter, after - first, f"{after - first} {what}")
            for first, after in stretches
        ]
    )
