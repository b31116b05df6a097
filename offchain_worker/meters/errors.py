"""What makes a file of readings unreadable. A message is one line: file, row and reason."""

from __future__ import annotations

from offchain_worker.domain.errors import DaiseeError


class MeterFileError(DaiseeError):
    """A file that cannot be read as the format it claims; `row` counts lines from 1, 0 means the file as a whole."""

    def __init__(self, name: str, row: int, reason: str) -> None:
        super().__init__(f"{name}: row {row}: {reason}" if row else f"{name}: {reason}")
        self.name = name
        self.row = row
        self.reason = reason

    def __reduce__(self) -> tuple[type[MeterFileError], tuple[str, int, str]]:
        """So that a process can hand it to another."""
        return type(self), (self.name, self.row, self.reason)


class UnknownFormat(MeterFileError):
    """A file that no format claims."""


class UnknownTimeZone(DaiseeError):
    """A time zone that the pinned time zone data does not have."""


class RangeInvalid(DaiseeError):
    """Bounds or a step that no period can have."""
