"""
The collector's memory: readings in a file that only grows, on the disk before they count as taken.

A line that a power cut left half written does not fit its checksum: at the next start it is cut off, so that the log goes on
with a whole line. One process holds a log at a time. Nothing is ever changed or removed.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from offchain_worker.collect.errors import CollectError
from offchain_worker.collect.readings import Reading, from_line

NAME = "readings.log"


class Log:
    """The log of a folder, made if it is not there; `damaged` counts lines that say nothing certain."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        self.damaged = 0
        self._handle: int | None = None

    def open(self) -> None:
        """Take the log for this process and cut off a half-written end. Raises CollectError if another one has it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._handle, _whole(self.path))
        except BlockingIOError:
            self.close()
            raise CollectError(f"another collector writes {self.path}; give each its own folder") from None
        except OSError as error:
            self.close()
            raise CollectError(f"{self.path}: cannot be written ({error.strerror})") from None

    def close(self) -> None:
        """Let another process have it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def append(self, readings: Iterable[Reading]) -> int:
        """Write readings down, on the disk when this returns; their number."""
        taken = [reading for reading in readings if reading.is_sound]
        if taken:
            if self._handle is None:
                raise CollectError(f"{self.path}: is not open")
            try:
                data = memoryview(b"".join(reading.to_line() for reading in taken))
                while data:
                    data = data[os.write(self._handle, data) :]
                os.fsync(self._handle)
            except OSError as error:
                raise CollectError(f"{self.path}: cannot be written ({error.strerror})") from None
        return len(taken)

    def __iter__(self) -> Iterator[Reading]:
        """The readings in the order in which they were taken."""
        self.damaged = 0
        try:
            with self.path.open("rb") as lines:
                for line in lines:
                    reading = from_line(line) if line.endswith(b"\n") else None
                    if reading is None:
                        self.damaged += 1
                    else:
                        yield reading
        except FileNotFoundError:
            return
        except OSError as error:
            raise CollectError(f"{self.path}: cannot be read ({error.strerror})") from None


def _whole(path: Path) -> int:
    """The length of the file up to its last line feed."""
    size = path.stat().st_size
    with path.open("rb") as data:
        at = size
        while at > 0:
            begin = max(0, at - 65536)
            data.seek(begin)
            found = data.read(at - begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            at = begin
    return 0
