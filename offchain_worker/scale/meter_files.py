"""
Many files of readings, on all processors: a file is a task, so that each process holds one file, or those of one point
where several tell of it, whatever their number. What comes back is small (a report) or one standard curve at a time.

The answer is the same with any number of processes: tasks are answered in the order of the files.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from offchain_worker import meters
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.roster import Direction
from offchain_worker.meters import MeterFileError, RangeInvalid, StandardCurve, UnknownFormat
from offchain_worker.meters.archive import LARGEST_FILE
from offchain_worker.meters.inspection import Inspected, inspected, report

MANY = 64
"""From this many files on, starting processes pays."""
AHEAD = 4
"""Tasks under way per process: enough to keep it busy, few enough to hold no more than a few answers."""
T = TypeVar("T")
R = TypeVar("R")
Map = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]
Done = Callable[[str], None]


@dataclass(frozen=True)
class Source:
    """A file; one that is `listed` by itself must be of a known format, one found in a folder is left out if it is not."""

    path: Path
    listed: bool = True


@dataclass(frozen=True)
class Point:
    """Files that tell of the same curves, and what they came to together; `span` and `step` of their load curves."""

    sources: tuple[Source, ...]
    found: Inspected


@dataclass(frozen=True)
class Read:
    """What all files came to: the points in order of their first file, and the names of files of no known format."""

    points: tuple[Point, ...]
    ignored: tuple[str, ...]

    def report(self) -> dict[str, Any]:
        """As `meters.inspect` gives it for all the files at once."""
        return report([point.found for point in self.points], self.ignored)


def opened(source: Source) -> tuple[str, bytes]:
    """A file's name and bytes. Raises MeterFileError if it cannot be read, or is larger than any file of readings."""
    name = str(source.path)
    try:
        if source.path.stat().st_size > LARGEST_FILE:
            raise MeterFileError(name, 0, f"is larger than {LARGEST_FILE // 2**20} MiB: split it by month or by point")
        return name, source.path.read_bytes()
    except OSError as error:
        raise MeterFileError(name, 0, f"cannot be read ({error.strerror})") from None


def cores() -> int:
    """The processors this process may use; not every system says which those are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def processes(count: int, tasks: int) -> Iterator[Map]:
    """
    A map over tasks, in order, by `count` processes; 0 takes all processors from `MANY` tasks on, else this process
    alone.
    """
    count = count or (cores() if tasks >= MANY else 1)
    if count == 1:
        yield lambda work, items: map(work, items)
        return
    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # for the processes: this one has its threads already
    with ProcessPoolExecutor(count, get_context("spawn")) as pool:
        try:
            yield partial(_mapped, pool, AHEAD * count)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def read(sources: Sequence[Source], time_zone: str, mapped: Map, done: Done = lambda _: None) -> Read:
    """
    What every file holds, those that tell of one curve together. Raises MeterFileError or UnknownFormat for the first
    file that cannot be read.
    """
    alone: list[tuple[Source, Inspected]] = []
    ignored = []
    for source, found in zip(sources, mapped(partial(_look, time_zone=time_zone), sources), strict=True):
        done(source.path.name)
        if found is None:
            ignored.append(str(source.path))
        else:
            alone.append((source, found))
    groups = _groups([{curve[0] for curve in found.curves} for _, found in alone])
    several = [tuple(alone[at][0] for at in group) for group in groups if len(group) > 1]
    again = iter(mapped(partial(_together, time_zone=time_zone), several))
    points = [
        Point(tuple(alone[at][0] for at in group), alone[group[0]][1] if len(group) == 1 else next(again))
        for group in groups
    ]
    return Read(tuple(points), tuple(ignored))


def standard_curves(
    read: Read, rules: ConformityRules, step_seconds: int, mapped: Map, done: Done = lambda _: None
) -> tuple[int, int, int, Iterator[tuple[str, Direction, StandardCurve]]]:
    """
    Start, end, step and every curve of files that were read, in order of their first file, each made when it is asked
    for; all at once if the rules want twins found, which takes comparing them. `step_seconds` 0 takes the coarsest
    there is. Raises RangeInvalid if no step is known.
    """
    spans = [span for point in read.points for *_, span in point.found.curves if span[2]]
    step = step_seconds or max((span[2] for span in spans), default=0)
    if not step or not spans:
        raise RangeInvalid("the files hold no reading whose step is known")
    start, end = (
        min(first for first, _, _ in spans) // step * step,
        -(-max(last for _, last, _ in spans) // step) * step,
    )
    alone = replace(rules, checks=replace(rules.checks, twin=None))
    work = partial(_standard, rules=alone, step_seconds=step, period=(start, end))

    def made() -> Iterator[tuple[str, Direction, StandardCurve]]:
        for point, curves in zip(read.points, mapped(work, [p.sources for p in read.points]), strict=True):
            yield from curves
            done(point.sources[0].path.name)

    if rules.checks.twin is None:
        return start, end, step, made()
    listed = list(made())
    alike = meters.with_twins([curve for *_, curve in listed], [meter for meter, *_ in listed], start, step, rules)
    several = [(meter, direction, curve) for (meter, direction, _), curve in zip(listed, alike, strict=True)]
    return start, end, step, iter(several)


def _look(source: Source, time_zone: str) -> Inspected | None:
    name, data = opened(source)
    try:
        return inspected([meters.read(data, name, time_zone)], time_zone)
    except UnknownFormat:
        if source.listed:
            raise
        return None


def _together(sources: Sequence[Source], time_zone: str) -> Inspected:
    held = []
    for source in sources:
        name, data = opened(source)
        held.append(meters.read(data, name, time_zone))
    return inspected(held, time_zone)


def _standard(
    sources: Sequence[Source], rules: ConformityRules, step_seconds: int, period: tuple[int, int]
) -> tuple[tuple[str, Direction, StandardCurve], ...]:
    return meters.standardise_all([opened(source) for source in sources], rules, step_seconds, period).curves


def _groups(keys: Sequence[Iterable[Any]]) -> list[list[int]]:
    """Places put together that share a key, directly or by others; each in order, groups by their first place."""
    above = list(range(len(keys)))

    def top(at: int) -> int:
        while above[at] != at:
            above[at] = at = above[above[at]]
        return at

    first: dict[Any, int] = {}
    for at, of in enumerate(keys):
        for key in of:
            one, other = sorted((top(at), top(first.setdefault(key, at))))
            above[other] = one
    groups: dict[int, list[int]] = {}
    for at in range(len(keys)):
        groups.setdefault(top(at), []).append(at)
    return list(groups.values())


def _mapped(pool: ProcessPoolExecutor, most: int, work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    waiting: deque[Future[R]] = deque()
    for item in items:
        waiting.append(pool.submit(work, item))
        if len(waiting) == most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
