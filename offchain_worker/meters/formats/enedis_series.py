"""
The rows of one curve of any of Enedis' formats, from what is written: where a stamp stands in its interval, which rows
are estimates, what is said of them. The words they share are in `enedis_words`.

Load curves of 5 and 10 minutes (segments C1 to C4) carry the START of an interval, those of 15 minutes or more (Linky,
C5) its END; that holds in every flow, as the first and last stamps of genuine files show. Times without an offset are
those of Paris.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import polars as pl

from offchain_worker.domain.quantities import STEP_LENGTHS
from offchain_worker.domain.roster import Direction
from offchain_worker.meters import columns, local_time
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.formats.enedis_words import (
    CORRECTED,
    ESTIMATED,
    MEASURED,
    MEASURED_STAGES,
    NOTHING,
    OTHERS,
    duration,
    is_corrected,
)
from offchain_worker.meters.rows import EARLIEST, LARGEST_READING, LARGEST_REGISTER, LATEST, Rows
from offchain_worker.meters.text import quoted
from offchain_worker.meters.zone import DAY, offsets

TIME_ZONE = "Europe/Paris"
FINE = 600
"""Up to this step a stamp is the START of its interval."""
FURTHEST_OFFSET = 14 * 3600

Column = Sequence[str | None] | Sequence[int] | pl.Series

_PRM = re.compile(r"[0-9]{14}")


@dataclass
class Texts:
    """
    The rows of one curve as written, in file order: stamps, values, line numbers, and where the format has them a step,
    a nature, an index of likelihood and a complementary state per row. Lists, or columns of a table.
    """

    stamps: Column = field(default_factory=list)
    values: Column = field(default_factory=list)
    numbers: Column = field(default_factory=list)
    steps: Column = field(default_factory=list)
    natures: Column = field(default_factory=list)
    likelihoods: Column = field(default_factory=list)
    states: Column = field(default_factory=list)

    def add(self, stamp: str, value: str, number: int) -> None:
        """One more row, of lists."""
        for column, entry in (("stamps", stamp), ("values", value), ("numbers", number)):
            getattr(self, column).append(entry)


@dataclass(frozen=True)
class Series:
    """
    Whose rows they are and what they mean: values are in `factor` W (`is_power`) or Wh, `stage` as written. Of an index,
    rows are readings of a register, or the energies of whole `days` that begin at their stamps.
    """

    meter: str
    direction: Direction
    factor: int = 1
    is_power: bool = True
    stage: str = ""
    direction_stated: bool = True
    kind: Literal["load", "index"] = "load"
    quantity: str = ""
    days: bool = False
    unit_stated: bool = True


def rows(series: Series, texts: Texts, name: str, stamped: Literal["start", "end"] | None = None) -> Rows:
    """
    The rows of one curve. `stamped` overrides what follows from the step of a load curve. Raises MeterFileError naming
    the row.
    """
    is_load = series.kind == "load"
    numbers = np.asarray(texts.numbers, dtype=np.int64)
    values, written = _column(texts.values), _column(texts.stamps)
    limit = LARGEST_READING if is_load or series.days else LARGEST_REGISTER
    amounts, present, good = columns.amounts(values, series.factor, limit)
    _refuse(~good, numbers, name, lambda at: f"{quoted(values[at])} is no number that a meter shows")
    clock = columns.stamps(written)
    _refuse(~clock.good, numbers, name, lambda at: f"{quoted(written[at])} is no moment")
    _refuse(_outside(clock), numbers, name, lambda at: f"{quoted(written[at])} is not between 2000 and 2100")
    seconds = _steps(texts, numbers, name) if is_load else np.zeros(len(numbers), dtype=np.int64)
    ends = np.full(len(numbers), stamped == "end" or not (is_load or series.days))
    if is_load and stamped is None:
        ends = np.where(seconds > 0, seconds, usual_step(clock.local)) > FINE
    stamps, doubt = _moments(clock, ends)
    found = local_time.doubts(clock.local, stamps, doubt, present, series.meter)
    ahead = clock.offsets if clock.zoned.all() else None
    if series.days:
        _refuse(clock.local % DAY != 0, numbers, name, lambda at: f"{quoted(written[at])} is no day")
        seconds = local_time.moments(TIME_ZONE, clock.local + DAY, "start")[0] - stamps
    elif ends.any() and not ends.all():
        _refuse(~ends & (seconds == 0), numbers, name, lambda _: "states no step, which others do")
        stamps, ahead = np.where(ends, stamps, stamps + seconds), None
    codes, estimates, corrections, said = _quality(series, texts, stamps)
    made = Rows(
        meter=series.meter,
        direction=series.direction,
        estimated=bool(len(estimates)) and bool(estimates.all()) and not corrections.any(),
        stamped="end" if ends.any() else "start",
        is_power=series.is_power,
        stamps=stamps,
        amounts=amounts,
        present=present,
        numbers=numbers,
        offsets=ahead,
        whole_watts=is_load and series.is_power and series.factor == 1,
        seconds=seconds if is_load or series.days else None,
        codes=codes,
        estimates=estimates,
        corrections=corrections if corrections.any() else None,
        kind=series.kind,
        quantity=series.quantity,
        direction_stated=series.direction_stated,
        findings=tuple([*_about(series, stamps), *found, *said]),
    )
    sure = doubt != local_time.Doubt.NO_SUCH_TIME
    return made if sure.all() else made.kept(sure)


def wrong_id(meter: str, first: int, last: int) -> list[Finding]:
    """A warning if a PRM has not 14 digits, or is not there."""
    if _PRM.fullmatch(meter):
        return []
    message = f"{quoted(meter)} is no PRM: a PRM has 14 digits, this has {len(meter)} characters"
    message = message if meter else "the file does not name its point"
    return [Finding(first, last, Code.WRONG_ID, Severity.WARNING, meter, 1, message)]


def unit_unstated(meter: str, first: int, last: int) -> Finding:
    """An info about a curve whose unit is left empty, as Enedis does for watts."""
    message = "the file does not state the unit: read as W"
    return Finding(first, last, Code.UNIT_UNSTATED, Severity.INFO, meter, 1, message)


def usual_step(local: np.ndarray) -> int:
    """The most frequent distance of neighbouring stamps that is a step; an hour if there is none."""
    distances = np.diff(np.sort(local))
    counts = [int((distances == length).sum()) for length in sorted(STEP_LENGTHS)]
    return sorted(STEP_LENGTHS)[int(np.argmax(counts))] if any(counts) else 3600


def ignored(meter: str, what: str, count: int, row: int) -> Finding:
    """An info about rows of a quantity that nobody shares; a warning if nobody knows it."""
    severity = Severity.INFO if what in OTHERS or "puissance" in what else Severity.WARNING
    message = f"{count} rows of {what} are left out, first in row {row}: only active energy can be shared"
    return Finding(0, 0, Code.IGNORED_ROWS, severity, meter, count, message)


def span_findings(made: Rows, begins: str, ends: str) -> Rows:
    """The rows of a load curve with a warning if they begin after, or stop before, the local days the file declares."""
    if not len(made.stamps):
        return made
    local = made.stamps + offsets(TIME_ZONE, made.stamps)
    step = made.stated_seconds()
    step = np.where(step > 0, step, usual_step(local))
    first, last = int(np.argmin(local)), int(np.argmax(local))
    began = int(local[first]) - (int(step[first]) if made.stamped == "end" else 0)
    stopped = int(local[last]) + (int(step[last]) if made.stamped == "start" else 0)
    declared = columns.stamps(pl.Series([begins, ends], dtype=pl.String))
    found = []
    for at, gap, what in ((0, began - int(declared.local[0]), "begin"), (1, int(declared.local[1]) - stopped, "stop")):
        if declared.good[at] and gap > 0:
            days, side = -(-gap // DAY), "after the start" if at == 0 else "before the end"
            message = f"readings {what} {days} day(s) {side} the file declares"
            bounds = (int(made.stamps[first]), int(made.stamps[last]))
            found.append(Finding(*bounds, Code.DECLARED_RANGE, Severity.WARNING, made.meter, days, message))
    return replace(made, findings=made.findings + tuple(found))


def _about(series: Series, stamps: np.ndarray) -> list[Finding]:
    """What is said of the series itself: a wrong id, a direction or a unit that the file leaves open."""
    first, last, count = (int(stamps.min()), int(stamps.max()), len(stamps)) if len(stamps) else (0, 0, 0)
    found = wrong_id(series.meter, first, last)
    if not series.direction_stated:
        message = (
            f"the file does not say whether the point consumes or produces: read as {series.direction.name.lower()}"
        )
        found.append(Finding(first, last, Code.DIRECTION_UNSTATED, Severity.INFO, series.meter, count, message))
    if not series.unit_stated:
        found.append(unit_unstated(series.meter, first, last))
    return found


def _column(texts: Column) -> pl.Series:
    """The texts stripped, "" for none."""
    return pl.Series("texts", texts, dtype=pl.String).fill_null("").str.strip_chars()


def _refuse(wrong: np.ndarray, numbers: np.ndarray, name: str, reason: Callable[[int], str]) -> None:
    if wrong.any():
        at = int(np.argmax(wrong))
        raise MeterFileError(name, int(numbers[at]), reason(at))


def _outside(clock: columns.Stamps) -> np.ndarray:
    utc = clock.local - clock.offsets
    outside: np.ndarray = (utc < EARLIEST + DAY) | (utc > LATEST - DAY) | (np.abs(clock.offsets) > FURTHEST_OFFSET)
    return outside


def _steps(texts: Texts, numbers: np.ndarray, name: str) -> np.ndarray:
    """Seconds int64[n] of each row's stated step, 0 where none is stated. Raises MeterFileError for other lengths."""
    if not len(texts.steps):
        return np.zeros(len(numbers), dtype=np.int64)
    stated = _column(texts.steps)
    known = {text: duration(text) for text in stated.unique().to_list()}
    seconds = stated.replace_strict(known, return_dtype=pl.Int64).to_numpy()
    wrong = (stated != "").to_numpy() & ~np.isin(seconds, STEP_LENGTHS)
    _refuse(wrong, numbers, name, lambda at: f"step {quoted(stated[at])} is not 5, 10, 15, 30 or 60 minutes")
    return seconds


