"""
The rows of one curve from all its files, put in order: corrections before what they correct, measurements before
estimates, one row for each stamp, and every finding with the row (and where there are several, the file) in which it is
first seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from offchain_worker.meters.findings import Code, Finding, Severity, iso
from offchain_worker.meters.rows import MILLIONTHS, Rows


class Ordered:
    """Rows of one curve in order of their stamps, and the findings about them so far."""

    def __init__(self, parts: Sequence[Rows]) -> None:
        stamps = np.concatenate([part.stamps for part in parts])
        order = np.argsort(stamps, kind="stable")
        self.meter = parts[0].meter
        self.stamps = stamps[order]
        self.amounts = np.concatenate([part.amounts for part in parts])[order]
        self.present = np.concatenate([part.present for part in parts])[order]
        self.numbers = np.concatenate([part.numbers for part in parts])[order]
        self.seconds = np.concatenate([part.stated_seconds() for part in parts])[order]
        self.names = [part.file for part in parts]
        self.files = np.repeat(np.arange(len(parts)), [len(part.stamps) for part in parts])[order]
        self.unit = "W" if parts[0].is_power else "Wh"
        self.codes = np.concatenate([_codes(part) for part in parts])[order]
        self.estimates = np.concatenate([_estimates(part) for part in parts])[order]
        self.corrections = np.concatenate([_corrections(part) for part in parts])[order]
        self.chosen = np.zeros(len(stamps), dtype=bool)
        self.found = list(dict.fromkeys(finding for part in parts for finding in part.findings))
        back = np.concatenate([np.diff(part.stamps, prepend=part.stamps[:1]) < 0 for part in parts])
        self.say(Code.UNSORTED, Severity.WARNING, back[order], "rows earlier than the row above them")

    def say(self, code: Code, severity: Severity, mask: np.ndarray, what: str) -> None:
        """Add a finding about the rows of the mask, if there are any."""
        if mask.any():
            stamps, count = self.stamps[mask], int(mask.sum())
            message = f"{count} {what}, first in {self._place(mask)}"
            self.found.append(Finding(int(stamps[0]), int(stamps[-1]), code, severity, self.meter, count, message))

    def _place(self, mask: np.ndarray) -> str:
        """The first row of the mask, with its file if there are several."""
        files = self.files[mask]
        file = int(files.min())
        row = f"row {int(self.numbers[mask][files == file].min())}"
        return row if len(set(self.names)) == 1 else f"{row} of {self.names[file]}"

    def prefer_corrected(self) -> None:
        """Leave out what the operator corrected; what a correction only confirms, or does not fill, stays."""
        fixed = self.corrections & self.present
        if not fixed.any() or self.corrections.all():
            return
        stamps, first = np.unique(self.stamps[fixed], return_index=True)
        others = np.flatnonzero(~self.corrections & np.isin(self.stamps, stamps))
        amounts = self.amounts[fixed][first][np.searchsorted(stamps, self.stamps[others])]
        replaced, gone = np.zeros(len(self.stamps), dtype=bool), np.zeros(len(self.stamps), dtype=bool)
        replaced[others] = self.present[others] & (self.amounts[others] != amounts)
        gone[others] = replaced[others] | ~self.present[others]
        if replaced.any():
            at = int(np.argmax(replaced))
            became = int(amounts[np.flatnonzero(others == at)[0]])
            values = (
                f"{_shown(int(self.amounts[at]))} {self.unit} became {_shown(became)} at {iso(int(self.stamps[at]))}"
            )
            self.say(Code.CORRECTED, Severity.WARNING, replaced, f"readings corrected by the operator ({values})")
        self._keep(~gone)

    def prefer_measured(self) -> None:
        """Leave out estimates of what is also there as a measurement."""
        if not self.estimates.any():
            return
        measured = self.stamps[self.present & ~self.estimates]
        twice = self.estimates & np.isin(self.stamps, measured)
        if twice.any():
            self.say(Code.ESTIMATED, Severity.INFO, twice, "estimates of what is also measured, left out")
            self._keep(~twice)

    def _keep(self, chosen: np.ndarray) -> None:
        """The rows of a mask or of indices."""
        self.stamps, self.amounts, self.present = self.stamps[chosen], self.amounts[chosen], self.present[chosen]
        self.numbers, self.codes, self.estimates = self.numbers[chosen], self.codes[chosen], self.estimates[chosen]
        self.seconds, self.files, self.chosen = self.seconds[chosen], self.files[chosen], self.chosen[chosen]
        self.corrections = self.corrections[chosen]

    def drop_repeated(self, keep_first: bool = False) -> None:
        """
        Leave one row of each stamp: one with a value if there is one, none with a value if values differ, unless
        `keep_first` says that the first value in the files is taken then; those rows are `chosen`.
        """
        new = np.concatenate([[True], np.diff(self.stamps) > 0])
        firsts = np.flatnonzero(new)
        if len(firsts) == len(self.stamps):
            return
        group = np.cumsum(new) - 1
        bounds = np.iinfo(np.int64)
        low = np.minimum.reduceat(np.where(self.present, self.amounts, bounds.max), firsts)
        high = np.maximum.reduceat(np.where(self.present, self.amounts, bounds.min), firsts)
        valued = np.logical_or.reduceat(self.present, firsts)
        conflicting = (valued & (low != high))[group]
        valued_first = np.lexsort((~self.present, self.stamps))[firsts]
        repeated = ~conflicting
        repeated[valued_first] = False
        self.say(Code.DUPLICATE, Severity.WARNING, repeated, "repeated rows, counted once")
        if conflicting.any():
            at = int(np.argmax(valued & (low != high)))
            values = (
                f"{_shown(int(low[at]))} and {_shown(int(high[at]))} {self.unit} at {iso(int(self.stamps[firsts[at]]))}"
            )
            self.say(Code.CONFLICT, Severity.ERROR, conflicting, f"rows of one time with different values ({values})")
        if keep_first:
            self.chosen = conflicting
        else:
            self.present &= ~conflicting
        self._keep(valued_first)


def _shown(millionths: int) -> str:
    """A decimal number without needless zeros."""
    whole, rest = divmod(abs(millionths), MILLIONTHS)
    decimals = f".{rest:06}".rstrip("0") if rest else ""
    return f"{'-' * (millionths < 0)}{whole}{decimals}"


def _codes(part: Rows) -> np.ndarray:
    return np.full(len(part.stamps), "", dtype=np.str_) if part.codes is None else part.codes


def _corrections(part: Rows) -> np.ndarray:
    return np.zeros(len(part.stamps), dtype=bool) if part.corrections is None else part.corrections


def _estimates(part: Rows) -> np.ndarray:
    return np.full(len(part.stamps), part.estimated) if part.estimates is None else part.estimates
