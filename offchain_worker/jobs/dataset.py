"""Making a dataset: what the publisher does with the operator's files before anyone else sees them.

Each column of the roster gets the files of its point, with the real id replaced by a stand-in and only the rows of its
participation kept, encrypted under a key of its own. The publisher standardises them exactly as the workers will, so
that it can commit `readingsRoot` itself and sees beforehand what they will find.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from offchain_worker import meters
from offchain_worker.domain import canonical
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.report import Verdict
from offchain_worker.domain.roster import Column, Direction, Roster
from offchain_worker.domain.tariff import Tariff
from offchain_worker.meters import Curve
from offchain_worker.storage.encryption import SECRET_BYTES, DatasetSecret, encrypt_raw
from offchain_worker.storage.envelopes import Reader
from offchain_worker.storage.store import ContentStore, MemoryStore, copy, put_large

from . import manifest as manifests
from .conformity import verdict
from .manifest import ColumnEntry, FileEntry, Manifest, file_names
from .standardise import NamedFile, Standardised, standardise

Place = tuple[str, Direction]
"""A meter's real id and a direction: a point."""


class FileUnexpected(DaiseeError):
    """A file of a meter, or in a direction, that no point of the roster has."""


@dataclass(frozen=True)
class Span:
    """Which period a dataset is for, and on which chain."""

    chain_id: int
    registry: str
    period: int
    version: int
    start: int
    end: int
    step_seconds: int


@dataclass(frozen=True)
class Dataset:
    """A dataset ready to be pinned and registered; `secret` opens it and is in none of its blocks."""

    manifest: bytes
    blocks: dict[bytes, bytes]
    secret: DatasetSecret
    standardised: Standardised

    @property
    def input_digest(self) -> bytes:
        """What the chain knows the dataset by."""
        return canonical.digest(self.manifest)

    @property
    def readings_root(self) -> bytes:
        """The publisher's commitment to the readings."""
        return self.standardised.root

    @property
    def verdict(self) -> Verdict:
        """What the workers will say."""
        return verdict(finding for curve in self.standardised.curves for finding in curve.findings)

    def pin(self, store: ContentStore) -> bytes:
        """Put every block and the manifest in a store; returns the input digest."""
        copy(self.blocks.values(), store)
        return store.put(self.manifest)


def build(
    span: Span,
    roster: Roster,
    meters_of_points: Mapping[int, str],
    files: Sequence[NamedFile],
    rules: ConformityRules,
    tariff: Tariff,
    secret: DatasetSecret | None = None,
    listed: Mapping[str, str] | None = None,
) -> Dataset:
    """Redact, split, encrypt and standardise raw files.

    `meters_of_points` gives the real id of each point, `files` are (name, bytes) in any order, `listed` the meter of a
    file by its name, for those that hold no id. Raises MeterFileError naming file, row and reason for one that cannot be
    read, FileUnexpected for one of a stranger's meter or of none.
    """
    keys = secret if secret is not None else DatasetSecret(secrets.token_bytes(SECRET_BYTES))
    found = _by_meter(roster, meters_of_points, files, rules, listed or {})
    columns = [
        _column_files(at, column, found[meters_of_points[column.point], column.direction], span)
        for at, column in enumerate(roster.columns)
    ]
    store = MemoryStore()
    entries = []
    for at, (column, of_column) in enumerate(zip(roster.columns, columns, strict=True)):
        sealed = [encrypt_raw(keys.column(at), data) for _, data in of_column]
        entries.append(
            ColumnEntry(at, column.point, tuple(FileEntry(len(data), put_large(store, data)) for data in sealed))
        )
    manifest = Manifest(
        chain_id=span.chain_id,
        registry=span.registry,
        period=span.period,
        version=span.version,
        start=span.start,
        end=span.end,
        step_seconds=span.step_seconds,
        roster_hash=roster.hash(),
        columns=tuple(entries),
    )
    standardised = standardise(roster, columns, rules, tariff, keys, span.start, span.end, span.step_seconds)
    return Dataset(manifests.dumps(manifest), store.blocks, keys, standardised)


def member_readers(roster: Roster, wallets: Mapping[int, str], public_keys: Mapping[str, bytes]) -> list[Reader]:
    """The members' envelopes: those of the roster who have a wallet and have published an encryption key."""
    readers = []
    for member in roster.members:
        wallet = wallets.get(member)
        if wallet is not None and wallet in public_keys:
            own = tuple(at for at, column in enumerate(roster.columns) if column.member == member)
            readers.append(Reader(wallet, public_keys[wallet], member, own))
    return readers


def _by_meter(
    roster: Roster,
    meters_of_points: Mapping[int, str],
    files: Sequence[NamedFile],
    rules: ConformityRules,
    listed: Mapping[str, str],
) -> dict[Place, list[tuple[NamedFile, Curve]]]:
    """The files of each point, with the point's curve in each, in the order of their names."""
    found: dict[Place, list[tuple[NamedFile, Curve]]] = {
        (meters_of_points[column.point], column.direction): [] for column in roster.columns
    }
    for name, data in sorted(files):
        file = meters.read(data, name, rules.time_zone)
        for part, curve in zip(file.rows, file.curves, strict=True):
            place = (curve.meter or listed.get(name, ""), curve.direction)
            if not place[0]:
                raise FileUnexpected(f"{name}: names no metering point: list it under one point alone")
            if place not in found and not part.direction_stated:  # it goes with the point's only direction
                place = next((known for known in found if known[0] == place[0]), place)
            if place not in found:
                raise FileUnexpected(f"{name}: no {curve.direction.name.lower()} point has meter {curve.meter}")
            found[place].append(((name, data), curve))
    return found


def _column_files(at: int, column: Column, files: Sequence[tuple[NamedFile, Curve]], span: Span) -> list[NamedFile]:
    """What a column may show of its point's files: its participation's rows, under a stand-in."""
    start, end = max(column.start, span.start), min(column.end, span.end)
    redacted = {
        meters.redact(data, name, _stand_in(at, curve.meter), start, end, curve.meter, curve.direction): None
        for (name, data), curve in files
        if curve.span[0] < end and curve.span[1] > start
    }
    return list(zip(file_names(at, list(redacted)), redacted, strict=True))


def _stand_in(at: int, meter: str) -> str:
    """The column's place, as long as the real id; nothing for a file that has no id."""
    return str(at).zfill(len(meter)) if meter else ""
