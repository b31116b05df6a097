"""
What the Austrian formats of the energy data exchange (EDA) have in common: metering points, codes, qualities.

G.01 is what a meter measured: consumption (1-1:1.9.0) or production (1-1:2.9.0). All else is computed by the grid
operator: G.01T what takes part by the participation factor, G.02 the share on offer, G.03 the share used (G.03R the
renewable part of it), P.01 and P.01T what is left over. Only G.01 is a load curve, the others are allocations. L1 is a
measured value, L2 a substitute reckoned from measured ones, L3 a preliminary estimate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.delimited import plain
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.rows import Kind, Rows
from offchain_worker.meters.text import quoted

TIME_ZONE = "Europe/Vienna"
QUARTER = 900
ESTIMATED = {"L2", "L3"}
QUALITIES = {"L1", *ESTIMATED}
_POINT = re.compile(r"AT[0-9]{11}[0-9A-Z]{20}|[0-9]{33}")
_CODE = re.compile(r"(?:1-1:([12])\.9\.0)?\s*((?:G|P)\.0[1-9][A-Z]?)", re.IGNORECASE)


@dataclass(frozen=True)
class Quantity:
    """What a column or series holds."""

    direction: Direction
    kind: Kind
    name: str


def quantity(label: str, direction: Direction | None) -> Quantity | None:
    """What a metering code, or the German label that reports have in its place, stands for; None if nobody knows."""
    found = _CODE.search(label)
    code = found[2].upper() if found else _labelled(plain(label))
    if not code:
        return None
    if direction is None:
        if code.startswith("P") or (code.startswith("G.01") and found is not None and found[1] == "2"):
            direction = Direction.PRODUCTION
        else:
            direction = Direction.CONSUMPTION
    return Quantity(direction, "load" if code == "G.01" else "allocation", code)


def _labelled(label: str) -> str:
    """The code that a report's label stands for, "" if none."""
    if "teilnahmefaktor" in label and "bei" not in label:
        return "G.01T"
    for words, code in (
        ("gesamtverbrauch", "G.01"),
        ("restuberschuss", "P.01T"),
        ("uberschuss", "P.01"),
        ("eigendeckungauserneuerbar", "G.03R"),
        ("eigendeckung", "G.03"),
        ("anteil", "G.02"),
        ("gesamtegemeinschaftlicheerzeugung", "G.01"),
        ("gesamterzeugung", "G.01"),
    ):
        if words in label:
            return code
    return ""


def identity(meter: str, stamps: np.ndarray) -> list[Finding]:
    """A warning if it is no Austrian metering point of 33 characters, nor a redacted file's stand-in of digits alone."""
    if _POINT.fullmatch(meter) or not len(stamps):
        return []
    message = f"{quoted(meter)} is no metering point: it has 33 characters (AT, then digits), this {len(meter)}"
    return [Finding(int(stamps.min()), int(stamps.max()), Code.WRONG_ID, Severity.WARNING, meter, 1, message)]


def unknown_codes(codes: np.ndarray | None, stamps: np.ndarray, meter: str) -> list[Finding]:
    """A warning about qualities other than L1, L2 and L3; their rows count as measured."""
    if codes is None:
        return []
    strange = (codes != "") & ~np.isin(codes, sorted(QUALITIES))
    if not strange.any():
        return []
    named = ", ".join(quoted(code) for code in sorted(set(codes[strange].tolist()))[:5])
    message = f"{int(strange.sum())} readings of unknown quality ({named}) count as measured"
    first, last = int(stamps[strange].min()), int(stamps[strange].max())
    return [Finding(first, last, Code.UNKNOWN_CODE, Severity.WARNING, meter, int(strange.sum()), message)]


def rows(
    meter: str,
    meaning: Quantity,
    stamps: np.ndarray,
    amounts: np.ndarray,
    present: np.ndarray,
    numbers: np.ndarray,
    codes: np.ndarray | None,
    found: tuple[Finding, ...],
) -> Rows:
    """The rows of one series: energies stamped at the START of their interval."""
    return Rows(
        meter=meter,
        direction=meaning.direction,
        estimated=False,
        stamped="start",
        is_power=False,
        stamps=stamps,
        amounts=amounts,
        present=present,
        numbers=numbers,
        kind=meaning.kind,
        quantity="" if meaning.kind == "load" else meaning.name,
        codes=codes,
        estimates=None if codes is None else np.isin(codes, sorted(ESTIMATED)),
        findings=found,
    )
