"""Identity files: the two private keys of a worker, reader or member, in one file only its owner can read.

The signing key (secp256k1) is the chain address; the reading key (X25519) opens envelopes. They are never the same key.
The reading key comes from the signing key's signature over a fixed text, so that a wallet, which shows no key but signs
texts, opens the same data (`signed_reading_key`); older files hold a random one, which stays good.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from eth_account import Account
from eth_account.messages import encode_defunct
from eth_keys.constants import SECPK1_N
from nacl.public import PrivateKey

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import DaiseeError

from .embedded import write_atomically
from .encryption import hkdf

SCHEMA = "daisee.identity/1"
READING_SCHEMA = "daisee.reading-key/1"
READING_TEXT = (
    "DAISEE: open my data\n\n"
    "This signature makes the key that reads my meter readings and bills. "
    "Whoever has it can read them: sign it only in an app of your community that you trust. "
    "It moves no money and casts no vote.\n\n"
    "Version: 1"
)
"""What a wallet signs to open its owner's data (EIP-191). Another text would be another key: it never changes."""
READING_LABEL = b"DAISEE reading key 1"


class IdentityError(DaiseeError):
    """An identity file is missing, exposed or does not hold what it should."""


@dataclass(frozen=True)
class ReadingIdentity:
    """An address and the key that opens its envelopes, which is kept out of `repr`, so that no log shows it."""

    address: str
    reading_key: bytes = field(repr=False, kw_only=True)

    @property
    def public_key(self) -> bytes:
        """The X25519 key to publish (`CommunityRegistry.setEncryptionKey`), so that others can send envelopes."""
        return bytes(PrivateKey(self.reading_key).public_key)


@dataclass(frozen=True)
class Identity(ReadingIdentity):
    """A reading identity that signs as well."""

    signing_key: bytes = field(repr=False, kw_only=True)


def signed_reading_key(address: str, signature: bytes) -> bytes:
    """The X25519 private key that an address' signature over READING_TEXT makes.

    HKDF-SHA256 of r and the lower of s and n - s, so that neither the recovery byte nor a flipped s changes it. Wallets
    sign deterministically (RFC 6979); a contract wallet has no such signature. Raises IdentityError for any signature
    that is not this address' over this text.
    """
    if len(signature) != 65:
        raise IdentityError("the signature has not 65 bytes; a contract wallet opens its data with a reading key file")
    r, s, v = signature[:32], int.from_bytes(signature[32:64], "big"), signature[64]
    try:
        whole = signature[:64] + bytes([v if v >= 27 else v + 27])
        signer = Account.recover_message(encode_defunct(text=READING_TEXT), signature=whole)
    except Exception as error:
        raise IdentityError("the signature is not one") from error
    if signer != address:
        raise IdentityError(f"the text was signed by {signer}, not by {address}")
    return hkdf(r + min(s, SECPK1_N - s).to_bytes(32, "big"), READING_LABEL, 32)


def derived_reading_key(signing_key: bytes) -> bytes:
    """The reading key that goes with a signing key: what its wallet would sign, signed here."""
    account = Account.from_key(signing_key)
    signed = account.sign_message(encode_defunct(text=READING_TEXT))
    return signed_reading_key(account.address, bytes(signed.signature))


def fresh() -> Identity:
    """New keys, in memory only."""
    account = Account.create()
    key = bytes(account.key)
    return Identity(account.address, signing_key=key, reading_key=derived_reading_key(key))


def reading_document(identity: ReadingIdentity) -> bytes:
    """The `daisee.reading-key/1` document: what opens an identity's data, and can sign nothing."""
    return canonical.dumps(
        {
            "schema": READING_SCHEMA,
            "address": identity.address.lower(),
            "readingKey": "0x" + identity.reading_key.hex(),
        }
    )


def read_reading_document(data: bytes, address: str) -> bytes:
    """The reading key in such a document, for this address. Raises CanonicalError, IdentityError."""
    document = canonical.loads(data, READING_SCHEMA)
    if document["address"] != address.lower():
        raise IdentityError(f"the reading key is of {document['address']}, not of {address.lower()}")
    return bytes.fromhex(document["readingKey"][2:])


def create(path: Path, signing_key: bytes | None = None, reading_key: bytes | None = None) -> Identity:
    """Write a new identity file (mode 0600) with fresh keys, or with those given; refuses to replace a file.

    Without a reading key it is the one a wallet with the signing key would derive.
    """
    if path.exists():
        raise IdentityError(f"{path} exists; an identity is never overwritten, choose another file")
    account = Account.from_key(signing_key) if signing_key is not None else Account.create()
    made = Identity(
        address=account.address,
        signing_key=bytes(account.key),
        reading_key=reading_key if reading_key is not None else derived_reading_key(bytes(account.key)),
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
    reading_key = bytes.fromhex(document["readingKey"][2:])
    return Identity(account.address, signing_key=signing_key, reading_key=reading_key)
