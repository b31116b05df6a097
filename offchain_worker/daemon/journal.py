"""The worker's memory: one answer per task, on the disk before anyone sees it, never replaced.

A task that has an answer here is never computed again, whatever becomes of the program; that is what keeps a worker
from signing two reports for one task. One process holds the journal at a time.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from offchain_worker.domain.errors import DaiseeError
from offchain_worker.storage.embedded import write_atomically

from . import answer as answers
from .answer import Answer


class JournalError(DaiseeError):
    """The journal is in use, damaged, or would be contradicted."""


class Journal:
    """Answers in a folder, one file per task, named by its id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: int | None = None

    def hold(self) -> None:
        """Take the journal for this process until it ends; JournalError if another one has it."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise JournalError(f"the journal {self.folder} cannot be opened ({error.strerror})") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise JournalError(f"another worker is running on {self.folder}; give each its own folder") from error
        self._lock = handle

    def release(self) -> None:
        """Let another process have it."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def document(self, task_id: bytes) -> bytes | None:
        """The answer's document, if there is one."""
        try:
            return self._path(task_id).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise JournalError(f"{self._path(task_id)} cannot be read ({error.strerror})") from error

    def answer(self, task_id: bytes) -> Answer | None:
        """The answer given to a task, if any."""
        document = self.document(task_id)
        if document is None:
            return None
        try:
            return answers.loads(document)
        except DaiseeError as error:
            raise JournalError(f"{self._path(task_id)} is damaged ({error}); restore it, do not delete it") from error

    def keep(self, answer: Answer) -> None:
        """Write an answer down for good. Keeping the same one twice is harmless; another one is refused."""
        document = answers.dumps(answer)
        before = self.document(answer.task_id)
        if before is not None and before != document:
            raise JournalError(f"task 0x{answer.task_id.hex()} has another answer already; it stays")
        if before is None:
            self._write(self._path(answer.task_id), document)

    def acknowledge(self, task_id: bytes, report_hash: bytes) -> bool:
        """Note that the report a quorum attested for this task has been looked at; False if it was before."""
        path, said = self.folder / f"{task_id.hex()}.attested", report_hash.hex().encode()
        try:
            if path.read_bytes() == said:
                return False
        except FileNotFoundError:
            pass
        except OSError as error:
            raise JournalError(f"{path} cannot be read ({error.strerror})") from error
        self._write(path, said)
        return True

    def _write(self, path: Path, data: bytes) -> None:
        try:
            write_atomically(path, data)
        except OSError as error:
            raise JournalError(f"{path} cannot be written ({error.strerror}); nothing was shown") from error

    def _path(self, task_id: bytes) -> Path:
        return self.folder / f"{task_id.hex()}.json"
