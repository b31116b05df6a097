"""Files that commands are given and make: one line for what cannot be read or written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from offchain_worker.domain.errors import DaiseeError


class FileUnusable(DaiseeError):
    """A file or folder that cannot be read or written."""


def opened(file: Path) -> bytes:
    """The bytes of a file, or FileUnusable naming it."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise FileUnusable(f"{file}: cannot be read ({error.strerror})") from None


def write(folder: Path, files: Mapping[str, bytes], stale: Iterable[str] = ()) -> None:
    """Write files into a folder, made if need be, and remove an earlier run's `stale` ones. Raises FileUnusable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in stale:
            (folder / name).unlink(missing_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise FileUnusable(f"{error.filename or folder}: cannot be written ({error.strerror})") from None
