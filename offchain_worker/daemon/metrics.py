"""What a worker tells Prometheus: tasks, durations, errors, where its chain is, how its store answers, its balance.

No metric carries an energy, an amount, a name or a key; labels are kinds, outcomes and classes of errors. How late a
chain is follows from its newest block's own time, which whoever scrapes compares with a clock.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from offchain_worker.storage.store import ContentStore

TASK_SECONDS = (0.1, 0.3, 1, 3, 10, 30, 100, 300)
STORE_SECONDS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)


class Metrics:
    """The metrics of one worker, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.tasks = Counter("daisee_tasks", "Tasks by outcome", ("kind", "outcome"), registry=self.registry)
        self.task_seconds = Histogram(
            "daisee_task_seconds", "Time to answer a task", ("kind",), buckets=TASK_SECONDS, registry=self.registry
        )
        self.errors = Counter(
            "daisee_errors", "Errors by class and consequence", ("error", "next"), registry=self.registry
        )
        self.block = Gauge("daisee_chain_block", "The block last read at", registry=self.registry)
        self.block_time = Gauge(
            "daisee_chain_block_timestamp_seconds", "That block's time, UTC seconds", registry=self.registry
        )
        self.behind = Gauge("daisee_chain_blocks_behind", "Blocks between the head and it", registry=self.registry)
        self.ready = Gauge("daisee_worker_ready", "1 while `/ready` answers 200, else 0", registry=self.registry)
        self.balance = Gauge("daisee_worker_balance_wei", "What the worker could pay gas with", registry=self.registry)
        self.store_seconds = Histogram(
            "daisee_store_seconds",
            "Time of a store's operation",
            ("operation",),
            buckets=STORE_SECONDS,
            registry=self.registry,
        )

    @contextmanager
    def task(self, kind: str) -> Iterator[None]:
        """Time a task that is answered."""
        started = time.perf_counter()
        yield
        self.task_seconds.labels(kind).observe(time.perf_counter() - started)

    @contextmanager
    def store(self, operation: str) -> Iterator[None]:
        """Time one use of the store, failed or not."""
        with self.store_seconds.labels(operation).time():
            yield

    def text(self) -> bytes:
        """The exposition that `/metrics` serves."""
        return generate_latest(self.registry)


class MeteredStore:
    """A `ContentStore` whose every use is timed."""

    def __init__(self, store: ContentStore, metrics: Metrics) -> None:
        self._store, self._metrics = store, metrics

    def put(self, data: bytes) -> bytes:
        with self._metrics.store("put"):
            return self._store.put(data)

    def get(self, digest: bytes) -> bytes:
        with self._metrics.store("get"):
            return self._store.get(digest)

    def has(self, digest: bytes) -> bool:
        with self._metrics.store("has"):
            return self._store.has(digest)
