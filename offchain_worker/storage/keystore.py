"""Identities under a password: a version 3 keystore, as wallets write it, with the reading key sealed inside.

The signing key is what the keystore holds, so any wallet opens it. The reading key is AES-SIV under a key made from the
signing key. Beyond the local chain only such files are used.
"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from eth_account import Account

from .embedded import write_atomically
from .encryption import hkdf
from .identity import Identity, IdentityError

LABEL = b"reading key of an identity"
PASSWORD_FILE = "DAISEE_PASSWORD_FILE"
SCRYPT_WORK = 1 << 18

Password = Callable[[Path], str]


def ask(path: Path) -> str:
    """The password: from the file that DAISEE_PASSWORD_FILE names, else from the terminal."""
    named = os.environ.get(PASSWORD_FILE)
    if not named:
        return getpass.getpass(f"password of {path}: ")
    try:
        if Path(named).stat().st_mode & 0o077:
            raise IdentityError(f"{named} can be read by others; run: chmod 600 {named}")
        return Path(named).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise IdentityError(f"the password file {named} cannot be read ({error.strerror})") from error


def is_keystore(path: Path) -> bool:
    """Whether the file looks like a keystore (and not like a plain identity)."""
    try:
        return "crypto" in {name.lower() for name in _document(path)}
    except IdentityError:
        return False


def seal(identity: Identity, path: Path, password: str, work: int | None = None) -> None:
    """Write an identity as keystore (mode 0600); refuses to replace a file and an empty password."""
    if path.exists():
        raise IdentityError(f"{path} exists; an identity is never overwritten, choose another file")
    if not password:
        raise IdentityError("the password is empty")
    document: dict[str, Any] = dict(
        Account.encrypt(identity.signing_key, password, kdf="scrypt", iterations=work or SCRYPT_WORK)
    )
    sealed = AESSIV(hkdf(identity.signing_key, LABEL, 64)).encrypt(identity.reading_key, [LABEL])
    document["daisee"] = {"readingKey": "0x" + sealed.hex()}
    write_atomically(path, (json.dumps(document, indent=1) + "\n").encode(), mode=0o600)


def unseal(path: Path, password: Password = ask) -> Identity:
    """Open an identity; raises IdentityError for a wrong password or a file that others can read."""
    document = _document(path)
    if path.stat().st_mode & 0o077:
        raise IdentityError(f"{path} can be read by others; run: chmod 600 {path}")
    account = Account.from_key(_signing_key(document, path, password))
    try:
        sealed = bytes.fromhex(document["daisee"]["readingKey"].removeprefix("0x"))
        reading_key = AESSIV(hkdf(bytes(account.key), LABEL, 64)).decrypt(sealed, [LABEL])
    except (KeyError, TypeError, AttributeError, ValueError, InvalidTag) as error:
        raise IdentityError(f"{path} holds no reading key of its own; make it with `daisee identity seal`") from error
    return Identity(account.address, signing_key=bytes(account.key), reading_key=reading_key)


def signing_key(path: Path, password: Password = ask) -> bytes:
    """The key in any keystore, a wallet's own included."""
    return _signing_key(_document(path), path, password)


def _signing_key(document: dict[str, Any], path: Path, password: Password) -> bytes:
    try:
        return bytes(Account.decrypt({k: v for k, v in document.items() if k != "daisee"}, password(path)))
    except (ValueError, KeyError, TypeError) as error:
        raise IdentityError(f"{path} does not open: wrong password, or not a keystore") from error


def _document(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise IdentityError(f"{path} does not exist; make an identity first") from error
    except OSError as error:
        raise IdentityError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise IdentityError(f"{path} is no keystore") from error
    if not isinstance(found, dict):
        raise IdentityError(f"{path} is no keystore")
    return found
