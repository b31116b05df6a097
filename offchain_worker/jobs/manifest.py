"""The dataset manifest: which encrypted raw files each column has, and the blocks they are in.

Its sha256 is the dataset's `inputDigest`: who has the digest from the chain can fetch and verify every byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.storage.encryption import DatasetSecret, decrypt_raw
from offchain_worker.storage.store import ContentStore, MemoryStore, get_large

SCHEMA = "daisee.dataset/1"


class ManifestInvalid(DaiseeError):
    """A dataset manifest that contradicts itself or what it is used for."""


@dataclass(frozen=True)
class FileEntry:
    """One encrypted raw file: its encrypted size in bytes and the digests of its blocks."""

    size: int
    blocks: tuple[bytes, ...]


@dataclass(frozen=True)
class ColumnEntry:
    """The files of one column of the roster."""

    column: int
    point: int
    files: tuple[FileEntry, ...]


@dataclass(frozen=True)
class Manifest:
    """A dataset version. `start`, `end` are UTC seconds; `columns` are all columns of the roster, in its order."""

    chain_id: int
    registry: str
    period: int
    version: int
    start: int
    end: int
    step_seconds: int
    roster_hash: bytes
    columns: tuple[ColumnEntry, ...]

    @property
    def steps(self) -> int:
        """How many steps the period has."""
        return (self.end - self.start) // self.step_seconds

    @property
    def blocks(self) -> tuple[bytes, ...]:
        """The digests of every block of every file, in order."""
        return tuple(block for entry in self.columns for file in entry.files for block in file.blocks)


def dumps(manifest: Manifest) -> bytes:
    """The manifest's canonical bytes."""
    return canonical.dumps(
        {
            "schema": SCHEMA,
            "chainId": manifest.chain_id,
            "registry": manifest.registry.lower(),
            "period": manifest.period,
            "version": manifest.version,
            "start": manifest.start,
            "end": manifest.end,
            "stepSeconds": manifest.step_seconds,
            "rosterHash": "0x" + manifest.roster_hash.hex(),
            "columns": [
                {
                    "column": entry.column,
                    "point": entry.point,
                    "files": [
                        {"size": file.size, "blocks": ["0x" + block.hex() for block in file.blocks]}
                        for file in entry.files
                    ],
                }
                for entry in manifest.columns
            ],
        }
    )


def loads(data: bytes) -> Manifest:
    """Read a manifest; raises DocumentInvalid for bytes that are not canonical, ManifestInvalid for wrong contents."""
    found = canonical.loads(data, SCHEMA, exact=True)
    manifest = Manifest(
        chain_id=found["chainId"],
        registry=found["registry"],
        period=found["period"],
        version=found["version"],
        start=found["start"],
        end=found["end"],
        step_seconds=found["stepSeconds"],
        roster_hash=bytes.fromhex(found["rosterHash"][2:]),
        columns=tuple(_column(entry) for entry in found["columns"]),
    )
    if [entry.column for entry in manifest.columns] != list(range(len(manifest.columns))):
        raise ManifestInvalid("the dataset's columns are not 0, 1, 2 … in order; publish it again")
    if manifest.end <= manifest.start or (manifest.end - manifest.start) % manifest.step_seconds:
        raise ManifestInvalid("the dataset's period is not a whole number of steps; publish it again")
    return manifest


def fetch(manifest: Manifest, store: ContentStore) -> dict[bytes, bytes]:
    """Every block of the dataset, verified; BlobMissing or BlobCorrupt names the first that cannot be used."""
    return {digest: store.get(digest) for digest in manifest.blocks}


def raw_files(entry: ColumnEntry, secret: DatasetSecret, blocks: dict[bytes, bytes]) -> list[tuple[str, bytes]]:
    """A column's raw files as (name, bytes), in the manifest's order.

    Raises Undecryptable or ManifestInvalid naming the file.
    """
    key = secret.column(entry.column)
    return [
        (name, decrypt_raw(key, _sealed(name, file, MemoryStore(blocks)), name))
        for name, file in zip(file_names(entry.column, entry.files), entry.files, strict=True)
    ]


def file_names(column: int, files: Sequence[object]) -> list[str]:
    """What the files of a column are called everywhere but at the publisher's: a real name could tell who it is."""
    return [f"column {column}, file {number}" for number in range(len(files))]


def _sealed(name: str, file: FileEntry, store: ContentStore) -> bytes:
    sealed = get_large(store, file.blocks)
    if len(sealed) != file.size:
        raise ManifestInvalid(f"{name}: the manifest says {file.size} bytes, its blocks hold {len(sealed)}")
    return sealed


def _column(found: dict) -> ColumnEntry:  # type: ignore[type-arg]
    files = tuple(
        FileEntry(file["size"], tuple(bytes.fromhex(block[2:]) for block in file["blocks"])) for file in found["files"]
    )
    return ColumnEntry(found["column"], found["point"], files)
