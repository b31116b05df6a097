"""What is said of Spanish tables beside their times: odd ids and codes, columns not read, rows that may be cut short."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np

from offchain_worker.meters.delimited import Table
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.text import quoted

_CUPS = re.compile(r"ES[0-9]{16}[A-Z]{2}(?:[0-9][A-Z])?")
_NUMBER = re.compile(r"-?[0-9]*[.,]?[0-9]+")


def of_table(
    table: Table, rows: Sequence[int], columns: Collection[int], energies: Collection[int]
) -> tuple[Finding, ...]:
    """Columns of numbers that are not among those read, energies without a unit, an energy that nothing ends."""
    found = []
    unread = [
        table.names[at]
        for at in range(len(table.names))
        if at not in columns and any(_is_amount(text) for text in table.values(at, rows))
    ]
    if unread:
        named = ", ".join(quoted(name) for name in unread[:5])
        found.append(_said(Code.IGNORED_ROWS, Severity.INFO, len(unread), f"columns of numbers not read: {named}"))
    bare = [table.names[at] for at in sorted(energies) if not table.names[at].endswith("wh")]
    if bare:
        message = f"the column {quoted(bare[0])} states no unit: taken for kWh"
        found.append(_said(Code.UNIT_UNSTATED, Severity.WARNING, len(bare), message))
    return (*found, *open_end(table, energies))


def open_end(table: Table, energies: Collection[int]) -> tuple[Finding, ...]:
    """A warning if the file's last row ends in an energy that no delimiter and no line end closes."""
    if table.open_field() not in energies:
        return ()
    line = table.rows[-1][0] + 1
    message = f"the energy in the last row, {line}, is not followed by a line end: it may be cut short"
    return (_said(Code.DOUBTFUL, Severity.WARNING, 1, message),)


def identity(meter: str, stamps: np.ndarray) -> list[Finding]:
    """
    A warning if it is no CUPS of 22 characters; one of 20, without the point's own suffix, is only mentioned. Digits
    alone are a redacted file's stand-in.
    """
    if not len(stamps) or re.fullmatch(r"[0-9]{20}(?:[0-9]{2})?", meter):
        return []
    first, last = int(stamps.min()), int(stamps.max())
    if _CUPS.fullmatch(meter):
        if len(meter) == 22:
            return []
        message = f"{quoted(meter)} has 20 characters: a CUPS without the suffix of its point, which makes 22"
        return [Finding(first, last, Code.WRONG_ID, Severity.INFO, meter, 1, message)]
    message = f"{quoted(meter)} is no CUPS: it has 22 characters (ES, 16 digits, 2 letters, suffix), this {len(meter)}"
    return [Finding(first, last, Code.WRONG_ID, Severity.WARNING, meter, 1, message)]


def rounded(meter: str, stamps: np.ndarray, rows: Sequence[int], numbers: np.ndarray) -> list[Finding]:
    """What is said of values with more digits than fit."""
    if not rows:
        return []
    at = list(rows)
    message = f"{len(at)} values rounded to a millionth of a Wh, first in row {int(numbers[at[0]])}"
    first, last = int(stamps[at].min()), int(stamps[at].max())
    return [Finding(first, last, Code.ROUNDED, Severity.INFO, meter, len(at), message)]


def unknown_codes(codes: Sequence[str], known: set[str], stamps: np.ndarray, meter: str) -> list[Finding]:
    """A warning about quality codes that nobody knows; their rows count as measured."""
    strange = [at for at, code in enumerate(codes) if code and code not in known]
    if not strange:
        return []
    named = ", ".join(quoted(code) for code in sorted({codes[at] for at in strange})[:5])
    message = f"{len(strange)} readings of unknown quality ({named}) count as measured"
    first, last = int(stamps[strange].min()), int(stamps[strange].max())
    return [Finding(first, last, Code.UNKNOWN_CODE, Severity.WARNING, meter, len(strange), message)]


def _is_amount(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) and text.strip("-0.,") != ""


def _said(code: Code, severity: Severity, count: int, message: str) -> Finding:
    return Finding(0, 0, code, severity, "", count, message)
