"""Envelopes: a dataset's keys, sealed for each reader, in a document of their own so that access can be granted later.

An envelope is an X25519 sealed box (anonymous sender) holding canonical JSON: the whole secret (`all`: operator,
provider, workers, auditors) or one member's keys (`member`: its bill, its own columns, the community's artefact).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import DaiseeError

from .encryption import DatasetSecret, MemberKeys
from .identity import ReadingIdentity

SCHEMA = "daisee.envelopes/1"
SECRET_SCHEMA = "daisee.secret/1"
MEMBER_SCHEMA = "daisee.member-keys/1"


class EnvelopeError(DaiseeError):
    """There is no envelope for the reader, or it does not open."""


@dataclass(frozen=True)
class Reader:
    """Who gets an envelope. `member` is 0 for a reader of everything; `columns` are the member's columns."""

    address: str
    public_key: bytes
    member: int = 0
    columns: tuple[int, ...] = ()

    @property
    def scope(self) -> Literal["all", "member"]:
        """`member` for a member's envelope, `all` for a reader of the whole dataset."""
        return "member" if self.member else "all"


def seal(input_digest: bytes, secret: DatasetSecret, readers: Sequence[Reader]) -> bytes:
    """The envelopes document of a dataset, readers in the order given. Sealing is randomised: no two are alike."""
    envelopes = [
        {
            "reader": reader.address.lower(),
            "scope": reader.scope,
            "member": reader.member,
            "box": "0x" + SealedBox(PublicKey(reader.public_key)).encrypt(_content(secret, reader)).hex(),
        }
        for reader in readers
    ]
    return canonical.dumps({"schema": SCHEMA, "inputDigest": "0x" + input_digest.hex(), "envelopes": envelopes})


def open_for(document: bytes, input_digest: bytes, identity: ReadingIdentity) -> DatasetSecret | MemberKeys:
    """The keys an identity finds in a dataset's envelopes; the widest, if there are several."""
    found = canonical.loads(document, SCHEMA)
    if found["inputDigest"] != "0x" + input_digest.hex():
        raise EnvelopeError(f"these envelopes are for dataset {found['inputDigest']}, not for 0x{input_digest.hex()}")
    mine = [entry for entry in found["envelopes"] if entry["reader"] == identity.address.lower()]
    if not mine:
        raise EnvelopeError(
            f"no envelope for {identity.address} in dataset 0x{input_digest.hex()}; ask the publisher for access"
        )
    widest = min(mine, key=lambda entry: entry["member"])
    try:
        content = SealedBox(PrivateKey(identity.reading_key)).decrypt(bytes.fromhex(widest["box"][2:]))
    except CryptoError as error:
        raise EnvelopeError(
            f"the envelope of {identity.address} does not open with its reading key; "
            "publish the right encryption key and ask for a new envelope"
        ) from error
    return read_secret(content) if widest["scope"] == "all" else _member_keys(content)


def _content(secret: DatasetSecret, reader: Reader) -> bytes:
    if not reader.member:
        return secret_document(secret)
    keys = secret.of_member(reader.member, reader.columns)
    return canonical.dumps(
        {
            "schema": MEMBER_SCHEMA,
            "member": keys.index,
            "memberKey": "0x" + keys.member_key.hex(),
            "communityKey": "0x" + keys.community_key.hex(),
            "columnKeys": [
                {"column": column, "key": "0x" + key.hex()} for column, key in sorted(keys.column_keys.items())
            ],
        }
    )


def secret_document(secret: DatasetSecret) -> bytes:
    """The `daisee.secret/1` document: what a reader of everything finds in its envelope."""
    return canonical.dumps({"schema": SECRET_SCHEMA, "secret": "0x" + secret.secret.hex()})


def read_secret(content: bytes) -> DatasetSecret:
    """The secret in a `daisee.secret/1` document."""
    return DatasetSecret(bytes.fromhex(canonical.loads(content, SECRET_SCHEMA)["secret"][2:]))


def _member_keys(content: bytes) -> MemberKeys:
    found = canonical.loads(content, MEMBER_SCHEMA)
    return MemberKeys(
        index=found["member"],
        member_key=bytes.fromhex(found["memberKey"][2:]),
        community_key=bytes.fromhex(found["communityKey"][2:]),
        column_keys={entry["column"]: bytes.fromhex(entry["key"][2:]) for entry in found["columnKeys"]},
    )
