"""A folder of communities, each a folder with `key.json`, perhaps `roster.json`, and Parquet files of curves.

The spans are shared by a local Dask cluster of single-threaded workers, by the workers of a Dask scheduler anywhere that
see the same folders, or in this process.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offchain_worker.domain import key as keys
from offchain_worker.domain import roster as rosters
from offchain_worker.domain.errors import DaiseeError

from .spans import NOTHING, Totals, share_span

KEY, ROSTER = "key.json", "roster.json"


# A local cluster's workers keep every processor busy, so what watches them runs seldom and what they have allocated they
# keep: Dask's own threshold gives memory back after every block, which made each span a third slower.
LOCAL = {
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "10s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.scheduler.work-stealing-interval": "1s",
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.nanny.pre-spawn-environ": {
        "MALLOC_TRIM_THRESHOLD_": 1 << 28,
        "MALLOC_MMAP_THRESHOLD_": 1 << 25,
    },
}


class CommunitiesMissing(DaiseeError):
    """A folder without communities, or without a way to compute them."""


@dataclass(frozen=True)
class Span:
    """A file of curves of a community, and where its allocations go."""

    community: str
    source: Path
    target: Path


def spans(folder: Path, out: Path) -> list[Span]:
    """Every span under `folder`, by community, then by file name. Raises CommunitiesMissing."""
    found = [
        Span(key.parent.name, source, out / key.parent.name / source.name)
        for key in sorted(folder.glob(f"*/{KEY}"))
        for source in sorted(key.parent.glob("*.parquet"))
    ]
    if not found:
        raise CommunitiesMissing(f"{folder}: no folder in it has a {KEY} and curves in Parquet files")
    return found


def share_one(span: Span, threads: int | None = None) -> Totals:
    """Share one span under its community's key and roster. A DaiseeError carries the name of the file as a note."""
    home = span.source.parent
    roster = home / ROSTER
    with _naming(home / KEY):
        key = keys.parse((home / KEY).read_bytes())
    with _naming(roster):
        found = rosters.parse(roster.read_bytes()) if roster.exists() else None
    with _naming(span.source):
        return share_span(span.source, span.target, key, found, threads)


@contextmanager
def _naming(file: Path) -> Iterator[None]:
    try:
        yield
    except DaiseeError as error:
        if str(file) not in str(error):
            error.add_note(str(file))
        raise


def share_all(
    found: list[Span],
    workers: int | None = None,
    scheduler: str | None = None,
    done: Callable[[Span], None] = lambda _: None,
) -> dict[str, Totals]:
    """Share all spans and return each community's totals; `done` hears of each span as it is finished.

    By the workers of a Dask scheduler, else of a local cluster: one for each processor, but no more than there are
    spans. With `workers` 0 and no scheduler everything runs in this process, threaded. The files are the same
    whatever is chosen.
    """
    if workers is None:
        workers = min(os.cpu_count() or 1, len(found))
    totals = {span.community: NOTHING for span in found}
    if not workers and not scheduler:
        for span in found:
            totals[span.community] += share_one(span)
            done(span)
        return totals
    with cluster(workers, scheduler) as client:
        return share_with(client, found, done)


def share_with(
    client: Any, found: list[Span], done: Callable[[Span], None] = lambda _: None, workers: list[str] | None = None
) -> dict[str, Totals]:
    """Share all spans by the workers of a Dask client, or those at these addresses, each with one thread."""
    from dask.distributed import as_completed

    totals = {span.community: NOTHING for span in found}
    futures = {client.submit(share_one, span, 1, workers=workers, pure=False): span for span in found}
    for future in as_completed(list(futures), loop=client.loop):
        span = futures[future]
        totals[span.community] += future.result()
        done(span)
    return totals


@contextmanager
def cluster(workers: int, scheduler: str | None = None) -> Iterator[Any]:
    """A client of the scheduler at this address, or of a cluster of its own."""
    import dask
    from dask.distributed import Client, LocalCluster

    if scheduler:
        try:
            client = Client(scheduler, timeout=10, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CommunitiesMissing(f"no Dask scheduler answers at {scheduler} ({error})") from None
        with client:
            yield client
        return
    with (
        dask.config.set(LOCAL),
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=40) as local,
        Client(local, set_as_default=False) as client,
    ):
        yield client
