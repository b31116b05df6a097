"""What commands print: results on stdout (`--json` or for people), everything else on stderr."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Callable
from typing import Any

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

errors = Console(stderr=True, highlight=False)
results = Console(highlight=False)


def emit(result: Any, as_json: bool, show: Callable[[Any], None]) -> None:
    """Print a result as JSON or let `show` write it for people."""
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
    else:
        show(result)


def progress() -> Progress:
    """A progress bar on stderr; it draws nothing where stderr is no terminal."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        disable=not errors.is_terminal,
    )


class SteadyLogger(structlog.PrintLogger):
    """Writes lines; one that cannot be written (a full disk, a closed pipe) is lost and stops nobody."""

    def msg(self, message: str) -> None:
        """Write a line, if it can be written."""
        with contextlib.suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def configure_logs(json_lines: bool = False, quiet: bool = False) -> None:
    """Send structured logs to stderr; `quiet` keeps warnings and worse only."""
    renderer = (
        structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer(colors=errors.is_terminal)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        # Looked up at each line: what stands behind sys.stderr may change.
        logger_factory=lambda *_: SteadyLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
