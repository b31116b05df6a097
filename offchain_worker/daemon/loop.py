"""The loop around a cycle, for workers and collectors: repeat, be patient with trouble that passes, stop cleanly."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import structlog
import tenacity

from offchain_worker.domain.errors import DaiseeError

from .errors import Next, next_after
from .http import Pulse

log = structlog.get_logger()

LONGEST_PAUSE = 30.0


def run(
    cycle: Callable[[], int],
    *,
    stop: threading.Event,
    interval: float,
    patience: int,
    pulse: Pulse | None = None,
) -> None:
    """Run cycles, `interval` seconds apart, until `stop` is set.

    A cycle that meets passing trouble is repeated with growing pauses, `patience` times in a row, each time with one
    clear line; then, or at once when the trouble does not pass, its error is raised. `pulse` is told how it goes.
    """

    def tell(state: tenacity.RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        log.warning("trying again", reason=str(error), attempt=state.attempt_number, of=patience)

    def once() -> int:
        try:
            return cycle()
        except DaiseeError as error:
            if pulse is not None:
                pulse.trouble = str(error)
            raise

    def pause(seconds: float) -> None:
        stop.wait(seconds)

    def passes(error: BaseException) -> bool:
        return isinstance(error, DaiseeError) and next_after(error) is Next.TRY_AGAIN and not stop.is_set()

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception(passes),
        wait=tenacity.wait_exponential(multiplier=interval, max=max(interval, LONGEST_PAUSE)),
        stop=tenacity.stop_after_attempt(patience),
        sleep=pause,
        before_sleep=tell,
        reraise=True,
    )
    while not stop.is_set():
        try:
            block = retrying(once)
            if pulse is not None:
                pulse.beat(block)
        except DaiseeError as error:
            if stop.is_set():
                return
            if next_after(error) is not Next.REFUSE:
                raise
        stop.wait(interval)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set, so that a process ends between two steps; call it in the main thread."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop
