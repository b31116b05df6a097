"""Files that commands are given and make: one line for what cannot be read or written, no file half written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from offchain_worker.domain.errors import DaiseeError

Read = TypeVar("Read")


class FileUnusable(DaiseeError):
    """A file or folder that cannot be read or written."""


def opened(file: Path) -> bytes:
    """The bytes of a file, or FileUnusable naming it."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise FileUnusable(f"{file}: cannot be read ({error.strerror})") from None


def parsed(file: Path, parse: Callable[[bytes], Read]) -> Read:
    """What a file says by `parse`. A DaiseeError of it carries the file's name as a note, which the command prints."""
    try:
        return parse(opened(file))
    except FileUnusable:
        raise
    except DaiseeError as error:
        error.add_note(str(file))
        raise


def write(folder: Path, files: Mapping[str, bytes], stale: Iterable[str] = ()) -> None:
    """Write files into a folder, made if need be, and remove an earlier run's `stale` ones. Raises FileUnusable.

    All are written beside their places first, so that a full disk or a break leaves what was there; but a device or a
    link (`/dev/stdout`) is written to as it stands, never replaced.
    """
    beside: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        whole = {name: data for name, data in files.items() if _is_plain(folder / name)}
        beside = {folder / f".{name}.{os.getpid()}": folder / name for name in whole}
        for part, data in zip(beside, whole.values(), strict=True):
            part.write_bytes(data)
        for name in files.keys() - whole.keys():
            (folder / name).write_bytes(files[name])
        for name in stale:
            (folder / name).unlink(missing_ok=True)
        for part, place in beside.items():
            part.replace(place)
    except OSError as error:
        raise FileUnusable(
            f"{error.filename2 or error.filename or folder}: cannot be written ({error.strerror})"
        ) from None
    finally:
        for part in beside:
            with suppress(OSError):  # nothing was written where no file can be
                part.unlink()


def _is_plain(place: Path) -> bool:
    """A file of its own, or nothing yet."""
    return not place.is_symlink() and (place.is_file() or not place.exists())
