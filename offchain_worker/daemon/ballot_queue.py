"""The relayer's memory: ballots it took and what became of them, on the disk before anyone gets a receipt.

One SQLite file in write-ahead mode: a ballot that has a receipt survives a kill at any point. A batch is noted before it
is sent, so that after a kill its ballots are asked of the chain and not sent a second time blindly; sending twice would
be harmless anyway, as the contract passes over what it has counted.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from offchain_worker.chain import ballots
from offchain_worker.chain.ballots import Fault, SignedBallot
from offchain_worker.domain.errors import DaiseeError

_TABLES = """
CREATE TABLE IF NOT EXISTS ballots (
    id TEXT PRIMARY KEY, proposal TEXT NOT NULL, member INTEGER NOT NULL, nonce INTEGER NOT NULL,
    document TEXT NOT NULL, receipt TEXT NOT NULL, received INTEGER NOT NULL,
    state TEXT NOT NULL, code TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '',
    batch TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS by_state ON ballots (state, received);
"""


class QueueError(DaiseeError):
    """The queue is in use by another relayer or damaged."""


class State(StrEnum):
    """What became of a ballot."""

    QUEUED = "queued"
    SENT = "sent"
    COUNTED = "counted"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Entry:
    """A ballot in the queue; `batch` is the transaction it was sent in."""

    signed: SignedBallot
    member: int
    receipt: str
    state: State
    fault: Fault | None
    batch: str


class BallotQueue:
    """Ballots in a file; safe for the threads of one process."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        try:
            self._base = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=5)
            self._base.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._base.executescript(_TABLES)
        except sqlite3.Error as error:
            raise QueueError(
                f"the ballots in {file} cannot be opened ({error}); is a relayer running on it?"
            ) from error

    def close(self) -> None:
        """Let another process have it."""
        with self._lock:
            self._base.close()

    def add(self, signed: SignedBallot, member: int, receipt: str, received: int) -> None:
        """Keep a ballot; one of the same id that was dropped waits again, with its first receipt."""
        with self._lock:
            self._base.execute(
                "INSERT INTO ballots (id, proposal, member, nonce, document, receipt, received, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET state = excluded.state, code = '', message = '', batch = ''",
                (
                    signed.identifier,
                    str(signed.ballot.proposal),
                    member,
                    signed.ballot.nonce,
                    signed.to_json(),
                    receipt,
                    received,
                    State.QUEUED,
                ),
            )

    def entry(self, identifier: str) -> Entry | None:
        """What became of a ballot; None if it never came."""
        found = self._select("id = ?", (identifier,))
        return found[0] if found else None

    def waiting(self, limit: int) -> list[Entry]:
        """The oldest queued ballots."""
        return self._select("state = ? ORDER BY received, rowid LIMIT ?", (State.QUEUED, limit))

    def sent(self) -> list[Entry]:
        """Ballots in a transaction whose outcome is not known yet."""
        return self._select("state = ?", (State.SENT,))

    def pending_nonce(self, proposal: int, member: int) -> int:
        """The highest nonce of the member's ballots that wait; -1 if none does."""
        found = self._select("state IN ('queued', 'sent') AND proposal = ? AND member = ?", (str(proposal), member))
        return max((entry.signed.ballot.nonce for entry in found), default=-1)

    def count(self) -> int:
        """How many ballots wait."""
        with self._lock:
            row = self._base.execute("SELECT count(*) FROM ballots WHERE state = 'queued'").fetchone()
        return int(row[0])

    def mark(
        self, identifiers: Sequence[str], state: State, *, fault: Fault | None = None, batch: str | None = None
    ) -> None:
        """Note what became of ballots, all or none."""
        with self._lock:
            self._base.execute("BEGIN")
            self._base.executemany(
                "UPDATE ballots SET state = ?, code = ?, message = ?, batch = coalesce(?, batch) WHERE id = ?",
                [
                    (state, fault.code if fault else "", fault.message if fault else "", batch, identifier)
                    for identifier in identifiers
                ],
            )
            self._base.execute("COMMIT")

    def _select(self, where: str, values: tuple[object, ...]) -> list[Entry]:
        query = f"SELECT document, member, receipt, state, code, message, batch FROM ballots WHERE {where}"
        with self._lock:
            rows = self._base.execute(query, values).fetchall()
        return [
            Entry(
                ballots.parse(document),
                member,
                receipt,
                State(state),
                Fault(code, message) if code else None,
                batch,
            )
            for document, member, receipt, state, code, message, batch in rows
        ]
