"""
A load curve: readings of one point, one direction and one quality, in order, without overlaps, none negative.

What holds of a `Curve`: `starts` ascend, intervals do not overlap, every one is aligned to its own length (one over an
hour to the hour), and energies are exact: an interval's energy is `numerators / DENOMINATOR` µkWh, so that 10-minute means keep their thirds until
they are summed to a step. An interval that is missing, negative or contradictory is simply absent.
An index is made a curve of the consumption between its readings, whatever their distance; it is never a load curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.domain.treatments import Method
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.ordered import Ordered
from offchain_worker.meters.rows import LARGEST_READING, MILLIONTHS, Kind, Rows
from offchain_worker.meters.steps import interval_seconds

DENOMINATOR = 3 * MILLIONTHS
"""A millionth of a W over 300 s is 250/3,000,000 µkWh; a millionth of a Wh is 3,000/3,000,000 µkWh."""
INT64_SAFE = 2**62
HALF_HOUR, HOUR = 1800, 3600
METHODS = tuple(Method)
"""The methods of repairs, in the order in which arrays of uint8 name them; 0 is none."""


class Mending(NamedTuple):
    """What the community's rules let be mended while rows become a curve; nothing without such rules."""

    keep_first: bool = False
    clip_to_zero: bool = False


@dataclass(frozen=True)
class Curve:
    """
    n intervals: `starts` int64[n] UTC seconds, `seconds` int64[n], `numerators` int64[n] in 1/DENOMINATOR µkWh,
    `estimated` bool[n], `repaired` uint8[n] the method by which the community's rules repaired an interval (a place in
    `METHODS`, 0 for as it was read), `codes` str[n] the operator's quality codes. `span` is from the start of the first row to the
    end of the last, empty values included; `stamps` and `stamp_seconds` are the distinct stamps of the rows and the
    interval lengths derived for them. Of an index, `registers` are the readings in millionths of a Wh at `stamps`.
    """

    meter: str
    direction: Direction
    starts: np.ndarray
    seconds: np.ndarray
    numerators: np.ndarray
    estimated: np.ndarray
    repaired: np.ndarray
    span: tuple[int, int]
    stamps: np.ndarray
    stamp_seconds: np.ndarray
    codes: np.ndarray
    kind: Kind = "load"
    quantity: str = ""
    registers: np.ndarray | None = None
    findings: tuple[Finding, ...] = field(default=())

    @property
    def quality(self) -> Literal["measured", "estimated"]:
        """Whose reading it is: the meter's, or (all of it) the operator's estimate."""
        return "estimated" if len(self.starts) and bool(self.estimated.all()) else "measured"

    @property
    def ends(self) -> np.ndarray:
        """The end of every interval, int64[n]."""
        ends: np.ndarray = self.starts + self.seconds
        return ends

    @property
    def energy(self) -> np.ndarray:
        """
        µkWh per interval, int64[n]: E_t = ⌊S_t⌋ − ⌊S_{t−1}⌋ with S the running sum, which restarts after a gap.
        """
        restarts = np.ones(len(self.starts), dtype=bool)
        restarts[1:] = self.starts[1:] != self.ends[:-1]
        return whole_energy(self.numerators, restarts)

    def seconds_at(self, stamps: np.ndarray) -> np.ndarray:
        """The interval length of rows with these stamps, int64, 0 where it is not known."""
        return self.stamp_seconds[np.searchsorted(self.stamps, stamps)]

    def kept(self, keep: np.ndarray) -> Curve:
        """The intervals where `keep` (bool[n]) is True."""
        return replace(
            self,
            starts=self.starts[keep],
            seconds=self.seconds[keep],
            numerators=self.numerators[keep],
            estimated=self.estimated[keep],
            repaired=self.repaired[keep],
            codes=self.codes[keep],
        )


def whole_energy(numerators: np.ndarray, restarts: np.ndarray) -> np.ndarray:
    """µkWh int64[n] of consecutive amounts in 1/DENOMINATOR µkWh, floored on the running sum since the last restart."""
    whole, rest = np.divmod(numerators, DENOMINATOR)
    if not rest.any():
        return whole
    exact = numerators.astype(object) if int(numerators.max()) > INT64_SAFE // len(numerators) else numerators
    running = np.cumsum(exact)
    first = np.maximum.accumulate(np.where(restarts, np.arange(len(numerators)), 0))
    since = running - (running - exact)[first]
    floors = since // DENOMINATOR
    before = np.where(restarts, 0, np.concatenate([floors[:1] * 0, floors[:-1]]))
    energies: np.ndarray = (floors - before).astype(np.int64)
    return energies


def inside(rows: Rows, start: int, end: int) -> np.ndarray:
    """
    Which rows show nothing but what happened inside [start, end): bool[n]. Of a register that is every reading from the
    one bound to the other.
    """
    if rows.kind == "index" and rows.seconds is None:
        within: np.ndarray = (rows.stamps >= start) & (rows.stamps <= end)
        return within
    if len(rows.stamps) == 0:
        return np.zeros(0, dtype=bool)
    seconds = assemble([rows]).seconds_at(rows.stamps)
    begins = rows.stamps - seconds if rows.stamped == "end" else rows.stamps
    whole: np.ndarray = (seconds > 0) & (begins >= start) & (begins + seconds <= end)
    return whole


