"""What stops a collection: a broker, a line or a log that cannot be used."""

from __future__ import annotations

from offchain_worker.domain.errors import DaiseeError


class CollectError(DaiseeError):
    """A source or a log that cannot be used; the message names it and what to do."""
