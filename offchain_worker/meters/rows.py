"""
What a format module makes of a file: the rows of one point, one direction and one quality, as they stand in the file.
Nothing is repaired here; `curve.assemble` does that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.findings import Finding

MILLIONTHS = 1_000_000
LARGEST_READING = 10**9 * MILLIONTHS
"""1 GW or 1 GWh: beyond it a reading is refused, so that int64 holds every intermediate."""
LARGEST_REGISTER = 10**12 * MILLIONTHS
"""1 TWh: what a register may show."""
EARLIEST, LATEST = 946_684_800, 4_102_444_800
"""2000-01-01 and 2100-01-01 UTC: stamps outside are refused."""

Kind = Literal["load", "index", "allocation"]
"""A load curve as measured; readings of a register; energy that somebody allocated by rule (never a measurement)."""


@dataclass(frozen=True)
class Rows:
    """
    n rows in file order. `stamps` int64[n] UTC seconds at the start or the end of an interval, as `stamped` says;
    `amounts` int64[n] in millionths of a W (`is_power`, a mean) or of a Wh (an energy); `present` bool[n], False for
    an empty value; `numbers` int64[n] line numbers from 1; `offsets` int64[n] seconds ahead of UTC as written, or
    None; `step` the interval in seconds if the file states one for all rows, else 0; `seconds` int64[n] if it states
    one for each (0 where it does not). `direction_stated` is False if the file leaves it open. `estimated` is True if all rows are the
    operator's estimate, `estimates` bool[n] which ones are if not all, `corrections` bool[n] which ones replace another value; `codes` str[n] the quality as the operator
    writes it. Of an index, `stamps` are the moments of reading and `amounts` the register, unless it has `seconds`: then
    `amounts` are what was counted in intervals of that length, such as days. `quantity` tells apart
    several indexes or allocations of one point and direction, in the file's own words. `file` names where they stand.
    """

    meter: str
    direction: Direction
    estimated: bool
    stamped: Literal["start", "end"]
    is_power: bool
    stamps: np.ndarray
    amounts: np.ndarray
    present: np.ndarray
    numbers: np.ndarray
    offsets: np.ndarray | None = None
    whole_watts: bool = False
    step: int = 0
    seconds: np.ndarray | None = None
    direction_stated: bool = True
    kind: Kind = "load"
    quantity: str = ""
    codes: np.ndarray | None = None
    estimates: np.ndarray | None = None
    corrections: np.ndarray | None = None
    file: str = ""
    findings: tuple[Finding, ...] = field(default=())

    def stated_seconds(self) -> np.ndarray:
        """The interval length that the file states for each row, int64[n], 0 where it states none."""
        return np.full(len(self.stamps), self.step, dtype=np.int64) if self.seconds is None else self.seconds

    def kept(self, keep: np.ndarray) -> Rows:
        """The rows where `keep` (bool[n]) is True."""
        columns = ("stamps", "amounts", "present", "numbers", "offsets", "seconds", "codes", "estimates", "corrections")
        chosen = {name: getattr(self, name)[keep] for name in columns if getattr(self, name) is not None}
        return replace(self, **chosen)