def assemble(parts: Sequence[Rows], mending: Mending = Mending()) -> Curve:
    """
    One curve from the rows of one point, direction and quality, from one file or several. Repeated rows count once,
    contradictory, negative and irregular ones are left out unless `mending` repairs them; each is said in `findings`,
    with the line of the first.
    """
    first = parts[0]
    rows = Ordered(parts)
    if len(rows.stamps) == 0:
        nothing = np.zeros(0, dtype=np.int64)
        rows.found.append(Finding(0, 0, Code.EMPTY, Severity.ERROR, first.meter, 0, "no readings"))
        return Curve(
            meter=first.meter,
            direction=first.direction,
            starts=nothing,
            seconds=nothing,
            numerators=nothing,
            estimated=nothing > 0,
            repaired=nothing.astype(np.uint8),
            span=(0, 0),
            stamps=nothing,
            stamp_seconds=nothing,
            codes=np.zeros(0, dtype=str),
            kind=first.kind,
            quantity=first.quantity,
            findings=tuple(rows.found),
        )
    rows.prefer_corrected()
    rows.prefer_measured()
    rows.drop_repeated(mending.keep_first and first.kind == "load")
    if first.kind == "index" and all(part.seconds is None for part in parts):
        return _between_readings(rows, first)
    seconds = rows.seconds
    if not seconds.all():
        seconds = np.where(seconds > 0, seconds, interval_seconds(rows.stamps, first.stamped))
    starts = rows.stamps - seconds if first.stamped == "end" else rows.stamps
    ends = starts + seconds
    overlapping = np.concatenate([[False], starts[1:] < ends[:-1]])
    irregular = (seconds == 0) | overlapping
    if first.kind != "index":
        irregular |= starts % np.clip(seconds, 1, HOUR) != 0
    if first.is_power:
        irregular |= (seconds > HOUR) | (seconds % 6 != 0)
    rows.say(
        Code.IRREGULAR, Severity.ERROR, irregular,
        "rows whose interval is unknown, overlaps another or is not aligned to 5, 10, 15, 30 or 60 minutes",
    )  # fmt: skip
    negative = rows.present & (rows.amounts < 0)
    rows.say(Code.NEGATIVE, Severity.ERROR, negative, "negative readings")
    repaired = np.where(rows.chosen, METHODS.index(Method.KEEP_FIRST), 0).astype(np.uint8)
    if mending.clip_to_zero and first.kind == "load":
        repaired[negative] = METHODS.index(Method.CLIP_TO_ZERO)
        rows.amounts = np.where(negative, 0, rows.amounts)
        negative = np.zeros(len(negative), dtype=bool)
    if all(part.whole_watts for part in parts) and not rows.estimates.any():
        odd = rows.present & ~negative & (seconds == HALF_HOUR) & (rows.amounts % (2 * MILLIONTHS) != 0)
        message = "half-hourly means that are no even number of W, as a meter that counts whole Wh gives"
        rows.say(Code.ODD_WATTS, Severity.WARNING, odd, message)
    factors = seconds * 5 // 6 if first.is_power else np.full(len(seconds), 3000, dtype=np.int64)
    everything = Curve(
        meter=first.meter,
        direction=first.direction,
        starts=starts,
        seconds=seconds,
        numerators=rows.amounts * factors,
        estimated=rows.estimates,
        repaired=repaired,
        span=(int(starts.min()), int(ends.max())),
        stamps=rows.stamps,
        stamp_seconds=np.where(irregular, 0, seconds),
        codes=rows.codes,
        kind=first.kind,
        quantity=first.quantity,
        findings=tuple(rows.found),
    )
    return everything.kept(rows.present & ~irregular & ~negative)


def _between_readings(rows: Ordered, first: Rows) -> Curve:
    """What was used between each two readings of a register, under the quality of the later one."""
    known = rows.present
    if not known.any():
        rows.say(Code.GAP, Severity.WARNING, ~known, "readings of a register missing: none is there")
    stamps, registers = rows.stamps[known], rows.amounts[known]
    used = np.diff(registers)
    back = np.zeros(len(rows.stamps), dtype=bool)
    back[np.flatnonzero(known)[1:]] = used < 0
    rows.say(Code.NEGATIVE, Severity.ERROR, back, "readings of a register below the one before")
    leap = np.zeros(len(rows.stamps), dtype=bool)
    leap[np.flatnonzero(known)[1:]] = used >= LARGEST_READING
    rows.say(Code.POWER, Severity.ERROR, leap, "readings of a register 1 GWh or more above the one before")
    credible = (used >= 0) & (used < LARGEST_READING)
    everything = Curve(
        meter=first.meter,
        direction=first.direction,
        starts=stamps[:-1],
        seconds=np.diff(stamps),
        numerators=np.where(credible, used, 0) * 3000,
        estimated=rows.estimates[known][1:],
        repaired=np.zeros(max(len(stamps) - 1, 0), dtype=np.uint8),
        span=(int(rows.stamps[0]), int(rows.stamps[-1])),
        stamps=stamps,
        stamp_seconds=np.zeros(len(stamps), dtype=np.int64),
        codes=rows.codes[known][1:],
        kind=first.kind,
        quantity=first.quantity,
        registers=registers,
        findings=tuple(rows.found),
    )
    return everything.kept(credible)
