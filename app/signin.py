"""Sign-in with Ethereum (EIP-4361): the server writes the message, the wallet signs it, the server checks every line.

A nonce is random, issued here for one address, signs in once, and is dead after five minutes. Domain, URI and chain come from the app's own
settings, never from the message. An account's key signs, or a contract wallet vouches (ERC-1271).
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from eth_utils import is_hex_address, to_checksum_address
from pydantic import ValidationError
from siwe import SiweMessage, VerificationError
from siwe.parsed import ABNFParsedMessage
from web3 import HTTPProvider
from web3.exceptions import Web3Exception

from app import hosting
from offchain_worker.chain.errors import ChainUnavailable
from offchain_worker.domain.errors import DaiseeError

NONCE_LIFETIME, SKEW = 300, 60
"""Seconds a message is good for, and by how much its date may be ahead of ours."""
LONGEST = 4_096
"""Characters of a message or signature; a contract wallet's signature included."""
STATEMENT = "Sign in to DAISEE. This moves no money, casts no vote and opens no data."


class SignInRefused(DaiseeError):
    """The message, its signature or its nonce is not what was asked for; `status` is the HTTP answer."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Nonces:
    """Nonces that sign themselves: random bytes, the second they die and a seal over both and the address.

    Nothing is kept for a nonce that was only asked for, so that asking fills no memory; a nonce that signed somebody in
    is remembered until it is dead.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._secret, self._clock = secrets.token_bytes(32), clock
        self._spent: dict[str, int] = {}
        self._lock = threading.Lock()

    def issue(self, address: str) -> tuple[str, int]:
        """A new nonce for an address, and the second it dies."""
        expires = int(self._clock()) + NONCE_LIFETIME
        body = secrets.token_bytes(8) + expires.to_bytes(5, "big")
        return (body + self._seal(body, address)).hex(), expires

    def check(self, nonce: str, address: str) -> int:
        """The second a nonce dies. Raises SignInRefused if it is not this address's, or spent, or dead."""
        raw = bytes.fromhex(nonce) if re.fullmatch("[0-9a-f]{50}", nonce) else b""
        body, seal, now = raw[:13], raw[13:], self._clock()
        if not raw or not secrets.compare_digest(seal, self._seal(body, address)):
            raise SignInRefused("this sign-in was not started here, or for another address")
        expires = int.from_bytes(body[8:], "big")
        if expires <= now or nonce in self._spent:
            raise SignInRefused("the sign-in was used or took too long; start again", 410)
        return expires

    def take(self, nonce: str, address: str) -> None:
        """Spend a nonce. Raises SignInRefused as `check` does."""
        with self._lock:
            expires, now = self.check(nonce, address), self._clock()
            self._spent = {spent: until for spent, until in self._spent.items() if until > now}
            self._spent[nonce] = expires

    def _seal(self, body: bytes, address: str) -> bytes:
        return hmac.digest(self._secret, body + address.encode(), "sha256")[:12]


def message(nonces: Nonces, address: str, origin: str, chain_id: int) -> str:
    """The text to sign, for an address as a browser names it. Raises SignInRefused for what is no address."""
    if not (isinstance(address, str) and address.startswith("0x") and is_hex_address(address)):
        raise SignInRefused("the address is not an address: 0x and 40 hexadecimal digits")
    checksummed = to_checksum_address(address)
    nonce, expires = nonces.issue(checksummed)
    return str(
        SiweMessage(
            domain=hosting.domain(origin),
            address=checksummed,
            statement=STATEMENT,
            uri=origin,
            version="1",
            chain_id=chain_id,
            nonce=nonce,
            issued_at=_written(expires - NONCE_LIFETIME),
            expiration_time=_written(expires),
        ).prepare_message()
    )


def verify(nonces: Nonces, text: str, signature: str, origin: str, chain_id: int, rpc: str | None) -> str:
    """The checksummed address that signed in. Raises SignInRefused."""
    if not (isinstance(text, str) and isinstance(signature, str) and max(len(text), len(signature)) <= LONGEST):
        raise SignInRefused("a message and a signature of at most 4,096 characters are needed")
    try:
        signed = SiweMessage.from_message(text)
    except (ValueError, ValidationError) as error:
        raise SignInRefused("this is not a sign-in message (EIP-4361)") from error
    address = to_checksum_address(signed.address)
    nonces.check(signed.nonce, address)
    if signed.expiration_time is None:
        raise SignInRefused("the message has no expiry")
    age = time.time() - datetime.fromisoformat(signed.issued_at).timestamp()
    if not -SKEW <= age <= NONCE_LIFETIME:
        raise SignInRefused("the message was not issued just now", 410)
    expected = {"domain": hosting.domain(origin), "uri": origin, "chain_id": chain_id, "nonce": signed.nonce}
    provider = HTTPProvider(rpc, request_kwargs={"timeout": 10}) if rpc else None
    try:
        signed.verify(signature, **expected, provider=provider, strict=True)
    except VerificationError as error:
        raise SignInRefused(f"the sign-in does not hold: {type(error).__name__}") from error
    except (ChainUnavailable, Web3Exception, OSError) as error:
        raise SignInRefused("the chain does not answer; a contract wallet cannot be checked now", 503) from error
    except (ValueError, TypeError) as error:
        raise SignInRefused("the signature is not one") from error
    nonces.take(signed.nonce, address)
    return address


def warm() -> None:
    """Build the grammar once, at the start: the first parse is slow."""
    ABNFParsedMessage(
        message=message(Nonces(), "0x" + "0" * 40, "http://localhost", 1),
    )


def _written(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
