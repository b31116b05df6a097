"""The embedded store: a folder with one file per block, named by its CID.

A file appears whole or not at all (written aside, flushed, renamed), so that processes may share the folder and be
killed at any point. A file that was damaged is replaced when its block is put again.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .cid import NotACid, cid, digest_of, digest_of_cid
from .store import (
    BLOCK_BYTES,
    BlobCorrupt,
    BlobMissing,
    StoreUnavailable,
    checked_size,
    verified,
)


class EmbeddedStore:
    """A `ContentStore` in a folder, which is made when first written to."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def path(self, digest: bytes) -> Path:
        """The file that holds, or would hold, a block."""
        return self.folder / cid(digest)

    def put(self, data: bytes) -> bytes:
        digest = digest_of(checked_size(data))
        try:
            if not self._intact(digest, len(data)):
                write_atomically(self.path(digest), data)
        except OSError as error:
            raise StoreUnavailable(f"cannot write to the store {self.folder}: {error}") from error
        return digest

    def get(self, digest: bytes) -> bytes:
        path = self.path(digest)
        try:
            if path.stat().st_size > BLOCK_BYTES:
                raise BlobCorrupt(digest, str(self.folder))
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise BlobMissing(digest, str(self.folder)) from error
        except OSError as error:
            raise StoreUnavailable(f"cannot read from the store {self.folder}: {error}") from error
        return verified(data, digest, str(self.folder))

    def has(self, digest: bytes) -> bool:
        return self.path(digest).is_file()

    def kept(self) -> set[bytes]:
        """The digests of all blocks in the folder; other files in it are left alone."""
        found = set()
        try:
            for path in self.folder.iterdir():
                try:
                    found.add(digest_of_cid(path.name))
                except NotACid:
                    continue
        except FileNotFoundError:
            return set()
        except OSError as error:
            raise StoreUnavailable(f"cannot list the store {self.folder}: {error}") from error
        return found

    def remove(self, digest: bytes) -> None:
        """Delete a block; harmless if it is not there."""
        try:
            self.path(digest).unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"cannot delete from the store {self.folder}: {error}") from error

    def sweep(self) -> None:
        """Nothing is left to free once blocks are removed."""

    def _intact(self, digest: bytes, size: int) -> bool:
        path = self.path(digest)
        return path.is_file() and path.stat().st_size == size and digest_of(path.read_bytes()) == digest


def write_atomically(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file that is either absent (or its old self) or complete, and on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