def _moments(clock: columns.Stamps, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """UTC seconds and `Doubt` of every row; `ends` bool[n] says which stamps are the end of an interval."""
    utc, doubt = clock.local - clock.offsets, np.zeros(len(ends), dtype=np.uint8)
    for mask, stamped in ((~clock.zoned & ends, "end"), (~clock.zoned & ~ends, "start")):
        if mask.any():
            utc[mask], doubt[mask] = local_time.moments(TIME_ZONE, clock.local[mask], stamped)
    return utc, doubt


def _quality(
    series: Series, texts: Texts, stamps: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[Finding]]:
    """
    The codes str[n] as written, joined by `/`, which rows are the operator's estimate and which its corrections (bool[n]
    each), and what is found.
    """
    stage_measured = series.stage.strip().casefold() in MEASURED_STAGES
    written = [_column(column) for column in (texts.natures, texts.likelihoods, texts.states) if len(column)]
    written = [
        pl.select(pl.when(~column.is_in(NOTHING)).then(column).otherwise(pl.lit(""))).to_series() for column in written
    ]
    written = [column for column in written if (column != "").any()]
    codes = np.full(len(stamps), "", dtype=np.str_)
    if written:
        joined = pl.DataFrame({str(at): column for at, column in enumerate(written)})
        shown = joined.select(pl.concat_str(pl.all(), separator="/").str.strip_chars_end("/")).to_series()
        codes = shown.to_numpy().astype(np.str_)
    letters = (
        _column(texts.natures if len(texts.natures) else [""] * len(stamps)).str.to_uppercase().replace("NULL", "")
    )
    unknown = ~letters.is_in(MEASURED + ESTIMATED).to_numpy()
    estimates = letters.is_in(ESTIMATED).to_numpy() | unknown
    if not stage_measured:
        estimates |= (letters == "").to_numpy()
    doubtful = np.zeros(len(stamps), dtype=bool)
    if len(texts.likelihoods):
        doubtful = ~_column(texts.likelihoods).is_in(["0", *NOTHING]).to_numpy()
    found = []
    for code, mask, what in (
        (Code.UNKNOWN_CODE, unknown, "rows with a quality code that is not known, taken as estimates"),
        (Code.DOUBTFUL, doubtful, "readings that the operator itself finds unlikely (Indice de vraisemblance)"),
    ):
        if mask.any():
            count, bounds = int(mask.sum()), (int(stamps[mask].min()), int(stamps[mask].max()))
            found.append(Finding(*bounds, code, Severity.WARNING, series.meter, count, f"{count} {what}"))
    corrections = letters.is_in(CORRECTED).to_numpy() | is_corrected(series.stage)
    return codes, estimates, corrections, found
