"""
What is worth saying about readings: findings, and the verdict they add up to.

An error makes a file unfit (`rejected`), a warning is something standardisation repairs or marks (`repairable`), an
info changes nothing. Times are UTC epoch seconds; 0 stands where a finding has no place in time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np

MOST_PER_CODE = 50


class Code(StrEnum):
    """Every kind of finding."""

    CHECKSUM = "checksum"
    CLOCK_CHANGE = "clock_change"
    COARSE_STEP = "coarse_step"
    CONFLICT = "conflict"
    DECLARED_RANGE = "declared_range"
    DIRECTION = "direction"
    DIRECTION_UNSTATED = "direction_unstated"
    DOUBTFUL = "doubtful"
    DUPLICATE = "duplicate"
    EMPTY = "empty"
    ESTIMATED = "estimated"
    ESTIMATED_TOO_MUCH = "estimated_too_much"
    GAP = "gap"
    IGNORED_FILE = "ignored_file"
    IGNORED_ROWS = "ignored_rows"
    IRREGULAR = "irregular"
    MISSING_TOO_MUCH = "missing_too_much"
    MIXED_POINTS = "mixed_points"
    NEGATIVE = "negative"
    NO_SUCH_TIME = "no_such_time"
    NO_TIME = "no_time"
    NOT_A_LOAD_CURVE = "not_a_load_curve"
    ODD_WATTS = "odd_watts"
    OFFSET = "offset"
    POWER = "power"
    PRODUCTION_MISSING = "production_missing"
    REGISTERS_CHANGE = "registers_change"
    REPEATED_HOUR = "repeated_hour"
    ROUNDED = "rounded"
    STAMPING = "stamping"
    STEP_CHANGE = "step_change"
    UNIT_UNSTATED = "unit_unstated"
    UNKNOWN_CODE = "unknown_code"
    UNREADABLE = "unreadable"
    UNSORTED = "unsorted"
    WRONG_ID = "wrong_id"


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, order=True)
class Finding:
    """`count` intervals (or rows) of `meter` between `start` and `end`, and one line that says what and where."""

    start: int
    end: int
    code: Code
    severity: Severity
    meter: str
    count: int
    message: str

    def to_json(self) -> dict[str, str | int]:
        """As `daisee inspect --json` prints it: times as UTC ISO 8601, empty where there is none."""
        return {
            "code": str(self.code),
            "severity": str(self.severity),
            "meter": self.meter,
            "start": iso(self.start) if self.end else "",
            "end": iso(self.end) if self.end else "",
            "count": self.count,
            "message": self.message,
        }


def ignored_file(name: str) -> Finding:
    """A warning about a file that stands among files of readings and is of no known format."""
    message = f"{name}: is of no known format and left out"
    return Finding(0, 0, Code.IGNORED_FILE, Severity.WARNING, "", 1, message)


def iso(seconds: int) -> str:
    """UTC ISO 8601 of epoch seconds, `2016-06-01T00:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def verdict(findings: Iterable[Finding]) -> str:
    """`rejected` if there is an error, else `repairable` if there is a warning, else `conform`."""
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return "rejected"
    return "repairable" if Severity.WARNING in severities else "conform"


def runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """The stretches of True in a bool array, as (first, after the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(first), int(after)) for first, after in edges.reshape(-1, 2)]


def limited(found: list[Finding]) -> list[Finding]:
    """At most fifty findings of one code; the others are added up in a last one, so that no file floods the report."""
    if len(found) <= MOST_PER_CODE:
        return found
    kept, rest = found[: MOST_PER_CODE - 1], found[MOST_PER_CODE - 1 :]
    count = sum(finding.count for finding in rest)
    message = f"{len(rest)} more like these, {count} intervals in all"
    end = max(finding.end for finding in rest)
    first = rest[0]
    return [*kept, Finding(first.start, end, first.code, first.severity, first.meter, count, message)]
