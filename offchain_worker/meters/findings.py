"""
What is worth saying about readings: findings, and the verdict they add up to.

An error makes a file unfit (`rejected`), a warning is something standardisation repairs or marks (`repairable`), an
info changes nothing. Times are UTC epoch seconds; 0 stands where a finding has no place in time. `message` says what and
where in one technical line; `sentence` says the same to people, in their language, and what to do: its words for every
code are in `words/`, which the app shows as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files

import numpy as np

from offchain_worker.meters.zone import zone

MOST_PER_CODE = 50


class Code(StrEnum):
    """Every kind of finding."""

    CHECKSUM = "checksum"
    CLOCK_CHANGE = "clock_change"
    COARSE_STEP = "coarse_step"
    CONFLICT = "conflict"
    CORRECTED = "corrected"
    DEAD = "dead"
    DECLARED_RANGE = "declared_range"
    DIRECTION = "direction"
    DIRECTION_UNSTATED = "direction_unstated"
    DOUBTFUL = "doubtful"
    DUPLICATE = "duplicate"
    EMPTY = "empty"
    ESTIMATED = "estimated"
    ESTIMATED_TOO_MUCH = "estimated_too_much"
    GAP = "gap"
    GAP_TOO_LONG = "gap_too_long"
    IGNORED_FILE = "ignored_file"
    IGNORED_ROWS = "ignored_rows"
    IMPLAUSIBLE = "implausible"
    IRREGULAR = "irregular"
    MISSING_TOO_MUCH = "missing_too_much"
    MIXED_POINTS = "mixed_points"
    NEGATIVE = "negative"
    NIGHT_PRODUCTION = "night_production"
    NO_SUCH_TIME = "no_such_time"
    NO_TIME = "no_time"
    NOT_A_LOAD_CURVE = "not_a_load_curve"
    ODD_WATTS = "odd_watts"
    OFFSET = "offset"
    POWER = "power"
    PRODUCTION_MISSING = "production_missing"
    REGISTER_DIFFERENCE = "register_difference"
    REGISTERS_CHANGE = "registers_change"
    REPAIRED = "repaired"
    REPEATED_HOUR = "repeated_hour"
    ROUNDED = "rounded"
    SOURCES_DIFFER = "sources_differ"
    STAMPING = "stamping"
    STEP_CHANGE = "step_change"
    STUCK = "stuck"
    TWIN = "twin"
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


FOUND_AS = {
    Code.CHECKSUM: (Severity.WARNING,),
    Code.CLOCK_CHANGE: (Severity.INFO,),
    Code.COARSE_STEP: (Severity.ERROR,),
    Code.CONFLICT: (Severity.ERROR,),
    Code.CORRECTED: (Severity.WARNING,),
    Code.DEAD: (Severity.WARNING,),
    Code.DECLARED_RANGE: (Severity.WARNING,),
    Code.DIRECTION: (Severity.ERROR,),
    Code.DIRECTION_UNSTATED: (Severity.INFO,),
    Code.DOUBTFUL: (Severity.WARNING,),
    Code.DUPLICATE: (Severity.WARNING,),
    Code.EMPTY: (Severity.ERROR,),
    Code.ESTIMATED: (Severity.INFO,),
    Code.ESTIMATED_TOO_MUCH: (Severity.ERROR,),
    Code.GAP: (Severity.WARNING,),
    Code.GAP_TOO_LONG: (Severity.ERROR,),
    Code.IGNORED_FILE: (Severity.WARNING,),
    Code.IGNORED_ROWS: (
        Severity.INFO,
        Severity.WARNING,
    ),
    Code.IMPLAUSIBLE: (Severity.WARNING,),
    Code.IRREGULAR: (Severity.ERROR,),
    Code.MISSING_TOO_MUCH: (Severity.ERROR,),
    Code.MIXED_POINTS: (Severity.ERROR,),
    Code.NEGATIVE: (Severity.ERROR,),
    Code.NIGHT_PRODUCTION: (Severity.WARNING,),
    Code.NO_SUCH_TIME: (
        Severity.WARNING,
        Severity.ERROR,
    ),
    Code.NO_TIME: (
        Severity.INFO,
        Severity.WARNING,
    ),
    Code.NOT_A_LOAD_CURVE: (
        Severity.INFO,
        Severity.ERROR,
    ),
    Code.ODD_WATTS: (Severity.WARNING,),
    Code.OFFSET: (Severity.WARNING,),
    Code.POWER: (Severity.ERROR,),
    Code.PRODUCTION_MISSING: (Severity.WARNING,),
    Code.REGISTER_DIFFERENCE: (Severity.WARNING,),
    Code.REGISTERS_CHANGE: (Severity.WARNING,),
    Code.REPAIRED: (Severity.WARNING,),
    Code.REPEATED_HOUR: (Severity.WARNING,),
    Code.ROUNDED: (Severity.INFO,),
    Code.SOURCES_DIFFER: (Severity.WARNING,),
    Code.STAMPING: (
        Severity.INFO,
        Severity.WARNING,
    ),
    Code.STEP_CHANGE: (Severity.WARNING,),
    Code.STUCK: (Severity.WARNING,),
    Code.TWIN: (Severity.WARNING,),
    Code.UNIT_UNSTATED: (
        Severity.INFO,
        Severity.WARNING,
    ),
    Code.UNKNOWN_CODE: (Severity.WARNING,),
    Code.UNREADABLE: (Severity.ERROR,),
    Code.UNSORTED: (Severity.WARNING,),
    Code.WRONG_ID: (
        Severity.INFO,
        Severity.WARNING,
    ),
}
"""How heavy the findings of a code are found to be, before any vote."""


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


@cache
def words(language: str) -> Mapping[str, Mapping[str, str]]:
    """
    What is said of each code in "fr" or "en": `name` in a few words, `one` and `many` as a sentence with the count as
    `{n}`, `do` what to do about it. Raises FileNotFoundError for another language.
    """
    text = files("offchain_worker.meters").joinpath("words", f"{language}.json").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, str]] = json.loads(text)
    return found


def sentence(finding: Finding, language: str, time_zone: str = "") -> str:
    """
    A finding to people, in "fr" or "en": when (in local time if a zone is named, else UTC), how much of what, what to
    do. Its meter stands beside it, never in it.
    """
    said = words(language)[finding.code]
    single = finding.count == 1 or (finding.count == 0 and language == "fr")
    number = f"{finding.count:,}".replace(",", "\u202f" if language == "fr" else ",")
    what = said["one" if single else "many"].format(n=number)
    return f"{_when(finding, language, time_zone)}{what} {said['do']}"


def _when(finding: Finding, language: str, time_zone: str) -> str:
    if not finding.end:
        return ""
    where = zone(time_zone) if time_zone else UTC
    mark = "" if time_zone else " UTC"
    first, last = (f"{datetime.fromtimestamp(at, where):%Y-%m-%d %H:%M}" for at in (finding.start, finding.end))
    if first == last:
        return f"Le {first}{mark} : " if language == "fr" else f"{first}{mark}: "
    return f"Du {first} au {last}{mark} : " if language == "fr" else f"{first} to {last}{mark}: "


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
