"""Which program this is: a digest over every file that can change a result.

`programHash` = sha256 of the canonical JSON list of [path, sha256] pairs, sorted by path, of the sources and schemas of
`domain`, `meters` and `jobs` and of the lock file. It is computed from the files at start and stored in none of them.
The rule book names the program of a period; a worker that runs another one refuses its tasks.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import DaiseeError

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("domain", "meters", "jobs")
SUFFIXES = (".json", ".py")
LOCK_FILE = "requirements.lock"


class ProgramIncomplete(DaiseeError):
    """A file that belongs to the program is not there."""


@cache
def program_hash(root: Path = ROOT) -> bytes:
    """The hash of the program under `root` (the repository), 32 bytes; read once per process."""
    return canonical.digest(canonical.dumps([[path, "0x" + digest.hex()] for path, digest in program_files(root)]))


def program_files(root: Path = ROOT) -> list[tuple[str, bytes]]:
    """The program's files and their sha256, sorted by path; paths are relative to the repository, with slashes."""
    package = root / "offchain_worker"
    found = [
        path
        for folder in FOLDERS
        for path in (package / folder).rglob("*")
        if path.suffix in SUFFIXES and path.is_file()
    ]
    lock = root / LOCK_FILE
    if not lock.is_file() or not found:
        raise ProgramIncomplete(f"{lock} is missing; run the worker from a checkout of the repository")
    return sorted((path.relative_to(root).as_posix(), canonical.digest(path.read_bytes())) for path in [*found, lock])
