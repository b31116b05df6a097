"""Encryption by label: one secret per dataset version, a sub-key for every use.

`HKDF-SHA256(secret, salt = empty, info = label)` makes the keys: a column's, a member's, the community's, the header's;
from each of these again one key per use (`raw`, `salt`, `output` + task). Bytes are sealed with AES-SIV, which needs no
nonce: the same plaintext under the same key gives the same ciphertext, so all workers make identical artefacts, and no
key seals two different things under one name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from offchain_worker.domain.errors import DaiseeError

SECRET_BYTES = 32
SALT_BYTES = 16


class Undecryptable(DaiseeError):
    """The ciphertext was not made with this key, for this use."""


class NotReadable(DaiseeError):
    """The reader's keys do not reach this column or member."""


def hkdf(secret: bytes, label: bytes, length: int = 32) -> bytes:
    """HKDF-SHA256 with an empty salt; `label` says what the key is for."""
    return HKDF(algorithm=SHA256(), length=length, salt=b"", info=label).derive(secret)


class Keys(Protocol):
    """What a reader can open: everything (`DatasetSecret`) or what belongs to one member (`MemberKeys`)."""

    def column(self, column: int) -> bytes: ...
    def member(self, member: int) -> bytes: ...
    def community(self) -> bytes: ...


@dataclass(frozen=True)
class DatasetSecret:
    """The secret of one dataset version (32 random bytes), from which every key follows."""

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise NotReadable(f"a dataset's secret has {SECRET_BYTES} bytes, not {len(self.secret)}")

    def column(self, column: int) -> bytes:
        """k_i: opens column `column`'s raw files, salts, curve and proofs."""
        return hkdf(self.secret, b"column" + column.to_bytes(2, "big"))

    def member(self, member: int) -> bytes:
        """m_j: opens member `member`'s bill."""
        return hkdf(self.secret, b"member" + member.to_bytes(2, "big"))

    def community(self) -> bytes:
        """c: opens what every member may read."""
        return hkdf(self.secret, b"community")

    def header(self) -> bytes:
        """The key of the salts in the rows' header words."""
        return hkdf(self.secret, b"header")

    def of_member(self, member: int, columns: tuple[int, ...]) -> MemberKeys:
        """What a member is given: its own key, its columns' keys, the community's."""
        keys = {column: self.column(column) for column in columns}
        return MemberKeys(member, self.member(member), self.community(), keys)


@dataclass(frozen=True)
class MemberKeys:
    """The keys of one member: its bill, its own columns, the community's artefact; nothing else."""

    index: int
    member_key: bytes
    community_key: bytes
    column_keys: dict[int, bytes]

    def column(self, column: int) -> bytes:
        if column not in self.column_keys:
            raise NotReadable(f"member {self.index} has no key for column {column}; ask its owner for access")
        return self.column_keys[column]

    def member(self, member: int) -> bytes:
        if member != self.index:
            raise NotReadable(f"member {self.index} has no key for the bill of member {member}; ask them for access")
        return self.member_key

    def community(self) -> bytes:
        return self.community_key


def salts(key: bytes, steps: int) -> bytes:
    """The salts of a column (key k_i) or of the header words: 16 bytes a step, an AES-256-CTR stream from counter 0."""
    cipher = Cipher(algorithms.AES256(hkdf(key, b"salt")), modes.CTR(bytes(16)))
    return cipher.encryptor().update(bytes(SALT_BYTES * steps))


def encrypt_raw(column_key: bytes, data: bytes) -> bytes:
    """Seal a column's raw file."""
    return _seal(hkdf(column_key, b"raw", 64), b"raw", data)


def decrypt_raw(column_key: bytes, sealed: bytes, place: str) -> bytes:
    """Open a column's raw file; `place` names it in the error."""
    return _open(hkdf(column_key, b"raw", 64), b"raw", sealed, place)


def encrypt_output(key: bytes, task_id: bytes, kind: str, data: bytes) -> bytes:
    """Seal what a task makes for a column, a member or the community (`key`); `kind` is the artefact's name."""
    return _seal(hkdf(key, b"output" + task_id, 64), kind.encode("ascii"), data)


def decrypt_output(key: bytes, task_id: bytes, kind: str, sealed: bytes, place: str) -> bytes:
    """Open what `encrypt_output` sealed under the same key, task and kind."""
    return _open(hkdf(key, b"output" + task_id, 64), kind.encode("ascii"), sealed, place)


def _seal(key: bytes, name: bytes, data: bytes) -> bytes:
    return AESSIV(key).encrypt(data, [name])


def _open(key: bytes, name: bytes, sealed: bytes, place: str) -> bytes:
    try:
        return AESSIV(key).decrypt(sealed, [name])
    except InvalidTag as error:
        raise Undecryptable(f"{place} cannot be opened: it was not sealed with this key, or it was changed") from error
