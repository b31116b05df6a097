"""Identity files: the two private keys of a worker, reader or member, in one file only its owner can read.

The signing key (secp256k1) is the chain address; the reading key (X25519) opens envelopes. They are never the same key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from eth_account import Account
from nacl.public import PrivateKey

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import DaiseeError

from .embedded import write_atomically

SCHEMA = "daisee.identity/1"


class IdentityError(DaiseeError):
    """An identity file is missing, exposed or does not hold what it should."""


@dataclass(frozen=True)
class Identity:
    """An address and its keys; the keys are kept out of `repr`, so that no log shows them."""

    address: str
    signing_key: bytes = field(repr=False)
    reading_key: bytes = field(repr=False)

    @property
    def public_key(self) -> bytes:
        """The X25519 key to publish (`CommunityRegistry.setEncryptionKey`), so that others can send envelopes."""
        return bytes(PrivateKey(self.reading_key).public_key)


def fresh() -> Identity:
    """New keys, in memory only."""
    account = Account.create()
    return Identity(account.address, bytes(account.key), bytes(PrivateKey.generate()))


def create(path: Path, signing_key: bytes | None = None, reading_key: bytes | None = None) -> Identity:
    """Write a new identity file (mode 0600) with fresh keys, or with those given; refuses to replace a file."""
    if path.exists():
        raise IdentityError(f"{path} exists; an identity is never overwritten, choose another file")
    account = Account.from_key(signing_key) if signing_key is not None else Account.create()
    made = Identity(
        address=account.address,
        signing_key=bytes(account.key),
        reading_key=reading_key if reading_key is not None else bytes(PrivateKey.generate()),
    )
    document = {
        "schema": SCHEMA,
        "address": made.address.lower(),
        "signingKey": "0x" + made.signing_key.hex(),
        "readingKey": "0x" + made.reading_key.hex(),
    }
    write_atomically(path, canonical.dumps(document), mode=0o600)
    return made


def load(path: Path) -> Identity:
    """Read an identity file; refuses one that others can read, or whose address is not its key's."""
    try:
        if path.stat().st_mode & 0o077:
            raise IdentityError(f"{path} can be read by others; run: chmod 600 {path}")
        document = canonical.loads(path.read_bytes(), SCHEMA)
    except FileNotFoundError as error:
        raise IdentityError(f"{path} does not exist; make an identity first") from error
    except OSError as error:
        raise IdentityError(f"{path} cannot be read: {error.strerror}") from error
    signing_key = bytes.fromhex(document["signingKey"][2:])
    account = Account.from_key(signing_key)
    if account.address.lower() != document["address"]:
        raise IdentityError(f"{path} names {document['address']}, but its signing key is {account.address.lower()}")
    return Identity(account.address, signing_key, bytes.fromhex(document["readingKey"][2:]))
